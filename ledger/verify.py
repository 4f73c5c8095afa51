"""The invariant (D8), proved over the whole ledger: every call offered ends in exactly one outcome, and nothing is owed.

Called by ``hotline verify`` and each minute by the daemon (``hotline/books/invariant_proof.py``). Reads only; each rule is
one query, so that a rule never sees half a transaction. A rule knows what it would see
if the daemon had lost, doubled or forgotten something; it believes no counter.

With ``since`` only what became judgeable from then on is judged: a call when it ended, what is owed when its time was
over. What that costs depends on what is new, not on what there is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.callbacks import HELD, OWED, Kind
from agents.callbacks import State as BackState
from bridge import ticket_json
from bridge.case_state import CaseState
from bridge.case_store_messages import MessageKind
from bridge.delivery_state import HOLDS_BACK, DeliveryState
from bridge.disposition import CallOutcome
from bridge.notifications.rules import Channel
from bridge.partner_handover import HandoverEnd
from bridge.partner_states import TOLD, MatterState, folded
from bridge.ticket import ticket_id
from cti.events import Alone, Direction
from recordings.states import RAW, State

from . import audit_log
from . import tables as t
from .call_record import LOW_SCORE, SAID_LEAST
from .columns import Moment
from .nuisance import APPEALED
from .rows import clip
from .store import Store

FACTS = frozenset({"caller_silent"})
"""What is true of a recording and nobody's fault: citizens who call and say nothing are daily bread (``legs`` has the numbers)."""
EXCUSED = {"node_died": {"short"}}
"""A fault that explains others: Asterisk died, so seconds are missing. It is no breach itself."""
DAY = timedelta(days=1)
"""Of tickets filed so long before, what is new is judged too: they may have waited for the case store."""
LASTS = timedelta(hours=72)
"""So long what a partner is told is tried: what is new then is that it was given up (``bridge/notifications/build.py``)."""
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
    unattended: frozenset[str] | None = frozenset()
    """Numbers that a seat may dial where nobody sits; None: all that its agents may."""

    def strict(self) -> Limits:
        """Nothing may be owed at all: at the end of a run."""
        nothing = timedelta()
        return Limits(self.call, nothing, nothing, nothing, nothing, self.recorded, self.unattended)


@dataclass(frozen=True, slots=True)
class Breach:
    rule: str
    """Stable word, the name of the rule's function."""
    subject: str
    """Call, ticket, seat or audit row."""
    said: str
    alarm: str = ""
    """The kind of alarm that tells it in any case (``hotline/alarms/rules.py``); '' nobody else does."""

    def __str__(self) -> str:
        return f"{self.subject}: {self.said} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class Look:
    """What a rule works with. ``most``: breaches it names before it stops."""

    db: AsyncConnection
    now: datetime
    limits: Limits
    most: int
    audit: audit_log.Proof
    """From outside the ledger."""
    since: datetime | None = None
    """Only what is new from then on; None: everything."""

    async def rows(self, statement: sa.Select[Any]) -> list[sa.Row[Any]]:
        if self.since is not None:
            statement = statement.order_by(None)  # else the order's index is walked from end to end to find nothing
        return list((await self.db.execute(statement.limit(self.most))).all())

    def before(self, limit: timedelta) -> datetime:
        return self.now - limit

    def new(self, moment: sa.ColumnElement[Any], limit: timedelta = timedelta()) -> sa.ColumnElement[bool]:
        """``moment`` is when it happened, and ``limit`` how long after that it can be judged."""
        return sa.true() if self.since is None else moment >= self.since - limit


Rule = Callable[[Look], AsyncIterator[Breach]]
RULES: list[Rule] = []


def rule(function: Rule) -> Rule:
    RULES.append(function)
    return function


async def verify(
    store: Store, now: datetime, limits: Limits | None = None, most: int = 1000, audit: audit_log.Proof | None = None,
    since: datetime | None = None,
) -> list[Breach]:  # fmt: skip
    """Every breach of every rule, at most ``most`` of each; an empty list: nothing is lost and nothing owed.

    ``since``: of what is new from then on.
    """
    found: list[Breach] = []
    async with store.reading() as db:
        look = Look(db, now, limits or Limits(), most, audit or audit_log.Proof(), since)
        for one in RULES:
            found += [breach async for breach in one(look)]
    return found


CALL, OUTCOME, TICKET, PUSH, CASE = t.calls.c, t.outcomes.c, t.tickets.c, t.outbox.c, t.cases.c
INBOUND = CALL.direction == Direction.INBOUND.value


