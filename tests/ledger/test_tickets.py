"""Tickets, the message that files each, and the outcome of the call: one transaction, one key."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bridge.disposition import CallOutcome, Disposition
from bridge.ports import Disposed, Filed, KeyTaken, NotDisposed
from bridge.ticket import ticket_id
from cti.events import Direction
from cti.ids import CallId
from ledger import tables as t
from ledger.call_list import Filter
from ledger.history import History
from ledger.store import Store
from ledger.tickets import TicketShelf
from tests.bridge.made import NOON, ticket

from .desk import T0, Told, contents
from .test_scribe import write_all

LATER = NOON + timedelta(hours=1)


@asynccontextmanager
async def shelf(url: str) -> AsyncIterator[TicketShelf]:
    store = Store(url)
    try:
        yield TicketShelf(store)
    finally:
        await store.close()


async def test_ticket_outbox_and_outcome_are_one(url: str) -> None:
    """Filing writes the three together; filing the same again gives the first back."""
    one = ticket(1)
    async with shelf(url) as book:
        filed = await book.file(one)
        again = await book.file(replace(one, id=ticket_id(LATER, os.urandom(10)), filed_at=LATER))
    assert isinstance(filed, Filed)
    assert isinstance(again, Filed)
    assert (filed.new, again.new) == (True, False)
    assert again.push.ticket == one
    found = contents(url)
    assert [len(found[name]) for name in ("tickets", "outbox", "outcomes")] == [1, 1, 1]
    assert found["outcomes"][0][:3] == (one.call, "ticket", one.id)


async def test_an_error_in_between_leaves_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure after the ticket's row undoes the ticket's row."""

    async def fails(*_: object) -> None:
        raise RuntimeError("died here")

    monkeypatch.setattr("ledger.tickets.put", fails)
    async with shelf(url) as book:
        with pytest.raises(RuntimeError):
            await book.file(ticket(1))
    found = contents(url)
    assert found["tickets"] == found["outbox"] == found["outcomes"] == []


async def test_another_matter_under_the_same_key_is_refused(url: str) -> None:
    """The key is unique; other content under it names who has it."""
    one = ticket(1)
    other = replace(one, id=ticket_id(LATER, os.urandom(10)), title="路灯不亮")
    async with shelf(url) as book:
        await book.file(one)
        assert await book.file(other) == KeyTaken(one.id)


async def test_the_same_key_filed_at_once_is_one_ticket(url: str) -> None:
    """Two requests at the same time: one is new."""
    one = ticket(1)
    async with shelf(url) as book, shelf(url) as other:
        twins = [replace(one, id=ticket_id(NOON, os.urandom(10))) for _ in range(6)]
        filed = await asyncio.gather(*((book if n % 2 else other).file(twin) for n, twin in enumerate(twins)))
    assert sorted(one.new for one in filed if isinstance(one, Filed)) == [False] * 5 + [True]
    assert len(contents(url)["outbox"]) == 1


async def test_every_field_comes_back(url: str) -> None:
    """What was filed is what ``find`` gives, to the last field; other ways of looking agree."""
    one, two = ticket(1), ticket(2, LATER, confidential=True, external_ids=(("12345", "FZ-1"),))
    async with shelf(url) as book:
        for each in (one, two):
            await book.file(each)
        found = await book.find(two.id)
        assert found is not None
        assert found.ticket == two
        assert [push.ticket.id for push in await book.recent(9)] == [two.id, one.id]
        assert [push.ticket.id for push in await book.recent(9, before=two.id)] == [one.id]
        assert [push.ticket.id for push in await book.of_call(CallId(one.call or ""))] == [one.id]
        assert await book.find(ticket(3).id) is None


async def test_a_ticket_filed_before_the_book_has_the_call_keeps_its_outcome(url: str) -> None:
    """The outcome waits for the call; the call's closing does not touch it and owes no call-back."""
    told = Told().arrive().end(after=9)
    async with shelf(url) as book:
        await book.dispose(Disposition(told.call, CallOutcome.NUISANCE, NOON, "1001", "8001"))
    await write_all(url, told)
    found = contents(url)
    assert [row[1] for row in found["outcomes"]] == ["nuisance"]
    assert found["callbacks"] == []


