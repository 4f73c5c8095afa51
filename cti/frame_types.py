"""Frames: what Asterisk said, typed, one small fact each, whatever way it was said.

Three decoders make them: ``ami_decoder.py`` (live events), ``snapshot.py`` (a snapshot asked
for) and ``cel_frames.py`` (what Asterisk wrote to disk). ``fold.py`` eats them and
never sees bytes. Frames are tuples because one is made per message on the hot path.

``at`` is the source's own moment (seconds since the epoch, UTC).
"""

from __future__ import annotations

from typing import NamedTuple

from .equipment_events import Reach
from .events import QueueExit, TransferKind
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
    caller: str | None = None
    """None: an older dialplan, which left it to the channel's birth."""
    name: str = ""
    hidden: bool = False
    diverted: str = ""
    odd: str = ""
    """The number as it was written, when there was more in it than a number."""


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


class Unplayed(NamedTuple):
    """Asterisk could not play a prompt that it was told to play."""

    at: Instant
    leg: LegId
    prompt: str


class Walked(NamedTuple):
    """Our dialplan's word: a step of the caller's journey was gone through, and by which way it was left."""

    at: Instant
    leg: LegId
    step: str
    way: str


class Speaks(NamedTuple):
    """Our dialplan's word: the caller was asked for a message, has heard the tone, and speaks from now on."""

    at: Instant
    leg: LegId
    prompt: str


class Spoke(NamedTuple):
    """Our dialplan's word: the message is over."""

    at: Instant
    leg: LegId
    how: str
    """SILENCE: nothing was said for three seconds; TIMEOUT: the time of a message was over; HANGUP."""


class HandedOver(NamedTuple):
    """A step of a hand-over to a partner, as the dialplan said it."""

    at: Instant
    leg: LegId
    handover: str
    partner: str
    seat: SeatId
    step: str
    said: str


class Judged(NamedTuple):
    """Our dialplan's word: the caller was asked what he thought of the service, by keys."""

    at: Instant
    leg: LegId
    score: int | None
    """1 to 5; None: he pressed nothing."""
    solved: str
    """'1' it is, '2' it is not, '' he did not say."""


class SelfServed(NamedTuple):
    """Our dialplan's word: what became of a try of the caller's to help himself."""

    at: Instant
    leg: LegId
    service: str
    """'progress' of a case, or 'mass_event'."""
    result: str
    """As ``config.journey.steps`` names them: told, wrong, refused, silent, unanswered; offered, joined."""
    about: str
    """The case's number where he knew its code; the mass event; ''."""
    said: str
    """The step or state of the case that he heard; ''."""


class Promised(NamedTuple):
    """Our dialplan's word: one who waits was told his place and, where it is known, a time."""

    at: Instant
    leg: LegId
    queue: QueueId
    place: int
    """1: the next."""
    minutes: int | None


class CallbackOffered(NamedTuple):
    """Our dialplan's word: one who waits was told that he may hang up and be called when his place comes up."""

    at: Instant
    leg: LegId
    queue: QueueId
    place: int


class CallbackAsked(NamedTuple):
    """He pressed the key: his place is kept from here on."""

    at: Instant
    leg: LegId
    queue: QueueId
    place: int


class CallbackTaken(NamedTuple):
    """He said where he is to be called, or hung up before he said anything else."""

    at: Instant
    leg: LegId
    number: str


class CallbackTakenOver(NamedTuple):
    """Whoever's place is kept has called again himself, with ``leg``, and stands there."""

    at: Instant
    leg: LegId
    of: CallId


class PlaceUp(NamedTuple):
    """A seat has taken the place that is kept; the citizen is called next."""

    at: Instant
    leg: LegId


class CalledBack(NamedTuple):
    """What became of calling him."""

    at: Instant
    leg: LegId
    status: str
    """DIALSTATUS of Asterisk."""
    cause: int
    """Q.850; 0 unknown."""


class SwitchedByPhone(NamedTuple):
    """Our dialplan's word: a seat's telephone switched hours or a mode, or gave a wrong PIN."""

    at: Instant
    leg: LegId
    kind: str
    """``hours``, ``mode``; ``pin``: it was not let in."""
    target: str
    """A line, a mode; of ``pin`` the seat."""
    state: str
    until: int
    """Seconds since 1970; 0: until it is taken back."""
    said: int
    """When, in milliseconds since 1970: of two the later one is in force."""
    district: str
    seat: SeatId


class NuisanceHandled(NamedTuple):
    """Our dialplan's word: a caller whose number is graded (``config.nuisance``), and what became of him."""

    at: Instant
    leg: LegId
    grade: str
    step: str


class TurnedAway(NamedTuple):
    at: Instant
    leg: LegId
    reason: str


class DialForbidden(NamedTuple):
    """Our dialplan's word: what this leg dialled, or was to be given to, is not dialled."""

    at: Instant
    leg: LegId
    seat: SeatId
    """Who dials; '' when nobody can tell."""
    number: str
    reason: str


class Recorded(NamedTuple):
    at: Instant
    leg: LegId
    file: str


class MediaTold(NamedTuple):
    """Our dialplan's word at a leg's end: what sound went over it, by Asterisk's own count. None: not known."""

    at: Instant
    leg: LegId
    received: int | None
    """Packets that came from the telephone (or trunk)."""
    lost: int | None
    """Packets of it that never came."""
    jitter_ms: float | None
    sent: int | None
    lost_there: int | None
    """Packets that it says it never had of ours."""


class Watching(NamedTuple):
    """Our dialplan's word: this leg hears another from now on."""

    at: Instant
    leg: LegId
    watched: LegId
    mode: str


class UnknownWord(NamedTuple):
    """Something called itself a word of our dialplan, and is none that we know (``dialplan_words.py``)."""

    at: Instant
    leg: LegId
    word: str
    source: str
    """'ami' or 'cel'."""


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
    spares: bool = False
    """Its moment is that of a clock that was ahead: no leg is gone by it."""


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
    whole: bool = True
    """False: an item of the list could not be read, so that what is not in it may live all the same."""


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
    | Unplayed
    | Walked
    | Speaks
    | Spoke
    | Judged
    | HandedOver
    | SelfServed
    | Promised
    | CallbackOffered
    | CallbackAsked
    | CallbackTaken
    | CallbackTakenOver
    | PlaceUp
    | CalledBack
    | SwitchedByPhone
    | NuisanceHandled
    | TurnedAway
    | DialForbidden
    | Recorded
    | MediaTold
    | Watching
    | UnknownWord
    | Reached
    | Member
    | NodeLife
    | SnapshotBegan
    | LegSeen
    | SnapshotEnded
)
