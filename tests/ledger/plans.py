"""Whether a query walks an index or reads a whole table: SQLite's own words about each statement that was sent."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import sqlalchemy as sa

from ledger.store import Store

LARGE = (
    "calls",
    "legs",
    "talks",
    "offers",
    "tickets",
    "ticket_numbers",
    "ticket_traits",
    "outbox",
    "outcomes",
    "recordings",
    "seat_log",
    "drafts",
    "callbacks",
)
"""Tables that grow with the years. ``SCAN`` of another is no harm; of an index it is still the whole of it."""

ALL = ("(direction=?)", "(state=?)")
"""An index searched by this alone is read from end to end, too: nearly every call is inbound and closed."""


async def scans(store: Store, work: Awaitable[Any]) -> list[str]:
    """The steps of all statements of ``work`` that read one of these from end to end."""
    sent: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            sent.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", hear)  # whichever of the store's connections is asked
    try:
        await work
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", hear)
    assert sent, "nothing was asked"
    found = []
    async with store.reading() as db:
        for statement, parameters in sent:
            plan = await db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [str(row.detail) for row in plan]
            found += [
                step for step in steps if step.split()[1] in LARGE and (step.startswith("SCAN") or step.endswith(ALL))
            ]
    return found
