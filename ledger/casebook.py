"""Cases: opened by the receipt of the message that files them, moved by what the case store says later.

Implements ``bridge.ports.CaseBook``; ``opened`` is used by ``outbox.py`` and ``missing_cases.py`` inside their transactions.
An event is named by its case and sequence, so what is heard again changes nothing, in whatever order it comes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from agents.callbacks import Kind, Moved, Rules
from bridge import ticket_json
from bridge.case_state import CaseState, foreseen
from bridge.citizen_replies import TO_TELL, asked
from bridge.drivers import CaseEvent
from bridge.notifications.rules import Known
from bridge.notifications.rules import Rules as NotificationRules
from bridge.ports import CaseKnown
from bridge.ticket import Ticket, TicketId
from config.work_time import WorkTime
from cti.ids import CallId

from . import callbacks, case_clocks, merges, notifications, partner_matters, replies
from . import tables as t
from .callback_rows import Tell, untold
from .store import Store

_C, _H, _M, _T = t.cases.c, t.case_history.c, t.case_marks.c, t.tickets.c
_CASES = sa.select(t.cases, _T.agent, _T.body).join_from(t.cases, t.tickets, _T.ticket_id == _C.ticket_id)
"""With who filed it."""


TakeIn = Callable[[Store, AsyncConnection, Ticket, str, str, datetime], Awaitable[bool]]


class CaseShelf:
    def __init__(
        self, store: Store, rules: Rules | None = None, tell: Tell = untold, notify: NotificationRules | None = None,
        work: WorkTime | None = None, take_in: TakeIn | None = None,
    ) -> None:  # fmt: skip
        """``tell`` hears which call-backs come of what is heard; ``notify``: who else is told; ``work``: by which handling
        clocks run, None: none do; ``take_in``: puts the ticket of a case into the ledger that another program filed at the
        store itself (``cases.taken_in``), None: such cases are nobody's here."""
        self._take_in = take_in
        self._work = work
        self._store, self._rules, self._tell = store, rules or Rules(), tell
        self._notify = notify or NotificationRules()

    async def mark(self, store: str) -> str:
        async with self._store.reading() as db:
            return await db.scalar(sa.select(_M.mark).where(_M.store == store)) or ""

    async def hear(self, store: str, events: Sequence[CaseEvent], mark: str | None, now: datetime) -> list[CaseKnown]:
        moved, tasks = await self._store.whole(self._hear(store, events, mark, now))
        if tasks:
            self._tell(tasks)
        return moved

    async def _hear(
        self, store: str, events: Sequence[CaseEvent], mark: str | None, now: datetime
    ) -> tuple[list[CaseKnown], list[Moved]]:
        moved: dict[str, CaseKnown] = {}
        tasks: list[Moved] = []
        async with self._store.writing() as db:
            standing = await self._standing(db, events, now)
            for event in events:
                row = standing.get(event.key) if event.key else standing.get(event.case_number)
                if row is None:
                    continue
                known, owed = await _move(self._store, db, row, event, now, self._rules, self._work)
                tasks += owed
                if known is not None:
                    moved[known.case] = known
                    await notified(self._store, db, self._notify, row, now)
            if mark is not None:
                values = {"store": store, "mark": mark, "at": now}
                await db.execute(self._store.upsert(t.case_marks, ("store", "mark", "at")), values)
        return list(moved.values()), tasks

    async def _standing(
        self, db: AsyncConnection, events: Sequence[CaseEvent], now: datetime
    ) -> dict[str, dict[str, Any]]:
        """The cases they are about, by key and by number; one whose receipt is still on its way is opened by its event."""
        keys = {event.key for event in events if event.key}
        numbers = {event.case_number for event in events if not event.key and event.case_number}
        wanted = (
            _CASES.where(sa.or_(_C.stream.in_(keys), _C.number.in_(numbers)))
            .order_by(_C.case_id)
            .with_for_update(of=t.cases)
        )
        found = {}
        for row in (await db.execute(wanted)).mappings():
            case = dict(row)
            found[case["stream"]] = case
            found.setdefault(case["number"], case)
        lacking = {event.key: event for event in reversed(events) if event.key and event.key not in found}
        if lacking:
            filed = sa.select(_T.key, _T.ticket_id, _T.call_id).where(_T.key.in_(lacking))
            for row in (await db.execute(filed)).mappings():
                event = lacking[row["key"]]
                case = await _open(self._store, db, row, event.case_number, event.query_code, event.at, now)
                found[case["stream"]] = case
        for key, event in lacking.items():
            if key not in found and event.filed is not None and event.filed.key == key and self._take_in is not None:
                await self._take_in(
                    self._store,
                    db,
                    replace(event.filed, agent="", seat=""),
                    event.case_number,
                    event.query_code,
                    event.at,
                )
                taken = (await db.execute(_CASES.where(_C.stream == key))).mappings().first()
                if taken is not None:
                    found[key] = dict(taken)
        return found


async def opened(
    store: Store, db: AsyncConnection, ticket: Ticket, number: str, query_code: str, at: datetime,
    notify: NotificationRules | None = None,
) -> None:  # fmt: skip
    """The store's receipt for the message that filed ``ticket``. Again, or after events of the case: adds what is new."""
    row = {"key": ticket.key, "ticket_id": ticket.id, "call_id": ticket.call or ""}
    case = await _open(store, db, row, number, query_code, at, at)
    if notify is not None:
        await notified(store, db, notify, case | {"sequence": 0, "state": str(CaseState.FILED)}, at)


