"""What happened on the telephone, past tense: calls and their legs here, what callers met before a person in ``journey_events.py``,
trunks, telephones and Asterisk itself in ``equipment_events.py``.

Counterpart of ``commands.py``. Made only by ``fold.py`` with its helpers (and, for the link, by
``asterisk_connection.py``); read by every room to the left. All are frozen values. ``at`` is
always the moment the fact is dated by its source, never the moment of reading.

The same events come from the live picture (AMI) and from the durable book (CEL);
which of the two a listener hears is decided where it subscribes (``hotline/app.py``):
seats and screens listen to the live board, the ledger only to the book.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .equipment_events import EquipmentEvent
from .ids import CallId, Instant, LegId, LineId, QueueId, SeatId, TrunkId
from .journey_events import JourneyEvent


class Direction(StrEnum):
    INBOUND = "inbound"  # from a trunk
    OUTBOUND = "outbound"  # a seat (or the daemon) dials the world
    INTERNAL = "internal"  # seat to seat
    WATCH = "watch"  # a supervisor hears a seat


class OfferResult(StrEnum):
    ANSWERED = "answered"
    MISSED = "missed"  # rang out
    REFUSED = "refused"  # a person said no (busy, decline)
    UNABLE = "unable"  # the phone said no (unavailable, unreachable, its own fault), or Asterisk for it
    WITHDRAWN = "withdrawn"  # the caller went away, or somebody else answered
    LET_GO = "let_go"  # answered and let go at once (``config.answered_talk_rule``); the ledger's word alone


class DialWay(StrEnum):
    """Why somebody is called into a call."""

    CONSULT = "consult"  # asked for advice while the citizen waits
    CALL = "call"  # a seat's own call
    TRANSFER = "transfer"  # a citizen is given away blindly


class DialResult(StrEnum):
    """What became of it."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"  # rang out, or nobody is there
    DECLINED = "declined"
    WRONG_NUMBER = "wrong_number"
    UNREACHABLE = "unreachable"  # the telephone, or the way to it, does not work
    NOT_ALLOWED = "not_allowed"  # the dialplan let it not out
    CANCELLED = "cancelled"  # whoever wanted it let go


class QueueExit(StrEnum):
    ANSWERED = "answered"
    ABANDONED = "abandoned"  # the caller hung up waiting
    TIMEOUT = "timeout"
    FULL = "full"
    EMPTY = "empty"  # nobody logged in (joinempty / leavewhenempty)
    MOVED = "moved"  # taken out to another queue or by a supervisor
    DIED = "died"  # Asterisk died under the call
    STOPPED = "stopped"  # cut by the daemon, because it was told to end
    UNKNOWN = "unknown"


class EndedBy(StrEnum):
    CALLER = "caller"  # the citizen who called us
    CALLED = "called"  # whoever a seat called, or was given away to, in the world
    SEAT = "seat"  # a seat's phone, or its page
    SYSTEM = "system"  # the dialplan hung up (closed, full, time limit)
    NODE_DIED = "node_died"  # Asterisk died under the call
    STOPPED = "stopped"  # cut by the daemon, because it was told to end
    UNKNOWN = "unknown"  # ended while nobody was looking


class Alone(StrEnum):
    """Why a citizen who had been answered, or was about to be, had nobody when his call ended."""

    NO = ""
    LET_GO = "let_go"  # the seat's phone let go at once, or fell silent, and nobody else came
    GIVEN = "given_to_nobody"  # given away to somebody who never came


class TransferKind(StrEnum):
    BLIND = "blind"
    ATTENDED = "attended"
    BLONDE = "blonde"
    """The transferer hung up while the target was still ringing."""
    CONFERENCE = "conference"
    """The transferer joined the two and stayed; whoever leaves first."""
    QUEUE = "queue"
    """Given to a queue, where the caller waits again; the target is the queue's id."""


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
    odd: str = ""
    """The calling number as it was sent, in escapes, where that is more than a number: line ends, what nobody can see."""


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
    caller: str | None = None
    """Caller's number as far as the dialplan could read it, '' when withheld; None: as the call arrived."""
    caller_name: str = ""
    hidden: bool = False
    """The caller asked the network for privacy."""
    diverted: str = ""
    """Who forwarded the call to us (Diversion)."""
    odd: str = ""
    """The caller's number as it was written, when there was more in it than a number; else ''."""


