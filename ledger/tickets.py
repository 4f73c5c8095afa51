"""Tickets, people's side of their way out, and the outcomes they give: implements ``bridge.ports.TicketBook``.

Every method is one transaction. The courier's side is ``outbox.py``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.callbacks import Moved
from bridge import repeat, ticket_json
from bridge.anonymity import kept, words_kept
from bridge.case_state import CaseState
from bridge.case_store_messages import MessageId, MessageKind, filing
from bridge.delivery_state import TABLE, DeliveryState, Move, before
from bridge.disposition import CallOutcome, Disposition
from bridge.notifications.rules import Rules as NotificationRules
from bridge.ports import CaseStep, Disposed, Filed, KeyTaken, NotDisposed, Push, Why
from bridge.ticket import Promise, Ticket, TicketId
from cti.ids import CallId
from cti.numbers import ANYWHERE, Numbers, home

from . import merges, outbox_rows, partner_matters
from . import tables as t
from .callback_rows import Tell, untold
from .outbox import add
from .outcomes import Said, put
from .store import Store

_O, _T, _D, _C = t.outbox.c, t.tickets.c, t.drafts.c, t.cases.c
_WAITING = str(DeliveryState.WAITING)
_POISONED = str(DeliveryState.POISONED)
_CASE = (
    _C.number, _C.query_code, _C.state.label("case_state"), _C.since.label("case_since"), _C.unit.label("case_unit"),
    _C.word.label("case_word"),
)  # fmt: skip


def _pushes(message: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Tickets with the ``message`` of each and its case, if there is one."""
    of = sa.select(t.outbox, _T.body, *_CASE).join_from(t.tickets, t.outbox, message)
    return of.outerjoin(t.cases, _C.stream == _T.key)


PUSH = _pushes(_O.message_id == _T.ticket_id)
"""Each ticket with the message that files it."""
_LETTERS = _pushes(_O.ticket_id == _T.ticket_id).where(t.undelivered, _O.state == _POISONED)


