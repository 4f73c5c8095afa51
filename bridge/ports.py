"""What this room needs from its left: the books that keep tickets, their way out, and cases (the ledger).

``hotline/app.py`` plugs it in. Every method is one transaction: when it returns, what
it says is on disk; when it raises, nothing of it happened. Times are aware UTC and
passed in by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
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
    case_unit: str = ""
    """Who has the case, by the case store's word; '' not said."""
    case_word: str = ""
    """The store's own word for the state."""
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

    async def file(self, ticket: Ticket, *, joins: bool = True) -> Filed | KeyTaken:
        """Ticket, its message (due at ``ticket.filed_at``) and, with a call, the call's outcome TICKET: one transaction.

        ``ticket.key`` is unique. The same key again gives back what was filed first when the content is equal
        (``ticket_json.same_matter``), else KeyTaken. A call the book has not read yet from Asterisk's
        files is no error: the outcome waits for it. ``joins``: without a call and with a partner's number that has a ticket it is a
        supplement of that; else a ticket of its own, and nothing tells that there is another.
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


@dataclass(frozen=True, slots=True)
class FurtherMessage:
    """What is to be said of a ticket that was filed; its stream, place and key follow from the ticket and the kind."""

    id: MessageId
    ticket: TicketId
    kind: MessageKind
    at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    """JSON types; what the kind needs: ``case_store_messages.KINDS``."""
    name: str = ""
    """Tells the second urging from the first: the call it came by, say. The same name again is the same message."""


@dataclass(frozen=True, slots=True)
class SaidMessage:
    """A message of a ticket's stream as the outbox has it."""

    id: MessageId
    ticket: TicketId
    kind: MessageKind
    key: str
    at: datetime
    payload: Mapping[str, Any]
    state: DeliveryState
    tries: int
    error: str
    delivered_at: datetime | None
    new: bool = False
    """Said by this very call of ``say``; False: it stood there already."""


class Why(StrEnum):
    """Why a ticket was replaced by another version of it."""

    CORRECTED = "corrected"
    MENDED = "mended"
    """A dead letter, corrected and sent again."""
    PROMISE = "promise"
    """Its promised date came out otherwise."""
    MERGED = "merged"
    UNMERGED = "unmerged"


@dataclass(frozen=True, slots=True)
class Version:
    """A ticket as it stood until ``until``; ``by`` is whose change ended that ('' the daemon's own, or not known)."""

    ticket: Ticket
    until: datetime | None
    """None: it stands."""
    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """A ticket in place of the version that ``before`` was: both are the same one, by id and key."""

    before: Ticket
    after: Ticket
    by: str
    why: Why


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Somebody else changed the ticket meanwhile: nothing was written."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    sha256: str
    name: str
    type: str
    """A media type, by the file's content: ``attached_files.TYPES``."""
    size: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Counted:
    """What was said of a matter, counted; ``merged`` tickets go on within it."""

    urged: int = 0
    joined: int = 0
    """Citizens who said the same and filed no ticket (+1)."""
    merged: int = 0


@dataclass(frozen=True, slots=True)
class TiedCall:
    call: CallId
    at: datetime
    agent: str


@dataclass(frozen=True, slots=True)
class MatterStory:
    """What the ledger has of one ticket beside the ticket itself and its case."""

    said: Sequence[SaidMessage]
    """The filing first."""
    versions: Sequence[Version]
    """The first first; the last one stands."""
    calls: Sequence[TiedCall]
    """In which somebody asked about it, said more or joined it, beside the one that brought it."""
    files: Sequence[AttachedFile]
    merged: Sequence[Push]
    """Tickets that go on within its case."""
    parent: Push | None
    """The one it goes on within, the last of the chain; None: none, or of a case that is not of this ledger."""


class MatterBook(Protocol):
    """What is said of a matter after its ticket was filed. Implemented by the ledger."""

    async def say(
        self, message: FurtherMessage, *, changed: Changed | None = None, file: AttachedFile | None = None,
        call: CallId | None = None, agent: str = "",
    ) -> SaidMessage | Overtaken | None:  # fmt: skip
        """Into the outbox, behind what was said of the matter before, due at once. None: there is no such ticket.

        Its key again gives back what was said first, and nothing is written. In the same transaction: another version of
        the ticket, a file of it, and the ``call`` in which ``agent`` heard it, tied to the ticket.
        Raises ValueError when the payload lacks something.
        """
        ...

    async def tie(self, call: CallId, ticket: TicketId, agent: str, at: datetime) -> bool:
        """This call is about that ticket's case. False: it was tied before."""
        ...

    async def story(self, ticket: TicketId) -> MatterStory | None: ...

    async def of_case(self, number: str) -> Push | None:
        """By the case's number, or the ticket's own id."""
        ...

    async def root(self, push: Push) -> Push:
        """The ticket whose case it goes on within; itself when it is merged into none that is known here."""
        ...

    async def counted(self, tickets: Sequence[TicketId]) -> Mapping[TicketId, Counted]: ...

    async def said(self, ticket: TicketId) -> Sequence[SaidMessage]:
        """All that was said of it, the filing first."""
        ...

    async def file(self, ticket: TicketId, sha256: str) -> AttachedFile | None: ...


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

    async def store_back(self, now: datetime, soon: Callable[[int], datetime]) -> int:
        """What waits because nobody answered, never refused and claimed by nobody, is due at ``soon(tries)`` where that is earlier;
        how many are. The number of rows is that of the tries during an outage, not of the backlog."""
        ...

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
