"""The seats' book: who sat where, doing what, from when to when. Implements ``agents.ports.SeatLog``.

Also answers the scribe's question who sat at a seat when a talk began.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.events import SeatStateChanged
from agents.presence import Presence
from agents.seat import SeatState, pack, unpack
from cti.ids import SeatId

from . import tables as t
from .columns import Moment
from .rows import moment
from .store import Store


class SeatBook:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def record(self, change: SeatStateChanged) -> None:
        """End the open interval at ``change.at``, begin the new one, keep ``change.state``. Idempotent."""
        at, c = moment(change.at), t.seat_log.c
        begun = (
            self._store.insert(t.seat_log)
            .values(
                seat=change.seat,
                since=at,
                state=str(change.new),
                agent=change.agent,
                reason=change.reason[:80],
                call_id=change.call,
                by=change.by,
            )
            .on_conflict_do_nothing()
        )
        async with self._store.writing() as db:
            if (await db.execute(begun)).rowcount:
                await db.execute(
                    sa.update(t.seat_log)
                    .where(c.seat == change.seat, c.until.is_(None), sa.or_(c.since != at, c.state != str(change.new)))
                    .values(until=at)
                )
            await self._keep(db, change.state)

    async def keep(self, state: SeatState) -> None:
        async with self._store.writing() as db:
            await self._keep(db, state)

    async def last(self) -> Mapping[SeatId, SeatState]:
        async with self._store.reading() as db:
            found = await db.execute(sa.select(t.seat_memory))
            return {SeatId(row.seat): unpack(row.state) for row in found}

    async def _keep(self, db: AsyncConnection, state: SeatState) -> None:
        statement = self._store.upsert(t.seat_memory, ("seat", "state"))
        await db.execute(statement, [{"seat": state.seat, "state": pack(state)}])


_SAT = (
    sa.select(t.seat_log.c.agent, t.seat_log.c.state)
    .where(t.seat_log.c.seat == sa.bindparam("seat"), t.seat_log.c.since <= sa.bindparam("at", type_=Moment()))
    .order_by(t.seat_log.c.since.desc(), t.seat_log.c.until.is_(None).desc())
    .limit(1)
)


def sitting(db: sa.Connection, seat: str, at: datetime) -> str:
    """The agent at this seat at this moment; '' when nobody was logged in or the log knows nothing."""
    row = db.execute(_SAT, {"seat": seat, "at": at}).first()
    return "" if row is None or row.state == Presence.LOGGED_OUT else str(row.agent)
