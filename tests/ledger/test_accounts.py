"""Accounts and sessions on both databases: they outlive a daemon, count failures, and end at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from ledger import tables as t
from ledger.accounts import AccountShelf
from ledger.audit_log import AuditLog
from ledger.sessions import SessionShelf
from ledger.store import Store

NOON = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=12)
PEOPLE = [("1001", "陈晓岚", "agent"), ("2001", "苏丽华", "supervisor")]


async def test_the_agents_of_the_settings(url: str) -> None:
    """They have accounts from the start; a later start takes name and role from the settings, and keeps the password."""
    store = Store(url)
    shelf = AccountShelf(store)
    await shelf.introduce(PEOPLE, NOON)
    await shelf.hashed("1001", "$argon2id$…", NOON)
    await shelf.put("admin", "运维", "operator", NOON, locked=False, password_hash=None)
    await shelf.introduce([("1001", "陈小岚", "supervisor"), PEOPLE[1]], LATER)
    rows = await shelf.every()
    assert [(row.account, row.name, row.role, row.has_password) for row in rows] == [
        ("1001", "陈小岚", "supervisor", True), ("2001", "苏丽华", "supervisor", False), ("admin", "运维", "operator", False),
    ]  # fmt: skip
    assert await shelf.get("9999") is None
    await store.close()


async def test_sessions_outlive_the_daemon(url: str) -> None:
    """Found by another process by the secret's digest alone, as the account is now; over by time, end or lock."""
    store = Store(url)
    await AccountShelf(store).introduce(PEOPLE, NOON)
    first = SessionShelf(store)
    for ident, account in (("a", "1001"), ("b", "2001")):
        await first.open(ident, ident * 64, account, NOON, LATER, address="10.0.0.9", browser="x" * 300)
    await first.sit("a", "8001")
    await first.lock("a", True)
    await first.seen("a", NOON + timedelta(minutes=1))
    await store.close()

    store = Store(url)
    again, shelf = SessionShelf(store), AccountShelf(store)
    row = await again.find("a" * 64, NOON)
    assert row is not None
    assert (row.id, row.account, row.name, row.role, row.seat, row.locked) == (
        "a", "1001", "陈晓岚", "agent", "8001", True,
    )  # fmt: skip
    assert (row.seen_at, len(row.browser)) == (NOON + timedelta(minutes=1), 200)
    await shelf.put("1001", "陈晓岚", "supervisor", NOON, locked=False, password_hash=None)
    assert (await again.get("a", NOON)).role == "supervisor"  # type: ignore[union-attr]
    assert await again.find("c" * 64, NOON) is None
    assert await again.find("a" * 64, LATER) is None
    assert [one.id for one in await again.live(NOON)] == ["a", "b"]
    assert [one.id for one in await again.live(NOON, "2001")] == ["b"]
    assert [one.id for one in await again.overdue(LATER)] == ["a", "b"]
    await shelf.put("2001", "苏丽华", "supervisor", NOON, locked=True, password_hash=None)
    assert await again.get("b", NOON) is None
    assert [one.id for one in await again.overdue(NOON)] == ["b"]
    assert [await again.end("b", NOON, "revoked") for _ in range(2)] == [True, False]
    assert await again.overdue(NOON) == []
    await store.close()


async def test_pages_of_the_audit_log(url: str) -> None:
    """Newest first, page by page, filtered; a row that was touched shows on its page and on that of the one after."""
    store = Store(url)
    log = AuditLog(store)
    for n in range(1, 7):
        await log.append(NOON, "2001" if n % 2 else "1001", "listened", call=f"c{n}", detail={"n": str(n)})
    rows, whole = await log.page(4)
    assert ([row.seq for row in rows], whole) == ([6, 5, 4, 3], True)
    rows, whole = await log.page(4, before=3)
    assert ([row.seq for row in rows], rows[0].call, rows[0].detail, whole) == ([2, 1], "c2", '{"n":"2"}', True)
    rows, whole = await log.page(9, actor="2001")
    assert ([row.seq for row in rows], whole) == ([5, 3, 1], True)
    assert await log.page(9, action="nothing") == ([], True)
    async with store.writing() as db:
        await db.execute(sa.update(t.audit).where(t.audit.c.seq == 3).values(hash="0" * 64))
    assert [(await log.page(1, before=seq + 1))[1] for seq in range(1, 7)] == [True, True, False, False, True, True]
    await store.close()
