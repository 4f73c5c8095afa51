"""Calls handed over to partners: asked for by an agent, followed by the book, ended once. The only writer of ``handovers``.

The row and the message to the partner are written in one transaction, before the partner's desk is dialled. What the telephone
did comes from the dialplan's own word, read by the scribe (``put``): it ends a hand-over whether or not the daemon lived
through it. Whoever ends it first has said how; an agent's word stands over what the telephone alone can tell.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bridge import partner_handover as rules
from bridge.notifications.rules import Kind
from bridge.notifications.rules import Rules as NotificationRules
from bridge.partner_handover import Asked, HandoverEnd

from . import partner_matters
from . import tables as t
from .call_record import Handover as Record
from .notifications import WAITING
from .notifications import put as put_notifications
from .rows import clip, maybe, moment
from .store import Store

_H, _N, _M = t.handovers.c, t.notifications.c, t.partner_matters.c
WITHDRAWN = "withdrawn"
"""State of a message that was never sent, and is not to be any more."""
_BY_TELEPHONE = (str(HandoverEnd.NOT_TAKEN), str(HandoverEnd.CANCELLED), str(HandoverEnd.UNKNOWN))
"""Ends over which an agent's word stands."""


@dataclass(frozen=True, slots=True)
class Row:
    """One hand-over. Times are aware UTC; None: not (yet) so."""

    id: str
    call: str
    partner: str
    seat: str
    agent: str
    ticket: str
    summary: str
    asked_at: datetime
    told: str
    """The message's state: waiting, sent, unsure, failed, withdrawn; '' there is none."""
    told_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    how: str
    """A ``HandoverEnd``; '' it goes on."""
    by: str
    """The agent who said so; '' the telephone did."""
    reference: str
    """The partner's own number of the matter."""
    note: str
    their_state: str = ""
    """What the partner's own program said last: a ``bridge.partner_states.MatterState``; '' nothing."""
    their_note: str = ""


class HandoverShelf:
    """Each wish is one transaction, on disk when it returns."""

    def __init__(self, store: Store, told: Collection[str], notify: NotificationRules | None = None) -> None:
        """``told``: partners that have an endpoint; ``notify``: those that are told our states."""
        self._store, self._told, self._notify = store, frozenset(told), notify

    async def ask(self, asked: Asked) -> None:
        """The row, and the message to the partner's endpoint where it has one."""

        def work(db: sa.Connection) -> None:
            ticket = asked.ticket.id if asked.ticket is not None else ""
            values = {
                "handover_id": asked.id, "call_id": asked.call, "partner": asked.partner, "seat": asked.seat,
                "agent": asked.agent, "ticket_id": ticket, "summary": asked.summary, "asked_at": asked.at,
            }  # fmt: skip
            db.execute(self._store.insert(t.handovers).values(values).on_conflict_do_nothing())
            partner_matters.handed_over(self._store, db, asked.id, asked.at, self._notify)
            if asked.partner in self._told:
                put_notifications(self._store, db, [rules.order(asked)], asked.at)

        await self._store.transact(work, lasting=True)

    async def end(
        self, handover: str, how: HandoverEnd, at: datetime, *, by: str = "", note: str = "", reference: str = ""
    ) -> bool:
        """By an agent's word, or because the telephone did not begin it. False: it had ended otherwise."""
        free = sa.or_(_H.how == "", _H.how == str(how), _H.how.in_(_BY_TELEPHONE))
        values: dict[str, Any] = {
            "how": str(how), "ended_at": sa.func.coalesce(_H.ended_at, at), "ended_by": by, "note": note[:500],
        }  # fmt: skip
        if reference:
            values["reference"] = clip(reference)
        change = sa.update(t.handovers).where(_H.handover_id == handover, free).values(**values)

        def work(db: sa.Connection) -> bool:
            changed = db.execute(change).rowcount == 1
            if changed:
                partner_matters.handed_over(self._store, db, handover, at, self._notify)
                withdraw(self._store, db, [handover], at)
            return changed

        return await self._store.transact(work, lasting=True)

    async def of_call(self, call: str) -> Sequence[Row]:
        """Oldest first."""
        return await self.of_calls([call])

    async def of_calls(self, calls: Collection[str]) -> Sequence[Row]:
        """Of any of them, oldest first."""
        return await self._store.look(lambda db: _rows(db, _H.call_id.in_(calls))) if calls else []

    async def of_ticket(self, ticket: str) -> Sequence[Row]:
        """Oldest first."""
        mine = sa.and_(_H.ticket_id != sa.literal_column("''"), _H.ticket_id == ticket)
        return await self._store.look(lambda db: _rows(db, mine))


