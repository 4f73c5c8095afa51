"""Telephones that let go at once, die in a talk, or never ring: what the desk makes of each."""

from __future__ import annotations

import pytest

from agents import commands as req
from agents import events as out
from agents.commands import Refused, Why
from agents.own_reasons import OwnReason
from agents.presence import Presence
from cti import commands as tel
from cti import events as ev
from cti.equipment_events import EndpointReach, PhoneRegistered, Reach
from cti.ids import CallId, Instant, LegId, QueueId

from .desk_driver import LIN, S1, S2, S3, DeskDriver


def lets_go(stage: DeskDriver, *, after: float = 0.0, asked: bool = True, bridged: bool = True) -> None:
    call = stage.citizen()
    leg = stage.offer(S1, call)
    if bridged:
        stage.answer(S1, call, leg)
    else:
        stage.hear(ev.OfferEnded(call, stage.now, leg, S1, QueueId("mandarin"), ev.OfferResult.ANSWERED))
    stage.now = Instant(stage.now + after)
    if bridged:
        stage.hear(ev.TalkEnded(call, stage.now, leg, S1))
    stage.hear(ev.LegEnded(call, stage.now, leg, S1, 16, asked))
    stage.obey()


@pytest.mark.parametrize("bridged", [True, False])
def test_a_phone_that_lets_go_at_once_has_missed_the_offer(bridged: bool) -> None:
    """Nothing is wrapped up; after as many as may ring out, the seat is paused and somebody is told."""
    stage = DeskDriver(missed=2)
    stage.ready()
    lets_go(stage, bridged=bridged)
    assert (stage.desk.seats[S1].presence, stage.desk.seats[S1].missed) == (Presence.READY, 1)
    lets_go(stage, bridged=bridged)
    assert (stage.desk.seats[S1].presence, stage.desk.seats[S1].reason) == (Presence.PAUSED, OwnReason.MISSED)
    assert [event.alarm for event in stage.events if isinstance(event, out.SeatAlarm)] == [out.Alarm.MISSED]


@pytest.mark.parametrize(("after", "asked"), [(1.0, True), (0.2, False)], ids=["a talk", "the citizen left"])
def test_a_talk_and_a_citizen_who_leaves_are_no_fault_of_the_phone(after: float, asked: bool) -> None:
    """It is wrapped up as ever."""
    stage = DeskDriver()
    stage.ready()
    lets_go(stage, after=after, asked=asked)
    assert (stage.desk.seats[S1].presence, stage.desk.seats[S1].missed) == (Presence.WRAP_UP, 0)


def test_a_phone_that_gives_its_citizen_away_at_once_has_missed_nothing() -> None:
    """A transfer within the first second, and the phone's own BYE after it."""
    stage = DeskDriver()
    stage.ready()
    call = stage.citizen()
    leg = stage.offer(S1, call)
    stage.answer(S1, call, leg)
    stage.hear(ev.CallTransferred(call, stage.now, ev.TransferKind.BLIND, S1, "8002"))
    stage.hear(ev.TalkEnded(call, stage.now, leg, S1))
    stage.hear(ev.LegEnded(call, stage.now, leg, S1, 16, asked=True))
    stage.obey()
    assert (stage.desk.seats[S1].presence, stage.desk.seats[S1].missed) == (Presence.WRAP_UP, 0)


def talks_at_a_desk_phone(stage: DeskDriver) -> tuple[CallId, LegId]:
    stage.ready(S3, LIN)
    call, leg = stage.talk(S3)
    stage.obey()
    stage.took()
    return call, leg


def listened(stage: DeskDriver, leg: LegId, result: tel.Result, reason: str = "") -> list[tel.Command]:
    stage._took(stage.desk.outcome(tel.Outcome(tel.HearLeg(leg), result, reason), stage.now))
    return stage.took()


