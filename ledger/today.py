"""Today so far for the consoles: counts and rates of all, each line and each queue, and what is owed. Reads only.

Asked every few seconds by ``hotline/live.py``, once for all consoles. The day begins at midnight
in the centre's time zone; the connect rate is of the last 24 hours, whose part before midnight
hardly changes any more and is read once a minute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from . import tables as t
from .store import Store
from .wall import Tally, figures

YESTERDAY_EVERY = timedelta(minutes=1)
Of = tuple[Literal["all", "line", "queue"], str]
"""('all', '') | ('line', id) | ('queue', id)."""


@dataclass(frozen=True, slots=True)
class Figures:
    today: Tally
    last_24h: Tally


@dataclass(frozen=True, slots=True)
class TodayRead:
    figures: Mapping[Of, Figures]
    callbacks_open: int


class Today:
    def __init__(self, store: Store, zone: ZoneInfo) -> None:
        self._store, self._zone = store, zone
        self._before: Mapping[Of, Tally] = {}
        self._before_at: datetime | None = None

    async def read(self, now: datetime) -> TodayRead:
        midnight = datetime.combine(now.astimezone(self._zone).date(), time.min, self._zone).astimezone(now.tzinfo)
        old = self._before_at is None or not midnight <= self._before_at <= now < self._before_at + YESTERDAY_EVERY

        def read(db: sa.Connection) -> tuple[dict[Of, Tally], Mapping[Of, Tally], int]:
            today = _tallies(db, midnight, now + timedelta(seconds=1))
            before = _tallies(db, now - timedelta(hours=24), midnight) if old else self._before
            return today, before, int(db.execute(_OWED).scalar_one())

        today, before, owed = await self._store.look(read)
        if old:
            self._before, self._before_at = before, now
        shown = {
            of: Figures(today.get(of, Tally()), today.get(of, Tally()) + before.get(of, Tally()))
            for of in {**before, **today}
        }
        return TodayRead(shown, owed)


_OWED = sa.select(sa.func.count()).where(t.callbacks.c.state == "open")


def _tallies(db: sa.Connection, since: datetime, until: datetime) -> dict[Of, Tally]:
    everything, lines, queues = figures(db, since, until)
    found: dict[Of, Tally] = {("all", ""): everything}
    found.update({("line", ident): tally for ident, tally in lines.items() if ident})
    found.update({("queue", ident): tally for ident, tally in queues.items() if ident})
    return found
