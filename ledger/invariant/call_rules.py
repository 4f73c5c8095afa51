"""Rules about calls: each has one outcome, and what the witnesses differ in has been accepted by a person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bridge.disposition import CallOutcome
from cti.events import Alone, Direction

from .. import tables as t
from .rule import CALL, INBOUND, OUTCOME, Breach, Look, calls_and_outcomes, going, rule


@rule
async def difference(look: Look) -> AsyncIterator[Breach]:
    """What one witness says and another does not, until a person has looked at it: named by its kind."""
    d = t.differences.c
    open_ = sa.select(d.key, d.kind, d.detail).where(d.accepted_at.is_(None), look.new(d.seen_at))
    open_ = open_.order_by(d.seen_at, d.key)
    for row in await look.rows(open_):
        yield Breach(row.kind, row.key, row.detail, alarm="witnesses")


@rule
async def open_too_long(look: Look) -> AsyncIterator[Breach]:
    """A call older than the absolute limit is over, whatever the ledger believes."""
    old = calls_and_outcomes().where(t.is_open, CALL.arrived_at < look.before(look.limits.call))
    for row in await look.rows(old):
        yield Breach("open_too_long", row.call_id, f"open since {row.arrived_at:%Y-%m-%d %H:%M:%S}Z")


@rule
async def no_outcome(look: Look) -> AsyncIterator[Breach]:
    """The scribe concludes a call nobody talked in, in the transaction that closes it."""
    unheard = sa.and_(CALL.talk_began_at.is_(None), CALL.merged_into == "", look.new(CALL.ended_at))
    ours = going(Direction.INBOUND)
    for row in await look.rows(
        calls_and_outcomes().where(ours, CALL.state == "closed", OUTCOME.call_id.is_(None), unheard)
    ):
        yield Breach("no_outcome", row.call_id, "ended without a talk and has no outcome")


@rule
async def pending_too_long(look: Look) -> AsyncIterator[Breach]:
    """An agent owes every answered call a ticket or a disposition."""
    talked = sa.or_(CALL.talk_began_at.is_not(None), CALL.merged_into != "")
    allowed = look.limits.disposition
    late = sa.and_(CALL.ended_at <= look.before(allowed), look.new(CALL.ended_at, allowed))
    ours = going(Direction.INBOUND)
    for row in await look.rows(
        calls_and_outcomes().where(ours, CALL.state == "closed", OUTCOME.call_id.is_(None), talked, late)
    ):
        who = " ".join(filter(None, (f"seat {row.seat}", row.agent and f"agent {row.agent}")))
        said = f"answered by {who}, and nothing was filed about it"
        yield Breach("pending_too_long", row.call_id, said, alarm="owed")


@rule
async def wrong_outcome(look: Look) -> AsyncIterator[Breach]:
    """An answered call is not missed, unless its citizen had nobody in the end; an outcome is one of those there are."""
    left = OUTCOME.detail.in_([alone.value for alone in Alone if alone])
    contrary = sa.and_(OUTCOME.outcome == CallOutcome.MISSED.value, CALL.talk_began_at.is_not(None), sa.not_(left))
    unknown = OUTCOME.outcome.not_in([outcome.value for outcome in CallOutcome])
    settled = look.new(CALL.ended_at, look.limits.disposition)  # an outcome that there is not stands in no index
    for wrong in (sa.and_(contrary, _given(look)), sa.and_(unknown, settled)):
        for row in await look.rows(calls_and_outcomes().where(wrong)):
            yield Breach("wrong_outcome", row.call_id, f"outcome {row.outcome}, {_talked(row)}")


def _given(look: Look, limit: timedelta = timedelta()) -> sa.ColumnElement[bool]:
    """Outcomes given from ``since`` on; each kind by name, as their index has them."""
    if look.since is None:
        return sa.true()
    return sa.and_(OUTCOME.outcome.in_([one.value for one in CallOutcome]), look.new(OUTCOME.at, limit))


def _talked(row: sa.Row[Any]) -> str:
    return f"answered by seat {row.seat}" if row.talk_began_at is not None else "not answered"


@rule
async def ended_without_end(look: Look) -> AsyncIterator[Breach]:
    """Closed and ended are the same thing; an open call has no outcome of the scribe's."""
    closed, ended = CALL.state == "closed", CALL.ended_at.is_not(None)
    for row in await look.rows(calls_and_outcomes(CALL.state).where(sa.or_(closed & ~ended, t.is_open & ended))):
        yield Breach("ended_without_end", row.call_id, f"{row.state}, ended at {row.ended_at}")
    early = OUTCOME.outcome.in_([CallOutcome.MISSED.value, CallOutcome.LOST.value])
    for row in await look.rows(calls_and_outcomes().where(t.is_open, early)):
        yield Breach("ended_without_end", row.call_id, f"still open, with outcome {row.outcome}")


