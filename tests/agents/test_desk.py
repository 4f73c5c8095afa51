"""The desk: what it decides for each thing that happens, told as short stories."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agents import commands as req
from agents import events as out
from agents.commands import Accepted, Refused, Why
from agents.desk import Desk
from agents.own_reasons import AgentId, OwnReason
from agents.presence import Presence
from agents.seat_state import SeatState, Then, pack, unpack
from cti import commands as tel
from cti import events as ev
from cti.equipment_events import BoardBlind, BoardLive, EndpointReach, MemberSeen, NodeStarted, Reach
from cti.ids import CallId, Instant, LegId, QueueId, SeatId

from .desk_driver import AUDITOR, CHEN, LIN, MANDARIN, MINNAN, S1, S2, S3, SU, DeskDriver, roster

P = Presence


def why(answer: req.Answer) -> Why:
    assert isinstance(answer, Refused), answer
    return answer.why


# -- logging in and out -----------------------------------------------------------------


def test_log_in_puts_the_seat_into_its_queues_paused() -> None:
    """An agent who logs in is a member of each queue of theirs, paused until they say ready."""
    s = DeskDriver()
    assert s.ask(req.LogIn(CHEN, S1)) == Accepted()
    assert s.is_(S1) is P.PAUSED
    assert s.obey() == [
        tel.AddMember(MANDARIN, S1, "8001", 0, paused=True, reason="login"),
        tel.AddMember(MINNAN, S1, "8001", 1, paused=True, reason="login"),
    ]
    assert s.ask(req.GoReady(S1)) == Accepted()
    assert s.obey() == [tel.PauseMember(MANDARIN, S1, False, "", (MINNAN,))]
    assert s.is_(S1) is P.READY


def test_one_agent_one_seat() -> None:
    """A seat takes one agent, an agent takes one seat, a repeated log-in is no second one."""
    s = DeskDriver()
    s.ready()
    assert why(s.ask(req.LogIn(CHEN, S2))) is Why.AGENT_ELSEWHERE
    assert why(s.ask(req.LogIn(LIN, S1))) is Why.SEAT_TAKEN
    assert s.ask(req.LogIn(CHEN, S1)) == Accepted()
    assert s.is_(S1) is P.READY
    assert why(s.ask(req.LogIn(AUDITOR, S2))) is Why.UNKNOWN_AGENT
    assert why(s.ask(req.LogIn(LIN, "9999"))) is Why.UNKNOWN_SEAT  # type: ignore[arg-type]


def test_log_out_leaves_every_queue() -> None:
    """After log-out the seat is in no queue and empty for the next agent."""
    s = DeskDriver()
    s.ready()
    assert s.ask(req.LogOut(S1)) == Accepted()
    assert s.obey() == [tel.RemoveMember(MANDARIN, S1), tel.RemoveMember(MINNAN, S1)]
    assert s.members == {}
    assert s.state(S1) == SeatState(S1, since=s.now)
    assert why(s.ask(req.LogOut(S1))) is Why.NOT_NOW


def test_pause_needs_a_known_reason() -> None:
    """The reason is one of the settings'."""
    s = DeskDriver()
    s.ready()
    refused = s.ask(req.Pause(S1, "钓鱼"))
    assert isinstance(refused, Refused)
    assert refused.reason == "'钓鱼' is none of: 小休, 就餐"
    assert s.ask(req.Pause(S1, "就餐")) == Accepted()
    assert tel.PauseMember(MANDARIN, S1, True, "就餐", (MINNAN,)) in s.obey()


# -- a call -----------------------------------------------------------------------------------


def test_a_queued_call_rings_talks_wraps_up_and_rests() -> None:
    """Presence follows the phone; wrap-up is a pause of the daemon's own that ends by itself."""
    s = DeskDriver(wrap_up=30)
    s.ready()
    call = s.citizen()
    leg = s.offer(S1, call)
    assert s.is_(S1) is P.RINGING
    s.answer(S1, call, leg)
    assert (s.is_(S1), s.state(S1).call) == (P.TALKING, call)
    assert s.took() == []  # app_queue knows by itself: nothing that would outlive a dead daemon
    s.over(call, leg)
    assert s.is_(S1) is P.WRAP_UP
    assert s.obey() == [
        tel.PauseMember(MANDARIN, S1, True, "wrap_up", (MINNAN,)),
    ]
    s.passes(29.9)
    assert s.is_(S1) is P.WRAP_UP
    s.passes(0.1)
    assert s.is_(S1) is P.READY
    assert s.obey() == [tel.PauseMember(MANDARIN, S1, False, "", (MINNAN,))]
    changes = [(e.old, e.new) for e in s.heard(out.SeatStateChanged)]
    assert changes[-4:] == [
        (P.READY, P.RINGING), (P.RINGING, P.TALKING), (P.TALKING, P.WRAP_UP), (P.WRAP_UP, P.READY),
    ]  # fmt: skip


@pytest.mark.parametrize("ender", [req.EndWrapUp(S1), req.GoReady(S1)])
def test_the_agent_ends_the_wrap_up_early(ender: req.Request) -> None:
    """Done early is ready early."""
    s = DeskDriver()
    s.ready()
    s.over(*s.talk())
    assert s.ask(ender) == Accepted()
    assert s.is_(S1) is P.READY
    assert why(s.ask(req.EndWrapUp(S1))) is Why.NOT_NOW


