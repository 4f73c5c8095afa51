"""What each seat's telephone is doing: the seats' legs, followed from the board's events.

Kept by ``desk.py``. It says which cue the phone gives (rings, dials, talks, holds), in
which call, and whether a consultation is under way. It decides nothing.

A consultation is seen by its Local channel: Asterisk makes one when it begins and takes
it away when it is over, whoever ended it (target refused, cancel, complete, three-way).
Our own asking only bridges the moment before that channel exists.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from config.answered_talk_rule import counts
from cti import events as ev
from cti.equipment_events import EndpointReach, Reach
from cti.ids import CallId, Instant, LegId, QueueId, SeatId
from cti.numbering_plan import seat_at

from .presence import Cue

CONSULT_GRACE = 10.0
"""Seconds in which an asked consultation counts although its channel is not there yet."""


class Phase(StrEnum):
    KNOWN = "known"  # exists; nothing heard of it yet, or its offer is over
    DIALLING = "dialling"
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"  # by the phone itself
    WATCHING = "watching"  # a supervisor hears another seat with it


class Aside(StrEnum):
    NONE = ""
    CONSULT = "consult"
    PARKED = "parked"  # held by us: a consultation with silence


@dataclass(slots=True)
class SeatLeg:
    id: LegId
    seat: SeatId
    call: CallId
    queue: QueueId = QueueId("")  # noqa: RUF009 - a NewType is its value
    phase: Phase = Phase.KNOWN
    talked: bool = False
    up: Instant | None = None
    """When its phone took what was offered to it."""
    missed: int = 0
    """The seat's missed offers in a row, when it did."""
    asked: bool = False
    """It was only asked for advice: no citizen to wrap up."""
    gave: bool = False
    """It gave its citizen to somebody else."""
    aside: Aside = Aside.NONE
    aside_at: float = 0.0
    since: Instant = Instant(0.0)  # noqa: RUF009 - a NewType is its value
    """When it began."""
    second: bool = False
    """At the desk phone of a seat that has a browser's phone, too."""


@dataclass(frozen=True, slots=True)
class Over:
    """A seat's leg has ended."""

    leg: SeatLeg
    at: Instant
    inside: bool
    """Its call was from seat to seat."""
    let_go: bool = False
    """Its phone took a queue's caller and let go at once."""


_CUES = (
    (Phase.TALKING, Cue.TALKS),
    (Phase.HELD, Cue.HOLDS),
    (Phase.WATCHING, Cue.WATCHES),
    (Phase.DIALLING, Cue.DIALS),
    (Phase.RINGING, Cue.RINGS),
)


