"""Marks of live cases: reckoned after an event, reached once, none while the clock stands, afresh at another unit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bridge.case_state import CaseState
from bridge.drivers import CaseEvent
from bridge.ticket import Limit, Promise, Ticket
from config.calendar import WorkCalendar
from config.hours import parse
from config.work_time import WorkTime
from hotline.books.case_clocks import CaseMarks
from ledger import tables as t
from ledger.case_clocks import CaseClocks
from ledger.casebook import CaseShelf
from ledger.invariant.rule import Limits
from ledger.outbox import OutboxShelf
from ledger.store import Store
from ledger.tickets import TicketShelf
from ledger.verify import verify
from tests.bridge.made import ticket

S = CaseState
ZONE = ZoneInfo("Asia/Shanghai")
WORK = WorkTime(parse("Mon-Fri 08:00-12:00,14:00-18:00"), WorkCalendar.of((), ()).row, ZONE)
BEGAN = datetime(2026, 11, 2, 9, 0, tzinfo=ZONE).astimezone(UTC)


class Books:
    def __init__(self, store: Store) -> None:
        self.store, self.now = store, BEGAN
        self.cases = CaseShelf(store, work=WORK)
        self.marks = CaseMarks(CaseClocks(store), WORK, lambda: self.now)
        self._sequence = 0

    async def filed(self) -> Ticket:
        limit = Limit(10, "clock_hour")
        promise = Promise(BEGAN, BEGAN, provisional=False, limit=limit, condition="", basis="catalogue")
        one = replace(ticket(1, BEGAN), facts=None, promise=promise)
        await TicketShelf(self.store).file(one)
        outbox = OutboxShelf(self.store, "xm1")
        (sent,) = await outbox.due(BEGAN, 9)
        await outbox.delivered(sent, "GD1", "Q1", BEGAN)
        return one

    async def hear(self, one: Ticket, state: S, hours: float, unit: str = "甲") -> None:
        self._sequence += 1
        at = BEGAN + timedelta(hours=hours)
        await self.cases.hear("native", [CaseEvent(one.key, "GD1", self._sequence, state, at, "", unit)], None, at)
        await self.look(hours)

    async def look(self, hours: float) -> None:
        self.now = BEGAN + timedelta(hours=hours)
        await self.marks.look()

    async def case(self) -> sa.Row[Any]:
        async with self.store.reading() as db:
            return (await db.execute(sa.select(t.cases))).one()

    async def warned(self) -> list[tuple[int, float]]:
        """(mark, hours after the begin)."""
        w = t.case_warnings.c
        async with self.store.reading() as db:
            rows = (await db.execute(sa.select(w.mark, w.at).order_by(w.at))).all()
        return [(row.mark, round((row.at - BEGAN) / timedelta(hours=1), 1)) for row in rows]


@asynccontextmanager
async def books(url: str) -> AsyncIterator[Books]:
    store = Store(url)
    try:
        yield Books(store)
    finally:
        await store.close()


async def test_each_mark_is_reached_once(url: str) -> None:
    """Looked at late, or often: a row each; overdue counts while the unit has it."""
    async with books(url) as b:
        one = await b.filed()
        await b.hear(one, S.DISPATCHED, 0)
        case = await b.case()
        assert (case.due_at, case.marked) == (BEGAN + timedelta(hours=10), 0)
        for hours in (4.9, 5.1, 5.1, 7):
            await b.look(hours)
        assert (await b.warned(), b.marks.overdue) == ([(50, 5.0)], 0)
        await b.look(30)
        assert (await b.warned(), b.marks.overdue) == ([(50, 5.0), (80, 8.0), (100, 10.0)], 1)
        await b.hear(one, S.HANDLED, 31)
        assert b.marks.overdue == 0
        assert await verify(b.store, b.now, replace(Limits(), recorded=False)) == []


async def test_a_clock_that_stands_reaches_nothing(url: str) -> None:
    """Suspended for four hours, due four hours later; given back it stands, and another unit's begins afresh."""
    async with books(url) as b:
        one = await b.filed()
        await b.hear(one, S.DISPATCHED, 0)
        await b.hear(one, S.SUSPENDED, 2)
        await b.look(20)
        assert await b.warned() == []
        assert (await b.case()).due_at is None
        await b.hear(one, S.HANDLING, 6)
        assert (await b.case()).due_at == BEGAN + timedelta(hours=14)
        await b.look(9.5)
        assert await b.warned() == [(50, 9.0)]
        await b.hear(one, S.FILED, 10)
        await b.hear(one, S.DISPATCHED, 11, "乙")
        case = await b.case()
        assert (case.due_at, case.marked) == (BEGAN + timedelta(hours=21), 0)


async def test_a_case_without_a_limit_has_no_clock(url: str) -> None:
    """And costs nothing."""
    async with books(url) as b:
        one = replace(ticket(1, BEGAN), facts=None)
        await TicketShelf(b.store).file(one)
        outbox = OutboxShelf(b.store, "xm1")
        (sent,) = await outbox.due(BEGAN, 9)
        await outbox.delivered(sent, "GD1", "Q1", BEGAN)
        await b.hear(one, S.DISPATCHED, 0)
        case = await b.case()
        assert (case.clock, case.mark_at, case.due_at) == ("", None, None)
