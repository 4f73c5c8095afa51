"""Whoever goes through lists page by page is in the audit log, once for each so many rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bridge.delivery_state import DeliveryState
from console.bulk_reads import BulkReads
from console.published_events import ReadInBulk
from cti.ids import CallId
from tests.console.test_ticket_acts import OWN, town
from tests.fakes.books import task
from tests.fakes.hotline import CALL, NOON, Call, FakeHotline, door, services
from tests.fakes.people import browser, command_line, populate, signed_in

LISTS = {"/api/calls": "calls", "/api/wall/calls?set=offered": "calls", "/api/tickets": "tickets",
         "/api/wall/tickets": "tickets", "/api/callbacks": "callbacks"}  # fmt: skip


@pytest.fixture
def fake() -> FakeHotline:
    fake = populate(FakeHotline())
    fake.now = NOON
    fake.known = {call: Call(call) for call in (CallId(f"xm1-{n}.1") for n in range(200))}
    return fake


async def test_a_page_after_the_other_leaves_a_row_each_so_many(fake: FakeHotline) -> None:
    heard: list[object] = []
    given = replace(services(fake), bulk=BulkReads(500, heard.append))
    async with browser(door(given), signed_in(fake, "2001")) as chief:
        for _page in range(7):
            assert len((await chief.get("/api/calls")).json()) == 200
    told = [row.detail for row in fake.log.entries if row.action == "read_in_bulk"]
    assert told == ["rows_today=600,what=calls", "rows_today=1000,what=calls"]
    assert heard == [ReadInBulk("2001", "calls", 600), ReadInBulk("2001", "calls", 1000)]


async def test_each_counts_alone_and_each_day_anew(fake: FakeHotline) -> None:
    """Two people who read half as much are nobody's bulk; the machine's own command line is not counted."""
    app = door(services(fake))
    async with browser(app, signed_in(fake, "2001")) as chief, browser(app, signed_in(fake, "audit")) as auditor:
        for one in (chief, auditor):
            for _page in range(2):
                await one.get("/api/calls")
        fake.now = NOON + timedelta(days=1)
        signed_in(fake, "2001")
    async with browser(app, signed_in(fake, "2001")) as chief:
        await chief.get("/api/calls")
    async with command_line(app) as machine:
        for _page in range(9):
            await machine.get("/api/calls")
    assert "read_in_bulk" not in fake.log.actions


@pytest.mark.parametrize("path", LISTS)
async def test_every_list_of_all_is_counted(fake: FakeHotline, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that show others' calls, tickets and call-backs; one's own calls and tickets are one's own."""
    given, counted = services(fake), []

    async def count(_audit: object, _now: object, who: object, what: str, rows: object) -> None:
        counted.append(what)

    monkeypatch.setattr(given.bulk, "count", count)
    async with browser(door(replace(given)), signed_in(fake, "2001")) as chief:
        assert (await chief.get(path)).status_code == 200
    assert counted == [LISTS[path]]


SINGLES = {
    **{(f"/api/calls/{CALL}{more}", who): "calls" for more in ("", "/pop") for who in ("2001", "audit")},
    **{(f"/api/tickets/{{ticket}}{more}", who): "tickets" for more in ("", "/story") for who in ("2001", "audit")},
    **{(f"/api/calls/{CALL}/tickets", who): "tickets" for who in ("2001", "audit")},
    ("/api/callbacks/b1", "2001"): "callbacks", ("/api/dead-letters", "admin"): "tickets",
}  # fmt: skip


@pytest.mark.parametrize(("path", "who"), SINGLES, ids=str)
async def test_row_by_row_is_in_bulk_too(path: str, who: str) -> None:
    """Who asks for each by its own id is shown as much; the same again is not one more; what is one's own counts for nothing."""
    fake = town()
    if who == "admin":
        fake.book.put(replace(fake.book.rows[OWN.id], state=DeliveryState.POISONED))
    fake.shelf.callbacks.rows = {"b1": task("b1")}
    heard: list[object] = []
    app = door(replace(services(fake), bulk=BulkReads(1, heard.append)))
    place = path.format(ticket=OWN.id)
    async with browser(app, signed_in(fake, who)) as client:
        for _again in range(3):
            assert (await client.get(place)).status_code == 200
    assert [(one.account, one.what) for one in heard if isinstance(one, ReadInBulk)] == [(who, SINGLES[path, who])]
    if who == "2001" and not path.startswith("/api/callbacks"):
        async with browser(app, signed_in(fake, "1001", "8001")) as anna:
            assert (await anna.get(place)).status_code == 200
        assert len(heard) == 1