def _going(direction: Direction) -> sa.ColumnElement[bool]:
    """Not by the column itself: nearly every call is inbound, and an index by that is the whole table."""
    return CALL.direction.concat("").in_([direction.value])


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


# -- the witnesses ------------------------------------------------------------------------------


@rule
async def difference(look: Look) -> AsyncIterator[Breach]:
    """What one witness says and another does not, until a person has looked at it: named by its kind."""
    d = t.differences.c
    open_ = sa.select(d.key, d.kind, d.detail).where(d.accepted_at.is_(None), look.new(d.seen_at))
    open_ = open_.order_by(d.seen_at, d.key)
    for row in await look.rows(open_):
        yield Breach(row.kind, row.key, row.detail, alarm="witnesses")


# -- calls and outcomes ------------------------------------------------------------------------


@rule
async def open_too_long(look: Look) -> AsyncIterator[Breach]:
    """A call older than the absolute limit is over, whatever the ledger believes."""
    old = _calls().where(t.is_open, CALL.arrived_at < look.before(look.limits.call))
    for row in await look.rows(old):
        yield Breach("open_too_long", row.call_id, f"open since {row.arrived_at:%Y-%m-%d %H:%M:%S}Z")


@rule
async def no_outcome(look: Look) -> AsyncIterator[Breach]:
    """The scribe concludes a call nobody talked in, in the transaction that closes it."""
    unheard = sa.and_(CALL.talk_began_at.is_(None), CALL.merged_into == "", look.new(CALL.ended_at))
    ours = _going(Direction.INBOUND)
    for row in await look.rows(_calls().where(ours, CALL.state == "closed", OUTCOME.call_id.is_(None), unheard)):
        yield Breach("no_outcome", row.call_id, "ended without a talk and has no outcome")


@rule
async def pending_too_long(look: Look) -> AsyncIterator[Breach]:
    """An agent owes every answered call a ticket or a disposition."""
    talked = sa.or_(CALL.talk_began_at.is_not(None), CALL.merged_into != "")
    allowed = look.limits.disposition
    late = sa.and_(CALL.ended_at <= look.before(allowed), look.new(CALL.ended_at, allowed))
    ours = _going(Direction.INBOUND)
    for row in await look.rows(_calls().where(ours, CALL.state == "closed", OUTCOME.call_id.is_(None), talked, late)):
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
        for row in await look.rows(_calls().where(wrong)):
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
    for row in await look.rows(_calls(CALL.state).where(sa.or_(closed & ~ended, t.is_open & ended))):
        yield Breach("ended_without_end", row.call_id, f"{row.state}, ended at {row.ended_at}")
    early = OUTCOME.outcome.in_([CallOutcome.MISSED.value, CallOutcome.LOST.value])
    for row in await look.rows(_calls().where(t.is_open, early)):
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
        t.self_services, t.callback_offers, t.graded_calls,
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
    out = sa.and_(_going(Direction.OUTBOUND), CALL.endpoint != "", went, CALL.dialled.not_in(sorted(allowed)))
    wanted = _calls(CALL.endpoint, CALL.dialled).where(out, CALL.agent == "", alone, look.new(CALL.ended_at))
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


# -- what is owed ----------------------------------------------------------------------------------


@rule
async def missed_without_callback(look: Look) -> AsyncIterator[Breach]:
    """A missed call is owed a call-back; a withheld number too: somebody must have seen it."""
    owed = _calls().outerjoin(t.callbacks, t.callbacks.c.task_id == CALL.call_id)
    missed = sa.and_(OUTCOME.outcome == CallOutcome.MISSED.value, look.new(OUTCOME.at))
    for row in await look.rows(owed.where(missed, t.callbacks.c.task_id.is_(None))):
        yield Breach("missed_without_callback", row.call_id, "missed, and there is no call-back task")


@rule
async def callback_promise_lost(look: Look) -> AsyncIterator[Breach]:
    """Who hung up to be called was talked with, or a call-back says so."""
    o, b = t.callback_offers.c, t.callbacks.c
    found = sa.select(o.call_id, CALL.talk_began_at, b.kind).select_from(
        t.callback_offers.join(t.calls, CALL.call_id == o.call_id).outerjoin(t.callbacks, b.task_id == o.call_id)
    )
    lately = look.new(o.taken_at, 2 * look.limits.call)
    over = sa.and_(o.taken_at.is_not(None), CALL.state == "closed", CALL.merged_into == "", lately)
    for row in await look.rows(found.where(over).order_by(o.call_id)):
        if row.talk_began_at is None and row.kind != Kind.QUEUE_OFFER:
            yield Breach("callback_promise_lost", row.call_id, "hung up to be called, and there is no call-back for it")