class Phones:
    def __init__(self, seats: frozenset[SeatId], chosen: Callable[[SeatId], str] = str) -> None:
        """``chosen``: the endpoint that rings at this seat."""
        self._seats, self._chosen = seats, chosen
        self.legs: dict[LegId, SeatLeg] = {}
        self._at: dict[SeatId, list[SeatLeg]] = {seat: [] for seat in seats}
        """The same by seat, oldest first: what a seat does must not cost more the more seats there are."""
        self._calls: dict[CallId, dict[LegId, str]] = {}
        """Every live call's legs and their endpoints ('' is a Local channel)."""
        self._inside: set[CallId] = set()
        self.unreachable: dict[str, Instant] = {}
        """Endpoints of seats that do not answer, and since when."""
        self.there: set[str] = set()
        """Endpoints of seats that do."""
        self.waiting: dict[CallId, QueueId] = {}
        """Callers in a queue."""

    # -- looking ---------------------------------------------------------------------

    def away(self, seat: SeatId) -> Instant | None:
        """Since when the telephone that rings at this seat does not answer; None: it does, or nobody knows."""
        return self.unreachable.get(self._chosen(seat))

    def of(self, seat: SeatId) -> list[SeatLeg]:
        return self._at.get(seat, [])

    def busy(self, seat: SeatId) -> bool:
        return bool(self._at.get(seat))

    def state(self, seat: SeatId) -> tuple[Cue, SeatLeg] | None:
        """The weightiest thing the phone does, or None when it does nothing."""
        legs = self.of(seat)
        for phase, cue in _CUES:
            for leg in legs:
                if leg.phase is phase:
                    parked = leg.aside is Aside.PARKED and cue is Cue.TALKS
                    return (Cue.HOLDS if parked else cue), leg
        return None

    def leg_of(self, seat: SeatId) -> LegId:
        """The leg that rings or talks at this seat; '' none."""
        found = self.state(seat)
        return found[1].id if found else LegId("")

    def in_queue_call(self, seat: SeatId) -> bool:
        legs = self.of(seat)
        return bool(legs) and all(leg.queue for leg in legs)

    def talking(self, seat: SeatId) -> SeatLeg | None:
        """The leg the telephone's verbs act on."""
        found = [leg for leg in self.of(seat) if leg.phase in (Phase.TALKING, Phase.HELD)]
        return found[-1] if found else None

    def aside(self, leg: SeatLeg, at: Instant) -> Aside:
        """Whether a consultation (or our hold) is under way on this leg."""
        if "" in self._calls.get(leg.call, {}).values():
            return leg.aside or Aside.CONSULT
        return leg.aside if at - leg.aside_at < CONSULT_GRACE else Aside.NONE

    def consulting(self, leg: SeatLeg) -> bool:
        """Somebody is being asked already: Asterisk has made the channel for it."""
        return "" in self._calls.get(leg.call, {}).values()

    def remember(self, seat: SeatId, call: CallId, at: Instant, *, talked: bool, held: bool) -> None:
        """Only the seat's memory knows that a leg, found in a snapshot alone in its bridge, talked before; and that a channel aside,
        found there, is our hold and no consultation."""
        for known in self.of(seat):
            known.talked = known.talked or (talked and known.call == call)
        leg = self.talking(seat)
        if held and leg is not None and leg.call == call and not leg.aside and self.aside(leg, at):
            leg.aside = Aside.PARKED

    def alive(self, call: CallId) -> bool:
        return call in self._calls

    def inside(self, call: CallId) -> bool:
        """It is between seats: no citizen is in it."""
        return call in self._inside

    def others(self, leg: SeatLeg) -> int:
        """How many telephones beside this one are in its call."""
        return sum(1 for other, endpoint in self._calls.get(leg.call, {}).items() if endpoint and other != leg.id)

    def outside(self, call: CallId) -> list[LegId]:
        """The legs of a call that are no seat's: the citizen's."""
        ends = self._calls.get(call, {})
        return [leg for leg, endpoint in ends.items() if endpoint and endpoint not in self._seats]

    def party(self, leg: SeatLeg, other: LegId) -> bool:
        """Another telephone that is in this leg's call."""
        return other != leg.id and bool(self._calls.get(leg.call, {}).get(other))

    def has_call(self, leg: SeatLeg) -> bool:
        """It is the one whose call this is: of the seats in it the first, and not only asked for advice."""
        return not leg.asked and all(
            other is leg or other.asked or leg.since <= other.since for other in self.seats_in(leg.call)
        )

    def held_for_nobody(self, call: CallId) -> list[SeatLeg]:
        """Legs we hold although nobody is left to come back to."""
        ends = self._calls.get(call, {})
        if "" not in ends.values():
            return []
        return [
            leg
            for leg in self.seats_in(call)
            if leg.aside is Aside.PARKED and not any(endpoint for other, endpoint in ends.items() if other != leg.id)
        ]

    def alone(self, leg: SeatLeg) -> bool:
        """It has talked and is the last telephone in its call."""
        return leg.talked and leg.phase in (Phase.KNOWN, Phase.TALKING, Phase.HELD) and not self.others(leg)

    def seats_in(self, call: CallId) -> list[SeatLeg]:
        """The seats' legs of this call."""
        return [self.legs[leg] for leg in self._calls.get(call, ()) if leg in self.legs]

    # -- following -------------------------------------------------------------------

    def hear(self, event: ev.Event) -> Over | None:
        """Follow one board event; what ended, if a seat's leg did."""
        match event:
            case ev.CallArrived():
                self._calls.setdefault(event.call, {})
                if event.direction is ev.Direction.INTERNAL:
                    self._inside.add(event.call)
            case ev.LegBegan():
                self._leg_began(event)
            case ev.CallOffered() if event.seat in self._seats:
                leg = self._leg(event.leg, event.seat, event.call, event.at)
                leg.phase, leg.queue = Phase.RINGING, event.queue
                leg.asked = not event.queue and any(
                    other is not leg and other.aside is Aside.CONSULT for other in self.seats_in(leg.call)
                )
            case ev.OfferEnded():
                if known := self.legs.get(event.leg):
                    if event.result is ev.OfferResult.ANSWERED:
                        known.up = event.at
                    else:
                        known.phase = Phase.KNOWN
            case ev.TalkBegan() if event.seat in self._seats:
                leg = self._leg(event.leg, event.seat, event.call, event.at)
                leg.phase, leg.talked = Phase.TALKING, True
            case ev.CallHeld() if (held := self.legs.get(event.leg)) and not held.aside:
                held.phase = Phase.HELD
            case ev.CallResumed() if (resumed := self.legs.get(event.leg)) and resumed.phase is Phase.HELD:
                resumed.phase = Phase.TALKING
            case ev.CallTransferred() | ev.CallsMerged():
                self._joined(event)
            case ev.LegEnded():
                return self._leg_ended(event)
            case ev.WatchBegan() if event.seat in self._seats:
                self._leg(event.leg, event.seat, event.call, event.at).phase = Phase.WATCHING
            case ev.CallQueued():
                self.waiting[event.call] = event.queue
            case ev.CallLeftQueue():
                self.waiting.pop(event.call, None)
            case ev.CallEnded():
                self._calls.pop(event.call, None)
                self._inside.discard(event.call)
            case EndpointReach() if seat_at(event.endpoint) in self._seats:
                if event.reach is Reach.UNREACHABLE:
                    self.there.discard(event.endpoint)
                    self.unreachable.setdefault(event.endpoint, event.at)
                else:
                    self.there.add(event.endpoint)
                    self.unreachable.pop(event.endpoint, None)
        return None

    def _leg(self, leg: LegId, seat: SeatId, call: CallId, at: Instant) -> SeatLeg:
        found = self.legs.get(leg)
        if found is None:
            found = self.legs[leg] = SeatLeg(leg, seat, call, since=at)
            self._at[seat].append(found)
            self._calls.setdefault(call, {})[leg] = seat
        return found

    def _leg_began(self, event: ev.LegBegan) -> None:
        self._calls.setdefault(event.call, {})[event.leg] = event.endpoint
        if event.endpoint in self._seats:
            leg = self._leg(event.leg, SeatId(event.endpoint), event.call, event.at)
            leg.second = event.second
            if event.leg == LegId(event.call) and leg.phase is Phase.KNOWN:
                leg.phase = Phase.DIALLING

    def _joined(self, event: ev.CallTransferred | ev.CallsMerged) -> None:
        if isinstance(event, ev.CallTransferred):
            self.joined(event.call)
            for leg in self.seats_in(event.call):
                leg.gave = leg.gave or leg.seat == event.by
            return
        for leg in self.seats_in(event.merged):
            leg.call = event.call
        self._calls.setdefault(event.call, {}).update(self._calls.pop(event.merged, {}))

    def joined(self, call: CallId) -> None:
        """Who was only asked for advice talks with the citizen now."""
        for leg in self.seats_in(call):
            leg.asked = False

    def _leg_ended(self, event: ev.LegEnded) -> Over | None:
        ends = self._calls.get(event.call, {})
        ends.pop(event.leg, None)
        if not event.endpoint and "" not in ends.values():
            for leg in self.seats_in(event.call):
                leg.aside = Aside.NONE
        leg_gone = self.legs.pop(event.leg, None)
        if leg_gone is None:
            return None
        self._at[leg_gone.seat].remove(leg_gone)
        took = bool(leg_gone.queue and leg_gone.up) and not leg_gone.gave
        let_go = took and event.asked and not counts(leg_gone.up or 0.0, event.at)
        return Over(leg_gone, event.at, event.call in self._inside, let_go)

    def forget(self) -> list[SeatLeg]:
        """A new life of Asterisk: no leg of the old one is left."""
        gone = list(self.legs.values())
        self.legs.clear()
        for legs in self._at.values():
            legs.clear()
        self._calls.clear()
        self._inside.clear()
        self.waiting.clear()
        return gone
