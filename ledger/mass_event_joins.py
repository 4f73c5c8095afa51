"""Callers who joined a mass event by a key: once each, with the message that tells the case store so (+1).

Called by ``scribe.py`` in the transaction that writes the call. Read again after a crash, nothing is said twice: the key of
the table is the event and the caller's number, the key of the message is the call (as an agent's +1 in it would be).
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from bridge.case_state import OVER
from bridge.case_store_messages import MessageKind
from config.journey.steps import JOINED, MASS_EVENT
from config.language import say as _
from cti.numbers import Numbers

from . import outbox_rows, rows
from . import tables as t
from .call_record import CallRecord, SelfService
from .store import Store

_E, _J, _C = t.mass_events.c, t.mass_event_joins.c, t.cases.c
AGENT = "telephone"
"""By whom the +1 is: no person of ours."""


def put(store: Store, db: sa.Connection, tries: Iterable[tuple[SelfService, CallRecord]], numbers: Numbers) -> None:
    for one, record in tries:
        if one.service == MASS_EVENT and one.result == JOINED:
            _join(store, db, one, record, numbers)


def _join(store: Store, db: sa.Connection, one: SelfService, record: CallRecord, numbers: Numbers) -> None:
    event = event_id(one.about)
    found = db.execute(
        sa.select(_E.ticket_id, _C.state).outerjoin_from(t.mass_events, t.cases, _C.ticket_id == _E.ticket_id).where(_E.event_id == event)
    ).first()  # fmt: skip
    if found is None:
        return
    caller = numbers.read(record.caller)
    who = caller.national if caller.somebody else one.call
    values = {"event_id": event, "number": rows.clip(who), "call_id": one.call, "at": rows.moment(one.at)}
    fresh = store.insert(t.mass_event_joins).values(values).on_conflict_do_nothing().returning(_J.event_id)
    if db.execute(fresh).first() is None or found.state in OVER:
        return
    payload = {
        "text": _("joined by telephone, by a key"), "at": rows.moment(one.at).isoformat(), "by": AGENT, "call": one.call,
    } | ({"number_masked": caller.masked} if caller.somebody else {})  # fmt: skip
    said = outbox_rows.say(db, found.ticket_id, MessageKind.PLUS_ONE, one.call, payload, rows.moment(one.at))
    mine = sa.and_(_J.event_id == event, _J.number == values["number"])
    db.execute(sa.update(t.mass_event_joins).where(mine).values(said=said))


def event_id(about: str) -> str:
    """As the dialplan says it, in small letters → the ledger's."""
    return about.upper()
