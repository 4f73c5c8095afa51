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

_BUSY = (Presence.RINGING, Presence.DIALLING, Presence.TALKING, Presence.HOLDING, Presence.WATCHING, Presence.WRAP_UP)


@dataclass(frozen=True, slots=True)
class SeatTimes:
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


async def seat_times(db: AsyncConnection, since: datetime, until: datetime, now: datetime) -> SeatTimes:
    """``now`` ends what still goes on; a period that has not begun is all zeros.

    A seat's intervals follow each other, so those that touch the period are the one that stood at its beginning and
    those that began in it: one stretch of an index a state, and no more of the log.
    """
    if min(until, now) <= since:
        return SeatTimes(0.0, 0.0, 0.0, 0, 0.0)
    c = t.seat_log.c
    first, last = sa.literal(since, Moment()), sa.literal(min(until, now), Moment())
    began = sa.case((c.since < first, first), else_=c.since)
    ended = sa.case((sa.or_(c.until.is_(None), c.until > last), last), else_=c.until)
    spent = sa.func.sum(seconds_between(began, ended))
    columns = (c.state, spent, sa.func.count())
    began_inside = [
        sa.select(*columns).where(c.state == str(state), c.since >= first, c.since < last).group_by(c.state)
        for state in Presence
    ]
    rows = [*await db.execute(_standing(columns, first)), *await db.execute(sa.union_all(*began_inside))]
    times: dict[str, tuple[float, int]] = {}
    for state, total, count in rows:
        seconds, before = times.get(state, (0.0, 0))
        times[state] = (seconds + float(total or 0.0), before + int(count))
    nothing = (0.0, 0)
    return SeatTimes(
        ready=times.get(Presence.READY, nothing)[0],
        busy=sum(times.get(state, nothing)[0] for state in _BUSY),
        wrap_up=times.get(Presence.WRAP_UP, nothing)[0],
        wrap_ups=times.get(Presence.WRAP_UP, nothing)[1],
        logged_in=sum(total for state, (total, _) in times.items() if state != Presence.LOGGED_OUT),
    )


def _seats() -> sa.Select[Any]:
    """Every seat of the log: from one to the next down the index, not row by row."""
    c, after = t.seat_log.c, t.seat_log.alias().c
    seat = sa.select(sa.func.min(c.seat).label("seat")).cte("seats", recursive=True)
    following = sa.select(sa.func.min(after.seat)).where(after.seat > seat.c.seat).scalar_subquery()
    every = seat.union_all(sa.select(following).where(seat.c.seat.is_not(None)))
    return sa.select(every.c.seat).where(every.c.seat.is_not(None))


def _standing(columns: Sequence[Any], first: sa.ColumnElement[datetime]) -> sa.Select[Any]:
    """Of each seat the interval that had begun before ``first`` and went on."""
    c, before = t.seat_log.c, t.seat_log.alias().c
    seats = _seats().subquery()
    newest = sa.select(sa.func.max(before.since, type_=Moment())).where(
        before.seat == seats.c.seat, before.since < first
    )
    began = sa.and_(c.seat == seats.c.seat, c.since == newest.scalar_subquery())
    wanted = sa.select(*columns).select_from(seats.join(t.seat_log, began))
    return wanted.where(sa.or_(c.until.is_(None), c.until > first)).group_by(c.state)


async def wrap_up_of(
    db: AsyncConnection, calls: Sequence[sa.ColumnElement[bool]], since: datetime, now: datetime
) -> float:
    """Seconds of wrap-up after the calls that meet these conditions, none of which arrived before ``since``."""
    c = t.seat_log.c
    spent = sa.func.sum(seconds_between(c.since, sa.func.coalesce(c.until, sa.literal(now, Moment()), type_=Moment())))
    wanted = sa.select(spent).join_from(t.seat_log, t.calls, t.calls.c.call_id == c.call_id)
    return float(await db.scalar(wanted.where(t.wraps_up, c.since >= since, *calls)) or 0.0)
