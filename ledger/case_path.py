"""The whole path of a citizen's matter, for ``hotline case``: call, ticket, messages, steps of the case, what was told. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from agents.callbacks import Kind
from bridge.case_state import CaseState
from cti.numbers import mask

from . import tables as t
from .case_progress import STEP_OF, STEP_OF_WORD
from .store import Store

_C, _H, _T, _O, _R = t.cases.c, t.case_history.c, t.tickets.c, t.outbox.c, t.case_replies.c
_W, _N = t.case_warnings.c, t.notifications.c
_B, _A, _L = t.callbacks.c, t.callback_attempts.c, t.calls.c
MOST = 500
REPLY_OWED = "reply_owed"
"""In place of ``checked``: 待回复, the citizen is to be told."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One row of the list."""

    ticket: str
    number: str
    """'' not accepted yet."""
    state: str
    """``bridge.case_state.CaseState``, ``reply_owed``, or of the delivery while there is no case."""
    since: datetime
    title: str
    unit: str
    promised_by: datetime | None
    answer: str
    """The newest; '' none."""
    satisfied: int | None
    reopened: bool


@dataclass(frozen=True, slots=True)
class CasePath:
    line: CaseLine
    query_code: str
    call: Mapping[str, Any] | None
    """The call that brought it; None: none did, or it is not read yet."""
    ticket: Mapping[str, Any]
    messages: Sequence[Mapping[str, Any]]
    steps: Sequence[Mapping[str, Any]]
    seven: Sequence[tuple[str, datetime | None]]
    """The seven steps in their order, each with when the case last came to it; None: not yet."""
    rounds: Sequence[Mapping[str, Any]]
    """Results to tell and questions back, each with its call-back and every try."""
    clock: Mapping[str, Any]
    """due_at, due_provisional, marked; empty while there is no case."""
    warnings: Sequence[Mapping[str, Any]]
    """Marks of the limit that were reached."""
    moments: Sequence[tuple[datetime, str, str]]
    """(when, what, more) of all of them in order of time."""


class CasePaths:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, named: str) -> CasePath | None:
        """``named``: a case's number, a ticket's id, or a call (of several matters the first)."""
        return await self._store.look(lambda db: _find(db, named.strip()))

    async def lines(self, most: int, state: str = "") -> Sequence[CaseLine]:
        """What moved last first. ``state``: only those."""
        return await self._store.look(lambda db: _lines(db, max(1, min(most, MOST)), state))


_EARLIER = t.case_replies.alias("earlier").c
_NEWEST = sa.select(sa.func.max(_EARLIER.round)).where(
    _EARLIER.case_id == _C.case_id, _EARLIER.kind == str(Kind.REPLY)
)  # fmt: skip
_LINES = (
    sa.select(
        _T.ticket_id, _T.title, _T.promised_by, _T.filed_at, _T.confidential, _C.number, _C.state, _C.since, _C.unit,
        _C.query_code, _C.case_id, _R.answer, _R.satisfied, _R.reopened, _R.ended_at, _R.task_id,
        _O.state.label("delivery"),
    )
    .join_from(t.tickets, t.outbox, _O.message_id == _T.ticket_id)
    .outerjoin(t.cases, _C.ticket_id == _T.ticket_id)
    .outerjoin(t.case_replies, sa.and_(_R.case_id == _C.case_id, _R.round == _NEWEST.scalar_subquery()))
)  # fmt: skip


def _line(row: Any) -> CaseLine:
    owed = row.state == "checked" and bool(row.task_id) and row.ended_at is None
    return CaseLine(
        row.ticket_id, row.number or "", REPLY_OWED if owed else row.state or row.delivery, row.since or row.filed_at,
        row.title, row.unit or "", row.promised_by, row.answer or "", row.satisfied, bool(row.reopened),
    )  # fmt: skip


def _lines(db: sa.Connection, most: int, state: str) -> list[CaseLine]:
    wanted = _LINES.where(_C.case_id.is_not(None)).order_by(_C.moved_at.desc(), _C.case_id.desc()).limit(most)
    if state == REPLY_OWED:
        wanted = wanted.where(_C.state == "checked", _R.task_id != "", _R.ended_at.is_(None))
    elif state:
        wanted = wanted.where(_C.state == state)
    return [_line(row) for row in db.execute(wanted)]


