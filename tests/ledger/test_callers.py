"""What is known of a number when it calls again, and that finding it stays quick."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bridge.ticket import CallFacts, Person
from cti.ids import CallId
from ledger import tables as t
from ledger.callers import Callers
from ledger.tickets import TicketShelf
from tests.bridge.made import ticket

from .conftest import Fresh
from .plans import scans
from .seed import ANSWERED, BEGAN, DIRECT, MISSED, NO_TICKETS, OPEN, OUT, REFUSED, after, call, do, ledger

MANY = 300


@pytest.fixture(scope="module")
def url(databases: Fresh) -> str:
    """One database for all tests of this file: each begins with the true ledger anew."""
    return databases()


async def test_earlier_calls_are_those_of_the_same_number(url: str) -> None:
    """Newest first, in whatever way the number was written, without the call itself."""
    async with ledger(url) as store:
        await do(
            store,
            sa.update(t.calls)
            .where(t.calls.c.call_id == DIRECT)
            .values(caller="+8613806010001", caller_national="13806010001"),
        )
        story = await Callers(store).story("13806010001", BEGAN, but=OPEN)
    assert [row.call for row in story.calls] == [REFUSED, DIRECT, ANSWERED]
    assert story.calls_since == 3
    assert story.calls[2].recordings == (f"2026/11/23/{ANSWERED}.opus",)
    assert not story.callback_open


async def test_a_number_that_a_partner_named_is_found(url: str) -> None:
    """The citizen's own number stands in ``origin``; the call-back that is owed shows."""
    async with ledger(url) as store:
        story = await Callers(store).story("05925550000", after(101))
        assert [row.call for row in story.calls] == [MISSED]
        assert (story.calls_since, story.callback_open) == (0, True)


async def test_a_call_that_never_counted_is_not_taken_off(url: str) -> None:
    """A page that dials the number asks in its own call: that one is no call of the number's."""
    async with ledger(url) as store:
        story = await Callers(store).story("13806010009", BEGAN, but=OUT)
    assert story.calls_since == 0


async def test_nobody_is_known_by_a_hidden_number(url: str) -> None:
    """No number: no stranger's calls."""
    async with ledger(url) as store:
        await do(store, sa.update(t.calls).values(caller=""))
        story = await Callers(store).story("", BEGAN)
    assert (list(story.calls), list(story.tickets), story.open_tickets) == ([], [], 0)


async def test_tickets_of_the_number_open_ones_first(url: str) -> None:
    """By who called and by the number the citizen left; what was answered at the desk is closed."""
    async with ledger(url) as store:
        await do(store, *NO_TICKETS)
        shelf = TicketShelf(store)
        wanted = [
            ticket(1, after(0), facts=CallFacts(CallId("xm1-1.1"), ani="13806010001")),
            ticket(2, after(10), person=Person(phones=("13806010001",))),
            ticket(3, after(20), facts=CallFacts(CallId("xm1-3.3"), ani="13806010001"), answered_directly=True),
            ticket(4, after(30)),
        ]
        for one in wanted:
            await shelf.file(one)
        story = await Callers(store).story("13806010001", BEGAN)
    assert [push.ticket.id for push in story.tickets] == [wanted[1].id, wanted[0].id, wanted[2].id]
    assert story.open_tickets == 2


async def test_a_number_that_calls_all_day_costs_no_more(url: str) -> None:
    """Twenty are read of any number of calls; the rest is counted in the index."""
    async with ledger(url) as store:
        rows = [call(f"xm1-9.{n}", 1000 + n, caller="110") for n in range(MANY)]
        async with store.writing() as db:
            await db.execute(sa.insert(t.calls), rows)
        story = await Callers(store).story("110", BEGAN - timedelta(days=30))
    assert [row.call for row in story.calls] == [f"xm1-9.{n}" for n in range(MANY - 1, MANY - 21, -1)]
    assert story.calls_since == MANY


async def test_no_part_of_it_reads_a_whole_table(url: str) -> None:
    """On SQLite every step is a search in an index."""
    async with ledger(url) as store:
        if not store.sqlite:
            pytest.skip("SQLite tells its plans in words")
        assert await scans(store, Callers(store).story("110", BEGAN, but=OPEN)) == []
