"""Each query people wait for, asked of a generated ledger: milliseconds beside the goal, the best of three."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ledger import kpi, migrate
from ledger.agent_day import AgentBook
from ledger.alarms import AlarmBook
from ledger.audit_log import AuditLog
from ledger.call_list import Filter
from ledger.callers import Callers
from ledger.drafts import DraftBook
from ledger.history import History
from ledger.outbox import OutboxShelf
from ledger.store import Store
from ledger.tickets import TicketShelf
from ledger.today import Today
from ledger.wall import Wall

from .generate import FREQUENT, RARE, generate

ROUNDS = 3
DAY = timedelta(days=1)
Ask = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Measured:
    query: str
    ms: float
    goal_ms: float | None
    """None: nobody waits for it."""
    cpu_ms: float = 0.0
    """Of them, what this process computed: beside a busy machine's other programs the rest is waiting. PostgreSQL's own work is not in it."""


def questions(store: Store, now: datetime) -> list[tuple[str, float | None, Ask]]:
    """(name, goal in ms, how to ask it)."""
    history, wall, agents, callers = History(store), Wall(store), AgentBook(store), Callers(store)
    tickets, audit, today = TicketShelf(store), AuditLog(store), Today(store, ZoneInfo("Asia/Shanghai"))
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)

    def report(days: float) -> Ask:
        return lambda: kpi.kpi_report(store, kpi.Period(now - DAY * days, now), now)

    def past(**words: Any) -> Ask:
        return lambda: history.past(Filter(**words))

    month = now - 30 * DAY
    return [
        ("kpi day", 100, report(1)),
        ("kpi month", 200, report(30)),
        ("kpi year", 1500, report(365)),
        ("pop, one call", 10, lambda: callers.story("13500000000", month)),
        ("pop, frequent caller", 10, lambda: callers.story(FREQUENT, month)),
        ("wall day", 20, lambda: wall.day(midnight, now)),
        ("wall day, drilled", 50, lambda: wall.calls(midnight, now, "abandoned")),
        ("today", 20, lambda: today.read(now)),
        ("calls newest", 50, past()),
        ("calls of a seat", 50, past(seat="8007")),
        ("calls of a caller", 50, past(caller=FREQUENT)),
        ("calls of a rare caller", 50, past(caller=RARE)),
        ("calls by outcome nuisance", 50, past(outcome="nuisance")),
        ("calls by outcome missed", 50, past(outcome="missed")),
        ("calls by outcome ticket", 50, past(outcome="ticket")),
        ("calls pending", 50, past(outcome="pending")),
        ("calls of a line", 50, past(line="partner")),
        ("calls of a day", 50, past(since=now - DAY, until=now)),
        ("agent's day", 20, lambda: agents.day("1007", midnight, now, now)),
        ("agent's calls", 20, lambda: agents.calls("1007")),
        ("agent's tickets", 20, lambda: agents.tickets("1007")),
        ("audit newest", 50, lambda: audit.page(100)),
        ("audit by actor", 50, lambda: audit.page(100, actor="1007")),
        ("audit by actor, none", 50, lambda: audit.page(100, actor="nobody")),
        ("audit by action, none", 50, lambda: audit.page(100, action="nothing")),
        ("alarms", 50, lambda: AlarmBook(store).history(None, None, 100)),
        ("tickets newest", 50, lambda: tickets.recent(100)),
        ("outbox due", 20, lambda: OutboxShelf(store, "xm1").due(now, 8)),
        ("outbox backlog", 20, tickets.backlog),
        ("drafts of an agent", 20, lambda: DraftBook(store).of_agent("1007")),
    ]


def run(calls: int, url: str = "") -> tuple[list[Measured], float]:
    """Measure, and the seconds it took to make the ledger; ``url``: an empty database, else a SQLite file of our own."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        url = url or f"sqlite+aiosqlite:///{Path(folder) / 'ledger.db'}"
        now = datetime.now(UTC).replace(microsecond=0)
        began = time.monotonic()
        migrate.upgrade(url)
        engine = sa.create_engine(url.replace("+aiosqlite", ""), poolclass=sa.NullPool)
        with engine.connect() as db:
            if db.scalar(sa.text("SELECT call_id FROM calls LIMIT 1")) is not None:
                raise ValueError("the ledger is not empty")
        generate(engine, calls, now)
        engine.dispose()
        made = time.monotonic() - began
        return asyncio.run(_measure(url, now)), made


async def _measure(url: str, now: datetime) -> list[Measured]:
    store = Store(url)
    try:
        found = []
        for name, goal, ask in questions(store, now):
            ms, cpu = await _best(ask)
            found.append(Measured(name, round(ms, 1), goal, round(cpu, 1)))
        return found
    finally:
        await store.close()


async def _best(ask: Ask) -> tuple[float, float]:
    """Milliseconds on the clock and of the processor, each the least. Fewer rounds of what takes seconds."""
    best = least = float("inf")
    spent = 0.0
    for _ in range(ROUNDS):
        began, computed = time.perf_counter(), time.process_time()
        await ask()
        took, cpu = (time.perf_counter() - began) * 1000, (time.process_time() - computed) * 1000
        best, least, spent = min(best, took), min(least, cpu), spent + took
        if spent > 10_000:
            break
    return best, least
