"""A trunk's outage is a window in the ledger and in the figures of the lines whose callers came by it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from ledger import tables as t
from ledger.kpi import Period, kpi_report
from ledger.outages import outages, windows
from ledger.store import Store
from ledger.wall import Wall

from .conftest import Fresh
from .plans import scans
from .seed import BEGAN, NOW, after, call, do, ledger

TRUNKS, LINES = ("telecom", "unicom", "mobile"), ("citizen", "partner")
DAY = (BEGAN, BEGAN + timedelta(days=1))


@pytest.fixture(scope="module")
def url(databases: Fresh) -> str:
    return databases()


async def said(store: Store, *rows: tuple[str, float, str]) -> None:
    """The log of the equipment: (endpoint, second, up or down)."""
    words = {"up": "reachable", "down": "unreachable"}
    values = [{"endpoint": who, "at": after(at), "reach": words[reach]} for who, at, reach in rows]
    await do(store, sa.insert(t.endpoint_reach).values(values))


async def told(store: Store, since: datetime = DAY[0], until: datetime = DAY[1]) -> list[tuple[object, ...]]:
    async with store.reading() as db:
        found = await db.run_sync(outages, since, until, TRUNKS, LINES)
    return [(one.trunk, one.began, one.ended, one.lines) for one in found]


async def test_a_window_is_from_the_first_silence_to_the_first_answer(url: str) -> None:
    """A daemon that began in between says it again; a telephone's reach is none of it; the trunk's lines are those of its calls."""
    async with ledger(url) as store:
        await do(store, sa.insert(t.calls).values(**call("xm1-8.8", 50, trunk="unicom", line="partner")))
        await said(
            store, ("telecom", 0, "up"), ("unicom", 5, "up"), ("telecom", 60, "down"), ("telecom", 90, "down"),
            ("8001", 70, "down"), ("telecom", 120, "up"), ("unicom", 300, "down"), ("mobile", 400, "down"),
            ("mobile", 500, "up"),
        )  # fmt: skip
        assert await told(store) == [
            ("telecom", after(60), after(120), ("citizen", "partner")),
            ("unicom", after(300), None, ("partner",)),
            ("mobile", after(400), after(500), ()),
        ]


async def test_a_window_that_crosses_a_bound_keeps_its_true_ends(url: str) -> None:
    async with ledger(url) as store:
        await said(store, ("telecom", 0, "up"), ("telecom", 60, "down"), ("telecom", 120, "up"), ("unicom", 10, "down"))
        crossing = ("telecom", after(60), after(120))
        for since, until, shown in ((70, 80, True), (0, 61, True), (119, 200, True), (120, 200, False), (0, 60, False)):
            found = [one[:3] for one in await told(store, after(since), after(until))]
            assert (crossing in found) is shown, (since, until)
            assert (("unicom", after(10), None) in found) is True


async def test_whose_a_trunk_is_is_asked_once(url: str) -> None:
    """However often it went, and not at all of one that did not; a silence keeps its first moment."""
    async with ledger(url) as store:
        rows = [("telecom", float(at), "up" if at % 20 else "down") for at in range(0, 400, 10)]
        again = [("unicom", float(at), "down") for at in range(0, 400, 10)]
        await said(store, *rows, *again)
        asked: list[str] = []

        def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            asked.append(statement)

        sa.event.listen(store._reader.sync_engine, "before_cursor_execute", hear)
        found = await told(store)
        sa.event.remove(store._reader.sync_engine, "before_cursor_execute", hear)
        assert len(found) == 21
        assert sum("FROM calls" in one for one in asked) == 2 * len(LINES)
        assert [one[:3] for one in await told(store, after(390)) if one[0] == "unicom"] == [("unicom", after(0), None)]


async def test_it_stands_in_the_figures_of_its_lines(url: str) -> None:
    """``report kpi`` of all, of a line, and the wallboard's day; a trunk of which nobody knows whose it is stands everywhere."""
    async with ledger(url) as store:
        await do(store, sa.insert(t.calls).values(**call("xm1-8.8", 50, trunk="unicom", line="partner")))
        await said(store, ("unicom", 60, "down"), ("unicom", 90, "up"), ("mobile", 200, "down"))
        for line, trunks in (("", ["unicom", "mobile"]), ("partner", ["unicom", "mobile"]), ("citizen", ["mobile"])):
            made = await kpi_report(store, Period(*DAY), NOW, line, TRUNKS, LINES)
            assert [one.trunk for one in made.outages] == trunks, line
        day = await Wall(store, TRUNKS, LINES).day(*DAY)
        assert [(one.trunk, one.lines) for one in day.outages] == [("unicom", ("partner",)), ("mobile", ())]


async def test_no_table_is_read_whole(url: str) -> None:
    async with ledger(url) as store:
        if not store.sqlite:
            pytest.skip("SQLite's words")
        await said(store, ("telecom", 60, "down"), ("unicom", 60, "down"))
        assert await scans(store, told(store)) == []


@given(st.lists(st.booleans(), max_size=12))
def test_windows_never_overlap_and_end_when_it_answers(reach: list[bool]) -> None:
    rows = [(after(n), "reachable" if up else "unreachable") for n, up in enumerate(reach)]
    found = windows(rows)
    down = {n for n, up in enumerate(reach) if not up}
    inside = {n for began, ended in found for n in range(len(reach)) if began <= after(n) < (ended or after(99))}
    assert inside == down
    assert len(found) == sum(1 for n in down if n == 0 or reach[n - 1])
