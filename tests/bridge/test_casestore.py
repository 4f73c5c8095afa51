"""The embedded case store on a real file, alone and with the courier."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bridge.casestore.store import EmbeddedStore
from bridge.courier import Courier
from bridge.drivers import Receipt, Unreachable
from bridge.drivers.embedded import Embedded
from bridge.outbox import RetryRule
from tests.bridge.made import NOON, ticket
from tests.fakes.book import MemoryBook


async def test_idempotent(tmp_path: Path) -> None:
    """The same key given many times at once makes one case with one number."""
    store = EmbeddedStore(tmp_path / "casestore.db", "Asia/Shanghai")
    await store.open()
    driver = Embedded(store, lambda: NOON)
    tickets = [ticket(n) for n in range(12)]
    receipts = await asyncio.gather(*(driver.deliver(one.id, one) for one in tickets for _ in range(3)))
    assert all(isinstance(receipt, Receipt) for receipt in receipts)
    assert len(set(receipts)) == await store.count() == 12
    assert sorted(await store.keys()) == sorted(one.id for one in tickets)
    await store.close()


async def test_numbers(tmp_path: Path) -> None:
    """Numbers count from 1 each local day, go on after a restart, and open only with the query code."""
    file = tmp_path / "casestore.db"
    store = EmbeddedStore(file, "Asia/Shanghai")
    await store.open()
    evening = datetime(2026, 10, 1, 15, 59, tzinfo=UTC)
    one = await store.accept("a", ticket(1), evening)
    await store.close()
    store = EmbeddedStore(file, "Asia/Shanghai")
    await store.open()
    two = await store.accept("b", ticket(2), evening)
    three = await store.accept("c", ticket(3), datetime(2026, 10, 1, 16, 1, tzinfo=UTC))
    assert [one.number, two.number, three.number] == ["GD20261001000001", "GD20261001000002", "GD20261002000001"]
    assert len(one.query_code) == 8
    assert await store.look_up(one.number, one.query_code.lower()) == one
    assert await store.look_up(one.number, two.query_code) is None
    assert await store.look_up("GD0", "é") is None
    await store.close()


async def test_broken_file(tmp_path: Path) -> None:
    """A store whose file cannot be used is unreachable, and says nothing of the citizen."""
    file = tmp_path / "casestore.db"
    store = EmbeddedStore(file, "Asia/Shanghai")
    await store.open()
    with closing(sqlite3.connect(file)) as other:
        other.execute("DROP TABLE cases")
    answer = await Embedded(store).deliver(ticket().id, ticket())
    assert isinstance(answer, Unreachable)
    assert "湖滨" not in answer.reason
    await store.close()


async def test_with_courier(tmp_path: Path) -> None:
    """Filed tickets come back with the store's case numbers."""
    store, book = EmbeddedStore(tmp_path / "casestore.db", "Asia/Shanghai"), MemoryBook()
    await store.open()
    courier = Courier(book, Embedded(store), RetryRule(), lambda _: None, chance=lambda: 0.5)
    courier.start()
    for n in range(25):
        await book.file(ticket(n))
        courier.wake()
    while (await book.backlog())[0]:
        await asyncio.sleep(0.005)
    await courier.stop()
    assert {push.case_number for push in book.rows.values()} == {f"GD{_today()}{n:06d}" for n in range(1, 26)}
    await store.close()


def _today() -> str:
    from zoneinfo import ZoneInfo

    return f"{datetime.now(ZoneInfo('Asia/Shanghai')):%Y%m%d}"
