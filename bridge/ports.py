"""What this room needs from its left: the books that keep tickets, their way out, and cases (the ledger).

``hotline/app.py`` plugs it in. Every method is one transaction: when it returns, what
it says is on disk; when it raises, nothing of it happened. Times are aware UTC and
passed in by the caller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from cti.ids import CallId

from .case_state import CaseState
from .case_store_messages import Message, MessageId, MessageKind
from .delivery_state import DeliveryState
from .disposition import CallOutcome, Disposition
from .drivers import CaseEvent
from .ticket import Ticket, TicketId


@dataclass(frozen=True, slots=True)
class Push:
    """A ticket, the message about it (the one that files it, unless ``kind`` says otherwise), and its case."""

    ticket: Ticket
    state: DeliveryState
    tries: int
    """Deliveries begun (see ``Outbox.begun``), this life of the row (0 after a replay)."""
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
    case_state: CaseState | None = None
    """None: no case is known yet."""
    case_since: datetime | None = None
    """When the case became so."""
    kind: MessageKind = MessageKind.FILE
    message: MessageId | None = None
    """None: the ticket's own id, as of each message that files one."""
    payload: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What the message adds to the ticket."""

    @property
    def id(self) -> MessageId:
        return self.message or MessageId(self.ticket.id)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One row of the outbox as a courier gets it."""

    message: Message
    tries: int
    refusals: int
    next_try: datetime
    ever_sent: bool
    claim: int
    """Grows each time the row is given to a courier; the word of one whose claim is older counts no more."""


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


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One line of a case's history; ``sequence`` 0 is the receipt."""

    sequence: int
    state: CaseState
    at: datetime
    """By the case store's clock."""
    heard_at: datetime
    word: str = ""
    """The store's own for the state."""
    unit: str = ""
    note: str = ""
    late: bool = False
    """It moved nothing: a later one had been heard before."""
    unforeseen: bool = False
    """``case_state.TABLE`` does not have this step."""


class TicketBook(Protocol):
    """Tickets, the people's side of their way out, and outcomes. Implemented by the ledger."""

    async def file(self, ticket: Ticket) -> Filed | KeyTaken:
        """Ticket, its message (due at ``ticket.filed_at``) and, with a call, the call's outcome TICKET: one transaction.

        ``ticket.key`` is unique. The same key again gives back what was filed first when the content is equal
        (``ticket_json.same_matter``), else KeyTaken. A call the book has not read yet from Asterisk's
        files is no error: the outcome waits for it.
        """
        ...

    async def dispose(self, disposition: Disposition) -> Disposed | NotDisposed:
        """Write the outcome of a call without a ticket, keeping the replaced one in the history."""
        ...

    async def find(self, ticket: TicketId) -> Push | None: ...

    async def case_history(self, ticket: TicketId) -> Sequence[CaseStep]:
        """All that was heard of its case, in the case store's order; empty when there is no case."""
        ...

    async def of_call(self, call: CallId) -> Sequence[Push]:
        """Tickets of one call, oldest first."""
        ...

    async def recent(self, most: int, before: TicketId | None = None) -> Sequence[Push]:
        """Newest first; ``before``: only older ones (ids sort by time)."""
        ...

    async def dead_letters(self, most: int) -> Sequence[Push]:
        """POISONED messages of every kind, oldest first."""
        ...

    async def dead_letter(self, message: MessageId) -> Push | None: ...

    async def replay(
        self, message: MessageId, at: datetime, corrected: Ticket | None = None,
        payload: Mapping[str, object] | None = None,
    ) -> Push | None:  # fmt: skip
        """POISONED → WAITING, due ``at``, counters 0; with ``corrected`` (same id, same key) the ticket it files is
        replaced and the old one kept in the history; with ``payload`` what the message adds to it. None when there is
        no such dead letter."""
        ...

    async def backlog(self) -> tuple[int, int]:
        """(WAITING, POISONED) messages."""
        ...


class Outbox(Protocol):
    """The courier's side of the messages. Implemented by the ledger. What may happen when: ``delivery_state.TABLE``."""

    async def due(self, now: datetime, most: int, but: frozenset[MessageId] = frozenset()) -> Sequence[Outgoing]:
        """WAITING messages with ``next_try <= now`` that nothing undelivered stands before in their stream, the longest
        due first, leaving out ``but`` (already in flight). Each is claimed."""
        ...

    async def next_due(self, but: frozenset[MessageId] = frozenset()) -> datetime | None:
        """When the next of those that may go is due; None when there are none."""
        ...

    async def begun(self, sent: Outgoing) -> bool:
        """A delivery is about to be sent: tries + 1, ever_sent. On disk before the first byte leaves.
        False: the claim is another's by now; it is not to be sent."""
        ...

    async def delivered(self, sent: Outgoing, case_number: str, query_code: str, at: datetime) -> None:
        """Whoever's claim: a receipt is a receipt. With FILE the matter has its case now. Idempotent."""
        ...

    async def failed(self, sent: Outgoing, error: str, next_try: datetime, *, refused: bool) -> None:
        """It stays WAITING; ``refused``: the store called it wrong (refusals + 1)."""
        ...

    async def poisoned(self, sent: Outgoing, error: str, at: datetime) -> None: ...

    async def not_carried(self, sent: Outgoing, at: datetime) -> None:
        """The case store takes no message of this kind: it is over with it, and those behind it go on."""
        ...


@dataclass(frozen=True, slots=True)
class CaseKnown:
    """A case as the ledger has it after something moved it."""

    case: str
    ticket: TicketId
    agent: str
    """Who filed it."""
    call: CallId | None
    number: str
    query_code: str
    state: CaseState
    since: datetime
    foreseen: bool
    """False: ``case_state.TABLE`` does not have this step."""


class CaseBook(Protocol):
    """What became of cases. Implemented by the ledger."""

    async def mark(self, store: str) -> str:
        """How far this case store was heard; '' never."""
        ...

    async def hear(self, store: str, events: Sequence[CaseEvent], mark: str | None, now: datetime) -> list[CaseKnown]:
        """Events into cases and their history, and the mark (None: stays), in one transaction; the cases that moved.

        An event that was heard before changes nothing; a late one stands in the history and moves nothing; one of a
        case that is nobody's here changes nothing.
        """
        ...
