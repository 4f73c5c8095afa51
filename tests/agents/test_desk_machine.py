"""The desk under anything: people, citizens, a telephone that fails, an Asterisk that restarts.

The pretended app_queue offers calls as the real one does: only to members that are not
paused and whose phone is idle. Rules play people, phones, time and faults in any order;
the invariants hold after each step, and at the end, when all is quiet, app_queue must
show exactly what the seats are.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agents import commands as req
from agents import events as out
from agents.desk import Desk
from agents.own_reasons import AgentId
from agents.presence import ON_PHONE, Presence
from agents.seat_state import Then
from agents.seats import Decision
from cti import commands as tel
from cti import events as ev
from cti.equipment_events import BoardBlind, BoardLive, EndpointReach, MemberSeen, NodeStarted, Reach
from cti.ids import CallId, Instant, LegId, SeatId
from tests.sampling import examples

from .desk_driver import CHEN, LIN, MANDARIN, S1, S2, S3, SU, DeskDriver, roster

SEATS = st.sampled_from([S1, S2, S3])
AGENTS = st.sampled_from([CHEN, LIN, SU])
RESULTS = st.sampled_from(list(tel.Result))


class SeatMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.stage = DeskDriver()
        self.stage.checks.append(self._decision_is_sane)
        self.ringing: dict[SeatId, tuple[CallId, LegId]] = {}
        self.talking: dict[SeatId, tuple[CallId, LegId]] = {}
        self.before: dict[SeatId, Presence] = {}
        self.flying: list[tel.Command] = []

    # -- what must hold for every single decision -------------------------------------------

    def _decision_is_sane(self, decision: Decision) -> None:
        desk = self.stage.desk
        said: dict[tuple[object, object], list[tel.Command]] = {}
        for command in decision.commands:
            if isinstance(command, tel.PauseMember):
                assert command.queue, "every membership command names its queue"
                if not command.paused:
                    assert not desk.phones.busy(command.seat), "a seat on its phone is never unpaused"
                    assert desk.seats[command.seat].presence is Presence.READY
            if isinstance(command, tel.AddMember):
                assert command.paused or not desk.phones.busy(command.seat)
            if isinstance(command, tel.PauseMember | tel.AddMember):
                for queue in (command.queue, *(command.also if isinstance(command, tel.PauseMember) else ())):
                    said.setdefault((queue, command.seat), []).append(command)
        for commands in said.values():
            assert len({command.paused for command in commands}) == 1, "no two commands contradict each other"  # type: ignore[union-attr]
        for event in decision.events:
            if isinstance(event, out.SeatStateChanged):
                assert event.old is self.before.get(event.seat, Presence.LOGGED_OUT), "intervals follow each other"
                assert event.state.seat == event.seat
                self.before[event.seat] = event.new

    @initialize()
    def a_morning(self) -> None:
        """Everybody is there and ready: the interesting things come after that."""
        for seat, agent in ((S1, CHEN), (S2, LIN), (S3, SU)):
            self.stage.ready(seat, agent)

    # -- people ---------------------------------------------------------------------------------

    def _asks(self, request: req.Request) -> req.Answer:
        answer = self.stage.ask(request)
        assert isinstance(answer, req.Accepted | req.Refused)
        return answer

    @rule(agent=AGENTS, seat=SEATS, ready=st.booleans())
    def log_in(self, agent: AgentId, seat: SeatId, ready: bool) -> None:
        self._asks(req.LogIn(agent, seat, ready))

    @rule(
        seat=SEATS,
        make=st.sampled_from(
            [
                req.LogOut, req.GoReady, req.EndWrapUp, req.HoldCall, req.ResumeCall, req.ConsultComplete,
                req.ConsultCancel, req.Conference, req.HangUpCall,
                lambda seat: req.Pause(seat, "小休"),
                lambda seat: req.AfterCall(seat, Then.PAUSE, "就餐"),
                lambda seat: req.AfterCall(seat, Then.LOG_OUT),
                lambda seat: req.AfterCall(seat, Then.NOTHING),
                lambda seat: req.TransferAttended(seat, S2),
                lambda seat: req.TransferBlind(seat, "110"),
                lambda seat: req.CallSeat(seat, S3),
                lambda seat: req.DialOut(seat, "110"),
                lambda seat: req.ForceSeat(seat, req.Force.READY, SU),
                lambda seat: req.ForceSeat(seat, req.Force.PAUSE, SU),
            ]
        ),
    )  # fmt: skip
    def request(self, seat: SeatId, make: object) -> None:
        self._asks(make(seat))  # type: ignore[operator]

    # -- calls -----------------------------------------------------------------------------------

    @rule(seat=SEATS)
    def app_queue_offers(self, seat: SeatId) -> None:
        member = self.stage.members.get((MANDARIN, seat))
        if member is None or member[0] or seat in self.ringing or seat in self.talking:
            return
        call = self.stage.citizen()
        self.ringing[seat] = (call, self.stage.offer(seat, call))

    @rule(seat=SEATS, internal=st.booleans())
    def the_phone_dials_or_is_called(self, seat: SeatId, internal: bool) -> None:
        if seat in self.ringing or seat in self.talking:
            return
        direction = ev.Direction.INTERNAL if internal else ev.Direction.INBOUND
        call = self.stage.citizen(direction)
        self.ringing[seat] = (call, self.stage.offer(seat, call, queue=""))

    @precondition(lambda self: self.ringing)
    @rule(data=st.data())
    def answers(self, data: st.DataObject) -> None:
        seat = data.draw(st.sampled_from(sorted(self.ringing)))
        call, leg = self.talking[seat] = self.ringing.pop(seat)
        self.stage.answer(seat, call, leg)

    @precondition(lambda self: self.ringing)
    @rule(
        data=st.data(),
        result=st.sampled_from([ev.OfferResult.MISSED, ev.OfferResult.REFUSED, ev.OfferResult.WITHDRAWN]),
    )
    def does_not_answer(self, data: st.DataObject, result: ev.OfferResult) -> None:
        seat = data.draw(st.sampled_from(sorted(self.ringing)))
        call, leg = self.ringing.pop(seat)
        queue = self.stage.desk.phones.legs[leg].queue if leg in self.stage.desk.phones.legs else MANDARIN
        self.stage.hear(ev.OfferEnded(call, self.stage.now, leg, seat, queue, result))
        self.stage.over(call, leg, seat)

    @precondition(lambda self: self.talking)
    @rule(data=st.data())
    def talk_ends(self, data: st.DataObject) -> None:
        seat = data.draw(st.sampled_from(sorted(self.talking)))
        call, leg = self.talking.pop(seat)
        self.stage.over(call, leg, seat)

    @rule(seat=SEATS, reach=st.sampled_from([Reach.REACHABLE, Reach.UNREACHABLE]))
    def phone_comes_or_goes(self, seat: SeatId, reach: Reach) -> None:
        self.stage.hear(EndpointReach(self.stage.now, seat, reach))

    # -- time and faults ----------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.5, 3, 31, 120]))
    def time_passes(self, seconds: float) -> None:
        self.stage.passes(seconds)

    @rule(results=st.lists(RESULTS, max_size=8))
    def commands_are_performed(self, results: list[tel.Result]) -> None:
        self.flying += self.stage.took()
        for result in results:
            if not self.flying:
                return
            command, reason = self.flying.pop(0), "said no"
            if result is tel.Result.DONE:
                result, reason = self.stage.app_queue(command)
            elif result is tel.Result.LOST:
                self.stage.app_queue(command)  # it was done, only the answer was lost
            self.stage._took(self.stage.desk.outcome(tel.Outcome(command, result, reason), self.stage.now))
            self.flying += self.stage.took()

    @rule(seat=SEATS, member=st.sampled_from([None, (False, "", 0), (True, "by hand", 0)]))
    def somebody_meddles(self, seat: SeatId, member: tuple[bool, str, int] | None) -> None:
        if member is None or (MANDARIN, seat) in self.stage.members:
            self.stage.says((MANDARIN, seat), member)

    @rule(restarted=st.booleans())
    def the_link_breaks_and_returns(self, restarted: bool) -> None:
        stage = self.stage
        stage.hear(BoardBlind(stage.now, "cut"))
        self._lose_all()
        stage.now = Instant(stage.now + 1)
        if restarted:
            for seat, (call, leg) in [*self.ringing.items(), *self.talking.items()]:
                stage.over(call, leg, seat)
            self.ringing.clear()
            self.talking.clear()
            stage.hear(NodeStarted(stage.now, "xm1"))
        stage.hear(BoardLive(stage.now, stage.now))

    @rule()
    def the_daemon_restarts(self) -> None:
        """Only the book, app_queue and the phones remember."""
        old = self.stage
        desk = Desk(roster())
        desk.restore(old.desk.seats, old.now)
        self.stage = stage = DeskDriver(desk, live=False)
        stage.now, stage.members, stage.calls = old.now, old.members, old.calls
        stage.checks.append(self._decision_is_sane)
        self.flying.clear()
        for seat, (call, leg) in [*self.ringing.items(), *self.talking.items()]:
            stage.hear(ev.LegBegan(call, stage.now, leg, seat))
            stage.hear(ev.CallOffered(call, stage.now, leg, seat, ""))  # type: ignore[arg-type]
            if seat in self.talking:
                stage.answer(seat, call, leg)
        for endpoint in old.desk.phones.unreachable:
            stage.hear(EndpointReach(stage.now, endpoint, Reach.UNREACHABLE))
        for key, (paused, reason, penalty) in stage.members.items():
            stage.hear(MemberSeen(stage.now, *key, paused, reason, penalty, True))
        stage.hear(BoardLive(stage.now, Instant(500)))

    def _lose_all(self) -> None:
        self.flying += self.stage.took()
        while self.flying:
            outcome = tel.Outcome(self.flying.pop(0), tel.Result.LOST, "link lost")
            self.stage._took(self.stage.desk.outcome(outcome, self.stage.now))
            self.flying += self.stage.took()

    # -- what must hold after every step -------------------------------------------------------------

    @invariant()
    def presence_is_what_the_phone_does(self) -> None:
        for seat, state in self.stage.desk.seats.items():
            if state.presence is Presence.LOGGED_OUT:
                assert not state.agent
                continue
            assert state.agent
            assert (seat in self.talking) == (state.presence in (Presence.TALKING, Presence.HOLDING)), state
            assert (seat in self.ringing) == (state.presence is Presence.RINGING), state
            assert (state.presence in (Presence.PAUSED, Presence.WRAP_UP)) == bool(state.reason)

    @invariant()
    def one_agent_one_seat(self) -> None:
        agents = [state.agent for state in self.stage.desk.seats.values() if state.agent]
        assert len(agents) == len(set(agents))

    @invariant()
    def wrap_up_ends(self) -> None:
        for state in self.stage.desk.seats.values():
            if state.presence is Presence.WRAP_UP:
                assert state.wrap_until is not None
                assert state.wrap_until <= self.stage.now + 30
                due = self.stage.desk.due()
                assert due is not None
                assert due <= state.wrap_until

    def teardown(self) -> None:
        """All quiet: commands are performed, time passes, and app_queue shows what the seats are."""
        stage = self.stage
        for _ in range(12):
            self.flying += stage.took()
            while self.flying:
                command = self.flying.pop(0)
                result, reason = stage.app_queue(command)
                stage._took(stage.desk.outcome(tel.Outcome(command, result, reason), stage.now))
                self.flying += stage.took()
            stage.passes(61)
        for seat, state in stage.desk.seats.items():
            member = stage.members.get((MANDARIN, seat))
            if state.presence is Presence.LOGGED_OUT:
                assert member is None
            else:
                assert member is not None, state
                if state.presence not in ON_PHONE:
                    assert member[:2] == (state.presence is not Presence.READY, state.reason), state


SeatMachine.TestCase.settings = settings(max_examples=examples(80), stateful_step_count=50, deadline=None)
TestSeatMachine = SeatMachine.TestCase
