"""Counts the calls that nobody could take, and says when there is something to do about it.

Reads Asterisk's ``sip`` and ``messages`` logs behind their writer (``cti/turned_away_logs.py`` understands
them), hears the dialplan's own refusals from the board, keeps counts by the minute in the ledger and
the last hour's in memory for the alarms (``over``). A flood costs a bounded number of rows a minute,
and is read at a bounded pace: what is more is counted as one, or skipped and said so (``log_lost``).
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import structlog

from config.language import say as _
from config.sections.telephone import TurnedAway
from config.settings import Settings
from cti.events import CallRefused
from cti.file_tail import NOWHERE, Place, Tail
from cti.ids import CallId, Instant
from cti.ordered_writer import OrderedWriter
from cti.turned_away_logs import Cause, Messages, Refusal, SipLog, Sources
from hotline.parts import EachTurn
from ledger.errors import WRONG_OR_AWAY
from ledger.turned_away import TurnedAwayBook, TurnedAwayRow

log = structlog.get_logger("turned-away")

LOOK_SECONDS = 1.0
MARK_SECONDS = 30.0
"""How far was read is kept at least so often while nothing was found."""
READ_BYTES = 512 << 10
"""A log is read at most so fast, in each look: half a megabyte costs some 20 ms."""
BEHIND_BYTES = 16 << 20
"""Further behind than this, what lies between is given up."""
ROWS_A_MINUTE = 60
"""Kinds told apart in a minute; the rest is counted by source and cause, or at last by cause alone."""
REMEMBERED = 4000
SUBJECTS = 20
"""Alarms of this kind that may stand at once."""
OTHERS = "*"


@dataclass(slots=True)
class Recent:
    """Of one source and cause, in the window: how many, and the newest."""

    times: deque[tuple[float, int]] = field(default_factory=deque)
    count: int = 0
    last: Refusal | None = None


class RecentCounts:
    """The last window's refusals, by source and cause. Pure; bounded."""

    def __init__(self, limits: TurnedAway, trunks: Mapping[str, str]) -> None:
        """``trunks``: id → name."""
        self._limits, self._trunks = limits, trunks
        self._recent: dict[tuple[str, str], Recent] = {}

    def add(self, refusal: Refusal, count: int = 1) -> None:
        source = refusal.source
        if source not in self._trunks and refusal.cause in (Cause.STRANGER, Cause.MALFORMED):
            source = OTHERS  # scanners come from everywhere: their number counts, not each
        key = (source, str(refusal.cause))
        if key not in self._recent and len(self._recent) >= REMEMBERED:
            key = (OTHERS, str(refusal.cause))
        recent = self._recent.setdefault(key, Recent())
        minute = float(refusal.at // 60 * 60)
        if recent.times and recent.times[-1][0] == minute:
            recent.times[-1] = (minute, recent.times[-1][1] + count)
        else:
            recent.times.append((minute, count))
        recent.count += count
        recent.last = refusal

    def over(self, now: float) -> dict[str, str]:
        """What is over its limit: subject (source and cause) → what to tell."""
        horizon = now - self._limits.window_minutes * 60
        out: dict[str, str] = {}
        for (source, cause), recent in list(self._recent.items()):
            while recent.times and recent.times[0][0] + 60 <= horizon:
                recent.count -= recent.times.popleft()[1]
            if not recent.times:
                del self._recent[source, cause]
                continue
            if recent.count >= self._limit(source, cause) and recent.last is not None and len(out) < SUBJECTS:
                out[f"{source} {cause}"] = self._told(source, cause, recent.last)
        return out

    def _limit(self, source: str, cause: str) -> int:
        match cause:
            case "full":
                return self._limits.full
            case Cause.AUTHENTICATION:
                return self._limits.authentication
            case Cause.UNKNOWN_ADDRESS | Cause.REPLACES:
                return self._limits.unknown_address
            case Cause.LOG_LOST:
                return 1
            case Cause.STRANGER | Cause.MALFORMED if source not in self._trunks:
                return self._limits.strangers
            case _:
                return self._limits.from_trunk

    def _told(self, source: str, cause: str, last: Refusal) -> str:
        where = self._trunks.get(source) or (_("various addresses") if source == OTHERS else source)
        about = " ".join(part for part in (last.detail, f"→ {last.called}" if last.called else "") if part)
        text = _("{where}: calls are turned away, {why}", where=where, why=_(WHY.get(cause, WHY["other"])))
        return f"{text} ({about})" if about else text


WHY = {
    Cause.UNKNOWN_NUMBER: "the called number is none of ours as it is written",
    Cause.CODEC: "no codec that we have is offered",
    Cause.ENCRYPTION: "an encryption is asked for that we do not have",
    Cause.NO_AUDIO: "no speech is offered (fax or video)",
    Cause.OFFER: "their offer cannot be read",
    Cause.EXTENSION: "they require an extension of SIP that we do not have",
    Cause.MALFORMED: "their messages cannot be read, and get no answer",
    Cause.REPLACES: "they want to take somebody's place in a running call",
    Cause.UNKNOWN_ADDRESS: "one of our numbers is dialled from an address that is no trunk's (add it to trunk.host if it is the carrier's)",
    Cause.AUTHENTICATION: "wrong passwords",
    Cause.STRANGER: "nobody we know",
    Cause.OVERLOAD: "Asterisk could not take them",
    Cause.LOG_LOST: "more was logged than could be read",
    "full": "the line is full",
    "other": "the answer says why",
}


def rows_of(refusals: Sequence[Refusal]) -> list[TurnedAwayRow]:
    """Counted by the minute; no more than ``ROWS_A_MINUTE`` kinds of each minute."""
    seen: dict[float, int] = {}
    counts: dict[tuple[float, str, str, str, str], tuple[int, Refusal]] = {}
    for one in refusals:
        minute = float(one.at // 60 * 60)
        key = (minute, one.source, str(one.cause), one.called, one.calling)
        if key not in counts:
            if seen.get(minute, 0) >= ROWS_A_MINUTE:
                key = (minute, OTHERS, str(one.cause), "", "")
            else:
                seen[minute] = seen.get(minute, 0) + 1
        count, _last = counts.get(key, (0, one))
        counts[key] = (count + 1, one)
    return [
        TurnedAwayRow(
            datetime.fromtimestamp(minute, UTC), source, cause, called, calling, last.detail, count,
            datetime.fromtimestamp(last.at, UTC),
        )
        for (minute, source, cause, called, calling), (count, last) in counts.items()
    ]  # fmt: skip


class TurnedAwayCounter:
    """The task. ``over`` is what the alarm_service asks."""

    def __init__(
        self, settings: Settings, logs: Path, book: TurnedAwayBook, facts: Callable[[CallId], tuple[str, str, str]],
    ) -> None:  # fmt: skip
        """``facts``: trunk, called and calling number of a call on the board."""
        self._book, self._facts = book, facts
        sources = Sources((trunk.id, trunk.hosts) for trunk in settings.trunk)
        self.recent = RecentCounts(settings.turned_away, {trunk.id: trunk.name for trunk in settings.trunk})
        self._readers: dict[str, SipLog | Messages] = {"sip": SipLog(sources), "messages": Messages(sources)}
        self._paths = {name: logs / name for name in self._readers}
        self._tails: dict[str, Tail[str]] = {}
        self._written: Mapping[str, Place] = {}
        self._written_at = 0.0
        self._writer = OrderedWriter("turned-away", self._write, WRONG_OR_AWAY)
        self._task = EachTurn(
            "turned-away", self._look, LOOK_SECONDS, failed="refused calls could not be counted", first=LOOK_SECONDS
        )

    async def start(self) -> None:
        try:
            marks = await self._book.marks()
        except WRONG_OR_AWAY as fault:
            log.warning(
                "how far the logs were read is not known; they are read from where they end now", fault=str(fault)
            )
            marks = {name: _end(path) for name, path in self._paths.items()}
        for name, path in self._paths.items():
            self._tails[name] = _tail(path, marks.get(name, NOWHERE))
        self._writer.start()
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()
        await self._writer.stop()

    def hear(self, event: CallRefused) -> None:
        """The dialplan's own: it has a call in the ledger, and is only weighed here."""
        if event.reason == "closed":
            return
        trunk, called, calling = self._facts(event.call)
        cause = Cause.UNKNOWN_NUMBER if event.reason == "unknown_number" else event.reason
        self.recent.add(Refusal(event.at, trunk, cause, called, calling))  # type: ignore[arg-type]

    def over(self) -> dict[str, str]:
        return self.recent.over(time.time())

    async def _look(self) -> None:
        found: list[Refusal] = []
        for name, path in self._paths.items():
            if (behind := _far_behind(path, self._tails[name].at)) is not None:
                lost, place = behind
                self._tails[name] = _tail(path, place)
                found.append(Refusal(Instant(time.time()), OTHERS, Cause.LOG_LOST, detail=f"{name}: {lost >> 20} MB"))
            chunk = self._tails[name].read()
            found += self._readers[name].feed(chunk.lines)
        for one in found:
            self.recent.add(one)
        marks = {name: tail.at for name, tail in self._tails.items()}
        if found or (marks != self._written and time.monotonic() - self._written_at > MARK_SECONDS):
            self._writer.put((rows_of(found), marks))
            await self._writer.written()  # meanwhile nothing more is read, and the logs keep it

    async def _write(self, found: Sequence[tuple[Sequence[TurnedAwayRow], Mapping[str, Place]]]) -> None:
        for rows, marks in found:
            await self._book.add(rows, marks)
            self._written, self._written_at = marks, time.monotonic()


def _end(path: Path) -> Place:
    try:
        here = path.stat()
    except FileNotFoundError:
        return NOWHERE
    return Place(here.st_ino, here.st_size)


def _tail(path: Path, at: Place) -> Tail[str]:
    tail: Tail[str] = Tail(path, at)
    tail.MOST = READ_BYTES
    return tail


def _far_behind(path: Path, at: Place) -> tuple[int, Place] | None:
    """Further than can be read in time: how many bytes are given up, and where reading goes on."""
    try:
        here = os.stat(path)
    except FileNotFoundError:
        return None
    offset = at.offset if at.inode == here.st_ino else 0
    if here.st_size - offset <= BEHIND_BYTES:
        return None
    return here.st_size - READ_BYTES - offset, Place(here.st_ino, here.st_size - READ_BYTES)