def _find(db: sa.Connection, named: str) -> CasePath | None:
    for which in (_C.number == named, _T.ticket_id == named, _T.call_id == named):
        row = db.execute(_LINES.add_columns(_T.call_id, _T.key).where(which).order_by(_T.ticket_id)).first()
        if row is not None and named:
            return _path(db, row)
    return None


def _path(db: sa.Connection, row: Any) -> CasePath:
    call = _rows(db, sa.select(*(_L[name] for name in _CALL)).where(_L.call_id == row.call_id))
    ticket = _rows(db, sa.select(*(_T[name] for name in _TICKET)).where(_T.ticket_id == row.ticket_id))[0]
    messages = _rows(db, sa.select(*(_O[name] for name in _MESSAGE)).where(_O.stream == row.key).order_by(_O.turn))
    steps = _rows(db, sa.select(*(_H[name] for name in _STEP)).where(_H.case_id == row.case_id).order_by(_H.sequence))
    rounds = _rows(db, sa.select(*(_R[name] for name in _ROUND)).where(_R.case_id == row.case_id).order_by(_R.round))
    for one in rounds:
        task = one["task_id"]
        found = _rows(db, sa.select(*(_B[name] for name in _TASK)).where(_B.task_id == task, _B.task_id != ""))
        one["callback"] = found[0] if found else None
        for owed in found:
            owed["number"] = mask(owed["number"])
        tries = sa.select(*(_A[name] for name in _TRY)).where(_A.task_id == task, _A.task_id != "")
        one["attempts"] = _rows(db, tries.order_by(_A.at))
    for one in call:
        one["caller"] = mask(one["caller"])
    line = _line(row)
    clock = _rows(db, sa.select(_C.due_at, _C.due_provisional, _C.marked).where(_C.case_id == row.case_id))
    warnings = _rows(db, sa.select(_W.mark, _W.at, _W.noted_at).where(_W.case_id == row.case_id).order_by(_W.at))
    texts = _rows(db, sa.select(_N.channel, _N.kind, _N.state, _N.sent_at).where(_N.ticket_id == row.ticket_id))
    moments = _at_partners(db, row)
    moments += _moments(call, ticket, messages, steps, rounds)
    moments += [(one["at"], "clock.mark", f"{one['mark']} %") for one in warnings]
    moments += [(one["sent_at"], f"{one['channel']}.{one['kind']}", "") for one in texts if one["sent_at"]]
    moments.sort(key=lambda one: one[0])
    return CasePath(
        line, row.query_code or "", call[0] if call else None, ticket, messages, steps, seven(steps), rounds,
        clock[0] if clock else {}, warnings, moments,
    )  # fmt: skip


SEVEN = ("report", "acceptance", "dispatch", "handling", "feedback", "closing", "evaluation")
"""信息报送 受理立案 任务派遣 事件处置 结果反馈 核查结案 监督评价."""
_WITHIN: Mapping[str, str] = {
    "returned_seat": "report", "suspended": "handling", "confirmed": "feedback", "replied": "feedback",
    "supervision": "feedback",
}  # fmt: skip
"""Finer states within them."""


def seven(steps: Sequence[Mapping[str, Any]]) -> list[tuple[str, datetime | None]]:
    """``steps``: of the history, in order. A step done again counts by its last time; what comes after the present one is open again;
    one that was passed over has the date of the one after it."""
    last: dict[str, datetime] = {}
    here = -1
    for one in steps:
        if one["late"]:
            continue
        told = STEP_OF_WORD.get(one["word"]) or STEP_OF[CaseState(one["state"])]
        step = _WITHIN.get(told, told)
        if step in SEVEN:
            last[step], here = one["at"], SEVEN.index(step)
    found: list[tuple[str, datetime | None]] = []
    for place, step in enumerate(SEVEN):
        at = next((last[later] for later in SEVEN[place : here + 1] if later in last), None)
        found.append((step, at))
    return found


