"""The parties of a live call as consoles are shown them: named, and since when they are so."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agents.desk import Desk
from cti.fold import Fold
from cti.ids import BridgeId, Instant
from hotline.consoles.live_participants import SPARE, LiveParticipants, Part
from tests.agents.desk_driver import LIN, S2, roster
from tests.cti.consultation import Consultation
from tests.cti.story import PLAN, Story
from tests.cti.test_endings import talk


@dataclass
class _Seats:
    desk: Desk


class _Shown:
    """A fold, and what is shown of its one call at a clock that the test moves."""

    def __init__(self, story: Story) -> None:
        self.story, self.fold, self.now, self._heard = story, Fold(PLAN), 5000.0, 0
        self.desk = Desk(roster())
        self.desk.restore({S2: replace(self.desk.seats[S2], agent=LIN)}, Instant(0.0))
        floor = _Seats(self.desk)
        book = {"110": "110 报警"}
        self.parts = LiveParticipants(self.fold.board, floor, book, lambda: self.now)  # type: ignore[arg-type]

    def look(self, passed: float = 0.0) -> list[Part]:
        self.now += passed
        for frame in self.story.frames[self._heard :]:
            self.fold.apply(frame)
        self._heard = len(self.story.frames)
        return self.parts.of(self.fold.board.calls[self.story.call])


def test_a_seat_has_its_agents_name_and_a_number_that_of_the_phone_book() -> None:
    story, leg, bridge = talk()
    consultation = Consultation(story, leg, BridgeId(bridge), "110")
    far = consultation.rings("telecom")
    consultation.answers(far)
    assert [(one.name, one.number) for one in _Shown(story).look()][2] == ("110 报警", "110")
    consultation.gone(far, 16)
    consultation.over()
    Consultation(story, leg, BridgeId(bridge), "8002").rings("8002")
    assert [(one.name, one.seat) for one in _Shown(story).look()][2] == ("林志强", "8002")


def test_a_seat_that_could_not_be_reached_is_a_seat() -> None:
    story, leg, bridge = talk()
    consultation = Consultation(story, leg, BridgeId(bridge), "8002")
    consultation.gone(consultation.rings("8002"), 17)
    consultation.over(17)
    failed = _Shown(story).look()[-1]
    assert (failed.seat, failed.name, failed.number, failed.reason) == ("8002", "林志强", "", "busy")


def test_since_when_a_party_is_what_it_is() -> None:
    """From one look to the next; what goes on keeps its clock, what changes begins one."""
    story, leg, bridge = talk()
    shown = _Shown(story)
    began = [one.since.timestamp() for one in shown.look()]
    assert [one.since.timestamp() for one in shown.look(10)] == began
    consultation = Consultation(story, leg, BridgeId(bridge), "8002")
    consultation.rings("8002")
    citizen, _agent, asked = shown.look(10)
    assert (citizen.state, citizen.since.timestamp()) == ("held", shown.now)
    assert asked.state == "ringing"
    assert shown.look(5)[0].since.timestamp() == shown.now - 5


def test_calls_that_are_over_are_forgotten() -> None:
    shown = _Shown(talk()[0])
    shown.look()
    for number in range(SPARE + 5):
        shown.parts._seen[f"xm1-{number}.1"] = {}  # type: ignore[index]
    shown.look()
    assert list(shown.parts._seen) == [shown.story.call]
