"""Opening hours: the text of ``hotline.toml`` as values, pure.

``always`` or clauses separated by ``;``, each ``DAYS TIMES`` with days ``Mon-Fri`` or
``Mon,Wed-Thu`` and times ``08:00-12:00,14:30-17:30``. A time's end is exclusive and
may be ``24:00``; hours past midnight are written as two clauses. Read by
``render/journeys.py`` (what Asterisk does) and ``ivr/hours.py`` (what the walker
says it does), so that both mean the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .language import say as _

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Span:
    """Open on ``weekdays`` (Monday 0) from minute ``start`` to minute ``end`` of the day, end exclusive."""

    weekdays: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hours:
    always: bool
    spans: tuple[Span, ...] = ()

    def open_at(self, weekday: int, minute: int) -> bool:
        """Whether it is open at ``minute`` (0-1439) of ``weekday`` (Monday 0), local time."""
        return self.always or any(weekday in span.weekdays and span.start <= minute < span.end for span in self.spans)

    def first_weekday(self) -> int:
        """The first day of the week that is kept: its hours are those of a weekend day worked to make up for a holiday."""
        return min((day for span in self.spans for day in span.weekdays), default=0)


def parse(text: str) -> Hours:
    """Read opening hours.

    Raises ValueError with what is wrong and the syntax.
    """
    if text.strip().lower() == "always":
        return Hours(always=True)
    spans: list[Span] = []
    for clause in text.split(";"):
        days, _space, times = clause.strip().partition(" ")
        if not times.strip():
            raise ValueError(
                _("{part}: want DAYS TIMES, e.g. Mon-Fri 08:00-12:00,14:30-17:30", part=repr(clause.strip()))
            )
        weekdays = _weekdays(days)
        spans += [Span(weekdays, *_times(part)) for part in times.split(",")]
    return Hours(always=False, spans=tuple(spans))


def _weekdays(text: str) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.split(","):
        first, _dash, last = part.partition("-")
        start, end = _day(first), _day(last or first)
        found.update(range(start, end + 1) if start <= end else (*range(start, 7), *range(end + 1)))
    return tuple(sorted(found))


def _day(text: str) -> int:
    try:
        return DAYS.index(text.strip().lower())
    except ValueError:
        raise ValueError(_("{part} is no day: want Mon Tue Wed Thu Fri Sat Sun", part=repr(text.strip()))) from None


def _times(text: str) -> tuple[int, int]:
    first, dash, last = text.strip().partition("-")
    if not dash:
        raise ValueError(_("{part}: want HH:MM-HH:MM", part=repr(text.strip())))
    start, end = _minute(first), _minute(last)
    if start >= end:
        raise ValueError(
            _("{part}: the end is not after the start (write hours past midnight as two)", part=repr(text.strip()))
        )
    return start, end


def _minute(text: str) -> int:
    match = _TIME.fullmatch(text.strip())
    if not match or int(match[2]) > 59 or int(match[1]) * 60 + int(match[2]) > 1440:
        raise ValueError(_("{part} is no time of day: want HH:MM, 00:00 to 24:00", part=repr(text.strip())))
    return int(match[1]) * 60 + int(match[2])
