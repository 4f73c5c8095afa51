"""A call that the wire saw in part, completed from what the book has of it. Pure but for the queries.

The wire may have been blind for the rest (the daemon was killed), the book may lack the call's
beginning (the disk was full): then each holds a half. Used by ``scribe.py`` in the transaction that
writes the call; what the wire saw goes before what the book tells.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cti.events import OfferResult
from cti.ids import CallId, Instant, LegId

from . import tables as t
from .ami_only_calls import SeenCall
from .call_record import Leg, Offer, Talk, Visit


def complete(db: sa.Connection, call: SeenCall) -> None:
    """Add to ``call`` what the ledger has under its name and the wire did not see."""
    ident = call.record.call
    for row in _rows(db, t.legs, ident):
        ended = _instant(row.ended_at)
        call.legs.setdefault(LegId(row.leg_id), Leg(LegId(row.leg_id), ident, row.endpoint, _at(row), ended, row.cause))
    _offers(db, call)
    _talks(db, call)
    if not call.record.visits:
        call.record.visits = [
            Visit(ident, row.seq, row.queue, row.position, Instant(row.entered_at.timestamp()), _instant(row.left_at), row.result)
            for row in _rows(db, t.queue_visits, ident)
        ]  # fmt: skip
    if call.end_unseen:
        ends = [leg.ended for leg in call.legs.values() if leg.ended is not None]
        ends += [talk.ended for talk in call.record.talks if talk.ended is not None]
        call.record.ended = max(ends, default=call.record.ended)
    call.record.talked = call.record.talked or bool(call.record.answers)


def _offers(db: sa.Connection, call: SeenCall) -> None:
    record = call.record
    known = {offer.leg: offer for offer in record.offers}
    for row in _rows(db, t.offers, record.call):
        ended = _instant(row.ended_at)
        seen = known.get(LegId(row.leg_id))
        if seen is None:
            offer = Offer(
                record.call, len(record.offers), LegId(row.leg_id), row.seat, row.queue, _at(row), ended, row.result
            )
            record.offers.append(offer)
        elif seen.ended is None:
            seen.ended, seen.result = ended, row.result
    if record.first_offer is None and record.offers:
        record.first_offer = record.offers[0].began


def _talks(db: sa.Connection, call: SeenCall) -> None:
    """The book's own; where it lacks the caller's leg it knows of no talk, but of a phone that answered and when it hung up."""
    record = call.record
    if record.talks:
        return
    for row in _rows(db, t.talks, record.call):
        talk = Talk(record.call, row.seq, LegId(row.leg_id), row.seat, row.queue, _at(row), _instant(row.ended_at))
        record.talks.append(talk)
    if record.talks:
        return
    for offer in record.offers:
        leg = call.legs.get(offer.leg)
        if offer.result == OfferResult.ANSWERED and offer.ended is not None and leg is not None:
            ended = leg.ended if leg.ended is not None else record.ended
            talk = Talk(record.call, len(record.talks), offer.leg, offer.seat, offer.queue, offer.ended, ended)
            record.talks.append(talk)


def _rows(db: sa.Connection, table: sa.Table, call: CallId) -> list[Any]:
    order = table.c.leg_id if table is t.legs else table.c.seq
    return list(db.execute(sa.select(table).where(table.c.call_id == call).order_by(order)))


def _at(row: Any) -> Instant:
    return Instant(row.began_at.timestamp())


def _instant(at: datetime | None) -> Instant | None:
    return None if at is None else Instant(at.timestamp())
