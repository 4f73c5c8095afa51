"""The seats' book: who sat where, doing what, from when to when. Implements ``agents.ports.SeatLog``.

Also answers the scribe's question who sat at a seat when a talk began.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.events import SeatStateChanged
from agents.presence import Presence
from agents.seat import SeatState, pack, unpack
from cti.ids import SeatId

from . import tables as t
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


async def sitting(db: AsyncConnection, asked: Sequence[tuple[str, datetime]]) -> list[str]:
    """The agent at each (seat, moment); '' where nobody was logged in or the log knows nothing."""
    c = t.seat_log.c
    first, last = min(at for _, at in asked), max(at for _, at in asked)
    found = await db.execute(
        sa.select(c.seat, c.since, c.until, c.agent, c.state)
        .where(c.seat.in_({seat for seat, _ in asked}), c.since <= last, sa.or_(c.until.is_(None), c.until >= first))
        .order_by(c.since)
    )
    by_seat: dict[str, list[Any]] = {}
    for row in found:
        by_seat.setdefault(row.seat, []).append(row)
    return [_at(by_seat.get(seat, []), at) for seat, at in asked]


def _at(intervals: Sequence[Any], at: datetime) -> str:
    agent = ""
    for row in intervals:
        if row.since > at:
            break
        agent = "" if row.state == Presence.LOGGED_OUT else row.agent
    return agent