@rule
async def voicemail_unheard(look: Look) -> AsyncIterator[Breach]:
    """A message somebody left is a call-back that says so, and its sound is kept."""
    v, b, r = t.voicemails.c, t.callbacks.c, t.recordings.c
    lately = look.new(v.began_at, look.limits.recording + look.limits.call)
    left = sa.and_(v.said_seconds >= SAID_LEAST, CALL.state == "closed", lately)
    found = sa.select(v.call_id, CALL.ended_at, b.kind, r.state).select_from(
        t.voicemails.join(t.calls, CALL.call_id == v.call_id)
        .outerjoin(t.callbacks, b.task_id == v.call_id)
        .outerjoin(t.recordings, sa.and_(r.call_id == v.call_id, r.part == 1))
    )
    for row in await look.rows(found.where(left).order_by(v.call_id)):
        if row.kind != Kind.VOICEMAIL:
            yield Breach("voicemail_unheard", row.call_id, "left a message, and no call-back says so")
        late = row.state == RAW and row.ended_at <= look.before(look.limits.recording)
        if row.state in (None, State.FAILED) or late:
            yield Breach("voicemail_unheard", row.call_id, "left a message that nobody can hear")


@rule
async def survey_unreviewed(look: Look) -> AsyncIterator[Breach]:
    """Whoever was not content is asked why: the review is made in the transaction that closes the call."""
    s, b = t.surveys.c, t.callbacks.c
    poor = sa.or_(s.score <= LOW_SCORE, s.solved == "no")
    found = sa.select(s.call_id, s.score).select_from(
        t.surveys.join(t.calls, CALL.call_id == s.call_id).outerjoin(
            t.callbacks, b.task_id == f"{Kind.REVIEW}-" + s.call_id
        )
    )
    found = found.where(poor, CALL.state == "closed", b.task_id.is_(None), look.new(s.at, look.limits.call))
    for row in await look.rows(found.order_by(s.call_id)):
        yield Breach("survey_unreviewed", row.call_id, f"scored {row.score}, and there is no review")


@rule
async def appeal_lost(look: Look) -> AsyncIterator[Breach]:
    """Who appealed by key is in the list of appeals: it is made in the transaction that writes the key."""
    g, a = t.graded_calls.c, t.nuisance_appeals.c
    listed = sa.select(a.appeal_id).where(a.decision_id == g.decision_id).exists()
    lost = sa.and_(g.step == APPEALED, g.decision_id != "", look.new(g.at), ~listed)
    for row in await look.rows(sa.select(g.call_id).where(lost)):
        yield Breach("appeal_lost", row.call_id, "appealed by key, and no appeal is in the list")


@rule
async def callback_disordered(look: Look) -> AsyncIterator[Breach]:
    """A call-back is in a state there is, has an agent where somebody has it, and an end where it is over."""
    b = t.callbacks.c
    held, owed = b.state.in_([str(state) for state in HELD]), b.state.in_([str(state) for state in OWED])
    known = b.state.in_([str(state) for state in BackState])
    wrong = sa.or_(~known, held != (b.owner != ""), owed != b.done_at.is_(None))
    for row in await look.rows(
        sa.select(b.task_id, b.state, b.owner, b.done_at).where(wrong, look.new(b.made_at)).order_by(b.task_id)
    ):
        said = f"call-back {row.state}, of {row.owner or 'nobody'}, over at {row.done_at or 'no time'}"
        yield Breach("callback_disordered", row.task_id, said)


@rule
async def ticket_without_outbox(look: Look) -> AsyncIterator[Breach]:
    """A ticket and the message that files it are one transaction."""
    alone = sa.select(TICKET.ticket_id).outerjoin_from(t.tickets, t.outbox, PUSH.message_id == TICKET.ticket_id)
    unsent = sa.and_(PUSH.message_id.is_(None), look.new(TICKET.filed_at))
    for row in await look.rows(alone.where(unsent).order_by(TICKET.ticket_id)):
        yield Breach("ticket_without_outbox", row.ticket_id, "filed, but not in the outbox")