def test_filing_alone_gives_nobody_the_next_citizen() -> None:
    """Filed in the talk or after it, the wrap-up runs on: its agent ends it, or its time."""
    s = DeskDriver()
    s.ready()
    call, leg = s.talk()
    s.ask(req.CallFiled(call, S1))
    s.over(call, leg)
    assert s.is_(S1) is P.WRAP_UP
    s.ask(req.CallFiled(call, S1))
    s.passes(29)
    assert s.is_(S1) is P.WRAP_UP
    s.passes(1)
    assert s.is_(S1) is P.READY


def test_a_wrap_up_is_extended_up_to_its_most() -> None:
    """By 60 s each, 100 s in all; app_queue is told nothing, whoever waits for the end is."""
    s = DeskDriver()
    s.ready()
    assert why(s.ask(req.ExtendWrapUp(S1))) is Why.NOT_NOW
    s.over(*s.talk())
    s.obey()
    began = s.now
    s.passes(10)
    assert s.ask(req.ExtendWrapUp(S1)) == Accepted()
    assert s.state(S1).wrap_until == began + 90
    assert s.heard(out.SeatNoted)[-1].state.wrap_until == began + 90
    assert s.ask(req.ExtendWrapUp(S1)) == Accepted()
    assert s.state(S1).wrap_until == began + 100
    assert why(s.ask(req.ExtendWrapUp(S1))) is Why.LONGEST
    assert s.took() == []
    s.passes(89)
    assert s.is_(S1) is P.WRAP_UP
    s.passes(1)
    assert s.is_(S1) is P.READY


def test_help_is_asked_for_in_a_call_and_ends_with_it() -> None:
    """Kept through the wrap-up and a restart of the daemon; taken back by its agent; over when the seat is done."""
    s = DeskDriver()
    s.ready()
    assert why(s.ask(req.AskHelp(S1))) is Why.NO_CALL
    call, leg = s.talk()
    assert s.ask(req.AskHelp(S1)) == Accepted()
    asked = s.now
    s.passes(5)
    s.ask(req.AskHelp(S1))
    assert s.state(S1).help_since == asked
    assert unpack(pack(s.state(S1))).help_since == asked
    s.over(call, leg)
    assert s.state(S1).help_since == asked
    s.ask(req.EndHelp(S1))
    assert s.state(S1).help_since is None
    s.ask(req.AskHelp(S1))
    s.ask(req.EndWrapUp(S1))
    assert (s.is_(S1), s.state(S1).help_since) == (P.READY, None)


def test_who_walked_away_is_paused_so() -> None:
    s = DeskDriver()
    s.ready()
    assert s.ask(req.Pause(S1, OwnReason.AWAY)) == Accepted()
    assert (s.is_(S1), s.state(S1).reason) == (P.PAUSED, "away")
    assert tel.PauseMember(MANDARIN, S1, True, "away", (MINNAN,)) in s.obey()


def test_a_swap_wants_a_consultation() -> None:
    s = DeskDriver()
    s.ready()
    call, leg = s.talk()
    s.obey()
    assert why(s.ask(req.SwapConsult(S1))) is Why.NO_CONSULTATION
    s.ask(req.TransferAttended(S1, S2))
    s.obey()
    s.local(call)
    assert s.ask(req.SwapConsult(S1)) == Accepted()
    assert s.took() == [tel.SwapConsult(leg)]


def test_who_has_the_call_drops_whom_they_called_in() -> None:
    """Nobody who is no party, not oneself, and not by the one who was called in."""
    s = DeskDriver()
    s.ready()
    s.ready(S2, LIN)
    call, leg = s.talk()
    s.ask(req.TransferAttended(S1, S2))
    s.obey()
    local = s.local(call)
    s.passes(1)
    other = s.offer(S2, call, "")
    s.answer(S2, call, other, "")
    s.hear(ev.CallTransferred(call, s.now, ev.TransferKind.CONFERENCE, S1, S2))
    s.took()
    assert why(s.ask(req.DropParty(S1, LegId("t-9.9")))) is Why.NO_PARTY
    assert why(s.ask(req.DropParty(S1, leg))) is Why.NO_PARTY
    assert why(s.ask(req.DropParty(S1, local))) is Why.NO_PARTY
    assert why(s.ask(req.DropParty(S2, leg))) is Why.NOT_YOURS
    assert s.ask(req.DropParty(S1, other)) == Accepted()
    assert s.took() == [tel.HangUp(other)]


def test_filing_the_ticket_ends_the_wrap_up() -> None:
    """Where the settings want it. Filed in wrap-up: ready at once. Filed while talking: no wrap-up at all."""
    s = DeskDriver(filing_ends=True)
    s.ready()
    call, leg = s.talk()
    s.over(call, leg)
    s.ask(req.CallFiled(call, S1))
    assert s.is_(S1) is P.READY
    call, leg = s.talk()
    s.ask(req.CallFiled(call, S1))
    s.over(call, leg)
    assert s.is_(S1) is P.READY


def given_on(s: DeskDriver) -> tuple[CallId, LegId]:
    """S1 gave its citizen to S2, and wraps up."""
    s.ready()
    s.ready(S2, LIN)
    call, leg = s.talk()
    other = s.offer(S2, call)
    s.ends(call, leg, S1)
    s.answer(S2, call, other)
    assert (s.is_(S1), s.is_(S2)) == (P.WRAP_UP, P.TALKING)
    return call, other


