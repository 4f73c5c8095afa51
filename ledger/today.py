"""Today so far for the consoles: counts and rates of all, each line and each queue, and what is owed. Reads only.

Asked every few seconds by ``hotline/consoles/live_rows.py``, once for all consoles. The day begins at midnight
in the centre's time zone; the connect rate is of the last 24 hours, whose part before midnight
hardly changes any more and is read once a minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from . import tables as t
from .callback_rows import OWED_WORDS
from .store import Store
from .wall import Counts, figures

YESTERDAY_EVERY = timedelta(minutes=1)
Of = tuple[Literal["all", "line", "queue"], str]
"""('all', '') | ('line', id) | ('queue', id)."""


@dataclass(frozen=True, slots=True)
class Figures:
    today: Counts
    last_24h: Counts


@dataclass(frozen=True, slots=True)
class TodayRead:
    figures: Mapping[Of, Figures]
    callbacks_open: int
    callbacks_due: int
    """Of these, those whose time has come."""
    places_kept: int
    """Callers who hung up, and whose place in a queue is kept."""


class Today:
    def __init__(self, store: Store, zone: ZoneInfo) -> None:
        self._store, self._zone = store, zone
        self._before: Mapping[Of, Counts] = {}
        self._before_at: datetime | None = None

    async def read(self, now: datetime) -> TodayRead:
        midnight = datetime.combine(now.astimezone(self._zone).date(), time.min, self._zone).astimezone(now.tzinfo)
        old = self._before_at is None or not midnight <= self._before_at <= now < self._before_at + YESTERDAY_EVERY

        def read(db: sa.Connection) -> tuple[dict[Of, Counts], Mapping[Of, Counts], list[int]]:
            today = _tallies(db, midnight, now + timedelta(seconds=1))
            before = _tallies(db, now - timedelta(hours=24), midnight) if old else self._before
            asked = (_OWED, _OWED.where(t.callbacks.c.due_at <= now), _kept(now))
            return today, before, [int(db.execute(one).scalar_one()) for one in asked]

        today, before, (owed, due, kept) = await self._store.look(read)
        if old:
            self._before, self._before_at = before, now
        shown = {
            of: Figures(today.get(of, Counts()), today.get(of, Counts()) + before.get(of, Counts()))
            for of in {**before, **today}
        }
        return TodayRead(shown, owed, due, kept)


KEPT_MOST = timedelta(hours=3)
"""No place is kept longer (``config/render/kept_place.py``)."""
_OWED = sa.select(sa.func.count()).where(t.is_owed, t.callbacks.c.state.in_(OWED_WORDS))


def _kept(now: datetime) -> sa.Select[Any]:
    o = t.callback_offers.c
    return sa.select(sa.func.count()).where(o.taken_at > now - KEPT_MOST, o.result == "")


def _tallies(db: sa.Connection, since: datetime, until: datetime) -> dict[Of, Counts]:
    everything, lines, queues = figures(db, since, until)
    found: dict[Of, Counts] = {("all", ""): everything}
    found.update({("line", ident): counts for ident, counts in lines.items() if ident})
    found.update({("queue", ident): counts for ident, counts in queues.items() if ident})
    return found
