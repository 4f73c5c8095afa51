"""What a date is for the centre: the Chinese work calendar, and the operator's own days, which outrank it.

The one door of ``chinese_calendar``. Rendered into the dialplan (``render/journeys.py``), which
therefore knows the holidays with the daemon dead; asked by the walker (``ivr/walker.py``) and by
``hotline check``. Beyond the years the calendar knows, the plain week counts.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.resources import files

import chinese_calendar

FRIDAY = 4
ANNOUNCED_BY = 11
"""The State Council tells the next year's holidays in October or November."""
REACHES_BACK_TO = 26
"""Of December: from this day on the new year's holiday may move days of the old year (2018: the 29th worked, 30th and 31st off)."""
YEARS_KEPT = 3
"""So many of the newest years the package knows are worth telling Asterisk."""


class Day(StrEnum):
    """What a date is for the centre."""

    PLAIN = "plain"  # its weekday decides
    HOLIDAY = "holiday"
    MADE_UP = "made_up"  # a weekend day on which one works


class Standing(StrEnum):
    """How sure a row of the calendar is."""

    OFFICIAL = "official"
    PROVISIONAL = (
        "provisional"  # nobody has announced that year, or the one that begins within days: adjusted days may come
    )


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One date as a sum of working time needs it."""

    date: date
    work: bool
    """Worked; a plain Sunday is not, one worked to make up for a holiday is."""
    made_up: bool
    """Worked on a weekend day (调休)."""
    name: str
    """The holiday it belongs to; '' for a plain day of the week."""
    source: str
    status: Standing


OPERATORS, PACKAGE, WEEK = "hotline.toml [calendar]", f"chinesecalendar {version('chinesecalendar')}", "the plain week"


@dataclass(frozen=True)
class WorkCalendar:
    """Date → what it is; ``overrides`` (the operator's table) outranks the national calendar."""

    overrides: Mapping[date, Day] = field(default_factory=dict)

    @classmethod
    def of(cls, holidays: Iterable[date], workdays: Iterable[date]) -> WorkCalendar:
        """From the settings' ``[calendar]``."""
        return cls(dict.fromkeys(holidays, Day.HOLIDAY) | dict.fromkeys(workdays, Day.MADE_UP))

    def knows(self, year: int) -> bool:
        """Somebody has told its holidays: the package, or the operator, who then names its National Day. One day of his own tells no year."""
        return year in _years_known() or date(year, 10, 1) in self.overrides

    def unknown_year(self, today: date) -> int | None:
        """The first of this year and, from 1 November on, the next one whose holidays nobody has told yet."""
        years = (today.year, today.year + 1) if today.month >= ANNOUNCED_BY else (today.year,)
        return next((year for year in years if not self.knows(year)), None)

    def day(self, when: date) -> Day:
        return self.overrides.get(when) or _national(when)

    def row(self, when: date) -> CalendarRow:
        """The operator's word first, then the package's; of a year nobody has announced, the statutory days, provisional."""
        plain = when.weekday() <= FRIDAY
        own = self.overrides.get(when)
        if own is not None:
            work = own is Day.MADE_UP or (own is Day.PLAIN and plain)
            return CalendarRow(when, work, work and not plain, "", OPERATORS, Standing.OFFICIAL)
        ends = (when.month, when.day) >= (12, REACHES_BACK_TO) and not self.knows(when.year + 1)
        status = Standing.PROVISIONAL if ends else Standing.OFFICIAL
        if when.year in _years_known():
            day = _national(when)
            work = day is Day.MADE_UP or (day is Day.PLAIN and plain)
            return CalendarRow(when, work, work and not plain, _name(when), PACKAGE, status)
        if self.knows(when.year):
            return CalendarRow(when, plain, False, "", OPERATORS, status)
        name, source = _statutory().get(when, ("", WEEK))
        return CalendarRow(when, plain and not name, False, name, source, Standing.PROVISIONAL)

    def years(self) -> tuple[int, ...]:
        """The years of which there is something to tell: the newest the package knows, and the operator's."""
        return tuple(sorted({*_years_known()[-YEARS_KEPT:], *(when.year for when in self.overrides)}))

    def days(self, year: int, kind: Day) -> list[date]:
        """All days of ``year`` that are of this kind; of made-up ones, those that are worked on a weekend."""
        first = date(year, 1, 1)
        all_ = (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days))
        return [one for one in all_ if self.day(one) is kind and (kind is not Day.MADE_UP or one.weekday() > FRIDAY)]


@lru_cache(maxsize=1)
def _years_known() -> range:
    """Years of which the package knows the holidays."""
    years = [day.year for day in chinese_calendar.constants.holidays]
    return range(min(years), max(years) + 1)


@cache
def _statutory() -> dict[date, tuple[str, str]]:
    """Statutory days of years not announced: date → name and source."""
    text = files("config").joinpath("data/statutory-days.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {date.fromisoformat(row["date"]): (row["name"], row["source"]) for row in rows}


def _name(when: date) -> str:
    return chinese_calendar.get_holiday_detail(when)[1] or ""


@lru_cache(maxsize=1024)
def _national(when: date) -> Day:
    try:
        free, name = chinese_calendar.get_holiday_detail(when)
    except NotImplementedError:  # a year the package does not know yet
        return Day.PLAIN
    if free:
        return Day.HOLIDAY if name else Day.PLAIN
    return Day.MADE_UP if when.weekday() > FRIDAY else Day.PLAIN
