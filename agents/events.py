"""What happened at the seats: past tense; counterpart of ``commands.py``.

Made only by ``desk.py`` and ``supervision.py``, published by ``seat_service.py`` on the house
bus; read by ledger and console. Frozen values. ``at`` is an ``Instant`` (Unix seconds,
UTC): the telephone's moment when the telephone caused it, else the desk's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cti.ids import CallId, Instant, LegId, SeatId

from .own_reasons import AgentId
from .presence import Presence
from .seat_state import SeatState


@dataclass(frozen=True, slots=True)
class SeatStateChanged:
    """A presence (or the reason of a pause) ended and the next began."""

    seat: SeatId
    at: Instant
    agent: AgentId
    """Who sat there during the *new* presence; at log-out, who left."""
    old: Presence
    new: Presence
    reason: str
    call: CallId
    by: str
    """Who wanted it: an agent's id, a supervisor's id, or '' (telephone, clock)."""
    state: SeatState
    """The seat's whole memory after the change: what ``SeatLog.last`` must give back."""


@dataclass(frozen=True, slots=True)
class SeatNoted:
    """Something agreed for later, or the count of missed offers, changed; the presence did not."""

    seat: SeatId
    at: Instant
    state: SeatState


class Alarm(StrEnum):
    UNREACHABLE = "unreachable"  # the phone no longer answers OPTIONS
    MISSED = "missed"  # paused after too many missed offers
    CONTRADICTION = "contradiction"  # app_queue keeps saying something else than we set
    LOG = "log"  # a presence could not be written durably
    PHONE = "phone"  # the seat's page does not prove that it can ring
    DIAL = "dial"  # its telephone dials on and on what is not let out


@dataclass(frozen=True, slots=True)
class SeatAlarm:
    """Something at a seat needs a person's eye."""

    seat: SeatId
    at: Instant
    alarm: Alarm
    detail: str


@dataclass(frozen=True, slots=True)
class SeatAlarmCleared:
    seat: SeatId
    at: Instant
    alarm: Alarm


class Verb(StrEnum):
    """What a seat can do with a call; the words of ``commands.py``."""

    BLIND_TRANSFER = "blind_transfer"
    QUEUE_TRANSFER = "queue_transfer"
    CONSULT = "consult"
    COMPLETE = "complete"
    CONFERENCE = "conference"
    CANCEL = "cancel"
    SWAP = "swap"
    DROP = "drop"
    HOLD = "hold"
    RESUME = "resume"
    HANG_UP = "hang_up"
    KEYS = "keys"
    CALL_SEAT = "call_seat"
    DIAL_OUT = "dial_out"
    REJOIN = "rejoin"
    WATCH = "watch"
    TAKE_OVER = "take_over"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class VerbEnded:
    """The one outcome of something a seat asked of the telephone."""

    seat: SeatId
    at: Instant
    verb: Verb
    leg: LegId
    """The seat's leg it was asked for; '' for a call still to be made."""
    done: bool
    reason: str
    by: str


class Warned(StrEnum):
    """The words of ``console.contract.stream.SeatWarned``."""

    PHONE = "phone"  # no calls are offered: the page does not prove that it can ring
    FORCED = "forced"  # a supervisor changed the seat's state
    TAKEN_OVER = "taken_over"  # a supervisor took the citizen
    WATCHED = "watched"  # a supervisor speaks into the call (listening alone is not told)
    PAUSED = "paused"  # the daemon paused the seat
    MISSED = "missed"  # an offer rang out
    DIAL = "dial"  # what was dialled was not let out
    REJOIN = "rejoin"  # the own call comes again, or went to the head of the queue


@dataclass(frozen=True, slots=True)
class SeatWarned:
    """Something about the own seat that whoever sits there should see now."""

    seat: SeatId
    at: Instant
    what: Warned
    detail: str
    by: AgentId = AgentId("")  # noqa: RUF009 - a NewType is its value
    """The supervisor who did it; '' nobody did."""


@dataclass(frozen=True, slots=True)
class RejoinBegan:
    """重连: this call was torn from its seat's page and is on its way back.

    ``to_queue`` False: the next ``CallOffered`` of this call at this seat is the page's own call
    again (``Pop.rejoin``). True: the page is gone, the citizen goes to the head of the queue.
    """

    seat: SeatId
    at: Instant
    call: CallId
    to_queue: bool


@dataclass(frozen=True, slots=True)
class Supervised:
    """A supervisor did, or began, this to a seat or a call: what the audit log is told."""

    supervisor: AgentId
    at: Instant
    action: str
    """watch, unwatch, take_over, force, move."""
    seat: SeatId
    """'' for a caller who waits."""
    call: CallId
    detail: str
    """Mode, force or queue, and the reason given."""


@dataclass(frozen=True, slots=True)
class WatchEnded:
    supervisor: AgentId
    at: Instant
    seat: SeatId
    """The one that was watched."""
    call: CallId


Event = (
    SeatStateChanged
    | SeatNoted
    | SeatAlarm
    | SeatAlarmCleared
    | VerbEnded
    | SeatWarned
    | RejoinBegan
    | Supervised
    | WatchEnded
)