def test_a_ticket_is_its_own_seats_alone() -> None:
    """Two seats in one call write two tickets: the one's is not the end of the other's writing."""
    s = DeskDriver(filing_ends=True)
    call, leg = given_on(s)
    s.ask(req.CallFiled(call, S1))
    assert s.is_(S1) is P.READY
    s.over(call, leg, S2)
    assert s.is_(S2) is P.WRAP_UP
    s = DeskDriver(filing_ends=True)
    call, leg = given_on(s)
    s.ask(req.CallFiled(call, S2))
    assert s.is_(S1) is P.WRAP_UP
    s.over(call, leg, S2)
    assert (s.is_(S1), s.is_(S2)) == (P.WRAP_UP, P.READY)


@pytest.mark.parametrize("filed", ["meanwhile", "afterwards"])
def test_a_wrap_up_is_of_its_call_whatever_rings_meanwhile(filed: str) -> None:
    """A colleague calls and is declined: filing the citizen's ticket ends the wrap-up all the same."""
    s = DeskDriver(filing_ends=True)
    s.ready()
    call, leg = s.talk()
    s.over(call, leg)
    other = s.citizen(ev.Direction.INTERNAL, S2)
    ringing = s.offer(S1, other, "")
    assert (s.is_(S1), s.state(S1).call) == (P.RINGING, other)
    if filed == "meanwhile":
        s.ask(req.CallFiled(call, S1))
    s.rings_out(S1, other, ringing, "")
    if filed == "afterwards":
        assert (s.is_(S1), s.state(S1).call) == (P.WRAP_UP, call)
        s.ask(req.CallFiled(call, S1))
    assert (s.is_(S1), s.state(S1).call) == (P.READY, "")


@pytest.mark.parametrize(
    ("then", "reason", "lands"),
    [(Then.PAUSE, "就餐", P.PAUSED), (Then.LOG_OUT, "", P.LOGGED_OUT), (Then.NOTHING, "", P.READY)],
)
def test_after_this_call(then: Then, reason: str, lands: Presence) -> None:
    """What was agreed comes after the call and its wrap-up, and app_queue is told while the call still goes on."""
    s = DeskDriver()
    s.ready()
    call, leg = s.talk()
    assert s.ask(req.AfterCall(S1, then, reason)) == Accepted("after_call")
    told = s.obey()
    assert bool(told) is (then is not Then.NOTHING)
    s.over(call, leg)
    assert s.is_(S1) is P.WRAP_UP
    s.passes(30)
    assert (s.is_(S1), s.state(S1).reason) == (lands, reason)
    s.obey()
    assert all(paused for paused, _, _ in s.members.values()) is (lands is not P.READY)


def test_wishes_in_a_call_are_refused_with_one_clear_sentence() -> None:
    """Somebody who talks does not pause: they say what shall be afterwards."""
    s = DeskDriver()
    s.ready()
    s.talk()
    assert s.ask(req.Pause(S1, "小休")) == Refused(Why.NOT_NOW, "cannot pause while talking")
    assert s.ask(req.LogOut(S1)) == Refused(Why.NOT_NOW, "cannot log out while talking")
    assert s.ask(req.GoReady(S1)) == Refused(Why.NOT_NOW, "cannot go ready while talking")


def test_missed_offers_in_a_row_pause_the_seat() -> None:
    """The third offer in a row that rings out pauses the seat and raises an alarm; a talk begins the count anew."""
    s = DeskDriver(missed=3)
    s.ready()
    for n in (1, 2):
        call = s.citizen()
        s.rings_out(S1, call, s.offer(S1, call))
        assert (s.is_(S1), s.state(S1).missed) == (P.READY, n)
    s.over(*s.talk())
    assert s.state(S1).missed == 0
    s.ask(req.EndWrapUp(S1))
    s.obey()
    for _ in range(3):
        assert s.is_(S1) is P.READY
        call = s.citizen()
        s.rings_out(S1, call, s.offer(S1, call))
    assert (s.is_(S1), s.state(S1).reason) == (P.PAUSED, OwnReason.MISSED)
    assert [e.alarm for e in s.heard(out.SeatAlarm)] == [out.Alarm.MISSED]
    assert tel.PauseMember(MANDARIN, S1, True, "missed", (MINNAN,)) in s.obey()
    assert s.ask(req.GoReady(S1)) == Accepted()
    assert s.state(S1).missed == 0


def test_an_offer_that_crossed_the_pause_is_not_held_against_the_agent() -> None:
    """A paused phone that still rings counts no miss and stays paused afterwards."""
    s = DeskDriver(missed=1)
    s.ready()
    s.ask(req.Pause(S1, "小休"))
    call = s.citizen()
    leg = s.offer(S1, call)
    assert s.is_(S1) is P.RINGING
    s.rings_out(S1, call, leg)
    assert (s.is_(S1), s.state(S1).reason, s.state(S1).missed) == (P.PAUSED, "小休", 0)


def test_a_withdrawn_offer_is_no_miss() -> None:
    """The caller gave up: the agent missed nothing."""
    s = DeskDriver(missed=1)
    s.ready()
    call = s.citizen()
    leg = s.offer(S1, call)
    s.hear(ev.OfferEnded(call, s.now, leg, S1, MANDARIN, ev.OfferResult.WITHDRAWN))
    s.ends(call, leg, S1)
    assert s.is_(S1) is P.READY


