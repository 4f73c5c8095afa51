"""Moments that others say: between the years 1970 and 2199, so that every clock, calendar and file of ours can show them. Pure.

Python's last moment has no hour in Shanghai, its first none in New York: a row with one of them ends whatever lists it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime
from pydantic_core import PydanticCustomError

FIRST, END = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def is_shown(at: datetime) -> bool:
    """``at``: aware."""
    return FIRST <= at < END


def nearest(at: datetime) -> datetime:
    """In UTC; of one that lies outside the nearest that does not. ``at``: aware."""
    return min(max(at, FIRST), END).astimezone(UTC)


def _checked(at: datetime) -> datetime:
    if not is_shown(at):
        raise PydanticCustomError("out_of_range", "must be between the years 1970 and 2199")
    return at.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_checked)]
"""For a model's field: with a zone, given back in UTC."""
