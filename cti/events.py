"""What happened on the telephone: the language of this room, past tense.

Counterpart of ``commands.py``. Made only by ``fold.py`` (and, for the link, by
``switchboard.py``); read by every room to the left. All are frozen values. ``at``
is always the moment the fact is dated by its source, never the moment of reading.

The same events come from the live picture (AMI) and from the durable book (CEL);
which of the two a listener hears is decided where it subscribes (``hotline/app.py``):
seats and screens listen to the live board, the ledger only to the book.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .ids import CallId, Instant, LegId, LineId, QueueId, SeatId, TrunkId


class Direction(StrEnum):
    INBOUND = "inbound"  # from a trunk
    OUTBOUND = "outbound"  # a seat (or the daemon) dials the world
    INTERNAL = "internal"  # seat to seat
    WATCH = "watch"  # a supervisor hears a seat


class OfferResult(StrEnum):
    ANSWERED = "answered"
    MISSED = "missed"  # rang out
    REFUSED = "refused"  # the phone said no (busy, decline, unreachable)
    WITHDRAWN = "withdrawn"  # the caller went away, or somebody else answered


class QueueExit(StrEnum):
    ANSWERED = "answered"
    ABANDONED = "abandoned"  # the caller hung up waiting
    TIMEOUT = "timeout"
    FULL = "full"
    EMPTY = "empty"  # nobody logged in (joinempty / leavewhenempty)
    MOVED = "moved"  # taken out to another queue or by a supervisor
    DIED = "died"  # Asterisk died under the call
    UNKNOWN = "unknown"


class EndedBy(StrEnum):
    CALLER = "caller"
    SEAT = "seat"
    SYSTEM = "system"  # the dialplan hung up (closed, full, time limit)
    NODE_DIED = "node_died"  # Asterisk died under the call
    UNKNOWN = "unknown"  # ended while nobody was looking


class TransferKind(StrEnum):
    BLIND = "blind"
    ATTENDED = "attended"
    BLONDE = "blonde"
    """The transferer hung up while the target was still ringing."""


@dataclass(frozen=True, slots=True)
class CallArrived:
    """A call began to exist. Exactly one ``CallEnded`` follows."""

    call: CallId
    at: Instant
    leg: LegId
    endpoint: str
    """PJSIP endpoint the first leg came from: a trunk's or seat's id, or ''."""
    direction: Direction
    caller: str
    """Caller's number as the trunk gave it; '' when withheld."""
    caller_name: str
    dialled: str


@dataclass(frozen=True, slots=True)
class CallLined:
    """The call is known to be on this line (dialplan's word, filtered there)."""

    call: CallId
    at: Instant
    line: LineId
    trunk: TrunkId
    number: str
    """The number that was dialled on that line (DID)."""
    partner: str = ""
    """Who handed it over: '12345', '110' or ''."""
    reference: str = ""
    """The partner's work-order number, [A-Za-z0-9._:-]{0,64}."""
    origin: str = ""
    """The citizen's own number when a partner hands over, else ''."""


@dataclass(frozen=True, slots=True)
class CallDialled:
    """Whom a seat calls, where its leg did not tell when the call arrived (the daemon originated it)."""

    call: CallId
    at: Instant
    number: str


@dataclass(frozen=True, slots=True)
class NoticePlayed:
    """A prompt began to be played to the caller and the caller heard it or hung up."""

    call: CallId
    at: Instant
    prompt: str
    source: str
    """'journey' (the daemon) or 'dialplan' (the survivable fallback)."""


@dataclass(frozen=True, slots=True)
class CallRefused:
    """The dialplan turned the call away before any queue: 'full', 'closed', 'unknown_number'."""

    call: CallId
    at: Instant
    reason: str


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """Asterisk picked up (billing begins); no human yet."""

    call: CallId
    at: Instant
    leg: LegId


@dataclass(frozen=True, slots=True)
class CallQueued:
    call: CallId
    at: Instant
    queue: QueueId
    position: int = 0


@dataclass(frozen=True, slots=True)
class CallLeftQueue:
    call: CallId
    at: Instant
    queue: QueueId
    result: QueueExit


@dataclass(frozen=True, slots=True)
class CallOffered:
    """A seat's phone is asked to ring for this call."""

    call: CallId
    at: Instant
    leg: LegId
    seat: SeatId
    queue: QueueId
    """'' when not from a queue (transfer, seat-to-seat)."""


@dataclass(frozen=True, slots=True)
class OfferEnded:
    call: CallId
    at: Instant
    leg: LegId
    seat: SeatId
    queue: QueueId
    result: OfferResult


