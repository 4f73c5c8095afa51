"""What this room needs from its left: the book that keeps tickets and their way out (the ledger).

``hotline/app.py`` plugs it in. Every method is one transaction: when it returns, what
it says is on disk; when it raises, nothing of it happened. Times are aware UTC and
passed in by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from cti.ids import CallId

from .disposition import CallOutcome, Disposition
from .ticket import Ticket, TicketId


class PushState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    POISONED = "poisoned"  # a person must look: a dead letter


@dataclass(frozen=True, slots=True)
class Push:
    """One outbox row: a ticket on its way to the case store."""

    ticket: Ticket
    state: PushState
    tries: int
    """Deliveries begun (see ``TicketBook.begun``), this life of the row (0 after a replay)."""
    refusals: int
    """Of those: refused by the store as wrong."""
    next_try: datetime
    ever_sent: bool
    """True once any delivery was begun in any life: the store may hold it, so it is asked first."""
    error: str = ""
    """What the last try said; '' if none failed."""
    case_number: str = ""
    query_code: str = ""
    """'' until delivered."""
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    push: Push
    new: bool
    """False: a ticket with the same key and the same content had been filed before; that one is given back."""


@dataclass(frozen=True, slots=True)
class KeyTaken:
    """Another ticket, with other content, has this key (this matter of this call)."""

    by: TicketId


@dataclass(frozen=True, slots=True)
class Disposed:
    outcome: CallOutcome
    replaced: CallOutcome | None


@dataclass(frozen=True, slots=True)
class NotDisposed:
    """``disposition.may_replace`` says no."""

    standing: CallOutcome


class TicketBook(Protocol):
    """Tickets, outbox and outcomes. Implemented by the ledger."""

    async def file(self, ticket: Ticket) -> Filed | KeyTaken:
        """Ticket, outbox row (due at ``ticket.filed_at``) and, with a call, the call's outcome TICKET: one transaction.

        ``ticket.key`` is unique. The same key again gives back what was filed first when the content is equal
        (``ticket_json.same_matter``), else KeyTaken. A call the book has not read yet from Asterisk's
        files is no error: the outcome waits for it.
        """
        ...

    async def dispose(self, disposition: Disposition) -> Disposed | NotDisposed:
        """Write the outcome of a call without a ticket, keeping the replaced one in the history."""
        ...

    async def find(self, ticket: TicketId) -> Push | None: ...

    async def of_call(self, call: CallId) -> Sequence[Push]:
        """Tickets of one call, oldest first."""
        ...

    async def recent(self, most: int, before: TicketId | None = None) -> Sequence[Push]:
        """Newest first; ``before``: only older ones (ids sort by time)."""
        ...

    async def due(self, now: datetime, most: int, but: frozenset[TicketId] = frozenset()) -> Sequence[Push]:
        """WAITING rows with ``next_try <= now``, the longest due first, leaving out ``but`` (already in flight)."""
        ...

    async def next_due(self, but: frozenset[TicketId] = frozenset()) -> datetime | None:
        """The earliest ``next_try`` of WAITING rows; None when there are none."""
        ...

    async def begun(self, ticket: TicketId) -> None:
        """A delivery is about to be sent: tries + 1, ever_sent. On disk before the first byte leaves."""
        ...

    async def delivered(self, ticket: TicketId, case_number: str, query_code: str, at: datetime) -> None:
        """Idempotent."""
        ...

    async def failed(self, ticket: TicketId, error: str, next_try: datetime, *, refused: bool) -> None:
        """It stays WAITING; ``refused``: the store called it wrong (refusals + 1)."""
        ...

    async def poisoned(self, ticket: TicketId, error: str, at: datetime) -> None: ...

    async def dead_letters(self, most: int) -> Sequence[Push]:
        """POISONED rows, oldest first."""
        ...

    async def replay(self, ticket: TicketId, at: datetime, corrected: Ticket | None = None) -> Push | None:
        """POISONED → WAITING, due ``at``, counters 0; with ``corrected`` (same id, same key) the content is
        replaced and the old one kept in the history. None when there is no such dead letter."""
        ...

    async def backlog(self) -> tuple[int, int]:
        """(WAITING, POISONED) rows."""
        ...
