"""Old rows are deleted by age, a bounded number a transaction, found by an index; what an outage is read from stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from ledger import tables as t
from ledger.audit_log import AuditLog
from ledger.retention import OLD, Retention
from ledger.store import Store

NOW = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
OLD_DAY, BEFORE = NOW - timedelta(days=400), NOW - timedelta(days=200)


def at(days: float) -> datetime:
    return NOW - timedelta(days=days)


async def rows(store: Store, table: sa.Table) -> int:
    async with store.reading() as db:
        return int(await db.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


async def test_only_what_is_old_goes_and_no_more_than_asked_at_once(url: str) -> None:
    store = Store(url)
    kept = Retention(store, AuditLog(store))
    async with store.writing() as db:
        checks = [{"line": "citizen", "at": at(300 - n), "ok": True} for n in range(200)]
        await db.execute(sa.insert(t.line_checks), checks)
    assert await kept.count("line_checks", BEFORE) == 100
    assert [await kept.delete("line_checks", BEFORE, 60) for _ in range(3)] == [60, 40, 0]
    assert await rows(store, t.line_checks) == 100
    await store.close()


async def test_what_is_not_over_stays_however_old(url: str) -> None:
    """An alarm that stands, a seat's interval that goes on, a message nobody took, an account's change that waits."""
    store = Store(url)
    kept = Retention(store, AuditLog(store))
    async with store.writing() as db:
        alarm = {"at": OLD_DAY, "kind": "disk", "severity": "critical"}
        await db.execute(sa.insert(t.alarms), [{"alarm_id": 1, **alarm}])
        await db.execute(sa.insert(t.alarms), [{"alarm_id": 2, "cleared_at": OLD_DAY, **alarm}])
        sits = {"since": OLD_DAY, "state": "ready"}
        await db.execute(sa.insert(t.seat_log), [{"seat": "8001", **sits}])
        await db.execute(sa.insert(t.seat_log), [{"seat": "8002", "until": OLD_DAY, **sits}])
        change = {"account_id": "1001", "wanted": "{}", "asked_by": "x", "asked_at": OLD_DAY, "expires_at": OLD_DAY}
        await db.execute(sa.insert(t.account_changes), [{"change_id": 1, **change}])
        await db.execute(sa.insert(t.account_changes), [{"change_id": 2, "settled_at": OLD_DAY, **change}])
    for name, table in (("alarms", t.alarms), ("seat_log", t.seat_log), ("account_changes", t.account_changes)):
        assert await kept.count(name, BEFORE) == 1, name
        assert await kept.delete(name, BEFORE) == 1, name
        assert await rows(store, table) == 1, name
    await store.close()


async def test_how_a_trunk_stood_at_that_moment_is_kept(url: str) -> None:
    """Its last word before it: an outage that began a year ago is still one."""
    store = Store(url)
    kept = Retention(store, AuditLog(store))
    words = [("telecom", 400, "reachable"), ("telecom", 350, "unreachable"), ("unicom", 300, "reachable"), ("unicom", 100, "unreachable")]  # fmt: skip
    async with store.writing() as db:
        await db.execute(
            sa.insert(t.endpoint_reach),
            [{"endpoint": who, "at": at(days), "reach": reach} for who, days, reach in words],
        )
    assert await kept.delete("endpoint_reach", BEFORE) == 1
    async with store.reading() as db:
        left = (await db.execute(sa.select(t.endpoint_reach.c.reach).order_by(t.endpoint_reach.c.at))).scalars().all()
    assert left == ["unreachable", "reachable", "unreachable"]
    await store.close()


async def test_old_rows_are_found_by_an_index(url: str) -> None:
    """Also in a table that is full of young ones."""
    store = Store(url)
    if store.sqlite:
        async with store.reading() as db:
            for name, old in OLD.items():
                keys = list(old.table.primary_key.columns)
                asked = sa.select(*keys).where(*old.where(BEFORE)).order_by(old.moment).limit(10)
                text = str(asked.compile(db.engine.sync_engine, compile_kwargs={"literal_binds": True}))
                plan = [str(row.detail) for row in await db.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
                scans = [step for step in plan if step.startswith(f"SCAN {old.table.name}")]
                assert scans == [], (name, plan)
    await store.close()
