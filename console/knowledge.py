"""Knowledge cards as they are offered: the centre's own over the samples, read from the ledger as far as they are new.

Asked with every key an agent types: no query each time, and never all of them again (a version is never changed). Another process's
versions (``hotline knowledge import``) are seen after ``FRESH_SECONDS``.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from bridge.knowledge import Card, CardRead, by_card, standing
from cti.ids import CallId

FRESH_SECONDS = 60.0


class KnowledgeBook(Protocol):
    """``ledger.knowledge.KnowledgeBook``."""

    async def written(self, since: datetime | None) -> Sequence[Card]: ...
    async def add(self, cards: Sequence[Card], at: datetime, by: str) -> list[Card]: ...
    async def note_read(self, call: CallId, read: CardRead) -> None: ...
    async def reads(self, call: CallId) -> Sequence[CardRead]: ...


class Knowledge:
    def __init__(self, book: KnowledgeBook) -> None:
        self.book = book
        self._own: dict[tuple[str, int], Card] = {}
        self._last: datetime | None = None
        self._cards: Mapping[str, Sequence[Card]] = by_card(())
        self._offered: tuple[date, list[Card]] | None = None
        self._read_at = -FRESH_SECONDS

    async def cards(self) -> Mapping[str, Sequence[Card]]:
        """Each card's versions, newest first."""
        if time.monotonic() - self._read_at >= FRESH_SECONDS:
            rows = await self.book.written(self._last)
            fresh = [one for one in rows if (one.id, one.version) not in self._own]
            if fresh:
                self._own |= {(one.id, one.version): one for one in fresh}
                self._last = max(one.changed_at for one in rows if one.changed_at is not None)
                self._cards, self._offered = by_card(self._own.values()), None
            self._read_at = time.monotonic()
        return self._cards

    async def offered(self, day: date) -> list[Card]:
        """The version of each card that is in force on this day."""
        cards = await self.cards()
        if self._offered is None or self._offered[0] != day:
            found = (standing(versions, day) for versions in cards.values())
            self._offered = day, [one for one in found if one is not None]
        return self._offered[1]

    async def add(self, card: Card, at: datetime, by: str) -> Card:
        """Raises ``ledger.knowledge.VersionTaken``."""
        (kept,) = await self.book.add([card], at, by)
        self._read_at = -FRESH_SECONDS
        return kept
