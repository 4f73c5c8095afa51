"""What callers thought of the service, counted by line, by queue and by agent. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from . import tables as t
from .call_record import LOW_SCORE
from .expected_wait import within
from .store import Store

CONTENT = 3
"""基本满意 and better (政务服务好差评: the first three of five grades are praise)."""


@dataclass(frozen=True, slots=True)
class Satisfaction:
    of: Literal["all", "line", "queue", "agent"]
    id: str
    asked: int
    """Calls after which the survey was played: the denominator of how many answered it."""
    scored: int
    mean: float | None
    """Of those that scored, 1 to 5; None: nobody did."""
    content: int
    """3, 4 or 5: of those that scored."""
    poor: int
    """1 or 2."""
    solved: int
    unsolved: int


async def satisfaction(store: Store, since: datetime | None, until: datetime | None) -> list[Satisfaction]:
    """All of them first; a bound that is None is none. Raises ``LedgerUnavailable``."""
    return await store.look(lambda db: scores(db, since, until))


def scores(db: sa.Connection, since: datetime | None, until: datetime | None) -> list[Satisfaction]:
    s = t.surveys.c
    in_time = sa.and_(sa.true(), *within(s.at, since, until))
    out = [_row("all", "", row) for row in db.execute(sa.select(*_counts()).where(in_time)) if row.asked]
    groups: Sequence[tuple[Literal["line", "queue", "agent"], sa.Column[str]]] = (
        ("line", s.line), ("queue", s.queue), ("agent", s.agent),
    )  # fmt: skip
    for of, column in groups:
        grouped = (
            sa.select(column.label("id"), *_counts()).where(in_time, column != "").group_by(column).order_by(column)
        )
        out += [_row(of, row.id, row) for row in db.execute(grouped)]
    return out


def _counts() -> list[Any]:
    s = t.surveys.c

    def many(which: sa.ColumnElement[bool], name: str) -> sa.Label[int]:
        return sa.func.coalesce(sa.func.sum(sa.case((which, 1), else_=0)), 0).label(name)

    return [
        sa.func.count().label("asked"),
        sa.func.count(s.score).label("scored"),
        sa.func.avg(s.score).label("mean"),
        many(s.score >= CONTENT, "content"),
        many(s.score <= LOW_SCORE, "poor"),
        many(s.solved == "yes", "solved"),
        many(s.solved == "no", "unsolved"),
    ]


def _row(of: Literal["all", "line", "queue", "agent"], ident: str, row: sa.Row[Any]) -> Satisfaction:
    mean = None if row.mean is None else round(float(row.mean), 3)
    return Satisfaction(of, ident, row.asked, row.scored, mean, row.content, row.poor, row.solved, row.unsolved)
