"""One agent's work: the day so far, own calls, own tickets. Reads only; asked by the console (``console.ledger_ports.AgentBook``).

Everything begins at an index of the agent (talks, tickets, seat log), so that a day costs what
the day held and not what the ledger holds. A day's bounds come from the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.presence import Presence
from bridge.ports import Push
from cti.events import Direction, OfferResult

from . import tables as t
from .answered_talks import is_answer
from .call_list import Filter, of_a_talk
from .columns import Moment
from .history import MOST, PastCall, calls_with_outcome, dressed
from .kpi import joined
from .seat_times import seconds_between
from .store import Store
from .tickets import PUSH, push_of

_C, _K, _L, _T, _F, _O = t.calls.c, t.talks.c, t.seat_log.c, t.tickets.c, t.offers.c, t.outcomes.c


SESSION_MOST = timedelta(hours=36)
"""Nobody stays signed in for longer (``access.session_hours`` is 24 at most)."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A state of a seat, cut to the day at its beginning only."""

    seat: str
    state: str
    since: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class AgentDay:
    """Figures of ``console.contract.desk.MyDayOut``."""

    answered: int
    """Citizens' calls this agent talked in."""
    missed: int
    talk_seconds: float
    """Of all talks, outgoing ones too."""
    talk_seconds_mean: float | None
    """Of one answered call."""
    held_seconds: float
    wrap_up_seconds: float
    ready_seconds: float
    paused_seconds: float
    tickets: int
    direct: int
    signed_in_at: datetime | None
    """None: not signed in now."""
    states: Sequence[Interval]
    """Oldest first, the one that stood at the day's beginning too."""
    without_outcome: Sequence[PastCall]


class AgentBook:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def day(self, agent: str, since: datetime, until: datetime, now: datetime) -> AgentDay:
        """``since`` <= … < ``until``; ``now`` ends what still goes on."""
        end = min(until, now)
        async with self._store.reading() as db:
            states = await _states(db, agent, since, end)
            talked = {bool(row.inbound): row for row in await db.execute(_talked(agent, since, end, now))}
            missed = await db.scalar(_missed(states, since, end)) if states else 0
            tickets, direct = (await db.execute(_made(agent, since, end))).one()
            signed_in = await _signed_in(db, agent, end)
            open_calls = await _without_outcome(db, agent, since, end)
        inbound = talked.get(True)
        spent = _spent(states, since, end)
        return AgentDay(
            answered=int(inbound.calls) if inbound else 0,
            missed=int(missed or 0),
            talk_seconds=round(sum(float(row.seconds or 0) for row in talked.values()), 3),
            talk_seconds_mean=round(float(inbound.seconds or 0) / inbound.calls, 3) if inbound else None,
            held_seconds=round(sum(float(row.held or 0) for row in talked.values()), 3),
            wrap_up_seconds=spent.get(Presence.WRAP_UP, 0.0),
            ready_seconds=spent.get(Presence.READY, 0.0),
            paused_seconds=spent.get(Presence.PAUSED, 0.0),
            tickets=int(tickets),
            direct=int(direct),
            signed_in_at=signed_in,
            states=states,
            without_outcome=open_calls,
        )

    async def calls(
        self, agent: str, after: str = "", most: int = 100, wanted: Filter | None = None
    ) -> Sequence[PastCall]:
        """Calls this agent talked in, newest first; empty when ``after`` is no such call. ``wanted``: of these those that
        it asks for (its seat and page aside)."""
        most = max(1, min(most, MOST))
        async with self._store.reading() as db:
            mine = _first_talks(agent)
            if after:
                at = await db.scalar(sa.select(_K.began_at).where(*mine, _K.call_id == after))
                if at is None:
                    return []
                mine.append(sa.tuple_(_K.began_at, _K.call_id) < sa.tuple_(sa.literal(at, Moment()), after))
            source: sa.FromClause = t.talks
            if wanted is not None and (asked := of_a_talk(wanted)):
                source, mine = t.talks.join(t.calls, _C.call_id == _K.call_id), [*mine, *asked]
            page = (
                sa.select(_K.call_id)
                .select_from(source)
                .where(*mine)
                .order_by(_K.began_at.desc(), _K.call_id.desc())
                .limit(most)
            )
            ids = list((await db.execute(page)).scalars())
            found = {row.call: row for row in await dressed(db, calls_with_outcome().where(_C.call_id.in_(ids)))}
        return [found[call] for call in ids if call in found]

    async def tickets(self, agent: str, before: str = "", most: int = 100) -> Sequence[Push]:
        """Tickets this agent filed, newest first; empty when ``before`` is none of them."""
        wanted = PUSH.where(_T.agent == agent)
        async with self._store.reading() as db:
            if before:
                at = await db.scalar(sa.select(_T.filed_at).where(_T.ticket_id == before, _T.agent == agent))
                if at is None:
                    return []
                wanted = wanted.where(
                    sa.tuple_(_T.filed_at, _T.ticket_id) < sa.tuple_(sa.literal(at, Moment()), before)
                )
            page = wanted.order_by(_T.filed_at.desc(), _T.ticket_id.desc()).limit(max(1, min(most, MOST)))
            return [push_of(row) for row in await db.execute(page)]

    async def talked(self, agent: str, call: str) -> bool:
        """Was this call this agent's own?"""
        async with self._store.reading() as db:
            mine = sa.select(_K.call_id).where(_K.call_id == call, _K.agent == agent).limit(1)
            return (await db.execute(mine)).first() is not None


