"""The clock of a live case as events move it; its marks; and that what is kept is what was there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from zoneinfo import ZoneInfo

import pytest

from bridge.case_state import CaseState
from bridge.cases.open_case_clock import IDLE, MARKS, dump, load, mark_at, moved, running
from bridge.ticket import Limit, Promise, Ticket
from config.calendar import WorkCalendar
from config.case_clock import HandlingClock
from config.hours import parse
from config.work_time import Reading, TimeLimit, Unit, WorkTime

from .made import ticket

S = CaseState
ZONE = ZoneInfo("Asia/Shanghai")
WORK = WorkTime(parse("Mon-Fri 08:00-12:00,14:00-18:00"), WorkCalendar.of((), ()).row, ZONE)
MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=ZONE)


def matter(value: int = 8, unit: str = "work_hour") -> Ticket:
    limit = Limit(value, unit)
    return ticket(
        1,
        MONDAY.astimezone(UTC),
        promise=Promise(MONDAY, MONDAY, provisional=False, limit=limit, condition="", basis="catalogue"),
    )


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def told(one: Ticket, *events: tuple[float, S, str]) -> HandlingClock | None:
    clock = None
    for hours, state, unit in events:
        clock = moved(clock, state, unit, at(hours), one, WORK)
    return clock


def due(clock: HandlingClock | None) -> datetime:
    assert clock is not None
    found = clock.due(WORK)
    assert found is not None
    return found.at.astimezone(ZONE)


def test_a_dispatch_begins_it_and_filing_does_not() -> None:
    """Without a limit there is none."""
    assert told(matter(), (0, S.FILED, "")) is None
    assert due(told(matter(), (0, S.FILED, ""), (0, S.DISPATCHED, "甲"))) == datetime(2026, 11, 3, 9, 0, tzinfo=ZONE)
    assert told(replace(matter(), promise=None), (0, S.DISPATCHED, "甲")) is None


def test_a_suspension_stops_it_until_it_goes_on() -> None:
    """The hour in which it stood is added."""
    clock = told(matter(), (0, S.DISPATCHED, "甲"), (1, S.SUSPENDED, "甲"), (2, S.HANDLING, "甲"))
    assert due(clock) == datetime(2026, 11, 3, 10, 0, tzinfo=ZONE)
    assert running(told(matter(), (0, S.DISPATCHED, "甲"), (1, S.SUSPENDED, "甲")), WORK, S.SUSPENDED, 0) == IDLE


@pytest.mark.parametrize("out", [S.RETURNED, S.FILED, S.HANDLED, S.CHECKED])
def test_out_of_the_units_hands_it_stands(out: S) -> None:
    """The same unit goes on with what was left, another begins afresh."""
    away = ((0.0, S.DISPATCHED, "甲"), (1.0, out, ""))
    clock = told(matter(), *away)
    assert clock is not None
    assert clock.due(WORK) is None
    assert due(told(matter(), *away, (2, S.DISPATCHED, "甲"))) == datetime(2026, 11, 3, 10, 0, tzinfo=ZONE)
    assert due(told(matter(), *away, (2, S.DISPATCHED, "乙"))) == datetime(2026, 11, 3, 11, 0, tzinfo=ZONE)


def test_another_unit_begins_afresh_without_a_return() -> None:
    """A dispatch said again changes nothing."""
    assert due(told(matter(), (0, S.DISPATCHED, "甲"), (1, S.DISPATCHED, "乙"))) == datetime(
        2026, 11, 3, 10, 0, tzinfo=ZONE
    )
    assert due(told(matter(), (0, S.DISPATCHED, "甲"), (1, S.HANDLING, ""))) == datetime(2026, 11, 3, 9, 0, tzinfo=ZONE)


def test_marks_are_of_working_time() -> None:
    """Half of eight working hours from nine on is three in the afternoon; of clock hours four hours later; never in the night."""
    working, clock = told(matter(), (0, S.DISPATCHED, "甲")), told(matter(8, "clock_hour"), (0, S.DISPATCHED, "甲"))
    assert working is not None
    assert clock is not None
    near = timedelta(seconds=2)
    assert abs(mark_at(working, WORK, 50) - datetime(2026, 11, 2, 15, 0, tzinfo=ZONE)) < near
    assert abs(mark_at(clock, WORK, 50) - at(4)) < near
    assert mark_at(working, WORK, 100) == due(working)
    for one in (working, clock):
        moments = [mark_at(one, WORK, mark) for mark in MARKS]
        assert all(a < b for a, b in pairwise(moments))
    assert [running(working, WORK, S.HANDLING, marked).mark for marked in (0, 50, 80, 100)] == [50, 80, 100, 0]


def test_the_reading_is_the_catalogues_own() -> None:
    """The promise was reckoned by it."""
    one = matter(1, "work_day")
    assert one.promise is not None
    for reading in Reading:
        found = WORK.due(one.filed_at + timedelta(minutes=15), TimeLimit(1, Unit.WORK_DAY), reading).at
        clock = told(replace(one, promise=replace(one.promise, due=found)), (0, S.DISPATCHED, "甲"))
        assert clock is not None
        assert clock.reading is reading


def test_whatever_comes_moves_it_and_what_is_kept_is_what_was() -> None:
    """Any three states in any order: no error, and the same clock after it was written down."""
    for states in product(S, repeat=3):
        clock = None
        for n, state in enumerate(states):
            clock = moved(clock, state, "甲乙"[n % 2], at(n), matter(), WORK)
            assert load(dump(clock)) == clock
            running(clock, WORK, state, 0)
