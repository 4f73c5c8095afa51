"""Calls turned away, as the ledger keeps them: one row a minute, source, cause and numbers, with a count.

Written by ``hotline/alarms/turned_away.py`` together with how far Asterisk's logs were read, so that
nothing is counted twice. What the dialplan itself refused has a call of its own (``calls.refusal``);
``since`` gives both, so that nobody has to know the difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from cti.file_tail import NOWHERE, Place

from . import tables as t
from .rows import clip
from .store import Store

MOST = 5000


@dataclass(frozen=True, slots=True)
class TurnedAwayRow:
    """So many calls of one minute (for a call of the dialplan: 1, and ``minute`` is when it came)."""

    minute: datetime
    source: str
    cause: str
    called: str
    calling: str
    detail: str
    count: int
    last_at: datetime
    call: str = ""


class TurnedAwayBook:
    def __init__(self, store: Store, node: str) -> None:
        self._store, self._node = store, node

    async def marks(self) -> dict[str, Place]:
        c = t.log_marks.c
        async with self._store.reading() as db:
            rows = (await db.execute(sa.select(c.source, c.inode, c.offset).where(c.node == self._node))).all()
        return {row.source: Place(row.inode, row.offset) for row in rows}

    async def add(self, rows: Sequence[TurnedAwayRow], marks: Mapping[str, Place]) -> None:
        """Count these, and keep how far was read, in one transaction."""
        values = [
            {
                "node": self._node, "minute": row.minute, "source": clip(row.source), "cause": clip(row.cause, 40),
                "called": clip(row.called), "calling": clip(row.calling), "detail": clip(row.detail, 200),
                "count": row.count, "last_at": row.last_at,
            }
            for row in rows
        ]  # fmt: skip
        statement = self._store.insert(t.turned_away)
        same = [column.name for column in t.turned_away.primary_key]
        more = {
            "count": t.turned_away.c["count"] + statement.excluded["count"],
            "last_at": statement.excluded.last_at,
            "detail": statement.excluded.detail,
        }
        statement = statement.on_conflict_do_update(index_elements=same, set_=more)
        places = [
            {"node": self._node, "source": source, "inode": place.inode, "offset": place.offset}
            for source, place in marks.items()
            if place != NOWHERE
        ]
        async with self._store.writing() as db:
            if values:
                await db.execute(statement, values)
            if places:
                await db.execute(self._store.upsert(t.log_marks, ("node", "source", "inode", "offset")), places)

    async def since(self, since: datetime | None, until: datetime | None, most: int = MOST) -> list[TurnedAwayRow]:
        """The newest first: what never became a call, and what the dialplan refused."""
        a, c = t.turned_away.c, t.calls.c
        most = max(1, min(most, MOST))
        counted = sa.select(t.turned_away).order_by(a.minute.desc()).limit(most)
        refused = (
            sa.select(c.call_id, c.arrived_at, c.trunk, c.endpoint, c.refusal, c.dialled, c.caller)
            .where(c.refusal != "", c.direction == "inbound")
            .order_by(c.arrived_at.desc())
            .limit(most)
        )
        if since is not None:
            counted, refused = counted.where(a.minute >= since), refused.where(c.arrived_at >= since)
        if until is not None:
            counted, refused = counted.where(a.minute < until), refused.where(c.arrived_at < until)
        async with self._store.reading() as db:
            rows = [
                TurnedAwayRow(
                    r.minute, r.source, r.cause, r.called, r.calling, r.detail, r._mapping["count"], r.last_at
                )
                for r in (await db.execute(counted)).all()
            ]
            rows += [
                TurnedAwayRow(
                    r.arrived_at, r.trunk or r.endpoint, r.refusal, r.dialled, r.caller, "", 1, r.arrived_at, r.call_id
                )
                for r in (await db.execute(refused)).all()
            ]
        return sorted(rows, key=lambda row: row.minute, reverse=True)[:most]
