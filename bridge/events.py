"""What happened to tickets, cases and calls' ends: the language of this room, past tense.

Published on the daemon's bus by the courier and by the console's routes after the book
has committed; heard by seats (wrap-up is over early), screens and metrics.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cti.ids import CallId

from .case_state import CaseState
from .case_store_messages import MessageKind
from .disposition import CallOutcome
from .ticket import TicketId


@dataclass(frozen=True, slots=True)
class TicketFiled:
    ticket: TicketId
    call: CallId | None
    seat: str
    agent: str
    at: datetime
    anonymous: bool = False
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class CallDisposed:
    """An agent closed a call without a ticket."""

    call: CallId
    outcome: CallOutcome
    seat: str
    agent: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TicketDelivered:
    """The message that files it: what else is said of a matter later has no event of its own yet."""

    ticket: TicketId
    call: CallId | None
    case_number: str
    query_code: str
    at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class DeliveryFailed:
    """Will be tried again."""

    ticket: TicketId
    at: datetime
    error: str
    next_try: datetime
    kind: MessageKind = MessageKind.FILE


@dataclass(frozen=True, slots=True)
class TicketPoisoned:
    """The store keeps calling it, or a later message about it, wrong: a person must look."""

    ticket: TicketId
    call: CallId | None
    at: datetime
    error: str
    kind: MessageKind = MessageKind.FILE


@dataclass(frozen=True, slots=True)
class MessageNotCarried:
    """The case store takes no message of this kind: what it says stays in the ledger, and nobody need look."""

    ticket: TicketId
    call: CallId | None
    at: datetime
    kind: MessageKind


@dataclass(frozen=True, slots=True)
class CaseMoved:
    """The case store said what became of a case."""

    case: str
    ticket: TicketId
    agent: str
    """Who filed it; '' nobody in particular."""
    call: CallId | None
    case_number: str
    query_code: str
    state: CaseState
    since: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class StoreLost:
    """The case store does not answer; the backlog grows."""

    at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class StoreBack:
    at: datetime


Event = (
    TicketFiled
    | CallDisposed
    | TicketDelivered
    | DeliveryFailed
    | TicketPoisoned
    | MessageNotCarried
    | StoreLost
    | StoreBack
    | CaseMoved
)
