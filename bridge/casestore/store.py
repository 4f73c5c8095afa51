"""The embedded case store: takes a ticket once per key, numbers the case, keeps its steps.

Opened by ``hotline/app.py``, used through ``drivers/embedded.py``; a citizen's question
is answered by ``look_up``. It never reads the ledger and never changes a ticket.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import event, func, insert, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bridge.ticket import Ticket
from bridge.ticket_json import dump

from .number import Step, case_number, query_code
from .tables import CASES, METADATA, SERIALS, STEPS


@dataclass(frozen=True, slots=True)
class Case:
    number: str
    key: str
    query_code: str
    step: Step
    title: str
    accepted_at: datetime


class EmbeddedStore:
    """One per file. Safe for concurrent callers of one loop; SQLite keeps other processes apart."""

    def __init__(self, file: Path, timezone: str) -> None:
        """``timezone``: whose midnight begins a new series of numbers."""
        self._zone = ZoneInfo(timezone)
        self._engine: AsyncEngine = create_async_engine(f"sqlite+aiosqlite:///{file}", connect_args={"timeout": 5})
        self._writing = asyncio.Lock()
        event.listen(self._engine.sync_engine, "connect", _tune)
        event.listen(self._engine.sync_engine, "begin", _begin)

    async def open(self) -> None:
        """Make the tables where they are missing."""
        async with self._engine.begin() as link:
            await link.run_sync(METADATA.create_all)

    async def close(self) -> None:
        await self._engine.dispose()

    async def accept(self, key: str, ticket: Ticket, now: datetime) -> Case:
        """One case per ``key``: the second time the first case is given back, whatever the ticket says then."""
        async with self._writing, self._engine.begin() as link:
            known = await _by_key(link, key)
            return known if known else await self._new(link, key, ticket, now)

    async def by_key(self, key: str) -> Case | None:
        async with self._engine.begin() as link:
            return await _by_key(link, key)

    async def look_up(self, number: str, code: str) -> Case | None:
        """For a citizen: both must fit."""
        async with self._engine.begin() as link:
            row = (await link.execute(select(CASES).where(CASES.c.number == number))).one_or_none()
        fits = row is not None and secrets.compare_digest(row.query_code.encode(), code.strip().upper().encode())
        return _case(row) if row is not None and fits else None

    async def count(self) -> int:
        async with self._engine.begin() as link:
            return int((await link.execute(select(func.count()).select_from(CASES))).scalar_one())

    async def keys(self) -> list[str]:
        """Idempotency keys of all cases, in the order of their numbers; for reconciling with the book."""
        async with self._engine.begin() as link:
            return [str(key) for (key,) in await link.execute(select(CASES.c.key).order_by(CASES.c.number))]

    async def _new(self, link: AsyncConnection, key: str, ticket: Ticket, now: datetime) -> Case:
        day = now.astimezone(self._zone).date()
        number = case_number(day, await _next_serial(link, f"{day:%Y%m%d}"))
        case = Case(number, key, query_code(secrets.choice), Step.FILED, ticket.title, now.astimezone(UTC))
        moment = case.accepted_at.isoformat()
        await link.execute(
            insert(CASES).values(
                number=number, key=key, query_code=case.query_code, step=case.step, kind=ticket.kind,
                title=ticket.title, accepted_at=moment, ticket=dump(ticket),
            )
        )  # fmt: skip
        rows = [
            {"number": number, "turn": 1, "step": Step.COLLECTED, "at": ticket.filed_at.isoformat(), "note": ""},
            {"number": number, "turn": 2, "step": Step.FILED, "at": moment, "note": ""},
        ]
        await link.execute(insert(STEPS), rows)
        return case


async def _by_key(link: AsyncConnection, key: str) -> Case | None:
    row = (await link.execute(select(CASES).where(CASES.c.key == key))).one_or_none()
    return None if row is None else _case(row)


async def _next_serial(link: AsyncConnection, day: str) -> int:
    last = (await link.execute(select(SERIALS.c.last).where(SERIALS.c.day == day))).scalar_one_or_none()
    if last is None:
        await link.execute(insert(SERIALS).values(day=day, last=1))
        return 1
    await link.execute(update(SERIALS).where(SERIALS.c.day == day).values(last=last + 1))
    return int(last) + 1


def _case(row: Row) -> Case:  # type: ignore[type-arg]
    accepted = datetime.fromisoformat(row.accepted_at)
    return Case(row.number, row.key, row.query_code, Step(row.step), row.title, accepted)


def _tune(link: object, _: object) -> None:
    """WAL, and a receipt is on disk before it is given out (FULL)."""
    link.isolation_level = None  # type: ignore[attr-defined]
    cursor = link.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _begin(link: object) -> None:
    # Take the write lock at once: a read that later wants to write would be refused without waiting.
    link.exec_driver_sql("BEGIN IMMEDIATE")  # type: ignore[attr-defined]
