"""All seats: what each one is, and what app_queue is told of it. The one place where a seat changes.

Kept by ``desk.py``, which decides what becomes of them; no I/O, no clock. What follows from a
change (events to publish, commands to perform) is gathered here until ``decided`` takes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from config.sections.seats import Device
from cti import commands as tel
from cti.ids import Instant, SeatId
from cti.numbering_plan import seat_at

from . import events as out
from .after_call import differs, next_state, on_phone, pause_word, rested
from .own_reasons import AgentId, OwnReason
from .phones import Phones
from .presence import IDLE, ON_PHONE, Presence
from .queues import Memberships, wanted
from .roster import Roster
from .seat_state import SeatState


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows: publish the events, perform the commands (in order per seat)."""

    events: tuple[out.Event, ...] = ()
    commands: tuple[tel.Command, ...] = ()


NOTHING = Decision()
"""Most of what the telephone tells makes no difference to any seat."""


class Seats:
    """
    :param lacks: what a seat's page lacks of a phone that can ring; '' nothing.
    :param dialling: a call of the seat's own is on its way to it.
    """

    def __init__(
        self,
        roster: Roster,
        phones: Phones,
        lacks: Callable[[SeatId, Instant], str],
        dialling: Callable[[SeatId, Instant], bool],
    ) -> None:
        self.states: dict[SeatId, SeatState] = {seat: SeatState(seat) for seat in sorted(roster.seats)}
        self.blind = True
        """Nothing is said to app_queue."""
        self._roster, self._phones, self._lacks, self._dialling = roster, phones, lacks, dialling
        self.memberships = Memberships(roster.two)
        self._wrapping: set[SeatId] = set()
        """``due`` is asked after every event, and there may be hundreds of seats."""
        self._wished: dict[SeatId, tuple[AgentId, str | None, bool, str]] = {}
        """What was wished for each seat's memberships last: most that happens at a seat makes no difference to them."""
        self._events: list[out.Event] = []
        self._commands: list[tel.Command] = []

    # -- changing ------------------------------------------------------------------------

    def put(self, new: SeatState) -> None:
        """It is so, and nobody is told: read back from the book, or told with what comes next."""
        self.states[new.seat] = new
        if new.presence is Presence.WRAP_UP:
            self._wrapping.add(new.seat)
        else:
            self._wrapping.discard(new.seat)

    def become(self, new: SeatState, at: Instant, now: Instant, by: str = "") -> None:
        """``at``: since when; ``by``: who wished it, '' the telephone or time."""
        old = self.states[new.seat]
        if differs(old, new):
            at = max(at, old.since)
            new = replace(new, since=at, rested=rested(old, new, at))
            self.put(new)
            who = new.agent or old.agent
            self.tell(
                out.SeatStateChanged(
                    new.seat, at, who, old.presence, new.presence, new.reason, new.call or old.call, by, new
                )
            )
            self._tell_proof(old, new, at)
        elif old != new:
            self.put(new)
            self.tell(out.SeatNoted(new.seat, at, new))
        self.sync(new.seat, now)

    def follow(self, seat: SeatId, at: Instant, now: Instant) -> None:
        """Let the seat be what its phone says, once all has been heard that a snapshot tells of it."""
        state = self.states[seat]
        if self.blind or state.presence is Presence.LOGGED_OUT:
            return
        found = self._phones.state(seat)
        if found is not None:
            self.become(on_phone(state, found[0], found[1].call), at, now)
        elif state.presence in ON_PHONE and not self._phones.busy(seat):
            self.become(self.next_state(state, now), at, now)

    def next_state(self, state: SeatState, now: Instant) -> SeatState:
        """What a seat is that does nothing on the telephone."""
        return next_state(state, now, bar=self.bar(state, now))

    def bar(self, state: SeatState, now: Instant) -> str:
        """Why this seat can't be ready, whatever its agent wishes; '' it can."""
        if self._phones.away(state.seat) is not None:
            return OwnReason.UNREACHABLE
        page = state.proof and self.device(state) is Device.BROWSER
        return OwnReason.PHONE if page and self._lacks(state.seat, now) else ""

    def device(self, state: SeatState) -> Device:
        """The one that rings."""
        return self._roster.device(state.seat, state.device)

    def endpoint(self, seat: SeatId) -> str:
        """As Asterisk names the device that rings."""
        return self._roster.endpoint(seat, self.device(self.states[seat]))

    def _tell_proof(self, old: SeatState, new: SeatState, at: Instant) -> None:
        if OwnReason.PHONE not in (old.reason, new.reason):
            return
        if new.reason == OwnReason.PHONE:
            lacks = self._lacks(new.seat, at)
            self.tell(out.SeatAlarm(new.seat, at, out.Alarm.PHONE, lacks))
            self.tell(out.SeatWarned(new.seat, at, out.Warned.PHONE, lacks))
        else:
            self.tell(out.SeatAlarmCleared(new.seat, at, out.Alarm.PHONE))

    # -- app_queue -------------------------------------------------------------------------

    def sees(self) -> None:
        """The board is live: all memberships are compared anew."""
        self.blind = False
        self.memberships.begin_again()
        self._wished.clear()

    def sync(self, seat: SeatId, now: Instant) -> None:
        """Tell app_queue what this seat's memberships shall be."""
        if self.blind:
            return
        state = self.states[seat]
        person = None if state.presence is Presence.LOGGED_OUT else self._roster.people.get(state.agent)
        word = pause_word(state, queue_call=self._phones.in_queue_call(seat), dialling=self._dialling(seat, now))
        busy, rings = self._phones.busy(seat) or state.presence not in IDLE, self.endpoint(seat)
        wish = (person.id if person else AgentId(""), word, busy, rings)
        endpoints = self._roster.endpoints(seat)
        if self._wished.get(seat) == wish and all(self.memberships.settled(SeatId(one)) for one in endpoints):
            return
        self._wished[seat] = wish
        target = wanted(person.penalties, word, person.reserve) if person else {}
        # the one that rings no more first: at no moment is the seat two members of one queue
        for one in sorted(endpoints, key=lambda one: one == rings):
            self._commands += self.memberships.want(SeatId(one), target if one == rings else {}, busy=busy, at=now)

    def expel_strangers(self, now: Instant) -> None:
        """Members that are no seats of these settings."""
        known = frozenset(SeatId(one) for seat in self._roster.seats for one in self._roster.endpoints(seat))
        for stranger in self.memberships.strangers(known):
            self._commands += self.memberships.want(stranger, {}, busy=False, at=now)

    # -- time --------------------------------------------------------------------------------

    def due(self) -> list[Instant]:
        """When a wrap-up ends, or app_queue must have obeyed."""
        times = [until for seat in self._wrapping if (until := self.states[seat].wrap_until)]
        if not self.blind and (check := self.memberships.due()) is not None:
            times.append(check)
        return times

    def end_wrap_ups(self, now: Instant) -> None:
        for state in [self.states[seat] for seat in sorted(self._wrapping)]:
            if (state.wrap_until or now) <= now:
                self.become(self.next_state(state, now), now, now)

    def correct(self, now: Instant) -> None:
        """What app_queue did not do is said again; what it denies too often is an alarm."""
        if self.blind:
            return
        busy = {SeatId(one) for leg in self._phones.legs.values() for one in self._roster.endpoints(leg.seat)}
        commands, doubts = self.memberships.correct(busy, now)
        self._commands += commands
        for doubt in doubts:
            seat = SeatId(seat_at(doubt.seat))
            self.tell(out.SeatAlarm(seat, now, out.Alarm.CONTRADICTION, f"{doubt.queue}: {doubt.detail}"))

    # -- what follows --------------------------------------------------------------------------

    def tell(self, event: out.Event) -> None:
        self._events.append(event)

    def command(self, command: tel.Command) -> None:
        self._commands.append(command)

    def decided(self, now: Instant) -> Decision:
        """All that was gathered; from here on the floor's."""
        for doubt in self.memberships.agreed():
            self.tell(out.SeatAlarmCleared(SeatId(seat_at(doubt.seat)), now, out.Alarm.CONTRADICTION))
        if not self._events and not self._commands:
            return NOTHING
        decision = Decision(tuple(self._events), tuple(self._commands))
        self._events, self._commands = [], []
        return decision
