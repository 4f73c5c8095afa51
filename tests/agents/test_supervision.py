"""What a supervisor may do to a seat or a waiting caller: what is commanded, what is told, what is refused."""

from __future__ import annotations

import pytest

from agents import commands as req
from agents import events as out
from agents.commands import Accepted, Refused, Why
from agents.desk import Desk
from agents.presence import Presence as P
from agents.seat_state import Then, pack, unpack
from cti import commands as tel
from cti import events as ev
from cti.commands import Listening
from cti.equipment_events import BoardBlind, BoardLive, EndpointReach, Reach
from cti.ids import CallId, LegId, QueueId, SeatId

from .desk_driver import CHEN, LIN, MANDARIN, MINNAN, S1, S2, S3, SU, DeskDriver, roster


def in_a_talk() -> tuple[DeskDriver, CallId, LegId]:
    """Chen talks with a citizen at S1, Su sits at S3, paused."""
    s = DeskDriver()
    s.ready()
    s.ask(req.LogIn(SU, S3))
    call, leg = s.talk()
    s.obey()
    s.events.clear()
    return s, call, leg


def rings(s: DeskDriver, watched: LegId, mode: str = "listen", seat: SeatId = S3) -> LegId:
    """The supervisor's phone rang, was answered, and hears."""
    call = s.citizen(ev.Direction.INTERNAL, seat)
    s.hear(ev.WatchBegan(call, s.now, LegId(call), seat, watched, mode))
    return LegId(call)


def why(answer: req.Answer) -> Why:
    assert isinstance(answer, Refused)
    return answer.why


def test_a_watch_rings_the_own_phone_and_changes_its_mode() -> None:
    """Listening is told to the log alone, speaking to the agent too; another mode is no second call."""
    s, call, leg = in_a_talk()
    assert s.ask(req.Watch(S1, Listening.LISTEN, SU, "质检")) == Accepted()
    assert tel.WatchSeat(S3, leg, Listening.LISTEN) in s.obey()
    assert s.heard(out.Supervised) == [out.Supervised(SU, s.now, "watch", S1, call, "listen: 质检")]
    assert s.heard(out.SeatWarned) == []
    ear = rings(s, leg)
    assert s.is_(S3) is P.WATCHING, "whoever listens talks with nobody"
    s.took()
    assert s.ask(req.Watch(S1, Listening.WHISPER, SU, "提示")) == Accepted()
    assert s.took() == [tel.ChangeWatch(ear, Listening.WHISPER)]
    assert s.heard(out.SeatWarned) == [out.SeatWarned(S1, s.now, out.Warned.WATCHED, "whisper: 提示", SU)]


def test_a_watch_ends_with_its_leg_and_owes_no_wrap_up() -> None:
    """By the supervisor's wish, or because the watched call is over: told once."""
    s, call, leg = in_a_talk()
    s.ask(req.Watch(S1, Listening.LISTEN, SU))
    s.obey()
    ear = rings(s, leg)
    s.took()
    assert why(s.ask(req.Unwatch(S2, SU))) is Why.NOT_WATCHING
    assert s.ask(req.Unwatch(S1, SU)) == Accepted()
    assert tel.HangUp(ear) in s.took()
    s.ends(CallId(ear), ear, S3)
    assert s.heard(out.WatchEnded) == [out.WatchEnded(SU, s.now, S1, call)]
    assert s.is_(S3) is P.PAUSED
    assert why(s.ask(req.Unwatch(S1, SU))) is Why.NOT_WATCHING


def test_a_phone_that_is_not_answered_watches_nothing() -> None:
    """The supervisor may ask again."""
    s, _, leg = in_a_talk()
    s.ask(req.Watch(S1, Listening.LISTEN, SU))
    assert why(s.ask(req.Watch(S1, Listening.LISTEN, SU))) is Why.IN_CALL
    s.obey(tel.Result.REFUSED)
    assert s.ask(req.Watch(S1, Listening.LISTEN, SU)) == Accepted()
    assert tel.WatchSeat(S3, leg, Listening.LISTEN) in s.took()


