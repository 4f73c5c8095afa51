"""The handling clock of a live case, moved by what is heard of it, and the moments at which 50, 80 and 100 % of it are over. Pure.

A dispatch begins it, a suspension stops it, and whatever takes the case out of the unit's hands (handled, back with the dispatcher or
the seat) lets it stand; in the same unit's hands again it goes on with what was left, in another's it begins afresh. The case store
is believed: what the clock's own rules refuse moves nothing here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bridge.case_state import CaseState
from bridge.ticket import Ticket
from config.case_clock import DISPATCH, MOST_SUSPENDED, ClockRefused, HandlingClock
from config.work_time import Due, Pause, Reading, TimeLimit, Unit, WorkTime

MARKS = (50, 80, 100)
"""Percent of the limit; the last one is overdue."""
WITH_UNIT = frozenset({CaseState.DISPATCHED, CaseState.HANDLING})
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Running:
    """What lists and alarms go by."""

    due: Due | None
    """None: there is no clock, or it stands."""
    mark: int
    """The next one; 0: none is to come."""
    mark_at: datetime | None


IDLE = Running(None, 0, None)


def moved(
    clock: HandlingClock | None, state: CaseState, unit: str, at: datetime, ticket: Ticket | None, work: WorkTime
) -> HandlingClock | None:
    """As it stands after the case became so; None: no limit is known, or it was never dispatched. ``ticket``: needed for
    the first dispatch."""
    if clock is None:
        return _begun(unit, at, ticket, work) if ticket is not None and state in WITH_UNIT else None
    try:
        if state in WITH_UNIT:
            return _with_unit(clock, unit or clock.unit, at)
        if state is CaseState.SUSPENDED:
            return clock.suspend(at, at + MOST_SUSPENDED) if clock.returned_at is None else clock
        return _resumed(clock, at).give_back(at) if clock.returned_at is None else clock
    except ClockRefused:
        return clock


def running(clock: HandlingClock | None, work: WorkTime, state: CaseState, marked: int) -> Running:
    """``marked``: the greatest one that was reached before."""
    if clock is None or state not in WITH_UNIT:
        return IDLE
    due = clock.due(work)
    if due is None:
        return IDLE
    later = [mark for mark in MARKS if mark > marked]
    return Running(due, later[0], mark_at(clock, work, later[0])) if later else Running(due, 0, None)


def mark_at(clock: HandlingClock, work: WorkTime, percent: int) -> datetime:
    """When so much of the limit is over: of working time where the limit is one, else of clock time, without pauses."""
    due = clock.due(work)
    if due is None:
        raise ValueError("the clock stands")
    if percent >= MARKS[-1]:
        return due.at
    wanted = _used(clock, work, due.at) * percent / 100
    early, late = clock.started, due.at
    while late - early > _SECOND:
        middle = early + (late - early) / 2
        early, late = (early, middle) if _used(clock, work, middle) >= wanted else (middle, late)
    return late.astimezone(UTC)


def _used(clock: HandlingClock, work: WorkTime, until: datetime) -> timedelta:
    stood = clock.stood()
    if clock.limit.unit in (Unit.WORK_DAY, Unit.WORK_HOUR):
        return work.worked(clock.started, until, stood)
    gone = until - clock.started
    for one in stood:
        gone -= max(timedelta(), min(one.end, until) - max(one.start, clock.started))
    return gone


def _begun(unit: str, at: datetime, ticket: Ticket, work: WorkTime) -> HandlingClock | None:
    promise = ticket.promise
    if promise is None or promise.limit.deadline is not None:
        return None
    try:
        limit = TimeLimit(promise.limit.value, Unit(promise.limit.unit))
        reading = next(
            (one for one in Reading if work.due(ticket.filed_at + DISPATCH, limit, one).at == promise.due), None
        )  # as the catalogue of the promise reads it
        clock = HandlingClock(unit, limit, at, reading)
        clock.due(work)
    except ValueError:
        return None
    return clock


def _with_unit(clock: HandlingClock, unit: str, at: datetime) -> HandlingClock:
    if clock.returned_at is not None:
        return clock.dispatch(unit, at)
    clock = _resumed(clock, at)
    return clock if unit == clock.unit else clock.give_back(at).dispatch(unit, at)


def _resumed(clock: HandlingClock, at: datetime) -> HandlingClock:
    one = clock.suspension
    return clock.resume(at) if one is not None and one.start <= at < one.end else clock


# -- kept ------------------------------------------------------------------------------------


def dump(clock: HandlingClock | None) -> str:
    if clock is None:
        return ""
    said: dict[str, Any] = {
        "unit": clock.unit, "value": clock.limit.value, "limit": str(clock.limit.unit),
        "started": clock.started.isoformat(), "reading": str(clock.reading or ""),
        "pauses": [[one.start.isoformat(), one.end.isoformat()] for one in clock.pauses], "extensions": clock.extensions,
        "suspension": [clock.suspension.start.isoformat(), clock.suspension.end.isoformat()] if clock.suspension else [],
        "returned_at": clock.returned_at.isoformat() if clock.returned_at else "",
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> HandlingClock | None:
    if not text:
        return None
    said = json.loads(text)
    read = datetime.fromisoformat
    return HandlingClock(
        said["unit"], TimeLimit(said["value"], Unit(said["limit"])), read(said["started"]),
        Reading(said["reading"]) if said["reading"] else None,
        tuple(Pause(read(a), read(b)) for a, b in said["pauses"]), said["extensions"],
        Pause(*map(read, said["suspension"])) if said["suspension"] else None,
        read(said["returned_at"]) if said["returned_at"] else None,
    )  # fmt: skip
