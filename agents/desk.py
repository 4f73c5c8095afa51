"""The desk decides: what happens on the board and what people ask → commands and events.

Owned by ``floor.py``; does no I/O and knows no clock. ``hear`` takes board events,
``ask`` one request (and gives exactly one answer), ``outcome`` what became of a command,
``tick`` passing time; each returns a ``Decision`` to publish and perform, in order.
``due`` says when ``tick`` is wanted next.

While the board is blind (before the first snapshot, and whenever the link is lost) the
seats' own states go on (a wrap-up ends on time), nothing is said to app_queue, and the
telephone's verbs are refused. ``BoardLive`` then sets everything right: what phones do
now, which wrap-ups still run, and all memberships, from what the snapshot says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args

from cti import commands as tel
from cti import events as ev
from cti.ids import CallId, Instant, SeatId

from . import commands as req
from . import events as out
from . import supervision, verbs, wishes
from .commands import Accepted, Answer, Refused, Why
from .consoles import Consoles
from .deeds import Deeds
from .ids import AgentId, OwnReason
from .landing import BARS, differs, landed, on_phone, pause_word
from .mending import Mending
from .phones import Aside, Over, Phones
from .presence import IDLE, ON_PHONE, IllegalCue, Presence
from .queues import MemberCommand, Memberships, wanted
from .roster import Roster
from .seat import SeatState, Then
from .supervision import NO_SEAT

_AtASeat = (
    ev.LegBegan | ev.CallOffered | ev.OfferEnded | ev.TalkBegan | ev.TalkEnded | ev.CallHeld | ev.CallResumed
    | ev.WatchBegan
)  # fmt: skip
_AT_A_SEAT = get_args(_AtASeat)
HEARD = tuple(kind for kind in get_args(ev.Event) if kind not in (ev.CallLined, ev.CallAnswered, ev.LineChecked))
"""What ``hear`` wants to hear; the rest makes no difference to any seat."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows: publish the events, perform the commands (in order per seat)."""

    events: tuple[out.Event, ...] = ()
    commands: tuple[tel.Command, ...] = ()


NOTHING = Decision()
"""Most of what the telephone tells makes no difference to any seat."""