# -- calls of one's own -----------------------------------------------------------------------


def test_dialling_out_pauses_first_and_returns_to_what_was() -> None:
    """A seat that dials is paused before its phone rings, wraps up, and rests as before."""
    s = DeskDriver()
    s.ready()
    assert s.ask(req.DialOut(S1, "110")) == Accepted()
    assert s.took() == [
        tel.PauseMember(MANDARIN, S1, True, "on_call", (MINNAN,)),
        tel.DialOut(S1, "110"),
    ]
    call = s.citizen(ev.Direction.OUTBOUND, endpoint=S1)
    leg = next(iter(s.desk.phones.legs))
    assert s.is_(S1) is P.DIALLING
    s.hear(ev.TalkBegan(call, s.now, leg, S1, MANDARIN))
    assert s.is_(S1) is P.TALKING
    s.ends(call, leg, S1)
    assert s.is_(S1) is P.WRAP_UP
    s.passes(30)
    assert s.is_(S1) is P.READY


def test_a_phone_that_does_not_answer_its_own_call_is_ready_again() -> None:
    """A refused originate takes back the pause and tells who asked."""
    s = DeskDriver()
    s.ready()
    s.ask(req.CallSeat(S1, S2))
    *pauses, call = s.took()
    for pause in pauses:
        s.app_queue(pause)
        s._took(s.desk.outcome(tel.Outcome(pause, tel.Result.DONE), s.now))
    s._took(s.desk.outcome(tel.Outcome(call, tel.Result.REFUSED, "not answered"), s.now))
    assert s.took() == [tel.PauseMember(MANDARIN, S1, False, "", (MINNAN,))]
    assert s.heard(out.VerbEnded) == [
        out.VerbEnded(S1, s.now, out.Verb.CALL_SEAT, "", False, "not answered", "")  # type: ignore[arg-type]
    ]


def test_a_call_nobody_answered_does_not_begin_a_pause_anew() -> None:
    """The break goes on since it began; after a talk it is another one, and so is one with another reason."""
    s = DeskDriver()
    s.ready()
    s.ask(req.Pause(S1, "小休"))
    began = s.now
    for _ in range(2):
        s.passes(60)
        s.ask(req.DialOut(S1, "110"))
        call = s.citizen(ev.Direction.OUTBOUND, endpoint=S1)
        leg = next(iter(s.desk.phones.legs))
        s.passes(1)
        assert s.is_(S1) is P.DIALLING
        s.ends(call, leg, S1)
        assert (s.is_(S1), s.state(S1).reason, s.state(S1).rested) == (P.PAUSED, "小休", began)
        assert unpack(pack(s.state(S1))) == s.state(S1)
    call, leg = s.talk()
    s.ends(call, leg, S1)
    assert s.state(S1).rested is None
    s.passes(60)
    assert (s.is_(S1), s.state(S1).rested) == (P.PAUSED, s.state(S1).since)
    s.passes(5)
    s.ask(req.Pause(S1, "就餐"))
    assert s.state(S1).rested == s.now


def test_seat_to_seat_calls_need_no_wrap_up() -> None:
    """A chat between seats leaves both where they were; a paused one keeps its reason."""
    s = DeskDriver()
    s.ready()
    s.ready(S2, LIN)
    s.ask(req.Pause(S2, "小休"))
    call = s.citizen(ev.Direction.INTERNAL, endpoint=S1)
    one = next(iter(s.desk.phones.legs))
    two = s.offer(S2, call, queue="")
    assert (s.is_(S1), s.is_(S2)) == (P.DIALLING, P.RINGING)
    s.answer(S2, call, two, queue="")
    s.hear(ev.TalkBegan(call, s.now, one, S1, MANDARIN))
    s.ends(call, two, S2)
    s.ends(call, one, S1)
    assert (s.is_(S1), s.is_(S2), s.state(S2).reason) == (P.READY, P.PAUSED, "小休")


@pytest.mark.parametrize("number", ["00852123", "12319", "8002", "110;", ""])
def test_only_allowed_numbers_are_dialled(number: str) -> None:
    """The allow-list of the settings holds for calls and for transfers."""
    s = DeskDriver()
    s.ready()
    assert why(s.ask(req.DialOut(S1, number))) is Why.TARGET
    s.talk()
    if number != "8002":
        assert why(s.ask(req.TransferBlind(S1, number))) is Why.TARGET
    assert why(s.ask(req.TransferBlind(S1, S1))) is Why.TARGET


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("138 0000 0001", "13800000001"), ("138-0000-0001", "13800000001"), ("+8613800000001", "13800000001"),
        ("+86 138 0000 0001", "13800000001"), ("008613800000001", "13800000001"), ("013800000001", "13800000001"),
        ("１３８００００0001", "13800000001"), ("\u202d13800000001\u202c", "13800000001"), ("tel:+86-138-0000-0001", "13800000001"),
        ("sip:13800000001@carrier;user=phone", "13800000001"), ("王先生 13800000001", "13800000001"), ("0592-110", "110"),
        ("13800000001/13900000002", ""), ("138 0000 000", ""), ("anonymous", ""), ("0", ""), ("一三八", ""), ("0085213800000001", ""),
    ],
)  # fmt: skip
def test_whatever_is_pasted_dials_the_right_number_or_none(written: str, dialled: str) -> None:
    """Field case A6: in the dial box, and whom a citizen is given to."""
    s = DeskDriver()
    s.ready()
    if dialled:
        assert s.ask(req.DialOut(S1, written)) == Accepted()
        assert s.took()[-1] == tel.DialOut(S1, dialled)
        return
    refused = s.ask(req.DialOut(S1, written))
    assert isinstance(refused, Refused)
    assert (refused.why, written in refused.reason) == (Why.TARGET, True)
    s.talk()
    assert why(s.ask(req.TransferAttended(S1, written))) is Why.TARGET


