"""What is said of a matter after its ticket was filed: implements ``bridge.ports.MatterBook``.

``say`` is for the transactions of others, too: whoever writes why something is said (a call-back's result, a merge) writes
the message with it, or neither.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge import ticket_json
from bridge.case_store_messages import Message, MessageId, MessageKind, key_of
from bridge.delivery_state import DeliveryState
from bridge.ports import FurtherMessage, SaidMessage
from bridge.ticket import TicketId

from . import tables as t
from .outbox import add
from .store import Store

_O, _T = t.outbox.c, t.tickets.c


class MatterShelf:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def say(self, message: FurtherMessage) -> SaidMessage | None:
        async with self._store.writing() as db:
            return await say(db, message)

    async def said(self, ticket: TicketId) -> Sequence[SaidMessage]:
        mine = sa.select(t.outbox).join_from(t.tickets, t.outbox, _O.stream == _T.key)
        async with self._store.reading() as db:
            return [_said(row) for row in await db.execute(mine.where(_T.ticket_id == ticket).order_by(_O.turn))]


async def say(db: AsyncConnection, message: FurtherMessage) -> SaidMessage | None:
    """Inside the caller's transaction; see ``MatterBook.say``."""
    body = await db.scalar(sa.select(_T.body).where(_T.ticket_id == message.ticket))
    if body is None:
        return None
    ticket = ticket_json.load(body)
    key = key_of(ticket.key, message.kind, message.name)
    new = await add(db, Message(message.id, ticket.key, message.kind, key, ticket, message.payload), message.at)
    row = (await db.execute(sa.select(t.outbox).where(_O.key == key))).one()
    return replace(_said(row), new=new)


def _said(row: Any) -> SaidMessage:
    return SaidMessage(
        MessageId(row.message_id), TicketId(row.ticket_id), MessageKind(row.kind), row.key, row.made_at,
        json.loads(row.payload), DeliveryState(row.state), row.tries, row.error, row.delivered_at,
    )  # fmt: skip
