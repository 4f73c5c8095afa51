"""Messages on their way to the case store: implements ``bridge.ports.Outbox``.

Every method is one transaction. ``due`` gives only what nothing undelivered stands before in its stream, and claims it,
so that couriers of several daemons on one PostgreSQL do not carry the same message at the same time. A courier that
dies loses its claim after ``lease_seconds``; the same daemon coming back (same ``holder``) takes its own rows again at
once. Each claim has a number: what a courier says under an older one is not written any more, except that it was
delivered, which is true whoever says it. That the case store does a thing once rests on the idempotency key, never on
a claim.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge import ticket_json
from bridge.case_store_messages import Message, MessageId, MessageKind
from bridge.delivery_state import HOLDS_BACK, TABLE, DeliveryState, Move, before
from bridge.notifications.rules import Rules as NotificationRules
from bridge.ports import Outgoing

from . import outbox_rows
from . import tables as t
from .casebook import opened
from .outbox_rows import NotInOrder
from .store import Store

__all__ = ["NotInOrder", "OutboxShelf", "add"]

_O, _T = t.outbox.c, t.tickets.c
_WAITING = str(DeliveryState.WAITING)
_FREED: dict[str, Any] = {"holder": "", "held_until": None}
_AHEAD = t.outbox.alias("ahead")
_FIRST = ~sa.exists().where(
    _AHEAD.c.stream == _O.stream, _AHEAD.c.turn < _O.turn, _AHEAD.c.state.in_([str(state) for state in HOLDS_BACK])
)
"""Nothing undelivered stands before it."""
_MESSAGES = sa.select(t.outbox, _T.body).join_from(t.outbox, t.tickets, _T.ticket_id == _O.ticket_id)


class OutboxShelf:
    def __init__(
        self, store: Store, holder: str, lease_seconds: float = 120, notify: NotificationRules | None = None
    ) -> None:
        """``holder``: this daemon's name among those that share the ledger (``[centre] node``); ``notify``: who is told of
        a case that was opened."""
        self._store, self._notify = store, notify
        self._holder = holder
        self._lease = timedelta(seconds=lease_seconds)

    async def add(self, message: Message, now: datetime) -> bool:
        """A message of a matter that was filed, behind those of its stream; False: its key is there already.

        Raises ``NotInOrder``, and ValueError when its payload lacks something.
        """
        async with self._store.writing() as db:
            return await add(db, message, now)

    async def due(self, now: datetime, most: int, but: frozenset[MessageId] = frozenset()) -> Sequence[Outgoing]:
        return await self._store.whole(self._due(now, most, but))

    async def _due(self, now: datetime, most: int, but: frozenset[MessageId]) -> Sequence[Outgoing]:
        chosen = (
            sa.select(_O.message_id)
            .where(
                t.undelivered, _O.state == _WAITING, _O.next_try <= now, self._free(now), _O.message_id.not_in(but), _FIRST
            )
            .order_by(_O.next_try, _O.message_id)
            .limit(most)
            .with_for_update(skip_locked=True, of=t.outbox)
        )  # fmt: skip
        async with self._store.writing() as db:
            ids = (await db.execute(chosen)).scalars().all()
            if not ids:
                return []
            claimed = {"holder": self._holder, "held_until": now + self._lease, "claim": _O.claim + 1}
            await db.execute(sa.update(t.outbox).where(_O.message_id.in_(ids)).values(claimed))
            found = await db.execute(_MESSAGES.where(_O.message_id.in_(ids)).order_by(_O.next_try, _O.message_id))
            return [_outgoing(row) for row in found]

    def _free(self, now: datetime) -> sa.ColumnElement[bool]:
        return sa.or_(_O.held_until.is_(None), _O.held_until <= now, _O.holder == self._holder)

    async def next_due(self, but: frozenset[MessageId] = frozenset()) -> datetime | None:
        foreign = sa.and_(_O.held_until.is_not(None), _O.holder != self._holder, _O.held_until > _O.next_try)
        when = sa.case((foreign, _O.held_until), else_=_O.next_try)
        wanted = sa.select(sa.func.min(when, type_=_O.next_try.type)).where(
            t.undelivered, _O.state == _WAITING, _O.message_id.not_in(but), _FIRST
        )
        async with self._store.reading() as db:
            found: datetime | None = await db.scalar(wanted)
        return found

    async def begun(self, sent: Outgoing) -> bool:
        return await self._move(sent, Move.BEGUN, tries=_O.tries + 1, ever_sent=True)

    async def delivered(self, sent: Outgoing, case_number: str, query_code: str, at: datetime) -> None:
        await self._store.whole(self._delivered(sent, case_number, query_code, at))

    async def _delivered(self, sent: Outgoing, case_number: str, query_code: str, at: datetime) -> None:
        message = sent.message
        async with self._store.writing() as db:
            moved = await _moved(db, message.id, Move.RECEIPT, {**_FREED, "delivered_at": at, "error": ""})
            if moved and message.kind is MessageKind.FILE:
                await opened(self._store, db, message.ticket, case_number, query_code, at, self._notify)

    async def failed(self, sent: Outgoing, error: str, next_try: datetime, *, refused: bool) -> None:
        move = Move.REFUSED if refused else Move.NO_ANSWER
        values = {"error": error, "next_try": next_try, "refusals": _O.refusals + int(refused)}
        await self._move(sent, move, **values, **_FREED)

    async def poisoned(self, sent: Outgoing, error: str, at: datetime) -> None:
        await self._move(sent, Move.GIVEN_UP, error=error, error_at=at, **_FREED)

    async def store_back(self, now: datetime, soon: Callable[[int], datetime]) -> int:
        return await self._store.whole(self._brought_forward(now, soon))

    async def _brought_forward(self, now: datetime, soon: Callable[[int], datetime]) -> int:
        waits = sa.and_(
            t.undelivered, _O.state == _WAITING, _O.next_try > now, _O.refusals == 0, _O.tries > 0, self._free(now)
        )
        async with self._store.writing() as db:
            found = (await db.execute(sa.select(_O.tries).where(waits).distinct())).scalars().all()
            earlier = 0
            for tries in found:
                due = soon(tries)
                sooner = sa.update(t.outbox).where(waits, _O.tries == tries, _O.next_try > due).values(next_try=due)
                earlier += (await db.execute(sooner)).rowcount
        return earlier

    async def not_carried(self, sent: Outgoing, at: datetime) -> None:
        await self._move(sent, Move.NOT_TAKEN, delivered_at=None, error="", error_at=at, **_FREED)

    async def _move(self, sent: Outgoing, move: Move, **values: Any) -> bool:
        """A courier may be stopped at any moment: what was begun is written to its end."""
        return await self._store.whole(self._moved(sent, move, values))

    async def _moved(self, sent: Outgoing, move: Move, values: Mapping[str, Any]) -> bool:
        async with self._store.writing() as db:
            return await _moved(db, sent.message.id, move, values, _O.claim == sent.claim)


async def add(db: AsyncConnection, message: Message, due_at: datetime) -> bool:
    """Inside the caller's transaction; see ``outbox_rows.add``."""
    return await db.run_sync(lambda one: outbox_rows.add(one, message, due_at))


async def _moved(
    db: AsyncConnection, message: MessageId, move: Move, values: Mapping[str, Any], *more: sa.ColumnElement[bool]
) -> bool:
    """Write a move where the table has it. False: it does not happen there, and nothing was written."""
    (state,) = before(move)
    row = sa.and_(_O.message_id == message, _O.state == str(state), *more)
    changed = await db.execute(sa.update(t.outbox).where(row).values(state=str(TABLE[state, move]), **values))
    return bool(changed.rowcount)


def _outgoing(row: Any) -> Outgoing:
    message = Message(
        row.message_id, row.stream, MessageKind(row.kind), row.key, ticket_json.load(row.body), json.loads(row.payload)
    )
    return Outgoing(message, row.tries, row.refusals, row.next_try, row.ever_sent, row.claim)
