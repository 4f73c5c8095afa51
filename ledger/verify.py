"""The invariant (D8), proved over the whole ledger: every call offered ends in exactly one outcome, and nothing is owed.

Called by ``hotline verify`` and by the daemon now and then. Reads only; each rule is
one query, so that a rule never sees half a transaction. A rule knows what it would see
if the daemon had lost, doubled or forgotten something; it believes no counter.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge.disposition import CallOutcome
from bridge.ports import PushState
from cti.events import Direction

from . import auditlog
from . import tables as t
from .columns import Moment
from .store import Store

EXCUSED = {"node_died": {"short"}}
"""A fault that explains others: Asterisk died, so seconds are missing. It is no breach itself."""
TOUCH = timedelta(milliseconds=100)
"""One talk's last and the next one's first moment may cross by so much."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long something may be owed before it counts as forgotten."""

    call: timedelta = timedelta(minutes=240)
    disposition: timedelta = timedelta(minutes=30)
    recording: timedelta = timedelta(minutes=10)
    outbox: timedelta = timedelta(minutes=10)
    stray: timedelta = timedelta(minutes=10)
    """An agent's word on a call the book has not read yet."""
    recorded: bool = True
    """[recording] enabled."""

    def strict(self) -> Limits:
        """Nothing may be owed at all: at the end of a run."""
        nothing = timedelta()
        return Limits(self.call, nothing, nothing, nothing, nothing, self.recorded)


@dataclass(frozen=True, slots=True)
class Breach:
    rule: str
    """Stable word, the name of the rule's function."""
    subject: str
    """Call, ticket, seat or audit row."""
    said: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.said} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class Look:
    """What a rule works with. ``most``: breaches it names before it stops."""

    db: AsyncConnection
    now: datetime
    limits: Limits
    most: int

    async def rows(self, statement: sa.Select[Any]) -> list[sa.Row[Any]]:
        return list((await self.db.execute(statement.limit(self.most))).all())

    def before(self, limit: timedelta) -> datetime:
        return self.now - limit


Rule = Callable[[Look], AsyncIterator[Breach]]
RULES: list[Rule] = []


def rule(function: Rule) -> Rule:
    RULES.append(function)
    return function


async def verify(store: Store, now: datetime, limits: Limits | None = None, most: int = 1000) -> list[Breach]:
    """Every breach of every rule, at most ``most`` of each; an empty list: nothing is lost and nothing owed."""
    found: list[Breach] = []
    async with store.reading() as db:
        look = Look(db, now, limits or Limits(), most)
        for one in RULES:
            found += [breach async for breach in one(look)]
    return found


CALL, OUTCOME, TICKET, PUSH = t.calls.c, t.outcomes.c, t.tickets.c, t.outbox.c
INBOUND = CALL.direction == Direction.INBOUND.value


def _calls(*more: Any) -> sa.Select[Any]:
    """Calls with their outcome, if any."""
    joined = t.calls.outerjoin(t.outcomes, OUTCOME.call_id == CALL.call_id)
    columns = (
        CALL.call_id,
        CALL.arrived_at,
        CALL.ended_at,
        CALL.talk_began_at,
        CALL.seat,
        CALL.agent,
        OUTCOME.outcome,
        *more,
    )
    return sa.select(*columns).select_from(joined).order_by(CALL.arrived_at)


# -- calls and outcomes ------------------------------------------------------------------------


@rule
async def open_too_long(look: Look) -> AsyncIterator[Breach]:
    """A call older than the absolute limit is over, whatever the ledger believes."""
    old = _calls().where(CALL.state == "open", CALL.arrived_at < look.before(look.limits.call))
    for row in await look.rows(old):
        yield Breach("open_too_long", row.call_id, f"open since {row.arrived_at:%Y-%m-%d %H:%M:%S}Z")


@rule
async def no_outcome(look: Look) -> AsyncIterator[Breach]:
    """The scribe concludes a call nobody talked in, in the transaction that closes it."""
    unheard = sa.and_(CALL.talk_began_at.is_(None), CALL.merged_into == "")
    for row in await look.rows(_calls().where(INBOUND, CALL.state == "closed", OUTCOME.call_id.is_(None), unheard)):
        yield Breach("no_outcome", row.call_id, "ended without a talk and has no outcome")


