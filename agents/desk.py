"""The desk decides: what happens on the board and what people ask → commands and events.

Owned by ``seat_service.py``; does no I/O and knows no clock. ``hear`` takes board events,
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
from dataclasses import replace
from typing import get_args

from config.language import sentence
from config.sections.seats import Device
from cti import commands as tel
from cti import events as ev
from cti.equipment_events import (
    BoardBlind,
    BoardLive,
    BookGap,
    ClockStepped,
    EndpointReach,
    EventForged,
    LineChecked,
    MemberSeen,
    NodeStarted,
    RowsRefused,
    WordUnknown,
)
from cti.ids import CallId, Instant, QueueId, SeatId
from cti.journey_events import (
    CallbackAsked,
    CallbackOffered,
    CallbackTaken,
    CallbackTakenOver,
    CitizenCalledBack,
    JourneyStepped,
    KeptPlaceUp,
    NoticePlayed,
    NuisanceHandled,
    PromptUnplayed,
    SelfServed,
    SurveyAnswered,
    SwitchedByPhone,
    VoicemailBegan,
    VoicemailEnded,
    WaitPromised,
)
from cti.numbering_plan import seat_at

from . import call_control, seat_requests, supervision
from . import commands as req
from . import events as out
from .after_call import BARS, left, on_phone
from .commands import Accepted, Answer, Refused, Why
from .dead_phone_legs import SilentLegs
from .left_alone import LeftAlone
from .lost_leg_recovery import LostLegRecovery, Recovered
from .own_reasons import AgentId, OwnReason
from .pending_call_control import PendingCallControl
from .phones import Aside, Over, Phones, SeatLeg
from .presence import ON_PHONE, IllegalCue, Presence
from .queues import MemberCommand
from .refused_dialling import Refusals
from .roster import Roster
from .seat_state import NO_CALL, SeatState, Then
from .seats import Decision, Seats
from .softphone_reports import SoftphoneReports
from .supervision import NO_SEAT

_AtASeat = (
    ev.LegBegan | ev.CallOffered | ev.OfferEnded | ev.TalkBegan | ev.TalkEnded | ev.CallHeld | ev.CallResumed
    | ev.WatchBegan
)  # fmt: skip
_AT_A_SEAT = get_args(_AtASeat)
_NOT_OURS = (
    ev.CallLined, ev.CallDialled, ev.CallPlaced, ev.CallAnswered, ev.CallRefused, ev.CallUncertain, NoticePlayed,
    PromptUnplayed, ev.RecordingStarted, LineChecked, BookGap, RowsRefused, ClockStepped, EventForged,
    JourneyStepped, WordUnknown, ev.LegMedia, ev.DialEnded, VoicemailBegan, VoicemailEnded, SurveyAnswered,
    WaitPromised, CallbackOffered, CallbackAsked, CallbackTaken, CallbackTakenOver, KeptPlaceUp,
    CitizenCalledBack, ev.HandoverStepped, SelfServed, SwitchedByPhone, NuisanceHandled,
)  # fmt: skip
HEARD = tuple(kind for kind in get_args(ev.Event) if kind not in _NOT_OURS)
"""What ``hear`` wants to hear; the rest makes no difference to any seat."""


class Desk:
    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self.phones = Phones(roster.seats, lambda seat: self._seats.endpoint(seat))
        self._deeds = PendingCallControl()
        self._filed: dict[CallId, set[SeatId]] = {}
        """Seats that filed a call they are still in."""
        self._consoles = SoftphoneReports()
        self._mending = LostLegRecovery(self._consoles, self.phones, self._proves)
        self._silence = SilentLegs(self.phones, self._is_desk_phone)
        self._alone = LeftAlone(self.phones)
        self._watches = supervision.Watches()
        self._refusals = Refusals(roster.rules.refused_dials)
        self._seats = Seats(roster, self.phones, self._consoles.lacks, self._dialling)
        self.seats: Mapping[SeatId, SeatState] = self._seats.states

    def restore(self, states: Mapping[SeatId, SeatState], now: Instant) -> Decision:
        """What the book says of the seats; once, before the first event. Whoever is no agent any more is logged out."""
        for seat, state in states.items():
            if seat not in self.seats:
                continue  # another daemon's, on one ledger
            self._seats.put(state)
            if state.agent and not self.roster.may_sit(state.agent):
                gone = replace(left(state), presence=Presence.LOGGED_OUT)
                self._seats.become(gone, now, now)
            elif state.proof:
                self._consoles.doubt(seat)
        return self._seats.decided(now)

    def where(self, agent: AgentId) -> SeatId | None:
        """Where this agent sits."""
        return next((seat for seat, state in self.seats.items() if state.agent == agent), None)

    def watched_by(self, agent: AgentId) -> SeatId:
        """The seat that this supervisor listens to; '' none."""
        watched = self._watches.of(agent)
        return watched.seat if watched is not None else NO_SEAT

    # -- the telephone's facts ---------------------------------------------------------

    def hear(self, event: ev.Event, now: Instant) -> Decision:
        match event:
            case MemberSeen():
                self._seats.memberships.seen(event)
            case BoardBlind():
                self._seats.blind = True
            case BoardLive():
                self._live(now)
            case NodeStarted():
                for leg in self.phones.forget():
                    self._over(Over(leg, event.at, inside=False), now)
            case _:
                self._telephone(event, now)
        return self._seats.decided(now)

    def _telephone(self, event: ev.Event, now: Instant) -> None:
        over = self.phones.hear(event)
        self._mending.hear(event, now)
        self._alone.hear(event, now)
        for suspect in self._silence.hear(event, now):
            self._seats.command(suspect)
        if (over_watch := self._watches.hear(event, now)) is not None:
            self._seats.tell(over_watch)
        match event:
            case ev.OfferEnded() if event.queue and event.seat in self.seats:
                if event.result in (ev.OfferResult.MISSED, ev.OfferResult.REFUSED, ev.OfferResult.UNABLE):
                    self._missed(event, now)
                elif (taken := self.phones.legs.get(event.leg)) is not None:
                    taken.missed = self.seats[event.seat].missed
            case EndpointReach() if SeatId(seat_at(event.endpoint)) in self.seats:
                self._reach(SeatId(seat_at(event.endpoint)), event, now)
            case ev.LegEnded():
                for leg in self.phones.held_for_nobody(event.call):
                    leg.aside = Aside.NONE
                    self._let_go_of(leg, now)
            case ev.CallEnded():
                self._filed.pop(event.call, None)
            case ev.DialRefused() if event.seat in self.seats:
                for told in self._refusals.told(event, self.seats[event.seat].agent, now):
                    self._seats.tell(told)
            case ev.WatchBegan() if (own := self.seats.get(event.seat)) is not None:
                self._watches.found(event, own.agent, self.phones)
        if over is not None:
            self._over(over, now)
        elif isinstance(event, ev.CallsMerged):
            for seat, state in self.seats.items():
                if state.call in (event.call, event.merged):
                    self._seats.follow(seat, event.at, now)
        elif isinstance(event, _AT_A_SEAT) and (seat := _seat_of(event)) in self.seats:
            self._seats.follow(seat, event.at, now)

    def _let_go_of(self, leg: SeatLeg, now: Instant) -> None:
        """Nobody is left in its call."""
        deed = call_control.CallControl(out.Verb.HANG_UP, leg.seat, leg.id, tel.HangUp(leg.id))
        self._deeds.begin(deed, self.phones, self.roster, now, "")
        self._seats.command(deed.command)

    def _over(self, over: Over, now: Instant) -> None:
        leg, state = over.leg, self.seats[over.leg.seat]
        seconds = self.roster.rules.wrap_up_seconds
        if over.let_go and state.presence in ON_PHONE:
            self._let_go(over, now)
            return
        ends = self.roster.rules.filing_ends_wrap_up
        filed = ends and leg.seat in self._filed.get(leg.call, ())
        if leg.talked and not (over.inside or leg.asked or filed) and seconds and state.presence in ON_PHONE:
            self._seats.put(replace(state, wrap_until=Instant(now + seconds), wrap_call=leg.call))
        self._seats.follow(leg.seat, over.at, now)
        self._seats.sync(leg.seat, now)

    def _let_go(self, over: Over, now: Instant) -> None:
        """It took a citizen and let go at once: an offer missed like one that rang out, and nothing to wrap up."""
        leg = over.leg
        self._seats.put(replace(self.seats[leg.seat], missed=leg.missed))
        self._count_missed(leg.seat, over.at, now)
        self._seats.follow(leg.seat, over.at, now)
        self._seats.sync(leg.seat, now)

    def _missed(self, event: ev.OfferEnded, now: Instant) -> None:
        state = self.seats[event.seat]
        if state.presence is not Presence.RINGING or state.pause or state.then is not Then.NOTHING:
            return  # it had been paused when the offer came: the two crossed on the wire
        self._count_missed(event.seat, event.at, now)

    def _count_missed(self, seat: SeatId, at: Instant, now: Instant) -> None:
        state = self.seats[seat]
        missed = state.missed + 1
        too_many = missed >= self.roster.rules.missed_before_pause
        if too_many:
            self._seats.tell(out.SeatAlarm(seat, at, out.Alarm.MISSED, f"{missed} offers missed in a row"))
        pause = OwnReason.MISSED if too_many else state.pause
        self._seats.become(replace(state, missed=missed, pause=pause), at, now)

    def _reach(self, seat: SeatId, event: EndpointReach, now: Instant) -> None:
        state = self.seats[seat]
        if state.presence is Presence.LOGGED_OUT or event.endpoint != self._seats.endpoint(seat):
            return
        if self.phones.away(seat) is not None:
            self._seats.tell(out.SeatAlarm(seat, event.at, out.Alarm.UNREACHABLE, "the phone does not answer"))
        else:
            self._seats.tell(out.SeatAlarmCleared(seat, event.at, out.Alarm.UNREACHABLE))
        self._rotate(seat, event.at, now)
        if state.proof:
            self._consoles.look(seat, now)

    def _rotate(self, seat: SeatId, at: Instant, now: Instant) -> None:
        """Take the seat out of rotation while its phone cannot ring, and put it back as it was."""
        state = self.seats[seat]
        barred = state.pause in BARS
        if state.presence is Presence.READY or (state.presence is Presence.PAUSED and barred):
            self._seats.become(self._seats.next_state(replace(state, pause=""), now), at, now)
        elif barred and not self._seats.bar(state, now):
            self._seats.become(replace(state, pause=""), at, now)

    def _live(self, now: Instant) -> None:
        self._consoles.begin(now)
        self._seats.sees()
        for seat in self.seats:
            state = self.seats[seat]
            talked = state.presence in (Presence.TALKING, Presence.HOLDING)
            if talked and not self.phones.busy(seat) and state.call and state.wrap_until is None:
                # its call ended while we were away; nobody knows when
                seconds = self.roster.rules.wrap_up_seconds
                self._seats.put(replace(state, wrap_until=Instant(now + seconds), wrap_call=state.call))
            self.phones.remember(seat, state.call, now, talked=talked, held=state.presence is Presence.HOLDING)
            self._alone.look(state.call, now)
            found = self.phones.state(seat)
            began = found[1].since if found and found[1].call != state.call else now
            self._seats.follow(seat, began, now)
            self._seats.sync(seat, now)
            if state.proof:
                self._consoles.look(seat, now)
        self._seats.expel_strangers(now)

    # -- people's wishes -----------------------------------------------------------------

    def ask(self, request: req.Request, now: Instant, by: str = "") -> tuple[Answer, Decision]:
        """Exactly one answer to each request, and what follows from it."""
        try:
            answer = self._answer(request, now, by)
        except IllegalCue as fault:
            answer = Refused(Why.NOT_NOW, fault.said)
        return answer, self._seats.decided(now)

    def _answer(self, request: req.Request, now: Instant, by: str, *, chief: bool = False) -> Answer:
        if isinstance(request, req.CallFiled):
            return self._call_filed(request, now, by)
        if isinstance(request, req.Supervision):
            return self._supervise(request, now)
        state = self.seats.get(request.seat)
        if state is None:
            return Refused(Why.UNKNOWN_SEAT, sentence("there is no seat {seat!r}", seat=request.seat))
        match request:
            case req.PhoneSaid() | req.ConsoleGone():
                self._page(request, state, now)
                return Accepted()
            case req.LogIn():
                return self._log_in(request, state, now)
            case req.UseDevice():
                return self._use_device(request, state, now, by)
            case (
                req.LogOut() | req.GoReady() | req.Pause() | req.AfterCall() | req.EndWrapUp() | req.ExtendWrapUp()
                | req.AskHelp() | req.EndHelp()
            ):  # fmt: skip
                new = seat_requests.granted(
                    request, state, self.roster.rules, now, bar=self._seats.bar(state, now),
                    lacks=self._consoles.lacks(state.seat, now), chief=chief,
                )  # fmt: skip
                if isinstance(new, Refused):
                    return new
                self._seats.become(new, now, now, by)
                return Accepted("after_call" if isinstance(request, req.AfterCall) else "")
            case _:
                return self._verb(request, state, now, by)

    def _log_in(self, request: req.LogIn, state: SeatState, now: Instant) -> Answer:
        if not self.roster.may_sit(request.agent):
            return Refused(Why.UNKNOWN_AGENT, sentence("{agent!r} is no agent of this centre", agent=request.agent))
        proof = request.proof and state.seat in self.roster.browsers
        if state.agent == request.agent:  # a reloaded page logs in again
            if proof and not state.proof:
                self._seats.become(replace(state, proof=True), now, now, request.agent)
                self._rotate(state.seat, now, now)
                self._consoles.look(state.seat, now)
            return Accepted()
        if state.agent:
            return Refused(
                Why.SEAT_TAKEN, sentence("agent {agent} sits at seat {seat}", agent=state.agent, seat=state.seat)
            )
        if (elsewhere := self.where(request.agent)) is not None:
            return Refused(
                Why.AGENT_ELSEWHERE, sentence("agent {agent} sits at seat {seat}", agent=request.agent, seat=elsewhere)
            )
        came = seat_requests.arrived(request, state, proof=proof)
        found = self.phones.state(state.seat)
        new = on_phone(came, found[0], found[1].call) if found else self._seats.next_state(came, now)
        self._seats.become(new, now, now, request.agent)
        return Accepted()

    def _use_device(self, request: req.UseDevice, state: SeatState, now: Instant, by: str) -> Answer:
        """From the next call on. Never in one: a talk does not move from one telephone to another by it."""
        seat = state.seat
        if seat not in self.roster.two:
            return Refused(Why.ONE_DEVICE, sentence("seat {seat} has one telephone only", seat=seat))
        if state.presence is Presence.LOGGED_OUT:
            return Refused(Why.NOT_NOW, sentence("nobody sits at seat {seat}", seat=seat))
        if request.device is self._seats.device(state):
            return Accepted()
        if self._seats.blind:
            return Refused(Why.BLIND, sentence("the link to Asterisk is down"))
        if self.phones.busy(seat) or self._dialling(seat, now):
            return Refused(Why.IN_CALL, sentence("seat {seat} is in a call", seat=seat))
        if not self.can_ring(seat, request.device, now):
            why = sentence("the phone of seat {seat} does not answer", seat=seat)
            return Refused(Why.PHONE_UNREACHABLE, why)
        if self.phones.away(seat) is not None:
            self._seats.tell(out.SeatAlarmCleared(seat, now, out.Alarm.UNREACHABLE))
        self._seats.become(replace(state, device=str(request.device)), now, now, by)
        self._rotate(seat, now, now)
        if state.proof:
            self._consoles.look(seat, now)
        return Accepted()

    def can_ring(self, seat: SeatId, device: Device, now: Instant) -> bool:
        """This device of the seat is registered and answers; a page says so itself."""
        if self.roster.endpoint(seat, device) not in self.phones.there:
            return False
        return not (device is Device.BROWSER and self.seats[seat].proof and self._consoles.lacks(seat, now))

    def device(self, seat: SeatId) -> Device:
        """The one that rings at this seat."""
        return self._seats.device(self.seats[seat])

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
        if self._seats.blind:
            return
        for mended in self._mending.look(seat, now):
            self._mend(mended, now)

    def _tear(self, leg: SeatLeg, now: Instant) -> None:
        """Nobody is at this leg: its citizen is told, and goes to the head of the queue."""
        self._mend(self._mending.torn(leg, now), now)

    def _mend(self, mended: Recovered, now: Instant) -> None:
        seat = mended.deed.seat
        if mended.rejoin is not None:
            self._seats.tell(mended.rejoin)
            detail = "queue" if mended.rejoin.to_queue else ""
            self._seats.tell(out.SeatWarned(seat, now, out.Warned.REJOIN, detail))
        self._deeds.begin(mended.deed, self.phones, self.roster, now, "")
        self._seats.sync(seat, now)  # before its caller is taken out: nobody else may be offered to it now
        self._seats.command(mended.deed.command)

    def _call_filed(self, filed: req.CallFiled, now: Instant, by: str) -> Answer:
        state = self.seats.get(filed.seat)
        if state is None or not self.roster.rules.filing_ends_wrap_up:
            return Accepted()  # by somebody at no seat, or who goes on wrapping up
        if state.wrap_call == filed.call:
            done = replace(state, wrap_until=None, wrap_call=NO_CALL)
            if state.presence is Presence.WRAP_UP:
                done = self._seats.next_state(done, now)
            self._seats.become(done, now, now, by)
        elif state.call == filed.call and state.presence in ON_PHONE:
            self._filed.setdefault(filed.call, set()).add(filed.seat)
        return Accepted()

    # -- the telephone's verbs ---------------------------------------------------------------

    def _verb(self, request: req.VerbRequest, state: SeatState, now: Instant, by: str) -> Answer:
        if state.presence is Presence.LOGGED_OUT:
            return Refused(Why.NOT_NOW, sentence("nobody sits at seat {seat}", seat=state.seat))
        if self._seats.blind:
            return Refused(Why.BLIND, sentence("the link to Asterisk is down"))
        if isinstance(request, req.HangUpCall):
            return self._hang_up(request, now, by)
        deed = call_control.decide(request, self.phones, self.roster, now)
        if isinstance(deed, call_control.CallControl) and deed.verb is out.Verb.BLIND_TRANSFER:
            assert isinstance(deed.command, tel.BlindTransfer)
            busy = self._not_free(SeatId(deed.command.to))
            if busy:
                return Refused(Why.TARGET_BUSY, busy)
        taken = isinstance(deed, call_control.CallControl)
        if isinstance(request, req.TransferToQueue) and taken and not self._served(request.queue, state.seat):
            why = sentence("nobody else who serves queue {queue} is signed in", queue=request.queue)
            return Refused(Why.TARGET_BUSY, why)
        return self._begin(deed, now, by)

    def _served(self, queue: QueueId, but: SeatId) -> bool:
        """Somebody at another seat takes its calls, now or after a talk or a rest."""
        people = (self.roster.people.get(state.agent) for seat, state in self.seats.items() if seat != but)
        return any(person is not None and queue in person.skills for person in people)

    def _not_free(self, seat: SeatId) -> str:
        """Why a citizen is not to be given to this seat unasked, and who is free; '' it is free, or no seat."""
        state = self.seats.get(seat)
        if state is None or (state.presence in (Presence.READY, Presence.PAUSED) and self.phones.away(seat) is None):
            return ""
        is_ = sentence("it is {presence}", presence=sentence(str(state.presence)))
        why = sentence("its phone does not answer") if self.phones.away(seat) is not None else is_
        free = [one for one, other in self.seats.items() if other.presence is Presence.READY]
        return sentence(
            "seat {seat} is not free ({why}); free are: {free}",
            seat=seat,
            why=why,
            free=", ".join(free) or sentence("none"),
        )

    def _hang_up(self, request: req.HangUpCall, now: Instant, by: str) -> Answer:
        """Of a call that is on its way back to its page the citizen's leg is ended: it would else go on to somebody else."""
        back = self._mending.own(request.seat, now)
        citizens = self.phones.outside(back) if back is not None else []
        if citizens:
            leg = citizens[0]
            return self._begin(call_control.CallControl(out.Verb.HANG_UP, request.seat, leg, tel.HangUp(leg)), now, by)
        deed = call_control.decide(request, self.phones, self.roster, now)
        if isinstance(deed, call_control.CallControl):
            self._mending.hands_off(deed.leg)
        return self._begin(deed, now, by)

    def _begin(self, deed: call_control.CallControl | Refused, now: Instant, by: str) -> Answer:
        if isinstance(deed, Refused):
            return deed
        if isinstance(deed.command, tel.CallSeat | tel.DialOut | tel.WatchSeat) and deed.seat in self.roster.two:
            deed = replace(deed, command=replace(deed.command, phone=self._seats.endpoint(deed.seat)))
        if (refused := self._deeds.begin(deed, self.phones, self.roster, now, by)) is not None:
            return refused
        if deed.seat:
            self._seats.follow(deed.seat, now, now)
            self._seats.sync(deed.seat, now)  # a seat about to dial is paused first
        self._seats.command(deed.command)
        return Accepted()

    # -- supervisors' ------------------------------------------------------------------------

    def _supervise(self, request: req.Supervision, now: Instant) -> Answer:
        if not self.roster.may_supervise(request.by):
            return Refused(Why.NOT_ALLOWED, sentence("{by!r} is no supervisor", by=request.by))
        seat = NO_SEAT if isinstance(request, req.MoveCall) else request.seat
        if seat and seat not in self.seats:
            return Refused(Why.UNKNOWN_SEAT, sentence("there is no seat {seat!r}", seat=seat))
        answer, told = self._supervised(request, now)
        if isinstance(answer, Accepted):
            self._seats.tell(out.Supervised(request.by, now, told.action, seat, told.call, told.detail))
            if told.warned is not None:
                self._seats.tell(out.SeatWarned(seat, now, told.warned, told.detail, request.by))
            if isinstance(request, req.Watch | req.TakeOver) and self.seats[request.seat].help_since is not None:
                self._seats.become(replace(self.seats[request.seat], help_since=None), now, now, request.by)
        return answer

    def _supervised(self, request: req.Supervision, now: Instant) -> tuple[Answer, supervision.Told]:
        own = self.seats.get(self.where(request.by) or NO_SEAT)
        told = supervision.told(request, self.phones)
        if isinstance(request, req.ForceSeat):
            became = supervision.forced(request, self.seats[request.seat], self.roster)
            return (became if isinstance(became, Refused) else self._answer(became, now, request.by, chief=True)), told
        if self._seats.blind:
            return Refused(Why.BLIND, sentence("the link to Asterisk is down")), told
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
        if (
            isinstance(answer, Accepted)
            and isinstance(deed, call_control.CallControl)
            and isinstance(deed.command, tel.WatchSeat)
        ):
            self._watches.begin(supervision.Watched(request.by, deed.seat, told.seat, told.call, deed.command.watched))
        return answer, told

    def outcome(self, outcome: tel.Outcome, now: Instant) -> Decision:
        """What became of a command. A membership is compared again; a verb tells who asked."""
        if isinstance(outcome.command, MemberCommand):
            self._seats.memberships.outcome(outcome, now)
            return self._seats.decided(now)
        if isinstance(outcome.command, tel.HearLeg):
            if (dead := self._silence.outcome(outcome)) is not None:
                self._tear(dead, now)
            return self._seats.decided(now)
        ended = self._deeds.end(outcome, self.phones, now)
        if ended is not None:
            self._mending.ended(ended)
            if ended.done and ended.verb is out.Verb.CANCEL and (dead := self._silence.dead(ended.leg)) is not None:
                self._tear(dead, now)
            if ended.verb is out.Verb.WATCH and not ended.done and not ended.leg:
                self._watches.failed(ended.seat)
            self._seats.tell(ended)
            if ended.seat:
                self._seats.follow(ended.seat, now, now)
                self._seats.sync(ended.seat, now)
        return self._seats.decided(now)

    # -- time ------------------------------------------------------------------------------------

    def due(self) -> Instant | None:
        """When ``tick`` is wanted next; None: not before something else happens."""
        times = self._seats.due()
        times += [at for at in (self._consoles.due(), self._silence.due(), self._alone.due()) if at is not None]
        return min(times, default=None)

    def tick(self, now: Instant) -> Decision:
        self._seats.end_wrap_ups(now)
        for seat in sorted(self._consoles.ripe(now)):
            self._look(seat, now)
        for suspect in self._silence.ripe(now):
            if not self._seats.blind:
                self._seats.command(suspect)
        for leg in self._alone.ripe(now):
            if not self._seats.blind:
                self._let_go_of(leg, now)
        self._seats.correct(now)
        return self._seats.decided(now)

    def _is_desk_phone(self, endpoint: str) -> bool:
        seat = SeatId(seat_at(endpoint))
        return seat in self.seats and (seat != endpoint or seat not in self.roster.browsers)

    def _proves(self, seat: SeatId) -> bool:
        return seat in self.seats and self.seats[seat].proof

    def _dialling(self, seat: SeatId, now: Instant) -> bool:
        return self._deeds.dialling(seat) or self._mending.returning(seat, now)


def _seat_of(event: _AtASeat) -> SeatId:
    return SeatId(event.endpoint) if isinstance(event, ev.LegBegan) else event.seat
