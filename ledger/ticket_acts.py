"""What is said of a matter after its ticket was filed, and all that hangs on it: implements ``bridge.ports.MatterBook``.

``say`` is for the transactions of others, too: whoever writes why something is said (a call-back's result, a merge) writes
the message with it, or neither.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge import ticket_json
from bridge.case_store_messages import Message, MessageId, MessageKind, key_of
from bridge.delivery_state import DeliveryState
from bridge.ports import (
    AttachedFile,
    Changed,
    Counted,
    FurtherMessage,
    MatterStory,
    Overtaken,
    Push,
    SaidMessage,
    TiedCall,
    Version,
)
from bridge.ticket import TicketId
from cti.ids import CallId

from . import tables as t
from .outbox import add
from .store import Store
from .tickets import PUSH, push_of, replaced

_O, _T, _H, _F, _K, _C = t.outbox.c, t.tickets.c, t.ticket_history.c, t.attachments.c, t.case_calls.c, t.cases.c
CHAIN = 8
"""So many cases are followed from one that was merged to the one it goes on within."""
MERGED_SHOWN = 200


class MatterShelf:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def say(
        self, message: FurtherMessage, *, changed: Changed | None = None, file: AttachedFile | None = None,
        call: CallId | None = None, agent: str = "",
    ) -> SaidMessage | Overtaken | None:  # fmt: skip
        async with self._store.writing() as db:
            if changed is not None and not await _stands(db, message, changed):
                return Overtaken()
            said = await say(db, message)
            if said is None or not said.new:
                return said
            if changed is not None:
                await replaced(db, changed.after, message.at, changed.why, changed.by)
            if file is not None:
                row = {
                    "ticket_id": message.ticket, "sha256": file.sha256, "name": file.name, "type": file.type, "size": file.size,
                    "added_at": file.at, "added_by": file.by,
                }  # fmt: skip
                await db.execute(self._store.insert(t.attachments).values(row).on_conflict_do_nothing())
            if call is not None:
                await self._tie(db, call, message.ticket, agent, message.at)
            return said

    async def tie(self, call: CallId, ticket: TicketId, agent: str, at: datetime) -> bool:
        async with self._store.writing() as db:
            return await self._tie(db, call, ticket, agent, at)

    async def _tie(self, db: AsyncConnection, call: CallId, ticket: TicketId, agent: str, at: datetime) -> bool:
        row = {"call_id": call, "ticket_id": ticket, "at": at, "agent": agent}
        fresh = self._store.insert(t.case_calls).values(row).on_conflict_do_nothing().returning(_K.call_id)
        return (await db.execute(fresh)).first() is not None

    # -- looking --------------------------------------------------------------------------------

    async def said(self, ticket: TicketId) -> Sequence[SaidMessage]:
        async with self._store.reading() as db:
            return await _all_said(db, ticket)

    async def file(self, ticket: TicketId, sha256: str) -> AttachedFile | None:
        mine = sa.select(t.attachments).where(_F.ticket_id == ticket, _F.sha256 == sha256)
        async with self._store.reading() as db:
            row = (await db.execute(mine)).first()
        return _file(row) if row is not None else None

    async def story(self, ticket: TicketId) -> MatterStory | None:
        async with self._store.reading() as db:
            found = (await db.execute(PUSH.where(_T.ticket_id == ticket))).first()
            if found is None:
                return None
            push = push_of(found)
            old = (await db.execute(sa.select(t.ticket_history).where(_H.ticket_id == ticket).order_by(_H.seq))).all()
            versions = [Version(ticket_json.load(row.body), row.replaced_at, row.replaced_by, row.why) for row in old]
            tied = await db.execute(sa.select(t.case_calls).where(_K.ticket_id == ticket).order_by(_K.at))
            files = await db.execute(sa.select(t.attachments).where(_F.ticket_id == ticket).order_by(_F.added_at))
            root = await _root(db, push)
            return MatterStory(
                await _all_said(db, ticket), [*versions, Version(push.ticket, None)],
                [TiedCall(CallId(row.call_id), row.at, row.agent) for row in tied], [_file(row) for row in files],
                await _children(db, push), root if root.ticket.id != ticket else None,
            )  # fmt: skip

    async def of_case(self, number: str) -> Push | None:
        async with self._store.reading() as db:
            return await _of_case(db, number)

    async def root(self, push: Push) -> Push:
        async with self._store.reading() as db:
            return await _root(db, push)

    async def counted(self, tickets: Sequence[TicketId]) -> Mapping[TicketId, Counted]:
        if not tickets:
            return {}
        stream = sa.select(_T.ticket_id, _T.key, _C.number).outerjoin_from(t.tickets, t.cases, _C.stream == _T.key)
        async with self._store.reading() as db:
            rows = (await db.execute(stream.where(_T.ticket_id.in_(tickets)))).all()
            kinds = (
                sa.select(_O.stream, _O.kind, sa.func.count())
                .where(_O.stream.in_([row.key for row in rows]))
                .group_by(_O.stream, _O.kind)
            )
            said = {(stream, kind): int(count) for stream, kind, count in await db.execute(kinds)}
            names = {name for row in rows for name in (row.number, row.ticket_id) if name}
            into = sa.select(_T.merged_into, sa.func.count()).where(t.merged, _T.merged_into.in_(names))
            merged = {name: int(count) for name, count in await db.execute(into.group_by(_T.merged_into))}
        return {
            TicketId(row.ticket_id): Counted(
                said.get((row.key, MessageKind.URGE), 0), said.get((row.key, MessageKind.PLUS_ONE), 0),
                merged.get(row.number, 0) + merged.get(row.ticket_id, 0),
            )
            for row in rows
        }  # fmt: skip


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


async def _stands(db: AsyncConnection, message: FurtherMessage, changed: Changed) -> bool:
    """Nobody changed it since it was read, or this very message was said before: then nothing is written anyway."""
    mine = sa.select(_T.body).where(_T.ticket_id == changed.before.id).with_for_update()
    body = await db.scalar(mine)
    if body is None or ticket_json.load(body) == changed.before:
        return True
    key = key_of(changed.before.key, message.kind, message.name)
    return await db.scalar(sa.select(_O.message_id).where(_O.key == key)) is not None


async def _all_said(db: AsyncConnection, ticket: TicketId) -> list[SaidMessage]:
    mine = sa.select(t.outbox).join_from(t.tickets, t.outbox, _O.stream == _T.key)
    return [_said(row) for row in await db.execute(mine.where(_T.ticket_id == ticket).order_by(_O.turn))]


async def _of_case(db: AsyncConnection, number: str) -> Push | None:
    if not number:
        return None
    by = PUSH.where(_C.number == number).order_by(_T.ticket_id).limit(1)
    row = (await db.execute(by)).first() or (await db.execute(PUSH.where(_T.ticket_id == number))).first()
    return push_of(row) if row is not None else None


async def _root(db: AsyncConnection, push: Push) -> Push:
    seen = {push.ticket.id}
    while push.ticket.merged_into and len(seen) < CHAIN:
        above = await _of_case(db, push.ticket.merged_into)
        if above is None or above.ticket.id in seen:
            break
        seen.add(above.ticket.id)
        push = above
    return push


async def _children(db: AsyncConnection, push: Push) -> list[Push]:
    names = [name for name in (push.case_number, push.ticket.id) if name]
    mine = PUSH.where(t.merged, _T.merged_into.in_(names)).order_by(_T.ticket_id).limit(MERGED_SHOWN)
    return [push_of(row) for row in await db.execute(mine)]


def _said(row: Any) -> SaidMessage:
    return SaidMessage(
        MessageId(row.message_id), TicketId(row.ticket_id), MessageKind(row.kind), row.key, row.made_at,
        json.loads(row.payload), DeliveryState(row.state), row.tries, row.error, row.delivered_at,
    )  # fmt: skip


def _file(row: Any) -> AttachedFile:
    return AttachedFile(row.sha256, row.name, row.type, row.size, row.added_at, row.added_by)