def _rows(db: sa.Connection, which: sa.ColumnElement[bool]) -> list[Row]:
    before, after = rules.message_key("\0", Kind.HANDOVER).split("\0")
    first = t.handovers.outerjoin(t.notifications, _N.key == sa.literal(before) + _H.handover_id + sa.literal(after))
    shared = sa.and_(_M.handover_id != sa.literal_column("''"), _M.handover_id == _H.handover_id)
    first = first.outerjoin(t.partner_matters, shared)
    their = (_M.state.label("their_state"), _M.note.label("their_note"))
    wanted = sa.select(*_H, _N.state.label("told"), _N.sent_at, *their).select_from(first).where(which)
    return [
        Row(
            one.handover_id, one.call_id, one.partner, one.seat, one.agent, one.ticket_id, one.summary, one.asked_at,
            one.told or "", one.sent_at, one.answered_at, one.ended_at, one.how, one.ended_by, one.reference, one.note,
            one.their_state or "", one.their_note or "",
        )
        for one in db.execute(wanted.order_by(_H.asked_at, _H.handover_id))
    ]  # fmt: skip


_STILL_OPEN = sa.select(_H.handover_id).where(
    t.is_being_handed_over, _H.call_id.in_(sa.bindparam("calls", expanding=True))
)


# -- the scribe's, inside its transaction ------------------------------------------------------------


def put(
    store: Store, db: sa.Connection, records: Sequence[Record], now: datetime, notify: NotificationRules | None = None
) -> None:  # fmt: skip
    """What the telephone did. A row that was never written (the ledger was away when it was asked for) is made of it."""
    for one in records:
        values = {
            "handover_id": clip(one.handover, 26), "call_id": one.call, "partner": clip(one.partner, 40),
            "seat": clip(one.seat, 40), "asked_at": moment(one.asked), "answered_at": maybe(one.answered),
            "reference": clip(one.reference), "ended_at": maybe(one.ended), "how": one.how,
        }  # fmt: skip
        statement = store.insert(t.handovers).values(values)
        new = statement.excluded
        db.execute(
            statement.on_conflict_do_update(
                index_elements=[_H.handover_id],
                set_={
                    "answered_at": sa.func.coalesce(_H.answered_at, new.answered_at),
                    "reference": sa.case((_H.reference == "", new.reference), else_=_H.reference),
                    "ended_at": sa.func.coalesce(_H.ended_at, new.ended_at),
                    "how": sa.case((_H.how == "", new.how), else_=_H.how),
                },
            )
        )
        partner_matters.handed_over(store, db, clip(one.handover, 26), now, notify)
    withdraw(store, db, [clip(one.handover, 26) for one in records if one.how], now)


def close(store: Store, db: sa.Connection, calls: Sequence[str], now: datetime) -> None:
    """These calls are over: so is whatever of theirs the telephone never told of."""
    if calls and (found := list(db.execute(_STILL_OPEN, {"calls": calls}).scalars())):
        _lost(store, db, found, now)


def close_left(store: Store, db: sa.Connection, now: datetime) -> None:
    """After a start: of calls that were over before. No call's id is empty: said so, only the open ones are looked at."""
    over = sa.exists().where(t.calls.c.call_id == _H.call_id, t.calls.c.state == "closed")
    if found := list(
        db.execute(sa.select(_H.handover_id).where(t.is_being_handed_over, _H.call_id > "", over)).scalars()
    ):
        _lost(store, db, found, now)


def _lost(store: Store, db: sa.Connection, handovers: Sequence[str], now: datetime) -> None:
    ended = sa.select(t.calls.c.ended_at).where(t.calls.c.call_id == _H.call_id).scalar_subquery()
    values = {"ended_at": sa.func.coalesce(ended, now), "how": str(HandoverEnd.UNKNOWN)}
    db.execute(sa.update(t.handovers).where(_H.handover_id.in_(handovers)).values(values))
    withdraw(store, db, handovers, now)


def withdraw(store: Store, db: sa.Connection, handovers: Sequence[str], now: datetime) -> None:
    """Of those that did not come to be: what was not sent yet is not sent; else the partner is told that it is off."""
    if not handovers:
        return
    failed = sa.select(*_H).where(
        _H.handover_id.in_(handovers), _H.how != "", _H.how != str(HandoverEnd.ACCEPTED)
    )  # fmt: skip
    for row in db.execute(failed).all():
        key = rules.message_key(row.handover_id, Kind.HANDOVER)
        unsent = sa.and_(_N.key == key, _N.state == WAITING, ~_N.begun, _N.holder == "")
        if db.execute(sa.update(t.notifications).where(unsent).values(state=WITHDRAWN)).rowcount:
            continue
        told = sa.select(_N.id).where(_N.key == key, _N.state.not_in((WITHDRAWN, "failed")))
        if db.execute(told).first() is not None:
            off = rules.withdrawal(row.handover_id, row.partner, row.ticket_id, row.how, row.ended_at or now)
            put_notifications(store, db, [off], now)
