"""Rules about what is owed: call-backs, messages, tickets and their cases, replies, calls handed over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import sqlalchemy as sa

from agents.callbacks import HELD, OWED, Kind
from agents.callbacks import State as BackState
from bridge.case_state import CaseState
from bridge.case_store_messages import MessageKind
from bridge.delivery_state import HOLDS_BACK, DeliveryState
from bridge.disposition import CallOutcome
from bridge.partner_handover import HandoverEnd
from recordings.states import RAW, State

from .. import tables as t
from ..call_record import LOW_SCORE, SAID_LEAST
from ..nuisance import APPEALED
from .rule import CALL, CASE, OUTCOME, PUSH, TICKET, Breach, Look, calls_and_outcomes, rule

DAY = timedelta(days=1)
"""Of tickets filed so long before, what is new is judged too: they may have waited for the case store."""


@rule
async def missed_without_callback(look: Look) -> AsyncIterator[Breach]:
    """A missed call is owed a call-back; a withheld number too: somebody must have seen it."""
    owed = calls_and_outcomes().outerjoin(t.callbacks, t.callbacks.c.task_id == CALL.call_id)
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
