"""Moments that a client asks for, as UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from bridge.errors import Problem
from config.language import say as _

from .error_answers import invalid


def utc(name: str, moment: datetime | None) -> datetime | None:
    """422 where it is none: near the ends of the calendar, another zone's moment has no UTC."""
    try:
        return moment.astimezone(UTC) if moment else None
    except OverflowError:
        raise invalid([Problem(name, _("there is no such moment"))]) from None
