"""An agent's day, calls and tickets: theirs, whole, newest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cti.ids import CallId
from ledger import tables as t
from ledger.agent_day import AgentBook
from ledger.call_list import Filter
from ledger.tickets import TicketShelf
from tests.bridge.made import ticket

from .conftest import Fresh
from .plans import scans
from .seed import ANSWERED, BEGAN, DIRECT, NO_TICKETS, NOW, OPEN, OUT, after, do, ledger

TOMORROW = BEGAN + timedelta(days=1)


@pytest.fixture(scope="module")
def url(databases: Fresh) -> str:
    """One database for all tests of this file: each begins with the true ledger anew."""
    return databases()


async def test_a_day_is_counted_by_hand(url: str) -> None:
    """Two answered, 45 s each on the mean; a missed offer; time by state up to now."""
    missed = {"call_id": OPEN, "seq": 0, "leg_id": "xm1-4.9", "seat": "8001", "began_at": after(7110)}
    missed["queue"] = "mandarin"
    outgoing = {"call_id": OUT, "seq": 0, "leg_id": "xm1-6.9", "seat": "8001", "agent": "1001"}
    async with ledger(url) as store:
        await do(
            store,
            sa.insert(t.offers).values(**missed, result="missed"),
            sa.insert(t.offers).values(**missed | {"seq": 1, "result": "withdrawn"}),
            # a colleague's transfer to a seat that talks, and a consultation that rang out: nobody's miss
            sa.insert(t.offers).values(**missed | {"seq": 2, "queue": "", "result": "refused"}),
            sa.insert(t.offers).values(**missed | {"seq": 3, "queue": "", "result": "missed"}),
            sa.insert(t.talks).values(**outgoing, began_at=after(505), ended_at=after(520), held_seconds=4),
            sa.update(t.outcomes).where(t.outcomes.c.call_id == DIRECT).values(agent="1001"),
            sa.update(t.tickets).values(agent="1001"),
        )
        day = await AgentBook(store).day("1001", BEGAN, TOMORROW, NOW)
    assert (day.answered, day.missed, day.tickets, day.direct) == (2, 1, 1, 1)
    assert (day.talk_seconds, day.talk_seconds_mean, day.held_seconds) == (105.0, 45.0, 4.0)
    assert (day.wrap_up_seconds, day.ready_seconds, day.paused_seconds) == (30.0, 15.0 + 7200 - 105, 0.0)
    assert day.signed_in_at == BEGAN
    assert [(one.state, one.since) for one in day.states][:2] == [("ready", after(0)), ("talking", after(15))]
    assert list(day.without_outcome) == []


async def test_a_day_cuts_what_began_before_it(url: str) -> None:
    """A state that stood at midnight counts from midnight; calls before it do not count."""
    async with ledger(url) as store:
        day = await AgentBook(store).day("1001", after(90), TOMORROW, after(200))
    assert (day.answered, day.wrap_up_seconds, day.ready_seconds) == (0, 15.0, 95.0)
    assert [(one.state, one.since) for one in day.states] == [("wrap_up", after(90)), ("ready", after(105))]


async def test_who_left_is_not_signed_in(url: str) -> None:
    """The row of the log-out names who left; offers to whoever sits there next are not theirs."""
    left = {"seat": "8001", "since": after(300), "state": "logged_out", "agent": "1001"}
    offer = {"call_id": OPEN, "seq": 0, "leg_id": "xm1-4.9", "seat": "8001", "began_at": after(7110)}
    async with ledger(url) as store:
        await do(
            store,
            sa.update(t.seat_log).where(t.seat_log.c.since == after(105)).values(until=after(300)),
            sa.insert(t.seat_log).values(**left),
            sa.insert(t.offers).values(**offer, queue="mandarin", result="missed"),
        )
        day = await AgentBook(store).day("1001", BEGAN, TOMORROW, NOW)
    assert (day.signed_in_at, day.missed, day.ready_seconds) == (None, 0, 15.0 + 195.0)


async def test_a_talk_whose_end_was_lost_does_not_run_on(url: str) -> None:
    """Of the open call it runs; of one the ledger has closed nobody knows, and none is counted."""
    async with ledger(url) as store:
        before = await AgentBook(store).day("1001", BEGAN, TOMORROW, NOW)
        await do(store, sa.update(t.talks).where(t.talks.c.call_id == DIRECT).values(ended_at=None))
        day = await AgentBook(store).day("1001", BEGAN, TOMORROW, NOW)
    assert (before.talk_seconds_mean, day.talk_seconds_mean) == (45.0, 30.0)


async def test_a_call_without_an_outcome_waits_for_its_agent(url: str) -> None:
    """Only citizens' calls that are over."""
    async with ledger(url) as store:
        await do(store, sa.delete(t.outcomes).where(t.outcomes.c.call_id == DIRECT))
        day = await AgentBook(store).day("1001", BEGAN, TOMORROW, NOW)
        stranger = await AgentBook(store).day("1002", BEGAN, TOMORROW, NOW)
    assert [row.call for row in day.without_outcome] == [DIRECT]
    assert (list(stranger.without_outcome), stranger.answered, stranger.talk_seconds_mean) == ([], 0, None)
    assert stranger.signed_in_at is None