async def test_the_mark_of_calls_without_an_outcome(url: str) -> None:
    """On a talk when it is over, not on a call of ours, nor on one that the ledger ends by itself or of which the word came first;
    gone with the agent's word. By it the list finds them."""
    talked, other, early = (Told(n, at=T0 + n * 1000).arrive().queue().talk(9).end(after=1) for n in (1, 2, 3))
    missed, ours = Told(4).arrive().queue().end(after=30), Told(5).arrive(Direction.OUTBOUND).end(after=9)
    async with shelf(url) as book:
        await book.dispose(Disposition(early.call, CallOutcome.NUISANCE, NOON, "1001", "8001"))
        await write_all(url, talked, other, early, missed, ours)
        assert await pending(book._store) == ({talked.call, other.call}, [other.call, talked.call])
        await book.dispose(Disposition(talked.call, CallOutcome.DIRECT, NOON, "1001", "8001", knowledge=("K1",)))
        assert await pending(book._store) == ({other.call}, [other.call])
        await write_all(url, talked, other)
        assert await pending(book._store) == ({other.call}, [other.call]), "read again"


async def pending(store: Store) -> tuple[set[str], list[str]]:
    """What bears the mark, and what the list shows."""
    async with store.reading() as db:
        marked = (await db.execute(sa.select(t.calls.c.call_id).where(t.calls.c.pending.is_(True)))).scalars()
        return set(marked), [row.call for row in await History(store).past(Filter(outcome="pending"))]


async def test_an_agents_word_replaces_missed_and_settles_the_call_back(url: str) -> None:
    """The replaced outcome stays in the history; a filed ticket is never taken back."""
    told = Told().arrive().queue().end(after=30)
    await write_all(url, told)
    async with shelf(url) as book:
        word = Disposition(told.call, CallOutcome.DIRECT, NOON, "1001", "8001", knowledge=("K1",))
        assert await book.dispose(word) == Disposed(CallOutcome.DIRECT, CallOutcome.MISSED)
        await book.file(ticket(1, key="k", facts=replace(ticket(1).facts, call=told.call)))  # type: ignore[type-var]
        assert await book.dispose(word) == NotDisposed(CallOutcome.TICKET)
        store = book._store
        async with store.reading() as db:
            h = t.outcome_history.c
            history = (await db.execute(sa.select(h.outcome).where(h.call_id == told.call).order_by(h.seq))).scalars()
            assert list(history) == ["missed", "direct"]
            task = (await db.execute(sa.select(t.callbacks))).one()
            assert (task.state, task.done_by) == ("done", "1001")


async def test_whoever_was_heard_later_is_owed_nothing(url: str) -> None:
    """They called again and a ticket was filed: the call-back of the missed call is done, a stranger's is not."""
    missed, again = Told(1).arrive().queue().end(after=30), Told(2, at=T0 + 60).arrive().queue().talk().end()
    stranger = Told(3, caller="13806019999", at=T0 + 5).arrive().queue().end(after=30)
    later = Told(4, at=T0 + 9000).arrive().queue().end(after=30)
    await write_all(url, missed, stranger, again, later)
    filed_at = datetime.fromtimestamp(T0 + 300, UTC)
    facts = replace(ticket(1).facts, call=again.call)  # type: ignore[type-var]
    async with shelf(url) as book:
        await book.file(ticket(1, filed_at, facts=facts))
    owed = {row[0]: row[5] for row in contents(url)["callbacks"]}
    assert owed == {missed.call: "done", stranger.call: "open", later.call: "open"}


@pytest.mark.parametrize(
    ("first", "then", "state"),
    [("+8613806010001", "13806010001", "done"), ("anonymous", "anonymous", "open"), ("00000000", "00000000", "open")],
)
async def test_who_was_heard_later_is_the_same_in_every_spelling_and_nobody_is_not(
    url: str, first: str, then: str, state: str
) -> None:
    """What one nameless caller is told settles nothing for another (kinds A and B)."""
    missed, again = Told(1, caller=first).arrive().queue().end(after=30), Told(2, caller=then, at=T0 + 60)
    await write_all(url, missed, again.arrive().queue().talk().end())
    facts = replace(ticket(1).facts, call=again.call)  # type: ignore[type-var]
    async with shelf(url) as book:
        await book.file(ticket(1, datetime.fromtimestamp(T0 + 300, UTC), facts=facts))
    assert [row[5] for row in contents(url)["callbacks"]] == [state]
