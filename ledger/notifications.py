"""Text messages and echoes on their way: made in the transaction of what they tell, once a key. Implements ``bridge.notifications.sender.NotificationBook``."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bridge import ticket_json
from bridge.case_state import CaseState
from bridge.notifications.doors import Outgoing
from bridge.notifications.rules import Channel, Kind, Known, Notification, Rules
from bridge.ticket import ticket_id

from . import tables as t
from .store import Store

_N, _C, _T = t.notifications.c, t.cases.c, t.tickets.c
WAITING = "waiting"
_FREED: dict[str, Any] = {"holder": "", "held_until": None}


def put(store: Store, db: sa.Connection, made: Sequence[Notification], now: datetime) -> int:
    """Inside the caller's transaction; how many are new."""
    new = 0
    for one in made:
        values = {
            "id": ticket_id(now, secrets.token_bytes(10)), "key": one.key, "channel": str(one.channel),
            "target": one.target, "ticket_id": one.ticket or None, "kind": str(one.kind), "body": one.body, "made_at": now,
            "next_try": now,
        }  # fmt: skip
        fresh = store.insert(t.notifications).values(values).on_conflict_do_nothing().returning(_N.id)
        new += db.execute(fresh).first() is not None
    return new


class NotificationShelf:
    def __init__(self, store: Store, holder: str, rules: Rules, lease_seconds: float = 60) -> None:
        self._store, self._holder, self._rules = store, holder, rules
        self._lease = timedelta(seconds=lease_seconds)

    async def due(self, now: datetime, most: int) -> Sequence[Outgoing]:
        free = sa.or_(_N.held_until.is_(None), _N.held_until <= now)
        chosen = (
            sa.select(t.notifications)
            .where(t.is_unsent, _N.next_try <= now, free)
            .order_by(_N.next_try, _N.id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )

        def work(db: sa.Connection) -> list[Outgoing]:
            rows = db.execute(chosen).all()
            if rows:
                held = {"holder": self._holder, "held_until": now + self._lease}
                db.execute(sa.update(t.notifications).where(_N.id.in_([row.id for row in rows])).values(held))
            return [
                Outgoing(
                    row.id,
                    row.key,
                    row.channel,
                    row.target,
                    Kind(row.kind),
                    row.body,
                    row.tries,
                    row.begun,
                    row.made_at,
                )
                for row in rows
            ]

        return await self._store.transact(work, lasting=True)

    async def begun(self, ident: str) -> bool:
        mine = sa.and_(_N.id == ident, _N.state == WAITING, _N.holder == self._holder)
        return await self._change(mine, begun=True, tries=_N.tries + 1) == 1

    async def sent(self, ident: str, receipt: str, at: datetime) -> None:
        await self._change(_N.id == ident, state="sent", begun=False, receipt=receipt, sent_at=at, error="", **_FREED)

    async def later(self, ident: str, error: str, next_try: datetime, *, begun: bool) -> None:
        await self._change(
            sa.and_(_N.id == ident, _N.state == WAITING), error=error, next_try=next_try, begun=begun, **_FREED
        )

    async def given_up(self, ident: str, state: str, error: str) -> None:
        await self._change(sa.and_(_N.id == ident, _N.state == WAITING), state=state, error=error, **_FREED)

    async def of_ticket(self, ticket: str) -> Sequence[sa.Row[Any]]:
        """Text messages about it, oldest first: kind, made_at, state, sent_at, target."""
        which = sa.select(_N.kind, _N.made_at, _N.state, _N.sent_at, _N.target)
        mine = which.where(_N.ticket_id == ticket, _N.channel == str(Channel.SMS)).order_by(_N.made_at, _N.id)
        return await self._store.look(lambda db: list(db.execute(mine)))

    async def again(self, ticket: str, name: str, now: datetime) -> bool | None:
        """The receipt once more. False: nobody may be sent one; None: there is no such ticket, or no case yet."""

        def work(db: sa.Connection) -> bool | None:
            row = db.execute(
                sa.select(t.cases, _T.body)
                .join_from(t.cases, t.tickets, _T.ticket_id == _C.ticket_id)
                .where(_T.ticket_id == ticket)
            ).first()
            if row is None:
                return None
            known = Known(ticket_json.load(row.body), row.number, row.query_code, CaseState(row.state), 0, row.since)
            made = self._rules.again(known, name)
            if made is None:
                return False
            put(self._store, db, [made], now)
            return True

        return await self._store.transact(work, lasting=True)

    async def _change(self, which: sa.ColumnElement[bool], **values: Any) -> int:
        change = sa.update(t.notifications).where(which).values(**values)
        return await self._store.transact(lambda db: db.execute(change).rowcount, lasting=True)
