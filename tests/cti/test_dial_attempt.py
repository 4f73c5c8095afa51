"""What became of calling somebody in: told once, with whose wish it was, to whom, and why not."""

from __future__ import annotations

import pytest

from cti import events as ev
from cti import frame_types as fr
from cti.dial_attempt import dialled_by_local
from cti.events import DialResult, DialWay
from cti.fold import Fold
from cti.ids import BridgeId, LegId, SeatId

from .consultation import Consultation
from .story import PLAN, Story
from .test_endings import talk

A = SeatId("8001")


def ends(frames: list[fr.Frame], *, live: bool = True) -> list[tuple[DialWay, str, str, DialResult]]:
    fold = Fold(PLAN, live=live)
    events = [event for frame in frames for event in fold.apply(frame)]
    return [(e.way, e.by, e.to, e.result) for e in events if isinstance(e, ev.DialEnded)]


def consulting(to: str) -> tuple[Story, Consultation]:
    story, leg, bridge = talk()
    return story, Consultation(story, leg, BridgeId(bridge), to)


def test_who_answers_a_consultation_is_told_to_whom_asked() -> None:
    story, consultation = consulting("8002")
    consultation.answers(consultation.rings("8002"))
    consultation.over()
    assert ends(story.frames) == [(DialWay.CONSULT, "8001", "8002", DialResult.ANSWERED)]


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (17, DialResult.BUSY),
        (21, DialResult.DECLINED),
        (1, DialResult.WRONG_NUMBER),
        (28, DialResult.WRONG_NUMBER),
        (19, DialResult.NO_ANSWER),
        (34, DialResult.UNREACHABLE),
        (20, DialResult.UNREACHABLE),
    ],
)
def test_a_consultation_that_fails_says_why(cause: int, said: DialResult) -> None:
    """The second trunk's no counts like the first's, and one result is told, when nobody is called any more."""
    story, consultation = consulting("12345")
    consultation.gone(consultation.rings("telecom"), 34)
    consultation.gone(consultation.rings("unicom"), cause)
    assert ends(story.frames) == []
    consultation.over(cause)
    assert ends(story.frames) == [(DialWay.CONSULT, "8001", "12345", said)]


def test_one_trunk_fails_and_the_next_is_answered() -> None:
    story, consultation = consulting("110")
    consultation.gone(consultation.rings("telecom"), 34)
    consultation.answers(consultation.rings("unicom"))
    assert [result for *_, result in ends(story.frames)] == [DialResult.ANSWERED]


def test_who_rang_out_and_who_was_let_go() -> None:
    """Asterisk's DialEnd says NOANSWER or CANCEL; whoever was asked for so long did not answer, whoever let go then."""
    for withdrawn, seconds, said in (
        (False, 1.0, DialResult.NO_ANSWER),
        (True, 1.0, DialResult.CANCELLED),
        (True, 20.0, DialResult.NO_ANSWER),
    ):
        story, consultation = consulting("8002")
        leg = consultation.rings("8002")
        story.say(fr.RangOut(story.at(seconds), leg, withdrawn))
        consultation.gone(leg, 0)
        consultation.over()
        assert [result for *_, result in ends(story.frames)] == [said]


def test_a_number_that_is_not_let_out() -> None:
    """No telephone is called; the dialplan says so on the far half."""
    story, consultation = consulting("9005551234")
    story.say(fr.DialForbidden(story.at(), consultation.far, SeatId("8001"), "9005551234", "number"))
    consultation.over(21)
    assert ends(story.frames) == [(DialWay.CONSULT, "8001", "9005551234", DialResult.NOT_ALLOWED)]


def test_a_hold_calls_nobody() -> None:
    story, consultation = consulting("hold")
    consultation.over()
    assert ends(story.frames) == []


def _own_call(cause: int | None) -> list[fr.Frame]:
    story = Story(0)
    seat, far = story.caller, LegId("xm1-1000.2")
    story.say(
        fr.LegNew(story.at(), seat, "PJSIP/8001-00000001", seat, story.call, "", "", "s", False),
        fr.LegUp(story.at(), seat),
        fr.Dialled(story.at(), seat, "13800138000"),
        fr.LegNew(story.at(), far, "PJSIP/telecom-00000002", seat, story.call, "", "", "", False),
    )
    if cause is None:
        story.say(fr.LegUp(story.at(), far))
    else:
        story.say(fr.LegGone(story.at(), far, cause, ""), fr.LegGone(story.at(), seat, cause, ""))
    return story.frames


@pytest.mark.parametrize(
    ("cause", "said"), [(17, DialResult.BUSY), (1, DialResult.WRONG_NUMBER), (None, DialResult.ANSWERED)]
)
def test_a_seats_own_call(cause: int | None, said: DialResult) -> None:
    assert ends(_own_call(cause)) == [(DialWay.CALL, "8001", "13800138000", said)]


def _given(cause: int | None) -> list[fr.Frame]:
    story, leg, bridge = talk()
    say, at = story.say, story.at
    say(
        fr.Transferred(at(), leg, ev.TransferKind.BLIND, "8002", LegId("")),
        fr.BridgeOut(at(), story.caller, BridgeId(bridge)),
        fr.BridgeOut(at(), leg, BridgeId(bridge)),
        fr.LegGone(at(), leg, 16, ""),
    )
    if cause == 0:  # the dialplan rings no telephone that talks
        story.queue()
        return story.frames
    target = story.offer("8002")
    if cause is None:
        story.answer(target)
    else:
        say(fr.LegGone(at(), target, cause, ""))
        story.queue()
    return story.frames


@pytest.mark.parametrize(
    ("cause", "said"),
    [(17, DialResult.BUSY), (21, DialResult.DECLINED), (None, DialResult.ANSWERED), (0, DialResult.BUSY)],
)
def test_a_citizen_given_away(cause: int | None, said: DialResult) -> None:
    """Whoever gave him away hears what came of it, though his own telephone has long been put down."""
    assert ends(_given(cause)) == [(DialWay.TRANSFER, "8001", "8002", said)]


def test_the_book_tells_none_of_it() -> None:
    """It is for whoever sits there now; what is kept of offers and transfers the ledger has of the book."""
    assert ends(_own_call(17), live=False) == []


def test_the_number_a_local_channel_calls() -> None:
    assert dialled_by_local("Local/13800138000@transfer-targets-00000001;2") == "13800138000"
    assert dialled_by_local("PJSIP/8001-00000001") == ""
