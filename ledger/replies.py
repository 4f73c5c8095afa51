"""The one writer of ``case_replies``: what is to be brought to a citizen, who is called for it, what they answered.

``opened`` and ``gone_on`` run in the transaction of the event that moved the case, ``answered`` in that of whoever says how it
ended: an agent's word, or the try in vain that was the last one. The answer, the message that carries it to the case store and,
where the citizen is not content, the one that opens the case again are written together or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from agents.callbacks import Kind
from bridge import ticket_json
from bridge.case_state import CaseState
from bridge.case_store_messages import MessageKind
from bridge.citizen_replies import Answer, numbers, reopens, unowed
from bridge.notifications.rules import Known
from bridge.notifications.rules import Rules as NotificationRules
from bridge.ports import CaseKnown
from bridge.ticket import TicketId
from cti.ids import CallId

from . import notifications, outbox_rows, partner_matters
from . import tables as t
from .store import Store

_R, _C, _T, _N = t.case_replies.c, t.cases.c, t.tickets.c, t.ticket_numbers.c
MATTERS = 200
"""Newest tickets of one number that are looked through."""


@dataclass(frozen=True, slots=True)
class Round:
    """A new one, and whom it is owed to."""

    task: str
    """Id for its call-back."""
    kind: Kind
    ticket: str
    call: str
    line: str
    number: str
    agent: str
    """Who took the call, or filed it; '' nobody in particular."""
    opened: datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """How a round ended. ``call``: in which the citizen said so; '' none."""

    answer: Answer
    satisfied: int | None
    words: str
    by: str
    at: datetime
    call: str = ""


TellCases = Callable[[Sequence[CaseKnown]], None]


def untold(_cases: Sequence[CaseKnown]) -> None:
    """Nobody shows cases here."""


@dataclass(frozen=True, slots=True)
class Closing:
    """Of one transaction: cases that waited for an answer and are closed by it. Whoever is told of a case is told with it."""

    store: Store
    notify: NotificationRules
    cases: list[CaseKnown] = field(default_factory=list)

    def closed(self, db: sa.Connection, case: sa.Row[Any], at: datetime) -> None:
        ticket = ticket_json.load(db.execute(sa.select(_T.body).where(_T.ticket_id == case.ticket_id)).scalar_one())
        state = CaseState(case.told)
        known = Known(ticket, case.number, case.query_code, state, case.sequence, at, case.unit, again=str(state),
                      linked=partner_matters.numbers_of(db, case.ticket_id))  # fmt: skip
        notifications.put(self.store, db, self.notify.of(known), at)
        call = CallId(case.call_id) if case.call_id else None
        self.cases.append(
            CaseKnown(
                case.case_id, TicketId(case.ticket_id), ticket.agent, call, case.number, case.query_code, state, at, True
            )
        )  # fmt: skip


def opened(
    store: Store, db: sa.Connection, case: Mapping[str, Any], sequence: int, kind: Kind, script: str, now: datetime
) -> Round | None:
    """``case``: its row. None: the round was there, or nobody is to be called; why stands in its row."""
    row = db.execute(sa.select(_T.body).where(_T.ticket_id == case["ticket_id"])).one()
    ticket = ticket_json.load(row.body)
    why = None if kind is Kind.RETURNED else unowed(ticket)
    found = () if ticket.anonymous else numbers(ticket)
    task = "" if why else f"{kind}-{case['ticket_id']}-{sequence}"
    values = {
        "case_id": case["case_id"], "round": sequence, "kind": str(kind), "opened_at": now, "task_id": task,
        "unowed": str(why or ""), "script": script, "numbers": list(found), "ended_at": now if why else None,
    }  # fmt: skip
    fresh = store.insert(t.case_replies).values(values).on_conflict_do_nothing().returning(_R.round)
    if db.execute(fresh).first() is None or why:
        return None
    return Round(
        task, kind, ticket.id, ticket.call or "", ticket.line, found[0] if found else "", ticket.agent, now
    )  # fmt: skip


def gone_on(db: sa.Connection, case: str, now: datetime) -> Sequence[tuple[str, Kind]]:
    """The case is elsewhere: (call-back, kind) of what was still to be told or asked."""
    mine = sa.and_(_R.case_id == case, _R.ended_at.is_(None))
    found = db.execute(sa.select(_R.task_id, _R.kind).where(mine)).all()
    if found:
        db.execute(sa.update(t.case_replies).where(mine).values(ended_at=now))
    return [(row.task_id, Kind(row.kind)) for row in found]


def answered(db: sa.Connection, task: str, reply: Reply, closing: Closing) -> bool:
    """False: no round waits for this call-back's answer any more."""
    waiting = sa.and_(_R.task_id == task, _R.kind == str(Kind.REPLY), _R.ended_at.is_(None))
    row = db.execute(sa.select(t.case_replies).where(waiting).with_for_update()).first()
    if row is None:
        return False
    again = reopens(reply.answer, reply.satisfied)
    values = {
        "answer": str(reply.answer), "satisfied": reply.satisfied, "words": reply.words, "by": reply.by,
        "call_id": reply.call, "ended_at": reply.at, "reopened": again,
    }  # fmt: skip
    db.execute(sa.update(t.case_replies).where(_R.case_id == row.case_id, _R.round == row.round).values(values))
    case = db.execute(sa.select(t.cases).where(_C.case_id == row.case_id).with_for_update()).one()
    at, name = reply.at.isoformat(), str(row.round)
    said = {
        "answer": str(reply.answer), "satisfied": reply.satisfied, "text": reply.words, "at": at, "by": reply.by,
    }  # fmt: skip
    outbox_rows.say(db, case.ticket_id, MessageKind.REPLY, name, said, reply.at)
    if again:
        reason = reply.words or (
            str(reply.answer) if reply.satisfied is None else f"{reply.answer} {reply.satisfied}/5"
        )
        outbox_rows.say(
            db, case.ticket_id, MessageKind.REOPEN, name, {"reason": reason, "at": at, "by": reply.by}, reply.at
        )
    if case.told == str(CaseState.CLOSED):  # ours waited for this
        over = {"state": case.told, "told": "", "since": reply.at}
        db.execute(sa.update(t.cases).where(_C.case_id == case.case_id).values(over))
        closing.closed(db, case, reply.at)
    return True


def lock_cases(db: sa.Connection, tasks: Sequence[str]) -> None:
    """Those that these call-backs are about, before the call-backs themselves: so does who hears of a case."""
    if tasks:
        theirs = sa.select(_R.case_id).where(_R.task_id.in_(tasks))
        db.execute(sa.select(_C.case_id).where(_C.case_id.in_(theirs)).order_by(_C.case_id).with_for_update())


def awaited(number: str) -> sa.Select[Any]:
    """Call-backs about the newest matters of whoever has this number (national), whichever of theirs is tried next."""
    newest = sa.select(_N.ticket_id).where(_N.national == number).order_by(_N.filed_at.desc()).limit(MATTERS).subquery()
    return (
        sa.select(_R.task_id)
        .join_from(newest, t.cases, _C.ticket_id == newest.c.ticket_id)
        .join(t.tickets, _T.ticket_id == _C.ticket_id)
        .join(t.case_replies, _R.case_id == _C.case_id)
        .where(_R.ended_at.is_(None), _R.task_id != "", ~_T.anonymous)
    )


def numbers_of(db: sa.Connection, task: str) -> Sequence[str]:
    found = db.execute(sa.select(_R.numbers).where(_R.task_id == task)).scalar()
    return tuple(found or ())
