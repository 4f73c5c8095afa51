"""Half-written tickets: the form of each call and agent as it stood at the last keystroke.

Implements ``console.ledger_ports.Drafts``. A draft may be begun before the ledger knows its call.
``tickets.py`` removes it in the transaction that files the ticket; what nobody finished is
swept by the daemon.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from . import tables as t
from .store import Store

KEPT = timedelta(days=30)
MOST = 100
_D = t.drafts.c


@dataclass(frozen=True, slots=True)
class Draft:
    call: str
    agent: str
    version: int
    at: datetime
    fields: Mapping[str, Any]


class DraftBook:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def write(self, call: str, agent: str, version: int, at: datetime, fields: Mapping[str, Any]) -> Draft | None:
        """Keep it: None (told twice is the same); when it is not newer, nothing changes and what stands is told."""
        text = json.dumps(dict(fields), ensure_ascii=False)
        row = {"call_id": call, "agent": agent, "version": version, "at": at, "fields": text}
        fresh = self._store.insert(t.drafts).values(row)
        newer = fresh.on_conflict_do_update(
            index_elements=["call_id", "agent"],
            set_={name: fresh.excluded[name] for name in ("version", "at", "fields")},
            where=_D.version < fresh.excluded.version,
        )
        async with self._store.writing() as db:
            if (await db.execute(newer.returning(_D.version))).first() is not None:
                return None
            standing = await _one(db, call, agent)
        assert standing is not None
        same = standing.version == version and standing.fields == fields
        return None if same else standing

    async def get(self, call: str, agent: str) -> Draft | None:
        async with self._store.reading() as db:
            return await _one(db, call, agent)

    async def drop(self, call: str, agent: str) -> bool:
        """False: there was none."""
        gone = sa.delete(t.drafts).where(_D.call_id == call, _D.agent == agent)
        async with self._store.writing() as db:
            return bool((await db.execute(gone)).rowcount)

    async def of_agent(self, agent: str, most: int = MOST) -> Sequence[Draft]:
        """Unfinished ones, newest first."""
        wanted = sa.select(t.drafts).where(_D.agent == agent).order_by(_D.at.desc(), _D.call_id.desc()).limit(most)
        async with self._store.reading() as db:
            return [_draft(row) for row in await db.execute(wanted)]

    async def sweep(self, now: datetime) -> int:
        """Forget what nobody touched for ``KEPT``; how many."""
        async with self._store.writing() as db:
            return int((await db.execute(sa.delete(t.drafts).where(_D.at < now - KEPT))).rowcount)


async def _one(db: Any, call: str, agent: str) -> Draft | None:
    row = (await db.execute(sa.select(t.drafts).where(_D.call_id == call, _D.agent == agent))).first()
    return None if row is None else _draft(row)


def _draft(row: Any) -> Draft:
    return Draft(row.call_id, row.agent, row.version, row.at, json.loads(row.fields))
