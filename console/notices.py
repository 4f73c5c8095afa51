"""Notices: kept, told to the consoles at once, and to those that come within the hour.

Used by ``routes/notices.py`` and, for who comes later, by the stream's hub. Who may send one is
the route's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from ledger.notices import Notice

from .authorization import Who
from .contract.stream import NoticeSaid
from .ports import Audit, NoticeBook

FRESH = timedelta(hours=1)
KEPT = 100


class Told(Protocol):
    """The hub."""

    def tell_all(self, message: NoticeSaid) -> int: ...
    def tell_seat(self, seat: str, message: NoticeSaid) -> int: ...


class Notices:
    def __init__(self, book: NoticeBook, audit: Audit) -> None:
        self._book, self._audit = book, audit
        self._hub: Told | None = None
        self._fresh: list[Notice] | None = None

    def through(self, hub: Told) -> None:
        self._hub = hub

    async def send(self, who: Who, text: str, at: datetime, *, urgent: bool, seats: Sequence[str]) -> Notice:
        """Durable and audited before anybody hears it."""
        to, before = sorted(set(seats)), await self.fresh(at)
        notice = await self._book.add(at, who.account, who.name, text, urgent=urgent, seats=to)
        detail = {"notice": str(notice.id), "text": text, "urgent": str(urgent).lower(), "seats": ",".join(to)}
        await self._audit.append(at, who.account, "notice", detail=detail)
        self._fresh = [*before, notice][-KEPT:]
        heard = 0
        if self._hub is not None:
            said = _said(notice)
            heard = sum(self._hub.tell_seat(seat, said) for seat in to) if to else self._hub.tell_all(said)
        return await self._book.heard(notice.id, heard)

    async def since(self, at: datetime) -> Sequence[Notice]:
        return await self._book.since(at)

    async def fresh(self, now: datetime) -> list[Notice]:
        """Those of the last hour, the oldest first; read from the book once, then remembered."""
        if self._fresh is None:
            self._fresh = list(reversed(await self._book.since(now - FRESH)))[-KEPT:]
        self._fresh = [notice for notice in self._fresh if now - notice.at < FRESH]
        return self._fresh

    async def for_one(self, seat: str, now: datetime) -> list[NoticeSaid]:
        """What a console at this seat ('' none) that has just come should still hear."""
        return [_said(one) for one in await self.fresh(now) if not one.seats or seat in one.seats]


def _said(notice: Notice) -> NoticeSaid:
    return NoticeSaid(
        id=notice.id, at=notice.at, by=notice.by, by_name=notice.by_name, text=notice.text, urgent=notice.urgent
    )