def test_a_citizen_is_given_to_the_number_that_was_meant() -> None:
    s = DeskDriver()
    s.ready()
    s.talk()
    s.took()
    assert s.ask(req.TransferBlind(S1, "+86 138-0000-0001")) == Accepted()
    (given,) = s.took()
    assert isinstance(given, tel.BlindTransfer)
    assert given.to == "13800000001"


def test_a_citizen_is_given_to_a_queue_that_somebody_else_serves() -> None:
    """Not to one that is none, nor where only this seat has the skill; on hold not either."""
    s = DeskDriver()
    s.ready()
    call, leg = s.talk()
    assert why(s.ask(req.TransferToQueue(S1, QueueId("nowhere")))) is Why.UNKNOWN_QUEUE
    assert why(s.ask(req.TransferToQueue(S1, MANDARIN))) is Why.TARGET_BUSY
    s.ready(S2, LIN)
    s.took()
    assert s.ask(req.TransferToQueue(S1, MANDARIN)) == Accepted()
    assert s.obey()[-1] == tel.TransferToQueue(leg, MANDARIN)
    s.hear(ev.CallTransferred(call, s.now, ev.TransferKind.QUEUE, S1, MANDARIN))
    s.ends(call, leg, S1)
    assert s.is_(S1) is P.WRAP_UP


def test_outgoing_calls_are_paced_by_seat() -> None:
    """A seat gone wild cannot dial without end, keeps nobody else from dialling, and reaches urgent numbers all the same."""
    s = DeskDriver(per_minute=2)
    for seat, agent in ((S1, CHEN), (S2, LIN), (S3, SU)):
        s.ready(seat, agent)
    assert s.ask(req.DialOut(S1, "13800000001")) == Accepted()
    assert why(s.ask(req.DialOut(S1, "13800000001"))) is Why.IN_CALL
    s.obey()
    assert s.ask(req.DialOut(S1, "13800000001")) == Accepted()
    s.obey()
    assert why(s.ask(req.DialOut(S1, "13800000001"))) is Why.TOO_MANY
    assert s.ask(req.DialOut(S1, "110")) == Accepted()
    s.obey()
    assert s.ask(req.DialOut(S2, "13800000001")) == Accepted()
    s.passes(61)
    assert s.ask(req.DialOut(S1, "13800000001")) == Accepted()


def test_what_is_not_let_out_is_told_and_from_the_fifth_on_an_alarm() -> None:
    """Counted by seat; a seat where nobody sits is told nothing, and still counted."""
    s = DeskDriver()
    s.ready()
    for n in range(6):
        for seat in (S1, S2) if n < 4 else (S1,):
            s.hear(ev.DialRefused(CallId(f"t-9.{n}"), s.now, seat, "13800000001", "pace"))
    warned = [event for event in s.heard(out.SeatWarned) if event.what is out.Warned.DIAL]
    assert warned == [out.SeatWarned(S1, s.now, out.Warned.DIAL, "pace: 13800000001")] * 6
    alarms = [event for event in s.heard(out.SeatAlarm) if event.alarm is out.Alarm.DIAL]
    assert alarms == [out.SeatAlarm(S1, s.now, out.Alarm.DIAL, "pace: 138****0001")]


# -- verbs ---------------------------------------------------------------------------------------


def test_hold_and_resume() -> None:
    """We hold by a consultation with silence; the seat holds until it comes back, whatever the board flickers."""
    s = DeskDriver()
    s.ready()
    call, leg = s.talk()
    assert s.ask(req.HoldCall(S1)) == Accepted()
    assert s.obey() == [tel.Hold(leg)]
    s.hear(ev.CallHeld(call, s.now, leg, S1))
    local = s.local(call)
    s.hear(ev.CallResumed(call, s.now, leg, S1))
    s.hear(ev.TalkEnded(call, s.now, leg, S1))
    s.hear(ev.TalkBegan(call, s.now, leg, S1, MANDARIN))
    assert s.is_(S1) is P.HOLDING
    assert why(s.ask(req.TransferBlind(S1, S2))) is Why.ON_HOLD
    assert why(s.ask(req.HoldCall(S1))) is Why.ON_HOLD
    assert s.ask(req.ResumeCall(S1)) == Accepted()
    assert s.obey() == [tel.Resume(leg)]
    s.ends(call, local, "")
    assert s.is_(S1) is P.TALKING
    assert s.is_(S1) is P.TALKING


def test_a_hold_that_failed_is_no_hold() -> None:
    """Asterisk said no: the seat talks on, and whoever asked is told."""
    s = DeskDriver()
    s.ready()
    s.talk()
    s.ask(req.HoldCall(S1))
    s.obey(tel.Result.REFUSED)
    assert s.is_(S1) is P.TALKING
    assert [e.done for e in s.heard(out.VerbEnded)] == [False]


