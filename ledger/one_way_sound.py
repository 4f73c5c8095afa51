"""Which trunks' far ends were not heard: answered legs to which sound was sent and from which none came. Reads only.

Asked once a minute by ``hotline/alarms/one_way_sound.py``. The calls of the last hours are found by their index, so that the
cost grows with the traffic and not with the ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from cti.ids import CallId

from . import tables as t
from .store import Store

LASTING = 150
"""Packets that we sent: three seconds of sound. Who is gone sooner has said nothing yet."""
STRAY = 50
"""Of so many packets that we sent not one came back: a few of a carrier's own prompt are no voice."""
LONGEST = timedelta(hours=4)
"""So long ago a call may have begun whose leg ended within the window."""

_L, _C = t.legs.c, t.calls.c


@dataclass(frozen=True, slots=True)
class TrunkSound:
    trunk: str
    legs: int
    """Answered ones that lasted, of which it is known what sound went over them."""
    silent: int
    """Of those, from which no sound came."""
    newest: CallId
    """Call of the newest silent one; '' none."""


class TrunkSounds:
    def __init__(self, store: Store, trunks: Collection[str]) -> None:
        self._store, self._trunks = store, tuple(trunks)

    async def look(self, since: datetime) -> Sequence[TrunkSound]:
        """By trunk, of the legs that ended after ``since``; raises ``LedgerUnavailable``."""
        silent = _L.received * STRAY < _L.sent
        legs = (
            sa.select(_L.endpoint, _L.call_id, _L.ended_at, silent.label("silent"))
            .where(_L.call_id.in_(sa.select(_C.call_id).where(_C.arrived_at > since - LONGEST)))
            .where(_L.ended_at > since, _L.endpoint.in_(self._trunks))
            .where(_L.received.is_not(None), _L.sent >= LASTING)
            .order_by(_L.ended_at)
        )
        async with self._store.reading() as db:
            rows = (await db.execute(legs)).all()
        found: dict[str, TrunkSound] = {}
        for row in rows:
            before = found.get(row.endpoint, TrunkSound(row.endpoint, 0, 0, CallId("")))
            newest = CallId(row.call_id) if row.silent else before.newest
            found[row.endpoint] = TrunkSound(row.endpoint, before.legs + 1, before.silent + bool(row.silent), newest)
        return list(found.values())
