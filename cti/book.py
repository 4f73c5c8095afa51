"""The book: what Asterisk wrote durably, folded, with the place to resume from.

``read`` gives the events of the rows written since the last time and a ``Mark``: how far
was read, and from where reading must begin again after a crash so that every call still
open is folded from its first row. Who writes the ledger commits the mark with the rows
(``ledger/scribe.py``); nothing is kept here on disk. Synchronous; the file reads are
short and local.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import events as ev
from . import frames as fr
from .backfill import Reader
from .fold import Fold
from .ids import CallId, Instant
from .plan import Plan
from .tail import NOWHERE, Place, Tail


@dataclass(frozen=True, slots=True)
class Mark:
    """Offsets to commit with a batch: ``read`` is folded, ``resume`` is where to begin again."""

    cel_read: Place = NOWHERE
    cel_resume: Place = NOWHERE
    queue_log_read: Place = NOWHERE
    queue_log_resume: Place = NOWHERE


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
        """``died``: when the life before the one that began then was over (``Deaths.before``)."""
        self.fold = Fold(plan, live=False)
        self.reader = Reader()
        self._cel = Tail(cel, start.cel_resume)
        self._queue_log = Tail(queue_log, start.queue_log_resume)
        self._began: dict[CallId, tuple[Place, Place]] = {}
        """Call still needed → places of its first row, oldest first: the open ones, and what merged into them."""
        self._into: dict[CallId, CallId] = {}
        """Merged call → the one that went on with its legs."""
        self._lives: deque[tuple[fr.NodeLife, Place]] = deque()
        """Restarts of Asterisk not yet reached by the CEL rows, with the place before their line."""
        self._last: Instant = Instant(0.0)
        self._died = died
        self._life = Instant(0.0)
        """When the newest life began."""

    @property
    def last(self) -> Instant:
        """Time of the newest row folded."""
        return self._last

    def read(self) -> Batch | None:
        """What was written since; None when nothing was.

        queue_log is read before CEL: every CEL row older than a restart found there is
        then already in the CEL file.
        """
        before = (self._cel.at, self._queue_log.at)
        self._read_queue_log()
        chunk = self._cel.read()
        out: list[ev.Event] = []
        if chunk.gap:
            out.append(ev.BookGap(self._last))
        for offset, line in chunk.lines:
            place = Place(chunk.at.inode, offset)
            for frame in self.reader.cel(line):
                if self._lives and frame.at >= self._lives[0][0].at:
                    self._live(frame.at, out)
                self._last = max(self._last, frame.at)
                self._apply(frame, place, out)
        if not chunk.more:
            self._live(None, out)
        if (self._cel.at, self._queue_log.at) == before and not out:
            return None
        return Batch(out, self._mark(), chunk.more)

    def _read_queue_log(self) -> None:
        chunk = self._queue_log.read()
        for offset, line in chunk.lines:
            for life in self.reader.queue_log(line):
                assert isinstance(life, fr.NodeLife)
                self._lives.append((life, Place(chunk.at.inode, offset)))

    def _live(self, until: Instant | None, out: list[ev.Event]) -> None:
        """Apply the restarts up to this moment (None: all; no older CEL row can follow)."""
        while self._lives and (until is None or self._lives[0][0].at <= until):
            life, place = self._lives.popleft()
            died = self._died(life.at)
            if died is not None and died > self._life:  # what it still wrote, it wrote alive
                life = life._replace(died=max(died, self._last))
            self._life = life.at
            self._apply(life, place, out)

    def _apply(self, frame: fr.Frame, place: Place, out: list[ev.Event]) -> None:
        for event in self.fold.apply(frame):
            if isinstance(event, ev.CallArrived):
                self._began[event.call] = (place, self._queue_log_place())
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
        return self._lives[0][1] if self._lives else self._queue_log.at

    def _mark(self) -> Mark:
        queue_log = self._queue_log_place()
        resume = next(iter(self._began.values()), (self._cel.at, queue_log))
        return Mark(self._cel.at, resume[0], queue_log, resume[1])
