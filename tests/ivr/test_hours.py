"""Is the line open: hours, national holidays, made-up days, the operator's table."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from config.calendar import WorkCalendar
from config.hours import parse
from cti.ids import Instant
from ivr.hours import Opening

XIAMEN = ZoneInfo("Asia/Shanghai")
OFFICE = parse("Mon-Fri 08:00-12:00,14:30-17:30; Sat 09:00-12:00")


def at(text: str) -> Instant:
    return Instant(datetime.fromisoformat(text).replace(tzinfo=XIAMEN).timestamp())


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23 08:00", True),  # a Monday
        ("2026-11-23 07:59:59", False),
        ("2026-11-23 12:00", False),
        ("2026-11-23 17:29:59", True),
        ("2026-11-28 09:30", True),  # Saturday's own hours
        ("2026-11-29 09:30", False),  # Sunday
        ("2026-10-01 09:00", False),  # National Day, a Thursday
        ("2026-10-10 15:00", True),  # a Saturday worked to make up for it: a weekday's hours
        ("2026-02-14 15:00", True),  # the same before Spring Festival
        ("2026-02-17 09:00", False),  # Spring Festival
        ("2031-01-01 09:00", True),  # a year the calendar does not know: its weekday counts
    ],
)
def test_office_hours(moment: str, is_open: bool) -> None:
    """Hours are the centre's local time; holidays close and made-up days open."""
    assert Opening(OFFICE, XIAMEN).open_at(at(moment)) is is_open


def test_the_operators_days_outrank_the_calendar() -> None:
    """A day of the operator's own closes a working day and opens a holiday, in unknown years too."""
    days = WorkCalendar.of([date(2026, 11, 23), date(2031, 1, 1)], [date(2026, 10, 1), date(2031, 1, 4)])
    office = Opening(OFFICE, XIAMEN, days)
    assert not office.open_at(at("2026-11-23 09:00"))
    assert not office.open_at(at("2031-01-01 09:00"))
    assert office.open_at(at("2026-10-01 09:00"))
    assert office.open_at(at("2031-01-04 15:00"))  # a Saturday


def test_a_line_that_is_always_open_never_closes() -> None:
    """Neither at night nor on a holiday."""
    line = Opening(parse("always"), XIAMEN, WorkCalendar.of([date(2026, 2, 17)], []))
    assert line.open_at(at("2026-02-17 03:00"))
