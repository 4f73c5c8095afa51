"""Tickets, their outbox and the outcomes they give: implements ``bridge.ports.TicketBook``.

Every method is one transaction. ``due`` also takes a lease on the rows it gives away, so
that couriers of several daemons on one PostgreSQL do not carry the same ticket at the
same time; a courier that dies loses its lease after ``lease_seconds``, the same daemon
coming back (same ``holder``) takes its own rows again at once. A lease only saves work:
that the case store holds a ticket once rests on the idempotency key, never on a lease.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge import ticket_json
from bridge.disposition import CallOutcome, Disposition
from bridge.ports import Disposed, Filed, KeyTaken, NotDisposed, Push, PushState
from bridge.ticket import Ticket, TicketId
from cti.ids import CallId

from . import tables as t
from .outcomes import Said, put
from .store import Store

_O, _T, _D = t.outbox.c, t.tickets.c, t.drafts.c
_WAITING = str(PushState.WAITING)
_POISONED = str(PushState.POISONED)
PUSH = sa.select(t.outbox, _T.body).join_from(t.outbox, t.tickets)


class TicketShelf:
    def __init__(self, store: Store, holder: str, lease_seconds: float = 120) -> None:
        """``holder``: this daemon's name among those that share the ledger (``[centre] node``)."""
        self._store = store
        self._holder = holder
        self._lease = timedelta(seconds=lease_seconds)

    # -- filing -------------------------------------------------------------------------------

    async def file(self, ticket: Ticket) -> Filed | KeyTaken:
        async with self._store.writing() as db:
            fresh = self._store.insert(t.tickets).values(_ticket_row(ticket)).returning(_T.ticket_id)
            if (await db.execute(fresh.on_conflict_do_nothing(index_elements=["key"]))).first() is None:
                standing = (await db.execute(PUSH.where(_T.key == ticket.key))).one()
                push = push_of(standing)
                same = ticket_json.same_matter(push.ticket, ticket)
                return Filed(push, new=False) if same else KeyTaken(push.ticket.id)
            await db.execute(sa.insert(t.outbox).values(ticket_id=ticket.id, state=_WAITING, next_try=ticket.filed_at))
            if ticket.call is not None:
                said = Said(ticket.call, CallOutcome.TICKET, ticket.filed_at, ticket.agent, ticket.seat, ticket.id)
                await put(self._store, db, said)
                await db.execute(sa.delete(t.drafts).where(_D.call_id == ticket.call, _D.agent == ticket.agent))
            return Filed(await _one(db, ticket.id), new=True)

    async def dispose(self, disposition: Disposition) -> Disposed | NotDisposed:
        d = disposition
        said = Said(d.call, d.outcome, d.at, d.agent, d.seat, d.code, d.note, d.knowledge)
        async with self._store.writing() as db:
            done = await put(self._store, db, said)
            if done.done:  # nothing is left to be written about this call
                await db.execute(sa.delete(t.drafts).where(_D.call_id == d.call, _D.agent == d.agent))
        if done.done:
            return Disposed(d.outcome, done.before)
        assert done.before is not None
        return NotDisposed(done.before)

    # -- looking --------------------------------------------------------------------------------

    async def find(self, ticket: TicketId) -> Push | None:
        found = await self._read(PUSH.where(_O.ticket_id == ticket))
        return found[0] if found else None

    async def of_call(self, call: CallId) -> Sequence[Push]:
        return await self._read(PUSH.where(_T.call_id == call).order_by(_T.ticket_id))

    async def recent(self, most: int, before: TicketId | None = None) -> Sequence[Push]:
        wanted = PUSH if before is None else PUSH.where(_T.ticket_id < before)
        return await self._read(wanted.order_by(_T.ticket_id.desc()).limit(most))

    async def dead_letters(self, most: int) -> Sequence[Push]:
        return await self._read(PUSH.where(_O.state == _POISONED).order_by(_O.error_at, _O.ticket_id).limit(most))

    async def backlog(self) -> tuple[int, int]:
        counted = sa.select(_O.state, sa.func.count()).where(_O.state.in_((_WAITING, _POISONED))).group_by(_O.state)
        found = await self._store.look(lambda db: {state: int(count) for state, count in db.execute(counted)})
        return found.get(_WAITING, 0), found.get(_POISONED, 0)

    async def _read(self, statement: sa.Select[Any]) -> list[Push]:
        async with self._store.reading() as db:
            return [push_of(row) for row in await db.execute(statement)]

    # -- the courier's side ------------------------------------------------------------------------

    async def due(self, now: datetime, most: int, but: frozenset[TicketId] = frozenset()) -> Sequence[Push]:
        return await self._store.whole(self._due(now, most, but))

    async def _due(self, now: datetime, most: int, but: frozenset[TicketId]) -> Sequence[Push]:
        chosen = (
            sa.select(_O.ticket_id)
            .where(_O.state == _WAITING, _O.next_try <= now, self._free(now), _O.ticket_id.not_in(but))
            .order_by(_O.next_try, _O.ticket_id)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        async with self._store.writing() as db:
            ids = (await db.execute(chosen)).scalars().all()
            if not ids:
                return []
            await db.execute(
                sa.update(t.outbox)
                .where(_O.ticket_id.in_(ids))
                .values(holder=self._holder, held_until=now + self._lease)
            )
            found = await db.execute(PUSH.where(_O.ticket_id.in_(ids)).order_by(_O.next_try, _O.ticket_id))
            return [push_of(row) for row in found]

    def _free(self, now: datetime) -> sa.ColumnElement[bool]:
        return sa.or_(_O.held_until.is_(None), _O.held_until <= now, _O.holder == self._holder)

    async def next_due(self, but: frozenset[TicketId] = frozenset()) -> datetime | None:
        foreign = sa.and_(_O.held_until.is_not(None), _O.holder != self._holder, _O.held_until > _O.next_try)
        when = sa.case((foreign, _O.held_until), else_=_O.next_try)
        wanted = sa.select(sa.func.min(when, type_=_O.next_try.type)).where(
            _O.state == _WAITING, _O.ticket_id.not_in(but)
        )
        async with self._store.reading() as db:
            found: datetime | None = await db.scalar(wanted)
        return found

    async def begun(self, ticket: TicketId) -> None:
        await self._set(ticket, tries=_O.tries + 1, ever_sent=True)

    async def delivered(self, ticket: TicketId, case_number: str, query_code: str, at: datetime) -> None:
        values = {"case_number": case_number, "query_code": query_code, "delivered_at": at, "error": ""}
        await self._set(ticket, state=str(PushState.DELIVERED), **_FREED, **values)

    async def failed(self, ticket: TicketId, error: str, next_try: datetime, *, refused: bool) -> None:
        await self._set(ticket, error=error, next_try=next_try, refusals=_O.refusals + int(refused), **_FREED)

    async def poisoned(self, ticket: TicketId, error: str, at: datetime) -> None:
        await self._set(ticket, state=_POISONED, error=error, error_at=at, **_FREED)

    async def replay(self, ticket: TicketId, at: datetime, corrected: Ticket | None = None) -> Push | None:
        if corrected is not None and corrected.id != ticket:
            raise ValueError(f"the corrected ticket is {corrected.id}, not {ticket}")
        async with self._store.writing() as db:
            revived = await db.execute(
                sa.update(t.outbox)
                .where(_O.ticket_id == ticket, _O.state == _POISONED)
                .values(state=_WAITING, next_try=at, tries=0, refusals=0)
            )
            if not revived.rowcount:
                return None
            if corrected is not None:
                await _replace(db, corrected, at)
            return await _one(db, ticket)

    async def _set(self, ticket: TicketId, **values: Any) -> None:
        """Change a row that is still on its way; one that has arrived stays as it is. A courier may be stopped at any moment."""
        await self._store.whole(
            self._put(sa.update(t.outbox).where(_O.ticket_id == ticket, _O.state == _WAITING).values(values))
        )

    async def _put(self, statement: sa.Update) -> None:
        async with self._store.writing() as db:
            await db.execute(statement)


_FREED: dict[str, Any] = {"holder": "", "held_until": None}


async def _replace(db: AsyncConnection, corrected: Ticket, at: datetime) -> None:
    old = (await db.execute(sa.select(_T.key, _T.body).where(_T.ticket_id == corrected.id))).one()
    if old.key != corrected.key:
        raise ValueError(f"the corrected ticket has key {corrected.key}, not {old.key}")
    h = t.ticket_history
    seq = await db.scalar(sa.select(sa.func.count()).where(h.c.ticket_id == corrected.id))
    await db.execute(sa.insert(h).values(ticket_id=corrected.id, seq=seq, replaced_at=at, body=old.body))
    await db.execute(sa.update(t.tickets).where(_T.ticket_id == corrected.id).values(_ticket_row(corrected)))


async def _one(db: AsyncConnection, ticket: TicketId) -> Push:
    return push_of((await db.execute(PUSH.where(_O.ticket_id == ticket))).one())


def push_of(row: Any) -> Push:
    return Push(
        ticket=ticket_json.load(row.body),
        state=PushState(row.state),
        tries=row.tries,
        refusals=row.refusals,
        next_try=row.next_try,
        ever_sent=row.ever_sent,
        error=row.error,
        case_number=row.case_number,
        query_code=row.query_code,
        delivered_at=row.delivered_at,
    )


def _ticket_row(ticket: Ticket) -> dict[str, Any]:
    facts, subject, place = ticket.facts, ticket.subject, ticket.place
    return {
        "ticket_id": ticket.id,
        "key": ticket.key,
        "call_id": ticket.call or "",
        "filed_at": ticket.filed_at,
        "agent": ticket.agent,
        "seat": ticket.seat,
        "channel": ticket.channel,
        "line": ticket.line,
        "caller": facts.ani[:80] if facts else "",
        "phone": ticket.person.phones[0][:80] if ticket.person.phones else "",
        "kind": ticket.kind,
        "work_type": ticket.work_type,
        "urgency": ticket.urgency,
        "title": ticket.title[:200],
        "scheme": subject.scheme if subject else "",
        "scheme_version": subject.version if subject else "",
        "code": subject.code if subject else "",
        "code_kind": subject.kind if subject else "",
        "grid_code": place.grid_code,
        "lng": place.lng,
        "lat": place.lat,
        "crs": place.crs,
        "unit": (ticket.unit_confirmed or ticket.unit_suggested)[:200],
        "handle_by": ticket.handle_limit.deadline if ticket.handle_limit else None,
        "confidential": ticket.confidential,
        "anonymous": ticket.anonymous,
        "answered_directly": ticket.answered_directly,
        "merged_into": ticket.merged_into[:80],
        "retention_class": ticket.retention_class,
        "legal_hold": ticket.legal_hold,
        "body": ticket_json.dump(ticket),
    }
