"""How long one place in a queue takes, from what the ledger has of those who waited; and how true what they were told was.

A place is gone when somebody is answered. Over all who waited lately, those who still wait and those who gave up with them,
seconds waited ÷ callers answered meanwhile is the time of one place: a queue that nobody serves any more grows slower with
every second, before anybody is answered. Where too few were answered lately, the same hour of the last days tells; not where
somebody has waited longer than that in vain: of a queue that nobody serves no time is told.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import sqlalchemy as sa

from cti.events import QueueExit

from . import tables as t
from .store import Store

LATELY = timedelta(minutes=20)
LONGEST = timedelta(hours=3)
"""So long anybody waits. Whoever was answered lately counts however long ago he came: without him a long wait looks endless."""
DAYS = 7
LEAST = 3
"""Callers answered, of whom a time is told."""
MOST = 2000
_V = t.queue_visits.c


@dataclass(frozen=True, slots=True)
class Wait:
    entered: datetime
    left: datetime | None
    """None: still waiting."""
    answered: bool


def seconds_a_place(waits: Sequence[Wait], now: datetime, since: datetime | None = None) -> float | None:
    """Pure. ``since``: what was waited before counts no more than who was answered before. None: too few were answered."""
    answers = sorted(one.left for one in waits if one.answered and one.left is not None)
    seconds, places = 0.0, 0
    for one in waits:
        begin, end = one.entered if since is None else max(one.entered, since), one.left or now
        seconds += max(0.0, (end - begin).total_seconds())
        places += max(0, bisect_right(answers, end) - bisect_right(answers, begin))
    return seconds / places if len(answers) >= LEAST and places else None


class ExpectedWait:
    """Of each queue; what earlier days tell of an hour is read once an hour."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hours: dict[str, tuple[datetime, float | None]] = {}

    async def paces(self, queues: Iterable[str], now: datetime) -> Mapping[str, float]:
        """Queue → seconds a place; a queue of which nothing is known is not in it. Raises ``LedgerUnavailable``."""
        wanted = list(queues)
        return await self._store.look(
            lambda db: {queue: pace for queue in wanted if (pace := self._pace(db, queue, now)) is not None}
        )

    def _pace(self, db: sa.Connection, queue: str, now: datetime) -> float | None:
        lately = sa.and_(_V.entered_at >= now - LONGEST, sa.or_(_V.left_at.is_(None), _V.left_at >= now - LATELY))
        waits = _waits(db, queue, lately)
        if (pace := seconds_a_place(waits, now, now - LATELY)) is not None:
            return pace
        pace = self._of_the_hour(db, queue, now)
        in_vain = [((one.left or now) - one.entered).total_seconds() for one in waits if not one.answered]
        return None if pace is None or max(in_vain, default=0.0) > pace else pace

    def _of_the_hour(self, db: sa.Connection, queue: str, now: datetime) -> float | None:
        begun = now.replace(minute=0, second=0, microsecond=0)
        known = self._hours.get(queue)
        if known is None or known[0] != begun:
            days = [begun - timedelta(days=day) for day in range(1, DAYS + 1)]
            waits = [
                Wait(one.entered, min(one.left, end), one.answered and one.left <= end)
                for day in days
                if (end := day + timedelta(hours=1))
                for one in _waits(db, queue, *within(_V.entered_at, day, end))
                if one.left is not None
            ]
            known = self._hours[queue] = begun, seconds_a_place(waits, now)
        return known[1]


def _waits(db: sa.Connection, queue: str, *which: sa.ColumnElement[bool]) -> list[Wait]:
    rows = sa.select(_V.entered_at, _V.left_at, _V.result).where(_V.queue == queue, *which)
    found = db.execute(rows.order_by(_V.entered_at.desc()).limit(MOST))
    return [Wait(row.entered_at, row.left_at, row.result == QueueExit.ANSWERED) for row in found]


# -- what they were told, against what they waited -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """How true the announcements of one queue and hour were."""

    queue: str
    hour: datetime
    told: int
    """Announcements of a place."""
    timed: int
    """Those with a time, to callers who were answered."""
    promised_seconds: float | None
    """Medians of what was said, of what was waited, and of how far they were apart; None: of none."""
    waited_seconds: float | None
    error_seconds: float | None
    error_share: float | None
    """Median of the error as a share of what was waited."""


async def kept(store: Store, since: datetime | None, until: datetime | None) -> list[Kept]:
    """By queue and hour, oldest first; a bound that is None is none. Raises ``LedgerUnavailable``."""
    return await store.look(lambda db: promises_kept(db, since, until))


def promises_kept(db: sa.Connection, since: datetime | None, until: datetime | None) -> list[Kept]:
    p = t.wait_promises.c
    wanted = sa.select(p.queue, p.at, p.minutes, p.waited_seconds).where(*within(p.at, since, until))
    hours: dict[tuple[datetime, str], list[Any]] = {}
    for row in db.execute(wanted.order_by(p.at)):
        hours.setdefault((row.at.replace(minute=0, second=0, microsecond=0), row.queue), []).append(row)
    return [_kept(queue, hour, rows) for (hour, queue), rows in sorted(hours.items())]


def within(at: sa.Column[datetime], since: datetime | None, until: datetime | None) -> list[sa.ColumnElement[bool]]:
    """A half-open period; a bound that is None is none."""
    return [*([at >= since] if since is not None else []), *([at < until] if until is not None else [])]


def _kept(queue: str, hour: datetime, rows: Sequence[Any]) -> Kept:
    timed = [(row.minutes * 60.0, row.waited_seconds) for row in rows if row.minutes and row.waited_seconds is not None]
    apart = [abs(promised - waited) for promised, waited in timed]
    return Kept(
        queue, hour, len(rows), len(timed), _median([promised for promised, _ in timed]),
        _median([waited for _, waited in timed]), _median(apart),
        _median([error / max(waited, 1.0) for error, (_, waited) in zip(apart, timed, strict=True)]),
    )  # fmt: skip


def _median(values: Sequence[float]) -> float | None:
    return round(median(values), 3) if values else None
