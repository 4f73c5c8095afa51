"""When a time limit is over: working hours, working days in both readings, urgent and clock hours; with pauses. Pure.

Working time is summed in local wall time, shift by shift, by the rows of the work calendar; what comes out is UTC.
A sum costs as many steps as days lie between. Used by ``case_clock.py``, the case store and by whoever promises a citizen a date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from .calendar import CalendarRow, Standing, WorkCalendar
from .hours import Hours, parse
from .settings import Settings

MOST_DAYS = 20 * 366
"""A limit that takes longer is none: hours in which nobody ever works would never end."""
_DAY = timedelta(days=1)


class Unit(StrEnum):
    """Of a limit; keys of ``limit_unit`` in ``ticket_choices``."""

    WORK_HOUR = "work_hour"  # 工作时: only within the shifts
    WORK_DAY = "work_day"  # 工作日: by ``Reading``
    URGENT_WORK_HOUR = "urgent_work_hour"  # 紧急工作时: runs at night, on weekends and holidays
    CLOCK_HOUR = "clock_hour"


BY_CALENDAR = frozenset({Unit.WORK_HOUR, Unit.WORK_DAY})
"""Limits whose end depends on which days are worked."""


class Reading(StrEnum):
    """What 'n working days' means; a catalogue says which."""

    ELAPSED = "elapsed"  # n times the hours of a working day, from the minute
    COUNTED = "counted"  # the day it begins does not count; due at close of business of the n-th


@dataclass(frozen=True, slots=True)
class TimeLimit:
    value: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands from ``start`` until ``end`` (aware)."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Due:
    at: datetime
    """UTC."""
    provisional: bool
    """A day on the way is of a year nobody has announced: it may come out otherwise."""


Span = tuple[datetime, datetime]


class WorkTime:
    """Shifts on the days of a calendar.

    :param row: what a date is; ``day_hours``: working hours in one elapsed working day; ``reading``: where none is said.
    """

    def __init__(
        self,
        hours: Hours,
        row: Callable[[date], CalendarRow],
        zone: tzinfo,
        day_hours: int = 8,
        reading: Reading = Reading.COUNTED,
    ) -> None:
        self._hours, self.row, self.zone, self.day_hours, self.reading = hours, row, zone, day_hours, reading

    def shifts(self, when: date) -> tuple[Span, ...]:
        """What is worked on this day, local wall time; a weekend day that is worked has the hours of the week's first day."""
        row = self.row(when)
        if not row.work:
            return ()
        midnight = datetime.combine(when, time.min)
        if self._hours.always:
            return ((midnight, midnight + _DAY),)
        weekday = self._hours.first_weekday() if row.made_up else when.weekday()
        minutes = sorted((span.start, span.end) for span in self._hours.spans if weekday in span.weekdays)
        return tuple((midnight + timedelta(minutes=a), midnight + timedelta(minutes=b)) for a, b in minutes)

    def due(
        self, start: datetime, limit: TimeLimit, reading: Reading | None = None, pauses: Iterable[Pause] = ()
    ) -> Due:
        """When ``limit`` from ``start`` (aware) is over. Raises ValueError for one that never is."""
        stood = merged(pauses)
        if limit.unit in (Unit.URGENT_WORK_HOUR, Unit.CLOCK_HOUR):
            return Due(_continuous(start, timedelta(hours=limit.value), stood), provisional=False)
        if limit.unit is Unit.WORK_DAY and (reading or self.reading) is Reading.COUNTED:
            return self._counted(start, limit.value, stood)
        hours = limit.value * (self.day_hours if limit.unit is Unit.WORK_DAY else 1)
        return self._elapsed(start, timedelta(hours=hours), stood)

    def promised(self, start: datetime, limit: TimeLimit, pauses: Sequence[Pause] = ()) -> Due:
        """What a citizen is told: the later of both readings."""
        return max((self.due(start, limit, one, pauses) for one in Reading), key=lambda due: due.at)

    def reminded(self, start: datetime, limit: TimeLimit, pauses: Sequence[Pause] = ()) -> Due:
        """What a unit is reminded of: the earlier of both."""
        return min((self.due(start, limit, one, pauses) for one in Reading), key=lambda due: due.at)

    def after(self, start: datetime, length: timedelta, unit: Unit, pauses: Iterable[Pause] = ()) -> datetime:
        """When so much time of a limit in ``unit`` has run since ``start``; UTC. Raises ValueError for one that never has."""
        stood = merged(pauses)
        if unit in (Unit.URGENT_WORK_HOUR, Unit.CLOCK_HOUR):
            return _continuous(start, length, stood)
        return self._elapsed(start, length, stood).at

    def worked(self, start: datetime, end: datetime, pauses: Iterable[Pause] = ()) -> timedelta:
        """Working time from ``start`` until ``end`` without the pauses; 0 when ``end`` is not later."""
        first, last, stood = self._local(start), self._local(end), self._locals(merged(pauses))
        total, day = timedelta(), first.date()
        while day <= last.date():
            for a, b in self._open(day, stood):
                total += max(timedelta(), min(b, last) - max(a, first))
            day += _DAY
        return total

    def provisional(self, at: datetime) -> bool:
        """Whether the day of this moment (aware) is of a year nobody has announced: a limit of working time that ends then may move."""
        return self._unsure(self._local(at).date())

    # -- within ------------------------------------------------------------------------------

    def _elapsed(self, start: datetime, left: timedelta, pauses: Sequence[Pause]) -> Due:
        first, stood, provisional = self._local(start), self._locals(pauses), False
        for day in _days(first.date()):
            provisional |= self._unsure(day)
            for a, b in self._open(day, stood):
                a = max(a, first)
                if b - a >= left:
                    return Due(self._utc(a + left), provisional)
                left -= max(timedelta(), b - a)
        raise ValueError(f"no end within {MOST_DAYS} days")

    def _counted(self, start: datetime, left: int, pauses: Sequence[Pause]) -> Due:
        """A day counts when the clock stood in none of its shifts."""
        first, stood = self._local(start).date(), self._locals(pauses)
        provisional = self._unsure(first)
        for day in _days(first + _DAY):
            provisional |= self._unsure(day)
            shifts = self.shifts(day)
            if not shifts or any(a < end and begin < b for a, b in shifts for begin, end in stood):
                continue
            left -= 1
            if not left:
                return Due(self._utc(shifts[-1][1]), provisional)
        raise ValueError(f"no end within {MOST_DAYS} days")

    def _unsure(self, day: date) -> bool:
        return self.row(day).status is Standing.PROVISIONAL

    def _open(self, day: date, stood: Sequence[Span]) -> Iterator[Span]:
        """The day's shifts without what the clock stood."""
        for a, b in self.shifts(day):
            for begin, end in stood:
                if end <= a or begin >= b:
                    continue
                if begin > a:
                    yield a, begin
                a = end
                if a >= b:
                    break
            if a < b:
                yield a, b

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def _utc(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone).astimezone(UTC)

    def _locals(self, pauses: Iterable[Pause]) -> list[Span]:
        return [(self._local(one.start), self._local(one.end)) for one in pauses]


def of_settings(settings: Settings) -> WorkTime:
    """Shifts, calendar and zone as ``hotline.toml`` has them."""
    calendar = WorkCalendar.of(settings.calendar.holidays, settings.calendar.workdays)
    zone = ZoneInfo(settings.centre.timezone)
    cases = settings.cases
    return WorkTime(parse(cases.work_hours), calendar.row, zone, cases.work_day_hours, Reading(cases.work_day))


def merged(pauses: Iterable[Pause]) -> list[Pause]:
    """In order, without overlaps and empty ones; UTC."""
    found: list[Pause] = []
    for one in sorted((Pause(p.start.astimezone(UTC), p.end.astimezone(UTC)) for p in pauses), key=lambda p: p.start):
        if one.end <= one.start:
            continue
        if found and one.start <= found[-1].end:
            found[-1] = Pause(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found


def _continuous(start: datetime, left: timedelta, pauses: Iterable[Pause]) -> datetime:
    at = start.astimezone(UTC)
    for one in pauses:
        if one.end <= at:
            continue
        if one.start - at >= left:
            break
        left -= max(timedelta(), one.start - at)
        at = one.end
    return at + left


def _days(first: date) -> Iterator[date]:
    for n in range(MOST_DAYS):
        yield first + n * _DAY