@rule
async def pending_too_long(look: Look) -> AsyncIterator[Breach]:
    """An agent owes every answered call a ticket or a disposition."""
    talked = sa.or_(CALL.talk_began_at.is_not(None), CALL.merged_into != "")
    late = CALL.ended_at <= look.before(look.limits.disposition)
    for row in await look.rows(
        _calls().where(INBOUND, CALL.state == "closed", OUTCOME.call_id.is_(None), talked, late)
    ):
        who = " ".join(filter(None, (f"seat {row.seat}", row.agent and f"agent {row.agent}")))
        yield Breach("pending_too_long", row.call_id, f"answered by {who}, and nothing was filed about it")


@rule
async def wrong_outcome(look: Look) -> AsyncIterator[Breach]:
    """An answered call is not missed; an outcome is one of those there are."""
    contrary = sa.and_(OUTCOME.outcome == CallOutcome.MISSED.value, CALL.talk_began_at.is_not(None))
    unknown = OUTCOME.outcome.not_in([outcome.value for outcome in CallOutcome])
    for row in await look.rows(_calls().where(sa.or_(contrary, unknown))):
        yield Breach("wrong_outcome", row.call_id, f"outcome {row.outcome}, {_talked(row)}")


def _talked(row: sa.Row[Any]) -> str:
    return f"answered by seat {row.seat}" if row.talk_began_at is not None else "not answered"


@rule
async def ended_without_end(look: Look) -> AsyncIterator[Breach]:
    """Closed and ended are the same thing; an open call has no outcome of the scribe's."""
    closed, ended = CALL.state == "closed", CALL.ended_at.is_not(None)
    for row in await look.rows(_calls(CALL.state).where(sa.or_(closed & ~ended, ~closed & ended))):
        yield Breach("ended_without_end", row.call_id, f"{row.state}, ended at {row.ended_at}")
    early = OUTCOME.outcome.in_([CallOutcome.MISSED.value, CallOutcome.LOST.value])
    for row in await look.rows(_calls().where(~closed, early)):
        yield Breach("ended_without_end", row.call_id, f"still open, with outcome {row.outcome}")


@rule
async def stray_outcome(look: Look) -> AsyncIterator[Breach]:
    """An outcome may come before the book has read its call, but not long before."""
    statement = sa.select(OUTCOME.call_id, OUTCOME.outcome).outerjoin_from(
        t.outcomes, t.calls, CALL.call_id == OUTCOME.call_id
    )
    late = OUTCOME.at <= look.before(look.limits.stray)
    for row in await look.rows(statement.where(CALL.call_id.is_(None), late)):
        yield Breach("stray_outcome", row.call_id, f"outcome {row.outcome} of a call the ledger does not have")


@rule
async def orphans(look: Look) -> AsyncIterator[Breach]:
    """Rows that hang on a call come with it, in one transaction."""
    for table in (t.offers, t.talks, t.queue_visits, t.transfers, t.recordings, t.callbacks):
        call = table.c.call_id
        alone = sa.select(call).outerjoin_from(table, t.calls, CALL.call_id == call).where(CALL.call_id.is_(None))
        for row in await look.rows(alone):
            yield Breach("orphans", row.call_id, f"in {table.name}, but the ledger does not have the call")


@rule
async def sum_differs(look: Look) -> AsyncIterator[Breach]:
    """Offered = the sum of all outcomes + pending + open, counted apart in one statement."""
    offered = sa.select(sa.func.count()).select_from(t.calls).where(INBOUND).scalar_subquery()
    having = sa.select(OUTCOME.call_id).where(OUTCOME.call_id == CALL.call_id).exists()
    without = sa.select(sa.func.count()).select_from(t.calls).where(INBOUND, ~having).scalar_subquery()
    inbound = sa.select(CALL.call_id).where(INBOUND)
    ended = sa.select(sa.func.count()).select_from(t.outcomes).where(OUTCOME.call_id.in_(inbound)).scalar_subquery()
    row = (await look.db.execute(sa.select(offered.label("o"), without.label("w"), ended.label("e")))).one()
    if row.o != row.w + row.e:
        yield Breach("sum_differs", "calls", f"{row.o} offered, {row.e} outcomes, {row.w} without one")


# -- what is owed ----------------------------------------------------------------------------------


