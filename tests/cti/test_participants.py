"""Who is in a call: each party's part, state, and whom it hears, at each moment of a consultation."""

from __future__ import annotations

from cti import frame_types as fr
from cti.fold import Fold
from cti.ids import BridgeId, LegId
from cti.participants import Participant, participants

from .consultation import Consultation
from .story import PLAN, Story
from .test_endings import talk

CITIZEN = "13806010001"


def seen(story: Story) -> list[Participant]:
    fold = Fold(PLAN)
    for frame in story.frames:
        fold.apply(frame)
    return list(participants(fold.board, fold.board.calls[story.call]))


def rows(story: Story) -> list[tuple[str, str, str, int, str]]:
    """(who, role, state, group, by)"""
    return [(one.seat or one.number, one.role.value, one.state.value, one.group, one.by) for one in seen(story)]


def consulting(to: str) -> tuple[Story, LegId, Consultation]:
    story, leg, bridge = talk()
    return story, leg, Consultation(story, leg, BridgeId(bridge), to)


def test_a_citizen_who_waits_and_one_whose_seat_rings() -> None:
    story = Story(0)
    story.arrive()
    story.queue()
    assert rows(story) == [(CITIZEN, "citizen", "waiting", 0, "")]
    story.offer("8001")
    assert rows(story)[1] == ("8001", "agent", "ringing", 0, "")


def test_a_talk() -> None:
    story, _leg, _bridge = talk()
    assert rows(story) == [(CITIZEN, "citizen", "talking", 1, ""), ("8001", "agent", "talking", 1, "")]


def test_a_consultation_that_rings_is_answered_and_swapped() -> None:
    """The citizen hears music meanwhile; who is asked is ``consulted`` by the seat that asks."""
    story, _leg, consultation = consulting("8002")
    other = consultation.rings("8002")
    assert rows(story) == [
        (CITIZEN, "citizen", "held", 0, ""),
        ("8001", "agent", "waiting", 0, ""),
        ("8002", "consulted", "ringing", 0, "8001"),
    ]
    consultation.answers(other)
    assert rows(story) == [
        (CITIZEN, "citizen", "held", 0, ""),
        ("8001", "agent", "talking", 1, ""),
        ("8002", "consulted", "talking", 1, "8001"),
    ]
    consultation.swaps()
    assert rows(story) == [
        (CITIZEN, "citizen", "talking", 1, ""),
        ("8001", "agent", "talking", 1, ""),
        ("8002", "consulted", "held", 0, "8001"),
    ]


def test_three_hear_each_other_and_two_stay() -> None:
    story, leg, consultation = consulting("8002")
    other = consultation.rings("8002")
    consultation.answers(other)
    consultation.joins()
    assert {group for *_, group, _by in rows(story)} == {1}
    story.say(fr.BridgeOut(story.at(), leg, consultation.home), fr.LegGone(story.at(), leg, 16, ""))
    assert rows(story) == [(CITIZEN, "citizen", "talking", 1, ""), ("8002", "agent", "talking", 1, "")]


def test_a_number_of_the_world_is_named_by_what_was_dialled() -> None:
    story, _leg, consultation = consulting("110")
    consultation.answers(consultation.rings("telecom"))
    assert rows(story)[2] == ("110", "consulted", "talking", 1, "8001")


def test_who_could_not_be_reached_stays_until_somebody_else_is_called() -> None:
    story, leg, consultation = consulting("12345")
    consultation.gone(consultation.rings("telecom"), 17)
    consultation.over(17)
    failed = seen(story)[-1]
    assert (failed.number, failed.state.value, failed.reason, failed.by) == ("12345", "failed", "busy", "8001")
    assert rows(story)[:2] == [(CITIZEN, "citizen", "talking", 1, ""), ("8001", "agent", "talking", 1, "")]
    Consultation(story, leg, consultation.home, "8002").rings("8002")
    assert [row[0] for row in rows(story)] == [CITIZEN, "8001", "8002"]


def test_a_hold_by_the_telephone_itself() -> None:
    """Who is held hears music; who holds is as it was."""
    story, leg, _bridge = talk()
    story.say(fr.HeldBy(story.at(), leg, True))
    assert [row[2] for row in rows(story)] == ["held", "talking"]


def test_a_hold_by_the_page_is_no_party() -> None:
    story, _leg, _consultation = consulting("hold")
    assert [row[:2] for row in rows(story)] == [(CITIZEN, "citizen"), ("8001", "agent")]
    assert rows(story)[0][2] == "held"


def test_after_a_restart_the_lists_tell_the_same() -> None:
    """Of a consultation under way, seen in a snapshot alone."""
    at = Story(0).at
    call = LegId("xm1-1000.1")
    board = Fold(PLAN)

    def leg(number: int, channel: str, bridge: str, *, up: bool = True) -> fr.LegSeen:
        ident = LegId(f"xm1-1000.{number}")
        caller = CITIZEN if number == 1 else ""
        return fr.LegSeen(
            at(), ident, channel, call, call, caller, "", "", up, BridgeId(bridge), "", 0, at()  # type: ignore[arg-type]
        )  # fmt: skip

    local = "Local/8002@transfer-targets-00000001"
    frames: list[fr.Frame] = [
        fr.SnapshotBegan(at()), leg(1, "PJSIP/telecom-00000001", "home"), leg(2, "PJSIP/8001-00000002", "ask"),
        leg(3, f"{local};1", "ask"), leg(4, f"{local};2", "far"), leg(5, "PJSIP/8002-00000003", "far"),
        fr.SnapshotEnded(at(), True),
    ]  # fmt: skip
    for frame in frames:
        board.apply(frame)
    told = participants(board.board, board.board.calls[call])  # type: ignore[index]
    assert [(one.seat or one.number, one.role.value, one.state.value, one.by) for one in told] == [
        (CITIZEN, "citizen", "held", ""), ("8001", "agent", "talking", ""), ("8002", "consulted", "talking", "8001"),
    ]  # fmt: skip
