"""Programs and account changes on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from ledger import tables as t
from ledger.account_changes_to_confirm import ChangeShelf
from ledger.accounts import FORMER, AccountShelf
from ledger.program_tokens import ProgramShelf
from ledger.restored import settle
from ledger.store import Store

NOON = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=90)


async def test_program_tokens(url: str) -> None:
    """Made once, rotated with and without the token before, counted, revoked; a revoked name is free again."""
    store = Store(url)
    shelf = ProgramShelf(store)
    assert await shelf.add("grafana", ["metrics", "reports"], "a" * 64, NOON, "admin", LATER)
    assert not await shelf.add("grafana", ["metrics"], "b" * 64, NOON, "admin", LATER)
    (row,) = await shelf.every()
    assert (row.scopes, row.token_sha256, row.made_by, row.used, row.used_at) == (
        ("metrics", "reports"), "a" * 64, "admin", 0, None,
    )  # fmt: skip
    await shelf.counted("grafana", 3, NOON, 1)
    await shelf.counted("grafana", 0, None, 1)
    assert await shelf.rotate("grafana", "b" * 64, LATER, NOON + timedelta(hours=1))
    (row,) = await shelf.every()
    assert (row.used, row.used_at, row.refused) == (3, NOON, 2)
    assert (row.token_sha256, row.former_sha256, row.former_until) == ("b" * 64, "a" * 64, NOON + timedelta(hours=1))
    assert await shelf.rotate("grafana", "c" * 64, LATER, None)
    (row,) = await shelf.every()
    assert (row.former_sha256, row.former_until) == ("", None)
    assert [await shelf.revoke("grafana", NOON, "second") for _ in range(2)] == [True, False]
    assert not await shelf.rotate("grafana", "d" * 64, LATER, None)
    (revoked,) = await shelf.every()
    assert (revoked.revoked_at, revoked.revoked_by) == (NOON, "second")
    assert await shelf.add("grafana", ["metrics"], "e" * 64, NOON, "admin", LATER)
    (again,) = await shelf.every()
    assert (again.revoked_at, again.used, again.refused, again.former_sha256) == (None, 0, 0, "")
    await store.close()


async def test_a_program_s_partner_stays_until_another_is_said(url: str) -> None:
    store = Store(url)
    shelf, found = ProgramShelf(store), []
    assert await shelf.add("city", ["tickets:file"], "e" * 64, NOON, "admin", LATER, "12345")
    for partner in (None, "110", ""):
        assert await shelf.rotate("city", "f" * 64, LATER, None, partner)
        found += [one.partner for one in await shelf.every()]
    assert found == ["12345", "110", ""]
    await store.close()


async def test_a_restored_ledger_gives_no_token_and_no_change(url: str) -> None:
    """A token may have been revoked since the backup, a change declined."""
    store = Store(url)
    programs, changes = ProgramShelf(store), ChangeShelf(store)
    await programs.add("grafana", ["metrics"], "a" * 64, NOON, "admin", LATER)
    await changes.ask("2001", {"role": "auditor"}, "$argon2id$…", "admin", NOON, LATER)
    await settle(store, NOON, NOON)
    (row,) = await programs.every()
    assert (row.revoked_at, row.revoked_by) == (NOON, "restore")
    assert list(await changes.waiting()) == []
    await store.close()


async def test_a_change_is_settled_once(url: str) -> None:
    """A newer one for the same account replaces it; no settled one keeps a password's hash."""
    store = Store(url)
    shelf = ChangeShelf(store)
    first = await shelf.ask("2001", {"role": "auditor"}, "$argon2id$…", "admin", NOON, LATER)
    other = await shelf.ask("1001", {"name": "陈", "locked": False}, "", "admin", NOON, LATER)
    second = await shelf.ask("2001", {"role": "operator"}, "$argon2id$2…", "second", NOON, LATER)
    waiting = await shelf.waiting()
    assert list(waiting) == [other, second]
    assert waiting[0] == replace(other, wanted={"name": "陈", "locked": False})
    assert not await shelf.settle(first.id, NOON, "third", "confirmed")
    assert [await shelf.settle(second.id, NOON, "third", how) for how in ("confirmed", "declined")] == [True, False]
    assert [one.id for one in await shelf.waiting()] == [other.id]
    async with store.reading() as db:
        rows = (await db.execute(sa.select(t.account_changes).order_by(t.account_changes.c.change_id))).all()
    assert [(row.settled_by, row.settled_how, row.password_hash) for row in rows] == [
        ("second", "replaced", ""), ("", "", ""), ("third", "confirmed", ""),
    ]  # fmt: skip
    await store.close()


async def test_former_passwords(url: str) -> None:
    """The standing one and those before it, five in all, whoever changed them; a hash made anew is the same password."""
    store = Store(url)
    shelf = AccountShelf(store)
    await shelf.put("1001", "陈", "agent", NOON, locked=False, password_hash="h0")
    for n in range(1, 7):
        if n % 2:
            await shelf.hashed("1001", f"h{n}", NOON)
        else:
            await shelf.put("1001", "陈", "agent", NOON, locked=False, password_hash=f"h{n}")
    assert list(await shelf.former("1001")) == ["h6", "h5", "h4", "h3", "h2"]
    assert len(await shelf.former("1001")) == FORMER
    await shelf.hashed("1001", "h6-newer")
    await shelf.put("1001", "陈小", "agent", NOON, locked=False, password_hash=None)
    assert list(await shelf.former("1001")) == ["h6-newer", "h5", "h4", "h3", "h2"]
    await store.close()


async def test_the_settings_roles_are_told(url: str) -> None:
    """Who has another role since hotline.toml was changed, for the audit log."""
    store = Store(url)
    shelf = AccountShelf(store)
    assert await shelf.introduce([("1001", "陈", "agent"), ("2001", "苏", "supervisor")], NOON) == []
    assert await shelf.introduce([("1001", "陈", "supervisor"), ("2001", "苏丽", "supervisor")], LATER) == [
        ("1001", "agent", "supervisor")
    ]
    await store.close()
