"""The book: what Asterisk wrote durably, folded, with the place to resume from.

``read`` gives the events of the rows written since the last time and a ``Mark``: how far
was read, and from where reading must begin again after a crash so that every call still
open is folded from its first row. Who writes the ledger commits the mark with the rows
(``ledger/scribe.py``); nothing is kept here on disk. Synchronous; the file reads are
short and local.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import cel_rows
from . import events as ev
from . import frame_types as fr
from .asterisk_starts import AsteriskStarts, Begun
from .cel_frames import Reader
from .equipment_events import BookGap, ClockStepped, RowsRefused
from .file_tail import NOWHERE, Chunk, Place, Tail
from .fold import Fold
from .ids import CallId, Instant
from .numbering_plan import Plan

STEP_SECONDS = 30.0
"""Rows dated so long before the newest one tell of a clock that was set back."""
_MOMENT_OF_ROW = re.compile(rb'"[^"]*","(\d+\.\d+)"|(?<![0-9])(\d{9,11})\|')
NO_MOMENT = Instant(0.0)


@dataclass(frozen=True, slots=True)
class Mark:
    """Places to commit with a batch: ``read`` is folded, ``resume`` is where to begin again."""

    cel_read: Place = NOWHERE
    cel_resume: Place = NOWHERE
    queue_log_read: Place = NOWHERE
    queue_log_resume: Place = NOWHERE
    last: Instant = NO_MOMENT
    """Time of the newest row read; 0 not known."""
    life: Instant = NO_MOMENT
    """The newest life that had begun at ``resume``; 0 none is known."""
    cel_past: tuple[str, ...] = ()
    queue_log_past: tuple[str, ...] = ()
    """Files that are not read any more (``Tail.past``)."""
    again: bool = False
    """What was read before a restart is being read again: nothing of it is new."""


@dataclass(frozen=True, slots=True)
class Batch:
    events: list[ev.Event]
    mark: Mark
    more: bool
    """More is already waiting in the files."""


class Book:
    def __init__(
        self, plan: Plan, cel: Path, queue_log: Path, start: Mark,
        died: Callable[[Instant], Instant | None] = lambda _life: None,
    ) -> None:  # fmt: skip
        """``died``: when the life before the one that began then was over (``AsteriskDeaths.before``)."""
        self.fold = Fold(plan, live=False)
        self.reader = Reader()
        self._cel = Tail(
            cel, start.cel_resume, cel_rows.cel, read=start.cel_read, past=start.cel_past, moment=_moment_of_row
        )
        self._queue_log = Tail(
            queue_log, start.queue_log_resume, cel_rows.queue_log, read=start.queue_log_read,
            past=start.queue_log_past, moment=_moment_of_row,
        )  # fmt: skip
        self._began: dict[CallId, tuple[Place, Place, Instant]] = {}
        """Call still needed → places of its first row and its life, oldest first: the open ones, and what merged into them."""
        self._into: dict[CallId, CallId] = {}
        """Merged call → the one that went on with its legs."""
        self._lives: AsteriskStarts[Place] = AsteriskStarts(start.life, died)
        self._start = start
        self._last = start.last if start.cel_read == start.cel_resume else Instant(0.0)
        """Time of the newest row folded, as the clock was set then."""
        self._told = start
        self._unsaid: list[ev.Event] = []

    @property
    def last(self) -> Instant:
        """Time of the newest row read, before the restart or after."""
        return self._start.last if self._cel.again or not self._last else self._last

    def read(self) -> Batch | None:
        """What was written since; None when nothing was.

        queue_log is read before CEL: every CEL row older than a restart found there is
        then already in the CEL file.
        """
        out = self._unsaid  # kept when a file cannot be read now
        self._read_queue_log(out)
        since = self.last
        chunk = self._cel.read(since)
        if chunk.gap:
            until = next((_moment(row) for _, row in chunk.lines), None)
            out.append(BookGap(since, until, chunk.gap))
        refused = list(chunk.refused)
        for offset, row in chunk.lines:
            while refused and refused[0][0] < offset:
                self._refuse(chunk, *refused.pop(0), out)
            at, place = _moment(row), Place(chunk.at.inode, offset, chunk.at.head)
            if at < self._last - STEP_SECONDS:
                if not chunk.again:
                    out.append(ClockStepped(at, at - self._last, chunk.file))
                self._last = at
            frames = self.reader.cel(row)
            born = next((frame.leg for frame in frames if isinstance(frame, fr.LegNew)), None)
            if self._lives:
                for begun in self._lives.reached(at, born, self._last):
                    if begun.ends is None and not chunk.again:
                        out.append(ClockStepped(at, at - begun.at, "queue_log"))
                    self._begin(begun, place, out)
            elif born is not None:
                self._lives.born(born)
            self._last = max(self._last, at)
            for frame in frames:
                self._apply(frame, place, out)
        for one in refused:
            self._refuse(chunk, *one, out)
        if not chunk.more:
            for begun in self._lives.at_the_end(bool(self.fold.board.legs), self._last):
                self._begin(begun, self._cel.at, out)
        self._unsaid, mark = [], self._mark()
        if mark == self._told and not out and not chunk.more:
            return None
        self._told = mark
        return Batch(out, mark, chunk.more)

    def end(self, calls: Mapping[CallId, Instant], why: str) -> Batch:
        """End these open calls at these moments: Asterisk does not list them any more, and did not write their end."""
        out: list[ev.Event] = []
        for call, at in calls.items():
            found = self.fold.board.calls.get(call)
            if found is None:
                continue
            out.append(ev.CallUncertain(call, at, why))
            for leg in sorted(found.legs.values(), key=lambda leg: leg.first):
                self._apply(fr.LegGone(max(at, leg.born), leg.id, 0, ""), self._cel.at, out)
        return Batch(out, self._mark(), more=False)

    def _read_queue_log(self, out: list[ev.Event]) -> None:
        more = True
        while more:
            chunk = self._queue_log.read(self.last)
            more = chunk.more
            if chunk.gap:
                out.append(BookGap(self.last, None, f"{chunk.file}: {chunk.gap}"))
            for offset, row in chunk.lines:
                for life in self.reader.queue_log(row):
                    back = self._lives.add(life.at, Place(chunk.at.inode, offset, chunk.at.head))
                    if back and not chunk.again:
                        out.append(ClockStepped(life.at, back, chunk.file))
            for one in chunk.refused:
                self._refuse(chunk, *one, out)

    def _refuse(self, chunk: Chunk[cel_rows.Row], offset: int, refused: cel_rows.Refused, out: list[ev.Event]) -> None:
        """Told once: not when the same bytes are read again after a restart."""
        self.reader.skipped += refused.rows
        self.reader.last_bad = f"{refused.why}: {refused.sample[:120]!r}"
        if chunk.again:
            return
        inode, why, sample = chunk.at.inode, refused.why, refused.sample
        out.append(RowsRefused(self.last, chunk.file, inode, offset, refused.rows, why, sample))

    def _begin(self, begun: Begun, place: Place, out: list[ev.Event]) -> None:
        ends = begun.ends
        self._apply(fr.NodeLife(begun.at, "", ends or Instant(0.0), spares=ends is None), place, out)

    def _apply(self, frame: fr.Frame, place: Place, out: list[ev.Event]) -> None:
        for event in self.fold.apply(frame):
            if isinstance(event, ev.CallArrived):
                self._began[event.call] = (place, self._queue_log_place(), self._lives.newest)
            elif isinstance(event, ev.CallsMerged):
                self._into[event.merged] = event.call
            elif isinstance(event, ev.CallEnded) and event.call not in self._into:
                self._forget(event.call)
            out.append(event)

    def _forget(self, call: CallId) -> None:
        """This call is over, and with it those that merged into it: none of their rows is needed again."""
        self._began.pop(call, None)
        for merged in [merged for merged, kept in self._into.items() if kept == call]:
            del self._into[merged]
            self._forget(merged)

    def _queue_log_place(self) -> Place:
        return self._lives.place or self._queue_log.at

    def _mark(self) -> Mark:
        now = (self._cel.at, self._queue_log_place(), self._lives.newest)
        cel, queue_log, life = next(iter(self._began.values()), now)
        return Mark(
            self._cel.at, cel, self._queue_log.at, queue_log, self.last, life, self._cel.past, self._queue_log.past,
            self._cel.again,
        )  # fmt: skip


def _moment(row: cel_rows.Row) -> Instant:
    return Instant(float(row[1]))


def _moment_of_row(data: bytes) -> float | None:
    found = _MOMENT_OF_ROW.search(data)
    return float(found[1] or found[2]) if found else None
