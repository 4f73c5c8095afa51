"""Answered calls that have neither ticket nor result when their time is over: what agents owe. Reads only.

Asked once a minute by ``hotline/alarms/calls_without_result.py``. The first look reads them all, the later ones those whose time has run
out since, and whether what was owed before still is: the cost grows with what is new, not with what there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from cti.events import Direction
from cti.ids import CallId

from . import tables as t
from .chunks import chunks
from .store import Store

FIRST = timedelta(days=31)
"""What has been owed for longer when the daemon starts, ``hotline verify`` still says."""
MOST = 1000

_C, _O = t.calls.c, t.outcomes.c


@dataclass(frozen=True, slots=True)
class Owed:
    call: CallId
    seat: str
    agent: str
    """'' where nobody sat."""
    ended_at: datetime


class OwedCalls:
    def __init__(self, store: Store, allowed: timedelta) -> None:
        """``allowed``: after a call ended."""
        self._store, self._allowed = store, allowed
        self._known: dict[CallId, Owed] = {}
        self._until: datetime | None = None

    async def look(self, now: datetime) -> Sequence[Owed]:
        """All that is owed now, the oldest first; raises ``LedgerUnavailable``."""
        until = now - self._allowed
        since = self._until - timedelta(minutes=5) if self._until is not None else now - FIRST
        wanted = [_unsettled().where(_C.ended_at > since, _C.ended_at <= until).order_by(_C.ended_at).limit(MOST)]
        wanted += [_unsettled().where(_C.call_id.in_(some)) for some in chunks(self._known)]
        async with self._store.reading() as db:
            found = [(await db.execute(one)).all() for one in wanted]
        rows = [row for some in found for row in some]
        self._known = {
            CallId(row.call_id): Owed(CallId(row.call_id), row.seat, row.agent, row.ended_at) for row in rows
        }
        self._until = until if len(found[0]) < MOST else found[0][-1].ended_at  # the rest at the next look
        return sorted(self._known.values(), key=lambda one: one.ended_at)


def _unsettled() -> sa.Select[Any]:
    talked = sa.or_(_C.talk_began_at.is_not(None), _C.merged_into != "")
    way = _C.direction.concat("")  # nearly every call is inbound: an index by that is the whole table
    ours = sa.and_(way == Direction.INBOUND.value, _C.state == "closed", talked)
    joined = t.calls.outerjoin(t.outcomes, _O.call_id == _C.call_id)
    return sa.select(_C.call_id, _C.seat, _C.agent, _C.ended_at).select_from(joined).where(ours, _O.call_id.is_(None))
