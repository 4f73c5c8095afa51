"""Switches: lines opened or closed out of turn, modes on or off; each switching a row, the later one in force.

Written by ``SwitchBook`` (pages, programs, command line) and, for a seat's telephone, by the scribe in the transaction of the
row in which Asterisk told it (``put_by_phone``). Who is told of it, and what Asterisk is told, is ``hotline/books/switches.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from cti.journey_events import SwitchedByPhone

from . import tables as t
from .rows import clip, moment
from .seats import sitting
from .store import Store

_C = t.switches.c
_UNAUDITED: sa.ColumnElement[bool] = sa.literal_column("NOT audited")
"""As its index says it."""
HOURS, MODE, PIN = "hours", "mode", "pin"
RESTED = "rested"
"""Of ``PIN``: wrong so often that the seat is not asked for a while."""
"""Kinds; the last is a telephone that was not let in."""
MOST = 200


@dataclass(frozen=True, slots=True)
class Switching:
    """One act: what was switched, to what, by whom and why."""

    kind: str
    target: str
    """A line or a mode; of ``pin`` the seat."""
    state: str
    """``open``, ``closed``, ``clock`` | ``on``, ``off`` | ``wrong``, ``rested``."""
    said: int
    """Milliseconds since 1970: of two acts on one target the later one is in force."""
    at: datetime
    until: datetime | None = None
    """None: until it is taken back."""
    district: str = ""
    event: str = ""
    """The mass event of the ticket centre that a mode is about; '' none."""
    by: str = ""
    """An account; '' by a telephone at which nobody sat."""
    seat: str = ""
    """The seat by whose telephone; '' none."""
    reason: str = ""

    def over(self, now: datetime) -> bool:
        """Its end has come: the line keeps its hours again."""
        return self.until is not None and self.until <= now


class SwitchBook:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, switching: Switching) -> bool:
        """Durable when it returns. False: this very moment has one already."""
        put = self._store.insert(t.switches).values(_row(switching))
        async with self._store.writing() as db:
            return (await db.execute(put.on_conflict_do_nothing().returning(_C.said))).first() is not None

    async def newest(self, of: Iterable[tuple[str, str]]) -> list[Switching]:
        """The act in force of each of these lines and modes (kind, target) that was ever switched."""
        async with self._store.reading() as db:
            return [
                _switching(row)
                for kind, target in of
                for row in await db.execute(
                    sa.select(t.switches).where(_C.kind == kind, _C.target == target).order_by(_C.said.desc()).limit(1)
                )
            ]

    async def history(self, most: int = MOST) -> list[Switching]:
        """The newest first."""
        async with self._store.reading() as db:
            found = await db.execute(sa.select(t.switches).order_by(_C.at.desc(), _C.said.desc()).limit(most))
            return [_switching(row) for row in found]

    async def unaudited(self) -> list[Switching]:
        """What telephones did and the audit log does not know yet, in its order."""
        async with self._store.reading() as db:
            found = await db.execute(sa.select(t.switches).where(_UNAUDITED).order_by(_C.said).limit(MOST))
            return [_switching(row) for row in found]

    async def audited(self, done: Switching) -> None:
        mine = sa.and_(_C.kind == done.kind, _C.target == done.target, _C.said == done.said)
        async with self._store.writing() as db:
            await db.execute(sa.update(t.switches).where(mine).values(audited=True))


def by_phone(event: SwitchedByPhone, agent: str = "") -> Switching:
    return Switching(
        event.kind, clip(event.target, 40), clip(event.state, 40), event.said,
        datetime.fromtimestamp(event.said / 1000, UTC),
        datetime.fromtimestamp(event.until, UTC) if event.until else None,
        clip(event.district, 40), by=agent, seat=clip(event.seat, 40),
    )  # fmt: skip


def put_by_phone(store: Store, db: sa.Connection, told: Iterable[SwitchedByPhone]) -> None:
    """Within the scribe's transaction; read again it changes nothing."""
    for event in told:
        if not event.said:
            continue
        seat = clip(event.seat, 40)
        row = _row(by_phone(event, sitting(db, seat, moment(event.at)) if seat else ""))
        db.execute(store.insert(t.switches).values(row).on_conflict_do_nothing())


def _row(s: Switching) -> dict[str, Any]:
    return {
        "kind": s.kind, "target": s.target, "said": s.said, "state": s.state, "at": s.at, "until": s.until,
        "district": s.district, "event": s.event, "by": s.by, "seat": s.seat, "reason": s.reason,
    }  # fmt: skip


def _switching(r: Any) -> Switching:
    return Switching(r.kind, r.target, r.state, r.said, r.at, r.until, r.district, r.event, r.by, r.seat, r.reason)
