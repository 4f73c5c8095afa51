"""The door: what is written is whole, what fails says so, readers cannot write."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from ledger import migrate
from ledger import tables as t
from ledger.errors import LedgerUnavailable
from ledger.store import Store

ROW = sa.insert(t.seat_memory).values(seat="8001", state="{}")


def count(db: sa.Connection) -> int:
    return db.scalar(sa.select(sa.func.count()).select_from(t.seat_memory)) or 0


async def test_an_exception_undoes_the_transaction(url: str) -> None:
    """Both doors; the error itself comes through, and the store works on."""
    store = Store(url)

    def fails(db: sa.Connection) -> None:
        db.execute(ROW)
        raise RuntimeError("died here")

    with pytest.raises(RuntimeError):
        await store.transact(fails)
    with pytest.raises(RuntimeError):
        await _fails(store)
    assert await store.transact(count) == 0
    await store.close()


async def _fails(store: Store) -> None:
    async with store.writing() as db:
        await db.execute(ROW)
        raise RuntimeError("died here")


async def test_a_wrong_program_is_not_called_an_outage(url: str) -> None:
    """A broken constraint raises as it is."""
    store = Store(url)
    with pytest.raises(IntegrityError):
        async with store.writing() as db:
            await db.execute(sa.insert(t.outbox).values(ticket_id="nobody's", next_try=None))
    await store.close()


async def test_many_writers_queue_up(url: str) -> None:
    """Both doors at once, two stores: nobody is refused, nothing is lost."""
    one, two = Store(url), Store(url)

    async def put(n: int) -> None:
        statement = sa.insert(t.seat_memory).values(seat=str(n), state="{}")
        if n % 2:
            await (one if n % 3 else two).transact(lambda db: db.execute(statement).rowcount)
        else:
            async with (one if n % 3 else two).writing() as db:
                await db.execute(statement)

    await asyncio.gather(*(put(n) for n in range(40)))
    assert await one.transact(count) == 40
    await one.close()
    await two.close()


async def test_a_cancelled_batch_is_finished_first(url: str) -> None:
    """Stopping the daemon in the middle of a commit leaves it whole, and the door closed behind it."""
    store = Store(url)
    task = asyncio.ensure_future(store.transact(lambda db: db.execute(ROW).rowcount))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await store.transact(count) in (0, 1)
    await store.close()


async def test_a_cancelled_writer_is_whole_when_its_work_is(url: str) -> None:
    """Cut off between BEGIN and COMMIT, it is committed before the cancellation goes on; the next writer waits for nothing."""
    store = Store(url)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        async with store.writing() as db:
            await db.execute(ROW)
            begun.set()
            await go_on.wait()

    task = asyncio.ensure_future(store.whole(work()))
    await begun.wait()
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await store.transact(count) == 1
    await store.close()


async def test_a_reader_cannot_write(tmp_path: Path) -> None:
    """On SQLite a query cannot change the ledger by mistake."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}"
    migrate.upgrade(url)
    store = Store(url)
    with pytest.raises(LedgerUnavailable):
        async with store.reading() as db:
            await db.execute(ROW)
    await store.close()


@pytest.mark.parametrize("url", ["sqlite+aiosqlite:////nowhere/at/all.db", "postgresql+psycopg://x@127.0.0.1:12499/x"])
async def test_a_database_that_is_away_is_said(url: str) -> None:
    """Every door raises ``LedgerUnavailable``."""
    store = Store(url)
    with pytest.raises(LedgerUnavailable):
        await store.transact(count)
    with pytest.raises(LedgerUnavailable):
        async with store.writing():
            pass
    with pytest.raises(LedgerUnavailable):
        async with store.reading():
            pass
    await store.close()
