"""``hotline tape``: record the raw AMI bytes of an Asterisk, and fold a recording.

A tape is exactly what the socket gave, banner included; it replays on any machine and
is how a bug of the fold is kept: first as a tape that fails, then mended. ``replay``
understands tapes of Asterisks that know nothing of us.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from config.file_places import Places
from config.language import say as _
from config.read import read
from config.secrets import Secrets
from cti import ami_decoder
from cti import events as ev
from cti import frame_types as fr
from cti.fold import Fold
from cti.ids import Instant
from cti.link import Link
from cti.numbering_plan import Plan
from hotline.numbering_plan import plan_of

from .tape_file import messages_of, pieces_of
from .tape_message_counts import Account


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    tape = sub.add_parser("tape", help=_("record or replay raw AMI bytes"))
    verbs = tape.add_subparsers(dest="verb", required=True)
    record = verbs.add_parser("record", help=_("write the raw AMI bytes of the running Asterisk to FILE"))
    record.add_argument("file", type=Path)
    record.add_argument("--config", type=Path, default=Path("hotline.toml"))
    record.add_argument("--var", type=Path, default=Path("var"))
    record.add_argument("--seconds", type=float, default=0.0, help=_("stop after so many seconds (0: at Ctrl-C)"))
    record.set_defaults(run=_record)
    replay = verbs.add_parser("replay", help=_("fold a tape and print what happened"))
    replay.add_argument("file", type=Path)
    replay.add_argument("--json", action="store_true", help=_("one JSON object a line, the counts last"))
    replay.add_argument("--config", type=Path, help=_("read it with this numbering plan (default: a foreign Asterisk)"))
    replay.set_defaults(run=_replay)


def _record(args: argparse.Namespace) -> int:
    try:
        return asyncio.run(_recording(args))
    except OSError as fault:
        print(_("cannot write the tape {file}: {fault}", file=args.file, fault=fault), file=sys.stderr)
        return 2


@dataclass(slots=True)
class Recorder:
    """Writes what a socket gives, up to the end of the last whole message: our own stop must not cut one in two."""

    out: BinaryIO
    count: int = 0
    fault: OSError | None = None
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    _rest: bytes = b""

    def tap(self, piece: bytes) -> None:
        data = self._rest + piece
        end = data.rfind(b"\r\n\r\n") + 4
        if end < 4 and len(data) <= ami_decoder.LONGEST:
            self._rest = data
            return
        end = end if end >= 4 else len(data)
        self._rest = data[end:]
        try:
            self.out.write(data[:end])
            self.count += end
        except OSError as fault:  # told at the end; the connection's own guard must not swallow it
            self.fault = fault
            self.stop.set()

    def lost(self, _reason: str) -> None:
        """The connection is gone: what came of the next message belongs onto the tape, where it is seen to be cut."""
        rest, self._rest = self._rest, b""
        if rest:
            self.tap(rest + b"\r\n\r\n")


def _opened(file: Path) -> BinaryIO:
    """New, and its owner's alone: callers' numbers stand on a tape."""
    return open(file, "xb", opener=lambda path, flags: os.open(path, flags, 0o600))


async def _recording(args: argparse.Namespace) -> int:
    settings, secret = read(args.config), Secrets(Places(args.var).secrets).get("ami-tape")
    if secret is None:
        print(_("{var} holds no key of AMI: name the --var that the daemon runs with", var=args.var), file=sys.stderr)
        return 2
    with _opened(args.file) as out:
        recorder = Recorder(out)
        link = Link(
            "tape", host=settings.asterisk.ami_host, port=settings.ports.ami, user="ami-tape",
            secret=secret, events=True, on_event=lambda _m: None, on_down=recorder.lost, tap=recorder.tap,
        )  # fmt: skip
        task = asyncio.create_task(link.run())
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, recorder.stop.set)
        print(_("recording to {file}; Ctrl-C ends", file=args.file), file=sys.stderr)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(args.seconds or None):
                await recorder.stop.wait()
        up, why = link.up, link.reason
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    if recorder.fault is not None:
        raise recorder.fault
    print(_("{count} bytes", count=recorder.count), file=sys.stderr)
    if not up:
        print(_("not connected to AMI at the end: {reason}", reason=why), file=sys.stderr)
        return 2
    return 0


def events_of(pieces: Iterator[bytes], fold: Fold, account: Account | None = None) -> Iterator[ev.Event]:
    """Fold a byte stream, however it is cut; the events in order.

    Without ``timestampevents`` the only clock on a tape is the second each Uniqueid was made in.
    """
    account = account or Account()
    now = Instant(0.0)
    understood = (message for whole in messages_of(pieces, account.found) if (message := account.take(whole)))
    for message, called_us in who_began(understood):
        for frame in ami_decoder.decode(message, now):
            if isinstance(frame, fr.LegNew):
                if frame.at == now and (born := born_in(frame.leg)) > now:
                    frame = frame._replace(at=born)
                if called_us:
                    frame = frame._replace(ringing_in=True)
            now = frame.at
            yield from fold.apply(frame)


LOOKED_AHEAD = 4096
"""So many messages may pass before a channel that was born Down says whether it calls us or is called."""


def who_began(messages: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each message, and whether it is the birth of a channel whose far end called us although it was born Down.

    Some channel drivers (chan_sip) make every channel Down; the first state after that is Ring where the far end
    called, and another one where we call it. So a birth waits for it, and what came behind waits with it.
    """
    waiting: deque[tuple[bytes, bytes]] = deque()  # a message, and the channel it waits for (b"": for none)
    undecided: dict[bytes, bool] = {}  # the channel → whether it called us; only while it is waited for
    decided: dict[bytes, bool] = {}
    for message in messages:
        h = ami_decoder.headers(message)
        leg, state = h.get(b"Uniqueid", b""), ami_decoder.state_of(h)
        born = ami_decoder.name_of(message) == b"Newchannel" and state == ami_decoder.DOWN
        if born:
            undecided[leg] = False
        elif leg in undecided and (state not in (b"", ami_decoder.DOWN) or ami_decoder.name_of(message) == b"Hangup"):
            del undecided[leg]
            decided[leg] = state == ami_decoder.RING
        waiting.append((message, leg if born else b""))
        while waiting and (waiting[0][1] not in undecided or len(waiting) > LOOKED_AHEAD):
            first, channel = waiting.popleft()
            undecided.pop(channel, None)
            yield first, decided.pop(channel, False)
    for first, channel in waiting:
        yield first, decided.pop(channel, False)


