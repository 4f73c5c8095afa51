"""The dialogue: what Asterisk is asked, in which order, and that a hang-up ends it anywhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from ivr.agi import LINE_MOST, Reply
from ivr.dialogue import MARGIN, Dialogue, Line
from ivr.events import End
from ivr.journeys.closed import closed
from ivr.journeys.menu import menu
from ivr.journeys.welcome import welcome
from ivr.steps import Ask, Close, Enqueue, Greet, Journey, Note, Say

from .playbook import DEAD, GONE, PLAYED, Play, Sounds, key, reply


def citizens() -> Journey:
    return welcome(notice="welcome", queue="mandarin")


def choosing() -> Journey:
    return menu(notice="welcome", keys={"1": "mandarin", "2": "minnan"}, queue="mandarin")


def everything() -> Journey:
    """One of each step, the shapes no journey of today has among them."""
    yield Note("HELLO", ("a", "b"))
    yield Greet("welcome")
    yield Say("sorry")
    number = yield Ask("menu", digits=4, seconds=2)
    yield Enqueue("minnan" if number == "1234" else "mandarin")
    yield Close()


JOURNEYS = [citizens, closed, choosing, everything]

GREETING = 'EXEC MSet "TIMEOUT(absolute)=6.5,HOTLINE_QUEUE=mandarin,HOTLINE_ACTION=queue,HOTLINE_GREETED=welcome"'
NOTICE = 'EXEC CELGenUserEvent "NOTICE,welcome|journey"'
MENU = "GET OPTION hotline/menu 0123456789*# 5000"
ARMED_MENU = 'EXEC MSet "TIMEOUT(absolute)=11.5"'


def test_welcome_takes_one_command() -> None:
    """What the caller hears last, and where to go then, is told at once: the dialplan plays it, whatever becomes of us."""
    play = Play(citizens())
    play << 'EXEC MSet "HOTLINE_QUEUE=mandarin,HOTLINE_ACTION=queue,HOTLINE_GREET=welcome"' >> reply() << End.DONE
    assert play.dialogue.trips == 1


def test_closed_takes_one_command() -> None:
    """The dialplan hears that it is to say so and to hang up after it."""
    Play(closed()) << 'EXEC MSet "HOTLINE_ACTION=closed,HOTLINE_GREET=closed"' >> reply() << End.DONE


def test_only_the_last_words_are_left_to_the_dialplan() -> None:
    """A notice with more behind it is played here; a word that is no notice is told apart."""

    def talking() -> Journey:
        yield Greet("welcome")
        yield Say("sorry")
        yield Enqueue("minnan")

    play = (
        Play(talking()) << 'EXEC MSet "TIMEOUT(absolute)=6.5,HOTLINE_GREETED=welcome"' >> reply() << NOTICE >> reply()
    )
    play << 'STREAM FILE hotline/welcome ""' >> PLAYED
    play << 'EXEC MSet "HOTLINE_QUEUE=minnan,HOTLINE_ACTION=queue,HOTLINE_SAY=sorry"' >> reply() << End.DONE


def greeted(journey: Journey) -> Play:
    return Play(journey) << GREETING >> reply() << NOTICE >> reply() << 'STREAM FILE hotline/welcome ""' >> PLAYED


def test_a_key_chooses_the_queue() -> None:
    """Each question re-arms the deadline; the chosen queue replaces the line's own."""
    play = greeted(choosing()) << ARMED_MENU >> reply() << MENU >> key("2")
    play << 'EXEC MSet "HOTLINE_QUEUE=minnan,HOTLINE_ACTION=queue"' >> reply() << End.DONE


def test_the_menu_is_no_trap() -> None:
    """A wrong key, no key and a wrong key again: the caller goes to the line's own queue."""
    play = greeted(choosing())
    for answer in (key("7"), reply("0", endpos=32_000), key("#")):
        play << ARMED_MENU >> reply() << MENU >> answer
    play << End.DONE


def test_a_number_is_asked_in_one_command() -> None:
    """Several digits are gathered by Asterisk; what it answers reaches the journey."""
    heard: list[str] = []

    def asking() -> Journey:
        heard.append((yield Ask("menu", digits=4, seconds=2)))

    play = Play(asking()) << 'EXEC MSet "TIMEOUT(absolute)=14.5"' >> reply()
    play << "GET DATA hotline/menu 2000 4" >> Reply(200, "12", "timeout") << End.DONE
    assert heard == ["12"]


@pytest.mark.parametrize("journey", JOURNEYS)
@pytest.mark.parametrize("last", [GONE, DEAD])
def test_a_hang_up_ends_every_journey_at_every_step(journey: Callable[[], Journey], last: Reply) -> None:
    """Whichever command learns that the caller is gone, nothing more is said and the journey is closed."""
    steps = 0
    while True:
        play = Play(journey())
        for _ in range(steps):
            play >> PLAYED
        if play.over:
            break
        play >> last << End.HUNG_UP
        assert inspect.getgeneratorstate(play.journey) == inspect.GEN_CLOSED
        steps += 1
    assert steps >= 1


@pytest.mark.parametrize("journey", JOURNEYS)
def test_leaving_closes_the_journey_at_every_step(journey: Callable[[], Journey]) -> None:
    """A lost connection ends the script wherever it stands, so that its own clean-up runs."""
    steps = 0
    while True:
        play = Play(journey())
        for _ in range(steps):
            play >> PLAYED
        play.dialogue.leave()
        assert inspect.getgeneratorstate(play.journey) == inspect.GEN_CLOSED
        if play.over:
            return
        steps += 1


@pytest.mark.parametrize("journey", JOURNEYS)
def test_whatever_lasts_is_under_a_deadline(journey: Callable[[], Journey]) -> None:
    """Each command that makes the caller wait comes right after one that armed a deadline longer than itself."""
    dialogue = Dialogue(journey(), Sounds())
    armed, now = 0.0, dialogue.begin()
    while isinstance(now, Line):
        text = now.text.decode()
        if "TIMEOUT(absolute)=" in text:
            armed = float(text.split("TIMEOUT(absolute)=")[1].split(",")[0].strip('"\n'))
        if text.startswith(("STREAM", "GET")):
            assert armed >= 4.0 + MARGIN
            assert now.patience > armed
            armed = 0.0
        assert len(now.text) <= LINE_MOST
        assert now.text.count(b"\n") == 1
        now = dialogue.hear(PLAYED)


def test_a_prompt_that_cannot_be_played_is_reported() -> None:
    """A missing sound does not stop the journey; the dialogue tells which it was."""
    play = Play(choosing()) >> reply() >> reply() >> reply(endpos=0) << ARMED_MENU
    assert play.dialogue.silent == ["welcome"]


def test_a_refused_event_does_not_stop_the_journey() -> None:
    """An Asterisk without CELGenUserEvent still greets the caller."""
    Play(choosing()) >> reply() >> reply("-2") << 'STREAM FILE hotline/welcome ""' >> PLAYED << ARMED_MENU
