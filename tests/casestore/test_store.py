"""The store behind its driver, on a real file: once a key, numbers, history, and a database that goes away."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.case_state import CaseState
from bridge.case_store_messages import KINDS, Message, MessageKind, filing
from bridge.courier import Courier
from bridge.delivery_retry import RetryRule
from bridge.drivers import Heard, Receipt, Rejected, Unreachable
from casestore import database, numbers
from tests.bridge.made import NOON, ticket
from tests.casestore.kit import Cases, cases_at
from tests.fakes.book import MemoryBook


async def taken(cases: Cases, *which: int) -> list[Receipt]:
    found = [await cases.driver.deliver(filing(ticket(n))) for n in which]
    assert all(isinstance(one, Receipt) for one in found), found
    return [one for one in found if isinstance(one, Receipt)]


async def test_once_a_key(tmp_path: Path) -> None:
    """The same key given many times at once makes one case with one number."""
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        messages = [filing(ticket(n)) for n in range(12)]
        receipts = await asyncio.gather(*(cases.driver.deliver(one) for one in messages for _ in range(3)))
        assert all(isinstance(receipt, Receipt) for receipt in receipts), receipts
        assert len(set(receipts)) == len(await cases.numbers()) == 12
        assert sorted(await cases.keys()) == sorted(one.key for one in messages)
        assert [await cases.driver.find(one.key) for one in messages] == receipts[::3]
        assert await cases.driver.find("none") is None


async def test_numbers_count_from_one_each_local_day(tmp_path: Path) -> None:
    """They go on after a restart; a code is eight digits of its own."""
    file, evening = tmp_path / "casestore.db", datetime(2026, 10, 1, 15, 59, tzinfo=UTC)
    async with cases_at(file, evening) as cases:
        (one,) = await taken(cases, 1)
    async with cases_at(file, evening) as cases:
        (two,) = await taken(cases, 2)
        cases.clock.now += timedelta(minutes=2)
        (three,) = await taken(cases, 3)
    assert [numbers.typed_number(each.case_number) for each in (one, two, three)] == [
        each.case_number for each in (one, two, three)
    ]
    assert [each.case_number[:13] for each in (one, two, three)] == ["2026100100001", "2026100100002", "2026100200001"]
    assert all(len(each.query_code) == 8 and each.query_code.isdigit() for each in (one, two, three))
    assert len({one.query_code, two.query_code, three.query_code}) == 3


async def test_a_day_whose_numbers_are_used_up_borrows_of_the_next(tmp_path: Path) -> None:
    """Nothing is refused for want of a number, and none is given twice."""
    file = tmp_path / "casestore.db"
    async with cases_at(file, NOON) as cases:
        await taken(cases, 1)
        with closing(sqlite3.connect(file)) as db, db:
            db.execute("UPDATE counters SET last = ? WHERE name = '20261001'", (numbers.MOST_SERIAL - 1,))
        many = await taken(cases, 2, 3, 4)
        cases.clock.now += timedelta(days=1)
        many += await taken(cases, 5)
    assert [one.case_number[:13] for one in many] == [
        "2026100199999", "2026100200001", "2026100200002", "2026100200003",
    ]  # fmt: skip


async def test_another_ticket_of_the_same_matter_is_kept(tmp_path: Path) -> None:
    """The case stays the first one's; what the other says stands in its history, once."""
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        first, second = ticket(1), replace(ticket(1), content="另补充：电动车也过不去。")
        receipts = [await cases.driver.deliver(filing(one)) for one in (first, second, second, first)]
        assert len(set(receipts)) == 1
        assert isinstance(receipts[0], Receipt)
        whole = await cases.store.whole(receipts[0].case_number, NOON)
    assert whole is not None
    assert whole.ticket["content"] == first.content
    assert [one["content"] for one in whole.further_tickets] == [second.content]
    assert [(one.turn, one.kind) for one in whole.history] == [(1, "moved"), (2, "ticket")]


async def test_drivers_hear_every_case_in_order(tmp_path: Path) -> None:
    """Some at a time, from a mark on; a mark of another store begins anew."""
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        receipts = await taken(cases, *range(5))
        heard: list[Any] = []
        mark = ""
        while True:
            told = await cases.driver.hear(mark, 3)
            assert isinstance(told, Heard)
            heard += told.events
            mark = told.mark
            if not told.more:
                break
        assert [(one.case_number, one.query_code) for one in heard] == [(r.case_number, r.query_code) for r in receipts]
        assert {(one.sequence, one.state, one.word, one.at) for one in heard} == {(1, CaseState.FILED, "待受理", NOON)}
        assert await cases.driver.hear(mark, 3) == Heard((), mark)
        for unknown in ("1:1/1", "999:x/1", "-1", "x", "٣:1/1", "9" * 30):
            again = await cases.driver.hear(unknown, 500)
            assert isinstance(again, Heard)
            assert [*again.events] == heard
            assert again.mark == mark