async def test_my_calls_are_those_i_talked_in(url: str) -> None:
    """Once each, newest first, page by page; a stranger's call is no place to go on from."""
    again = {"call_id": ANSWERED, "seq": 1, "leg_id": "xm1-1.10", "seat": "8001", "agent": "1001"}
    async with ledger(url) as store:
        await do(store, sa.insert(t.talks).values(**again, began_at=after(80), ended_at=after(90)))
        book = AgentBook(store)
        assert [row.call for row in await book.calls("1001")] == [DIRECT, ANSWERED]
        assert [row.call for row in await book.calls("1001", most=1)] == [DIRECT]
        assert [row.call for row in await book.calls("1001", after=DIRECT)] == [ANSWERED]
        assert await book.calls("1001", after=ANSWERED) == []
        assert await book.calls("1001", after=OPEN) == []
        assert await book.calls("1002") == []
        assert await book.talked("1001", ANSWERED)
        assert not await book.talked("1002", ANSWERED)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), [DIRECT, ANSWERED]),
        (Filter(caller="138-0601-0001"), [DIRECT, ANSWERED]),
        (Filter(caller="13806010002"), []),
        (Filter(caller="anonymous"), []),
        (Filter(since=after(200)), [DIRECT]),
        (Filter(until=after(200)), [ANSWERED]),
        (Filter(outcome="direct"), [DIRECT]),
        (Filter(outcome="pending"), []),
        (Filter(case="A-1"), [ANSWERED]),
        (Filter(line="partner"), []),
        (Filter(recorded=True), [DIRECT, ANSWERED]),
    ],
)
async def test_my_calls_are_searched(url: str, wanted: Filter, found: list[str]) -> None:
    """Each filter alone; a page after a call goes on with the same filter."""
    async with ledger(url) as store:
        book = AgentBook(store)
        assert [row.call for row in await book.calls("1001", wanted=wanted)] == found
        if len(found) == 2:
            assert [row.call for row in await book.calls("1001", DIRECT, wanted=wanted)] == [ANSWERED]


@pytest.mark.parametrize("secrecy", ["anonymous", "confidential"])
async def test_my_calls_of_secret_citizens_are_found_by_no_number(url: str, secrecy: str) -> None:
    async with ledger(url) as store:
        made = ticket(77)
        assert made.facts is not None
        secret = replace(made, key=f"{DIRECT}/1", facts=replace(made.facts, call=CallId(DIRECT)), **{secrecy: True})  # type: ignore[arg-type]
        await TicketShelf(store).file(secret)
        book = AgentBook(store)
        assert [row.call for row in await book.calls("1001", wanted=Filter(caller="13806010001"))] == [ANSWERED]
        assert [row.call for row in await book.calls("1001")] == [DIRECT, ANSWERED]


async def test_my_tickets_are_those_i_filed(url: str) -> None:
    """Newest first, page by page, also when several were filed in one moment."""
    async with ledger(url) as store:
        await do(store, *NO_TICKETS)
        shelf = TicketShelf(store)
        mine = [ticket(n, after(n // 2)) for n in range(6)]
        for one in (*mine, ticket(9, after(50), agent="1002")):
            await shelf.file(one)
        newest = [one.id for one in sorted(mine, key=lambda one: (one.filed_at, one.id), reverse=True)]
        book, found, last = AgentBook(store), [], ""
        while page := await book.tickets("1001", before=last, most=2):
            found += [push.ticket.id for push in page]
            last = found[-1]
        assert found == newest
        assert await book.tickets("1002", before=last) == []


async def test_no_part_of_it_reads_a_whole_table(url: str) -> None:
    """On SQLite every step is a search in an index."""
    async with ledger(url) as store:
        if not store.sqlite:
            pytest.skip("SQLite tells its plans in words")
        book = AgentBook(store)
        assert await scans(store, book.day("1001", BEGAN, TOMORROW, NOW)) == []
        assert await scans(store, book.calls("1001", after=DIRECT)) == []
        assert await scans(store, book.tickets("1001", before="01")) == []
