"""What the dialplan says of a leg's sound, and which leg is recorded: rows to events."""

from __future__ import annotations

import json

import pytest

from cti import events as ev
from cti import frame_types as fr
from cti.cel_frames import Reader
from cti.cel_rows import Whole, cel
from cti.fold import Fold
from cti.ids import Instant

from .story import PLAN, Story
from .test_cel_reader import row


def frame(words: str) -> fr.Frame:
    told = row("MEDIA", 2.0, "xm1-1.1", user="MEDIA", extra=json.dumps({"extra": words}))
    (whole,) = cel(told.encode(), True).parts
    assert isinstance(whole, Whole)
    (found,) = Reader().cel(whole.row)
    return found


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("120|3|0.0015|118|0", (120, 3, 1.5, 118, 0)),
        ("0|0|0.000000|118|0", (0, 0, 0.0, 118, 0)),
        ("|||", (None, None, None, None, None)),
        ("x|-1|nan|99999999999|1e3", (None, None, None, None, None)),
        ("1", (1, None, None, None, None)),
        ("", (None, None, None, None, None)),
    ],
)
def test_what_went_over_a_leg(words: str, numbers: tuple[object, ...]) -> None:
    """Packets and jitter; what is no number is not known, and costs nothing else."""
    assert frame(words)[2:] == numbers


def test_it_is_told_of_a_living_leg_alone() -> None:
    story = Story(1)
    story.arrive()
    fold = Fold(PLAN, live=False)
    events = [event for one in story.frames for event in fold.apply(one)]
    arrived = next(event for event in events if isinstance(event, ev.CallArrived))
    told = fr.MediaTold(Instant(story.clock), arrived.leg, 9, 1, 2.0, 8, 0)
    assert fold.apply(told) == [ev.LegMedia(arrived.call, told.at, arrived.leg, 9, 1, 2.0, 8, 0)]
    assert fold.apply(told._replace(leg="xm1-9.9")) == []  # type: ignore[arg-type]


def test_the_recorded_leg_is_the_one_that_said_so() -> None:
    """R1: the file bears the name of the leg that called, and the called one is recorded."""
    story = Story(1)
    story.arrive()
    fold = Fold(PLAN, live=False)
    for one in story.frames:
        fold.apply(one)
    (begun,) = fold.apply(fr.Recorded(Instant(story.clock), story.caller, "another.raw"))
    assert isinstance(begun, ev.RecordingStarted)
    assert begun.leg == story.caller
