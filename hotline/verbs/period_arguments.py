"""What an operator types for a moment or a period, as aware UTC datetimes."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.language import say as _
from config.settings import Settings

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def moment(text: str | None, zone: ZoneInfo, now: datetime | None = None) -> datetime | None:
    """A date or time in ``zone`` (an offset in it outranks that), or an age: 90m, 24h, 7d.

    None for nothing; ValueError says what is wrong and what is allowed.
    """
    if not text:
        return None
    if age := re.fullmatch(r"(\d{1,5})([mhd])", text):
        return (now or datetime.now(UTC)) - timedelta(**{_UNITS[age[2]]: int(age[1])})
    try:
        said = datetime.fromisoformat(text)
        return (said if said.tzinfo else said.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        allowed = "2026-11-23, 2026-11-23T08:00, 90m, 24h, 7d"
        raise ValueError(_("{text} is no time; possible: {allowed}", text=text, allowed=allowed)) from None


def today(settings: Settings) -> date:
    """At the centre."""
    return datetime.now(ZoneInfo(settings.centre.timezone)).date()


def add_period(parser: argparse.ArgumentParser, since: str, until: str) -> None:
    """``--since`` and ``--until``, each with what it means for this verb."""
    parser.add_argument("--since", metavar="WHEN", help=since)
    parser.add_argument("--until", metavar="WHEN", help=until)


def period(
    args: argparse.Namespace, zone: ZoneInfo, now: datetime | None = None
) -> tuple[datetime | None, datetime | None] | None:
    """What was typed for both; None: one of them is no time, or they are in the wrong order, and that was said."""
    try:
        since, until = moment(args.since, zone, now), moment(args.until, zone, now)
        if since is not None and until is not None and since >= until:
            message = _("--since {since} is not before --until {until}", since=args.since, until=args.until)
            raise ValueError(message)
        return since, until
    except ValueError as fault:
        print(fault, file=sys.stderr)
        return None


def midnight(zone: ZoneInfo, now: datetime) -> datetime:
    """The begin of ``zone``'s day."""
    return datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)
