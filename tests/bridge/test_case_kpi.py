"""Rates of published months out of our own sums, and what each count holds."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bridge.cases.case_kpi import BELONGS, RATES, CaseFacts, Count, Period, counted, listed, percent, rate, share

START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
MONTH = Period(START, END)
MIDDLE = datetime(2026, 11, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
WORKED = list(
    csv.DictReader((Path(__file__).parent / "data" / "kpi-worked-examples.csv").read_text("utf-8").splitlines())
)
"""``counts``: published beside the ratio, or reconstructed (the smallest that give it to four places)."""
NAMES = {
    "filed/accepted": "filed_of_accepted",
    "closed/should_close": "closed_of_should_close",
    "closed_in_time/should_close": "in_time_of_should_close",
    "closed/accepted": "closed_of_accepted",
    "done/dispatched": "handled_of_dispatched",
}
"""The others divide counts of two sources or places."""
ACCEPTED_BEFORE = START - HOUR


def having(count: Count, *, yes: bool) -> CaseFacts:
    """A case that is in the denominator of a published ratio, and in its numerator or not."""
    done = MIDDLE if yes else None
    if count is Count.FILED:
        return CaseFacts(MIDDLE, filed_at=done)
    if count is Count.CLOSED_OF_ACCEPTED:
        return CaseFacts(MIDDLE, closed_at=done)
    if count is Count.HANDLED_OF_DISPATCHED:
        return CaseFacts(ACCEPTED_BEFORE, dispatched_at=MIDDLE, handled_at=done)
    if count is Count.CLOSED_IN_TIME:
        return CaseFacts(ACCEPTED_BEFORE, closed_at=MIDDLE if yes else MIDDLE + HOUR, handle_by=MIDDLE)
    assert count is Count.CLOSED
    return CaseFacts(ACCEPTED_BEFORE, closed_at=done, handle_by=MIDDLE)


@pytest.mark.parametrize("row", WORKED, ids=lambda row: f"{row['case']} {row['ratio']}")
def test_published_ratios(row: dict[str, str]) -> None:
    part, whole, published = int(row["part"]), int(row["whole"]), Decimal(row["published_percent"])
    places = -int(published.as_tuple().exponent)
    name = NAMES.get(row["ratio"])
    if name is None:
        found = share(part, whole)
    else:
        of = RATES[name].of
        cases = [having(of, yes=True)] * part + [having(of, yes=False)] * (whole - part)
        counts = counted(cases, MONTH)
        assert (counts[of], counts[RATES[name].divided_by]) == (part, whole)
        found = rate(name, counts)
    assert found is not None
    assert percent(found, places) == published


def test_one_month_has_two_closing_rates() -> None:
    """By what was to be closed and by what was accepted: the header must say which."""
    cases = [
        CaseFacts(MIDDLE, closed_at=MIDDLE + HOUR, handle_by=MIDDLE + HOUR),
        CaseFacts(MIDDLE, handle_by=END + HOUR),
    ]
    counts = counted(cases, MONTH)
    assert rate("closed_of_should_close", counts) == 1
    assert rate("closed_of_accepted", counts) == share(1, 2)


def test_without_anything_to_divide_by_there_is_no_rate() -> None:
    assert {rate(name, counted([], MONTH)) for name in RATES} == {None}


def test_suspended_cases_may_be_left_out_of_the_denominator() -> None:
    done = CaseFacts(ACCEPTED_BEFORE, closed_at=MIDDLE, handle_by=MIDDLE)
    counts = counted([done, CaseFacts(ACCEPTED_BEFORE, handle_by=MIDDLE, suspended=True)], MONTH)
    assert rate("in_time_of_should_close", counts) == share(1, 2)
    assert rate("in_time_of_should_close_without_suspended", counts) == 1


def test_an_exemption_spares_the_rate_and_stays_counted() -> None:
    late = CaseFacts(ACCEPTED_BEFORE, closed_at=MIDDLE + HOUR, handle_by=MIDDLE, appeal="granted")
    counts = counted([late], MONTH)
    assert (counts[Count.CLOSED_IN_TIME], counts[Count.CLOSED_LATE], counts[Count.EXEMPTED]) == (1, 0, 1)


def test_what_was_carried_over_is_to_be_closed_too() -> None:
    old = CaseFacts(ACCEPTED_BEFORE, closed_at=MIDDLE, handle_by=ACCEPTED_BEFORE)
    counts = counted([old], MONTH)
    assert (counts[Count.SHOULD_CLOSE], counts[Count.SHOULD_CLOSE_CARRIED], counts[Count.CLOSED_CARRIED]) == (0, 1, 1)


def test_every_count_has_its_list() -> None:
    cases = [
        having(count, yes=yes) for count in (Count.FILED, Count.CLOSED, Count.CLOSED_IN_TIME) for yes in (True, False)
    ]
    assert set(BELONGS) == set(Count)
    assert {count: len(listed(cases, MONTH, count)) for count in Count} == counted(cases, MONTH)


def test_halves_go_up() -> None:
    found = share(1, 800)
    assert found is not None
    assert percent(found) == Decimal("0.13")