def born_in(leg: str) -> Instant:
    """The epoch second in a Uniqueid (``1795440958.42``, ``xm1-1795440958.42``); 0 when it has none."""
    seconds = leg.rpartition("-")[2].partition(".")[0]
    return Instant(float(seconds)) if len(seconds) == 10 and seconds.isdecimal() else Instant(0.0)


def as_json(event: ev.Event) -> dict[str, Any]:
    return {"event": type(event).__name__, **asdict(event)}


def _replay(args: argparse.Namespace) -> int:
    plan = plan_of(read(args.config)) if args.config else Plan.foreign()
    fold, account = Fold(plan), Account()
    counts: Counter[str] = Counter()
    for event in events_of(pieces_of(args.file), fold, account):
        counts[type(event).__name__] += 1
        line = as_json(event)
        print(json.dumps(line, ensure_ascii=False) if args.json else _line(line))
    open_calls = sorted(fold.board.calls)
    summary = {"counts": dict(sorted(counts.items())), "open_calls": open_calls, "messages": account.as_json()}
    print(json.dumps(summary, ensure_ascii=False) if args.json else _line(summary))
    for sentence in account.sentences():
        print(f"{args.file}: {sentence}", file=sys.stderr)
    return 0 if account.whole else 2


def _line(values: dict[str, Any]) -> str:
    return "  ".join(f"{key}={value}" for key, value in values.items() if value not in ("", None))