@rule
async def ticket_and_outcome(look: Look) -> AsyncIterator[Breach]:
    """A call with a ticket has the outcome ticket, and the other way round."""
    filed = sa.select(TICKET.ticket_id, TICKET.call_id, OUTCOME.outcome).outerjoin_from(
        t.tickets, t.outcomes, OUTCOME.call_id == TICKET.call_id
    )
    unsaid = sa.or_(OUTCOME.outcome.is_(None), OUTCOME.outcome != CallOutcome.TICKET.value)
    for row in await look.rows(filed.where(TICKET.call_id != "", unsaid, look.new(TICKET.filed_at))):
        said = f"ticket {row.ticket_id} was filed, the outcome is {row.outcome or 'missing'}"
        yield Breach("ticket_and_outcome", row.call_id, said)
    held = sa.select(TICKET.call_id).where(TICKET.call_id == OUTCOME.call_id).exists()
    said_so = sa.and_(OUTCOME.outcome == CallOutcome.TICKET.value, look.new(OUTCOME.at))
    for row in await look.rows(sa.select(OUTCOME.call_id).where(said_so, ~held)):
        yield Breach("ticket_and_outcome", row.call_id, "outcome ticket, but there is no ticket")


@rule
async def push_stuck(look: Look) -> AsyncIterator[Breach]:
    """What is said to the case store reaches it soon, or a person is told why it does not."""
    pushes = sa.select(*PUSH).order_by(PUSH.made_at, PUSH.message_id)
    for row in await look.rows(pushes.where(t.undelivered, PUSH.state == DeliveryState.POISONED.value)):
        yield Breach("push_stuck", row.message_id, f"dead letter: {row.error}", alarm="dead_letters")
    allowed = look.limits.outbox
    pushes = pushes.where(look.new(PUSH.made_at, allowed))
    waiting = pushes.where(PUSH.state == DeliveryState.WAITING.value, PUSH.made_at <= look.before(allowed))
    for row in await look.rows(waiting):
        said = f"waiting for the case store since {row.made_at:%Y-%m-%d %H:%M:%S}Z, {row.tries} tries"
        yield Breach("push_stuck", row.message_id, f"{said}: {row.error}" if row.error else said)
    cased = sa.select(CASE.case_id).where(CASE.stream == PUSH.stream, CASE.number != "").exists()
    for row in await look.rows(pushes.where(PUSH.state == DeliveryState.DELIVERED.value, ~cased)):
        yield Breach("push_stuck", row.message_id, "delivered, but there is no case number")
    for row in await look.rows(pushes.where(PUSH.state.not_in([state.value for state in DeliveryState]))):
        yield Breach("push_stuck", row.message_id, f"unknown state {row.state}")


@rule
async def out_of_order(look: Look) -> AsyncIterator[Breach]:
    """Within a matter nothing is delivered before what was said earlier; it begins with the message that files it."""
    ahead = t.outbox.alias("ahead").c
    earlier = sa.select(ahead.message_id).where(
        ahead.stream == PUSH.stream, ahead.turn < PUSH.turn, ahead.state.in_([state.value for state in HOLDS_BACK])
    )
    passed = sa.and_(PUSH.state == DeliveryState.DELIVERED.value, earlier.exists())
    opens = sa.case((PUSH.turn == 1, PUSH.kind != MessageKind.FILE.value), else_=PUSH.kind == MessageKind.FILE.value)
    for row in await look.rows(
        sa.select(*PUSH).where(sa.or_(passed, opens), look.new(PUSH.made_at)).order_by(PUSH.message_id)
    ):
        yield Breach("out_of_order", row.message_id, f"{row.kind}, message {row.turn} of {row.stream}")


@rule
async def case_twice(look: Look) -> AsyncIterator[Breach]:
    """Two tickets never have one case."""
    lately = sa.select(CASE.number).where(look.new(CASE.moved_at, DAY), CASE.number != "")
    twice = sa.select(CASE.number, sa.func.count().label("n"))
    twice = twice.where(CASE.number != "" if look.since is None else CASE.number.in_(lately)).group_by(CASE.number)
    for row in await look.rows(twice.having(sa.func.count() > 1)):
        yield Breach("case_twice", row.number, f"{row.n} tickets have this case number")


@rule
async def case_and_history(look: Look) -> AsyncIterator[Breach]:
    """A case is as its newest event left it, and its state is one there is."""
    h = t.case_history.c
    said = sa.case((CASE.told != "", CASE.told), else_=CASE.state)
    same = sa.select(h.case_id).where(h.case_id == CASE.case_id, h.sequence == CASE.sequence, h.state == said)
    newer = sa.select(h.case_id).where(h.case_id == CASE.case_id, h.sequence > CASE.sequence)
    unknown = CASE.state.not_in([state.value for state in CaseState])
    wrong = sa.or_(~same.exists(), newer.exists(), unknown)
    for row in await look.rows(sa.select(*CASE).where(wrong, look.new(CASE.moved_at)).order_by(CASE.case_id)):
        yield Breach("case_and_history", row.number or row.case_id, f"{row.state}, but its history says otherwise")


