"""Writing the one outcome of a call (D8), with its history. Inside a transaction of the caller.

Used by ``tickets.py``; the scribe writes what the ledger concludes by itself with an
insert that yields to whatever stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge.disposition import CallOutcome, may_replace
from cti.ids import CallId

from . import tables as t
from .store import Store

_KEPT = ("outcome", "detail", "at", "agent", "seat", "note", "knowledge")


@dataclass(frozen=True, slots=True)
class Said:
    """An outcome and whose word it is."""

    call: CallId
    outcome: CallOutcome
    at: datetime
    agent: str = ""
    seat: str = ""
    detail: str = ""
    note: str = ""
    knowledge: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Put:
    done: bool
    before: CallOutcome | None
    """What stood (and, unless ``done``, still stands)."""


async def put(store: Store, db: AsyncConnection, said: Said) -> Put:
    """Write ``said`` when it may replace what stands; the call-back task of a missed call is done with it."""
    c = t.outcomes.c
    values = {
        "outcome": str(said.outcome),
        "detail": said.detail,
        "at": said.at,
        "agent": said.agent,
        "seat": said.seat,
        "note": said.note,
        "knowledge": list(said.knowledge),
    }
    fresh = store.insert(t.outcomes).values(call_id=said.call, **values).on_conflict_do_nothing().returning(c.call_id)
    if (await db.execute(fresh)).first() is not None:
        return Put(True, None)
    standing = (await db.execute(sa.select(t.outcomes).where(c.call_id == said.call).with_for_update())).one()
    before = CallOutcome(standing.outcome)
    if not may_replace(before, said.outcome):
        return Put(False, before)
    h = t.outcome_history.c
    seq = await db.scalar(sa.select(sa.func.count()).where(h.call_id == said.call))
    kept = {name: getattr(standing, name) for name in _KEPT}
    await db.execute(sa.insert(t.outcome_history).values(call_id=said.call, seq=seq, replaced_at=said.at, **kept))
    await db.execute(sa.update(t.outcomes).where(c.call_id == said.call).values(values))
    await db.execute(
        sa.update(t.callbacks)
        .where(t.callbacks.c.call_id == said.call, t.callbacks.c.state == "open")
        .values(state="done", done_at=said.at, done_by=said.agent)
    )
    return Put(True, before)
