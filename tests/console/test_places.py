"""Places offered to the form, what lies at a point, and what was filed before of the same matter."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pytest
from starlette.types import ASGIApp
from structlog.testing import capture_logs

from bridge.delivery_state import DeliveryState
from bridge.gazetteer.coordinates import Point
from bridge.gazetteer.divisions import Division
from bridge.gazetteer.entries import Candidate, Spot
from bridge.gazetteer.grid import Outline
from bridge.ports import Push
from bridge.repeat import Matter, Reason
from bridge.ticket import Place, Subject
from console.bulk_reads import BulkReads
from console.place_search import PlaceSearch
from console.words_in_headers import MATTER, POINT
from cti.ids import CallId
from ledger.repeats import Repeat
from tests.bridge.made import ticket
from tests.fakes.hotline import CALL, NOON, Call, FakeHotline, door, services
from tests.fakes.people import browser, populate, signed_in
from tests.fakes.said import said

ROAD = Candidate(
    "湖滨南路",
    "road",
    "",
    "思明区",
    "筼筜街道",
    "官任社区居委会",
    "350203008001",
    "350203008001003",
    118.1,
    24.472,
    "WGS84",
    "D",
    "",
    True,
    99.0,
)


@dataclass
class Book:
    asked: list[tuple[str, int]] = field(default_factory=list)

    def find(self, said: str, most: int = 10) -> Sequence[Candidate]:
        self.asked.append((said, most))
        return [ROAD]

    def at(self, point: Point) -> Spot:
        return Spot("350203008001003", True, "350203008001", ("思明区", "筼筜街道"), 118.1, 24.47, "")

    def areas(self) -> Sequence[Division]:
        return [Division("350203", "district", "思明区", "思明", "350200")]

    def outlines(self) -> Sequence[Outline]:
        return [Outline("350203", "思明区", "district", ((118.0, 24.4, 118.2, 24.4, 118.1, 24.5),), True)]


@dataclass
class Repeats:
    told: Sequence[Repeat] = ()
    asked: list[tuple[Matter, datetime, str]] = field(default_factory=list)

    async def find(self, matter: Matter, since: datetime, but: str = "", most: int = 10) -> Sequence[Repeat]:
        self.asked.append((matter, since, but))
        return self.told


def _repeat(n: int, **more: Any) -> Repeat:
    one = ticket(
        n, agent="1003", place=Place("湖滨南路12号 13912345678"), subject=Subject("s", "1", "0303", "part"), **more
    )
    return Repeat(
        Push(one, DeliveryState.DELIVERED, 1, 0, NOON, True, case_number=f"2026112900{n:04}"),
        65.0,
        (Reason.ADDRESS, Reason.CALLER),
        3.5,
    )


async def _house(repeats: Repeats | None = None) -> tuple[FakeHotline, ASGIApp, Book]:
    fake, book = populate(FakeHotline()), Book()
    given = services(fake)
    places = PlaceSearch(lambda: book)
    places.start()
    assert given.books is not None
    return fake, door(replace(given, places=places, books=replace(given.books, repeats=repeats or Repeats()))), book


async def test_places_are_offered() -> None:
    fake, app, book = await _house()
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        told = (await client.get("/api/places", params={"most": 8}, headers=said(q="湖滨"))).json()
        nothing = (await client.get("/api/places")).json()
    assert told["places"][0]["grid_code"] == "350203008001003"
    assert nothing["places"] == []
    assert book.asked == [("湖滨", 8)]


async def test_the_longest_that_may_be_typed() -> None:
    fake, app, _book = await _house()
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        fine = await client.get("/api/places", headers=said(q="湖" * 80))
        long = await client.get("/api/places", headers=said(q="湖" * 81))
    assert (fine.status_code, long.status_code) == (200, 422)


async def test_without_a_gazetteer_the_form_goes_on() -> None:
    """503, in a sentence: the address is typed by hand. Also where one is there and cannot be opened."""

    def damaged() -> Book:
        raise EOFError("cut short")

    fake, broken = populate(FakeHotline()), PlaceSearch(damaged)
    broken.start()
    with capture_logs() as logged:
        for places in (None, PlaceSearch(Book), broken):
            async with browser(door(replace(services(fake), places=places)), signed_in(fake, "1001", "8001")) as client:
                assert (await client.get("/api/places", headers=said(q="湖滨"))).status_code == 503
                assert (await client.get("/api/places/at", headers={POINT: "118.1,24.4,WGS84"})).status_code == 503
    assert [row["event"] for row in logged] == ["the gazetteer cannot be opened: no place is offered"]


@pytest.mark.parametrize(
    ("point", "field"),
    [("", "point"), ("118.1", "point"), ("a,b,WGS84", "point"), ("118.1,24.4", "crs"), ("118.1,24.4,mars", "crs"), ("24.4,118.1,WGS84", "lat"),
     ("nan,24.4,WGS84", "lng")],
)  # fmt: skip
async def test_points_that_are_refused(point: str, field: str) -> None:
    """Above all a pair without the name of its system."""
    fake, app, _book = await _house()
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        reply = await client.get("/api/places/at", headers={POINT: point})
    assert (reply.status_code, reply.json()["field"]) == (422, field)


async def test_a_point() -> None:
    fake, app, _book = await _house()
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        told = (await client.get("/api/places/at", headers={POINT: "118.1,24.47,GCJ02"})).json()
    assert (told["grid_code"], told["area"]) == ("350203008001003", ["思明区", "筼筜街道"])


async def test_divisions_to_choose_from() -> None:
    fake, app, _book = await _house()
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        told = (await client.get("/api/places/divisions")).json()
    assert told == [{"code": "350203", "level": "district", "name": "思明区", "parent": "350200"}]


async def test_outlines_to_be_drawn() -> None:
    fake, app, _book = await _house()
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        (one,) = (await client.get("/api/places/outlines")).json()
    assert (one["level"], one["sample"], one["rings"][0][:2]) == ("district", True, [118.0, 24.4])


def typed(**matter: Any) -> dict[str, str]:
    return {MATTER: quote(json.dumps(matter, ensure_ascii=False))}


async def test_repeats_of_the_own_call() -> None:
    """The matter is what was typed and who calls; whose the earlier ones were is told to nobody, and the log knows."""
    book = Repeats([_repeat(1)])
    fake, app, _book = await _house(book)
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        where = f"/api/calls/{CALL}/repeats"
        (one,) = (
            await client.get(where, headers=typed(address="湖滨南路12号", code="0303", code_kind="part", scheme="s"))
        ).json()
        await client.get(where)
    matter, _since, but = book.asked[0]
    assert (matter.caller, matter.addresses[1], matter.code, but) == ("13800000001", "湖滨南路12号", "0303", CALL)
    assert (one["reasons"], one["metres"], one["case_number"]) == (["address", "caller"], 3.5, "20261129000001")
    assert "13912345678" not in json.dumps(one)
    assert not {"person", "facts", "content", "agent"} & set(one)
    assert fake.log.actions.count("repeats_shown") == 1


@pytest.mark.parametrize(
    ("call", "outcome", "shown"), [("xm1-9.9", "ticket", 0), ("xm1-9.9", "", 1), (CALL, "ticket", 1)]
)
async def test_a_past_own_call_tells_nothing_more(call: str, outcome: str, shown: int) -> None:
    """Settled, and not at the own seat any more: an agent is told nothing; a supervisor who sees all tickets is."""
    fake, app, _book = await _house(Repeats([_repeat(1)]))
    fake.known[CallId(call)] = Call(CallId(call), ended_at=NOON, outcome=outcome)
    for account, found in (("1001", shown), ("2001", 1)):
        async with browser(app, signed_in(fake, account, "8001" if account == "1001" else "")) as client:
            assert len((await client.get(f"/api/calls/{call}/repeats")).json()) == found


async def test_others_that_appear_later_are_audited_too() -> None:
    first, second = _repeat(1), _repeat(2)
    book = Repeats([first])
    fake, app, _book = await _house(book)
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        await client.get(f"/api/calls/{CALL}/repeats")
        book.told = [first, second]
        for _turn in range(2):
            await client.get(f"/api/calls/{CALL}/repeats")
    assert [row.detail for row in fake.log.entries if row.action == "repeats_shown"] == [
        f"first={one.push.ticket.id},tickets=1" for one in (first, second)
    ]


async def test_they_are_counted_as_rows_that_are_read() -> None:
    fake = populate(FakeHotline())
    given = services(fake)
    assert given.books is not None
    book = replace(given.books, repeats=Repeats([_repeat(1), _repeat(2)]))
    app = door(replace(given, books=book, bulk=BulkReads(2)))
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        for _turn in range(2):
            await client.get(f"/api/calls/{CALL}/repeats")
    assert fake.log.actions.count("read_in_bulk") == 1


async def test_a_confidential_one_cannot_be_located() -> None:
    """No metres, a score that is the same wherever it lies, not whose it is; found by its citizen alone it is not told."""
    near = replace(_repeat(1, confidential=True), reasons=(Reason.CALLER, Reason.NEAR), score=62.3)
    far = replace(_repeat(2, confidential=True), reasons=(Reason.NEAR,), score=30.1)
    theirs = replace(_repeat(3, confidential=True), reasons=(Reason.CALLER,), score=30.0)
    fake, app, _book = await _house(Repeats([near, far, theirs]))
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        found = (await client.get(f"/api/calls/{CALL}/repeats")).json()
    assert [(one["metres"], one["score"], one["reasons"]) for one in found] == [(None, 35.0, ["near"])] * 2


async def test_a_confidential_one_shows_that_it_is() -> None:
    fake, app, _book = await _house(Repeats([_repeat(1, confidential=True)]))
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        (one,) = (await client.get(f"/api/calls/{CALL}/repeats")).json()
    assert (one["title"], one["address"], one["withheld"]) == ("", "", True)
    assert one["case_number"]


async def test_nobody_asks_of_anothers_call() -> None:
    fake, app, _book = await _house(Repeats([_repeat(1)]))
    async with browser(app, signed_in(fake, "1003", "8002")) as client:
        assert (await client.get(f"/api/calls/{CALL}/repeats")).status_code == 403


async def test_who_goes_through_the_city_is_stopped() -> None:
    """More than anybody types in a minute."""
    fake, app, _book = await _house(Repeats())
    fake.now = NOON
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        found = [(await client.get(f"/api/calls/{CALL}/repeats")).status_code for _turn in range(125)]
    assert found.count(200) == 120
    assert found[-1] == 429


@pytest.mark.parametrize(
    "matter", ["{", "[]", '{"lng": "x"}', '{"grid_code": "12"}', '{"unknown": 1}', '{"code": "湖"}']
)
async def test_matters_that_are_refused(matter: str) -> None:
    fake, app, _book = await _house()
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        reply = await client.get(f"/api/calls/{CALL}/repeats", headers={MATTER: quote(matter)})
    assert reply.status_code == 422


async def test_a_disk_that_is_full_for_a_while_only_delays_the_gazetteer() -> None:
    """No fault of ours: a warning, and it is opened when there is room."""
    full = [OSError(28, "No space left on device")]

    def opening() -> Book:
        if full:
            raise full.pop()
        return Book()

    places = PlaceSearch(opening, warm_seconds=0, again_seconds=0.01)
    with capture_logs() as logged:
        places.start()
        async with asyncio.timeout(10):
            while places._book is None:
                await asyncio.sleep(0.01)
    await places.stop()
    assert [(row["log_level"], row["event"]) for row in logged] == [
        ("warning", "the gazetteer cannot be opened now: no place is offered"), ("info", "gazetteer open"),
    ]  # fmt: skip
