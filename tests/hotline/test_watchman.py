"""The watchman: what is shown, what is written, and that a ledger that is away is not waited for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from agents.events import Alarm, SeatAlarm, SeatAlarmCleared
from cti.ids import CallId, Instant, SeatId
from hotline.alarms import Bounds, Reading
from hotline.watchman import SEEN_SECONDS, Watchman
from ledger.alarms import AlarmRow
from ledger.errors import LedgerUnavailable
from recordings.events import RecordingFailed
from recordings.ports import Failed

NOON = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
DOWN = Reading(True, trunks_down={"telecom": "中国电信"}, backlog=0, dead_letters=0)
WELL = Reading(True, backlog=0, dead_letters=0)


class Book:
    def __init__(self) -> None:
        self.rows: dict[int, AlarmRow] = {}
        self.away = False

    async def keep(self, row: AlarmRow) -> None:
        if self.away:
            raise LedgerUnavailable("away")
        self.rows[row.id] = row

    async def open(self, now: datetime) -> Sequence[AlarmRow]:
        return [row for row in self.rows.values() if row.cleared_at is None or row.acknowledged_at is None]

    async def history(self, since: datetime | None, until: datetime | None, most: int) -> Sequence[AlarmRow]:
        return list(self.rows.values())


class House:
    """A watchman whose time and house the test holds."""

    def __init__(self, book: Book | None = None) -> None:
        self.book = book or Book()
        self.now, self.reading = NOON, WELL
        self.changed: list[str] = []
        self.watchman = Watchman(
            self.book, Bounds(10, 60, 20), self._read, self.changed.append, lambda: self.now,  # type: ignore[arg-type]
        )  # fmt: skip

    async def _read(self) -> Reading:
        return self.reading

    async def seconds(self, count: int) -> None:
        for _ in range(count):
            await self.watchman.look()
            self.now += timedelta(seconds=1)


async def test_a_trunk_that_is_down_is_shown_acknowledged_cleared_and_goes() -> None:
    house = House()
    house.reading = DOWN
    await house.seconds(6)
    ((ident, shown),) = house.watchman.shown.items()
    assert (shown.kind, shown.subject, shown.severity) == ("trunk_down", "telecom", "critical")
    row = await house.watchman.acknowledge(int(ident), "2001", "已报修")
    assert row is not None
    assert house.book.rows[int(ident)].acknowledged_by == "2001", "in the ledger when it returns"
    assert house.watchman.shown[ident].acknowledged_by == "2001"
    house.reading = WELL
    await house.seconds(6)
    assert house.watchman.shown[ident].cleared_at is not None
    await house.seconds(int(SEEN_SECONDS) + 2)
    assert not house.watchman.shown
    assert house.changed[-1] == ident


async def test_while_the_ledger_is_away_alarms_are_shown_and_written_later() -> None:
    house = House()
    house.book.away = True
    house.reading = DOWN
    await house.seconds(6)
    (ident,) = house.watchman.shown
    with pytest.raises(LedgerUnavailable):
        await house.watchman.acknowledge(int(ident), "2001", "")
    house.book.away = False
    await house.watchman.acknowledge(int(ident), "2001", "")
    assert house.book.rows[int(ident)].acknowledged_by == "2001"


async def test_a_new_watchman_finds_what_stands_and_doubles_nothing() -> None:
    before = House()
    before.reading = DOWN
    await before.seconds(6)
    await before.watchman.stop()
    after = House(before.book)
    after.now, after.reading = before.now, DOWN
    await after.watchman.start()
    assert after.watchman.shown.keys() == before.watchman.shown.keys()
    await after.seconds(6)
    assert len(after.watchman.shown) == 1
    await after.watchman.stop()


async def test_a_call_without_its_recording_is_to_be_seen() -> None:
    house = House()
    house.watchman.hear(RecordingFailed(Failed(CallId("xm1-1.1"), "missing", NOON)))
    (shown,) = house.watchman.shown.values()
    assert (shown.kind, shown.call, shown.cleared_at) == ("recording", "xm1-1.1", NOON)


async def test_what_the_desk_doubts_stands_until_it_is_clear() -> None:
    house = House()
    house.watchman.hear_seat(SeatAlarm(SeatId("8001"), Instant(0.0), Alarm.CONTRADICTION, "mandarin: paused"))
    house.watchman.hear_seat(SeatAlarm(SeatId("8002"), Instant(0.0), Alarm.UNREACHABLE, "…"))
    await house.seconds(2)
    (shown,) = house.watchman.shown.values()
    assert (shown.kind, shown.subject) == ("seat_queue", "8001")
    house.watchman.hear_seat(SeatAlarmCleared(SeatId("8001"), Instant(9.0), Alarm.CONTRADICTION))
    await house.seconds(2)
    (shown,) = house.watchman.shown.values()
    assert shown.cleared_at is not None