@pytest.mark.parametrize(
    "sign",
    [
        lambda now: PhoneRegistered(now, S3),
        lambda now: EndpointReach(now, S3, Reach.UNREACHABLE),
    ],
    ids=["registers anew", "answers no more"],
)
def test_a_desk_phone_suspected_in_a_talk_is_listened_to(sign) -> None:  # type: ignore[no-untyped-def]
    """Silent: its citizen goes to the head of the queue. Its sound comes: nothing is done."""
    for result, reason, done in (
        (tel.Result.REFUSED, tel.SILENT, True),
        (tel.Result.DONE, "", False),
        (tel.Result.LOST, "link lost", False),
    ):
        stage = DeskDriver()
        _, leg = talks_at_a_desk_phone(stage)
        stage.hear(sign(stage.now))
        assert tel.HearLeg(leg) in stage.took()
        assert (tel.ToHead(leg) in listened(stage, leg, result, reason)) is done


def test_a_page_is_not_listened_to() -> None:
    """Its phone registers anew whenever its socket does, and the sound goes on."""
    stage = DeskDriver()
    stage.ready()
    stage.talk(S1)
    stage.took()
    stage.hear(PhoneRegistered(stage.now, S1))
    assert not [command for command in stage.took() if isinstance(command, tel.HearLeg)]


def test_a_dead_phone_that_consulted_gives_its_citizen_back() -> None:
    """First the consultation ends, then the citizen goes to the head of the queue."""
    stage = DeskDriver()
    call, leg = talks_at_a_desk_phone(stage)
    asked = stage.local(call)
    stage.hear(PhoneRegistered(stage.now, S3))
    commands = listened(stage, leg, tel.Result.REFUSED, tel.SILENT)
    cancel = tel.EndConsult(leg, tel.ConsultEnd.CANCEL)
    assert cancel in commands
    stage.hear(ev.LegEnded(call, stage.now, asked, "", 16))
    stage._took(stage.desk.outcome(tel.Outcome(cancel, tel.Result.DONE), stage.now))
    assert tel.ToHead(leg) in stage.took()


def test_a_call_that_never_rings_at_its_own_phone_is_over_in_seconds() -> None:
    """Dialled for a telephone without power."""
    stage = DeskDriver()
    stage.ready(S3, LIN)
    assert isinstance(stage.ask(req.DialOut(S3, "13800000001")), req.Accepted)
    call = stage.citizen(endpoint=S3, direction=ev.Direction.OUTBOUND)
    stage.took()
    stage.passes(3.1)
    assert tel.HearLeg(LegId(call)) in stage.took()
    commands = listened(stage, LegId(call), tel.Result.REFUSED, tel.SILENT)
    assert [command.leg for command in commands if isinstance(command, tel.HangUp)] == [call]


@pytest.mark.parametrize("busy", ["talking", "wrapping up", "nobody"])
def test_a_seat_that_is_not_free_is_given_nobody_blindly(busy: str) -> None:
    """Refused, with who is free; to a seat that rests, it is done."""
    stage = DeskDriver()
    stage.ready()
    if busy != "nobody":
        stage.ready(S2, LIN)
        other, leg = stage.talk(S2)
        if busy == "wrapping up":
            stage.passes(2.0)
            stage.over(other, leg, S2)
    stage.talk(S1)
    answer = stage.ask(req.TransferBlind(S1, "8002"))
    assert isinstance(answer, Refused)
    assert answer.why is Why.TARGET_BUSY
    assert "free are: none" in answer.reason


def test_a_consultation_that_does_not_ring_yet_is_not_completed() -> None:
    """Asterisk would take the key for a digit."""
    stage = DeskDriver()
    stage.ready()
    call, _leg = stage.talk(S1)
    assert stage.ask(req.TransferAttended(S1, "8002")) == req.Accepted()
    early = stage.ask(req.ConsultComplete(S1))
    assert isinstance(early, Refused)
    assert early.why is Why.NOT_RINGING
    stage.local(call)
    assert stage.ask(req.ConsultComplete(S1)) == req.Accepted()
