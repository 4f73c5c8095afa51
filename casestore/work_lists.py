"""What waits for a role: cases whose next main step is theirs, and cases with an open side task of theirs. The urgent first, then the soonest due."""

from __future__ import annotations

import json
from dataclasses import dataclass

import sqlalchemy as sa

from config.work_time import WorkTime

from . import case_rows
from .case_rows import at_of, moment_of
from .contract import TaskOut, WorkListOut, WorkOut
from .database import Database
from .states import STATE_WORD, STEP_OF, UNIT_ROLES, Role, State
from .tables import case_tasks, cases
from .transition_table import HOLDER, commands_of

_C, _T = cases.c, case_tasks.c
_URGENCIES = ("critical", "urgent")
"""What stands before all that is not so, the first of them first."""


def _says(urgency: str) -> sa.ColumnElement[bool]:
    """Of the ticket as it came: within what somebody wrote there the quotes are escaped."""
    return _C.ticket.contains(f'"urgency":"{urgency}"', autoescape=True)


_RANK: sa.ColumnElement[str] = sa.case(
    *((_says(urgency), str(rank)) for rank, urgency in enumerate(_URGENCIES)), else_=str(len(_URGENCIES))
)
_SORT: sa.ColumnElement[str] = _RANK.concat(sa.func.coalesce(sa.func.nullif(_C.due_at, ""), _C.accepted_at))
"""The urgent before the others, of each the soonest due first. What no clock runs for stands where it came, and never last for ever."""


@dataclass(frozen=True, slots=True)
class Asked:
    role: Role
    own_unit: str = ""
    """Of a unit's roles: whose cases."""
    by: str = ""
    """Of a worker: who."""
    states: tuple[State, ...] = ()
    """() : those whose next main step is the role's, or its workers'."""
    after: str = ""
    most: int = 50


class WorkLists:
    def __init__(self, database: Database, work: WorkTime) -> None:
        """``work``: the units' working time."""
        self._db, self._work = database, work

    async def of(self, asked: Asked) -> WorkListOut:
        """Raises ``Away``."""
        return await self._db.read(lambda db: _of(db, asked, self._work))


def _of(db: sa.Connection, asked: Asked, work: WorkTime) -> WorkListOut:
    wanted = sa.select(cases, _SORT.label("sort")).where(_held(asked), *_theirs(asked))
    due, _slash, number = asked.after.partition("/")
    if number:
        wanted = wanted.where(sa.tuple_(_SORT, _C.number) > sa.tuple_(sa.literal(due), sa.literal(number)))
    rows = db.execute(wanted.order_by(_SORT, _C.number).limit(asked.most + 1)).all()
    told = rows[: asked.most]
    tasks: dict[str, list[TaskOut]] = {}
    for task in case_rows.tasks_of(db, [row.number for row in told], only_open=True):
        tasks.setdefault(task.number, []).append(case_rows.task_out(task))
    items = [
        WorkOut(
            number=row.number, title=row.title, kind=row.kind, state=(state := State(row.state)), state_word=STATE_WORD[state],
            step=STEP_OF[state], turn=row.turn, unit=row.unit, worker=row.worker, due_at=moment_of(row.due_at),
            due_provisional=case_rows.due_provisional(row, work), urgency=_urgency(row.sort),
            accepted_at=at_of(row.accepted_at), urged=row.urged, returns=row.returns, reworks=row.reworks,
            plus_ones=row.plus_ones, tasks=tasks.get(row.number, []), commands=[] if asked.role in UNIT_ROLES and row.unit != asked.own_unit else list(commands_of(state, asked.role)),
        )
        for row in told
    ]  # fmt: skip
    after = f"{told[-1].sort}/{told[-1].number}" if len(rows) > asked.most else ""
    return WorkListOut(items=items, after=after)


def _urgency(sort: str) -> str:
    rank = int(sort[0])
    return _URGENCIES[rank] if rank < len(_URGENCIES) else "normal"


def helped_by(unit: str) -> sa.ColumnElement[bool]:
    """The unit helps (协办) with what another one handles: its office sees the case, and moves nothing of it."""
    if not unit:
        return sa.false()
    return _C.units_helping.contains(json.dumps(unit, ensure_ascii=False), autoescape=True)


def _held(asked: Asked) -> sa.ColumnElement[bool]:
    if asked.states:
        return _C.state.in_(asked.states)
    mine = [state for state, role in HOLDER.items() if role is asked.role]
    if asked.role is Role.UNIT_OFFICE:
        mine.append(State.ASSIGNED)  # it answers for its workers, and takes back what nobody works at
    tasks = sa.select(_T.number).where(_T.open == 1, _T.role == asked.role)
    return sa.or_(_C.state.in_(mine), _C.number.in_(tasks))


def _theirs(asked: Asked) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if asked.role is Role.UNIT_OFFICE:
        found.append(sa.or_(_C.unit == asked.own_unit, helped_by(asked.own_unit)))
    elif asked.role in UNIT_ROLES:
        found.append(_C.unit == asked.own_unit)
    if asked.role is Role.UNIT_WORKER:
        found.append(_C.worker == asked.by)
    return found
