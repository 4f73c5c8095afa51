"""Rules about what is kept: recordings, the order of times, the audit log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from cti.events import Direction
from recordings.states import RAW, State

from .. import audit_log
from .. import tables as t
from ..columns import Moment
from .rule import CALL, INBOUND, Breach, Look, calls_and_outcomes, going, rule

FACTS = frozenset({"caller_silent"})
"""What is true of a recording and nobody's fault: citizens who call and say nothing are daily bread (``legs`` has the numbers)."""
EXCUSED = {"node_died": {"short"}}
"""A fault that explains others: Asterisk died, so seconds are missing. It is no breach itself."""
GONE = timedelta(days=2)
"""The next night tries again what could not be deleted in one."""
TOUCH = timedelta(milliseconds=100)
"""One talk's last and the next one's first moment may cross by so much."""


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


@rule
async def recording_not_gone(look: Look) -> AsyncIterator[Breach]:
    """What was given up is deleted the same night, and proved: here its sound may lie on the shelf still."""
    r = t.recordings.c
    left = sa.select(r.call_id, r.part, r.dropped_at).where(t.is_dropping, r.dropped_at <= look.before(GONE))
    for row in await look.rows(left.order_by(r.dropped_at)):
        said = (
            f"part {row.part} of its recording was given up on {row.dropped_at:%Y-%m-%d} and is not proved to be gone"
        )
        yield Breach("recording_not_gone", row.call_id, said)


@rule
async def times_disordered(look: Look) -> AsyncIterator[Breach]:
    """Nothing ends before it began, and nothing of a closed call goes on."""
    steps = (CALL.arrived_at, CALL.answered_at, CALL.notice_at, CALL.queued_at, CALL.talk_began_at, CALL.talk_ended_at)
    new = look.new(CALL.ended_at)
    late = [sa.or_(step > CALL.ended_at, step < CALL.arrived_at) for step in steps]
    swapped = sa.or_(
        CALL.talk_began_at > CALL.talk_ended_at, CALL.talk_seconds < 0, CALL.wait_seconds < 0, CALL.ring_seconds < 0
    )
    for row in await look.rows(calls_and_outcomes().where(CALL.uncertain.is_(False), sa.or_(*late, swapped), new)):
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
        .where(going(Direction.INBOUND), CALL.merged_into == "", CALL.uncertain.is_(False))
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
