"""The audit chain shows every row that was touched."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from ledger import tables as t
from ledger.audit_log import AuditLog, broken
from ledger.store import Store

NOW = datetime(2026, 10, 1, 1, 2, 3, 4, tzinfo=UTC)


async def chain(store: Store) -> int | None:
    async with store.reading() as db:
        return await broken(db)


async def test_rows_written_at_once_form_one_chain(url: str) -> None:
    """Twenty writers, two stores: numbers without a gap, each row bound to the one before."""
    one, two = Store(url), Store(url)
    logs = [AuditLog(one), AuditLog(two)]
    await asyncio.gather(*(logs[n % 2].append(NOW, "2001", "listened", detail={"n": str(n)}) for n in range(20)))
    assert await chain(one) is None
    assert (await logs[0].head())[0] == 20
    await one.close()
    await two.close()


@pytest.mark.parametrize(
    "harm",
    [
        sa.update(t.audit).where(t.audit.c.seq == 2).values(actor="1001"),
        sa.update(t.audit).where(t.audit.c.seq == 2).values(detail="{}"),
        sa.update(t.audit).where(t.audit.c.seq == 2).values(hash="0" * 64),
        sa.delete(t.audit).where(t.audit.c.seq == 2),
        sa.delete(t.audit).where(t.audit.c.seq == 1),
    ],
)
async def test_a_touched_row_breaks_it(url: str, harm: sa.Update | sa.Delete) -> None:
    """Changed, cut out, or the first removed: the chain says where."""
    store = Store(url)
    log = AuditLog(store)
    for n in range(3):
        await log.append(NOW, "2001", "listened", detail={"n": str(n)})
    async with store.writing() as db:
        await db.execute(harm)
    assert await chain(store) in (1, 2)
    await store.close()