@pytest.mark.parametrize("request_", [req.Watch(S1, Listening.LISTEN, SU), req.TakeOver(S1, SU)])
def test_what_is_refused(request_: req.Watch | req.TakeOver) -> None:
    """No call, no own seat, the own seat, an own call, an unreachable own phone, no supervisor, blindness."""
    empty = DeskDriver()
    empty.ready()
    assert why(empty.ask(request_)) is Why.NO_CALL
    empty.talk()
    assert why(empty.ask(request_)) is Why.NO_SEAT
    empty.ask(req.LogIn(LIN, S2))
    assert empty.heard(out.Supervised) == []
    s, *_ = in_a_talk()
    other = type(request_)
    agents = {req.Watch: req.Watch(S1, Listening.LISTEN, CHEN), req.TakeOver: req.TakeOver(S1, CHEN)}
    assert why(s.ask(agents[other])) is Why.NOT_ALLOWED  # type: ignore[arg-type]
    s.hear(EndpointReach(s.now, S3, Reach.UNREACHABLE, 0))
    assert why(s.ask(request_)) is Why.PHONE_UNREACHABLE
    s.hear(EndpointReach(s.now, S3, Reach.REACHABLE, 0))
    s.talk(S3)
    assert why(s.ask(request_)) is Why.IN_CALL
    assert why(s.ask(req.Watch(S3, Listening.LISTEN, SU))) is Why.TARGET
    assert why(s.ask(req.TakeOver(S3, SU))) is Why.TARGET
    assert why(s.ask(req.Watch(SeatId("8999"), Listening.LISTEN, SU))) is Why.UNKNOWN_SEAT
    s.hear(BoardBlind(s.now, "gone"))
    assert why(s.ask(request_)) is Why.BLIND


def test_taking_over_ends_the_ear_first() -> None:
    """Else the supervisor's phone is busy when the citizen comes; the agent is told."""
    s, call, leg = in_a_talk()
    s.ask(req.Watch(S1, Listening.LISTEN, SU))
    s.obey()
    ear = rings(s, leg)
    s.took()
    assert s.ask(req.TakeOver(S1, SU, "投诉升级")) == Accepted()
    assert s.took() == [tel.TakeOver(leg, S3, ear)]
    assert s.heard(out.SeatWarned)[-1] == out.SeatWarned(S1, s.now, out.Warned.TAKEN_OVER, "投诉升级", SU)
    assert s.heard(out.Supervised)[-1] == out.Supervised(SU, s.now, "take_over", S1, call, "投诉升级")


def test_taking_over_waits_for_hold_and_consultation() -> None:
    """Where the citizen is parked, nobody is there to be given away."""
    s, call, leg = in_a_talk()
    s.ask(req.HoldCall(S1))
    s.obey()
    assert why(s.ask(req.TakeOver(S1, SU))) is Why.ON_HOLD
    s.ask(req.ResumeCall(S1))
    s.obey()
    assert s.ask(req.TakeOver(S1, SU)) == Accepted()
    s.obey()
    s.local(call)
    assert why(s.ask(req.TakeOver(S1, SU))) is Why.CONSULTING
    assert leg