class TicketShelf:
    def __init__(
        self, store: Store, *, numbers: Numbers = ANYWHERE, tell: Tell = untold, notify: NotificationRules | None = None
    ) -> None:  # fmt: skip
        """``tell`` hears which call-backs are settled by an agent's word; ``notify``: which partners are told of their matters."""
        self._store, self._numbers, self._tell, self._notify = store, numbers, tell, notify

    # -- filing -------------------------------------------------------------------------------

    async def file(self, ticket: Ticket, *, joins: bool = True) -> Filed | KeyTaken:
        settled: Sequence[Moved] = ()
        async with self._store.writing() as db:
            if (
                joins
                and ticket.call is None
                and ticket.external_ids
                and (other := await self._same_matter(db, ticket)) is not None
            ):
                return Filed(other, new=False)
            asked, ticket = ticket, await db.run_sync(lambda one: self._goes_into(one, ticket))
            fresh = self._store.insert(t.tickets).values(ticket_row(ticket)).returning(_T.ticket_id)
            if (await db.execute(fresh.on_conflict_do_nothing(index_elements=["key"]))).first() is None:
                standing = (await db.execute(PUSH.where(_T.key == ticket.key))).one()
                return await db.run_sync(lambda one: _again(one, push_of(standing), asked))
            await found_by(db, ticket)
            await add(db, filing(ticket), ticket.filed_at)
            if ticket.merged_into:
                await db.run_sync(lambda one: merges.told(one, ticket, ticket.filed_at))
            if ticket.external_ids or ticket.call:
                await db.run_sync(
                    lambda one: partner_matters.filed(self._store, one, ticket, ticket.filed_at, self._notify)
                )
            if ticket.call is not None:
                said = Said(ticket.call, CallOutcome.TICKET, ticket.filed_at, ticket.agent, ticket.seat, ticket.id)
                settled = (await put(self._store, db, said, self._numbers)).settled
                await db.execute(sa.delete(t.drafts).where(_D.call_id == ticket.call, _D.agent == ticket.agent))
            filed = Filed(await _one(db, ticket.id), new=True)
        self._tell(settled)
        return filed

    def _goes_into(self, db: sa.Connection, ticket: Ticket) -> Ticket:
        """The case it is filed into, as it will stand: the one that was said, or the one that its partner's work order has already."""
        if not ticket.merged_into and not ticket.answered_directly:
            ticket = replace(ticket, merged_into=partner_matters.of_work_order(db, ticket))
        return merges.resolved(db, ticket)

    async def _same_matter(self, db: AsyncConnection, ticket: Ticket) -> Push | None:
        """The ticket that has this partner's number: a program's telling of the same matter is a supplement of it, no second case."""
        if (await db.execute(sa.select(_T.ticket_id).where(_T.key == ticket.key))).first() is not None:
            return None  # the same filing again
        other = await db.run_sync(lambda one: partner_matters.of_other(one, ticket))
        if not other:
            return None
        push = await _one(db, TicketId(other))
        text = words_kept(push.ticket, "\n".join(filter(None, (ticket.title, ticket.content))))
        said = {"text": text, "at": ticket.filed_at.isoformat(), "by": ticket.agent}
        name = hashlib.sha256(ticket.key.encode()).hexdigest()[:32]
        await db.run_sync(lambda one: outbox_rows.say(one, other, MessageKind.SUPPLEMENT, name, said, ticket.filed_at))
        return push

    async def dispose(self, disposition: Disposition) -> Disposed | NotDisposed:
        d = disposition
        said = Said(d.call, d.outcome, d.at, d.agent, d.seat, d.code, d.note, d.knowledge)
        async with self._store.writing() as db:
            done = await put(self._store, db, said, self._numbers)
            if done.done:  # nothing is left to be written about this call
                await db.execute(sa.delete(t.drafts).where(_D.call_id == d.call, _D.agent == d.agent))
        self._tell(done.settled)
        if done.done:
            return Disposed(d.outcome, done.before)
        assert done.before is not None
        return NotDisposed(done.before)

    # -- looking --------------------------------------------------------------------------------

    async def find(self, ticket: TicketId) -> Push | None:
        found = await self._read(PUSH.where(_T.ticket_id == ticket))
        return found[0] if found else None

    async def case_history(self, ticket: TicketId) -> Sequence[CaseStep]:
        h = t.case_history.c
        steps = sa.select(t.case_history).join_from(t.case_history, t.cases, h.case_id == _C.case_id)
        async with self._store.reading() as db:
            rows = (await db.execute(steps.where(_C.ticket_id == ticket).order_by(h.sequence))).all()
        return [
            CaseStep(
                row.sequence, CaseState(row.state), row.at, row.heard_at, row.word, row.unit, row.note, row.late,
                row.unforeseen,
            )
            for row in rows
        ]  # fmt: skip

    async def of_call(self, call: CallId) -> Sequence[Push]:
        return await self._read(PUSH.where(_T.call_id == call).order_by(_T.ticket_id))

    async def recent(self, most: int, before: TicketId | None = None) -> Sequence[Push]:
        wanted = PUSH if before is None else PUSH.where(_T.ticket_id < before)
        return await self._read(wanted.order_by(_T.ticket_id.desc()).limit(most))

    async def dead_letters(self, most: int) -> Sequence[Push]:
        return await self._read(_LETTERS.order_by(_O.error_at, _O.message_id).limit(most))

    async def dead_letter(self, message: MessageId) -> Push | None:
        found = await self._read(_LETTERS.where(_O.message_id == message))
        return found[0] if found else None

    async def backlog(self) -> tuple[int, int]:
        counted = (
            sa.select(_O.state, sa.func.count())
            .where(t.undelivered, _O.state.in_((_WAITING, _POISONED)))
            .group_by(_O.state)
        )
        found = await self._store.look(lambda db: {state: int(count) for state, count in db.execute(counted)})
        return found.get(_WAITING, 0), found.get(_POISONED, 0)

    async def _read(self, statement: sa.Select[Any]) -> list[Push]:
        async with self._store.reading() as db:
            return [push_of(row) for row in await db.execute(statement)]

    # -- promises --------------------------------------------------------------------------------

    async def provisional(self, most: int, after: Ticket | None = None) -> list[Ticket]:
        """Tickets whose promised date may come out otherwise, the earliest promised first; ``after``: the last of the page before."""
        wanted = sa.select(_T.body).where(t.provisional).order_by(_T.promised_by, _T.ticket_id).limit(most)
        if after is not None and after.promise is not None:
            by = after.promise.by
            later = sa.or_(_T.promised_by > by, _T.ticket_id > after.id)
            wanted = wanted.where(_T.promised_by >= by, later)
        async with self._store.reading() as db:
            return [ticket_json.load(row.body) for row in await db.execute(wanted)]

    async def promise_again(self, ticket: TicketId, promise: Promise, at: datetime) -> bool:
        """Another promise in place of a provisional one, the ticket of before in the history. False: it is none any more."""
        async with self._store.writing() as db:
            mine = sa.and_(_T.ticket_id == ticket, t.provisional)
            row = (
                await db.execute(sa.select(_T.body).where(mine).with_for_update())
            ).first()  # else a correction is undone
            if row is None:
                return False
            await _keep(db, ticket, row.body, at, Why.PROMISE)
            renewed = replace(ticket_json.load(row.body), promise=promise)
            await db.execute(sa.update(t.tickets).where(_T.ticket_id == ticket).values(ticket_row(renewed)))
        return True

    # -- a dead letter goes out again --------------------------------------------------------------

    async def replay(
        self, message: MessageId, at: datetime, corrected: Ticket | None = None,
        payload: Mapping[str, object] | None = None,
    ) -> Push | None:  # fmt: skip
        if corrected is not None and MessageId(corrected.id) != message:
            raise ValueError(f"the corrected ticket is {corrected.id}, which message {message} does not file")
        (dead,) = before(Move.REPLAYED)
        revived = {"state": str(TABLE[dead, Move.REPLAYED]), "next_try": at, "tries": 0, "refusals": 0}
        if payload is not None:
            revived["payload"] = json.dumps(dict(payload), ensure_ascii=False, separators=(",", ":"))
        async with self._store.writing() as db:
            mine = sa.and_(_O.message_id == message, _O.state == str(dead))
            if not (await db.execute(sa.update(t.outbox).where(mine).values(revived))).rowcount:
                return None
            if corrected is not None:
                await replaced(db, corrected, at, Why.MENDED)
                await db.run_sync(lambda one: partner_matters.filed(self._store, one, corrected, at, self._notify))
            letter = _pushes(_O.ticket_id == _T.ticket_id).where(_O.message_id == message)
            return push_of((await db.execute(letter)).one())


