"""A day and a period by the centre's clock, as bounds in UTC. Pure; used by the routes that count."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bridge.errors import Problem
from config.language import say as _

from .error_answers import invalid
from .time_parameters import utc

FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)
MOST = timedelta(days=31)
"""What may be asked for at once: figures of longer times are the reports'."""


def bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Midnight to midnight; not always 24 hours."""
    if not FIRST <= day <= LAST:
        raise invalid([Problem("day", _("a day from {first} to {last} is wanted", first=FIRST, last=LAST))])
    begin, end = (datetime.combine(one, time(), zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    return begin, end


def today(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return bounds(now.astimezone(zone).date(), zone)


def period(since: datetime | None, until: datetime | None, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """What was asked for; else the day so far."""
    first, last = today(now, zone)
    begin, end = utc("since", since) or first, utc("until", until) or last
    if end - begin > MOST:
        raise invalid([Problem("since", _("at most {days} days at once", days=MOST.days))])
    return begin, end
