"""Past calls: whole, newest first, page by page."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from cti.ids import CallId
from ledger import tables as t
from ledger.call_list import Filter
from ledger.history import History

from .conftest import Fresh
from .seed import ANSWERED, DIRECT, MISSED, OPEN, OUT, REFUSED, after, call, do, ledger


@pytest.fixture(scope="module")
def url(databases: Fresh) -> str:
    """One database for all tests of this file: each begins with the true ledger anew."""
    return databases()


NEWEST_FIRST = [OPEN, OUT, REFUSED, DIRECT, MISSED, ANSWERED]


async def test_a_call_comes_with_all_that_hangs_on_it(url: str) -> None:
    """Seat, waits, outcome, recording and ticket with its case number are in one row."""
    async with ledger(url) as store:
        row = await History(store).get(ANSWERED)  # type: ignore[arg-type]
    assert row is not None
    assert (row.state, row.seat, row.outcome, row.wait_seconds) == ("ended", "8001", "ticket", 5.0)
    assert (row.picked_up_at, row.answered_at) == (after(0), after(15))
    assert row.recordings == (f"2026/11/23/{ANSWERED}.opus",)
    assert [(one.ticket, one.case, one.push) for one in row.tickets] == [("01", "A-1", "delivered")]
    assert row.caller_name == "王小明"


async def test_many_at_once_are_what_each_is_alone(url: str) -> None:
    async with ledger(url) as store:
        book = History(store)
        rows = await book.past(Filter(most=500))
        wanted = [row.call for row in rows]
        assert wanted == NEWEST_FIRST
        assert await book.some([*wanted, CallId("xm1-0.0")]) == {row.call: row for row in rows}
        assert await book.some([]) == {}


async def test_an_unknown_call_is_none(url: str) -> None:
    """There is no row of a call that never was."""
    async with ledger(url) as store:
        assert await History(store).get("xm1-0.0") is None  # type: ignore[arg-type]
        assert await History(store).past(Filter(after="xm1-0.0")) == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), NEWEST_FIRST),
        (Filter(most=2), NEWEST_FIRST[:2]),
        (Filter(most=2, after=OUT), NEWEST_FIRST[2:4]),
        (Filter(since=after(200), until=after(400)), [DIRECT]),
        (Filter(line="partner"), [MISSED]),
        (Filter(seat="8001"), [DIRECT, ANSWERED]),
        (Filter(caller="05925550000"), [MISSED]),
        (Filter(caller="13806010002"), [MISSED]),
        (Filter(outcome="missed"), [REFUSED, MISSED]),
        (Filter(outcome="pending"), []),
        (Filter(caller="138 0601 0009"), []),
        (Filter(caller="138 0601 0009", outgoing=True), [OUT]),
        (Filter(caller="+86 13806010002", outgoing=True), [MISSED]),
        (Filter(case="A-1"), [ANSWERED]),
        (Filter(case="A-2"), []),
        (Filter(recorded=True), [DIRECT, ANSWERED]),
        (Filter(recorded=True, line="partner"), []),
    ],
)
async def test_what_is_wanted_is_found(url: str, wanted: Filter, found: list[str]) -> None:
    """Each filter alone, newest first."""
    async with ledger(url) as store:
        assert [row.call for row in await History(store).past(wanted)] == found


async def test_pages_neither_repeat_nor_skip(url: str) -> None:
    """Calls of the same moment at a page's border, and calls that arrive while pages are read, change nothing."""
    same = [call(f"xm1-8.{n}", 300, ended_at=after(301)) for n in range(5)]
    async with ledger(url) as store:
        await do(store, *(sa.insert(t.calls).values(**row) for row in same))
        seen: list[str] = []
        async for row in History(store).every(Filter(most=2)):
            seen.append(row.call)
            late = call(f"xm1-9.{len(seen)}", 8000 + len(seen), state="open")
            await do(store, sa.insert(t.calls).values(**late))
    assert len(seen) == len(set(seen)) == len(NEWEST_FIRST) + 5
    assert [one for one in seen if not one.startswith("xm1-8.")] == NEWEST_FIRST


async def test_a_page_has_a_bound(url: str) -> None:
    """Whoever asks for everything gets a page."""
    async with ledger(url) as store:
        assert len(await History(store).past(replace(Filter(), most=10**9))) == len(NEWEST_FIRST)
        assert len(await History(store).past(Filter(most=-3))) == 1
