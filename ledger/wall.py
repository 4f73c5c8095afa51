"""A day on the wallboard: its figures by queue and line, its curve, its tickets, and what is behind each. Reads only.

Asked by the console (``console.ledger_ports.WallBook``). What a figure counts are the conditions of
``kpi.SETS``, as in every report: one pass over the period's calls, grouped by line, queue and
half hour, and everything else is added up from that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from bridge.ports import Push

from . import tables as t
from .columns import Moment
from .expected_wait import Kept, promises_kept
from .history import MOST, PastCall, calls_with_outcome, dressed
from .kpi import SETS, Period, blind, joined, within
from .outages import Outage, outages
from .satisfaction import Satisfaction, scores
from .store import Store
from .tickets import PUSH, push_of

HALF_HOUR = timedelta(minutes=30)
CODES = 15
_C, _T = t.calls.c, t.tickets.c
_COUNTED = ("offered", "answered", "unanswered", "abandoned", "requests", "answered_15s", "uncertain")


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of ``kpi.SETS`` and the sums behind two means."""

    offered: int = 0
    answered: int = 0
    unanswered: int = 0
    abandoned: int = 0
    requests: int = 0
    answered_15s: int = 0
    uncertain: int = 0
    wait_seconds: float = 0.0
    """Of the answered."""
    talk_seconds: float = 0.0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def service_level_15s(self) -> float | None:
        return _ratio(self.answered_15s, self.requests)

    @property
    def connect_rate(self) -> float | None:
        return _ratio(self.answered, self.requests)

    @property
    def wait_seconds_mean(self) -> float | None:
        return _ratio(self.wait_seconds, self.answered)

    @property
    def talk_seconds_mean(self) -> float | None:
        return _ratio(self.talk_seconds, self.answered)


@dataclass(frozen=True, slots=True)
class Counted:
    """Tickets of one kind, or of one code of a scheme."""

    kind: str
    """The appeal's; of a code: event | part, '' in an old ticket."""
    scheme: str
    version: str
    code: str
    count: int


@dataclass(frozen=True, slots=True)
class Day:
    all: Counts
    by_line: Mapping[str, Counts]
    by_queue: Mapping[str, Counts]
    """By the last queue a call stood in; '' none."""
    curve: Sequence[tuple[datetime, Counts]]
    """Half hours in which calls arrived, by when they did."""
    week_before: Sequence[tuple[datetime, Counts]]
    kinds: Sequence[Counted]
    codes: Sequence[Counted]
    blind: Sequence[tuple[datetime, datetime | None, str]]
    outages: Sequence[Outage] = ()
    waits: Sequence[Kept] = ()
    """What those who waited were told, against what they waited; by queue and hour."""
    liked: Sequence[Satisfaction] = ()
    """What callers thought: of all, lines, queues and agents."""


class Wall:
    """``trunks`` and ``lines``: those of the settings, for the outages."""

    def __init__(self, store: Store, trunks: Sequence[str] = (), lines: Sequence[str] = ()) -> None:
        self._store, self._trunks, self._lines = store, trunks, lines

    sets = tuple(SETS)

    async def day(self, since: datetime, until: datetime) -> Day:
        period = Period(since, until)
        before = Period(period.since - timedelta(days=7), period.until - timedelta(days=7))
        return await self._store.look(lambda db: self._day(db, period, before))

    def _day(self, db: sa.Connection, period: Period, before: Period) -> Day:
        since, until = period.since, period.until
        rows, old = _tallies(db, period), _tallies(db, before)
        codes = _tickets(db, period, (_T.code_kind, _T.scheme, _T.scheme_version, _T.code), CODES)
        return Day(
            all=_sum(counts for _, counts in rows),
            by_line=_by(rows, 0),
            by_queue=_by(rows, 1),
            curve=_curve(rows, since),
            week_before=_curve(old, before.since),
            kinds=[Counted(kind, "", "", "", count) for kind, count in _tickets(db, period, (_T.kind,), None)],
            codes=[Counted(*row) for row in codes],
            blind=blind(db, period),
            outages=outages(db, since, until, self._trunks, self._lines),
            waits=promises_kept(db, since, until),
            liked=scores(db, since, until),
        )

    async def calls(
        self, since: datetime, until: datetime, of: str, line: str = "", queue: str = "", most: int = 100
    ) -> list[PastCall]:
        """The calls of one set, newest first; KeyError when there is no such set."""
        asked = [*within(Period(since, until), line), SETS[of]]
        if queue:
            asked.append(_C.queue == queue)
        newest = calls_with_outcome().where(*asked).order_by(_C.arrived_at.desc(), _C.call_id.desc())
        async with self._store.reading() as db:
            return await dressed(db, newest.limit(max(1, min(most, MOST))))

    async def tickets(
        self, since: datetime, until: datetime, kind: str = "", code: str = "", code_kind: str = "", most: int = 100, *,
        scheme: str = "", version: str = "",
    ) -> list[Push]:  # fmt: skip
        """Tickets filed in the period, newest first; ``code_kind``: event | part; ``scheme``, ``version``: of the code."""
        asked = [_T.filed_at >= since, _T.filed_at < until]
        if kind:
            asked.append(_T.kind == kind)
        if code:
            asked.append(_T.code == code)
        if code_kind:
            asked.append(_T.code_kind == code_kind)
        if scheme:
            asked += [_T.scheme == scheme, _T.scheme_version == version]
        newest = PUSH.where(*asked).order_by(_T.filed_at.desc(), _T.ticket_id.desc()).limit(max(1, min(most, MOST)))
        async with self._store.reading() as db:
            return [push_of(row) for row in await db.execute(newest)]