@rule
async def result_untold(look: Look) -> AsyncIterator[Breach]:
    """A result is told, or it is written down why nobody is called: each case that has one has its round, each round of
    it its call-back."""
    r, b = t.case_replies.c, t.callbacks.c
    told = sa.select(r.case_id).where(r.case_id == CASE.case_id, r.round == CASE.round)
    has_result = CASE.state.in_([CaseState.CHECKED.value, CaseState.CLOSED.value, CaseState.RETURNED.value])
    without = sa.select(*CASE).where(has_result, CASE.sequence > 0, ~told.exists(), look.new(CASE.moved_at))
    for row in await look.rows(without.order_by(CASE.case_id)):
        yield Breach("result_untold", row.number or row.case_id, f"{row.state}, and nobody is to tell the citizen")
    task = sa.select(b.task_id).where(b.task_id == r.task_id)
    silent = sa.or_(sa.and_(r.task_id == "", r.unowed == ""), sa.and_(r.task_id != "", ~task.exists()))
    for row in await look.rows(sa.select(*r).where(silent, look.new(r.opened_at)).order_by(r.opened_at)):
        yield Breach("result_untold", row.case_id, f"round {row.round} has neither a call-back nor a reason for none")


@rule
async def reply_unsaid(look: Look) -> AsyncIterator[Breach]:
    """What a citizen answered to a result is on its way to the case store, once; who is not content is opened again."""
    r = t.case_replies.c
    for kind, which in ((MessageKind.REPLY, r.answer != ""), (MessageKind.REOPEN, r.reopened)):
        key = CASE.stream + f"/{kind}/" + sa.cast(r.round, sa.String)
        sent = sa.select(PUSH.message_id).where(PUSH.key == key).exists()
        rows = sa.select(*r, CASE.number).join_from(t.case_replies, t.cases, CASE.case_id == r.case_id)
        for row in await look.rows(rows.where(which, ~sent, look.new(r.ended_at)).order_by(r.ended_at)):
            yield Breach("reply_unsaid", row.number or row.case_id, f"the answer {row.answer} has no message {kind}")


@rule
async def handover_endless(look: Look) -> AsyncIterator[Breach]:
    """A call that was handed over to a partner, or was to be, is with the partner or ours again: no hand-over outlives its call."""
    h, c = t.handovers.c, t.calls.c
    open_ = sa.select(h.handover_id, h.call_id, h.partner).join_from(t.handovers, t.calls, c.call_id == h.call_id)
    over = open_.where(t.is_being_handed_over, c.state == "closed", look.new(c.ended_at))
    for row in await look.rows(over.order_by(h.asked_at)):
        yield Breach("handover_endless", row.call_id, f"handed over to {row.partner}, and nobody knows what came of it")
    wrong = sa.select(h.call_id, h.how).where(
        t.handovers.c.how.not_in(["", *map(str, HandoverEnd)]), look.new(h.asked_at, DAY)
    )  # fmt: skip
    for row in await look.rows(wrong.order_by(h.asked_at)):
        yield Breach("handover_endless", row.call_id, f"a hand-over ended {row.how!r}, which is no end")


# -- matters shared with partners --------------------------------------------------------------------


MATTER, SAID = t.partner_matters.c, t.partner_states.c


@rule
async def merge_untold(look: Look) -> AsyncIterator[Breach]:
    """What goes on within another case goes on there at the case store, too: else both are handled."""
    told = sa.select(PUSH.message_id).where(PUSH.stream == TICKET.key, PUSH.kind == MessageKind.MERGE.value)
    parent, its = t.tickets.alias("parent").c, t.cases.alias("its").c
    delivered = sa.select(its.case_id).where(its.stream == parent.key, its.number != "")
    away = sa.select(parent.ticket_id).where(parent.ticket_id == TICKET.merged_into, ~delivered.exists())
    over = CASE.state.in_([CaseState.CLOSED.value, CaseState.VOIDED.value])
    allowed = look.limits.outbox
    late = sa.and_(TICKET.filed_at <= look.before(allowed), look.new(TICKET.filed_at, allowed))
    rows = sa.select(TICKET.ticket_id, TICKET.merged_into, CASE.number).join_from(
        t.tickets, t.cases, CASE.stream == TICKET.key
    )
    wrong = rows.where(t.merged, CASE.number != "", ~over, ~told.exists(), ~away.exists(), late)
    for row in await look.rows(wrong.order_by(TICKET.ticket_id)):
        said = f"goes on within {row.merged_into}, and the case store was not told: undo the merge and merge again"
        yield Breach("merge_untold", row.number, said)


