"""To whom a citizen may be given, found as one types."""

from __future__ import annotations

import httpx
import pytest

from console.transfer_directory import Target, search
from cti.ids import SeatId
from tests.fakes.books import CENTRE
from tests.fakes.hotline import FakeHotline, Queue, Seat, door, services
from tests.fakes.people import browser, populate, signed_in


def _as(account: str) -> tuple[FakeHotline, httpx.AsyncClient]:
    fake = populate(FakeHotline())
    return fake, browser(door(services(fake)), signed_in(fake, account))


SEATS = [
    Seat(SeatId("8001"), "talking", agent="1001", agent_name="陈晓岚"),
    Seat(SeatId("8002"), "ready", agent="1002", agent_name="林志强"),
    Seat(SeatId("8003"), "logged_out", agent="", agent_name="", queues={}),
]


def _found(typed: str) -> list[Target]:
    return search(typed, "8001", SEATS, [Queue()], CENTRE.people, CENTRE.phonebook)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("lzq", ("agent", "1002")),
        ("linzhiqiang", ("agent", "1002")),
        ("志强", ("agent", "1002")),
        ("8002", ("agent", "1002")),
        ("8003", ("seat", "8003")),
        ("110", ("number", "police")),
        ("szzx", ("number", "mayor")),
        ("mandarin", ("queue", "mandarin")),
        ("pth", ("queue", "mandarin")),
    ],
)
def test_the_directory_is_searched_as_people_type(typed: str, first: tuple[str, str]) -> None:
    """Number, name, pinyin, initials; the seat that asks is none of them."""
    rows = _found(typed)
    assert (rows[0].kind, rows[0].id) == first
    assert all(row.seat != "8001" for row in rows)


def test_nothing_typed_shows_who_is_there() -> None:
    """Colleagues at a seat, queues and numbers; who went home is found by name alone, and said to be away."""
    assert [(row.kind, row.id) for row in _found("")] == [
        ("agent", "1002"), ("queue", "mandarin"), ("number", "mayor"), ("number", "police"),
    ]  # fmt: skip
    (away,) = _found("hyt")
    assert (away.id, away.seat, away.state) == ("1003", "", "logged_out")
    assert _found("")[1].signed_in == 1
    assert [row.id for row in _found("pth")] == ["mandarin", "1002", "1003"]  # by their skill


async def test_an_agent_asks_for_the_directory() -> None:
    _fake, client = _as("1001")
    async with client:
        assert {row["kind"] for row in (await client.get("/api/directory")).json()} >= {"queue", "number"}
