"""How long the seats were in which state, from the seat log. Reads only; used by ``kpi.py``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from agents.presence import Presence

from . import tables as t
from .columns import Moment

_BUSY = (Presence.RINGING, Presence.DIALLING, Presence.TALKING, Presence.HOLDING, Presence.WRAP_UP)


@dataclass(frozen=True, slots=True)
class FloorTime:
    """Seconds over all seats; each state's time is cut to the period."""

    ready: float
    busy: float
    """Ringing, dialling, talking, holding, wrap-up."""
    wrap_up: float
    wrap_ups: int
    logged_in: float


class seconds_between(GenericFunction[float]):
    """Seconds from one Moment to another."""

    type = sa.Float()
    inherit_cache = True
    name = "seconds_between"


@compiles(seconds_between, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **words: Any) -> str:
    a, b = (compiler.process(part, **words) for part in element.clauses)
    return f"((julianday({b}) - julianday({a})) * 86400.0)"


@compiles(seconds_between, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **words: Any) -> str:
    a, b = (compiler.process(part, **words) for part in element.clauses)
    return f"extract(epoch from ({b}) - ({a}))"


async def floor_time(db: AsyncConnection, since: datetime, until: datetime, now: datetime) -> FloorTime:
    """``now`` ends what still goes on; a period that has not begun is all zeros."""
    if min(until, now) <= since:
        return FloorTime(0.0, 0.0, 0.0, 0, 0.0)
    c = t.seat_log.c
    first, last = sa.literal(since, Moment()), sa.literal(min(until, now), Moment())
    began = sa.case((c.since < first, first), else_=c.since)
    ended = sa.case((sa.or_(c.until.is_(None), c.until > last), last), else_=c.until)
    spent = sa.func.sum(seconds_between(began, ended))
    touching = sa.and_(c.since < last, sa.or_(c.until.is_(None), c.until > first))
    found = await db.execute(sa.select(c.state, spent, sa.func.count()).where(touching).group_by(c.state))
    times = {state: (float(total or 0.0), int(count)) for state, total, count in found}
    nothing = (0.0, 0)
    return FloorTime(
        ready=times.get(Presence.READY, nothing)[0],
        busy=sum(times.get(state, nothing)[0] for state in _BUSY),
        wrap_up=times.get(Presence.WRAP_UP, nothing)[0],
        wrap_ups=times.get(Presence.WRAP_UP, nothing)[1],
        logged_in=sum(total for state, (total, _) in times.items() if state != Presence.LOGGED_OUT),
    )


async def wrap_up_of(
    db: AsyncConnection, calls: Sequence[sa.ColumnElement[bool]], since: datetime, now: datetime
) -> float:
    """Seconds of wrap-up after the calls that meet these conditions, none of which arrived before ``since``."""
    c = t.seat_log.c
    spent = sa.func.sum(seconds_between(c.since, sa.func.coalesce(c.until, sa.literal(now, Moment()), type_=Moment())))
    wanted = sa.select(spent).join_from(t.seat_log, t.calls, t.calls.c.call_id == c.call_id)
    return float(await db.scalar(wanted.where(c.state == Presence.WRAP_UP, c.since >= since, *calls)) or 0.0)
