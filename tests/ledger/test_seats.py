"""The seat log: intervals without gaps, and the memory a restart needs."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from agents.events import SeatNoted, SeatStateChanged
from agents.own_reasons import AgentId
from agents.presence import Presence
from agents.seat_state import SeatState, Then
from cti.equipment_events import BoardBlind, BoardLive, EndpointReach, LineChecked, Reach
from cti.ids import CallId, Instant, LineId, SeatId
from ledger import tables as t
from ledger.equipment import EquipmentTable
from ledger.rows import moment
from ledger.seats import SeatBook
from ledger.store import Store

from .desk import T0, contents

SEAT = SeatId("8001")


def change(at: float, new: Presence, agent: str = "1001", reason: str = "") -> SeatStateChanged:
    state = SeatState(SEAT, new, AgentId(agent), reason, Instant(T0 + at), then=Then.PAUSE)
    return SeatStateChanged(SEAT, Instant(T0 + at), AgentId(agent), Presence.PAUSED, new, reason, CallId(""), "", state)


@pytest.mark.parametrize(
    "pages", [("0", "1", "2"), ("012",), ("01", "2"), ("0", "1", "2", "2"), ("0", "01", "12"), ("012", "012", "0")]
)
async def test_intervals_follow_each_other(url: str, pages: tuple[str, ...]) -> None:
    """Each change ends the interval before it, however many are written at once; told twice is the same; the last is open."""
    store = Store(url)
    book = SeatBook(store)
    told = [change(0, Presence.PAUSED, reason="login"), change(5, Presence.READY), change(9, Presence.RINGING)]
    for some in pages:
        await book.write([told[int(one)] for one in some])
    async with store.reading() as db:
        rows = (await db.execute(sa.select(t.seat_log).order_by(t.seat_log.c.since))).all()
    assert [(row.state, row.until and row.until.timestamp() - T0) for row in rows] == [
        ("paused", 5),
        ("ready", 9),
        ("ringing", None),
    ]
    await store.close()


async def test_two_changes_at_the_same_moment_are_both_kept(url: str) -> None:
    """Wrap-up of no length: the interval begins and ends at once."""
    store = Store(url)
    book = SeatBook(store)
    await book.write([change(0, Presence.WRAP_UP)])
    await book.write([change(0, Presence.READY)])
    async with store.reading() as db:
        rows = {row.state: row.until for row in await db.execute(sa.select(t.seat_log))}
    assert rows == {"wrap_up": moment(T0), "ready": None}
    await store.close()


async def test_the_newest_memory_comes_back(url: str) -> None:
    """``keep`` changes the memory without an interval; ``last`` gives it back whole."""
    store = Store(url)
    book = SeatBook(store)
    one = change(0, Presence.READY)
    await book.write([one])
    kept = replace(one.state, missed=2)
    await book.write([SeatNoted(SEAT, Instant(T0 + 1), kept)])
    assert await book.last() == {SEAT: kept}
    await store.close()
    assert len(contents(url)["seat_log"]) == 1


async def test_the_plants_diary(url: str) -> None:
    """Checks, reach and blind times are kept once each; what was open is closed."""
    store = Store(url)
    diary = EquipmentTable(store, "xm1")
    events = [
        LineChecked(LineId("citizen"), Instant(T0), True, 5.5, ""),
        EndpointReach(Instant(T0), "8001", Reach.UNREACHABLE),
        BoardBlind(Instant(T0), "link lost"),
        BoardLive(Instant(T0 + 4), Instant(T0 - 99)),
    ]
    for one in (*events, *events[:3]):
        await diary.note(one)  # type: ignore[arg-type]
    await store.close()
    found = contents(url)
    assert [len(found[name]) for name in ("line_checks", "endpoint_reach", "blind_intervals")] == [1, 1, 1]
