"""A seat with a browser's phone and a desk phone: one state machine, one of them rings."""

from __future__ import annotations

from dataclasses import replace

from agents import commands as req
from agents import events as out
from agents.commands import Accepted, Refused, Why
from agents.desk import Desk
from agents.own_reasons import OwnReason
from agents.presence import Presence
from agents.seat_state import pack, unpack
from config.sections.seats import Device
from cti import commands as tel
from cti import events as ev
from cti.equipment_events import BoardBlind, BoardLive, EndpointReach, MemberSeen, PhoneRegistered, Reach
from cti.ids import LegId, QueueId, SeatId

from .desk_driver import CHEN, LIN, MANDARIN, S1, S2, DeskDriver, roster

AT_DESK = SeatId("8001-desk")
DESK, BROWSER = req.UseDevice(S1, Device.DESK), req.UseDevice(S1, Device.BROWSER)


def driver() -> DeskDriver:
    s = DeskDriver(Desk(replace(roster(), two={S1: Device.BROWSER})))
    for endpoint in (S1, AT_DESK):
        s.hear(EndpointReach(s.now, endpoint, Reach.REACHABLE))
    return s


def why(answer: req.Answer) -> Why:
    assert isinstance(answer, Refused), answer
    return answer.why


def at_desk(s: DeskDriver, seat: SeatId = S1) -> tuple[object, LegId]:
    """A citizen who talks at the desk phone of the seat."""
    call = s.citizen()
    leg = LegId(f"t-9.{next(s.calls)}")
    s.hear(ev.LegBegan(call, s.now, leg, seat, second=True))
    s.hear(ev.CallOffered(call, s.now, leg, seat, MANDARIN))
    s.answer(seat, call, leg)
    return call, leg


def test_the_seat_is_one_member_of_each_queue_and_the_old_one_goes_first() -> None:
    """At no moment may two telephones be rung for it; both stand for one seat, whichever of them talks."""
    s = driver()
    s.ready()
    assert {seat for _queue, seat in s.members} == {S1}
    assert s.ask(DESK) == Accepted()
    told = s.took()
    moved = [one for one in told if isinstance(one, tel.AddMember | tel.RemoveMember) and one.queue == MANDARIN]
    assert [(type(one), one.seat) for one in moved] == [(tel.RemoveMember, S1), (tel.AddMember, AT_DESK)]
    added = next(one for one in told if isinstance(one, tel.AddMember))
    assert (added.name, added.two, added.paused) == ("8001", True, False)
    s.commands = told
    s.obey()
    assert {seat for _queue, seat in s.members} == {AT_DESK}
    assert s.ask(DESK) == Accepted()
    assert not s.took()
    s.passes(120)
    assert not s.took(), "app_queue agrees: nothing is corrected"


def test_it_is_changed_between_two_calls_alone() -> None:
    """Refused while it rings, talks or dials; in the wrap-up it may be."""
    s = driver()
    s.ready()
    call = s.citizen()
    leg = s.offer(S1, call)
    assert why(s.ask(DESK)) is Why.IN_CALL
    s.answer(S1, call, leg)
    assert why(s.ask(DESK)) is Why.IN_CALL
    s.over(call, leg)
    assert s.is_(S1) is Presence.WRAP_UP
    assert s.ask(DESK) == Accepted()
    assert s.is_(S1) is Presence.WRAP_UP
    s.obey()
    assert s.ask(req.EndWrapUp(S1)) == Accepted()
    s.obey()
    assert s.ask(req.DialOut(S1, "110")) == Accepted()
    assert s.took()[-1] == tel.DialOut(S1, "110", "8001-desk")
    assert why(s.ask(BROWSER)) is Why.IN_CALL


def test_a_device_that_does_not_answer_cannot_be_chosen() -> None:
    """Nor one of a seat that has no other, nor where nobody sits."""
    s = driver()
    assert why(s.ask(DESK)) is Why.NOT_NOW
    s.ready()
    s.hear(EndpointReach(s.now, AT_DESK, Reach.UNREACHABLE))
    assert why(s.ask(DESK)) is Why.PHONE_UNREACHABLE
    assert s.is_(S1) is Presence.READY, "the other one's loss is nothing to the one that rings"
    s.ready(S2, LIN)
    assert why(s.ask(req.UseDevice(S2, Device.DESK))) is Why.ONE_DEVICE


