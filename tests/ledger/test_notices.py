"""Notices and alarms as the ledger keeps them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from ledger.alarms import AlarmBook, AlarmRow
from ledger.notices import NoticeBook
from ledger.store import Store

from .seed import BEGAN


async def test_a_notice_is_kept_with_whom_it_reached(url: str) -> None:
    store = Store(url)
    book = NoticeBook(store)
    notice = await book.add(BEGAN, "2001", "苏丽华", "台风蓝色预警", urgent=True, seats=["8001"])
    assert (await book.heard(notice.id, 1)).heard == 1
    later = await book.add(BEGAN + timedelta(hours=1), "2001", "苏丽华", "解除", urgent=False, seats=[])
    assert await book.since(BEGAN) == [later, replace(notice, heard=1)]
    assert await book.since(BEGAN + timedelta(minutes=1)) == [later]
    await store.close()


async def test_an_alarm_is_kept_as_it_is_by_now(url: str) -> None:
    store = Store(url)
    book = AlarmBook(store)
    row = AlarmRow(1, BEGAN, "disk", "critical", "", "3 MB")
    old = AlarmRow(2, BEGAN - timedelta(days=30), "blind", "critical", "", "…", cleared_at=BEGAN - timedelta(days=30))
    await book.keep(row)
    await book.keep(old)
    assert await book.open(BEGAN) == [row]
    seen = replace(row, acknowledged_by="2001", acknowledged_at=BEGAN, note="清理中")
    await book.keep(seen)
    await book.keep(seen)
    assert await book.open(BEGAN) == [seen]
    over = replace(seen, cleared_at=BEGAN + timedelta(minutes=5))
    await book.keep(over)
    assert await book.open(BEGAN) == []
    assert await book.history(None, None, 10) == [over, old]
    assert await book.history(BEGAN, BEGAN + timedelta(days=1), 10) == [over]
    await store.close()