def test_the_citizen_leaves_while_held() -> None:
    """Nobody is left to come back to: the seat's leg is hung up."""
    s = DeskDriver()
    s.ready()
    call, leg = s.talk()
    s.ask(req.HoldCall(S1))
    s.obey()
    s.local(call)
    s.ends(call, LegId(call), "telecom")
    assert s.took() == [tel.HangUp(leg)]


@pytest.mark.parametrize(
    ("request_", "how"),
    [
        (req.ConsultComplete(S1), tel.ConsultEnd.COMPLETE),
        (req.Conference(S1), tel.ConsultEnd.CONFERENCE),
        (req.ConsultCancel(S1), tel.ConsultEnd.CANCEL),
    ],
)
def test_consultation(request_: req.VerbRequest, how: tel.ConsultEnd) -> None:
    """A consultation begins once, and ends in one of three ways."""
    s = DeskDriver()
    s.ready()
    call, leg = s.talk()
    assert why(s.ask(request_)) is Why.NO_CONSULTATION
    assert s.ask(req.TransferAttended(S1, S2)) == Accepted()
    assert s.obey() == [tel.AttendedTransfer(leg, S2)]
    s.local(call)
    assert s.is_(S1) is P.TALKING
    assert why(s.ask(req.TransferAttended(S1, S2))) is Why.CONSULTING
    assert why(s.ask(req.TransferBlind(S1, S2))) is Why.CONSULTING
    assert why(s.ask(req.HoldCall(S1))) is Why.CONSULTING
    assert s.ask(request_) == Accepted()
    assert s.obey() == [tel.EndConsult(leg, how)]


def test_a_consultation_that_the_target_ended_is_over() -> None:
    """The Local channel has gone: the seat may begin another."""
    s = DeskDriver()
    s.ready()
    call, _ = s.talk()
    s.ask(req.TransferAttended(S1, S2))
    s.obey()
    s.ends(call, s.local(call), "")
    assert s.ask(req.TransferAttended(S1, S2)) == Accepted()


def test_who_was_only_asked_needs_no_wrap_up_who_got_the_citizen_does() -> None:
    """The consulted seat wraps up only when the citizen was given to it."""
    for given in (False, True):
        s = DeskDriver()
        s.ready()
        s.ready(S2, LIN)
        call, _ = s.talk()
        s.ask(req.TransferAttended(S1, S2))
        s.obey()
        s.local(call)
        leg = s.offer(S2, call, queue="")
        s.answer(S2, call, leg, queue="")
        if given:
            s.hear(ev.CallTransferred(call, s.now, ev.TransferKind.ATTENDED, S1, S2))
        s.ends(call, leg, S2)
        assert s.is_(S2) is (P.WRAP_UP if given else P.READY)


def test_verbs_need_a_call_and_a_person() -> None:
    """Nothing to transfer, nobody logged in, and no link: three clear refusals."""
    s = DeskDriver()
    assert why(s.ask(req.HoldCall(S1))) is Why.NOT_NOW
    s.ready()
    assert why(s.ask(req.HoldCall(S1))) is Why.NO_CALL
    assert why(s.ask(req.HangUpCall(S1))) is Why.NO_CALL
    s.talk()
    s.hear(BoardBlind(s.now, "cut"))
    assert why(s.ask(req.HoldCall(S1))) is Why.BLIND


def test_hang_up_ends_the_talk_or_declines() -> None:
    """The same wish for a ringing and for a talking phone."""
    s = DeskDriver()
    s.ready()
    leg = s.offer(S1, s.citizen())
    assert s.ask(req.HangUpCall(S1)) == Accepted()
    assert s.took() == [tel.HangUp(leg, 21)]
    s.answer(S1, CallId("t-1.1"), leg)
    assert s.ask(req.HangUpCall(S1)) == Accepted()
    assert tel.HangUp(leg, 16) in s.took()


# -- phones that go away -----------------------------------------------------------------------------


def test_an_unreachable_phone_pauses_and_returns() -> None:
    """A ready seat whose phone is gone is paused with an alarm, and ready again with the phone."""
    s = DeskDriver()
    s.ready()
    s.hear(EndpointReach(s.now, S1, Reach.UNREACHABLE))
    assert (s.is_(S1), s.state(S1).reason) == (P.PAUSED, OwnReason.UNREACHABLE)
    assert tel.PauseMember(MANDARIN, S1, True, "unreachable", (MINNAN,)) in s.obey()
    assert why(s.ask(req.GoReady(S1))) is Why.PHONE_UNREACHABLE
    s.hear(EndpointReach(s.now, S1, Reach.REACHABLE))
    assert s.is_(S1) is P.READY
    assert len(s.heard(out.SeatAlarm)) == len(s.heard(out.SeatAlarmCleared)) == 1


def test_a_phone_that_goes_in_wrap_up_is_paused_after_it() -> None:
    """Wrap-up goes on; ready it is not."""
    s = DeskDriver()
    s.ready()
    s.over(*s.talk())
    s.hear(EndpointReach(s.now, S1, Reach.UNREACHABLE))
    assert s.is_(S1) is P.WRAP_UP
    s.passes(30)
    assert s.state(S1).reason == OwnReason.UNREACHABLE
    s.hear(EndpointReach(s.now, S1, Reach.REACHABLE))
    assert s.is_(S1) is P.READY