@rule
async def stray_outcome(look: Look) -> AsyncIterator[Breach]:
    """An outcome may come before the book has read its call, but not long before."""
    statement = sa.select(OUTCOME.call_id, OUTCOME.outcome).outerjoin_from(
        t.outcomes, t.calls, CALL.call_id == OUTCOME.call_id
    )
    late = sa.and_(OUTCOME.at <= look.before(look.limits.stray), _given(look, look.limits.stray))
    for row in await look.rows(statement.where(CALL.call_id.is_(None), late)):
        yield Breach("stray_outcome", row.call_id, f"outcome {row.outcome} of a call the ledger does not have")


@rule
async def orphans(look: Look) -> AsyncIterator[Breach]:
    """Rows that hang on a call come with it, in one transaction. Most have no index by time: of them all is judged, or nothing."""
    everything = (
        t.offers, t.talks, t.queue_visits, t.transfers, t.recordings, t.callbacks, t.voicemails, t.surveys, t.wait_promises,
        t.self_services, t.journey_steps, t.callback_offers, t.graded_calls,
    )  # fmt: skip
    for table in everything if look.since is None else (t.callbacks,):
        call = table.c.call_id
        alone = sa.select(call).outerjoin_from(table, t.calls, CALL.call_id == call)
        alone = alone.where(CALL.call_id.is_(None), call != "")  # a call-back may be about no call
        if table is t.callbacks:
            alone = alone.where(look.new(t.callbacks.c.made_at))
        for row in await look.rows(alone):
            yield Breach("orphans", row.call_id, f"in {table.name}, but the ledger does not have the call")


@rule
async def outgoing_by_nobody(look: Look) -> AsyncIterator[Breach]:
    """What goes out to the world is somebody's, by name: whoever sat at the seat when it was dialled, or talked.

    Of a call nobody answered the ledger keeps no agent; the seats' own book knows.
    """
    if (allowed := look.limits.unattended) is None:
        return
    log = t.seat_log.c
    sat = sa.and_(
        log.seat == CALL.endpoint, log.agent != "", log.state != "logged_out", log.since <= CALL.arrived_at,
        sa.or_(log.until.is_(None), log.until >= CALL.arrived_at),
    )  # fmt: skip
    alone = ~sa.select(log.seat).where(sat).exists()
    went = sa.or_(CALL.trunk != "", CALL.talk_began_at.is_not(None))
    out = sa.and_(going(Direction.OUTBOUND), CALL.endpoint != "", went, CALL.dialled.not_in(sorted(allowed)))
    wanted = calls_and_outcomes(CALL.endpoint, CALL.dialled).where(
        out, CALL.agent == "", alone, look.new(CALL.ended_at)
    )
    for row in await look.rows(wanted):
        yield Breach(
            "outgoing_by_nobody", row.call_id, f"seat {row.endpoint} dialled {row.dialled}, and nobody sat there"
        )


@rule
async def sum_differs(look: Look) -> AsyncIterator[Breach]:
    """Offered = the sum of all outcomes + pending + open, counted apart in one statement."""
    ours = sa.and_(INBOUND, look.new(CALL.arrived_at))
    offered = sa.select(sa.func.count()).select_from(t.calls).where(ours).scalar_subquery()
    having = sa.select(OUTCOME.call_id).where(OUTCOME.call_id == CALL.call_id).exists()
    without = sa.select(sa.func.count()).select_from(t.calls).where(ours, ~having).scalar_subquery()
    inbound = sa.select(CALL.call_id).where(ours)
    ended = sa.select(sa.func.count()).select_from(t.outcomes).where(OUTCOME.call_id.in_(inbound)).scalar_subquery()
    row = (await look.db.execute(sa.select(offered.label("o"), without.label("w"), ended.label("e")))).one()
    if row.o != row.w + row.e:
        yield Breach("sum_differs", "calls", f"{row.o} offered, {row.e} outcomes, {row.w} without one")
