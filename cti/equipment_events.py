"""What becomes of the equipment: seats' phones, trunks, the node, the link to Asterisk, its record, the line watch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .ids import Instant, LineId, QueueId, SeatId


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
class PhoneRegistered:
    """A phone registered from a place that was not known: a leg that it had before may be nobody's now."""

    at: Instant
    endpoint: str


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
    until: Instant | None = None
    """None: until the next row."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class RowsRefused:
    """Rows of the durable record that are none of Asterisk's, or cannot be read: a breach until a person has looked."""

    at: Instant
    """Time of the newest good row before them."""
    file: str
    """Name of the file, without its folder."""
    inode: int
    offset: int
    """Where the first of them begins, in bytes."""
    rows: int
    why: str
    sample: str
    """The beginning of the first one, printable, at most 200 characters."""


@dataclass(frozen=True, slots=True)
class ClockStepped:
    """What Asterisk wrote is dated before what it wrote earlier: its clock was set back, or had been ahead."""

    at: Instant
    """As the clock says after the step."""
    seconds: float
    """How far it was set: negative is back."""
    file: str
    """Whose rows tell so."""


@dataclass(frozen=True, slots=True)
class EventForged:
    """Asterisk's stream held what Asterisk does not write: somebody's number was more than a number. Nothing was believed."""

    at: Instant
    endpoint: str
    """Whence the leg came in whose events it stood: a trunk's or seat's id, '' where that cannot be told."""
    address: str
    """Network address of its sender; '' unknown."""
    why: str
    sample: str
    """The beginning of the message, printable, at most 200 characters."""


@dataclass(frozen=True, slots=True)
class WordUnknown:
    """The dialplan in Asterisk said something this program does not know: it is not the one that was rendered by it."""

    at: Instant
    word: str
    source: str
    """'ami' or 'cel'."""


@dataclass(frozen=True, slots=True)
class LineChecked:
    """The line watch dialled this line; ``ok`` when it heard the notice."""

    line: LineId
    at: Instant
    ok: bool
    heard_seconds: float
    reason: str
    """'' when ok; else 'unreachable', 'refused CODE', 'no_answer', 'silent', 'cut' or 'error'."""


EquipmentEvent = (
    EndpointReach
    | PhoneRegistered
    | MemberSeen
    | NodeStarted
    | BoardLive
    | BoardBlind
    | BookGap
    | RowsRefused
    | ClockStepped
    | EventForged
    | WordUnknown
    | LineChecked
)
