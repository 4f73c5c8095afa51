"""Whoever is the last telephone in a call is let go, whatever the way there; nobody else is."""

from __future__ import annotations

import pytest

from agents.left_alone import AGAIN_SECONDS, ALONE_SECONDS
from agents.presence import Presence
from cti import commands as tel
from cti import events as ev
from cti.equipment_events import BoardBlind, BoardLive
from cti.ids import CallId, LegId, SeatId

from .desk_driver import LIN, S1, S2, DeskDriver


def at_a_desk() -> DeskDriver:
    stage = DeskDriver()
    stage.ready()
    return stage


def citizen_leaves(stage: DeskDriver, call: CallId, *left: tuple[LegId, SeatId]) -> None:
    for leg, seat in left:
        stage.hear(ev.TalkEnded(call, stage.now, leg, seat))
    stage.ends(call, LegId(call), "telecom")
    stage.took()


def ended(stage: DeskDriver, seconds: float = ALONE_SECONDS) -> list[tel.HangUp]:
    stage.passes(seconds)
    return [command for command in stage.took() if isinstance(command, tel.HangUp)]


def test_who_is_left_by_the_citizen_is_let_go() -> None:
    stage = at_a_desk()
    call, leg = stage.talk(S1)
    citizen_leaves(stage, call, (leg, S1))
    assert ended(stage, ALONE_SECONDS / 2) == [], "Asterisk ends it by itself, nearly always"
    assert ended(stage) == [tel.HangUp(leg)]
    stage.ends(call, leg, S1)
    assert ended(stage, 3 * AGAIN_SECONDS) == []
    assert stage.is_(S1) is Presence.WRAP_UP


def test_music_alone_keeps_nobody() -> None:
    """The halves of a Local channel are no telephones."""
    stage = at_a_desk()
    call, leg = stage.talk(S1)
    stage.local(call)
    citizen_leaves(stage, call, (leg, S1))
    assert ended(stage) == [tel.HangUp(leg)]


def test_a_leg_that_asterisk_does_not_end_is_ended_again() -> None:
    stage = at_a_desk()
    call, leg = stage.talk(S1)
    citizen_leaves(stage, call, (leg, S1))
    assert ended(stage) == [tel.HangUp(leg)]
    assert ended(stage, AGAIN_SECONDS) == [tel.HangUp(leg)]


def test_two_who_talk_on_are_left_alone_when_one_goes() -> None:
    """A conference whose citizen left goes on for as long as both like; then the last of them is let go."""
    stage = at_a_desk()
    stage.ready(S2, LIN)
    call, one = stage.talk(S1)
    two = stage.offer(S2, call, "")
    stage.answer(S2, call, two, "")
    citizen_leaves(stage, call)
    assert ended(stage, 60) == []
    stage.ends(call, two, S2)
    stage.took()
    assert ended(stage) == [tel.HangUp(one)]


def test_who_is_called_in_meanwhile_keeps_the_seat() -> None:
    """The next telephone of the call rings already: a consultation outlives its citizen."""
    stage = at_a_desk()
    call, leg = stage.talk(S1)
    citizen_leaves(stage, call, (leg, S1))
    stage.hear(ev.LegBegan(call, stage.now, LegId("t-9.1"), "telecom"))
    assert ended(stage, 60) == []


@pytest.mark.parametrize("direction", [ev.Direction.INBOUND, ev.Direction.OUTBOUND])
def test_who_never_talked_is_not_touched(direction: ev.Direction) -> None:
    """A seat that took a kept place hears a prompt while its citizen is called; one that dials waits for the other end."""
    stage = at_a_desk()
    call = stage.citizen(direction)
    leg = stage.offer(S1, call)
    stage.hear(ev.OfferEnded(call, stage.now, leg, S1, stage.desk.phones.legs[leg].queue, ev.OfferResult.ANSWERED))
    stage.ends(call, LegId(call), "telecom")
    stage.took()
    assert ended(stage, 60) == []


def test_who_was_left_while_the_daemon_was_away_is_found() -> None:
    """The seat's memory says that it talked; the snapshot, that nobody else is there."""
    stage = at_a_desk()
    call, leg = stage.talk(S1)
    states = dict(stage.desk.seats)
    later = DeskDriver(live=False)
    later.now = stage.now
    later.desk.restore(states, later.now)
    later.hear(ev.CallArrived(call, later.now, LegId(call), "telecom", ev.Direction.INBOUND, "13800001111", "", ""))
    later.hear(ev.LegBegan(call, later.now, leg, S1))
    later.hear(BoardLive(later.now, later.now))
    later.took()
    assert ended(later) == [tel.HangUp(leg)]


def test_nothing_is_ended_by_a_daemon_that_does_not_see() -> None:
    stage = at_a_desk()
    call, leg = stage.talk(S1)
    citizen_leaves(stage, call, (leg, S1))
    stage.hear(BoardBlind(stage.now, "lost"))
    assert ended(stage, 60) == []
    stage.hear(BoardLive(stage.now, stage.now))
    stage.took()
    assert ended(stage, AGAIN_SECONDS) == [tel.HangUp(leg)]
