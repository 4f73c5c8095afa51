"""Marks of live cases: when 50, 80 and 100 % of a handling limit are over, found by one index and written as rows. For ``hotline/books/case_clocks.py``.

``moved_by`` runs in the transaction of the event and makes no sum: it only says that the marks are to be reckoned. ``due`` and
``reckoned`` do that later, off the loop, and write only over what they read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bridge import ticket_json
from bridge.case_state import OVER, CaseState
from bridge.cases import open_case_clock
from config.work_time import WorkTime

from . import tables as t
from .store import Store

_C, _W = t.cases.c, t.case_warnings.c
OVERDUE = open_case_clock.MARKS[-1]


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a look made of one case."""

    case: str
    sequence: int
    marked: int
    due: datetime | None
    provisional: bool
    mark_at: datetime | None
    reached: tuple[tuple[int, datetime], ...]
    """(mark, when) of those that were reached by now."""


@dataclass(frozen=True, slots=True)
class Ticking:
    case: str
    sequence: int
    state: CaseState
    clock: str
    marked: int


def moved_by(
    row: Mapping[str, Any], state: CaseState, unit: str, at: datetime, now: datetime, work: WorkTime
) -> dict[str, Any]:
    """Columns of ``cases`` after an event; ``row`` has the ticket's ``body`` beside its own."""
    before = open_case_clock.load(row["clock"])
    starts = before is None and state in open_case_clock.WITH_UNIT
    if before is None and not starts:
        return {}
    ticket = ticket_json.load(row["body"]) if before is None else None
    clock = open_case_clock.moved(before, state, unit, at, ticket, work)
    afresh = clock is not None and (before is None or clock.started != before.started)
    runs = clock is not None and state in open_case_clock.WITH_UNIT
    return {
        "clock": open_case_clock.dump(clock), "mark_at": now if runs else None,
        "marked": 0 if afresh or state in OVER else row["marked"], **({} if runs else {"due_at": None}),
    }  # fmt: skip


def reckon(one: Ticking, work: WorkTime, now: datetime) -> Reckoned:
    """Pure; as many steps as days lie within the limit."""
    clock, marked, reached = open_case_clock.load(one.clock), one.marked, list[tuple[int, datetime]]()
    while True:
        running = open_case_clock.running(clock, work, one.state, marked)
        if running.mark_at is None or running.mark_at > now:
            break
        reached.append((running.mark, running.mark_at))
        marked = running.mark
    due = running.due
    return Reckoned(
        one.case, one.sequence, marked, due.at if due else None, due is not None and due.provisional, running.mark_at,
        tuple(reached),
    )  # fmt: skip


class CaseClocks:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def due(self, now: datetime, most: int) -> Sequence[Ticking]:
        """Whose marks are to be reckoned, or reached."""
        wanted = sa.select(_C.case_id, _C.sequence, _C.state, _C.told, _C.clock, _C.marked)
        wanted = wanted.where(_C.mark_at.is_not(None), _C.mark_at <= now).order_by(_C.mark_at).limit(most)

        def work(db: sa.Connection) -> list[Ticking]:
            return [
                Ticking(row.case_id, row.sequence, CaseState(row.told or row.state), row.clock, row.marked)
                for row in db.execute(wanted)
            ]

        return await self._store.look(work)

    async def write(self, found: Sequence[Reckoned], now: datetime) -> int:
        """How many marks are new; a case that moved meanwhile is reckoned again."""

        def work(db: sa.Connection) -> int:
            new = 0
            for one in found:
                stands = sa.and_(_C.case_id == one.case, _C.sequence == one.sequence)
                values = {
                    "marked": one.marked, "due_at": one.due, "due_provisional": one.provisional, "mark_at": one.mark_at,
                }  # fmt: skip
                if not db.execute(sa.update(t.cases).where(stands).values(values)).rowcount:
                    continue
                for mark, at in one.reached:
                    row = {"case_id": one.case, "at": at, "mark": mark, "noted_at": now}
                    fresh = self._store.insert(t.case_warnings).values(row).on_conflict_do_nothing().returning(_W.mark)
                    new += db.execute(fresh).first() is not None
            return new

        return await self._store.transact(work, lasting=True)

    async def overdue(self) -> int:
        """Cases at a unit beyond their limit."""
        counted = sa.select(sa.func.count()).select_from(t.cases).where(t.is_overdue, _C.due_at.is_not(None))
        return int(await self._store.look(lambda db: db.execute(counted).scalar_one()))
