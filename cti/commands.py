"""What we may ask of the telephone: imperative counterparts of ``events.py``.

Made by the deciders of the rooms to the left, performed by ``switchboard.py``. Each
command ends in exactly one ``Outcome``: done, refused (Asterisk or we said no, with
the reason) or lost (no answer before the deadline, or the link broke). Nothing is
ever replayed: who asked decides anew from what is true then.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .ids import LegId, QueueId, SeatId


@dataclass(frozen=True, slots=True)
class AddMember:
    """Put a seat into a queue; ``paused`` with ``reason`` from the first moment."""

    queue: QueueId
    seat: SeatId
    name: str
    penalty: int = 0
    paused: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RemoveMember:
    queue: QueueId
    seat: SeatId


@dataclass(frozen=True, slots=True)
class PauseMember:
    queue: QueueId
    seat: SeatId
    paused: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CallSeat:
    """Ring the seat's own phone, then dial ``to`` (a seat or a service extension) from it."""

    seat: SeatId
    to: str


@dataclass(frozen=True, slots=True)
class DialOut:
    """Ring the seat's own phone, then dial ``number`` through the trunks in order."""

    seat: SeatId
    number: str


@dataclass(frozen=True, slots=True)
class BlindTransfer:
    leg: LegId
    """The leg of the seat that gives the caller away."""
    to: str


@dataclass(frozen=True, slots=True)
class AttendedTransfer:
    """Begin a consultation from this seat's leg; the caller hears music."""

    leg: LegId
    to: str


@dataclass(frozen=True, slots=True)
class EndConsult:
    """Finish a consultation: complete it, join all three, or go back to the caller."""

    leg: LegId
    how: ConsultEnd


class ConsultEnd(StrEnum):
    COMPLETE = "complete"
    CONFERENCE = "conference"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Hold:
    leg: LegId


@dataclass(frozen=True, slots=True)
class Resume:
    leg: LegId


@dataclass(frozen=True, slots=True)
class HangUp:
    leg: LegId
    cause: int = 16


@dataclass(frozen=True, slots=True)
class RenewRecording:
    """Begin the recording of this leg anew, in the same file: after its partner in the bridge changed.

    Asterisk's MixMonitor remembers the RTP sequence numbers of the first partner and leaves out
    whoever comes later with lower ones (asterisk issue 507; one in two, measured).
    """

    leg: LegId
    """The leg that is recorded: the one towards the world."""


@dataclass(frozen=True, slots=True)
class MoveWaiting:
    """Put a waiting caller at another place or (by redirect) into another queue."""

    leg: LegId
    queue: QueueId
    priority: int = 0


Command = (
    AddMember
    | RemoveMember
    | PauseMember
    | CallSeat
    | DialOut
    | BlindTransfer
    | AttendedTransfer
    | EndConsult
    | Hold
    | Resume
    | HangUp
    | RenewRecording
    | MoveWaiting
)


class Result(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The one answer to one command."""

    command: Command
    result: Result
    reason: str = ""
    """'' when done; else a short stable word or Asterisk's own message."""
