"""One case's handling clock: suspended, extended, given back, dispatched again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from config.case_clock import ClockRefused, HandlingClock, Why
from config.work_time import Reading, TimeLimit, Unit
from tests.config.test_work_time import WORK, local

HOURS = TimeLimit(4, Unit.WORK_HOUR)
BEGUN = HandlingClock("hw-350203", HOURS, local("2026-11-24T08:00"))


def due(clock: HandlingClock) -> datetime:
    found = clock.due(WORK)
    assert found is not None
    return found.at


def refused(work: object) -> Why:
    with pytest.raises(ClockRefused) as fault:
        work()  # type: ignore[operator]  # a lambda
    return fault.value.why


def test_a_suspension_stops_it_once_and_ends_by_itself() -> None:
    stood = BEGUN.suspend(local("2026-11-24T09:00"), local("2026-11-24T16:00"))
    assert due(stood) == local("2026-11-25T09:00")
    assert refused(lambda: stood.suspend(local("2026-11-24T17:00"), local("2026-11-25T17:00"))) is Why.SUSPENDED_BEFORE
    early = stood.resume(local("2026-11-24T10:00"))
    assert due(early) == local("2026-11-24T15:00")
    assert refused(lambda: early.resume(local("2026-11-24T17:00"))) is Why.NOT_SUSPENDED


def test_a_suspension_is_for_a_year_at_most() -> None:
    at = local("2026-11-24T09:00")
    assert refused(lambda: BEGUN.suspend(at, at + timedelta(days=365, minutes=1))) is Why.TOO_LONG
    assert refused(lambda: BEGUN.suspend(at, at)) is Why.EARLIER
    assert BEGUN.suspend(at, at + timedelta(days=365)).suspension


def test_an_extension_adds_one_original_limit_to_the_deadline_twice() -> None:
    at = local("2026-11-24T11:00")
    once = BEGUN.extend(WORK, at)
    assert due(once) == local("2026-11-24T18:00")
    twice = once.extend(WORK, at)
    assert due(twice) == local("2026-11-25T12:00")
    assert refused(lambda: twice.extend(WORK, at)) is Why.EXTENDED_OFTEN


def test_an_extension_of_counted_days_is_counted_from_the_deadline() -> None:
    clock = HandlingClock("u", TimeLimit(2, Unit.WORK_DAY), local("2026-11-27T15:00"), Reading.COUNTED)
    assert due(clock.extend(WORK, local("2026-11-30T09:00"))) == local("2026-12-03T18:00")


def test_what_is_overdue_is_not_extended() -> None:
    assert due(BEGUN) == local("2026-11-24T12:00")
    assert BEGUN.extend(WORK, local("2026-11-24T12:00"))
    assert refused(lambda: BEGUN.extend(WORK, local("2026-11-24T12:01"))) is Why.OVERDUE


def test_given_back_it_stands_and_the_dispatcher_has_a_quarter_of_an_hour() -> None:
    back = BEGUN.give_back(local("2026-11-24T10:00"))
    assert back.due(WORK) is None
    assert back.dispatch_due() == local("2026-11-24T10:15")
    assert refused(lambda: back.give_back(local("2026-11-24T10:05"))) is Why.RETURNED
    assert not back.overdue(WORK, local("2026-12-24T10:00"))


def test_to_the_same_unit_it_goes_on_and_to_another_it_begins_afresh() -> None:
    back = BEGUN.give_back(local("2026-11-24T10:00"))
    same = back.dispatch(BEGUN.unit, local("2026-11-24T14:30"))
    assert due(same) == local("2026-11-24T16:30")
    other = back.dispatch("sz-350203", local("2026-11-24T14:30"))
    assert due(other) == local("2026-11-25T08:30")  # 3 h 30 min today, the rest tomorrow
    assert refused(lambda: same.dispatch("x", local("2026-11-24T15:00"))) is Why.NOT_RETURNED
    assert refused(lambda: back.dispatch("x", local("2026-11-24T09:00"))) is Why.EARLIER


def test_another_unit_gets_no_second_suspension_but_its_own_extensions() -> None:
    at = local("2026-11-24T09:00")
    clock = BEGUN.extend(WORK, at).suspend(at, local("2026-11-24T10:00"))
    other = clock.give_back(local("2026-11-24T10:30")).dispatch("sz-350203", local("2026-11-24T11:00"))
    assert other.extensions == 0
    assert refused(lambda: other.suspend(local("2026-11-24T11:30"), local("2026-11-24T12:00"))) is Why.SUSPENDED_BEFORE
