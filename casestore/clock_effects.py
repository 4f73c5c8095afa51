"""What a transition does to a case's clocks: the one of its state, and the one of its handling. Pure values.

The sums are ``config/case_clock.py``'s. Kept as JSON in ``cases.clock``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from config.case_clock import ClockRefused, HandlingClock
from config.work_time import BY_CALENDAR, Due, Pause, TimeLimit, Unit, WorkTime

from .states import State
from .transition_table import ClockEffect

QUARTER, HALF_HOUR = timedelta(minutes=15), timedelta(minutes=30)
STAGES: Mapping[State, timedelta | TimeLimit] = {
    State.REPORTED: QUARTER,
    State.RETURNED_ACCEPTER: QUARTER,
    State.ACCEPTED: QUARTER,
    State.RETURNED_DISPATCHER: QUARTER,
    State.HANDLED: HALF_HOUR,
    State.RULING: TimeLimit(4, Unit.WORK_HOUR),
    State.SUPERVISION: TimeLimit(4, Unit.WORK_HOUR),
    State.REPLIED: TimeLimit(8, Unit.WORK_HOUR),
}
"""How long a case may stand in a state that no unit's clock runs in; a timedelta runs day and night. A quarter of an hour to
accept and to dispatch is what deployed platforms have; those from ``RULING`` on are ours."""
CHECK_LIMIT = HALF_HOUR
"""Of a check and of a verification; day and night."""
RETURN_LIMIT = TimeLimit(4, Unit.WORK_HOUR)
"""From the dispatch on, a unit may give a case back so long."""
WITH_UNIT = frozenset({State.DISPATCHED, State.ASSIGNED, State.WORK_DONE, State.SUSPENDED})
MARKS = (50, 80, 100)
"""Percent of a limit."""


@dataclass(frozen=True, slots=True)
class Clocks:
    stage_due: datetime | None = None
    """Of the state's own clock; None: it has none, or it stands."""
    stage_left: timedelta | None = None
    """It stands, with so much left."""
    handling: HandlingClock | None = None
    """None: never dispatched."""

    def due(self, state: State, work: WorkTime) -> datetime | None:
        """Of the clock that runs in this state."""
        if state in WITH_UNIT and self.handling is not None:
            found = self.handling.due(work)
            return None if found is None else found.at
        return self.stage_due

    def by_calendar(self, state: State) -> bool:
        """Whether the clock that runs in this state runs in working time."""
        limit = self.handling.limit if state in WITH_UNIT and self.handling is not None else STAGES.get(state)
        return isinstance(limit, TimeLimit) and limit.unit in BY_CALENDAR

    def handling_due(self, work: WorkTime) -> Due | None:
        return None if self.handling is None else self.handling.due(work)

    def overdue(self, work: WorkTime, now: datetime) -> bool:
        return self.handling is not None and self.handling.overdue(work, now)


@dataclass(frozen=True, slots=True)
class Moved:
    """What an effect needs to know of the transition."""

    effect: ClockEffect
    target: State
    at: datetime
    unit: str = ""
    limit: TimeLimit | None = None
    until: datetime | None = None
    afresh: bool = False
    """Also to the same unit: a judge said the limit."""


def applied(clocks: Clocks, moved: Moved, work: WorkTime) -> Clocks:
    """The clocks that follow. Raises ClockRefused."""
    handling = clocks.handling
    at = moved.at if handling is None else max(moved.at, _begun(handling))
    match moved.effect:
        case ClockEffect.NONE:
            return clocks
        case ClockEffect.STAGE:
            return Clocks(state_due(moved.target, moved.at, work), None, _back(handling, at))
        case ClockEffect.ACCEPT_STANDS:
            left = timedelta() if clocks.stage_due is None else max(timedelta(), clocks.stage_due - moved.at)
            return replace(clocks, stage_due=None, stage_left=left)
        case ClockEffect.ACCEPT_GOES_ON:
            if clocks.stage_left is None:
                return replace(clocks, stage_due=state_due(moved.target, moved.at, work))
            return replace(clocks, stage_due=moved.at + clocks.stage_left, stage_left=None)
        case ClockEffect.HANDLING_BEGINS:
            return Clocks(None, None, _begin(handling, moved, at))
        case ClockEffect.HANDLING_STANDS:
            return Clocks(state_due(moved.target, moved.at, work), None, _back(handling, at))
        case ClockEffect.SUSPENDS:
            if moved.until is None:
                raise ValueError("a suspension has an end")
            return replace(clocks, handling=None if handling is None else handling.suspend(at, moved.until))
        case ClockEffect.RESUMES:
            return replace(clocks, handling=None if handling is None else _resumed(handling, at))
        case ClockEffect.EXTENDS:
            return replace(clocks, handling=None if handling is None else handling.extend(work, at))
        case ClockEffect.STOPS:
            return Clocks(None, None, _back(handling, at))


