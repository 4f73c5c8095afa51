"""Editions in the ledger: whole, side by side, never changed; promises that are reckoned anew."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bridge import ticket_json
from bridge.ticket import Limit, Promise
from ledger import tables as t
from ledger.catalogues import CatalogueTable, EditionTaken, active
from ledger.store import Store
from ledger.tickets import TicketShelf
from tests.bridge.made import NOON, ticket
from tests.bridge.test_edition import FIRST, SECOND


async def test_an_edition_comes_back_whole(url: str) -> None:
    store = Store(url)
    table = CatalogueTable(store)
    for edition in (FIRST, SECOND):
        await table.add(edition, NOON, "shell:root", "a.xlsx", "0" * 64)
    rows = await table.rows()
    assert [await table.load(row) for row in rows] == [FIRST, SECOND]
    assert {row.state for row in rows} == {"imported"}
    with pytest.raises(EditionTaken):
        await table.add(replace(SECOND, codes=()), NOON, "shell:root", "b.xlsx", "1" * 64)
    assert await table.load((await table.rows())[1]) == SECOND
    await store.close()


async def test_activated_and_taken_back(url: str) -> None:
    store = Store(url)
    table = CatalogueTable(store)
    for edition in (FIRST, SECOND):
        await table.add(edition, NOON, "shell:root", "a.xlsx", "0" * 64)
    assert await table.activate(FIRST.scheme, "none", NOON, "x") is None
    for n, edition in enumerate((SECOND, FIRST)):
        assert await table.activate(edition.scheme, edition.version, NOON + timedelta(hours=n), "shell:root")
    assert [row.version for row in active(await table.rows())] == ["2026.2", "2026.1"]
    gone = await table.withdraw(FIRST.scheme, FIRST.version, NOON, "shell:root")
    assert gone is not None
    assert gone.state == "withdrawn"
    assert await table.withdraw(FIRST.scheme, FIRST.version, NOON, "shell:root") is None
    assert [row.version for row in active(await table.rows())] == ["2026.2"]
    again = await table.activate(FIRST.scheme, FIRST.version, NOON, "shell:root")
    assert again is not None
    assert again.state == "active"
    await store.close()


async def test_a_promise_reckoned_anew_undoes_no_correction(url: str) -> None:
    """The correction is written while the promise is reckoned, by another process: both stand afterwards."""
    store, other = Store(url), Store(url)
    if store.sqlite:
        pytest.skip("SQLite has one writer")
    promise = Promise(
        NOON, NOON, provisional=True, limit=Limit(3, "work_day"), condition="", basis="catalogue", catalogue="x 1"
    )
    filed = ticket(1, promise=promise)
    await TicketShelf(store).file(filed)
    mended, after = replace(filed, title="改正"), replace(promise, by=NOON + timedelta(days=1))
    async with other.writing() as db:
        wanted = sa.update(t.tickets).where(t.tickets.c.ticket_id == filed.id)
        await db.execute(wanted.values(body=ticket_json.dump(mended), title="改正"))
        reckoning = asyncio.create_task(TicketShelf(store).promise_again(filed.id, after, NOON))
        waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while not reckoning.done() and not await db.scalar(waiting):
            await asyncio.sleep(0.01)
    assert await reckoning
    found = await TicketShelf(store).find(filed.id)
    assert found is not None
    assert (found.ticket.title, found.ticket.promise) == ("改正", after)
    await store.close()
    await other.close()


async def test_a_provisional_promise_is_replaced_once_and_the_old_one_kept(url: str) -> None:
    store = Store(url)
    shelf = TicketShelf(store)
    due = datetime(2027, 1, 5, 10, 0, tzinfo=UTC)
    before = Promise(
        due, due, provisional=True, limit=Limit(3, "work_day"), condition="积水", basis="catalogue", catalogue="x 1"
    )
    one, other = ticket(1, promise=before), ticket(2, promise=replace(before, provisional=False))
    for each in (one, other):
        await shelf.file(each)
    assert await shelf.provisional(10) == [one]
    after = replace(before, by=due + timedelta(days=1), provisional=False)
    assert await shelf.promise_again(one.id, after, NOON)
    assert not await shelf.promise_again(one.id, after, NOON)
    assert await shelf.provisional(10) == []
    found = await shelf.find(one.id)
    assert found is not None
    assert found.ticket.promise == after
    async with store.reading() as db:
        kept = (await db.execute(sa.select(t.ticket_history.c.body))).scalars().all()
        column = (
            await db.execute(
                sa.select(t.tickets.c.promised_by, t.tickets.c.handle_by).where(t.tickets.c.ticket_id == one.id)
            )
        ).one()
    assert [ticket_json.load(body).promise for body in kept] == [before]
    assert tuple(column) == (after.by, after.due)
    await store.close()
