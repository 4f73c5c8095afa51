"""Is a line open at this moment: its hours, the Chinese work calendar, the operator's own days.

Called by ``journeys``. The times come from ``config.hours`` (the dialplan is rendered
from the same values, but knows no holidays: with the daemon dead a holiday is an
ordinary day). On a statutory holiday a line that keeps hours is closed; on a weekend
day that is worked to make up for one (调休) it keeps its first weekday's hours. Beyond
the years the calendar knows, the plain week counts. A line that is ``always`` open never closes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import StrEnum
from functools import lru_cache

import chinese_calendar

from config.hours import Hours
from cti.ids import Instant

FRIDAY = 4


class Day(StrEnum):
    """What a date is for the centre."""

    PLAIN = "plain"  # its weekday decides
    HOLIDAY = "holiday"
    MADE_UP = "made_up"  # a weekend day on which one works


@dataclass(frozen=True)
class WorkCalendar:
    """Date → what it is; ``overrides`` (the operator's table) outranks the national calendar."""

    overrides: Mapping[date, Day] = field(default_factory=dict)

    @classmethod
    def of(cls, holidays: Iterable[date], workdays: Iterable[date]) -> WorkCalendar:
        """From the settings' ``[calendar]``."""
        return cls(dict.fromkeys(holidays, Day.HOLIDAY) | dict.fromkeys(workdays, Day.MADE_UP))

    def day(self, when: date) -> Day:
        return self.overrides.get(when) or _national(when)


@lru_cache(maxsize=16)
def _national(when: date) -> Day:
    try:
        free, name = chinese_calendar.get_holiday_detail(when)
    except NotImplementedError:  # a year the package does not know yet
        return Day.PLAIN
    if free:
        return Day.HOLIDAY if name else Day.PLAIN
    return Day.MADE_UP if when.weekday() > FRIDAY else Day.PLAIN


@dataclass(frozen=True)
class Opening:
    """The hours of one line in the centre's time zone."""

    hours: Hours
    zone: tzinfo
    calendar: WorkCalendar = WorkCalendar()

    def open_at(self, at: Instant) -> bool:
        if self.hours.always:
            return True
        local = datetime.fromtimestamp(at, self.zone)
        day = self.calendar.day(local.date())
        if day is Day.HOLIDAY:
            return False
        weekday = local.weekday()
        if day is Day.MADE_UP and weekday > FRIDAY:
            weekday = self._first_weekday()
        return self.hours.open_at(weekday, local.hour * 60 + local.minute)

    def _first_weekday(self) -> int:
        return min((day for span in self.hours.spans for day in span.weekdays), default=0)