@rule
async def missed_without_callback(look: Look) -> AsyncIterator[Breach]:
    """A missed call is owed a call-back; a withheld number too: somebody must have seen it."""
    owed = _calls().outerjoin(t.callbacks, t.callbacks.c.call_id == CALL.call_id)
    for row in await look.rows(
        owed.where(OUTCOME.outcome == CallOutcome.MISSED.value, t.callbacks.c.call_id.is_(None))
    ):
        yield Breach("missed_without_callback", row.call_id, "missed, and there is no call-back task")


@rule
async def ticket_without_outbox(look: Look) -> AsyncIterator[Breach]:
    """A ticket and the intent to push it are one transaction."""
    alone = sa.select(TICKET.ticket_id).outerjoin_from(t.tickets, t.outbox, PUSH.ticket_id == TICKET.ticket_id)
    for row in await look.rows(alone.where(PUSH.ticket_id.is_(None)).order_by(TICKET.ticket_id)):
        yield Breach("ticket_without_outbox", row.ticket_id, "filed, but not in the outbox")


@rule
async def ticket_and_outcome(look: Look) -> AsyncIterator[Breach]:
    """A call with a ticket has the outcome ticket, and the other way round."""
    filed = sa.select(TICKET.ticket_id, TICKET.call_id, OUTCOME.outcome).outerjoin_from(
        t.tickets, t.outcomes, OUTCOME.call_id == TICKET.call_id
    )
    unsaid = sa.or_(OUTCOME.outcome.is_(None), OUTCOME.outcome != CallOutcome.TICKET.value)
    for row in await look.rows(filed.where(TICKET.call_id != "", unsaid)):
        said = f"ticket {row.ticket_id} was filed, the outcome is {row.outcome or 'missing'}"
        yield Breach("ticket_and_outcome", row.call_id, said)
    held = sa.select(TICKET.call_id).where(TICKET.call_id == OUTCOME.call_id).exists()
    for row in await look.rows(sa.select(OUTCOME.call_id).where(OUTCOME.outcome == CallOutcome.TICKET.value, ~held)):
        yield Breach("ticket_and_outcome", row.call_id, "outcome ticket, but there is no ticket")


@rule
async def push_stuck(look: Look) -> AsyncIterator[Breach]:
    """A ticket reaches the case store soon, or a person is told why it does not."""
    pushes = sa.select(*PUSH, TICKET.filed_at).join_from(t.outbox, t.tickets).order_by(TICKET.filed_at)
    for row in await look.rows(pushes.where(PUSH.state == PushState.POISONED.value)):
        yield Breach("push_stuck", row.ticket_id, f"dead letter: {row.error}")
    waiting = pushes.where(PUSH.state == PushState.WAITING.value, TICKET.filed_at <= look.before(look.limits.outbox))
    for row in await look.rows(waiting):
        said = f"waiting for the case store since {row.filed_at:%Y-%m-%d %H:%M:%S}Z, {row.tries} tries"
        yield Breach("push_stuck", row.ticket_id, f"{said}: {row.error}" if row.error else said)
    for row in await look.rows(pushes.where(PUSH.state == PushState.DELIVERED.value, PUSH.case_number == "")):
        yield Breach("push_stuck", row.ticket_id, "delivered, but there is no case number")
    for row in await look.rows(pushes.where(PUSH.state.not_in([state.value for state in PushState]))):
        yield Breach("push_stuck", row.ticket_id, f"unknown state {row.state}")


@rule
async def case_twice(look: Look) -> AsyncIterator[Breach]:
    """Two tickets never have one case."""
    twice = (
        sa.select(PUSH.case_number, sa.func.count().label("n")).where(PUSH.case_number != "").group_by(PUSH.case_number)
    )
    for row in await look.rows(twice.having(sa.func.count() > 1)):
        yield Breach("case_twice", row.case_number, f"{row.n} tickets have this case number")


# -- recordings ---------------------------------------------------------------------------------------


@rule
async def recording_missing(look: Look) -> AsyncIterator[Breach]:
    """An answered call has a good recording, soon after it ended."""
    if not look.limits.recorded:
        return
    r = t.recordings.c
    columns = (CALL.call_id, CALL.uncertain, r.state, r.reason, r.faults)
    calls = sa.select(*columns).select_from(t.calls.outerjoin(t.recordings, r.call_id == CALL.call_id))
    calls = calls.where(CALL.talk_began_at.is_not(None), CALL.state == "closed").order_by(CALL.arrived_at)
    unmade = sa.and_(r.call_id.is_(None), INBOUND, CALL.merged_into == "")
    late = sa.and_(r.state == "raw", CALL.ended_at <= look.before(look.limits.recording))
    for row in await look.rows(calls.where(sa.or_(unmade, late, r.state == "failed", r.faults != ""))):
        if said := _recording(row):
            yield Breach("recording_missing", row.call_id, said)