def _first_talks(agent: str) -> list[sa.ColumnElement[bool]]:
    """An agent may talk in a call twice: one row a call."""
    earlier = t.talks.alias()
    again = sa.exists().where(
        earlier.c.call_id == _K.call_id, earlier.c.agent == agent, earlier.c.seq < _K.seq, is_answer(earlier)
    )  # fmt: skip
    return [_K.agent == agent, is_answer(t.talks), ~again]


async def _states(db: AsyncConnection, agent: str, since: datetime, end: datetime) -> list[Interval]:
    """From the one that stood at ``since``; an agent sits at one seat at a time."""
    standing = await db.scalar(sa.select(sa.func.max(_L.since)).where(_L.agent == agent, _L.since <= since))
    wanted = sa.select(t.seat_log).where(_L.agent == agent, _L.since >= (standing or since), _L.since < end)
    rows = await db.execute(wanted.order_by(_L.since, _L.until.is_(None)))
    return [
        Interval(row.seat, row.state, max(row.since, since), row.until, row.reason)
        for row in rows
        if row.until is None or row.until > since
    ]


def _spent(states: Sequence[Interval], since: datetime, end: datetime) -> dict[str, float]:
    spent: dict[str, float] = {}
    for one in states:
        seconds = (min(one.until or end, end) - max(one.since, since)) / timedelta(seconds=1)
        spent[one.state] = round(spent.get(one.state, 0.0) + max(seconds, 0.0), 3)
    return spent


def _talked(agent: str, since: datetime, end: datetime, now: datetime) -> sa.Select[Any]:
    # of a closed call nobody knows the end of: no time rather than ever more of it
    going = sa.case((_C.state == "closed", _K.began_at), else_=sa.literal(now, Moment()))
    ended = sa.func.coalesce(_K.ended_at, going, type_=Moment())
    inbound = sa.case((_C.direction == Direction.INBOUND.value, 1), else_=0).label("inbound")
    counted = sa.select(
        inbound,
        sa.func.count(sa.distinct(_K.call_id)).label("calls"),
        sa.func.sum(seconds_between(_K.began_at, ended)).label("seconds"),
        sa.func.sum(_K.held_seconds).label("held"),
    ).join_from(t.talks, t.calls, _C.call_id == _K.call_id)
    return counted.where(_K.agent == agent, _K.began_at >= since, _K.began_at < end, is_answer(t.talks)).group_by(
        inbound
    )


def _missed(states: Sequence[Interval], since: datetime, end: datetime) -> sa.Select[Any]:
    """Offers of a queue that rang out, were declined or let go at once at the seats this agent sat at, while sitting there.

    What a colleague put through (a transfer, a consultation, a call) is no citizen whom this agent missed.
    """
    sat = [
        sa.and_(_F.seat == seat, _F.began_at >= first, _F.began_at < last)
        for seat, first, last in _sittings(states, end)
    ]
    lost = _F.result.in_((OfferResult.MISSED.value, OfferResult.REFUSED.value, OfferResult.LET_GO.value))
    queued = _F.queue != ""
    mine = sa.or_(sa.false(), *sat)
    return sa.select(sa.func.count()).select_from(t.offers).where(lost, queued, mine, _F.began_at >= since)


def _sittings(states: Sequence[Interval], end: datetime) -> list[tuple[str, datetime, datetime]]:
    """Stretches of signed-in time at one seat."""
    found: list[tuple[str, datetime, datetime]] = []
    for one in states:
        if one.state == Presence.LOGGED_OUT:
            continue
        last = one.until or end
        if found and found[-1][0] == one.seat and found[-1][2] == one.since:
            found[-1] = (one.seat, found[-1][1], last)
        else:
            found.append((one.seat, one.since, last))
    return found


def _made(agent: str, since: datetime, end: datetime) -> sa.Select[Any]:
    tickets = sa.select(sa.func.count()).where(_T.agent == agent, _T.filed_at >= since, _T.filed_at < end)
    direct = sa.select(sa.func.count()).where(_O.outcome == "direct", _O.at >= since, _O.at < end, _O.agent == agent)
    return sa.select(tickets.scalar_subquery(), direct.scalar_subquery())


async def _signed_in(db: AsyncConnection, agent: str, now: datetime) -> datetime | None:
    """When this agent last sat down, if they still sit. Looks back as far as a session can last."""
    wanted = sa.select(_L.since, _L.state).where(_L.agent == agent, _L.since >= now - SESSION_MOST)
    left = wanted.where(_L.state == str(Presence.LOGGED_OUT)).order_by(_L.since.desc()).limit(1)
    out = (await db.execute(left)).first()
    sat = wanted.where(_L.state != str(Presence.LOGGED_OUT)).order_by(_L.since).limit(1)
    came = (await db.execute(sat.where(_L.since >= out.since) if out is not None else sat)).first()
    return came.since if came is not None else None


async def _without_outcome(db: AsyncConnection, agent: str, since: datetime, end: datetime) -> list[PastCall]:
    """In steps, the ids told one by one: asked for at once, SQLite would walk all inbound calls there are."""
    mine = sa.select(_K.call_id).where(_K.agent == agent, _K.began_at >= since, _K.began_at < end).distinct()
    ids = list((await db.execute(mine)).scalars())
    of = sa.select(_C.call_id, _C.direction, _C.state, _C.merged_into, _O.outcome).select_from(joined())
    found = (await db.execute(of.where(_C.call_id.in_(ids)))).all() if ids else ()
    owed = [
        row.call_id
        for row in found
        if row.outcome is None
        and (row.direction, row.state, row.merged_into) == (Direction.INBOUND.value, "closed", "")
    ]
    if not owed:
        return []
    rows = await dressed(db, calls_with_outcome().where(_C.call_id.in_(owed)))
    return sorted(rows, key=lambda row: (row.arrived_at, row.call), reverse=True)
