"""How endings are told: by whom a call was ended, and whether its citizen had nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.read import parse
from cti import events as ev
from cti import frame_types as fr
from cti.events import Alone, EndedBy, TransferKind
from cti.fold import Fold
from cti.ids import BridgeId, CallId, LegId, LineId
from cti.numbering_plan import Plan
from hotline.lab.hotline_instance import shipped
from hotline.numbering_plan import plan_of

from .story import PLAN, Q, Story

TRUNK = "PJSIP/telecom-00000000"


def end(frames: list[fr.Frame], *, live: bool = False, plan: Plan = PLAN) -> tuple[ev.CallEnded, list[ev.Event]]:
    fold = Fold(plan, live=live)
    events = [event for frame in frames for event in fold.apply(frame)]
    ends = [event for event in events if isinstance(event, ev.CallEnded)]
    return ends[-1], events


def talk() -> tuple[Story, LegId, str]:
    story = Story(0)
    story.arrive()
    story.queue()
    leg = story.offer("8001")
    return story, leg, story.answer(leg)


@pytest.mark.parametrize(
    ("first", "seat_source", "caller_source", "cause", "by"),
    [
        ("seat", "PJSIP/8001-00000001", "dialplan/builtin", 16, EndedBy.SEAT),
        ("seat", "", "dialplan/builtin", 16, EndedBy.SEAT),
        ("seat", "", "", 16, EndedBy.SEAT),
        ("caller", TRUNK, TRUNK, 16, EndedBy.CALLER),
        ("caller", "", "dialplan/builtin", 102, EndedBy.SYSTEM),
    ],
    ids=["BYE of the seat", "its page", "page, without a dialplan", "BYE of the citizen", "time limit"],
)
def test_who_left_first_ended_the_talk(
    first: str, seat_source: str, caller_source: str, cause: int, by: EndedBy
) -> None:
    """By telephone or by page; the dialplan that clears up afterwards ended nothing."""
    story, leg, bridge = talk()
    legs = (leg, story.caller) if first == "seat" else (story.caller, leg)
    story.say(*(fr.BridgeOut(story.at(), one, bridge) for one in legs))  # type: ignore[arg-type]
    story.say(
        fr.LegGone(story.at(), leg, cause, seat_source), fr.LegGone(story.at(), story.caller, cause, caller_source)
    )
    told, _ = end(story.frames)
    assert (told.by, told.alone) == (by, Alone.NO)


@pytest.mark.parametrize("live", [True, False])
def test_who_answers_the_survey_and_hangs_up_ended_nothing(live: bool) -> None:
    """His agent did, seconds before. With the seat still there, on hold, it is he."""
    story, leg, bridge = talk()
    story.say(*(fr.BridgeOut(story.at(), one, bridge) for one in (leg, story.caller)))  # type: ignore[arg-type]
    gone = fr.LegGone(story.at(), leg, 16, "PJSIP/8001-00000001")
    said: list[fr.Frame] = [fr.LegAsked(story.at(8), story.caller)] if live else []
    left: list[fr.Frame] = [*said, fr.LegGone(story.at(), story.caller, 16, "" if live else TRUNK)]
    told, _ = end([*story.frames, gone, *left], live=live)
    assert (told.by, told.alone) == (EndedBy.SEAT, Alone.NO)
    told, _ = end([*story.frames, *left, fr.LegGone(story.at(9), leg, 16, "")], live=live)
    assert told.by is EndedBy.CALLER


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("first", ["seat", "caller"])
def test_a_talk_that_we_cut_was_ended_by_us(first: str, live: bool) -> None:
    """Whoever leaves the bridge first when both legs are hung up for our own end (cause 39) has ended nothing."""
    story, leg, bridge = talk()
    for one in (leg, story.caller) if first == "seat" else (story.caller, leg):
        story.say(fr.BridgeOut(story.at(), one, bridge), fr.LegGone(story.at(), one, 39, ""))  # type: ignore[arg-type]
    told, _ = end(story.frames, live=live)
    assert (told.by, told.alone) == (EndedBy.STOPPED, Alone.NO)


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize(
    ("to", "kind", "alone"),
    [
        ("8003", TransferKind.BLIND, Alone.GIVEN), ("110", TransferKind.BLIND, Alone.GIVEN),
        ("head", TransferKind.BLIND, Alone.LET_GO), ("minnan", TransferKind.QUEUE, Alone.GIVEN),
    ],
)  # fmt: skip
def test_who_was_given_to_nobody_is_alone(to: str, kind: TransferKind, alone: Alone, live: bool) -> None:
    """He waits again, or hears it ring, and gives up."""
    for waits in (True, False):
        story, leg, bridge = talk()
        story.say(fr.Transferred(story.at(20), leg, kind, to, LegId("")))
        story.say(fr.BridgeOut(story.at(), story.caller, bridge), fr.LegGone(story.at(), leg, 16, ""))  # type: ignore[arg-type]
        if waits:
            story.say(fr.QueueIn(story.at(), story.caller, Q, 1))
        story.say(fr.LegAsked(story.at(9), story.caller), fr.LegGone(story.at(), story.caller, 16, TRUNK))
        told, _ = end(story.frames, live=live)
        assert (told.by, told.alone) == (EndedBy.CALLER, alone)


def test_who_was_given_to_somebody_is_not_alone() -> None:
    """The world answers him."""
    story, leg, bridge = talk()
    story.say(fr.Transferred(story.at(20), leg, TransferKind.BLIND, "110", LegId("")))
    story.say(fr.BridgeOut(story.at(), story.caller, bridge), fr.LegGone(story.at(), leg, 16, ""))  # type: ignore[arg-type]
    far = story.leg()
    story.say(fr.LegNew(story.at(), far, "PJSIP/telecom-00000009", story.caller, story.call, "", "", "", False))
    story.say(fr.LegUp(story.at(), far), fr.BridgeIn(story.at(), far, "b-9", False))  # type: ignore[arg-type]
    story.say(fr.BridgeIn(story.at(), story.caller, "b-9", False))  # type: ignore[arg-type]
    story.say(fr.BridgeOut(story.at(30), far, "b-9"), fr.LegGone(story.at(), far, 16, "PJSIP/telecom-00000009"))  # type: ignore[arg-type]
    story.say(fr.LegGone(story.at(), story.caller, 16, "dialplan/builtin"))
    told, _ = end(story.frames)
    assert (told.by, told.alone) == (EndedBy.CALLED, Alone.NO)


def test_a_phone_that_let_go_before_it_heard_leaves_its_citizen_alone() -> None:
    """No bridge at all, and the queue again."""
    story = Story(0)
    story.arrive()
    story.queue()
    leg = story.offer("8001")
    story.say(fr.LegUp(story.at(), leg), fr.LegGone(story.at(0.001), leg, 16, f"PJSIP/8001-{0:05x}{story.legs:03x}"))
    story.say(fr.QueueIn(story.at(), story.caller, Q, 1), fr.LegGone(story.at(9), story.caller, 16, TRUNK))
    told, events = end(story.frames)
    assert (told.by, told.alone, told.talked) == (EndedBy.CALLER, Alone.LET_GO, False)
    assert next(event.asked for event in events if isinstance(event, ev.LegEnded) and event.leg == leg)


def test_a_leg_that_fell_silent_leaves_its_citizen_alone() -> None:
    """Ended by Asterisk, because no sound came."""
    story, leg, bridge = talk()
    story.say(fr.BridgeOut(story.at(60), leg, bridge), fr.BridgeOut(story.at(), story.caller, bridge))  # type: ignore[arg-type]
    story.say(fr.LegGone(story.at(), leg, 44, ""), fr.LegGone(story.at(3), story.caller, 16, TRUNK))
    told, _ = end(story.frames)
    assert told.alone is Alone.LET_GO


def test_a_call_over_at_once_has_the_line_of_its_number() -> None:
    """CANCEL right behind INVITE: the dialplan had no time to say so."""
    story = Story(0)
    story.arrive()
    story.frames = [frame for frame in story.frames if isinstance(frame, fr.LegNew)]
    story.say(fr.LegGone(story.at(0.001), story.caller, 0, TRUNK))
    dialled = next(frame.exten for frame in story.frames if isinstance(frame, fr.LegNew))
    plan = Plan(PLAN.trunks, PLAN.seats, lines={dialled: LineId("citizen")}, partners={dialled: "12345"})
    _, events = end(story.frames, plan=plan)
    (lined,) = [event for event in events if isinstance(event, ev.CallLined)]
    assert (lined.line, lined.trunk, lined.partner) == ("citizen", "telecom", "12345")


@pytest.mark.parametrize("written", ["12319", "+8659212319", "8659212319", "+86-592-12319", "(0592)12319"])
def test_the_line_of_a_number_in_every_spelling(written: str) -> None:
    """As the dialplan would have said it (``config/called_numbers.py``)."""
    story = Story(0)
    story.arrive()
    told = [frame._replace(exten=written) for frame in story.frames if isinstance(frame, fr.LegNew)]
    ends = fr.LegGone(story.at(0.001), story.caller, 0, TRUNK)
    plan = replace(plan_of(parse(shipped())), trunks=PLAN.trunks, seats=PLAN.seats)
    _, events = end([*told, ends], plan=plan)
    (lined,) = [event for event in events if isinstance(event, ev.CallLined)]
    assert (lined.line, lined.number in ("12319", "059212319")) == ("citizen", True)


@pytest.mark.parametrize("joined_first", [True, False])
def test_an_attended_transfer_to_the_world_names_the_number(joined_first: bool) -> None:
    """By the phone's second line (REFER with Replaces): never the trunk; the citizen's number was dialled by him."""
    story, leg, bridge = talk()
    second, far = story.leg(), story.leg()
    story.say(fr.LegNew(story.at(9), second, "PJSIP/8001-00000077", second, CallId(""), "8001", "", "110", True))
    story.say(fr.LegNew(story.at(), far, "PJSIP/telecom-00000078", second, CallId(second), "", "", "", False))
    story.say(fr.LegUp(story.at(), second), fr.LegUp(story.at(), far))
    aside = BridgeId("b-aside")
    story.say(fr.BridgeIn(story.at(), second, aside, False), fr.BridgeIn(story.at(), far, aside, False))
    given = fr.Transferred(story.at(9), leg, TransferKind.ATTENDED, "", far, second)
    moved = (fr.BridgeOut(story.at(), far, aside), fr.BridgeIn(story.at(), far, bridge, False))  # type: ignore[arg-type]
    story.say(*((*moved, given) if joined_first else (given, *moved)))
    story.say(fr.BridgeOut(story.at(), leg, bridge), fr.LegGone(story.at(), leg, 16, ""))  # type: ignore[arg-type]
    story.say(fr.LegGone(story.at(), second, 16, ""), fr.LegGone(story.at(20), far, 16, "PJSIP/telecom-00000078"))
    story.say(fr.LegGone(story.at(), story.caller, 16, "dialplan/builtin"))
    _, events = end(story.frames)
    (transfer,) = [event for event in events if isinstance(event, ev.CallTransferred)]
    assert (transfer.by, transfer.to) == ("8001", "110")
    merged = {event.merged for event in events if isinstance(event, ev.CallsMerged)}
    ended = {event.call: event.by for event in events if isinstance(event, ev.CallEnded)}
    assert {ended[call] for call in merged} == {EndedBy.SEAT}


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize(
    ("cause", "result"),
    [
        (17, ev.OfferResult.REFUSED),  # 486
        (21, ev.OfferResult.REFUSED),  # 603
        (19, ev.OfferResult.UNABLE),  # 480
        (20, ev.OfferResult.UNABLE),  # not registered
        (23, ev.OfferResult.UNABLE),  # 302 to somebody outside
        (34, ev.OfferResult.UNABLE),  # 503
        (38, ev.OfferResult.UNABLE),  # 500
    ],
)
def test_whose_no_it_was(cause: int, result: ev.OfferResult, live: bool) -> None:
    """A person's, or the phone's: only the one is a missed call of the agent."""
    story = Story(0)
    story.arrive()
    story.queue()
    leg = story.offer("8001")
    story.say(fr.LegGone(story.at(), leg, cause, ""), fr.LegGone(story.at(9), story.caller, 16, TRUNK))
    _, events = end(story.frames, live=live)
    assert [event.result for event in events if isinstance(event, ev.OfferEnded)] == [result]


@pytest.mark.parametrize(("rang", "result"), [(0.01, ev.OfferResult.UNABLE), (3.0, ev.OfferResult.MISSED)])
def test_what_ends_at_once_without_a_cause_has_not_rung_out(rang: float, result: ev.OfferResult) -> None:
    """A telephone that forwards to a number of ours: Asterisk lets its leg go, and says no cause, as when it rings out."""
    story = Story(0)
    story.arrive()
    story.queue()
    leg = story.offer("8001")
    story.say(fr.LegGone(story.at(rang), leg, 0, ""))
    second = story.offer("8002")
    bridge = story.answer(second)
    story.talk_over(second, bridge)
    _, events = end(story.frames)
    assert next(event.result for event in events if isinstance(event, ev.OfferEnded)) == result
