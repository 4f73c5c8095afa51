"""Mass events (群发事件): one case that many citizens call about, with where, until when and what callers are told.

Implements ``console.ledger_ports.MassEventBook``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bridge.ticket import TicketId

from . import tables as t
from .store import Store

_E, _C = t.mass_events.c, t.cases.c
MOST = 50


@dataclass(frozen=True, slots=True)
class MassEvent:
    id: str
    ticket: TicketId
    """Whose case the others join."""
    title: str
    district: str
    """'' the whole city."""
    words: str
    """What callers are told."""
    opened_at: datetime
    opened_by: str
    ends_at: datetime
    closed_at: datetime | None
    closed_by: str
    case_number: str
    """'' until the case store answered."""


_EVENTS = sa.select(t.mass_events, _C.number).outerjoin_from(t.mass_events, t.cases, _C.ticket_id == _E.ticket_id)


class MassEvents:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def open(self, event: MassEvent) -> bool:
        """False: this very one was opened before."""
        values = {
            "event_id": event.id, "ticket_id": event.ticket, "title": event.title, "district": event.district,
            "words": event.words, "opened_at": event.opened_at, "opened_by": event.opened_by, "ends_at": event.ends_at,
        }  # fmt: skip
        fresh = self._store.insert(t.mass_events).values(values).on_conflict_do_nothing().returning(_E.event_id)
        async with self._store.writing() as db:
            return (await db.execute(fresh)).first() is not None

    async def close(self, event: str, by: str, at: datetime) -> MassEvent | None:
        """Before its end; None: there is no such event. Closed already, it stays as it is."""
        mine = sa.and_(_E.event_id == event, _E.closed_at.is_(None))
        async with self._store.writing() as db:
            await db.execute(sa.update(t.mass_events).where(mine).values(closed_at=at, closed_by=by))
            row = (await db.execute(_EVENTS.where(_E.event_id == event))).first()
        return _event(row) if row is not None else None

    async def running(self, now: datetime) -> Sequence[MassEvent]:
        """Those that are on, the newest first."""
        on = _EVENTS.where(_E.ends_at > now, _E.closed_at.is_(None)).order_by(_E.opened_at.desc()).limit(MOST)
        async with self._store.reading() as db:
            return [_event(row) for row in await db.execute(on)]

    async def of_ticket(self, ticket: TicketId) -> Sequence[MassEvent]:
        mine = _EVENTS.where(_E.ticket_id == ticket).order_by(_E.opened_at)
        async with self._store.reading() as db:
            return [_event(row) for row in await db.execute(mine)]


def _event(row: Any) -> MassEvent:
    return MassEvent(
        row.event_id, TicketId(row.ticket_id), row.title, row.district, row.words, row.opened_at, row.opened_by,
        row.ends_at, row.closed_at, row.closed_by, row.number or "",
    )  # fmt: skip
