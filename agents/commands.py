"""What may be asked of the seats: imperative counterparts of ``events.py``.

Made by the console's REST, by the CLI and by the demo; answered by ``SeatService.ask`` with
exactly one ``Accepted`` or ``Refused`` each. ``by`` says who asks: '' the agent at the
seat, else a supervisor's id. Whether *this* caller may ask for *this* seat is settled
before it comes here (``console/access.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from config.sections.seats import Device
from cti.commands import Listening
from cti.ids import CallId, LegId, QueueId, SeatId

from .own_reasons import AgentId
from .seat_state import Then


@dataclass(frozen=True, slots=True)
class LogIn:
    """签入. ``ready`` False: paused (reason ``login``) until ``GoReady``."""

    agent: AgentId
    seat: SeatId
    ready: bool = False
    proof: bool = False
    """A console takes the seat: at a browser seat, calls are offered only while its page proves that it can ring."""


@dataclass(frozen=True, slots=True)
class LogOut:
    seat: SeatId


@dataclass(frozen=True, slots=True)
class GoReady:
    """示闲; also ends a wrap-up."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class Pause:
    """示忙 with one of the settings' reasons; also ends a wrap-up."""

    seat: SeatId
    reason: str


@dataclass(frozen=True, slots=True)
class AfterCall:
    """What shall be after this call and its wrap-up; ``Then.NOTHING`` takes it back."""

    seat: SeatId
    then: Then
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EndWrapUp:
    seat: SeatId


@dataclass(frozen=True, slots=True)
class ExtendWrapUp:
    """延长话后: by the step of the settings, up to their most."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class AskHelp:
    """求助班长: the seat's supervisors see it first, until it is answered, taken back, or its call is over."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class EndHelp:
    """By its agent, or by a supervisor who has seen to it."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class UseDevice:
    """换话机: which of the seat's two devices rings from the next call on. Not in a call, and not one that could not ring."""

    seat: SeatId
    device: Device


@dataclass(frozen=True, slots=True)
class CallFiled:
    """A ticket or disposition of this call was filed at ``seat``: that seat has no more to write. Another that talks,
    or talked, with the same citizen (a transfer, a conference) has."""

    call: CallId
    seat: SeatId


# -- the consoles' word ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PhoneSaid:
    """A console on its seat's softphone; every 5 s and whenever it changes. It is heard in the moment of asking."""

    seat: SeatId
    instance: str
    """Made by the page when it was loaded: a reload makes another."""
    registered: bool
    audio: bool
    """The page may play sound."""
    microphone: bool
    visible: bool
    leg: bool
    """It holds a SIP session, whatever it is."""
    call: CallId = CallId("")  # noqa: RUF009 - a NewType is its value


@dataclass(frozen=True, slots=True)
class ConsoleGone:
    """The stream of this page is closed: it may come back, as itself or loaded anew, or never."""

    seat: SeatId
    instance: str


# -- the telephone's verbs ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TransferBlind:
    seat: SeatId
    to: str


@dataclass(frozen=True, slots=True)
class TransferToQueue:
    """The citizen waits for somebody with another skill, before those who have not talked with anybody."""

    seat: SeatId
    queue: QueueId


@dataclass(frozen=True, slots=True)
class TransferAttended:
    """Begin a consultation (another seat, 110, …); the citizen hears music."""

    seat: SeatId
    to: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """联动移交: consult a partner's desk, with the papers of the matter; the citizen hears music. No pace holds it up."""

    seat: SeatId
    to: str
    """The desk's number, of the settings: not asked for, so not looked up among the allowed ones."""
    handover: str
    ticket: str = ""
    number: str = ""
    summary: str = ""
    """These as ``cti.commands.HandOver``."""


@dataclass(frozen=True, slots=True)
class ConsultComplete:
    seat: SeatId


@dataclass(frozen=True, slots=True)
class ConsultCancel:
    seat: SeatId


@dataclass(frozen=True, slots=True)
class Conference:
    """Join citizen, seat and whoever is consulted."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class SwapConsult:
    """Speak with the citizen again while who is consulted waits, or the other way round."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class DropParty:
    """End one party of the own call; the others go on."""

    seat: SeatId
    leg: LegId


@dataclass(frozen=True, slots=True)
class HoldCall:
    seat: SeatId


