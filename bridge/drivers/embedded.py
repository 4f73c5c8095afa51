"""Driver of the case store that comes with us; an error of its database is 'no answer', never a refusal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from bridge.casestore.store import EmbeddedStore
from bridge.ticket import Ticket, TicketId

from . import Receipt, Rejected, Unreachable


class Embedded:
    def __init__(self, store: EmbeddedStore, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store, self._clock = store, clock

    async def find(self, key: TicketId) -> Receipt | Unreachable | None:
        try:
            case = await self._store.by_key(key)
        except (SQLAlchemyError, OSError) as error:
            return _silent(error)
        return Receipt(case.number, case.query_code) if case else None

    async def deliver(self, key: TicketId, ticket: Ticket) -> Receipt | Rejected | Unreachable:
        try:
            case = await self._store.accept(key, ticket, self._clock())
        except (SQLAlchemyError, OSError) as error:
            return _silent(error)
        return Receipt(case.number, case.query_code)


def _silent(error: Exception) -> Unreachable:
    # Without the statement and its parameters: they hold what a citizen said.
    cause = getattr(error, "orig", None) or error
    return Unreachable(f"{type(cause).__name__}: {cause}"[:300])
