"""The seats' book: who sat where, doing what, from when to when. Implements ``agents.ports.SeatLog``.

Also answers the scribe's question who sat at a seat when a talk began.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from agents.events import SeatStateChanged
from agents.ports import Page
from agents.presence import Presence
from agents.seat_state import SeatState, pack, unpack
from cti.ids import SeatId

from . import tables as t
from .columns import Moment
from .rows import moment
from .store import Store


class SeatBook:
    def __init__(self, store: Store) -> None:
        self._store = store
        c = t.seat_log.c
        columns = ("seat", "since", "state", "until", "agent", "reason", "call_id", "by")
        begin = store.insert(t.seat_log).values({n: sa.bindparam(n) for n in columns})
        self._begin = begin.on_conflict_do_update(
            index_elements=("seat", "since", "state"), set_={"until": sa.func.coalesce(c.until, begin.excluded.until)}
        )
        self._end = (
            sa.update(t.seat_log)
            .where(
                c.seat == sa.bindparam("b_seat"),
                c.until.is_(None),
                c.since <= sa.bindparam("b_newest"),
                sa.or_(c.since != sa.bindparam("b_newest"), c.state != sa.bindparam("b_state")),
            )
            .values(until=sa.bindparam("b_since"))
        )
        self._remember = store.upsert(t.seat_memory, ("seat", "state"))

    async def write(self, pages: Sequence[Page]) -> None:
        """All of them in one transaction, in order.

        A change ends the seat's open interval at its moment and begins the new one (told twice is the
        same); either kind keeps the seat's memory.
        """
        await self._store.transact(lambda db: self._write(db, pages))

    def _write(self, db: sa.Connection, pages: Sequence[Page]) -> None:
        changes: dict[SeatId, list[SeatStateChanged]] = {}
        for page in pages:
            if isinstance(page, SeatStateChanged):
                changes.setdefault(page.seat, []).append(page)
        begins = [_interval(*pair) for own in changes.values() for pair in zip(own, [*own[1:], None], strict=True)]
        if begins:
            db.execute(self._begin, begins)
            db.execute(self._end, [_end(own) for own in changes.values()])
        newest = {page.seat: page.state for page in pages}
        db.execute(self._remember, [{"seat": seat, "state": pack(state)} for seat, state in newest.items()])

    async def last(self) -> Mapping[SeatId, SeatState]:
        async with self._store.reading() as db:
            found = await db.execute(sa.select(t.seat_memory))
            return {SeatId(row.seat): unpack(row.state) for row in found}


def _interval(change: SeatStateChanged, after: SeatStateChanged | None) -> dict[str, object]:
    """From this change until the next one of the same seat, if that is known already."""
    return {
        "seat": change.seat, "since": moment(change.at), "state": str(change.new),
        "until": moment(after.at) if after else None, "agent": change.agent, "reason": change.reason[:80],
        "call_id": change.call, "by": change.by,
    }  # fmt: skip


def _end(own: Sequence[SeatStateChanged]) -> dict[str, object]:
    """What was open before these ends with the first of them; the newest of them stays open."""
    first, last = own[0], own[-1]
    return {
        "b_seat": first.seat, "b_since": moment(first.at), "b_newest": moment(last.at), "b_state": str(last.new),
    }  # fmt: skip


_SAT = (
    sa.select(t.seat_log.c.agent, t.seat_log.c.state)
    .where(t.seat_log.c.seat == sa.bindparam("seat"), t.seat_log.c.since <= sa.bindparam("at", type_=Moment()))
    .order_by(t.seat_log.c.since.desc(), t.seat_log.c.until.is_(None).desc())
    .limit(1)
)


def sitting(db: sa.Connection, seat: str, at: datetime) -> str:
    """The agent at this seat at this moment; '' when nobody was logged in or the log knows nothing."""
    row = db.execute(_SAT, {"seat": seat, "at": at}).first()
    return "" if row is None or row.state == Presence.LOGGED_OUT else str(row.agent)