def _again(db: sa.Connection, push: Push, asked: Ticket) -> Filed | KeyTaken:
    """Something was filed under this key: the same request again, or another one. What it goes on within the ledger found out."""
    if not merges.same_target(db, push.ticket, asked):
        return KeyTaken(push.ticket.id)
    stood = push.ticket
    more = set(asked.related_cases) <= set(
        stood.related_cases
    )  # what it would have gone into was over: that is named besides
    asked = replace(
        asked, merged_into=stood.merged_into, related_cases=stood.related_cases if more else asked.related_cases
    )
    same = ticket_json.same_matter(stood, asked)
    return Filed(push, new=False) if same else KeyTaken(stood.id)


async def replaced(db: AsyncConnection, corrected: Ticket, at: datetime, why: Why, by: str = "") -> None:
    """Another version in place of the standing one, which goes into the history. Inside the caller's transaction."""
    mine = sa.select(_T.key, _T.body).where(_T.ticket_id == corrected.id)
    old = (await db.execute(mine.with_for_update())).one()
    if old.key != corrected.key:
        raise ValueError(f"the corrected ticket has key {corrected.key}, not {old.key}")
    body = old.body
    if corrected.anonymous:  # who asks for it late is nobody in what was written before, too
        body = ticket_json.dump(kept(replace(ticket_json.load(body), anonymous=True)))
    await _keep(db, corrected.id, body, at, why, by)
    await db.execute(sa.update(t.tickets).where(_T.ticket_id == corrected.id).values(ticket_row(corrected)))
    for table in (t.ticket_numbers, t.ticket_traits):
        await db.execute(sa.delete(table).where(table.c.ticket_id == corrected.id))
    await found_by(db, corrected)


