"""Call-backs as lists show them: pages of what is owed or was, with the tries of each. Reads only.

What is owed is told by when it is due, what is over by when it ended, newest first. Each page is a bounded walk down an
index; ``after`` names the task the page before ended with.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from agents.callback_list_rows import Attempt, TaskRow, Wanted
from agents.callbacks import HELD, OWED, Kind, Result, State

from . import replies
from . import tables as t
from .callback_rows import OWED_WORDS
from .store import Store

_B, _A, _T = t.callbacks.c, t.callback_attempts.c, t.tickets.c
_C, _R = t.cases.c, t.case_replies.c
_OF_CASE = ("case_number", "title", "script", "answer", "satisfied", "numbers")
MOST = 500


class CallbackList:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def page(self, wanted: Wanted) -> Sequence[TaskRow]:
        return await self._store.look(lambda db: self._page(db, wanted))

    async def get(self, task: str) -> TaskRow | None:
        found = await self.page(Wanted(ids=[task]))
        return found[0] if found else None

    def _page(self, db: sa.Connection, wanted: Wanted) -> list[TaskRow]:
        most = max(1, min(wanted.most, MOST))
        if wanted.ids:
            return _dressed(db, sa.select(t.callbacks).where(_B.task_id.in_(wanted.ids[:MOST])).order_by(_B.task_id))
        owed = bool(wanted.states & OWED)
        last: Any = None
        if wanted.after:
            last = db.execute(sa.select(_B.due_at, _B.done_at, _B.task_id).where(_B.task_id == wanted.after)).first()
            if last is None:
                return []
        which = [*_which(wanted), *(_owed_after(wanted, last) if owed else _closed_after(wanted, last))]
        order = (_B.due_at, _B.task_id) if owed else (_B.done_at.desc(), _B.task_id.desc())
        return _dressed(db, sa.select(t.callbacks).where(*which).order_by(*order).limit(most))


def _which(wanted: Wanted) -> list[Any]:
    found: list[Any] = []
    if wanted.owner:
        found.append(_B.owner == wanted.owner)
    if wanted.ticket:
        found.append(_B.ticket_id == wanted.ticket)
    if wanted.kind is not None:
        found.append(_B.kind == str(wanted.kind))
    if wanted.number:
        tried = sa.select(_B.task_id).where(_B.number_national == wanted.number)
        found.append(_B.task_id.in_(sa.union(tried, replies.awaited(wanted.number))))
        if wanted.states >= OWED:
            found.append(_B.state.in_(OWED_WORDS))
    return found


def _owed_after(wanted: Wanted, last: Any) -> list[Any]:
    found: list[Any] = [t.is_owed]
    states = wanted.states & OWED
    if states != OWED:
        found.append(_B.owner != "" if states <= HELD else _B.owner == "")
        if states in ({State.TAKEN}, {State.ASSIGNED}):
            found.append(_B.state.in_([str(state) for state in states]))
    if wanted.due_before is not None:
        found.append(_B.due_at <= wanted.due_before)
    if last is not None:
        found.append(sa.tuple_(_B.due_at, _B.task_id) > (last.due_at, last.task_id))
    return found


def _closed_after(wanted: Wanted, last: Any) -> list[Any]:
    (state,) = wanted.states
    found: list[Any] = [_B.state == str(state)]
    if last is not None:
        found.append(sa.tuple_(_B.done_at, _B.task_id) < (last.done_at, last.task_id))
    return found


def _dressed(db: sa.Connection, statement: sa.Select[Any]) -> list[TaskRow]:
    rows = db.execute(statement).all()
    if not rows:
        return []
    ids = [row.task_id for row in rows]
    tries: dict[str, list[Attempt]] = {}
    for row in db.execute(sa.select(t.callback_attempts).where(_A.task_id.in_(ids)).order_by(_A.at, _A.call_id)):
        told = Result(row.result)
        one = Attempt(
            row.call_id,
            row.at,
            row.ended_at,
            row.agent,
            row.seat,
            Result(row.said) if row.said else told,
            told,
            row.note,
        )
        tries.setdefault(row.task_id, []).append(one)
    asked = [sa.func.max(sa.cast(column, sa.Integer)) for column in (_T.anonymous, _T.confidential)]
    calls = [row.call_id for row in rows if row.call_id]
    secret = {
        call: (bool(anonymous), bool(confidential))
        for call, anonymous, confidential in db.execute(
            sa.select(_T.call_id, *asked).where(_T.call_id.in_(calls)).group_by(_T.call_id)
        )
    }
    cases = _cases(db, [row.task_id for row in rows if row.ticket_id])
    said = _voicemails(db, [row.call_id for row in rows if row.kind == Kind.VOICEMAIL])
    nothing: dict[str, Any] = {}
    return [
        _row(
            row,
            tries.get(row.task_id, ()),
            secret.get(row.call_id, (False, False)),
            cases.get(row.task_id, nothing),
            said.get(row.call_id, (None, None)),
        )
        for row in rows
    ]


def _cases(db: sa.Connection, tasks: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What is to be told of which case, and whether its citizen wants to stay unknown."""
    if not tasks:
        return {}
    wanted = (
        sa.select(
            _R.task_id, _R.script, _R.answer, _R.satisfied, _R.numbers, _C.number.label("case_number"), _T.title, _T.anonymous,
            _T.confidential,
        )
        .join_from(t.case_replies, t.cases, _C.case_id == _R.case_id)
        .join(t.tickets, _T.ticket_id == _C.ticket_id)
        .where(_R.task_id.in_(tasks))
    )  # fmt: skip
    return {row["task_id"]: dict(row) for row in db.execute(wanted).mappings()}


def _voicemails(db: sa.Connection, calls: Sequence[str]) -> dict[str, tuple[float | None, float | None]]:
    """Call → where in its recording the message begins, and its length; both in seconds."""
    if not calls:
        return {}
    v, r = t.voicemails.c, t.recordings.c
    recorded = t.voicemails.join(t.recordings, sa.and_(r.call_id == v.call_id, r.part == 1))
    wanted = sa.select(v.call_id, v.began_at, v.said_seconds, r.started_at).select_from(recorded)
    return {
        row.call_id: (round(max(0.0, (row.began_at - row.started_at).total_seconds()), 1), round(row.said_seconds, 1))
        for row in db.execute(wanted.where(v.call_id.in_(calls)))
    }


def _row(
    row: sa.Row[Any],
    tries: Sequence[Attempt],
    secret: tuple[bool, bool],
    case: dict[str, Any],
    said: tuple[float | None, float | None],
) -> TaskRow:
    return TaskRow(
        id=row.task_id, kind=Kind(row.kind), state=State(row.state), reason=row.reason, line=row.line, number=row.number,
        call=row.call_id, made_at=row.made_at, due_at=row.due_at, owner=row.owner, owned_at=row.owned_at,
        tries=row.tries, done_at=row.done_at, done_by=row.done_by, done_how=row.done_how, done_call=row.done_call,
        note=row.note, anonymous=secret[0] or case.get("anonymous", False),
        confidential=secret[1] or case.get("confidential", False), attempts=tuple(tries), ticket=row.ticket_id,
        voicemail_from=said[0], voicemail_seconds=said[1], prefers=row.prefers, **{name: case[name] for name in _OF_CASE if name in case},
    )  # fmt: skip
