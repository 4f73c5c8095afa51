"""What happens to a case by time alone: marks of its limits, side tasks that are late, a suspension that ends. Rows, so that a
restart forgets none.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from config.language import say as _
from config.work_time import WorkTime

from . import case_rows, clock_effects
from .case_rows import text_of
from .clock_effects import MARKS, Clocks
from .states import TASK_WORD, EventKind, State, TaskKind
from .tables import case_tasks, case_timers

_T = case_timers.c
MOST = 50
"""Timers in one transaction."""


class TimerKind(StrEnum):
    MARK = "mark"  # percent of the handling limit; at 100 the case is overdue
    STAGE = "stage"  # the state's own clock is over
    RESUME = "resume"  # a suspension ends
    TASK = "task"  # a side task is late, or percent of a supervision's deadline are over


def set_for_case(
    db: sa.Connection, number: str, state: State, clocks: Clocks, overdue: int, now: datetime, work: WorkTime
) -> None:
    """In place of those it had: marks that are over are not told again."""
    db.execute(sa.delete(case_timers).where(_T.number == number, _T.task == 0))
    wanted: list[tuple[datetime, TimerKind, int]] = []
    if clocks.stage_due is not None:
        wanted.append((clocks.stage_due, TimerKind.STAGE, 0))
    if state in clock_effects.WITH_UNIT:
        found = clock_effects.marks(clocks, work)
        wanted += [
            (at, TimerKind.MARK, percent) for percent, at in found if at > now or (percent == 100 and not overdue)
        ]
    if state is State.SUSPENDED and clocks.handling is not None and clocks.handling.suspension is not None:
        wanted.append((clocks.handling.suspension.end, TimerKind.RESUME, 0))
    for at, kind, percent in wanted:
        _insert(db, number, at, kind, percent, 0)


def set_for_task(db: sa.Connection, number: str, task: int, kind: TaskKind, opened: datetime, due: datetime) -> None:
    for percent in MARKS if kind is TaskKind.SUPERVISION else (100,):
        _insert(db, number, opened + (due - opened) * percent / 100, TimerKind.TASK, percent, task)


def clear_task(db: sa.Connection, task: int) -> None:
    db.execute(sa.delete(case_timers).where(_T.task == task))


def clear_case(db: sa.Connection, number: str) -> None:
    db.execute(sa.delete(case_timers).where(_T.number == number))


def fire(db: sa.Connection, now: datetime, resume: Callable[[sa.Connection, str], None]) -> int:
    """Those that are due, the first ones first; how many. ``resume`` ends a case's suspension."""
    rows = db.execute(sa.select(case_timers).where(_T.at <= text_of(now)).order_by(_T.at, _T.id).limit(MOST)).all()
    for row in rows:
        gone = db.execute(sa.delete(case_timers).where(_T.id == row.id)).rowcount == 0
        if gone:  # one before it in this round moved the case
            continue
        case = case_rows.case_for_update(db, row.number)
        if case is None:
            continue
        if row.kind == TimerKind.RESUME:
            if case.state == State.SUSPENDED:
                resume(db, row.number)
            continue
        _note(db, case, row)
    return len(rows)


def _note(db: sa.Connection, case: Row[Any], row: Row[Any]) -> None:
    if row.kind == TimerKind.MARK and row.percent == 100:
        case_rows.change(db, case.number, {"overdue": 1})
    note = _said(db, row)
    case_rows.add_event(
        db, case.number, EventKind.TIMED, State(case.state), case_rows.at_of(row.at), unit=case.unit, note=note,
        role="clock", receiver=f"unit_office:{case.unit}" if case.unit else "", moves=False,
    )  # fmt: skip


def _said(db: sa.Connection, row: Row[Any]) -> str:
    if row.kind == TimerKind.STAGE:
        return _("the time for this step is over")
    if row.kind == TimerKind.MARK:
        return _("{percent} % of the handling limit are over", percent=row.percent)
    kind = db.execute(sa.select(case_tasks.c.kind).where(case_tasks.c.id == row.task)).scalar_one()
    return _("{task}: {percent} % of its time are over", task=TASK_WORD[TaskKind(kind)], percent=row.percent)


def _insert(db: sa.Connection, number: str, at: datetime, kind: TimerKind, percent: int, task: int) -> None:
    row = {"number": number, "at": text_of(at), "kind": kind, "percent": percent, "task": task}
    db.execute(sa.insert(case_timers).values(row))
