"""Frames: what Asterisk said, typed, one small fact each, whatever way it was said.

Three decoders make them: ``ami.py`` (live events), ``resync.py`` (a snapshot asked
for) and ``backfill.py`` (what Asterisk wrote to disk). ``fold.py`` eats them and
never sees bytes. Frames are tuples because one is made per message on the hot path.

``at`` is the source's own moment (seconds since the epoch, UTC).
"""

from __future__ import annotations

from typing import NamedTuple

from .events import QueueExit, Reach, TransferKind
from .ids import BridgeId, CallId, Instant, LegId, LineId, QueueId, SeatId, TrunkId


class LegNew(NamedTuple):
    at: Instant
    leg: LegId
    channel: str
    linked: LegId
    call: CallId
    """The inherited HOTLINE_CALL, '' where the dialplan is not ours or has not set it yet."""
    number: str
    name: str
    exten: str
    ringing_in: bool
    """True when the far end called us (AMI state Ring); CEL does not tell: False."""


class LegUp(NamedTuple):
    at: Instant
    leg: LegId


class LegRenamed(NamedTuple):
    at: Instant
    leg: LegId
    channel: str


class LegAsked(NamedTuple):
    """Somebody hung up at this leg: it is the one that ends the call."""

    at: Instant
    leg: LegId


class LegGone(NamedTuple):
    at: Instant
    leg: LegId
    cause: int
    source: str
    """Channel name that asked for the end (CEL hangupsource), '' unknown."""


class BridgeIn(NamedTuple):
    at: Instant
    leg: LegId
    bridge: BridgeId
    holding: bool
    """A holding bridge: music, nobody hears anybody."""


class BridgeOut(NamedTuple):
    at: Instant
    leg: LegId
    bridge: BridgeId


class LocalPair(NamedTuple):
    """The two halves of a Local channel: one call by construction."""

    at: Instant
    one: LegId
    two: LegId


class LocalMelting(NamedTuple):
    """Asterisk takes a Local channel out of the way; until it has, legs change bridges and go on talking."""

    at: Instant
    one: LegId
    """Its first half."""
    begun: bool


class QueueIn(NamedTuple):
    at: Instant
    leg: LegId
    queue: QueueId
    position: int


class QueueOut(NamedTuple):
    at: Instant
    leg: LegId
    queue: QueueId
    result: QueueExit
    """UNKNOWN: the fold decides by whether a seat answered."""


class RangOut(NamedTuple):
    """app_queue or Dial gave up on this leg."""

    at: Instant
    leg: LegId
    withdrawn: bool = False
    """Not because it rang too long: the caller left or another phone answered."""


class HeldBy(NamedTuple):
    at: Instant
    leg: LegId
    held: bool


class Transferred(NamedTuple):
    at: Instant
    leg: LegId
    """The transferer's leg."""
    kind: TransferKind
    to: str
    target: LegId
    """Attended: the leg of the target, '' otherwise."""
    second: LegId = LegId("")
    """Attended: the transferer's leg towards the target, where it has two."""
    bridge: BridgeId = BridgeId("")
    """Attended: where those who were joined are now."""


class PickedUp(NamedTuple):
    """``leg`` took over what rings at ``target``."""

    at: Instant
    leg: LegId
    target: LegId


class Lined(NamedTuple):
    at: Instant
    leg: LegId
    line: LineId
    trunk: TrunkId
    number: str
    partner: str
    reference: str
    origin: str


class Dialled(NamedTuple):
    """A seat's leg calls this number."""

    at: Instant
    leg: LegId
    number: str


class Noticed(NamedTuple):
    at: Instant
    leg: LegId
    prompt: str
    source: str


class TurnedAway(NamedTuple):
    at: Instant
    leg: LegId
    reason: str


class Recorded(NamedTuple):
    at: Instant
    leg: LegId
    file: str


class Watching(NamedTuple):
    """Our dialplan's word: this leg hears another from now on."""

    at: Instant
    leg: LegId
    watched: LegId
    mode: str


class Reached(NamedTuple):
    at: Instant
    endpoint: str
    contact: str
    """One registered address of it; '' speaks for the endpoint as a whole (snapshot)."""
    reach: Reach
    """UNKNOWN: the contact is gone."""
    roundtrip_us: int


class Member(NamedTuple):
    at: Instant
    queue: QueueId
    seat: SeatId
    paused: bool
    reason: str
    penalty: int
    present: bool


class NodeLife(NamedTuple):
    """Asterisk started at ``at``: legs born before are gone, since ``died`` where that is known."""

    at: Instant
    node: str
    died: Instant = Instant(0.0)


class SnapshotBegan(NamedTuple):
    at: Instant


class LegSeen(NamedTuple):
    """A leg as the snapshot shows it; the truth about it from now on."""

    at: Instant
    leg: LegId
    channel: str
    linked: LegId
    call: CallId
    number: str
    name: str
    exten: str
    up: bool
    bridge: BridgeId
    queue: QueueId
    position: int
    born: Instant


class SnapshotEnded(NamedTuple):
    at: Instant


Frame = (
    LegNew
    | LegUp
    | LegRenamed
    | LegAsked
    | LegGone
    | BridgeIn
    | BridgeOut
    | LocalPair
    | LocalMelting
    | QueueIn
    | QueueOut
    | RangOut
    | HeldBy
    | Transferred
    | PickedUp
    | Lined
    | Dialled
    | Noticed
    | TurnedAway
    | Recorded
    | Watching
    | Reached
    | Member
    | NodeLife
    | SnapshotBegan
    | LegSeen
    | SnapshotEnded
)
