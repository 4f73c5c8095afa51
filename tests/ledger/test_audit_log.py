"""The audit chain shows every row that was touched."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from ledger import tables as t
from ledger.audit_log import TYPED, AuditLog, Proof, broken, findings
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


KEY = b"0123456789abcdef0123456789abcdef"


async def wrong_with(store: Store, key: bytes) -> list[int]:
    async with store.reading() as db:
        return [seq async for seq, _said in findings(db, Proof(key))]


@pytest.mark.parametrize("key", [b"", KEY], ids=["unkeyed", "keyed"])
async def test_old_rows_are_deleted_and_what_is_left_can_still_be_proved(url: str, key: bytes) -> None:
    """In steps; a log of another process goes on; who deletes one row more, or all notes of it, is found."""
    store = Store(url)
    log = AuditLog(store, key)
    await log.begin(NOW, "hotline")
    for n in range(7):
        await log.append(NOW + timedelta(days=n), "2001", "listened", detail={"n": str(n)})
    before = NOW + timedelta(days=5)
    assert await log.older(before) == 5 + bool(key)
    assert await log.prune(before, 3) == 3
    assert await wrong_with(store, key) == []
    assert await log.prune(before, 100) == 2 + bool(key)
    assert await log.prune(before, 100) == 0
    another = AuditLog(store, key)
    await another.append(NOW + timedelta(days=9), "2001", "listened")
    assert await wrong_with(store, key) == []
    entries, whole = await another.page(50)
    assert whole
    assert [one.action for one in entries].count("audit_key_begun") == 0, "the key is not begun anew"
    assert [one.action for one in entries] == ["listened", "audit_pruned", "audit_pruned", "listened", "listened"]
    oldest = entries[-1].seq
    async with store.writing() as db:
        await db.execute(sa.delete(t.audit).where(t.audit.c.seq == oldest))
    assert await wrong_with(store, key) != []
    assert not (await another.page(50))[1]
    await store.close()


async def test_a_note_that_is_not_under_the_key_excuses_no_deletion(url: str) -> None:
    store = Store(url)
    log = AuditLog(store, KEY)
    for n in range(4):
        await log.append(NOW, "2001", "listened", detail={"n": str(n)})
    forger = AuditLog(store)
    await forger.prune(NOW + timedelta(days=1), 3)
    assert await wrong_with(store, KEY) != []
    await store.close()


async def test_the_newest_row_is_never_deleted(url: str) -> None:
    """Or the next would begin a chain of its own."""
    store = Store(url)
    log = AuditLog(store)
    await log.append(NOW, "2001", "listened")
    assert await log.prune(NOW + timedelta(days=1), 10) == 0
    await store.close()


async def test_no_citizens_number_is_typed_into_it(url: str) -> None:
    """Whoever reads the log may see none: a reason, a purpose, an answer is written with its numbers masked, and proved as it is written."""
    store = Store(url)
    log = AuditLog(store, KEY)
    typed = dict.fromkeys(TYPED, "质检：138 0000 0001 来电")
    await log.append(NOW, "2001", "listened", detail={**typed, "case": "350200202613800000001"})
    rows, unbroken = await log.page(9)
    assert unbroken
    assert "138****0001 来电" in rows[0].detail
    assert "0000 0001" not in rows[0].detail
    assert "350200202613800000001" in rows[0].detail
    assert await wrong_with(store, KEY) == []
    await store.close()
