"""The handling clock of one case: begun by the dispatch, paused, extended, given back, dispatched again. Pure values.

A suspension (挂账) is granted once, for a year at most, and ends by itself. An extension adds one original limit to the deadline that
stands, twice at most, and never once that is past. A return (退回) stops the clock and begins the dispatcher's of 15 minutes; dispatched
to the same unit it goes on with what was left, to another it begins afresh.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from .work_time import Due, Pause, Reading, TimeLimit, Unit, WorkTime, merged

MOST_EXTENSIONS = 2
MOST_SUSPENDED = timedelta(days=365)
DISPATCH = timedelta(minutes=15)
"""Of the first dispatch and of each after a return; runs day and night."""


class Why(StrEnum):
    """Why the clock cannot be moved so."""

    OVERDUE = "overdue"
    EXTENDED_OFTEN = "extended_often"
    SUSPENDED_BEFORE = "suspended_before"
    TOO_LONG = "too_long"
    NOT_SUSPENDED = "not_suspended"
    RETURNED = "returned"
    NOT_RETURNED = "not_returned"
    EARLIER = "earlier"  # than what the clock knows already


class ClockRefused(ValueError):
    def __init__(self, why: Why) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(frozen=True, slots=True)
class HandlingClock:
    """Begun at ``started`` by a dispatch to ``unit``. Each method gives the clock that follows, or raises ClockRefused."""

    unit: str
    limit: TimeLimit
    started: datetime
    reading: Reading | None = None
    """None: as the settings say."""
    pauses: tuple[Pause, ...] = ()
    extensions: int = 0
    suspension: Pause | None = None
    """The one that was granted; its end moves when it is ended earlier."""
    returned_at: datetime | None = None
    """None: the unit has the case."""

    def due(self, work: WorkTime) -> Due | None:
        """None while the case is given back: the clock stands and nobody knows for how long."""
        return None if self.returned_at is not None else self._due(work, self.stood())

    def dispatch_due(self) -> datetime | None:
        """By when it is to be dispatched again; None: it is with a unit."""
        return None if self.returned_at is None else self.returned_at + DISPATCH

    def mark(self, work: WorkTime, share: float) -> datetime:
        """When this share (0 to 1) of the time until the deadline has run; UTC. As if the unit had the case."""
        stood = self.stood()
        due = self._due(work, stood).at
        if share >= 1:
            return due
        if self.limit.unit in (Unit.URGENT_WORK_HOUR, Unit.CLOCK_HOUR):
            paused = sum((max(timedelta(), min(one.end, due) - max(one.start, self.started)) for one in merged(stood)),
                         timedelta())  # fmt: skip
            whole = due - self.started - paused
        else:
            whole = work.worked(self.started, due, stood)
        return work.after(self.started, whole * share, self.limit.unit, stood)

    def stood(self) -> tuple[Pause, ...]:
        return (*self.pauses, self.suspension) if self.suspension else self.pauses

    def overdue(self, work: WorkTime, at: datetime) -> bool:
        """While it is given back: whether it was when that happened."""
        return (self.returned_at or at) > self._due(work, self.stood()).at

    def extend(self, work: WorkTime, at: datetime) -> HandlingClock:
        """An extension was approved; a refused one is none."""
        self._with_unit(at)
        if self.extensions >= MOST_EXTENSIONS:
            raise ClockRefused(Why.EXTENDED_OFTEN)
        if self.overdue(work, at):
            raise ClockRefused(Why.OVERDUE)
        return replace(self, extensions=self.extensions + 1)

    def suspend(self, at: datetime, until: datetime) -> HandlingClock:
        self._with_unit(at)
        if self.suspension is not None:
            raise ClockRefused(Why.SUSPENDED_BEFORE)
        if until <= at:
            raise ClockRefused(Why.EARLIER)
        if until - at > MOST_SUSPENDED:
            raise ClockRefused(Why.TOO_LONG)
        return replace(self, suspension=Pause(at, until))

    def resume(self, at: datetime) -> HandlingClock:
        """Earlier than the suspension would have ended."""
        if self.suspension is None or not self.suspension.start <= at < self.suspension.end:
            raise ClockRefused(Why.NOT_SUSPENDED)
        return replace(self, suspension=Pause(self.suspension.start, at))

    def give_back(self, at: datetime) -> HandlingClock:
        self._with_unit(at)
        return replace(self, returned_at=at)

    def dispatch(self, unit: str, at: datetime) -> HandlingClock:
        """After a return. Another unit's clock begins afresh; that there was a suspension stays known."""
        if self.returned_at is None:
            raise ClockRefused(Why.NOT_RETURNED)
        if at < self.returned_at:
            raise ClockRefused(Why.EARLIER)
        if unit == self.unit:
            return replace(self, pauses=(*self.pauses, Pause(self.returned_at, at)), returned_at=None)
        return replace(self, unit=unit, started=at, pauses=(), extensions=0, returned_at=None)

    def _due(self, work: WorkTime, pauses: tuple[Pause, ...]) -> Due:
        due = work.due(self.started, self.limit, self.reading, pauses)
        for _more in range(self.extensions):
            later = work.due(due.at, self.limit, self.reading, pauses)
            due = Due(later.at, due.provisional or later.provisional)
        return due

    def _with_unit(self, at: datetime) -> None:
        if self.returned_at is not None:
            raise ClockRefused(Why.RETURNED)
        if at < max((self.started, *(one.end for one in self.pauses))):
            raise ClockRefused(Why.EARLIER)
