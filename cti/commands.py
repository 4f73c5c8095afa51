"""What we may ask of the telephone: imperative counterparts of ``events.py``.

Made by the deciders of the rooms to the left, performed by ``asterisk_connection.py``. Each
command ends in exactly one ``Outcome``: done, refused (Asterisk or we said no, with
the reason) or lost (no answer before the deadline, or the link broke). Nothing is
ever replayed: who asked decides anew from what is true then.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from .ids import Instant, LegId, QueueId, SeatId


@dataclass(frozen=True, slots=True)
class AddMember:
    """Put a seat into a queue; ``paused`` with ``reason`` from the first moment."""

    queue: QueueId
    seat: SeatId
    """Of a seat with two devices the endpoint of the one that shall ring, here and in the two that follow."""
    name: str
    penalty: int = 0
    paused: bool = False
    reason: str = ""
    two: bool = False
    """The seat has two devices: it is in a call while either of them is."""
    reserve: bool = False
    """Rings only while a mode calls the reserve in."""


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
    also: tuple[QueueId, ...] = ()
    """The other queues of this member: Asterisk is asked once, for every queue that it is in."""


@dataclass(frozen=True, slots=True)
class CallSeat:
    """Ring the seat's own phone, then dial ``to`` (a seat or a service extension) from it."""

    seat: SeatId
    to: str
    phone: str = ""
    """The endpoint that rings; '' the seat's only one."""


@dataclass(frozen=True, slots=True)
class DialOut:
    """Ring the seat's own phone, then dial ``number`` through the trunks in order."""

    seat: SeatId
    number: str
    phone: str = ""
    """As of ``CallSeat``."""


@dataclass(frozen=True, slots=True)
class BlindTransfer:
    leg: LegId
    """The leg of the seat that gives the caller away."""
    to: str


@dataclass(frozen=True, slots=True)
class TransferToQueue:
    """The caller waits in this queue, before those who have not talked with anybody."""

    leg: LegId
    """The leg of the seat that gives the caller away."""
    queue: QueueId


@dataclass(frozen=True, slots=True)
class AttendedTransfer:
    """Begin a consultation from this seat's leg; the caller hears music."""

    leg: LegId
    to: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """Begin a consultation of a partner's desk from this seat's leg, with the papers of the matter; the caller hears music."""

    leg: LegId
    to: str
    """The desk's number, of the settings."""
    handover: str
    """Its name: capital letters and digits."""
    ticket: str
    """Our work-order number; '' none."""
    number: str
    """The citizen's; '' not known, or nobody's."""
    summary: str
    """What it is about, percent-encoded (RFC 3986)."""


@dataclass(frozen=True, slots=True)
class EndConsult:
    """Finish a consultation: complete it, join all three, or go back to the caller."""

    leg: LegId
    how: ConsultEnd


@dataclass(frozen=True, slots=True)
class SwapConsult:
    """In a consultation: from who is consulted to the caller, or back; the other one hears music."""

    leg: LegId


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
class Rejoin:
    """The page of this seat's leg is gone: its caller hears a prompt and music while the same seat is rung again."""

    leg: LegId
    seat: SeatId


@dataclass(frozen=True, slots=True)
class ToHead:
    """Nobody is at this seat's leg any more: its caller hears a prompt and goes to the head of the queue."""

    leg: LegId


SILENT = "silent"
"""Reason with which ``HearLeg`` is refused when there is nobody."""


@dataclass(frozen=True, slots=True)
class HearLeg:
    """Find out whether a telephone is at this leg: done when it rings or its sound comes, refused ``SILENT`` when not."""

    leg: LegId


@dataclass(frozen=True, slots=True)
class HangUp:
    leg: LegId
    cause: int = 16


@dataclass(frozen=True, slots=True)
class HangUpAll:
    """Every channel there is: Asterisk is being ended."""

    cause: int


@dataclass(frozen=True, slots=True)
class SendDigits:
    """Keys of a telephone, as if pressed at this seat."""

    leg: LegId
    digits: str


@dataclass(frozen=True, slots=True)
class RenewRecording:
    """Begin the recording of this leg anew, in the same file: after its partner in the bridge changed.

    Asterisk's MixMonitor remembers the RTP sequence numbers of the first partner and leaves out
    whoever comes later with lower ones (asterisk issue 507; one in two, measured).
    """

    leg: LegId
    """The leg that is recorded: the one towards the world."""


