"""Calls that the wire saw and the book lacks, as changes of the ledger. Used by ``scribe.py``, in its transactions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from bridge.disposition import CallOutcome
from cti.ids import CallId, LegId
from cti.numbers import mask

from . import rows
from . import tables as t
from .ami_only_calls import SeenCall, number_of
from .call_record import Tape
from .callbacks import withdraw
from .chunks import chunks
from .compare import Known
from .differences import Difference, Kind
from .unwritten_rows import Changed


def replaced(db: sa.Connection, calls: Sequence[SeenCall]) -> None:
    """Take away what the book told of these in part: they are written whole next. An agent's word stays."""
    ids = [call.record.call for call in calls]
    for table in (t.legs, t.offers, t.talks, t.queue_visits, t.transfers):  # voicemails are the book's alone
        db.execute(sa.delete(table).where(table.c.call_id.in_(ids)))
    talked = [call.record.call for call in calls if call.record.talks]
    if talked:  # the scribe's own word that nobody talked in them
        mine = (
            t.outcomes.c.agent == "",
            t.outcomes.c.outcome.in_([str(CallOutcome.MISSED), str(CallOutcome.LOST)]),
        )
        db.execute(sa.delete(t.outcomes).where(t.outcomes.c.call_id.in_(talked), *mine))
        withdraw(db, talked)


Parts = Mapping[CallId, Mapping[str, int]]
"""Call → raw file → its part, as the ledger has them."""


def parts_of(db: sa.Connection, calls: Sequence[SeenCall]) -> Parts:
    r = t.recordings.c
    found: dict[CallId, dict[str, int]] = {}
    for some in chunks(call.record.call for call in calls):
        for row in db.execute(sa.select(r.call_id, r.file, r.part).where(r.call_id.in_(some))):
            found.setdefault(CallId(row.call_id), {})[row.file] = row.part
    return found


def changed_by(calls: Sequence[SeenCall], tapes: Mapping[CallId, Sequence[str]], parts: Parts) -> Changed:
    """All rows of these calls. ``tapes``: raw files that lie in the spool for them, in the order they began.

    A file keeps the part it has in the ledger; what has none yet comes behind them.
    """
    changed = Changed()
    for call in calls:
        record = call.record
        changed.calls[record.call] = record
        changed.closed.append(record)
        changed.legs |= call.legs
        changed.offers |= {(record.call, one.seq): one for one in record.offers}
        changed.talks |= {(record.call, one.seq): one for one in record.talks}
        changed.visits |= {(record.call, one.seq): one for one in record.visits}
        changed.transfers |= {(record.call, one.seq): one for one in record.transfers}
        held = dict(parts.get(record.call, {}))
        for file in tapes.get(record.call, ()):
            part = held.setdefault(file, max(held.values(), default=0) + 1)
            named = call.legs.get(LegId(file.rpartition(".")[0]))
            began = max(record.answered or record.arrived, named.began if named is not None else record.arrived)
            leg = named.leg if named is not None else LegId(record.call)
            changed.tapes[record.call, part] = Tape(record.call, part, file, leg, began, record.ended)
    return changed


def difference(call: SeenCall) -> Difference:
    r = call.record
    heard = f"talked with seat {r.talks[0].seat}" if r.talks else "nobody talked to them"
    until = rows.moment(call.ended)
    said = (
        f"{r.direction} call of {mask(r.caller) or 'nobody known'} to {mask(r.dialled) or '?'} until {until:%Y-%m-%d %H:%M:%S}Z, {heard}: "
        "the live picture saw it, Asterisk's record lacks it; written from the live picture"
    )
    return Difference(f"call:{r.call}", "wire", Kind.UNBOOKED, r.call, said, r.call, rows.moment(r.arrived), until)


def known(db: sa.Connection, legs: Sequence[str], calls: Sequence[str]) -> Known:
    g, c = t.legs.c, t.calls.c
    held: dict[LegId, CallId] = {}
    for some in chunks(legs):
        theirs = sa.select(g.leg_id, g.call_id).where(g.leg_id.in_(some))
        held |= {LegId(row.leg_id): CallId(row.call_id) for row in db.execute(theirs)}
    talked: set[CallId] = set()
    numberless: set[CallId] = set()
    lineless: set[CallId] = set()
    accounted: set[CallId] = set()
    for some_calls in chunks(calls):
        into = sa.select(c.call_id, c.merged_into, c.talk_began_at, c.direction, c.caller, c.dialled, c.line)
        found = db.execute(into.where(c.call_id.in_(some_calls))).all()
        # one that went on in another was talked in there
        talked |= {CallId(row.call_id) for row in found if row.talk_began_at is not None or row.merged_into}
        numberless |= {CallId(row.call_id) for row in found if not number_of(row)}
        lineless |= {CallId(row.call_id) for row in found if not row.line}
        noted = sa.select(t.differences.c.call_id).where(
            t.differences.c.call_id.in_(some_calls), t.differences.c.kind == str(Kind.UNBOOKED)
        )
        accounted |= {CallId(row.call_id) for row in db.execute(noted)}
    return Known(held, talked, accounted, numberless, lineless)