def _recording(row: sa.Row[Any]) -> str:
    if row.state is None:
        return "answered, and was not recorded"
    if row.state == "failed":
        return f"answered, and its recording is lost: {row.reason}"
    if row.state == "raw":
        return "answered, and its recording is not on the shelf yet"
    faults = set(row.faults.split())
    excused = {"short", "long"} if row.uncertain else set()
    for cause in faults & EXCUSED.keys():
        excused |= EXCUSED[cause] | {cause}
    left = sorted(faults - excused)
    return f"answered, and its recording is not good: {' '.join(left)}" if left else ""


# -- times --------------------------------------------------------------------------------------------


@rule
async def times_disordered(look: Look) -> AsyncIterator[Breach]:
    """Nothing ends before it began, and nothing of a closed call goes on."""
    steps = (CALL.arrived_at, CALL.answered_at, CALL.notice_at, CALL.queued_at, CALL.talk_began_at, CALL.talk_ended_at)
    late = [sa.or_(step > CALL.ended_at, step < CALL.arrived_at) for step in steps]
    swapped = sa.or_(
        CALL.talk_began_at > CALL.talk_ended_at, CALL.talk_seconds < 0, CALL.wait_seconds < 0, CALL.ring_seconds < 0
    )
    for row in await look.rows(_calls().where(CALL.uncertain.is_(False), sa.or_(*late, swapped))):
        yield Breach("times_disordered", row.call_id, "its moments are not in order")
    for table, began, ended in (
        (t.talks, "began_at", "ended_at"),
        (t.offers, "began_at", "ended_at"),
        (t.queue_visits, "entered_at", "left_at"),
        (t.recordings, "started_at", "ended_at"),
    ):
        a, b = table.c[began], table.c[ended]
        of = sa.select(table.c.call_id).join_from(table, t.calls, CALL.call_id == table.c.call_id)
        for row in await look.rows(of.where(b < a)):
            yield Breach("times_disordered", row.call_id, f"a row of {table.name} ends before it began")
        going = of.where(b.is_(None), CALL.state == "closed", CALL.merged_into == "", CALL.uncertain.is_(False))
        for row in await look.rows(going):
            yield Breach("times_disordered", row.call_id, f"closed, but a row of {table.name} goes on")


@rule
async def seat_in_two_talks(look: Look) -> AsyncIterator[Breach]:
    """One seat talks to one caller at a time: the next talk begins after every earlier one ended."""
    a = t.talks.c
    over = sa.func.coalesce(a.ended_at, CALL.ended_at, sa.literal(look.now, Moment()), type_=Moment())
    earlier = {"partition_by": a.seat, "order_by": (a.began_at, a.call_id, a.seq), "rows": (None, -1)}
    talks = (
        sa.select(
            a.seat,
            a.call_id,
            a.began_at,
            sa.func.max(over, type_=Moment()).over(**earlier).label("busy_until"),  # type: ignore[arg-type]
        )
        .join_from(t.talks, t.calls, CALL.call_id == a.call_id)
        .where(INBOUND, CALL.merged_into == "", CALL.uncertain.is_(False))
        .subquery()
    )
    crossing = sa.select(talks).where(talks.c.busy_until > talks.c.began_at).order_by(talks.c.began_at)
    for row in await look.rows(crossing):
        if row.busy_until - row.began_at > TOUCH:
            said = f"talks in call {row.call_id} from {row.began_at:%H:%M:%S.%f}, in another one until"
            yield Breach("seat_in_two_talks", row.seat, f"{said} {row.busy_until:%H:%M:%S.%f}")


@rule
async def audit_broken(look: Look) -> AsyncIterator[Breach]:
    """Who listened, deleted or unmasked is never rewritten."""
    at = await auditlog.broken(look.db)
    if at is not None:
        yield Breach("audit_broken", f"audit row {at}", "does not follow from the row before it")