def figures(
    db: sa.Connection, since: datetime, until: datetime
) -> tuple[Counts, Mapping[str, Counts], Mapping[str, Counts]]:
    """All, by line, by queue; without the rest of ``Wall.day``."""
    rows = _tallies(db, Period(since, until))
    return _sum(counts for _, counts in rows), _by(rows, 0), _by(rows, 1)


_Row = tuple[tuple[str, str, int], Counts]


def _tallies(db: sa.Connection, period: Period) -> list[_Row]:
    """One row a line, queue and half hour."""
    half_hour = half_hours(sa.literal(period.since, Moment()), _C.arrived_at).label("half_hour")
    sums = [sa.func.sum(sa.case((SETS[name], 1), else_=0)).label(name) for name in _COUNTED]
    answered = SETS["answered"]
    sums += [
        sa.func.coalesce(sa.func.sum(sa.case((answered, column), else_=0.0)), 0.0).label(column.name)
        for column in (_C.wait_seconds, _C.talk_seconds)
    ]
    wanted = sa.select(_C.line, _C.queue, half_hour, *sums).select_from(joined()).where(*within(period, ""))
    found = db.execute(wanted.group_by(_C.line, _C.queue, half_hour))
    return [
        (
            (row.line, row.queue, int(row.half_hour)),
            Counts(
                **{name: int(row._mapping[name]) for name in _COUNTED},
                wait_seconds=float(row.wait_seconds),
                talk_seconds=float(row.talk_seconds),
            ),
        )
        for row in found
    ]


def _by(rows: Sequence[_Row], place: int) -> dict[str, Counts]:
    found: dict[str, Counts] = {}
    for key, counts in rows:
        name = str(key[place])
        found[name] = found.get(name, Counts()) + counts
    return found


def _curve(rows: Sequence[_Row], since: datetime) -> list[tuple[datetime, Counts]]:
    found: dict[int, Counts] = {}
    for (_, _, half_hour), counts in rows:
        found[half_hour] = found.get(half_hour, Counts()) + counts
    return [(since + HALF_HOUR * half_hour, found[half_hour]) for half_hour in sorted(found)]


def _sum(tallies: Iterable[Counts]) -> Counts:
    return sum(tallies, Counts())


def _ratio(a: float, b: float) -> float | None:
    return round(a / b, 6) if b else None


def _tickets(db: sa.Connection, period: Period, columns: Sequence[Any], most: int | None) -> list[Any]:
    """Counts, the most frequent first; a ticket without a code is not counted by code."""
    count = sa.func.count().label("count")
    asked = [_T.filed_at >= period.since, _T.filed_at < period.until, columns[-1] != ""]
    wanted = sa.select(*columns, count).where(*asked).group_by(*columns).order_by(count.desc(), *columns)
    return list(db.execute(wanted.limit(most)).all())


class half_hours(GenericFunction[int]):
    """Whole half hours from one Moment to another, later one."""

    type = sa.Integer()
    inherit_cache = True
    name = "half_hours"


@compiles(half_hours, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **words: Any) -> str:
    # whole seconds, not days: a fraction of a day is inexact just at the boundary, and one of a second is rounded
    a, b = (f"substr({compiler.process(part, **words)}, 1, 19)" for part in element.clauses)
    return f"((strftime('%s', {b}) - strftime('%s', {a})) / 1800)"


@compiles(half_hours, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **words: Any) -> str:
    a, b = (compiler.process(part, **words) for part in element.clauses)
    return f"CAST(floor(extract(epoch from ({b}) - ({a})) / 1800) AS INTEGER)"
