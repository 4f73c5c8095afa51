"""A call and its legs as the fold knows them: data and a state, no verbs.

Only ``fold.py`` writes these; others read them through ``board.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .events import Alone, Direction, EndedBy
from .ids import BridgeId, CallId, Instant, LegId, LineId, QueueId, TrunkId

if TYPE_CHECKING:
    from .dial_attempt import Dialling


class Leg:
    """One channel of Asterisk."""

    __slots__ = (
        "asked",
        "born",
        "bridge",
        "call",
        "called",
        "channel",
        "dialling",
        "endpoint",
        "first",
        "held",
        "id",
        "kept",
        "offer_open",
        "offered_from",
        "pair",
        "plumbing",
        "rang_out",
        "seat",
        "talking",
        "up",
        "withdrawn",
    )

    def __init__(self, leg: LegId, channel: str, endpoint: str, call: Call, born: Instant, first: bool) -> None:
        self.id = leg
        self.channel = channel
        self.endpoint = endpoint
        self.call = call
        self.born = born
        self.first = first
        self.plumbing = False
        """Asterisk's own: half a Local channel, a stand-in. Nobody hears with it."""
        self.kept = False
        """Half of a kept place: it waits in a queue for a caller who has hung up, and stands for him then."""
        self.pair: Leg | None = None
        """The other half of a Local channel; sound goes through."""
        self.seat = False
        """The endpoint is a seat's phone."""
        self.asked = False
        """Its own telephone asked for its end."""
        self.up: Instant | None = None
        self.bridge: BridgeId | None = None
        self.offer_open = False
        self.offered_from = QueueId("")
        self.rang_out = False
        self.withdrawn = False
        """Offer: the dialler gave it up because it rang too long; because nobody needed it any more."""
        self.talking = False
        self.held = False
        self.called = ""
        """What was dialled in the call it came from, when that became part of this one."""
        self.dialling: Dialling | None = None
        """Why it was called, when a seat wanted it."""


class Call:
    """All legs that one caller's arrival brought about."""

    __slots__ = (
        "alone",
        "answered",
        "arrived",
        "caller",
        "caller_name",
        "cause",
        "dialled",
        "dialling",
        "direction",
        "diverted",
        "ended_by",
        "endpoint",
        "first",
        "hidden",
        "id",
        "kept",
        "left_by",
        "legs",
        "line",
        "links",
        "melting",
        "origin",
        "partner",
        "position",
        "queue",
        "queued_at",
        "reference",
        "serial",
        "talked",
        "trunk",
        "unreached",
        "unsettled",
        "unsettled_at",
        "waits",
    )

    def __init__(self, call: CallId, first: LegId, direction: Direction, arrived: Instant) -> None:
        self.id = call
        self.first = first
        self.direction = direction
        self.arrived = arrived
        self.legs: dict[LegId, Leg] = {}
        self.serial = 0
        """The how-manieth call it is: the older where moments are equal or unknown."""
        self.melting: set[LegId] = set()
        """Local channels (their first halves) that Asterisk is taking out of the way now."""
        self.links: set[LegId] = set()
        """Linkedids its legs were born with."""
        self.caller = ""
        self.caller_name = ""
        self.dialled = ""
        self.endpoint = ""
        """Where its first leg came from: a trunk or a seat."""
        self.line = LineId("")
        self.trunk = TrunkId("")
        self.partner = ""
        self.reference = ""
        self.origin = self.diverted = ""
        self.hidden = False
        self.queue = QueueId("")
        """The queue the caller waits in now, '' when not waiting."""
        self.queued_at: Instant | None = None
        self.position = 0
        self.waits = LegId("")
        """The leg that is in the queue, or was last."""
        self.kept: Leg | None = None
        """The half of a kept place that waits, as long as it is there."""
        self.talked = False
        self.answered = False
        """A seat's phone took it out of a queue."""
        self.alone = Alone.NO
        """The citizen was answered and has nobody now, and why."""
        self.ended_by = EndedBy.UNKNOWN
        self.left_by = EndedBy.UNKNOWN
        """Who left the other alone, last."""
        self.cause = 0
        self.dialling: Dialling | None = None
        """Somebody is called into it just now."""
        self.unreached: tuple[Dialling, Instant] | None = None
        """Who was consulted last and could not be reached, and since when; none once somebody else is called."""
        self.unsettled: Leg | None = None
        """Book only: an offer that ended unanswered and waits for the next fact to say why."""
        self.unsettled_at = arrived
        """When it ended."""
