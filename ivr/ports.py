"""What this room needs from outside; ``hotline/app.py`` plugs it in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from cti.ids import Instant

from .events import Event

Clock = Callable[[], Instant]
"""Unix seconds, UTC: what the wall clock says now."""
Listener = Callable[[Event], None]
"""Hears what happened; must return at once."""


@dataclass(frozen=True, slots=True)
class CaseStanding:
    """A case whose number and query code a caller knew."""

    number: str
    step: str
    """What is told of it: one of ``self_service.STEPS``."""
    since: date
    """In the centre's zone."""
    promised: date | None
    """The day he was promised; None: none was."""
    provisional: bool = False
    """That day may move: holidays on the way to it are not announced yet."""


@dataclass(frozen=True, slots=True)
class NoSuchCase:
    """Number and code do not belong together; whether the number exists nobody is told."""


@dataclass(frozen=True, slots=True)
class TooMany:
    """A limit of wrong tries is reached: nothing was looked at."""


class ProgressBook(Protocol):
    async def ask(self, number: str, code: str, caller: str) -> CaseStanding | NoSuchCase | TooMany:
        """``caller``: his number as it was written, '' withheld. Every try counts, in the same transaction."""
        ...


@dataclass(frozen=True, slots=True)
class OpenEvent:
    """A mass event that is on and has words for callers."""

    id: str
    district: str
    """'' the whole city."""
    callers: int
    """Who told of it by now, the first with them."""


class EventBook(Protocol):
    async def running(self) -> Sequence[OpenEvent]:
        """The newest first."""
        ...


class SelfServiceBook(ProgressBook, EventBook, Protocol):
    """What self-service looks at."""
