"""Retention: how long, and what outranks it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.retention import Kept, Kind, Terms, expired, keep_until, kind_of

WHEN = datetime(2024, 8, 31, 12, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("kind", "until"),
    [
        (Kind.CITIZEN, datetime(2026, 8, 31, 12, tzinfo=UTC)),
        (Kind.UNANSWERED, datetime(2025, 2, 28, 12, tzinfo=UTC)),
        (Kind.NUISANCE, datetime(2025, 2, 28, 12, tzinfo=UTC)),
    ],
)
def test_each_kind_has_its_months(kind: Kind, until: datetime) -> None:
    """Months are the calendar's; a day that the month lacks becomes its last."""
    kept = Kept(kind, WHEN)
    assert keep_until(kept, Terms()) == until
    assert not expired(kept, Terms(), until - timedelta(microseconds=1))
    assert expired(kept, Terms(), until)


def test_a_penalty_case_counts_from_its_end() -> None:
    """While the case is open nobody may lose its recording; then 24 months begin."""
    assert not expired(Kept(Kind.PENALTY, WHEN), Terms(), WHEN.replace(year=2099))
    ended = datetime(2025, 2, 28, tzinfo=UTC)
    assert keep_until(Kept(Kind.PENALTY, WHEN, ended), Terms()) == datetime(2027, 2, 28, tzinfo=UTC)


@given(st.sampled_from(Kind), MOMENTS, st.none() | MOMENTS, MOMENTS)
def test_a_hold_outranks_everything(kind: Kind, started: datetime, ended: datetime | None, now: datetime) -> None:
    """A held recording never expires."""
    assert not expired(Kept(kind, started, ended, held=True), Terms(1, 1, 1, 1), now)


@given(st.sampled_from([Kind.CITIZEN, Kind.UNANSWERED, Kind.NUISANCE]), MOMENTS, st.integers(1, 600))
def test_never_before_its_time(kind: Kind, started: datetime, months: int) -> None:
    """Kept at least 28 days a month, at most 31."""
    until = keep_until(Kept(kind, started), Terms(months, months, months, months))
    assert until is not None
    assert timedelta(days=28 * months) <= until - started <= timedelta(days=31 * months)


def test_the_strongest_reason_to_keep_decides() -> None:
    """A penalty case outranks nuisance, nuisance outranks a talk."""
    assert kind_of(talked=True, nuisance=True, penalty_case=True) is Kind.PENALTY
    assert kind_of(talked=True, nuisance=True, penalty_case=False) is Kind.NUISANCE
    assert kind_of(talked=True, nuisance=False, penalty_case=False) is Kind.CITIZEN
    assert kind_of(talked=False, nuisance=False, penalty_case=False) is Kind.UNANSWERED
