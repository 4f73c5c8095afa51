"""What goes wrong while the daemon starts is an alarm too, though the console that hears of it is made last."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.events import Alarm, SeatAlarm
from cti.equipment_events import ClockStepped
from cti.ids import CallId, Instant, SeatId
from cti.journey_events import PromptUnplayed
from hotline.alarms.alarm_service import AlarmService
from hotline.alarms.early_events import EarlyEvents
from hotline.books.build import Books
from hotline.bus import Bus

from .test_event_listeners import started

STEPPED = ClockStepped(Instant(1.0), -60.0, "hotline.csv")
UNPLAYED = PromptUnplayed(CallId("xm1-1.1"), Instant(2.0), "welcome")
SEAT_LOG = SeatAlarm(SeatId("8001"), Instant(3.0), Alarm.LOG, "no room")


def test_what_was_heard_before_comes_first_and_all_that_comes_after() -> None:
    book, house = Bus(), Bus()
    early = EarlyEvents(book, house)
    book.publish(STEPPED)
    house.publish(SEAT_LOG)
    heard: list[object] = []
    early.hand_over(heard.append)
    assert heard == [STEPPED, SEAT_LOG]
    book.publish(UNPLAYED)
    assert heard == [STEPPED, SEAT_LOG, UNPLAYED]


@pytest.mark.bound(60)
@pytest.mark.slow
async def test_what_the_book_tells_while_it_catches_up_is_an_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The composition root itself: the book is read up before anybody could listen at a console."""
    opened, begun, services = Books.open, AlarmService.start, list[AlarmService]()

    async def opens(self: Books) -> None:
        await opened(self)
        for event in (STEPPED, UNPLAYED):
            self.reader._publish(event)

    async def begins(self: AlarmService) -> None:
        services.append(self)
        await begun(self)

    monkeypatch.setattr(Books, "open", opens)
    monkeypatch.setattr(AlarmService, "start", begins)
    async with started(tmp_path, monkeypatch):
        (service,) = services
        assert {("clock", "hotline.csv"), ("prompt", "welcome")} <= {
            (row.kind, row.subject) for row in service.shown.values()
        }
