"""Calls torn from their page: brought back to it, and let go when a person says so meanwhile."""

from __future__ import annotations

from agents import commands as req
from agents import events as out
from agents.commands import Accepted
from agents.lost_leg import GONE
from cti import commands as tel
from cti import events as ev
from cti.equipment_events import EndpointReach, Reach
from cti.ids import CallId, LegId, QueueId

from .desk_driver import CHEN, LIN, S1, S2, DeskDriver


def says(stage: DeskDriver, page: str, *, leg: bool) -> None:
    word = req.PhoneSaid(S1, page, registered=True, audio=True, microphone=True, visible=True, leg=leg)
    assert stage.ask(word) == Accepted()


def at_a_page() -> DeskDriver:
    stage = DeskDriver()
    says(stage, "first", leg=False)
    assert stage.ask(req.LogIn(CHEN, S1, ready=True, proof=True)) == Accepted()
    stage.obey()
    return stage


def talking(stage: DeskDriver) -> tuple[CallId, LegId]:
    call, leg = stage.talk(S1)
    stage.obey()
    stage.passes(5.0)
    return call, leg


def loaded_anew(stage: DeskDriver) -> tuple[CallId, LegId]:
    """The old page is gone, the new one holds nothing, and the citizen's call is to come back to it."""
    call, leg = talking(stage)
    assert stage.ask(req.ConsoleGone(S1, "first")) == Accepted()
    stage.passes(1.0)
    says(stage, "second", leg=False)
    stage.took()
    stage.passes(2.0)
    assert [command for command in stage.took() if isinstance(command, tel.Rejoin)] == [tel.Rejoin(leg, S1)]
    return call, leg


def comes_back(stage: DeskDriver, call: CallId, leg: LegId) -> LegId:
    """Asterisk takes the old leg down and rings the seat for its own call."""
    stage.ends(call, leg, S1)
    return stage.offer(S1, call, "")


def hangs_up(stage: DeskDriver) -> list[tel.Command]:
    assert stage.ask(req.HangUpCall(S1), CHEN) == Accepted()
    return [command for command in stage.took() if isinstance(command, tel.HangUp)]


def test_a_page_loaded_anew_gets_its_call_back() -> None:
    """Once: from then on the call is its own again."""
    stage = at_a_page()
    call, leg = loaded_anew(stage)
    again = comes_back(stage, call, leg)
    stage.answer(S1, call, again, "")
    says(stage, "second", leg=True)
    stage.passes(30.0)
    assert [command for command in stage.took() if isinstance(command, tel.Rejoin | tel.ToHead | tel.HangUp)] == []
    assert len(stage.heard(out.RejoinBegan)) == 1


def test_hanging_up_while_it_comes_back_ends_the_citizens_leg() -> None:
    """Whether the old leg is there still, none is, or the new one rings: else the citizen went on to somebody else."""
    stage = at_a_page()
    call, _leg = loaded_anew(stage)
    assert hangs_up(stage) == [tel.HangUp(LegId(call))]

    stage = at_a_page()
    call, leg = loaded_anew(stage)
    stage.ends(call, leg, S1)
    assert hangs_up(stage) == [tel.HangUp(LegId(call))]

    stage = at_a_page()
    call, leg = loaded_anew(stage)
    comes_back(stage, call, leg)
    assert hangs_up(stage) == [tel.HangUp(LegId(call))]


def test_once_they_talk_again_hanging_up_is_the_seats_own() -> None:
    stage = at_a_page()
    call, leg = loaded_anew(stage)
    again = comes_back(stage, call, leg)
    stage.answer(S1, call, again, "")
    assert hangs_up(stage) == [tel.HangUp(again)]


def test_what_a_person_hangs_up_is_not_brought_back() -> None:
    """Pressed before it was known that the call is torn: Asterisk has not taken the leg down yet, and it is left alone."""
    stage = at_a_page()
    _call, leg = talking(stage)
    assert stage.ask(req.ConsoleGone(S1, "first")) == Accepted()
    says(stage, "second", leg=False)
    assert hangs_up(stage) == [tel.HangUp(leg)]
    stage.passes(2.5)
    assert [command for command in stage.took() if isinstance(command, tel.Rejoin)] == []


def test_a_hang_up_that_asterisk_refuses_leaves_the_call_to_be_mended() -> None:
    stage = at_a_page()
    _call, leg = talking(stage)
    assert stage.ask(req.ConsoleGone(S1, "first")) == Accepted()
    says(stage, "second", leg=False)
    assert stage.ask(req.HangUpCall(S1), CHEN) == Accepted()
    stage.obey(tel.Result.REFUSED)
    says(stage, "second", leg=False)
    stage.passes(4.0)
    assert tel.Rejoin(leg, S1) in stage.took()


def test_a_citizen_back_in_the_queue_is_no_longer_the_seats() -> None:
    """Nobody answered at the page: hanging up there ends nothing of his."""
    stage = at_a_page()
    call, leg = loaded_anew(stage)
    again = comes_back(stage, call, leg)
    stage.rings_out(S1, call, again, "")
    stage.hear(ev.CallQueued(call, stage.now, QueueId("mandarin"), 1))
    assert isinstance(stage.ask(req.HangUpCall(S1), CHEN), req.Refused)


def test_colleagues_without_a_citizen_are_not_sent_to_the_queue() -> None:
    """A conference whose citizen left, and whose pages are gone both at once: nobody is lost by ending it."""
    stage = DeskDriver()
    for seat, agent in ((S1, CHEN), (S2, LIN)):
        word = req.PhoneSaid(seat, "first", registered=True, audio=True, microphone=True, visible=True, leg=False)
        assert stage.ask(word) == Accepted()
        assert stage.ask(req.LogIn(agent, seat, ready=True, proof=True)) == Accepted()
    stage.obey()
    call, one = talking(stage)
    two = stage.offer(S2, call, "")
    stage.answer(S2, call, two, "")
    for seat in (S1, S2):
        word = req.PhoneSaid(seat, "first", registered=True, audio=True, microphone=True, visible=True, leg=True)
        assert stage.ask(word) == Accepted()
    stage.passes(60.0)
    stage.ends(call, LegId(call), "telecom")
    for seat in (S1, S2):
        assert stage.ask(req.ConsoleGone(seat, "first")) == Accepted()
        stage.hear(EndpointReach(stage.now, seat, Reach.UNREACHABLE))
    stage.took()
    stage.passes(GONE + 1.0)
    took = [command for command in stage.took() if isinstance(command, tel.Rejoin | tel.ToHead | tel.HangUp)]
    assert sorted(took, key=lambda one: one.leg) == [tel.HangUp(one, 20), tel.HangUp(two, 20)]