def test_the_loss_of_the_chosen_one_pauses_the_seat_until_the_other_is_taken() -> None:
    """As any seat's; the alarm ends with the change."""
    s = driver()
    s.ready()
    assert s.ask(DESK) == Accepted()
    s.hear(EndpointReach(s.now, AT_DESK, Reach.UNREACHABLE))
    assert (s.is_(S1), s.state(S1).reason) == (Presence.PAUSED, OwnReason.UNREACHABLE)
    assert s.heard(out.SeatAlarm)[-1].alarm is out.Alarm.UNREACHABLE
    assert s.ask(BROWSER) == Accepted()
    assert s.is_(S1) is Presence.READY
    assert s.heard(out.SeatAlarmCleared)[-1].alarm is out.Alarm.UNREACHABLE
    s.obey()
    assert all(not paused for paused, _, _ in s.members.values())


def test_a_page_proves_only_what_it_rings_for() -> None:
    """With the desk phone chosen a silent page keeps no call away, and tears none from the desk phone."""
    s = driver()
    assert s.ask(req.LogIn(CHEN, S1, ready=True, proof=True)) == Accepted()
    assert s.state(S1).reason == OwnReason.PHONE
    assert why(s.ask(req.GoReady(S1))) is Why.PHONE_UNPROVED
    assert s.ask(DESK) == Accepted()
    assert s.is_(S1) is Presence.READY
    s.obey()
    call, leg = at_desk(s)
    s.ask(req.PhoneSaid(S1, "page", registered=True, audio=True, microphone=True, visible=True, leg=False))
    s.passes(300)
    assert s.is_(S1) is Presence.TALKING
    assert not [one for one in s.took() if isinstance(one, tel.Rejoin | tel.ToHead | tel.HangUp)]
    s.over(call, leg)  # type: ignore[arg-type]
    s.passes(60)
    assert s.is_(S1) is Presence.READY
    assert why(s.ask(BROWSER)) is Why.PHONE_UNREACHABLE, "its page is silent again"
    s.ask(req.PhoneSaid(S1, "page", registered=True, audio=True, microphone=True, visible=True, leg=False))
    assert s.ask(BROWSER) == Accepted()
    s.passes(30)
    assert s.state(S1).reason == OwnReason.PHONE


def test_a_desk_phone_that_registers_anew_is_listened_to() -> None:
    """Its leg may be nobody's; a leg at the browser's phone is not meant."""
    s = driver()
    s.ready()
    assert s.ask(DESK) == Accepted()
    s.obey()
    _call, leg = at_desk(s)
    s.took()
    s.hear(PhoneRegistered(s.now, S1))
    assert not s.took()
    s.hear(PhoneRegistered(s.now, AT_DESK))
    assert s.took() == [tel.HearLeg(leg)]


def test_the_choice_outlives_the_daemon_and_ends_with_the_sitting() -> None:
    """Packed with the seat's memory; who sits down next begins with the first device."""
    s = driver()
    s.ready()
    assert s.ask(DESK) == Accepted()
    s.obey()
    assert unpack(pack(s.state(S1))).device == "desk"
    desk = Desk(s.desk.roster)
    desk.restore(s.desk.seats, s.now)
    again = DeskDriver(desk, live=False)
    again.now, again.members = s.now, s.members
    for key, (paused, reason, penalty) in s.members.items():
        again.hear(MemberSeen(s.now, *key, paused, reason, penalty, True))
    again.hear(EndpointReach(s.now, AT_DESK, Reach.REACHABLE))
    again.hear(BoardLive(s.now, s.now))
    again.obey()
    assert {seat for _queue, seat in again.members} == {AT_DESK}
    assert again.ask(req.LogOut(S1)) == Accepted()
    again.obey()
    assert (again.members, again.state(S1).device) == ({}, "")


def test_members_of_both_devices_are_known_and_others_are_expelled() -> None:
    """What an earlier daemon left there."""
    s = driver()
    s.members = {(MANDARIN, AT_DESK): (False, "", 0), (QueueId("minnan"), SeatId("8002-desk")): (False, "", 0)}
    for key, (paused, reason, penalty) in s.members.items():
        s.hear(MemberSeen(s.now, *key, paused, reason, penalty, True))
    s.hear(BoardBlind(s.now, "cut"))
    s.hear(BoardLive(s.now, s.now))
    s.obey()
    assert s.members == {}