# -- restarts ----------------------------------------------------------------------------------------


def restarted(s: DeskDriver) -> DeskDriver:
    """The daemon died and comes back: only the book and app_queue remember."""
    desk = Desk(roster())
    desk.restore({seat: unpack(pack(state)) for seat, state in s.desk.seats.items()}, s.now)
    again = DeskDriver(desk, live=False)
    again.now, again.members, again.calls = s.now, s.members, s.calls
    return again


def snapshot(s: DeskDriver) -> None:
    for key, (paused, reason, penalty) in s.members.items():
        s.hear(MemberSeen(s.now, *key, paused, reason, penalty, True))
    s.hear(BoardLive(s.now, Instant(500)))


def test_wrap_up_goes_on_with_the_time_that_is_left() -> None:
    """A daemon that dies 10 s into a wrap-up of 30 and is back 5 s later lets 15 s run."""
    s = DeskDriver()
    s.ready()
    s.over(*s.talk())
    s.obey()
    s.passes(10)
    again = restarted(s)
    again.now = Instant(again.now + 5)
    snapshot(again)
    assert again.is_(S1) is P.WRAP_UP
    assert again.took() == []
    again.passes(14.9)
    assert again.is_(S1) is P.WRAP_UP
    again.passes(0.1)
    assert again.is_(S1) is P.READY
    again.obey()
    assert not any(paused for paused, _, _ in again.members.values())


def test_wrap_up_that_ended_meanwhile_is_over_at_once() -> None:
    """Asterisk kept the pause; the daemon takes it away."""
    s = DeskDriver()
    s.ready()
    s.over(*s.talk())
    s.obey()
    again = restarted(s)
    again.now = Instant(again.now + 60)
    snapshot(again)
    again.passes(0)
    assert again.is_(S1) is P.READY
    assert again.obey() == [tel.PauseMember(MANDARIN, S1, False, "", (MINNAN,))]


def test_a_seat_in_talk_is_talking_after_a_restart() -> None:
    """The snapshot's legs come before BoardLive; nothing is undone by it."""
    s = DeskDriver()
    s.ready()
    call, leg = s.talk()
    again = found_talking(s, call, leg)
    snapshot(again)
    assert (again.is_(S1), again.state(S1).call) == (P.TALKING, call)
    assert again.heard(out.SeatStateChanged) == []
    again.over(call, leg)
    assert again.is_(S1) is P.WRAP_UP


def found_talking(s: DeskDriver, call: CallId, leg: LegId) -> DeskDriver:
    """What the fold makes of a seat's leg that is up in the snapshot: it was offered when it was born, and talks now."""
    again = restarted(s)
    again.now = Instant(s.now + 300)
    born = s.now
    again.hear(ev.CallArrived(call, born, LegId(call), "telecom", ev.Direction.INBOUND, "1", "", "12319"))
    again.hear(ev.LegBegan(call, born, LegId(call), "telecom"))
    again.hear(ev.LegBegan(call, born, leg, S1))
    again.hear(ev.CallOffered(call, born, leg, S1, MANDARIN))
    again.hear(ev.OfferEnded(call, again.now, leg, S1, MANDARIN, ev.OfferResult.ANSWERED))
    again.hear(ev.TalkBegan(call, again.now, leg, S1, MANDARIN))
    return again


def test_a_held_citizen_is_held_after_a_restart() -> None:
    """The channel aside is our hold, not a consultation: it is resumed, and nobody is given to the silence."""
    s = DeskDriver()
    s.ready()
    call, leg = s.talk()
    assert s.ask(req.HoldCall(S1)) == Accepted()
    s.obey()
    aside = s.local(call)
    assert s.is_(S1) is P.HOLDING
    again = found_talking(s, call, leg)
    again.hear(ev.LegBegan(call, again.now, aside, ""))
    snapshot(again)
    assert again.is_(S1) is P.HOLDING
    assert again.heard(out.SeatStateChanged) == []
    assert why(again.ask(req.ConsultComplete(S1))) is Why.NO_CONSULTATION
    assert again.ask(req.ResumeCall(S1)) == Accepted()
    assert again.obey() == [tel.Resume(leg)]


def test_a_call_that_came_while_the_daemon_was_away() -> None:
    """It is in the seat's book since its telephone rang, not since the daemon came back."""
    s = DeskDriver()
    s.ready()
    call, leg = CallId("t-9.1"), LegId("t-9.2")
    began = s.now
    again = found_talking(s, call, leg)
    snapshot(again)
    (change,) = again.heard(out.SeatStateChanged)
    assert (change.old, change.new, change.at) == (P.READY, P.TALKING, began)


def test_whoever_is_no_agent_any_more_is_logged_out() -> None:
    """Their working time ends; the seat of another daemon on the same ledger is none of ours."""
    desk = Desk(roster())
    ready = SeatState(S1, P.READY, AgentId("1999"), since=Instant(500.0))
    decision = desk.restore({S1: ready, SeatId("9001"): replace(ready, seat=SeatId("9001"))}, Instant(900.0))
    (changed,) = decision.events
    assert isinstance(changed, out.SeatStateChanged)
    assert (changed.seat, changed.agent, changed.new, changed.at) == (S1, "1999", P.LOGGED_OUT, 900.0)
    assert desk.seats[S1] == SeatState(S1, since=Instant(900.0))