@dataclass(frozen=True, slots=True)
class ResumeCall:
    seat: SeatId


@dataclass(frozen=True, slots=True)
class HangUpCall:
    """Hang up the talk, or decline what rings."""

    seat: SeatId


@dataclass(frozen=True, slots=True)
class PressKeys:
    """Telephone keys into the call, as if pressed at the seat's phone."""

    seat: SeatId
    keys: str


@dataclass(frozen=True, slots=True)
class CallSeat:
    seat: SeatId
    to: SeatId


@dataclass(frozen=True, slots=True)
class DialOut:
    seat: SeatId
    number: str


# -- supervisors' ---------------------------------------------------------------------


class Force(StrEnum):
    READY = "ready"
    PAUSE = "pause"
    LOG_OUT = "log_out"


@dataclass(frozen=True, slots=True)
class ForceSeat:
    """强制示闲 / 示忙 / 签出. In a call: it takes effect after the call, nobody is cut off."""

    seat: SeatId
    force: Force
    by: AgentId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """监听 / 耳语 / 强插: ring the supervisor's own seat, then let it hear ``seat``. Asked again: the mode changes."""

    seat: SeatId
    mode: Listening
    by: AgentId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unwatch:
    seat: SeatId
    by: AgentId


@dataclass(frozen=True, slots=True)
class TakeOver:
    """接管: the citizen comes to the supervisor's own seat; the agent is done with the call."""

    seat: SeatId
    by: AgentId
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MoveCall:
    """调队: a waiting caller to a queue's head (``urgent``) or end, another's or the same one's."""

    call: CallId
    queue: QueueId
    by: AgentId
    urgent: bool = False
    reason: str = ""


VerbRequest = (
    TransferBlind
    | TransferToQueue
    | TransferAttended
    | HandOver
    | ConsultComplete
    | ConsultCancel
    | Conference
    | SwapConsult
    | DropParty
    | HoldCall
    | ResumeCall
    | HangUpCall
    | PressKeys
    | CallSeat
    | DialOut
)
SeatRequest = (
    LogIn | LogOut | GoReady | Pause | AfterCall | EndWrapUp | ExtendWrapUp | AskHelp | EndHelp | UseDevice | CallFiled
)
ConsoleWord = PhoneSaid | ConsoleGone
Supervision = ForceSeat | Watch | Unwatch | TakeOver | MoveCall
Request = SeatRequest | VerbRequest | ConsoleWord | Supervision


# -- answers ----------------------------------------------------------------------------


class Why(StrEnum):
    """Stable words for refusals; screens show the catalogue's sentence ``refused_<word>``."""

    UNKNOWN_SEAT = "unknown_seat"
    UNKNOWN_AGENT = "unknown_agent"
    NOT_ALLOWED = "not_allowed"
    SEAT_TAKEN = "seat_taken"
    AGENT_ELSEWHERE = "agent_elsewhere"
    NOT_NOW = "not_now"
    PUT_OUT = "put_out"
    UNKNOWN_REASON = "unknown_reason"
    PHONE_UNREACHABLE = "phone_unreachable"
    PHONE_UNPROVED = "phone_unproved"
    ONE_DEVICE = "one_device"
    NO_SEAT = "no_seat"
    NOT_WATCHING = "not_watching"
    NOT_WAITING = "not_waiting"
    UNKNOWN_CALL = "unknown_call"
    UNKNOWN_QUEUE = "unknown_queue"
    NO_CALL = "no_call"
    IN_CALL = "in_call"
    ON_HOLD = "on_hold"
    CONSULTING = "consulting"
    NO_CONSULTATION = "no_consultation"
    NOT_RINGING = "not_ringing"
    NO_PARTY = "no_party"
    NOT_YOURS = "not_yours"
    LONGEST = "longest"
    TARGET = "target"
    TARGET_BUSY = "target_busy"
    TOO_MANY = "too_many"
    BLIND = "blind"
    TELEPHONE = "telephone"


@dataclass(frozen=True, slots=True)
class Accepted:
    detail: str = ""
    """'' or 'after_call': agreed for when the call is over."""


@dataclass(frozen=True, slots=True)
class Refused:
    why: Why
    reason: str
    """One sentence for a log or a developer, naming what was wrong."""


Answer = Accepted | Refused