@dataclass(frozen=True, slots=True)
class TalkBegan:
    """This seat's leg and somebody else are in one bridge."""

    call: CallId
    at: Instant
    leg: LegId
    seat: SeatId
    queue: QueueId


@dataclass(frozen=True, slots=True)
class TalkEnded:
    call: CallId
    at: Instant
    leg: LegId
    seat: SeatId


@dataclass(frozen=True, slots=True)
class CallHeld:
    call: CallId
    at: Instant
    leg: LegId
    seat: SeatId


@dataclass(frozen=True, slots=True)
class CallResumed:
    call: CallId
    at: Instant
    leg: LegId
    seat: SeatId


@dataclass(frozen=True, slots=True)
class CallTransferred:
    call: CallId
    at: Instant
    kind: TransferKind
    by: SeatId
    to: str
    """Extension for a blind transfer, endpoint of the target for an attended one."""


@dataclass(frozen=True, slots=True)
class WatchBegan:
    """This call is a supervisor's who hears another seat from now on, in this mode; said again when it changes."""

    call: CallId
    at: Instant
    leg: LegId
    seat: SeatId
    """The supervisor's."""
    watched: LegId
    mode: str
    """listen, whisper or barge."""


@dataclass(frozen=True, slots=True)
class CallsMerged:
    """``merged`` went on as part of ``call``; ``merged`` itself gets its own CallEnded."""

    call: CallId
    at: Instant
    merged: CallId


@dataclass(frozen=True, slots=True)
class LegBegan:
    call: CallId
    at: Instant
    leg: LegId
    endpoint: str


@dataclass(frozen=True, slots=True)
class LegEnded:
    call: CallId
    at: Instant
    leg: LegId
    endpoint: str
    cause: int
    """Q.850; 0 unknown."""


@dataclass(frozen=True, slots=True)
class CallEnded:
    call: CallId
    at: Instant
    by: EndedBy
    cause: int
    """Q.850 cause of the first leg; 0 unknown."""
    talked: bool
    """True when a seat talked to the caller at any time."""


@dataclass(frozen=True, slots=True)
class RecordingStarted:
    call: CallId
    at: Instant
    file: str
    """File name without folder, as the dialplan made it from the Uniqueid."""


# -- the plant: seats' phones, trunks, node, link -------------------------------


class Reach(StrEnum):
    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class EndpointReach:
    """A phone or trunk answers OPTIONS, or no longer does."""

    at: Instant
    endpoint: str
    reach: Reach
    roundtrip_us: int = 0


@dataclass(frozen=True, slots=True)
class MemberSeen:
    """What app_queue says of one member; asked for comparison, never believed for counts."""

    at: Instant
    queue: QueueId
    seat: SeatId
    paused: bool
    reason: str
    penalty: int
    present: bool
    """False: the member was removed."""


@dataclass(frozen=True, slots=True)
class NodeStarted:
    """This Asterisk began a new life at ``at``; every call of the old one is over."""

    at: Instant
    node: str


@dataclass(frozen=True, slots=True)
class BoardLive:
    """Snapshot folded, gap filled: what the board shows is true again."""

    at: Instant
    epoch: Instant
    """When this Asterisk started."""


@dataclass(frozen=True, slots=True)
class BoardBlind:
    """The link to Asterisk is lost; what the board shows may be old."""

    at: Instant
    reason: str


@dataclass(frozen=True, slots=True)
class BookGap:
    """The durable record was cut or lost after ``since``: what happened until the next row is uncertain."""

    since: Instant


@dataclass(frozen=True, slots=True)
class LineChecked:
    """The line watch dialled this line; ``ok`` when it heard the notice."""

    line: LineId
    at: Instant
    ok: bool
    heard_seconds: float
    reason: str
    """'' when ok; else 'unreachable', 'refused CODE', 'no_answer', 'silent', 'cut' or 'error'."""


CallEvent = (
    CallArrived
    | CallLined
    | CallDialled
    | NoticePlayed
    | CallRefused
    | CallAnswered
    | CallQueued
    | CallLeftQueue
    | CallOffered
    | OfferEnded
    | TalkBegan
    | TalkEnded
    | CallHeld
    | CallResumed
    | CallTransferred
    | WatchBegan
    | CallsMerged
    | LegBegan
    | LegEnded
    | CallEnded
    | RecordingStarted
)
PlantEvent = EndpointReach | MemberSeen | NodeStarted | BoardLive | BoardBlind | BookGap | LineChecked
Event = CallEvent | PlantEvent