@rule
async def matter_and_states(look: Look) -> AsyncIterator[Breach]:
    """A matter shared with a partner stands as the newest state that the partner said, and all that was said is of a matter."""
    same = sa.select(SAID.sequence).where(
        SAID.matter_id == MATTER.matter_id, SAID.sequence == MATTER.sequence, SAID.state == MATTER.state
    )
    newer = sa.select(SAID.sequence).where(SAID.matter_id == MATTER.matter_id, SAID.sequence > MATTER.sequence)
    silent = sa.and_(MATTER.sequence == 0, MATTER.state == "")
    unknown = MATTER.state.not_in(["", *map(str, MatterState)])
    wrong = sa.or_(sa.and_(~silent, ~same.exists()), newer.exists(), unknown)
    for row in await look.rows(sa.select(*MATTER).where(wrong, _matter_new(look)).order_by(MATTER.matter_id)):
        said = f"{row.state or 'silent'} by {row.sequence}, but its history says otherwise"
        yield Breach("matter_and_states", _matter(row), said)
    if look.since is not None:
        return  # what hangs on no matter has no index by time
    alone = sa.select(SAID.matter_id, SAID.sequence).where(
        ~sa.select(MATTER.matter_id).where(MATTER.matter_id == SAID.matter_id).exists()
    )
    for row in await look.rows(alone.order_by(SAID.matter_id, SAID.sequence)):
        yield Breach("matter_and_states", row.matter_id, f"state {row.sequence} of a matter the ledger does not have")


def _matter_new(look: Look) -> sa.ColumnElement[bool]:
    return sa.or_(look.new(MATTER.noted_at), look.new(MATTER.moved_at))


def _matter(row: Any) -> str:
    return f"{row.partner} {row.number or row.handover_id or row.ticket_id or row.matter_id}"


@rule
async def matter_lost(look: Look) -> AsyncIterator[Breach]:
    """A partner's number leads to one matter, and that to its ticket: whoever filed with it, and whatever was handed over."""
    lost = 0
    named = sa.select(TICKET.ticket_id, TICKET.body).where(TICKET.body.like('%"external_ids":{"%'))
    async for one in _each_ticket(look, named):
        for partner, number in ticket_json.load(one.body).external_ids:
            known = await _matter_of(look, partner, number)
            if folded(number) and (known is None or not known.ticket_id):
                lost += 1
                said = f"filed with {partner} {number}, and no matter of that partner leads to a ticket"
                yield Breach("matter_lost", one.ticket_id, said)
        if lost >= look.most:
            break
    h = t.handovers.c
    shared = sa.select(MATTER.matter_id).where(
        MATTER.handover_id != sa.literal_column("''"), MATTER.handover_id == h.handover_id
    )
    lasts = h.how.in_(["", HandoverEnd.ACCEPTED.value])
    handed = sa.select(h.handover_id, h.partner, h.reference).where(lasts, ~shared.exists(), look.new(h.asked_at, DAY))
    for row in await look.rows(handed.order_by(h.asked_at)):
        if (
            await _matter_of(look, row.partner, row.reference) is None
        ):  # of one number there is one matter, whoever came first
            yield Breach(
                "matter_lost", row.handover_id, f"handed over to {row.partner}, and it is no matter shared with them"
            )
    filed = sa.select(TICKET.ticket_id).where(TICKET.ticket_id == MATTER.ticket_id)
    asked = sa.select(h.handover_id).where(h.handover_id == MATTER.handover_id)
    gone = sa.or_(sa.and_(MATTER.ticket_id != "", ~filed.exists()), sa.and_(MATTER.handover_id != "", ~asked.exists()))
    for row in await look.rows(sa.select(*MATTER).where(gone, _matter_new(look)).order_by(MATTER.matter_id)):
        yield Breach("matter_lost", _matter(row), "its ticket or hand-over is not in the ledger")


PAGE = 200


async def _each_ticket(look: Look, wanted: sa.Select[Any]) -> AsyncIterator[sa.Row[Any]]:
    """Of tickets that were filed from ``since`` on, page by page: what is looked at in each is more than a query can say."""
    last = ""
    while True:
        page = wanted.where(TICKET.ticket_id > last, look.new(TICKET.filed_at)).order_by(TICKET.ticket_id).limit(PAGE)
        rows = (await look.db.execute(page)).all()
        for row in rows:
            yield row
        if len(rows) < PAGE:
            return
        last = rows[-1].ticket_id


