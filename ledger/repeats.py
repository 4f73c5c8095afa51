"""Earlier tickets of what may be the same matter. Reads only.

Asked at each pop and while a place is typed, so it stays quick on a ledger of years: each trait (``bridge.repeat``) and the
citizen's number is one bounded walk down an index, whatever else the ledger holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bridge import repeat
from bridge.gazetteer.coordinates import Point
from bridge.ports import Push
from bridge.repeat import Matter, Reason, Weighed
from bridge.ticket import Place, Subject, TicketId

from . import tables as t
from .store import Store
from .tickets import PUSH, push_of

_T, _N, _R = t.tickets.c, t.ticket_numbers.c, t.ticket_traits.c
EACH = 50
"""Newest tickets that are looked at by one trait."""


@dataclass(frozen=True, slots=True)
class Repeat:
    push: Push
    score: float
    reasons: tuple[Reason, ...]
    metres: float | None


class Repeats:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, matter: Matter, since: datetime, but: str = "", most: int = 10) -> Sequence[Repeat]:
        """The likeliest first; ``but``: not those of this call."""
        if matter.empty:
            return ()
        return await self._store.look(lambda db: _find(db, matter, since, but, most))


def _find(db: sa.Connection, matter: Matter, since: datetime, but: str, most: int) -> Sequence[Repeat]:
    walks = [
        _newest(t.ticket_traits, (_R.kind == str(one.kind), _R.value == one.value), since)
        for one in repeat.looked_for(matter)
    ]
    mine: set[str] = set()
    if matter.caller:
        mine = set(db.execute(_newest(t.ticket_numbers, (_N.national == matter.caller,), since)).scalars())
    ids = mine | {ticket for walk in walks for ticket in db.execute(walk).scalars()}
    if not ids:
        return ()
    rows = db.execute(
        sa.select(*_SHORT).where(_T.ticket_id.in_(ids), sa.or_(_T.call_id != but, _T.call_id == ""))
    ).all()
    addresses = _addresses(db, [row.ticket_id for row in rows])
    weighed: list[tuple[str, Weighed]] = [
        (row.ticket_id, repeat.weigh(matter, _matter(row, addresses), same_caller=row.ticket_id in mine))
        for row in rows
    ]
    shown = dict(repeat.best(weighed, most))
    pushes = {row.ticket_id: push_of(row) for row in db.execute(PUSH.where(_T.ticket_id.in_(shown)))} if shown else {}
    return [
        Repeat(pushes[TicketId(ticket)], found.score, found.reasons, found.metres) for ticket, found in shown.items()
    ]


_SHORT = (
    _T.ticket_id, _T.scheme, _T.scheme_version, _T.code, _T.code_kind, _T.grid_code, _T.lng, _T.lat, _T.crs,
)  # fmt: skip


def _newest(table: sa.Table, meets: Sequence[sa.ColumnElement[bool]], since: datetime) -> sa.Select[Any]:
    c = table.c
    return sa.select(c.ticket_id).where(*meets, c.filed_at >= since).order_by(c.filed_at.desc()).limit(EACH)


def _addresses(db: sa.Connection, tickets: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """Ticket → its traits: address and object stand there as they are compared."""
    found: dict[str, list[tuple[str, str]]] = {}
    for ticket, kind, value in db.execute(sa.select(_R.ticket_id, _R.kind, _R.value).where(_R.ticket_id.in_(tickets))):
        found.setdefault(ticket, []).append((kind, value))
    return found


def _matter(row: Any, traits: dict[str, list[tuple[str, str]]]) -> Matter:
    """Without its body: the columns and traits say what is weighed."""
    own = traits.get(row.ticket_id, ())
    objects = [value for kind, value in own if kind == repeat.TraitKind.OBJECT]
    subject = Subject(row.scheme, row.scheme_version, row.code, row.code_kind, objects[0] if objects else "")
    placed = any(kind == repeat.TraitKind.SLOT for kind, _value in own)
    place = Place(
        lng=row.lng if placed else None, lat=row.lat if placed else None, crs=row.crs, grid_code=row.grid_code
    )
    found = repeat.matter_of(subject if row.code or objects else None, place)
    at: Point | None = found.at
    addresses = tuple(value for kind, value in own if kind == repeat.TraitKind.ADDRESS)
    return Matter("", found.part_id, found.code, found.code_kind, found.scheme, addresses, found.grid_code, at)