def state_due(state: State, at: datetime, work: WorkTime) -> datetime | None:
    limit = STAGES.get(state)
    if limit is None:
        return None
    return at + limit if isinstance(limit, timedelta) else work.due(at, limit).at


def marks(clocks: Clocks, work: WorkTime) -> list[tuple[int, datetime]]:
    """When which percentage of the handling limit is over; none while the clock stands."""
    clock = clocks.handling
    if clock is None or clock.returned_at is not None:
        return []
    return [(percent, clock.mark(work, percent / 100)) for percent in MARKS]


def _begin(handling: HandlingClock | None, moved: Moved, at: datetime) -> HandlingClock:
    limit = moved.limit or (handling.limit if handling else None)
    if limit is None:
        raise ValueError("a dispatch has a limit")
    if handling is None or handling.returned_at is None:
        return HandlingClock(moved.unit, limit, at)
    if moved.afresh:
        return HandlingClock(moved.unit, limit, at, suspension=handling.suspension)
    if moved.unit != handling.unit:
        return replace(handling.dispatch(moved.unit, at), limit=limit)
    return handling.dispatch(moved.unit, at)


def _back(handling: HandlingClock | None, at: datetime) -> HandlingClock | None:
    if handling is None or handling.returned_at is not None:
        return handling
    if handling.suspension is not None and handling.suspension.start <= at < handling.suspension.end:
        handling = handling.resume(at)
    return handling.give_back(at)


def _resumed(handling: HandlingClock, at: datetime) -> HandlingClock:
    try:
        return handling.resume(at)
    except ClockRefused:  # it ended by itself
        return handling


def _begun(handling: HandlingClock) -> datetime:
    """A machine's clock that was put back moves no case before its own history."""
    returned = [handling.returned_at] if handling.returned_at else []
    return max([handling.started, *(one.end for one in handling.pauses), *returned])


# -- kept ------------------------------------------------------------------------------------


def dump(clocks: Clocks) -> str:
    handling = clocks.handling
    return json.dumps({
        "stage_due": _text(clocks.stage_due),
        "stage_left": None if clocks.stage_left is None else clocks.stage_left.total_seconds(),
        "handling": None if handling is None else {
            "unit": handling.unit, "value": handling.limit.value, "limit_unit": handling.limit.unit,
            "started": _text(handling.started), "pauses": [[_text(one.start), _text(one.end)] for one in handling.pauses],
            "extensions": handling.extensions,
            "suspension": handling.suspension and [_text(handling.suspension.start), _text(handling.suspension.end)],
            "returned_at": _text(handling.returned_at),
        },
    }, ensure_ascii=False)  # fmt: skip


def load(text: str) -> Clocks:
    """What ``dump`` wrote; '' of a case of before."""
    if not text:
        return Clocks()
    told = json.loads(text)
    kept = told["handling"]
    handling = None if kept is None else HandlingClock(
        kept["unit"], TimeLimit(kept["value"], Unit(kept["limit_unit"])), _sure(kept["started"]),
        pauses=tuple(Pause(_sure(a), _sure(b)) for a, b in kept["pauses"]), extensions=kept["extensions"],
        suspension=Pause(*map(_sure, kept["suspension"])) if kept["suspension"] else None,
        returned_at=_moment(kept["returned_at"]),
    )  # fmt: skip
    left = told["stage_left"]
    return Clocks(_moment(told["stage_due"]), None if left is None else timedelta(seconds=left), handling)


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else _sure(text)


def _sure(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
