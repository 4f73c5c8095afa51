"""The wallboard's day: the same sets as the reports, told by line, queue and half hour, down to the calls."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bridge.ticket import Subject
from ledger import tables as t
from ledger.kpi import SETS, Period, kpi_report
from ledger.tickets import TicketShelf
from ledger.wall import Counted, Wall
from tests.bridge.made import ticket

from .conftest import Fresh
from .plans import scans
from .seed import ANSWERED, BEGAN, DIRECT, MISSED, NO_TICKETS, NOW, OPEN, REFUSED, after, call, do, ledger, talked


@pytest.fixture(scope="module")
def url(databases: Fresh) -> str:
    """One database for all tests of this file: each begins with the true ledger anew."""
    return databases()


DAY = (BEGAN, BEGAN + timedelta(days=1))


async def test_its_figures_are_the_reports(url: str) -> None:
    """Every count and mean of the day, of each line too, is what ``report kpi`` says."""
    async with ledger(url) as store:
        day = await Wall(store).day(*DAY)
        for line, counts in (("", day.all), *day.by_line.items()):
            made = await kpi_report(store, Period(*DAY), NOW, line)
            figures = {figure.name: figure.value for figure in made.figures}
            for name in ("offered", "answered", "unanswered", "abandoned", "requests", "answered_15s", "uncertain"):
                assert getattr(counts, name) == made.counts[name], (line, name)
            assert counts.service_level_15s == figures["service_level_15s"]
            assert counts.connect_rate == figures["connect_rate"]
            assert counts.wait_seconds_mean == figures["wait_seconds_mean"]
            assert counts.talk_seconds_mean == figures["talk_seconds_mean"]
    assert set(day.by_line) == {"citizen", "partner"}
    assert day.by_queue["mandarin"].offered == 3


async def test_who_waits_is_not_yet_unanswered(url: str) -> None:
    """A call that is not over counts as offered and as nothing else."""
    async with ledger(url) as store:
        before = (await Wall(store).day(*DAY)).all
        waits = call("xm1-7.8", 1800) | {"state": "open", "ended_at": None}
        await do(store, sa.insert(t.calls).values(**waits))
        after_it = (await Wall(store).day(*DAY)).all
    assert (after_it.offered - before.offered, after_it.answered, after_it.unanswered) == (
        1, before.answered, before.unanswered,
    )  # fmt: skip


async def test_the_curve_is_in_half_hours(url: str) -> None:
    """A call on the boundary belongs to the half hour that begins; a week before stands beside."""
    edge = talked("xm1-7.7", 1800, "8001", 10.0)
    almost = call("xm1-8.8", 1799.999999, ended_at=after(1800), ended_by="caller")
    old = call("xm1-9.9", -7 * 86400 + 3600, ended_at=after(-7 * 86400 + 3601), ended_by="caller")
    async with ledger(url) as store:
        await do(store, *(sa.insert(t.calls).values(**row) for row in (edge, almost, old)))
        day = await Wall(store).day(*DAY)
    assert [(at, counts.offered, counts.answered) for at, counts in day.curve] == [
        (BEGAN, 5, 2), (after(1800), 1, 1), (after(5400), 1, 0),
    ]  # fmt: skip
    assert [(at, counts.offered) for at, counts in day.week_before] == [(after(-7 * 86400 + 3600), 1)]


async def test_an_empty_day_has_no_rates(url: str) -> None:
    """Nothing divided by nothing is no figure."""
    async with ledger(url) as store:
        day = await Wall(store).day(NOW + timedelta(days=1), NOW + timedelta(days=2))
    assert (day.all.offered, day.all.service_level_15s, day.all.talk_seconds_mean) == (0, None, None)
    assert (list(day.curve), list(day.kinds), list(day.codes)) == ([], [], [])


@pytest.mark.slow
@pytest.mark.parametrize("of", SETS)
async def test_behind_each_figure_are_its_calls(url: str, of: str) -> None:
    """As many as were counted, of one line and queue, newest first."""
    async with ledger(url) as store:
        wall = Wall(store)
        counts = (await kpi_report(store, Period(*DAY), NOW)).counts
        rows = await wall.calls(*DAY, of)
        assert len(rows) == counts[of]
        assert [row.arrived_at for row in rows] == sorted((row.arrived_at for row in rows), reverse=True)
        partner = await wall.calls(*DAY, of, line="partner")
        assert {row.call for row in partner} == {row.call for row in rows if row.line == "partner"}
        queued = await wall.calls(*DAY, of, queue="mandarin")
        assert {row.call for row in queued} == {row.call for row in rows if row.queue == "mandarin"}


async def test_a_page_of_calls_is_bounded(url: str) -> None:
    """The newest of them."""
    async with ledger(url) as store:
        assert [row.call for row in await Wall(store).calls(*DAY, "offered", most=2)] == [OPEN, REFUSED]
        assert {ANSWERED, DIRECT, MISSED} < {row.call for row in await Wall(store).calls(*DAY, "offered")}


async def test_tickets_by_kind_and_code(url: str) -> None:
    """The most frequent first; each count opens to its tickets."""
    light, pit = Subject("CJ/T 214", "2007", "0301", "event"), Subject("CJ/T 214", "2007", "0301", "part")
    async with ledger(url) as store:
        await do(store, *NO_TICKETS)
        made = [
            ticket(n, after(n), subject=light if n < 3 else pit, kind="help" if n == 1 else "complaint")
            for n in range(5)
        ]
        shelf = TicketShelf(store)
        for one in (*made, ticket(9, NOW + timedelta(days=2))):
            await shelf.file(one)
        wall = Wall(store)
        day = await wall.day(*DAY)
        assert [(one.kind, one.count) for one in day.kinds] == [("complaint", 4), ("help", 1)]
        assert list(day.codes) == [
            Counted("event", "CJ/T 214", "2007", "0301", 3), Counted("part", "CJ/T 214", "2007", "0301", 2),
        ]  # fmt: skip
        assert [push.ticket.id for push in await wall.tickets(*DAY, kind="help")] == [made[1].id]
        assert await wall.tickets(*DAY, code="0301", code_kind="part", scheme="GB/T 30428.2", version="2013") == [], (
            "those digits mean something else there"
        )
        assert len(await wall.tickets(*DAY, code="0301", code_kind="part", scheme="CJ/T 214", version="2007")) == 2
        assert [push.ticket.id for push in await wall.tickets(*DAY, code="0301", code_kind="part")] == [
            made[4].id,
            made[3].id,
        ]
        assert len(await wall.tickets(*DAY)) == 5


async def test_lost_time_is_said(url: str) -> None:
    """An interval without Asterisk's record stands beside the figures, with its reason."""
    lost = {"node": "xm1", "source": "book", "began_at": after(50), "ended_at": after(60), "reason": "disk"}
    async with ledger(url) as store:
        await do(store, sa.insert(t.blind_intervals).values(**lost))
        assert list((await Wall(store).day(*DAY)).blind) == [(after(50), after(60), "disk")]


async def test_no_part_of_it_reads_a_whole_table(url: str) -> None:
    """On SQLite every step is a search in an index."""
    async with ledger(url) as store:
        if not store.sqlite:
            pytest.skip("SQLite tells its plans in words")
        wall = Wall(store)
        assert await scans(store, wall.day(*DAY)) == []
        for of in SETS:
            assert await scans(store, wall.calls(*DAY, of, line="citizen", queue="mandarin")) == []
        assert await scans(store, wall.tickets(*DAY, kind="help", code="0101", code_kind="part")) == []
