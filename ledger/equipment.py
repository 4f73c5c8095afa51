"""The plant's diary: line checks, phones and trunks that answered or not, blind times.

Written from the board bus by ``hotline/app.py``; nothing waits for these rows.
"""

from __future__ import annotations

import sqlalchemy as sa

from cti.equipment_events import BoardBlind, BoardLive, EndpointReach, LineChecked

from . import tables as t
from .rows import moment
from .store import Store


class EquipmentTable:
    def __init__(self, store: Store, node: str) -> None:
        self._store = store
        self._node = node

    async def note(self, event: LineChecked | EndpointReach | BoardBlind | BoardLive) -> None:
        """Keep one event; told twice is the same."""
        at, insert = moment(event.at), self._store.insert
        async with self._store.writing() as db:
            if isinstance(event, LineChecked):
                heard = {"ok": event.ok, "heard_seconds": event.heard_seconds, "reason": event.reason[:80]}
                await db.execute(insert(t.line_checks).values(line=event.line, at=at, **heard).on_conflict_do_nothing())
            elif isinstance(event, EndpointReach):
                reach = {"reach": str(event.reach), "roundtrip_us": event.roundtrip_us}
                row = insert(t.endpoint_reach).values(endpoint=event.endpoint, at=at, **reach)
                await db.execute(row.on_conflict_do_nothing())
            elif isinstance(event, BoardBlind):
                blind = insert(t.blind_intervals).values(
                    node=self._node, source="board", began_at=at, reason=event.reason[:200]
                )
                await db.execute(blind.on_conflict_do_nothing())
            else:
                c = t.blind_intervals.c
                mine = (c.node == self._node, c.source == "board", c.ended_at.is_(None), c.began_at <= at)
                await db.execute(sa.update(t.blind_intervals).where(*mine).values(ended_at=at))
