"""The clock against vectors computed minute by minute, and against a brute force of its own."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.calendar import REACHES_BACK_TO, Day, Standing, WorkCalendar
from config.hours import parse
from config.read import read
from config.work_time import Due, Pause, Reading, TimeLimit, Unit, WorkTime, merged, of_settings
from tests.sampling import examples

XIAMEN = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar()
WORK = WorkTime(parse("Mon-Fri 08:00-12:00,14:00-18:00"), CALENDAR.row, XIAMEN)
MINUTE = timedelta(minutes=1)
VECTORS = list(csv.DictReader((Path(__file__).parent / "data" / "clock-vectors.csv").read_text("utf-8").splitlines()))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=XIAMEN)


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["why"])
def test_vectors(row: dict[str, str]) -> None:
    unit, _comma, suspended = row["unit"].partition(", suspended ")
    unit, _blank, reading = unit.partition(" ")
    pauses = [Pause(*map(local, suspended.split("/")))] if suspended else []
    how = Reading(reading.strip("()")) if reading else Reading.COUNTED
    due = WORK.due(local(row["start"]), TimeLimit(int(row["value"]), Unit(unit)), how, pauses)
    assert due == Due(local(row["due"]).astimezone(UTC), provisional=False)


def test_there_are_all_vectors() -> None:
    assert len(VECTORS) == 21


# -- against every minute ---------------------------------------------------------------------

FIRST = datetime(2026, 9, 18, tzinfo=UTC)
MOMENTS = st.integers(0, 40 * 1440).map(lambda n: FIRST + n * MINUTE)
PAUSES = st.lists(st.tuples(MOMENTS, st.integers(0, 4000)).map(lambda p: Pause(p[0], p[0] + p[1] * MINUTE)), max_size=3)


def runs(minute: datetime, pauses: list[Pause], *, shifts: bool = True) -> bool:
    """Whether the clock runs in the minute that begins here."""
    if any(one.start <= minute < one.end for one in pauses):
        return False
    here = minute.astimezone(XIAMEN)
    of_day = here.hour * 60 + here.minute
    return not shifts or (CALENDAR.row(here.date()).work and (480 <= of_day < 720 or 840 <= of_day < 1080))


def minute_by_minute(start: datetime, minutes: int, pauses: list[Pause], *, shifts: bool = True) -> datetime:
    at = start
    while minutes:
        minutes -= runs(at, pauses, shifts=shifts)
        at += MINUTE
    return at


@settings(max_examples=examples(30))
@given(MOMENTS, st.integers(1, 30), PAUSES)
def test_working_hours_are_so_many_minutes_of_work(start: datetime, hours: int, pauses: list[Pause]) -> None:
    due = WORK.due(start, TimeLimit(hours, Unit.WORK_HOUR), pauses=pauses).at
    assert due == minute_by_minute(start, hours * 60, pauses)
    assert WORK.worked(start, due, pauses) == timedelta(hours=hours)


@given(MOMENTS, st.integers(1, 4), PAUSES)
def test_elapsed_days_are_eight_hours_each(start: datetime, days: int, pauses: list[Pause]) -> None:
    due = WORK.due(start, TimeLimit(days, Unit.WORK_DAY), Reading.ELAPSED, pauses)
    assert due == WORK.due(start, TimeLimit(8 * days, Unit.WORK_HOUR), pauses=pauses)


@given(MOMENTS, st.integers(1, 72), PAUSES, st.sampled_from([Unit.URGENT_WORK_HOUR, Unit.CLOCK_HOUR]))
def test_urgent_hours_run_through_nights_and_holidays(
    start: datetime, hours: int, pauses: list[Pause], unit: Unit
) -> None:
    due = WORK.due(start, TimeLimit(hours, unit), pauses=pauses).at
    assert due == minute_by_minute(start, hours * 60, pauses, shifts=False)


@settings(max_examples=examples(30))
@given(MOMENTS, st.integers(1, 8), PAUSES)
def test_counted_days_end_at_close_of_business(start: datetime, days: int, pauses: list[Pause]) -> None:
    """Walked day by day and minute by minute: of the days after the first those count in which work was never paused."""
    day, left = start.astimezone(XIAMEN).date(), days
    while left:
        day += timedelta(days=1)
        left -= CALENDAR.row(day).work and all(runs(minute, pauses) for minute in worked_minutes(day))
    due = WORK.due(start, TimeLimit(days, Unit.WORK_DAY), Reading.COUNTED, pauses).at
    assert due == local(f"{day}T18:00")


def worked_minutes(day: date) -> list[datetime]:
    hours = (8, 9, 10, 11, 14, 15, 16, 17)
    return [local(f"{day}T{hour:02}:00") + n * MINUTE for hour in hours for n in range(60)]


@given(MOMENTS, MOMENTS, st.integers(1, 20), st.sampled_from(Unit), st.sampled_from(Reading), PAUSES)
def test_who_begins_later_is_not_due_earlier(
    one: datetime, other: datetime, value: int, unit: Unit, reading: Reading, pauses: list[Pause]
) -> None:
    first, second = sorted((one, other))
    limit = TimeLimit(value, unit)
    assert WORK.due(first, limit, reading, pauses).at <= WORK.due(second, limit, reading, pauses).at
    assert WORK.due(first, limit, reading).at <= WORK.due(first, limit, reading, pauses).at
    assert WORK.due(first, limit, reading).at > first


@given(MOMENTS, st.integers(1, 15))
def test_a_citizen_is_promised_the_later_and_a_unit_reminded_of_the_earlier(start: datetime, days: int) -> None:
    limit = TimeLimit(days, Unit.WORK_DAY)
    both = {WORK.due(start, limit, one).at for one in Reading}
    assert (WORK.reminded(start, limit).at, WORK.promised(start, limit).at) == (min(both), max(both))


# -- calendar ---------------------------------------------------------------------------------


def test_over_a_year_nobody_has_announced_it_is_provisional() -> None:
    """New Year's Day 2027 is off for sure, and whether a Sunday near it is worked nobody knows."""
    within = WORK.due(local("2026-12-22T09:00"), TimeLimit(2, Unit.WORK_DAY))
    over = WORK.due(local("2026-12-30T09:00"), TimeLimit(2, Unit.WORK_DAY))
    assert (within.provisional, over.provisional) == (False, True)
    assert over.at == local("2027-01-04T18:00")
    assert not WORK.due(local("2026-12-31T23:00"), TimeLimit(24, Unit.CLOCK_HOUR)).provisional