class Desk:
    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.seats: dict[SeatId, SeatState] = {seat: SeatState(seat) for seat in sorted(roster.seats)}
        self.phones = Phones(roster.seats)
        self.blind = True
        self._memberships = Memberships()
        self._deeds = Deeds()
        self._filed: set[CallId] = set()
        self._consoles = Consoles()
        self._mending = Mending(self._consoles, self.phones, self._proves)
        self._watches = supervision.Watches()
        self._wrapping: set[SeatId] = set()
        """Seats in wrap-up: ``due`` is asked after every event, and there may be hundreds of seats."""
        self._wished: dict[SeatId, tuple[AgentId, str | None, bool]] = {}
        """What was wished for each seat's memberships last: most that happens at a seat makes no difference to them."""
        self._events: list[out.Event] = []
        self._commands: list[tel.Command] = []

    def restore(self, states: Mapping[SeatId, SeatState]) -> None:
        """What the book says of the seats; once, before the first event."""
        for seat, state in states.items():
            if seat in self.seats and (not state.agent or self.roster.may_sit(state.agent)):
                self._sits(state)
                if state.proof:
                    self._consoles.doubt(seat)

    def where(self, agent: AgentId) -> SeatId | None:
        """Where this agent sits."""
        return next((seat for seat, state in self.seats.items() if state.agent == agent), None)

    # -- the telephone's facts ---------------------------------------------------------

    def hear(self, event: ev.Event, now: Instant) -> Decision:
        match event:
            case ev.MemberSeen():
                self._memberships.seen(event)
            case ev.BoardBlind():
                self.blind = True
            case ev.BoardLive():
                self._live(now)
            case ev.NodeStarted():
                for leg in self.phones.forget():
                    self._over(Over(leg, event.at, inside=False), now)
            case _:
                self._telephone(event, now)
        return self._decided(now)

    def _telephone(self, event: ev.Event, now: Instant) -> None:
        over = self.phones.hear(event)
        self._mending.hear(event, now)
        if (over_watch := self._watches.hear(event, now)) is not None:
            self._tell(over_watch)
        match event:
            case ev.OfferEnded() if event.queue and event.seat in self.seats:
                if event.result in (ev.OfferResult.MISSED, ev.OfferResult.REFUSED):
                    self._missed(event, now)
            case ev.EndpointReach() if SeatId(event.endpoint) in self.seats:
                self._reach(SeatId(event.endpoint), event, now)
            case ev.LegEnded():
                for leg in self.phones.left_alone(event.call):
                    leg.aside = Aside.NONE
                    deed = verbs.Deed(out.Verb.HANG_UP, leg.seat, leg.id, tel.HangUp(leg.id))
                    self._deeds.begin(deed, self.phones, self.roster, now, "")
                    self._commands.append(deed.command)
            case ev.CallEnded():
                self._filed.discard(event.call)
            case ev.WatchBegan() if (own := self.seats.get(event.seat)) is not None:
                self._watches.found(event, own.agent, self.phones)
        if over is not None:
            self._over(over, now)
        elif isinstance(event, ev.CallsMerged):
            for seat, state in self.seats.items():
                if state.call in (event.call, event.merged):
                    self._follow(seat, event.at, now)
        elif isinstance(event, _AT_A_SEAT) and (seat := _seat_of(event)) in self.seats:
            self._follow(seat, event.at, now)

    def _follow(self, seat: SeatId, at: Instant, now: Instant) -> None:
        """Let the seat be what its phone says."""
        state = self.seats[seat]
        if state.presence is Presence.LOGGED_OUT:
            return
        found = self.phones.state(seat)
        if found is not None:
            self._become(on_phone(state, found[0], found[1].call), at, now)
        elif state.presence in ON_PHONE and not self.phones.busy(seat):
            self._become(self._landed(state, now), at, now)

    def _over(self, over: Over, now: Instant) -> None:
        leg, state = over.leg, self.seats[over.leg.seat]
        seconds = self.roster.rules.wrap_up_seconds
        wraps = leg.talked and not over.inside and not leg.asked and leg.call not in self._filed
        if wraps and seconds and state.presence in ON_PHONE:
            self.seats[leg.seat] = replace(state, wrap_until=Instant(now + seconds))
        self._follow(leg.seat, over.at, now)
        self._sync(leg.seat, now)

    def _missed(self, event: ev.OfferEnded, now: Instant) -> None:
        state = self.seats[event.seat]
        if state.presence is not Presence.RINGING or state.pause or state.then is not Then.NOTHING:
            return  # it had been paused when the offer came: the two crossed on the wire
        missed = state.missed + 1
        self._tell(out.OfferMissed(event.seat, state.agent, event.at, event.call, event.queue, missed))
        too_many = missed >= self.roster.rules.missed_before_pause
        if too_many:
            self._tell(out.SeatAlarm(event.seat, event.at, out.Alarm.MISSED, f"{missed} offers missed in a row"))
        self._become(replace(state, missed=missed, pause=OwnReason.MISSED if too_many else ""), event.at, now)

    def _reach(self, seat: SeatId, event: ev.EndpointReach, now: Instant) -> None:
        state = self.seats[seat]
        if state.presence is Presence.LOGGED_OUT:
            return
        if seat in self.phones.away:
            self._tell(out.SeatAlarm(seat, event.at, out.Alarm.UNREACHABLE, "the phone does not answer"))
        else:
            self._tell(out.SeatAlarmCleared(seat, event.at, out.Alarm.UNREACHABLE))
        self._rotate(seat, event.at, now)
        if state.proof:
            self._consoles.look(seat, now)

    def _rotate(self, seat: SeatId, at: Instant, now: Instant) -> None:
        """Take the seat out of rotation while its phone cannot ring, and put it back as it was."""
        state = self.seats[seat]
        barred = state.pause in BARS
        if state.presence is Presence.READY or (state.presence is Presence.PAUSED and barred):
            self._become(self._landed(replace(state, pause=""), now), at, now)
        elif barred and not self._bar(state, now):
            self._become(replace(state, pause=""), at, now)

    def _live(self, now: Instant) -> None:
        self.blind = False
        self._consoles.begin(now)
        self._memberships.begin_again()
        self._wished.clear()
        for seat in self.seats:
            state = self.seats[seat]
            talked = state.presence in (Presence.TALKING, Presence.HOLDING)
            if talked and not self.phones.busy(seat) and state.call and state.wrap_until is None:
                # its call ended while we were away; nobody knows when
                seconds = self.roster.rules.wrap_up_seconds
                self.seats[seat] = replace(state, wrap_until=Instant(now + seconds))
            self._follow(seat, now, now)
            self._sync(seat, now)
            if state.proof:
                self._consoles.look(seat, now)
        for stranger in self._memberships.strangers(self.roster.seats):
            self._commands += self._memberships.want(stranger, {}, busy=False, at=now)

    # -- people's wishes -----------------------------------------------------------------

    def ask(self, request: req.Request, now: Instant, by: str = "") -> tuple[Answer, Decision]:
        """Exactly one answer to each request, and what follows from it."""
        try:
            answer = self._answer(request, now, by)
        except IllegalCue as fault:
            answer = Refused(Why.NOT_NOW, str(fault))
        return answer, self._decided(now)

    def _answer(self, request: req.Request, now: Instant, by: str) -> Answer:
        if isinstance(request, req.CallFiled):
            return self._call_filed(request.call, now, by)
        if isinstance(request, req.Supervision):
            return self._supervise(request, now)
        state = self.seats.get(request.seat)
        if state is None:
            return Refused(Why.UNKNOWN_SEAT, f"there is no seat {request.seat!r}")
        match request:
            case req.PhoneSaid() | req.ConsoleGone():
                self._page(request, state, now)
                return Accepted()
            case req.LogIn():
                return self._log_in(request, state, now)
            case req.LogOut() | req.GoReady() | req.Pause() | req.AfterCall() | req.EndWrapUp():
                new = wishes.granted(
                    request, state, self.roster.rules, now, bar=self._bar(state, now),
                    lacks=self._consoles.lacks(state.seat, now),
                )  # fmt: skip
                if isinstance(new, Refused):
                    return new
                self._become(new, now, now, by)
                return Accepted("after_call" if isinstance(request, req.AfterCall) else "")
            case _:
                return self._verb(request, state, now, by)

    def _log_in(self, request: req.LogIn, state: SeatState, now: Instant) -> Answer:
        if not self.roster.may_sit(request.agent):
            return Refused(Why.UNKNOWN_AGENT, f"{request.agent!r} is no agent of this centre")
        proof = request.proof and state.seat in self.roster.browsers
        if state.agent == request.agent:  # a reloaded page logs in again
            if proof and not state.proof:
                self._become(replace(state, proof=True), now, now, request.agent)
                self._rotate(state.seat, now, now)
                self._consoles.look(state.seat, now)
            return Accepted()
        if state.agent:
            return Refused(Why.SEAT_TAKEN, f"agent {state.agent} sits at seat {state.seat}")
        if (elsewhere := self.where(request.agent)) is not None:
            return Refused(Why.AGENT_ELSEWHERE, f"agent {request.agent} sits at seat {elsewhere}")
        came = wishes.arrived(request, state, proof=proof)
        found = self.phones.state(state.seat)
        new = on_phone(came, found[0], found[1].call) if found else self._landed(came, now)
        self._become(new, now, now, request.agent)
        return Accepted()

    def _page(self, word: req.ConsoleWord, state: SeatState, now: Instant) -> None:
        """A page's word on its phone: in rotation or not, and whether its call is still its own."""
        if isinstance(word, req.PhoneSaid):
            self._consoles.hear(word, self.phones.leg_of(state.seat), now)
        else:
            self._consoles.gone(word, now)
        self._look(state.seat, now)

    def _look(self, seat: SeatId, now: Instant) -> None:
        if not self.seats[seat].proof:
            return
        self._rotate(seat, now, now)
        if self.blind:
            return
        for mended in self._mending.look(seat, now):
            if mended.rejoin is not None:
                self._tell(mended.rejoin)
                detail = "queue" if mended.rejoin.to_queue else ""
                self._tell(out.SeatWarned(seat, now, out.Warned.REJOIN, detail))
            self._deeds.begin(mended.deed, self.phones, self.roster, now, "")
            self._sync(seat, now)  # before its caller is taken out: nobody else may be offered to it now
            self._commands.append(mended.deed.command)

    def _call_filed(self, call: CallId, now: Instant, by: str) -> Answer:
        for state in list(self.seats.values()):
            if state.call != call:
                continue
            if state.presence is Presence.WRAP_UP:
                self._become(self._landed(replace(state, wrap_until=None), now), now, now, by)
            elif state.presence in ON_PHONE:
                self._filed.add(call)
        return Accepted()

    # -- the telephone's verbs ---------------------------------------------------------------

    def _verb(self, request: req.VerbRequest, state: SeatState, now: Instant, by: str) -> Answer:
        if state.presence is Presence.LOGGED_OUT:
            return Refused(Why.NOT_NOW, f"nobody sits at seat {state.seat}")
        if self.blind:
            return Refused(Why.BLIND, "the link to Asterisk is down")
        if isinstance(request, req.HangUpCall):
            return self._hang_up(request, now, by)
        return self._begin(verbs.decide(request, self.phones, self.roster, now), now, by)

    def _hang_up(self, request: req.HangUpCall, now: Instant, by: str) -> Answer:
        """Of a call that is on its way back to its page the citizen's leg is ended: it would else go on to somebody else."""
        back = self._mending.own(request.seat, now)
        for leg in self.phones.outside(back) if back is not None else ():
            return self._begin(verbs.Deed(out.Verb.HANG_UP, request.seat, leg, tel.HangUp(leg)), now, by)
        deed = verbs.decide(request, self.phones, self.roster, now)
        if isinstance(deed, verbs.Deed):
            self._mending.hands_off(deed.leg)
        return self._begin(deed, now, by)

    def _begin(self, deed: verbs.Deed | Refused, now: Instant, by: str) -> Answer:
        if isinstance(deed, Refused):
            return deed
        if (refused := self._deeds.begin(deed, self.phones, self.roster, now, by)) is not None:
            return refused
        if deed.seat:
            self._follow(deed.seat, now, now)
            self._sync(deed.seat, now)  # a seat about to dial is paused first
        self._commands.append(deed.command)
        return Accepted()

    # -- supervisors' ------------------------------------------------------------------------

    def _supervise(self, request: req.Supervision, now: Instant) -> Answer:
        if not self.roster.may_supervise(request.by):
            return Refused(Why.NOT_ALLOWED, f"{request.by!r} is no supervisor")
        seat = NO_SEAT if isinstance(request, req.MoveCall) else request.seat
        if seat and seat not in self.seats:
            return Refused(Why.UNKNOWN_SEAT, f"there is no seat {seat!r}")
        answer, told = self._supervised(request, now)
        if isinstance(answer, Accepted):
            self._tell(out.Supervised(request.by, now, told.action, seat, told.call, told.detail))
            if told.warned is not None:
                self._tell(out.SeatWarned(seat, now, told.warned, told.detail))
        return answer

    def _supervised(self, request: req.Supervision, now: Instant) -> tuple[Answer, supervision.Told]:
        own = self.seats.get(self.where(request.by) or NO_SEAT)
        told = supervision.told(request, self.phones)
        if isinstance(request, req.ForceSeat):
            became = supervision.forced(request, self.seats[request.seat], self.roster)
            return (became if isinstance(became, Refused) else self._answer(became, now, request.by)), told
        if self.blind:
            return Refused(Why.BLIND, "the link to Asterisk is down"), told
        match request:
            case req.Watch():
                deed = supervision.watch(request, own, self.phones, self._watches)
            case req.Unwatch():
                deed = supervision.unwatch(request, self.phones, self._watches)
            case req.TakeOver():
                deed = supervision.take_over(request, own, self.phones, self._watches, now)
            case req.MoveCall():
                deed = supervision.move(request, self.phones, self.roster)
        answer = self._begin(deed, now, request.by)
        if isinstance(answer, Accepted) and isinstance(deed, verbs.Deed) and isinstance(deed.command, tel.WatchSeat):
            self._watches.begin(supervision.Watched(request.by, deed.seat, told.seat, told.call, deed.command.watched))
        return answer, told

    def outcome(self, outcome: tel.Outcome, now: Instant) -> Decision:
        """What became of a command. A membership is compared again; a verb tells who asked."""
        if isinstance(outcome.command, MemberCommand):
            self._memberships.outcome(outcome, now)
            return self._decided(now)
        ended = self._deeds.end(outcome, self.phones, now)
        if ended is not None:
            self._mending.ended(ended)
            if ended.verb is out.Verb.WATCH and not ended.done and not ended.leg:
                self._watches.failed(ended.seat)
            self._tell(ended)
            if ended.seat:
                self._follow(ended.seat, now, now)
                self._sync(ended.seat, now)
        return self._decided(now)

    # -- time ------------------------------------------------------------------------------------

    def due(self) -> Instant | None:
        """When ``tick`` is wanted next; None: not before something else happens."""
        times = [until for seat in self._wrapping if (until := self.seats[seat].wrap_until)]
        if not self.blind and (check := self._memberships.due()) is not None:
            times.append(check)
        if (look := self._consoles.due()) is not None:
            times.append(look)
        return min(times, default=None)

    def tick(self, now: Instant) -> Decision:
        for state in [self.seats[seat] for seat in sorted(self._wrapping)]:
            if (state.wrap_until or now) <= now:
                self._become(self._landed(state, now), now, now)
        for seat in sorted(self._consoles.ripe(now)):
            self._look(seat, now)
        if not self.blind:
            busy = {leg.seat for leg in self.phones.legs.values()}
            commands, doubts = self._memberships.correct(busy, now)
            self._commands += commands
            for doubt in doubts:
                self._tell(out.SeatAlarm(doubt.seat, now, out.Alarm.CONTRADICTION, f"{doubt.queue}: {doubt.detail}"))
        return self._decided(now)

    # -- the one place where a seat changes ------------------------------------------------------

    def _become(self, new: SeatState, at: Instant, now: Instant, by: str = "") -> None:
        old = self.seats[new.seat]
        if differs(old, new):
            at = max(at, old.since)
            new = replace(new, since=at)
            self._sits(new)
            who = new.agent or old.agent
            if not old.agent and new.agent:
                self._tell(out.AgentLoggedIn(who, new.seat, at))
            self._tell(
                out.SeatStateChanged(
                    new.seat, at, who, old.presence, new.presence, new.reason, new.call or old.call, by, new
                )
            )
            if old.agent and not new.agent:
                self._tell(out.AgentLoggedOut(who, new.seat, at, by))
            self._tell_proof(old, new, at)
        elif old != new:
            self._sits(new)
            self._tell(out.SeatNoted(new.seat, at, new))
        self._sync(new.seat, now)

    def _proves(self, seat: SeatId) -> bool:
        return seat in self.seats and self.seats[seat].proof

    def _sits(self, new: SeatState) -> None:
        self.seats[new.seat] = new
        if new.presence is Presence.WRAP_UP:
            self._wrapping.add(new.seat)
        else:
            self._wrapping.discard(new.seat)

    def _tell_proof(self, old: SeatState, new: SeatState, at: Instant) -> None:
        if OwnReason.PHONE not in (old.reason, new.reason):
            return
        if new.reason == OwnReason.PHONE:
            lacks = self._consoles.lacks(new.seat, at)
            self._tell(out.SeatAlarm(new.seat, at, out.Alarm.PHONE, lacks))
            self._tell(out.SeatWarned(new.seat, at, out.Warned.PHONE, lacks))
        else:
            self._tell(out.SeatAlarmCleared(new.seat, at, out.Alarm.PHONE))

    def _bar(self, state: SeatState, now: Instant) -> str:
        """Why this seat can't be ready, whatever its agent wishes; '' it can."""
        if state.seat in self.phones.away:
            return OwnReason.UNREACHABLE
        return OwnReason.PHONE if state.proof and self._consoles.lacks(state.seat, now) else ""

    def _landed(self, state: SeatState, now: Instant) -> SeatState:
        return landed(state, now, bar=self._bar(state, now))

    def _sync(self, seat: SeatId, now: Instant) -> None:
        """Tell app_queue what this seat's memberships shall be."""
        if self.blind:
            return
        state = self.seats[seat]
        person = None if state.presence is Presence.LOGGED_OUT else self.roster.people.get(state.agent)
        word = pause_word(state, queue_call=self.phones.in_queue_call(seat), dialling=self._dialling(seat, now))
        wish = (person.id if person else AgentId(""), word, self.phones.busy(seat) or state.presence not in IDLE)
        if self._wished.get(seat) == wish and self._memberships.settled(seat):
            return
        self._wished[seat] = wish
        target = wanted(person.penalties, word) if person else {}
        self._commands += self._memberships.want(seat, target, busy=wish[2], at=now)

    def _dialling(self, seat: SeatId, now: Instant) -> bool:
        """A call of its own is on its way to it."""
        return self._deeds.dialling(seat) or self._mending.returning(seat, now)

    def _tell(self, event: out.Event) -> None:
        self._events.append(event)

    def _decided(self, now: Instant) -> Decision:
        for doubt in self._memberships.agreed():
            self._tell(out.SeatAlarmCleared(doubt.seat, now, out.Alarm.CONTRADICTION))
        if not self._events and not self._commands:
            return NOTHING
        decision = Decision(tuple(self._events), tuple(self._commands))
        self._events, self._commands = [], []
        return decision


def _seat_of(event: _AtASeat) -> SeatId:
    return SeatId(event.endpoint) if isinstance(event, ev.LegBegan) else event.seat
