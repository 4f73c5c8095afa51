"""``hotline tape``: record the raw AMI bytes of an Asterisk, and fold a recording.

A tape is exactly what the socket gave, banner included; it replays on any machine and
is how a bug of the fold is kept: first as a tape that fails, then mended. ``replay``
understands tapes of Asterisks that know nothing of us.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import json
import signal
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from config.language import say as _
from config.places import Places
from config.read import read
from config.secrets import Secrets
from cti import ami
from cti import events as ev
from cti import frames as fr
from cti.fold import Fold
from cti.ids import Instant
from cti.link import Link
from cti.plan import Plan

from .plan import plan_of

PIECE = 1 << 16


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
    return asyncio.run(_recording(args))


async def _recording(args: argparse.Namespace) -> int:
    settings, secrets = read(args.config), Secrets(Places(args.var).secrets)
    count = 0
    with open(args.file, "xb") as out:  # noqa: ASYNC230 - a tape is written by this program alone

        def tap(piece: bytes) -> None:
            nonlocal count
            count += len(piece)
            out.write(piece)

        link = Link(
            "tape", host=settings.asterisk.ami_host, port=settings.ports.ami, user="ami-tape",
            secret=secrets["ami-tape"], events=True, on_event=lambda _m: None, tap=tap,
        )  # fmt: skip
        task = asyncio.create_task(link.run())
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        print(_("recording to {file}; Ctrl-C ends", file=args.file), file=sys.stderr)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(args.seconds or None):
                await stop.wait()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    print(_("{count} bytes", count=count), file=sys.stderr)
    return 0


def events_of(pieces: Iterator[bytes], fold: Fold) -> Iterator[ev.Event]:
    """Fold a byte stream, however it is cut; the events in order.

    Without ``timestampevents`` the only clock on a tape is the second each Uniqueid was made in.
    """
    framer = ami.Framer()
    now = Instant(0.0)
    for piece in pieces:
        for message in framer.feed(piece):
            for frame in ami.decode(message, now):
                if isinstance(frame, fr.LegNew) and frame.at == now and (born := born_in(frame.leg)) > now:
                    frame = frame._replace(at=born)
                now = frame.at
                yield from fold.apply(frame)


def born_in(leg: str) -> Instant:
    """The epoch second in a Uniqueid (``1795440958.42``, ``xm1-1795440958.42``); 0 when it has none."""
    seconds = leg.rpartition("-")[2].partition(".")[0]
    return Instant(float(seconds)) if len(seconds) == 10 and seconds.isdecimal() else Instant(0.0)


def pieces_of(path: Path) -> Iterator[bytes]:
    """The tape's bytes; one packed with gzip is unpacked as it is read."""
    with open(path, "rb") as plain:
        packed = plain.read(2) == b"\x1f\x8b"
    with gzip.open(path) if packed else open(path, "rb") as file:
        while piece := file.read(PIECE):
            yield piece


def as_json(event: ev.Event) -> dict[str, Any]:
    return {"event": type(event).__name__, **asdict(event)}


def _replay(args: argparse.Namespace) -> int:
    plan = plan_of(read(args.config)) if args.config else Plan.foreign()
    fold = Fold(plan)
    counts: Counter[str] = Counter()
    try:
        for event in events_of(pieces_of(args.file), fold):
            counts[type(event).__name__] += 1
            line = as_json(event)
            print(json.dumps(line, ensure_ascii=False) if args.json else _line(line))
    except (OSError, EOFError, zlib.error, ami.Overrun) as fault:
        print(_("cannot read the tape {file}: {fault}", file=args.file, fault=fault), file=sys.stderr)
        return 2
    open_calls = sorted(fold.board.calls)
    summary = {"counts": dict(sorted(counts.items())), "open_calls": open_calls}
    print(json.dumps(summary, ensure_ascii=False) if args.json else _line(summary))
    return 0


def _line(values: dict[str, Any]) -> str:
    return "  ".join(f"{key}={value}" for key, value in values.items() if value not in ("", None))
