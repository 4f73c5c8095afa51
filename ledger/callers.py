"""What the ledger knows of a number: the calls it made, its tickets, the call-back it is owed. Reads only.

Asked by the console at each screen pop (``console.books.CallerBook``), so it stays quick on
a ledger of years and for a number that called a hundred thousand times: each part is a
bounded walk down an index, one a way of writing the number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bridge.ports import Push

from . import tables as t
from .history import PastCall, calls_with_outcome, dressed
from .store import Store
from .tickets import PUSH, push_of

_C, _T, _B = t.calls.c, t.tickets.c, t.callbacks.c


@dataclass(frozen=True, slots=True)
class Story:
    calls: Sequence[PastCall]
    """Newest first."""
    tickets: Sequence[Push]
    """Open ones first, then newest first."""
    open_tickets: int
    """Of them: neither answered on the spot nor merged into another."""
    calls_since: int
    """Calls since the asked moment, without the one it is asked for."""
    callback_open: bool


NOBODY = Story((), (), 0, 0, False)


class Callers:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def story(self, numbers: Sequence[str], since: datetime, but: str = "", most: int = 20) -> Story:
        """Of one number, in all ways of writing it (``numbers``); ``but``: the call it is asked for."""
        if not numbers:
            return NOBODY
        async with self._store.reading() as db:
            ids = await _newest(db, numbers, (_C.caller, _C.origin), _C.call_id, _C.arrived_at, most + 1)
            ids = [call for call in ids if call != but][:most]
            order = (_C.arrived_at.desc(), _C.call_id.desc())
            calls = await dressed(db, calls_with_outcome().where(_C.call_id.in_(ids)).order_by(*order)) if ids else []
            filed = await _newest(db, numbers, (_T.caller, _T.phone), _T.ticket_id, _T.filed_at, most)
            pushes = [push_of(row) for row in await db.execute(PUSH.where(_T.ticket_id.in_(filed)))] if filed else []
            counted, owed = (await db.execute(_owed(numbers, since, but))).one()
        tickets = sorted(pushes, key=lambda push: (_open(push), push.ticket.filed_at, push.ticket.id), reverse=True)
        return Story(calls, tickets, sum(_open(push) for push in tickets), int(counted), owed is not None)


def _open(push: Push) -> bool:
    """No case store tells yet when it closes a case: what ended at the desk itself is closed."""
    return not push.ticket.answered_directly and not push.ticket.merged_into


async def _newest(db: Any, numbers: Sequence[str], columns: Sequence[Any], key: Any, at: Any, most: int) -> list[str]:
    """The newest ids by any of the columns: each part reads ``most`` rows of its index and no more."""
    parts = [
        sa.select(sa.select(key, at).where(column == number).order_by(at.desc()).limit(most).subquery())
        for column in columns
        for number in numbers
    ]
    every = sa.union_all(*parts).subquery()
    found = sa.select(every.c[key.name]).distinct().add_columns(every.c[at.name])
    ordered = found.order_by(every.c[at.name].desc(), every.c[key.name].desc()).limit(most)
    return list((await db.execute(ordered)).scalars())


def _owed(numbers: Sequence[str], since: datetime, but: str) -> sa.Select[Any]:
    """Calls since then, and any call-back that is open."""
    counts = [
        sa.select(sa.func.count()).where(column.in_(numbers), _C.arrived_at >= since).scalar_subquery()
        for column in (_C.caller, _C.origin)
    ]
    counted = sa.or_(_C.caller.in_(numbers), _C.origin.in_(numbers))
    itself = sa.select(sa.func.count()).where(_C.call_id == but, _C.arrived_at >= since, counted).scalar_subquery()
    owed = sa.select(_B.call_id).where(_B.number.in_(numbers), _B.state == "open").limit(1).scalar_subquery()
    return sa.select(counts[0] + counts[1] - itself, owed)