async def _matter_of(look: Look, partner: str, number: str) -> sa.Row[Any] | None:
    mine = sa.and_(
        MATTER.partner == clip(partner, 40), MATTER.folded == folded(number), MATTER.folded != sa.literal_column("''")
    )
    return (await look.db.execute(sa.select(*MATTER).where(mine))).first() if folded(number) else None


@rule
async def matter_doubled(look: Look) -> AsyncIterator[Breach]:
    """One hand-over is one matter, of the partner it went to, and one work order one case. (That of one number there is one matter, the
    index says.)"""
    twice = t.partner_matters.alias("twice").c
    other = sa.select(twice.matter_id).where(
        twice.handover_id != sa.literal_column("''"),
        twice.handover_id == MATTER.handover_id,
        twice.matter_id < MATTER.matter_id,
    )
    rows = sa.select(*MATTER).where(MATTER.handover_id != "", other.exists(), _matter_new(look))
    for row in await look.rows(rows.order_by(MATTER.matter_id)):
        yield Breach("matter_doubled", _matter(row), f"a second matter of hand-over {row.handover_id}")
    h = t.handovers.c
    theirs = sa.select(*MATTER).join_from(t.partner_matters, t.handovers, h.handover_id == MATTER.handover_id)
    for row in await look.rows(theirs.where(h.partner != MATTER.partner, _matter_new(look)).order_by(MATTER.matter_id)):
        yield Breach("matter_doubled", _matter(row), f"hand-over {row.handover_id} went to another partner")
    merge = sa.select(PUSH.message_id).where(PUSH.stream == TICKET.key, PUSH.kind == MessageKind.MERGE.value)
    over = CASE.state.in_([CaseState.CLOSED.value, CaseState.VOIDED.value])
    tied = sa.or_(TICKET.merged_into != "", TICKET.answered_directly, merge.exists())
    second = (
        sa.select(TICKET.ticket_id, TICKET.body, CALL.partner, CALL.reference)
        .join_from(t.tickets, t.calls, CALL.call_id == TICKET.call_id)
        .join(t.cases, CASE.stream == TICKET.key)
        .where(CALL.partner != "", CALL.reference != "", ~tied, ~over)
    )
    found = 0
    async for one in _each_ticket(look, second):
        first = await _first_of(look, one)
        if first is not None and found < look.most:
            found += 1
            said = f"a second case of {one.partner} {one.reference}, beside {first}: merge them, or relate them"
            yield Breach("matter_doubled", one.ticket_id, said)


async def _first_of(look: Look, second: sa.Row[Any]) -> str | None:
    """The ticket that came with the same work order by the same partner's call before, and to which this one is not related."""
    known = await _matter_of(look, second.partner, second.reference)
    if known is None or known.ticket_id in ("", second.ticket_id):
        return None
    whose = sa.select(TICKET.ticket_id, CALL.partner, CALL.reference, CASE.number).join_from(
        t.tickets, t.calls, CALL.call_id == TICKET.call_id
    )
    first = (
        await look.db.execute(
            whose.outerjoin(t.cases, CASE.stream == TICKET.key).where(TICKET.ticket_id == known.ticket_id)
        )
    ).first()
    if first is None or (first.partner, folded(first.reference)) != (second.partner, folded(second.reference)):
        return None  # somebody typed it
    names = {first.ticket_id, first.number}
    related = set(ticket_json.load(second.body).related_cases)
    return None if names & related else str(first.number or first.ticket_id)


@rule
async def matter_untold(look: Look) -> AsyncIterator[Breach]:
    """Of a matter that is over at the partner the case store is told; where our case stands reaches the partner, newest last."""
    key = (
        TICKET.key
        + "/supplement/"
        + MATTER.partner
        + "/"
        + MATTER.matter_id
        + "/"
        + sa.cast(MATTER.sequence, sa.String)
    )
    said = sa.select(PUSH.message_id).where(PUSH.key == key)
    rows = sa.select(*MATTER).join_from(t.partner_matters, t.tickets, TICKET.ticket_id == MATTER.ticket_id)
    ends = MATTER.state.in_([str(one) for one in TOLD])
    for row in await look.rows(rows.where(ends, ~said.exists(), _matter_new(look)).order_by(MATTER.matter_id)):
        yield Breach("matter_untold", _matter(row), f"{row.state} at the partner, and the case store was not told")
    n, later = t.notifications.c, t.notifications.alias("later").c
    echo = n.channel == Channel.PARTNER.value
    sent = sa.select(later.id).where(
        later.ticket_id == n.ticket_id, later.channel == n.channel, later.target == n.target, later.state == "sent",
        later.made_at >= n.made_at, later.id != n.id,
    )  # fmt: skip
    waits = sa.and_(n.state == "waiting", n.made_at <= look.before(LASTS if look.limits.outbox else timedelta()))
    failed = n.state.in_(["failed", "unsure"])
    lately = sa.true() if look.since is None else n.id >= ticket_id(look.since - LASTS, bytes(10))  # ids sort by time
    for row in await look.rows(sa.select(*n).where(echo, sa.or_(waits, failed), ~sent.exists(), lately).order_by(n.id)):
        yield Breach(
            "matter_untold", row.ticket_id or row.id, f"{row.target} was not told our state ({row.state}): {row.error}"
        )