@dataclass(frozen=True, slots=True)
class CallDialled:
    """Whom a seat calls, where its leg did not tell when the call arrived (the daemon originated it)."""

    call: CallId
    at: Instant
    number: str


class HandoverStep(StrEnum):
    """How far a hand-over to a partner is, by the telephone."""

    ASKED = "asked"  # the partner's desk is dialled from now on
    ANSWERED = "answered"
    OVER = "over"  # nobody there any more: it was not answered, or the partner has hung up


@dataclass(frozen=True, slots=True)
class HandoverStepped:
    """A call is being handed over to a partner."""

    call: CallId
    at: Instant
    leg: LegId
    """The partner's, when it answered; else a half of the consultation."""
    handover: str
    """Its name; '' when nobody gave it one."""
    partner: str
    seat: SeatId
    """Whose wish it was; '' where the leg cannot tell."""
    step: HandoverStep
    reference: str = ""
    """The partner's own number of the matter, said in its answer."""
    answered: bool = False
    """Of OVER: the partner had answered."""
    result: DialResult | None = None
    """Of OVER without an answer: what the partner's telephone said."""


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
class CallPlaced:
    """An outgoing call goes out by this trunk; said again when the next one is tried."""

    call: CallId
    at: Instant
    trunk: TrunkId


@dataclass(frozen=True, slots=True)
class DialRefused:
    """The dialplan let a seat's call to the world, or a caller it gave away, not out."""

    call: CallId
    at: Instant
    seat: SeatId
    """Who dialled; '' when nobody can tell."""
    number: str
    reason: str
    """number (not allowed), pace (too many in this minute) or unattended (nobody is logged in there)."""


@dataclass(frozen=True, slots=True)
class CallTransferred:
    call: CallId
    at: Instant
    kind: TransferKind
    by: SeatId
    to: str
    """The number or seat the caller was given to, as it was dialled."""


@dataclass(frozen=True, slots=True)
class DialEnded:
    """Somebody who was called into this call answered, or nobody is called any more. The live board's alone."""

    call: CallId
    at: Instant
    leg: LegId
    """Who answered; '' nobody did."""
    way: DialWay
    by: SeatId
    """The seat that wanted it; '' when nobody can tell."""
    to: str
    """A seat or a number as it was dialled; '' when nobody can tell."""
    result: DialResult


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
    second: bool = False
    """At the desk phone of a seat that has a browser's phone, too."""


@dataclass(frozen=True, slots=True)
class LegEnded:
    call: CallId
    at: Instant
    leg: LegId
    endpoint: str
    cause: int
    """Q.850; 0 unknown."""
    asked: bool = False
    """Its own telephone said so."""


@dataclass(frozen=True, slots=True)
class CallEnded:
    call: CallId
    at: Instant
    by: EndedBy
    cause: int
    """Q.850 cause of the first leg; 0 unknown."""
    talked: bool
    """True when a seat talked to the caller at any time."""
    alone: Alone = Alone.NO
    """The citizen had nobody in the end."""


@dataclass(frozen=True, slots=True)
class CallUncertain:
    """What follows of this call was not written by Asterisk: its moments are bounds, not facts."""

    call: CallId
    at: Instant
    why: str


@dataclass(frozen=True, slots=True)
class RecordingStarted:
    call: CallId
    at: Instant
    file: str
    """File name without folder, as the dialplan made it from the Uniqueid."""
    leg: LegId
    """The one that is recorded: the citizen's, whoever the file is named by."""


@dataclass(frozen=True, slots=True)
class LegMedia:
    """What sound went over a leg, told when it ends; None: not known. Nothing received: the far end was never heard."""

    call: CallId
    at: Instant
    leg: LegId
    received: int | None
    """Packets that came from there."""
    lost: int | None
    jitter_ms: float | None
    sent: int | None
    lost_there: int | None
    """Packets of ours that never arrived there, as it says."""


CallEvent = (
    CallArrived
    | CallLined
    | CallDialled
    | HandoverStepped
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
    | CallPlaced
    | DialRefused
    | CallTransferred
    | DialEnded
    | WatchBegan
    | CallsMerged
    | LegBegan
    | LegEnded
    | CallEnded
    | CallUncertain
    | RecordingStarted
    | LegMedia
    | JourneyEvent
)
Event = CallEvent | EquipmentEvent