async def notified(
    store: Store, db: AsyncConnection, rules: NotificationRules, case: Mapping[str, Any], now: datetime
) -> None:
    """Whoever is to be told of the case as it stands, once each; ``case``: its row with the ticket's ``body``."""
    if not rules.sms and not rules.partners:
        return
    known = Known(
        ticket_json.load(case["body"]), case["number"], case["query_code"], CaseState(case["state"]), case["sequence"],
        case["since"], case["unit"],
    )  # fmt: skip

    def tell(one: sa.Connection) -> None:
        if not rules.partners:
            notifications.put(store, one, rules.of(known), now)
            return
        linked = partner_matters.numbers_of(one, case["ticket_id"])
        told = replace(known, linked=linked, ticket=partner_matters.told_to(one, known.ticket))
        notifications.put(store, one, rules.of(told), now)

    await db.run_sync(tell)


async def _open(
    store: Store, db: AsyncConnection, filed: Any, number: str, query_code: str, at: datetime, now: datetime
) -> dict[str, Any]:
    values = {
        "case_id": filed["ticket_id"], "stream": filed["key"], "ticket_id": filed["ticket_id"],
        "call_id": filed["call_id"], "number": number, "query_code": query_code, "state": str(CaseState.FILED),
        "since": at, "sequence": 0, "opened_at": at, "moved_at": now,
    }  # fmt: skip
    fresh = store.insert(t.cases).values(values).on_conflict_do_nothing().returning(_C.case_id)
    mine = _C.stream == filed["key"]
    if (await db.execute(fresh)).first() is None:
        told = {"number": number, "query_code": query_code}
        lacking = {name: value for name, value in told.items() if value}
        if lacking:
            await db.execute(sa.update(t.cases).where(mine).values(lacking))
    else:
        first = {"case_id": values["case_id"], "sequence": 0, "state": values["state"], "at": at, "heard_at": now}
        await db.execute(sa.insert(t.case_history).values(first))
        if filed["call_id"]:
            theirs = sa.and_(t.calls.c.call_id == filed["call_id"], t.calls.c.case_id == "")
            await db.execute(sa.update(t.calls).where(theirs).values(case_id=values["case_id"]))
    if number:
        await db.run_sync(lambda one: merges.numbered(one, filed["ticket_id"], number, now))
    return dict((await db.execute(_CASES.where(mine))).mappings().one())


async def _move(
    store: Store, db: AsyncConnection, row: dict[str, Any], event: CaseEvent, now: datetime, rules: Rules,
    work: WorkTime | None = None,
) -> tuple[CaseKnown | None, list[Moved]]:  # fmt: skip
    """None: nothing moved; call-backs that it opened or ended. ``row`` is kept as the case stands after it."""
    said = CaseState(row["told"] or row["state"])
    late = event.sequence <= row["sequence"]
    possible = late or foreseen(said, event.state)
    heard = {
        "case_id": row["case_id"], "sequence": event.sequence, "state": str(event.state), "at": event.at,
        "heard_at": now, "word": event.word[:80], "unit": event.unit[:200], "note": event.note, "late": late,
        "unforeseen": not possible,
    }  # fmt: skip
    fresh = store.insert(t.case_history).values(heard).on_conflict_do_nothing().returning(_H.case_id)
    if (await db.execute(fresh)).first() is None or late:
        return None, []
    standing, owed, tasks = await db.run_sync(lambda one: _round(store, one, row, event, now, rules))
    ours = CaseState.CHECKED if owed and event.state is CaseState.CLOSED else event.state  # closed when it was told
    changed = {"state": str(ours), "word": event.word[:80], "unit": event.unit[:200] or row["unit"]}
    same = all(row[name] == value for name, value in changed.items() if name != "word")
    changed |= {"sequence": event.sequence, "moved_at": now, "round": standing} | (
        {} if row["state"] == ours else {"since": event.at}
    )
    changed["told"] = str(event.state) if ours is not event.state else ""
    if not row["number"] and event.case_number:
        changed["number"] = event.case_number
    if work is not None:
        changed |= case_clocks.moved_by(row, event.state, str(changed["unit"]), event.at, now, work)
    row |= changed
    await db.execute(sa.update(t.cases).where(_C.case_id == row["case_id"]).values(changed))
    if "number" in changed:
        await db.run_sync(lambda one: merges.numbered(one, row["ticket_id"], event.case_number, now))
    if same:
        return None, tasks
    known = CaseKnown(
        row["case_id"], TicketId(row["ticket_id"]), row["agent"], CallId(row["call_id"]) if row["call_id"] else None, row["number"],
        row["query_code"], ours, row["since"], possible,
    )  # fmt: skip
    return known, tasks


def _round(
    store: Store, db: sa.Connection, row: dict[str, Any], event: CaseEvent, now: datetime, rules: Rules
) -> tuple[int, bool, list[Moved]]:
    """(the round that stands now, whether a result of it is still to be told, call-backs that moved)."""
    r = t.case_replies.c
    wants, tasks = asked(event.state), list[Moved]()
    standing = None
    if row["round"]:
        mine = sa.select(r.kind, r.ended_at).where(r.case_id == row["case_id"], r.round == row["round"])
        standing = db.execute(mine).first()
    if standing is not None and wants is not None and standing.kind == str(wants):
        return row["round"], wants is Kind.REPLY and standing.ended_at is None, tasks
    if row["round"]:
        tasks += callbacks.gone_on(db, replies.gone_on(db, row["case_id"], now), now)
    if wants is None:
        return 0, False, tasks
    script = event.note or (event.word if event.state in TO_TELL else "")
    one = replies.opened(store, db, row, event.sequence, wants, script, now)
    if one is not None:
        tasks += callbacks.owe_round(store, db, one, rules)
    return event.sequence, one is not None and wants is Kind.REPLY, tasks
