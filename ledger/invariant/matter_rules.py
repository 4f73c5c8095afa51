"""Rules about matters shared with partners, and about tickets that go on within another's case: nothing lost, doubled or out of order between
the ledger, the case store and the partner."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bridge import ticket_json
from bridge.case_state import CaseState
from bridge.case_store_messages import MessageKind
from bridge.notifications.rules import Channel
from bridge.partner_handover import HandoverEnd
from bridge.partner_states import TOLD, MatterState, folded
from bridge.ticket import ticket_id

from .. import tables as t
from ..rows import clip
from .debt_rules import DAY
from .rule import CALL, CASE, PUSH, TICKET, Breach, Look, rule

LASTS = timedelta(hours=72)
"""So long what a partner is told is tried: what is new then is that it was given up (``bridge/notifications/build.py``)."""
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