def test_who_was_put_out_cannot_take_it_back() -> None:
    """Forced out in a call: nothing the seat asks for undoes that, in the call or in the wrap-up; a supervisor may."""
    s, call, leg = in_a_talk()
    force = req.ForceSeat(S1, req.Force.LOG_OUT, SU, "违规")
    assert s.ask(force) == Accepted("after_call")
    own = (
        req.AfterCall(S1, Then.NOTHING),
        req.AfterCall(S1, Then.READY),
        req.AfterCall(S1, Then.PAUSE, "就餐"),
        req.GoReady(S1),
        req.Pause(S1, "就餐"),
    )
    assert [why(s.ask(one)) for one in own] == [Why.PUT_OUT] * len(own)
    assert s.ask(req.AfterCall(S1, Then.LOG_OUT)) == Accepted("after_call"), "signing out asks for the same"
    assert s.ask(req.AskHelp(S1)) == s.ask(req.EndHelp(S1)) == Accepted(), "their citizen is still there"
    assert why(s.ask(req.AfterCall(S1, Then.NOTHING))) is Why.PUT_OUT
    assert s.ask(req.ForceSeat(S1, req.Force.READY, SU)) == Accepted("after_call")
    assert s.ask(req.AfterCall(S1, Then.NOTHING)) == Accepted("after_call")
    assert s.ask(force) == Accepted("after_call")
    s.ends(call, leg, S1)
    assert s.is_(S1) is P.WRAP_UP
    assert [why(s.ask(one)) for one in own] == [Why.PUT_OUT] * len(own)
    assert s.ask(req.EndWrapUp(S1)) == Accepted()
    assert s.is_(S1) is P.LOGGED_OUT
    s.ask(req.LogIn(CHEN, S1, ready=True))
    assert s.is_(S1) is P.READY, "and it is over with the seat"


def test_moving_wants_a_caller_who_waits() -> None:
    """To a queue there is; nobody else's caller is touched."""
    s, talking, _ = in_a_talk()
    waiting = s.citizen()
    assert why(s.ask(req.MoveCall(waiting, MINNAN, SU))) is Why.NOT_WAITING
    s.hear(ev.CallQueued(waiting, s.now, MANDARIN, 1))
    assert why(s.ask(req.MoveCall(talking, MINNAN, SU))) is Why.NOT_WAITING
    assert why(s.ask(req.MoveCall(CallId("t-9.9"), MINNAN, SU))) is Why.UNKNOWN_CALL
    assert why(s.ask(req.MoveCall(waiting, QueueId("nowhere"), SU))) is Why.UNKNOWN_QUEUE
    assert why(s.ask(req.MoveCall(waiting, MINNAN, CHEN))) is Why.NOT_ALLOWED
    assert s.ask(req.MoveCall(waiting, MINNAN, SU, urgent=True, reason="老人")) == Accepted()
    assert s.took() == [tel.MoveWaiting(LegId(waiting), MANDARIN, MINNAN, urgent=True)]
    assert s.heard(out.Supervised) == [out.Supervised(SU, s.now, "move", SeatId(""), waiting, "minnan head: 老人")]


def test_a_watch_goes_on_over_a_restart() -> None:
    """The snapshot tells who hears whom: it can be ended, and its end is told."""
    s, call, leg = in_a_talk()
    s.ask(req.Watch(S1, Listening.LISTEN, SU))
    s.obey()
    desk = Desk(roster())
    desk.restore({seat: unpack(pack(state)) for seat, state in s.desk.seats.items()}, s.now)
    again = DeskDriver(desk, live=False)
    again.now, again.calls = s.now, s.calls
    again.hear(ev.CallArrived(call, s.now, LegId(call), "telecom", ev.Direction.INBOUND, "1", "", "12319"))
    again.hear(ev.LegBegan(call, s.now, leg, S1))
    again.hear(ev.TalkBegan(call, s.now, leg, S1, MANDARIN))
    ear = rings(again, leg)
    again.hear(BoardLive(s.now, s.now))
    assert (again.is_(S1), again.is_(S3)) == (P.TALKING, P.WATCHING)
    assert again.ask(req.Unwatch(S1, SU)) == Accepted()
    assert tel.HangUp(ear) in again.took()
    again.ends(CallId(ear), ear, S3)
    assert again.heard(out.WatchEnded) == [out.WatchEnded(SU, s.now, S1, call)]
    assert again.is_(S3) is P.PAUSED


@pytest.mark.parametrize("request_", [req.Watch(S1, Listening.LISTEN, SU, "求助"), req.TakeOver(S1, SU, "求助")])
def test_help_is_answered_by_who_comes(request_: req.Supervision) -> None:
    """Listening or taking over: nobody else need look any more."""
    s, _, _ = in_a_talk()
    s.ask(req.AskHelp(S1))
    assert s.ask(request_) == Accepted()
    assert s.state(S1).help_since is None