# -- recordings ---------------------------------------------------------------------------------------


@rule
async def recording_missing(look: Look) -> AsyncIterator[Breach]:
    """An answered call has a good recording, soon after it ended."""
    if not look.limits.recorded:
        return
    r = t.recordings.c
    columns = (CALL.call_id, CALL.uncertain, r.part, r.state, r.reason, r.faults)
    calls = sa.select(*columns).select_from(t.calls.outerjoin(t.recordings, r.call_id == CALL.call_id))
    calls = calls.where(CALL.talk_began_at.is_not(None), CALL.state == "closed")
    calls = calls.where(look.new(CALL.ended_at, look.limits.recording)).order_by(CALL.arrived_at, r.part)
    unmade = sa.and_(r.call_id.is_(None), INBOUND, CALL.merged_into == "")
    looked_at = sa.select(t.differences.c.key).where(
        t.differences.c.call_id == CALL.call_id, t.differences.c.accepted_at.is_not(None)
    )
    calls = calls.where(~looked_at.exists())
    late = sa.and_(r.state == RAW, CALL.ended_at <= look.before(look.limits.recording))
    bad = sa.and_(r.state == State.SHELVED, r.faults != "")  # of a dropped one nothing is missing
    for row in await look.rows(calls.where(sa.or_(unmade, late, r.state == State.FAILED, bad))):
        if said := _recording(row):
            yield Breach("recording_missing", row.call_id, said, alarm="recording" if row.state == "failed" else "")


def _recording(row: sa.Row[Any]) -> str:
    if row.state is None:
        return "answered, and was not recorded"
    its = "its recording" if row.part == 1 else f"part {row.part} of its recording"
    if row.state == State.FAILED:
        return f"answered, and {its} is lost: {row.reason}"
    if row.state == RAW:
        return f"answered, and {its} is not on the shelf yet"
    faults = set(row.faults.split())
    excused = FACTS | ({"short", "long"} if row.uncertain else set())
    for cause in faults & EXCUSED.keys():
        excused |= EXCUSED[cause] | {cause}
    left = sorted(faults - excused)
    return f"answered, and {its} is not good: {' '.join(left)}" if left else ""


# -- times --------------------------------------------------------------------------------------------


@rule
async def times_disordered(look: Look) -> AsyncIterator[Breach]:
    """Nothing ends before it began, and nothing of a closed call goes on."""
    steps = (CALL.arrived_at, CALL.answered_at, CALL.notice_at, CALL.queued_at, CALL.talk_began_at, CALL.talk_ended_at)
    new = look.new(CALL.ended_at)
    late = [sa.or_(step > CALL.ended_at, step < CALL.arrived_at) for step in steps]
    swapped = sa.or_(
        CALL.talk_began_at > CALL.talk_ended_at, CALL.talk_seconds < 0, CALL.wait_seconds < 0, CALL.ring_seconds < 0
    )
    for row in await look.rows(_calls().where(CALL.uncertain.is_(False), sa.or_(*late, swapped), new)):
        yield Breach("times_disordered", row.call_id, "its moments are not in order")
    for table, began, ended in (
        (t.talks, "began_at", "ended_at"),
        (t.offers, "began_at", "ended_at"),
        (t.queue_visits, "entered_at", "left_at"),
        (t.recordings, "started_at", "ended_at"),
    ):
        a, b = table.c[began], table.c[ended]
        of = sa.select(table.c.call_id).join_from(table, t.calls, CALL.call_id == table.c.call_id).where(new)
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
        .where(_going(Direction.INBOUND), CALL.merged_into == "", CALL.uncertain.is_(False))
        .where(sa.or_(look.new(CALL.ended_at), t.is_open))
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
    async for seq, said in audit_log.findings(look.db, look.audit, look.since):
        yield Breach("audit_broken", f"audit row {seq}", said)
