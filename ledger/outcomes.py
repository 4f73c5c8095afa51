"""Writing the one outcome of a call (D8), with its history. Inside a transaction of the caller.

Used by ``tickets.py``; the scribe writes what the ledger concludes by itself with an
insert that yields to whatever stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.callbacks import Moved
from bridge.disposition import CallOutcome, may_replace
from cti.ids import CallId
from cti.numbers import ANYWHERE, Numbers

from . import callbacks, pending_calls
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
    settled: tuple[Moved, ...] = ()
    """Call-backs that are not owed any more."""


async def put(store: Store, db: AsyncConnection, said: Said, numbers: Numbers = ANYWHERE) -> Put:
    """Write ``said`` when it may replace what stands.

    With an agent's word the citizen was heard: no call-back is owed for this call, nor for an earlier one of
    the same number.
    """
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
        await db.execute(pending_calls.settled(said.call))
        return Put(True, None, await _heard(db, said, numbers))
    standing = (await db.execute(sa.select(t.outcomes).where(c.call_id == said.call).with_for_update())).one()
    before = CallOutcome(standing.outcome)
    if not may_replace(before, said.outcome):
        return Put(False, before)
    h = t.outcome_history.c
    seq = await db.scalar(sa.select(sa.func.count()).where(h.call_id == said.call))
    kept = {name: getattr(standing, name) for name in _KEPT}
    await db.execute(sa.insert(t.outcome_history).values(call_id=said.call, seq=seq, replaced_at=said.at, **kept))
    await db.execute(sa.update(t.outcomes).where(c.call_id == said.call).values(values))
    return Put(True, before, await _heard(db, said, numbers))


async def _heard(db: AsyncConnection, said: Said, numbers: Numbers) -> tuple[Moved, ...]:
    return tuple(await db.run_sync(lambda one: callbacks.heard(one, said.call, said.at, said.agent, numbers)))