def test_the_last_days_of_a_year_hang_on_the_next_ones_notice() -> None:
    """2018's notice for 2019 moved days from the 29th of December on: until the next year is told, those are provisional."""
    known = [date.fromordinal(n) for n in range(date(2006, 1, 1).toordinal(), date(2026, 1, 1).toordinal())]
    plain = {day: CALENDAR.row(day).work == (day.weekday() < 5) for day in known if day.month == 12}
    assert min(day.day for day, same in plain.items() if not same) >= REACHES_BACK_TO
    assert not WORK.provisional(local("2026-12-25T09:00"))
    assert WORK.provisional(local("2026-12-30T09:00"))
    assert WORK.due(local("2026-12-28T09:00"), TimeLimit(2, Unit.WORK_DAY)).provisional
    told = WorkTime(parse("Mon-Fri 08:00-12:00"), WorkCalendar.of([date(2027, 10, 1)], []).row, XIAMEN)
    assert not told.provisional(local("2026-12-30T09:00"))
    one_day = WorkTime(parse("Mon-Fri 08:00-12:00"), WorkCalendar.of([date(2027, 1, 1)], []).row, XIAMEN)
    assert one_day.provisional(local("2027-01-04T09:00")), "one day of his own tells no year"


def test_the_operators_rows_win_and_make_a_year_official() -> None:
    own = WorkCalendar.of([date(2026, 11, 24), date(2027, 1, 1), date(2027, 10, 1)], [date(2027, 1, 3)])
    work = WorkTime(parse("Mon-Fri 08:00-12:00,14:00-18:00"), own.row, XIAMEN)
    assert work.due(local("2026-11-23T17:00"), TimeLimit(2, Unit.WORK_HOUR)).at == local("2026-11-25T09:00")
    due = work.due(local("2026-12-31T17:00"), TimeLimit(3, Unit.WORK_HOUR))
    assert due == Due(local("2027-01-03T10:00").astimezone(UTC), provisional=False)


def test_a_row_of_the_calendar() -> None:
    rows = {
        day: CALENDAR.row(date.fromisoformat(day)) for day in ("2026-10-10", "2026-10-01", "2026-10-11", "2027-02-05")
    }
    assert [row.work for row in rows.values()] == [True, False, False, False]
    assert rows["2026-10-10"].made_up
    assert rows["2026-10-01"].name == "National Day"
    assert rows["2027-02-05"].status is Standing.PROVISIONAL
    assert rows["2026-10-01"].status is Standing.OFFICIAL
    plain = WorkCalendar({date(2026, 10, 1): Day.PLAIN}).row(date(2026, 10, 1))
    assert plain.work


# -- odd inputs -------------------------------------------------------------------------------


def test_hours_in_which_nobody_works_end_no_limit() -> None:
    never = WorkTime(parse("Mon-Fri 08:00-12:00"), WorkCalendar.of([FIRST.date()], []).row, XIAMEN)
    assert never.due(FIRST, TimeLimit(1, Unit.WORK_HOUR)).at > FIRST
    nobody = WorkTime(parse("always"), lambda day: CALENDAR.row(date(2026, 10, 1)), XIAMEN)
    with pytest.raises(ValueError, match="no end"):
        nobody.due(FIRST, TimeLimit(1, Unit.WORK_HOUR))


def test_pauses_are_merged_and_empty_ones_dropped() -> None:
    a, b, c, d = (FIRST + timedelta(hours=n) for n in range(4))
    assert merged([Pause(c, c), Pause(b, d), Pause(a, c)]) == [Pause(a, d)]


def test_a_spring_in_which_clocks_were_put_on() -> None:
    """Shanghai had summer time in 1988: a night shift over the change is as long on the wall as any."""
    work = WorkTime(parse("Mon-Sun 00:00-08:00"), lambda day: CALENDAR.row(date(2026, 11, 24)), XIAMEN)
    due = work.due(datetime(1988, 4, 16, 23, 0, tzinfo=XIAMEN), TimeLimit(8, Unit.WORK_HOUR)).at
    assert due.astimezone(XIAMEN).replace(tzinfo=None) == datetime(1988, 4, 17, 8, 0)  # noqa: DTZ001 - wall time


def test_the_shipped_settings() -> None:
    work = of_settings(read(Path(__file__).resolve().parents[2] / "hotline.toml"))
    assert work.due(local("2026-11-23T09:00"), TimeLimit(4, Unit.WORK_HOUR)).at == local("2026-11-23T15:00")