_CALL = ("call_id", "line", "caller", "arrived_at", "talk_began_at", "ended_at", "seat", "agent")
_TICKET = (
    "ticket_id", "filed_at", "agent", "seat", "channel", "kind", "urgency", "title", "code", "unit", "promised_by",
    "promise_provisional", "handle_by", "anonymous", "confidential",
)  # fmt: skip
_MESSAGE = ("message_id", "turn", "kind", "made_at", "state", "tries", "error", "delivered_at")
_STEP = ("sequence", "state", "at", "heard_at", "word", "unit", "note", "late", "unforeseen")
_ROUND = (
    "round", "kind", "opened_at", "task_id", "unowed", "script", "answer", "satisfied", "words", "by", "call_id",
    "ended_at", "reopened",
)  # fmt: skip
_TASK = ("state", "number", "due_at", "owner", "prefers", "tries", "done_at", "done_by", "done_how")
_TRY = ("call_id", "at", "ended_at", "agent", "seat", "result", "said")


def _rows(db: sa.Connection, statement: sa.Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in db.execute(statement).mappings()]


def _at_partners(db: sa.Connection, row: Any) -> list[tuple[datetime, str, str]]:
    """Words of ``what``: handover.*, partner.said."""
    h, m, s = t.handovers.c, t.partner_matters.c, t.partner_states.c
    found: list[tuple[datetime, str, str]] = []
    given = sa.and_(h.ticket_id != sa.literal_column("''"), h.ticket_id == row.ticket_id)
    for one in db.execute(sa.select(t.handovers).where(given)):
        found.append((one.asked_at, "handover.asked", one.partner))
        if one.ended_at is not None:
            more = " ".join(filter(None, (one.partner, one.how, one.reference, one.note)))
            found.append((one.ended_at, "handover.ended", more))
    shared = sa.and_(m.ticket_id != sa.literal_column("''"), m.ticket_id == row.ticket_id)
    said = sa.select(*s, m.partner, m.number).join_from(t.partner_states, t.partner_matters, m.matter_id == s.matter_id)
    for one in db.execute(said.where(shared)):
        more = " ".join(filter(None, (one.partner, one.number, one.state, one.word, one.unit, one.note)))
        found.append((one.at, "partner.said", more))
    return found


def _moments(
    call: Sequence[Mapping[str, Any]], ticket: Mapping[str, Any], messages: Sequence[Mapping[str, Any]],
    steps: Sequence[Mapping[str, Any]], rounds: Sequence[Mapping[str, Any]],
) -> list[tuple[datetime, str, str]]:  # fmt: skip
    """Words of ``what``: call.*, ticket.filed, message.KIND, case.STATE, reply.*."""
    found: list[tuple[datetime | None, str, str]] = []
    for one in call:
        found += [
            (one["arrived_at"], "call.arrived", f"{one['line']} {one['caller']}"),
            (one["talk_began_at"], "call.talk", f"{one['seat']} {one['agent']}"), (one["ended_at"], "call.ended", ""),
        ]  # fmt: skip
    found.append((ticket["filed_at"], "ticket.filed", f"{ticket['ticket_id']} {ticket['title']}"))
    found += [(one["delivered_at"], f"message.{one['kind']}", one["message_id"]) for one in messages]
    for one in steps:
        more = " ".join(filter(None, (one["word"], one["unit"], one["note"])))
        found.append((one["at"], f"case.{one['state']}", more))
    for one in rounds:
        if one["kind"] == str(Kind.REPLY):
            found.append((one["opened_at"], "reply.owed", one["unowed"] or one["task_id"]))
            rated = f"{one['satisfied']}/5" if one["satisfied"] else ""
            told = " ".join(filter(None, (one["answer"], rated, one["words"], one["by"])))
            found.append((one["ended_at"] if one["answer"] else None, "reply.answered", told))
        else:
            found.append((one["opened_at"], "returned.owed", one["script"]))
            found.append((one["ended_at"], "returned.done", ""))
        found += [(a["at"], "reply.call", f"{a['call_id']} {a['said'] or a['result']}") for a in one["attempts"]]
    return [(at, what, more.strip()) for at, what, more in found if at is not None]