async def test_who_waits_hears_at_once(tmp_path: Path) -> None:
    """A long question is answered when a case comes, and by nothing when its time is over."""
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        ask = cases.client.get("/events", params={"wait": 20}, headers=cases.headers)
        waiting = asyncio.create_task(ask)
        while not cases.store.news.count:
            await asyncio.sleep(0)
        await taken(cases, 1)
        async with asyncio.timeout(10):
            told = (await waiting).json()
        assert [one["step"] for one in told["events"]] == ["report"]
        quiet = await cases.client.get("/events", params={"after": told["mark"], "wait": 0.01}, headers=cases.headers)
        assert quiet.json() == {"events": [], "mark": told["mark"], "more": False}


@pytest.mark.parametrize("kind", [kind for kind in MessageKind if kind is not MessageKind.FILE])
async def test_other_kinds_need_their_case(tmp_path: Path, kind: MessageKind) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        one = ticket(1)
        said = dict.fromkeys(KINDS[kind].needs, "solved")
        answer = await cases.driver.deliver(Message(filing(one).id, one.key, kind, f"{one.key}/{kind}", one, said))
        assert isinstance(answer, Rejected)
        assert "stream" in answer.reason


async def test_a_database_that_is_not_open_refuses_nothing_for_good(tmp_path: Path) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON, opened=False) as cases:
        assert isinstance(await cases.driver.deliver(filing(ticket())), Unreachable)
        assert isinstance(await cases.driver.find("x"), Unreachable)
        assert isinstance(await cases.driver.hear("", 10), Unreachable)
        await cases.database.open()
        await taken(cases, 1)


async def test_a_broken_database_says_nothing_of_the_citizen(tmp_path: Path) -> None:
    file = tmp_path / "casestore.db"
    async with cases_at(file, NOON) as cases:
        with closing(sqlite3.connect(file)) as other:
            other.execute("DROP TABLE cases")
        answer = await cases.driver.deliver(filing(ticket()))
        assert isinstance(answer, Unreachable)
        assert "cases" in answer.reason
        assert "湖滨" not in answer.reason


async def test_a_file_taken_away_gets_nothing_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Removed: no new one is made in its place, whose numbers would begin again. Put back: it goes on by itself."""
    monkeypatch.setattr(database, "AGAIN_SECONDS", 0.01)
    file, aside = tmp_path / "casestore.db", tmp_path / "aside.db"
    async with cases_at(file, NOON) as cases:
        keeping = asyncio.create_task(cases.database.keep_open())
        (one,) = await taken(cases, 1)
        os.replace(file, aside)
        answer = await cases.driver.deliver(filing(ticket(2)))
        assert isinstance(answer, Unreachable)
        assert str(file) in answer.reason
        for _ in range(5):
            await asyncio.sleep(0.02)
            assert not file.exists()
        os.replace(aside, file)
        async with asyncio.timeout(10):
            while isinstance(await cases.driver.deliver(filing(ticket(2))), Unreachable):
                await asyncio.sleep(0.01)
        assert (await cases.numbers())[0] == one.case_number
        assert len(await cases.numbers()) == 2
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def test_a_damaged_file_is_left_as_it_is_and_opened_when_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "AGAIN_SECONDS", 0.01)
    file = tmp_path / "casestore.db"
    file.write_bytes(b"no database at all " * 500)
    before = file.read_bytes()
    async with cases_at(file, NOON, opened=False) as cases:
        keeping = asyncio.create_task(cases.database.keep_open())
        async with asyncio.timeout(10):
            while "not a database" not in cases.database.away:
                await asyncio.sleep(0.01)
        assert file.read_bytes() == before
        file.unlink()
        async with asyncio.timeout(10):
            while cases.database.away:
                await asyncio.sleep(0.01)
        await taken(cases, 1)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def test_with_courier(tmp_path: Path) -> None:
    """Filed tickets come back with the store's case numbers."""
    book = MemoryBook()
    async with cases_at(tmp_path / "casestore.db") as cases:
        courier = Courier(book, cases.driver, RetryRule(), lambda _: None, chance=lambda: 0.5)
        courier.start()
        for n in range(25):
            await book.file(ticket(n))
            courier.wake()
        while (await book.backlog())[0]:
            await asyncio.sleep(0.005)
        await courier.stop()
        assert sorted(push.case_number for push in book.rows.values()) == await cases.numbers()
        assert len(set(await cases.numbers())) == 25