async def _keep(db: AsyncConnection, ticket: TicketId, body: str, at: datetime, why: Why, by: str = "") -> None:
    h = t.ticket_history
    seq = await db.scalar(sa.select(sa.func.count()).where(h.c.ticket_id == ticket))
    await db.execute(
        sa.insert(h).values(ticket_id=ticket, seq=seq, replaced_at=at, body=body, replaced_by=by, why=str(why))
    )


async def _one(db: AsyncConnection, ticket: TicketId) -> Push:
    return push_of((await db.execute(PUSH.where(_T.ticket_id == ticket))).one())


def push_of(row: Any) -> Push:
    return Push(
        ticket=ticket_json.load(row.body),
        state=DeliveryState(row.state),
        tries=row.tries,
        refusals=row.refusals,
        next_try=row.next_try,
        ever_sent=row.ever_sent,
        error=row.error,
        case_number=row.number or "",
        query_code=row.query_code or "",
        delivered_at=row.delivered_at,
        case_state=CaseState(row.case_state) if row.case_state else None,
        case_since=row.case_since,
        case_unit=row.case_unit or "",
        case_word=row.case_word or "",
        kind=MessageKind(row.kind),
        message=MessageId(row.message_id),
        payload=json.loads(row.payload),
    )


async def found_by(db: AsyncConnection, ticket: Ticket) -> None:
    """Write what a repeat finds this ticket by, and the numbers a story does: whom it came from or was dialled, and every
    phone the citizen left."""
    if traits := repeat.traits_of(ticket):
        rows = [
            {"kind": str(one.kind), "value": one.value} for one in sorted(traits, key=lambda one: (one.kind, one.value))
        ]
        common = {"ticket_id": ticket.id, "filed_at": ticket.filed_at}
        await db.execute(sa.insert(t.ticket_traits), [row | common for row in rows])
    if ticket.anonymous:
        return
    facts, read = ticket.facts, home().read
    found = {read(written).national for written in (*ticket.person.phones, facts.ani if facts else "")} - {""}
    if facts and not facts.line and read(facts.dnis).personal:  # of a call that we made it is the citizen
        found.add(read(facts.dnis).national)
    if found:
        values = [{"ticket_id": ticket.id, "national": one[:80], "filed_at": ticket.filed_at} for one in sorted(found)]
        await db.execute(sa.insert(t.ticket_numbers), values)


def ticket_row(ticket: Ticket) -> dict[str, Any]:
    """The columns of ``tickets``; used by ``missing_cases.py`` too."""
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
        "handle_by": ticket.promise.due if ticket.promise else ticket.handle_limit and ticket.handle_limit.deadline,
        "promised_by": ticket.promise.by if ticket.promise else None,
        "promise_provisional": bool(ticket.promise and ticket.promise.provisional),
        "confidential": ticket.confidential,
        "anonymous": ticket.anonymous,
        "answered_directly": ticket.answered_directly,
        "merged_into": ticket.merged_into[:80],
        "retention_class": ticket.retention_class,
        "legal_hold": ticket.legal_hold,
        "body": ticket_json.dump(ticket),
    }