def test_a_call_that_ended_meanwhile_is_wrapped_up() -> None:
    """Nobody knows when it ended: the agent gets a whole wrap-up."""
    s = DeskDriver()
    s.ready()
    s.talk()
    again = restarted(s)
    snapshot(again)
    assert again.is_(S1) is P.WRAP_UP
    assert tel.PauseMember(MANDARIN, S1, True, "wrap_up", (MINNAN,)) in again.obey()


def test_asterisk_restarted_and_forgot() -> None:
    """Memberships and wrap-up pauses that a new life of Asterisk does not have are put back."""
    s = DeskDriver()
    s.ready()
    s.ready(S2, LIN)
    s.over(*s.talk())
    s.obey()
    s.hear(BoardBlind(s.now, "eof"))
    s.hear(NodeStarted(s.now, "xm1"))
    s.says((MANDARIN, S2), None)
    s.says((MINNAN, S1), (False, "", 1))  # back from astdb, one second old
    s.hear(BoardLive(s.now, s.now))
    assert s.obey() == [
        tel.PauseMember(MINNAN, S1, True, "wrap_up"),
        tel.AddMember(MANDARIN, S2, "8002", 0, paused=False),
    ]


def test_members_that_are_nobodys_are_taken_out() -> None:
    """A seat that left the settings, or was logged out while we were away, is no member."""
    s = DeskDriver(live=False)
    s.members = {(MANDARIN, S1): (False, "", 0), (MANDARIN, "8999"): (False, "", 0)}  # type: ignore[dict-item]
    snapshot(s)
    assert set(s.obey()) == {tel.RemoveMember(MANDARIN, S1), tel.RemoveMember(MANDARIN, "8999")}  # type: ignore[arg-type]


@pytest.mark.parametrize("answers", [True, False])
def test_calls_at_a_phone_that_is_no_seat_are_nobodys(answers: bool) -> None:
    """A member of before is offered calls until it is taken out; no seat is touched by what its phone does."""
    s = DeskDriver()
    s.ready(S1)
    before, stranger, call = s.state(S1), SeatId("8999"), s.citizen()
    leg = s.offer(stranger, call)
    if answers:
        s.answer(stranger, call, leg)
        s.over(call, leg, stranger)
    else:
        s.rings_out(stranger, call, leg)
    assert s.state(S1) == before
    assert stranger not in s.desk.seats
    assert not s.desk.phones.legs


def test_while_blind_states_go_on_and_nothing_is_commanded() -> None:
    """A wrap-up ends on time without a link; app_queue hears of it when the link is back."""
    s = DeskDriver()
    s.ready()
    s.over(*s.talk())
    s.obey()
    s.hear(BoardBlind(s.now, "cut"))
    s.passes(30)
    assert s.is_(S1) is P.READY
    assert s.ask(req.Pause(S1, "小休")) == Accepted()
    assert s.took() == []
    s.hear(BoardLive(s.now, Instant(500)))
    assert s.took() == [tel.PauseMember(MANDARIN, S1, True, "小休", (MINNAN,))]


def test_a_lost_membership_is_put_back_and_told() -> None:
    """Somebody removes the member by hand: it is back after the grace, and unpaused again."""
    s = DeskDriver()
    s.ready()
    s.says((MANDARIN, S1), None)
    s.passes(5)
    s.obey()
    assert s.members[MANDARIN, S1] == (False, "", 0)
    assert s.heard(out.SeatAlarm) == []


# -- supervisors ------------------------------------------------------------------------------------


def test_forcing_is_a_supervisors_right() -> None:
    """An agent may not force another."""
    s = DeskDriver()
    s.ready()
    assert why(s.ask(req.ForceSeat(S1, req.Force.PAUSE, LIN))) is Why.NOT_ALLOWED
    assert why(s.ask(req.ForceSeat(S2, req.Force.PAUSE, SU))) is Why.NOT_NOW
    assert s.ask(req.ForceSeat(S1, req.Force.PAUSE, SU, "就餐")) == Accepted()
    assert (s.is_(S1), s.state(S1).reason) == (P.PAUSED, "就餐")
    assert s.heard(out.SeatStateChanged)[-1].by == SU
    assert s.ask(req.ForceSeat(S1, req.Force.READY, SU)) == Accepted()
    assert s.is_(S1) is P.READY
    assert s.ask(req.ForceSeat(S1, req.Force.LOG_OUT, SU)) == Accepted()
    assert s.is_(S1) is P.LOGGED_OUT


@pytest.mark.parametrize(
    ("force", "lands"),
    [(req.Force.READY, P.READY), (req.Force.PAUSE, P.PAUSED), (req.Force.LOG_OUT, P.LOGGED_OUT)],
)
def test_forcing_never_cuts_a_citizen_off(force: req.Force, lands: Presence) -> None:
    """In a call it takes effect after the call and its wrap-up."""
    s = DeskDriver()
    s.ready()
    call, leg = s.talk()
    assert s.ask(req.ForceSeat(S1, force, SU)) == Accepted("after_call")
    assert s.is_(S1) is P.TALKING
    s.over(call, leg)
    s.passes(30)
    assert s.is_(S1) is lands


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"seat":"8001","presence":"asleep","then":""}'])
def test_a_broken_memory_is_refused(text: str) -> None:
    """What is no seat state is not taken for one."""
    with pytest.raises(ValueError):
        unpack(text)
