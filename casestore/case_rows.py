"""Rows of cases, their history, side tasks and timers, as commands, messages and timers write and read them. Within a transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from config.work_time import WorkTime

from . import clock_effects
from .contract import ClockOut, EventOut, LimitIn, TaskOut
from .states import (
    CHINESE,
    COMMAND_WORD,
    STATE_WORD,
    STEP_OF,
    TASK_WORD,
    Command,
    EventKind,
    State,
    Step,
    TaskKind,
)
from .tables import case_events, case_tasks, cases, counters
from .transition_table import TASK_ROLE

_C, _E, _N, _T = cases.c, case_events.c, counters.c, case_tasks.c
EVENTS = "events"
NOTE_MOST = 4_000


def text_of(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).isoformat()


def moment_of(text: str) -> datetime | None:
    return at_of(text) if text else None


def at_of(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def count(db: sa.Connection, name: str) -> int:
    """One more. Its row is locked until the transaction ends, so that what has a smaller number is there before."""
    up = sa.update(counters).where(_N.name == name).values(last=_N.last + 1).returning(_N.last)
    found = db.execute(up).scalar_one_or_none()
    if found is None:
        db.execute(sa.insert(counters).values(name=name, last=1))
        return 1
    return int(found)


def case_for_update(db: sa.Connection, number: str) -> Row[Any] | None:
    """The row, held until the transaction ends."""
    return db.execute(sa.select(cases).where(_C.number == number).with_for_update()).one_or_none()


def change(db: sa.Connection, number: str, values: Mapping[str, Any]) -> None:
    if values:
        db.execute(sa.update(cases).where(_C.number == number).values(dict(values)))


def add_event(
    db: sa.Connection, number: str, kind: EventKind, state: State, at: datetime, *, unit: str = "", note: str = "",
    body: str = "", command: str = "", verb: str = "", role: str = "", by: str = "", receiver: str = "",
    moves: bool = True,
) -> int:  # fmt: skip
    """A row of the history, which only grows; its turn. ``moves``: a command must have seen it to be done."""
    up = sa.update(cases).where(_C.number == number).values(turn=_C.turn + 1).returning(_C.turn)
    turn = int(db.execute(up).scalar_one())
    if moves:
        change(db, number, {"moved_turn": turn})
    row = {
        "seq": count(db, EVENTS), "number": number, "turn": turn, "kind": kind, "step": STEP_OF[state], "at": text_of(at),
        "unit": unit, "note": note[:NOTE_MOST], "body": body, "state": state, "command": command, "verb": verb, "role": role,
        "by": by, "receiver": receiver[:200],
    }  # fmt: skip
    db.execute(sa.insert(case_events).values(row))
    return turn


def children_of(db: sa.Connection, number: str) -> list[Row[Any]]:
    """Those that follow it now."""
    mine = sa.and_(_C.parent == number, _C.state == State.MERGED)
    return list(db.execute(sa.select(cases).where(mine).order_by(_C.number)).all())


# -- side tasks ---------------------------------------------------------------------------------


def open_task(
    db: sa.Connection, number: str, kind: TaskKind, by: str, at: datetime, *, due: datetime | None, reason: str,
    until: datetime | None,
) -> int:  # fmt: skip
    row = {
        "number": number, "kind": kind, "role": TASK_ROLE[kind], "opened_at": text_of(at), "opened_by": by,
        "due_at": text_of(due), "reason": reason, "until": text_of(until), "open": 1, "ended_at": "", "ended_by": "",
        "first_by": "", "result": "", "opinion": "",
    }  # fmt: skip
    made = db.execute(sa.insert(case_tasks).values(row).returning(_T.id))
    return int(made.scalar_one())


def tasks_of(db: sa.Connection, numbers: Iterable[str], *, only_open: bool = False) -> list[Row[Any]]:
    wanted = sa.select(case_tasks).where(_T.number.in_(list(numbers))).order_by(_T.id)
    return list(db.execute(wanted.where(_T.open == 1) if only_open else wanted).all())


def first_review(db: sa.Connection, task: int, by: str) -> None:
    """One of two said yes."""
    db.execute(sa.update(case_tasks).where(_T.id == task).values(first_by=by))


def end_task(db: sa.Connection, task: int, at: datetime, by: str, result: str, opinion: str) -> None:
    values = {"open": 0, "ended_at": text_of(at), "ended_by": by, "result": result, "opinion": opinion}
    db.execute(sa.update(case_tasks).where(_T.id == task).values(values))


# -- as they go over the wire -------------------------------------------------------------------


def event_out(row: Row[Any]) -> EventOut:
    """``row`` with ``key`` and ``query_code`` of its case."""
    step, state = Step(row.step), State(row.state)
    return EventOut(
        number=row.number, key=row.key, query_code=row.query_code, turn=row.turn, kind=EventKind(row.kind), step=step,
        word=CHINESE[step], at=at_of(row.at), unit=row.unit, note=row.note, state=state, state_word=STATE_WORD[state],
        command=row.command, command_word=COMMAND_WORD[Command(row.command)] if row.command else "", verb=row.verb,
        role=row.role, by=row.by, receiver=row.receiver, ticket=json.loads(row.filed) if row.filed else None,
    )  # fmt: skip


def task_out(row: Row[Any]) -> TaskOut:
    kind = TaskKind(row.kind)
    return TaskOut(
        id=row.id, kind=kind, word=TASK_WORD[kind], role=row.role, opened_at=at_of(row.opened_at), opened_by=row.opened_by,
        due_at=moment_of(row.due_at), reason=row.reason, open=bool(row.open), ended_at=moment_of(row.ended_at),
        ended_by=row.ended_by, result=row.result, opinion=row.opinion,
    )  # fmt: skip


def due_provisional(row: Row[Any], work: WorkTime) -> bool:
    """Of ``due_at``: it lies where nobody knows yet which days are worked."""
    due = moment_of(row.due_at)
    by_calendar = due is not None and clock_effects.load(row.clock).by_calendar(State(row.state))
    return due is not None and by_calendar and work.provisional(due)


def clock_out(row: Row[Any], work: WorkTime, now: datetime) -> ClockOut:
    clocks = clock_effects.load(row.clock)
    clock, due = clocks.handling, clocks.handling_due(work)
    return ClockOut(
        limit=None if clock is None else LimitIn(value=clock.limit.value, unit=clock.limit.unit),
        started_at=None if clock is None else clock.started,
        due_at=None if due is None else due.at, provisional=due is not None and due.provisional,
        overdue=bool(row.overdue) or (due is not None and now > due.at), exempt=bool(row.exempt),
        extensions=0 if clock is None else clock.extensions,
        suspended_until=clock.suspension.end if clock is not None and clock.suspension and row.state == State.SUSPENDED
        else None,
    )  # fmt: skip


def helping(row: Row[Any]) -> list[str]:
    found: list[str] = json.loads(row.units_helping)
    return found