class Listening(StrEnum):
    LISTEN = "listen"  # 监听
    WHISPER = "whisper"  # 耳语: the agent hears the supervisor, the citizen does not
    BARGE = "barge"  # 强插


@dataclass(frozen=True, slots=True)
class WatchSeat:
    """Ring this seat's phone (a supervisor's), then let it hear ``watched`` until that leg ends."""

    seat: SeatId
    watched: LegId
    """The leg of the seat that is listened to."""
    mode: Listening
    phone: str = ""
    """As of ``CallSeat``."""


@dataclass(frozen=True, slots=True)
class ChangeWatch:
    leg: LegId
    """The supervisor's."""
    mode: Listening


@dataclass(frozen=True, slots=True)
class TakeOver:
    """Give the caller of this seat's leg to ``seat``; its leg ``ear``, with which it listened, ends first."""

    leg: LegId
    seat: SeatId
    ear: LegId = LegId("")  # noqa: RUF009 - a NewType is its value


@dataclass(frozen=True, slots=True)
class MoveWaiting:
    """Put a caller who waits in ``queue`` at the end, or (``urgent``) the head, of the queue ``to``."""

    leg: LegId
    queue: QueueId
    to: QueueId
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class SetPhoneKey:
    """From now on this browser seat's phone proves itself with this key, and with no other."""

    seat: SeatId
    key: str = field(repr=False)
    """32 hex digits; kept by Asterisk, in no log."""


@dataclass(frozen=True, slots=True)
class DropPhoneKeys:
    """From now on these browser seats' phones are known by a key that nobody has."""

    seats: tuple[SeatId, ...]
    """At most ``DROPPED_AT_ONCE``."""
    key: str = field(repr=False)


DROPPED_AT_ONCE = 40


@dataclass(frozen=True, slots=True)
class SetAttended:
    """Whether somebody sits at this seat: where nobody does, its phone dials nothing but what the settings name.

    Kept by Asterisk through the daemon's death and its own.
    """

    seat: SeatId
    attended: bool


@dataclass(frozen=True, slots=True)
class SetDevice:
    """Which device of this seat rings for a call from seat to seat, and may dial; kept as ``SetAttended`` is."""

    seat: SeatId
    desk: bool
    """The desk phone of a seat that has a browser's phone, too."""


@dataclass(frozen=True, slots=True)
class SetPace:
    """How long one place in this queue takes just now: what Asterisk tells those who wait, for a moment."""

    queue: QueueId
    seconds: float
    at: Instant
    """When that was found."""


@dataclass(frozen=True, slots=True)
class SetSwitch:
    """A line open or closed out of turn, or a mode on or off. What Asterisk was told later stays."""

    kind: Literal["hours", "mode"]
    target: str
    """A line, a mode."""
    state: str
    """``open``, ``closed`` or ``clock`` (by its hours); ``on`` or ``off``."""
    at: int
    """When it was said, in milliseconds since 1970."""
    until: int = 0
    """Seconds since 1970; 0: until it is taken back."""
    district: str = ""


@dataclass(frozen=True, slots=True)
class SetNuisance:
    """How calls of a number are held back, for a time; kept by Asterisk. What it was told later stays."""

    number: str = field(repr=False)
    """In national form."""
    grade: str
    """``queue``, ``quota``, ``message``; ``off``: by nothing."""
    at: int
    """When it was said, in milliseconds since 1970."""
    until: int
    """Seconds since 1970; what is over is forgotten."""


Command = (
    AddMember
    | RemoveMember
    | PauseMember
    | CallSeat
    | DialOut
    | BlindTransfer
    | TransferToQueue
    | AttendedTransfer
    | HandOver
    | EndConsult
    | SwapConsult
    | Hold
    | Resume
    | Rejoin
    | ToHead
    | HearLeg
    | HangUp
    | HangUpAll
    | SendDigits
    | RenewRecording
    | WatchSeat
    | ChangeWatch
    | TakeOver
    | MoveWaiting
    | SetPhoneKey
    | DropPhoneKeys
    | SetAttended
    | SetDevice
    | SetPace
    | SetSwitch
    | SetNuisance
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
