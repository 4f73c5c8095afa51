"""To whom a citizen may be given, found as one types; and what agents say, kept by supervisors."""

from __future__ import annotations

import json

import httpx
import pytest

from bridge.templates import samples
from console.transfer_directory import Target, search
from cti.ids import SeatId
from tests.fakes.books import CENTRE
from tests.fakes.hotline import FakeHotline, Queue, Seat, door, services
from tests.fakes.people import browser, populate, signed_in
from tests.fakes.said import said


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


async def test_templates_are_found_by_code_and_by_initials() -> None:
    _fake, client = _as("1001")
    async with client:
        of_code = {"kind": "content", "scheme": "CJ/T 214", "code_kind": "event", "code": "0404"}
        (drain,) = (await client.get("/api/templates", params=of_code)).json()
        assert (drain["code_name"], drain["sample"]) == ("下水道堵塞或破损", True)
        assert "{地点}" in drain["text"]
        found = (await client.get("/api/templates", headers=said(q="kcb"), params={"kind": "spoken"})).json()
        assert [row["title"] for row in found] == ["开场白"]
        assert (await client.get("/api/templates", params={"every": "true"})).status_code == 403


async def test_a_supervisor_writes_over_a_sample_and_retires_another() -> None:
    """From then on it is the centre's own; agents find what is offered; each change is in the audit log."""
    fake, client = _as("2001")
    async with client:
        body = {"kind": "spoken", "title": "开场白", "text": "您好，12319。"}
        reply = await client.put("/api/templates/sample-greeting", json=body)
        assert (reply.json()["sample"], reply.json()["changed_by"]) == (False, "2001")
        await client.put("/api/templates/sample-close", json={**body, "title": "结束语", "retired": True})
        new = (await client.post("/api/templates", json={**body, "title": "台风提醒"})).json()
        assert (await client.put("/api/templates/nothing", json=body)).status_code == 404
        rows = (await client.get("/api/templates", params={"kind": "spoken"})).json()
        titles = {row["id"]: row["text"] for row in rows}
        assert titles["sample-greeting"] == "您好，12319。"
        assert new["id"] in titles
        assert "sample-close" not in titles
        every = (await client.get("/api/templates", params={"every": "true"})).json()
        assert len(every) == len(samples()) + 1
        assert [json.loads(one.detail)["title"] for one in fake.log.entries if one.action == "template_kept"] == [
            "开场白", "结束语", "台风提醒",
        ]  # fmt: skip
