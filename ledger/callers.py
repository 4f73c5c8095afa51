"""What the ledger knows of a number: the calls it made, its tickets, the call-back it is owed. Reads only.

Asked by the console at each screen pop (``console.ledger_ports.CallerBook``), so it stays quick on
a ledger of years and for a number that called a hundred thousand times: each part is a
bounded walk down an index. The number is asked for in its national form, which stands beside
every way in which it was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bridge.case_state import OVER
from bridge.ports import Push
from cti.events import Direction
from cti.ids import CallId

from . import replies
from . import tables as t
from .callback_rows import OWED_WORDS
from .history import PastCall, calls_with_outcome, dressed_now
from .store import Store
from .tickets import PUSH, push_of
from .went_through import Passed, of_call

_C, _T, _B, _K, _N = t.calls.c, t.tickets.c, t.callbacks.c, t.talks.c, t.ticket_numbers.c


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

    async def story(self, number: str, since: datetime, but: str = "", most: int = 20) -> Story:
        """Of one number, in its national form ('': nobody's); ``but``: the call it is asked for."""
        if not number:
            return NOBODY
        return await self._store.look_for_pop(lambda db: _story(db, number, since, but, most))

    async def went_through(self, call: CallId) -> list[Passed]:
        """This call's own caller, so far; raises ``LedgerUnavailable``."""
        return await self._store.look(lambda db: of_call(db, call))

    async def owed(self, number: str, agent: str, since: datetime) -> bool:
        """A call-back to this number is open, or ``agent`` talked since then in a call that came from it."""
        if not number:
            return False
        owed = sa.exists().where(_B.number_national == number, _B.state.in_(OWED_WORDS))
        calls = [
            sa.exists().where(
                column == number, _C.arrived_at >= since, _C.direction == Direction.INBOUND.value,
                _K.call_id == _C.call_id, _K.agent == agent,
            )
            for column in (_C.caller_national, _C.origin_national)
        ]  # fmt: skip
        told = sa.exists(replies.awaited(number))
        answered = sa.and_(sa.literal(bool(agent)), sa.or_(*calls))
        async with self._store.reading() as db:
            return bool(await db.scalar(sa.select(sa.or_(owed, told, answered))))


def _story(db: sa.Connection, number: str, since: datetime, but: str, most: int) -> Story:
    ids = _newest(db, number, (_C.caller_national, _C.origin_national), _C.call_id, _C.arrived_at, most + 1)
    ids = [call for call in _not_nobodys(db, ids) if call != but][:most]
    order = (_C.arrived_at.desc(), _C.call_id.desc())
    calls = dressed_now(db, calls_with_outcome().where(_C.call_id.in_(ids)).order_by(*order)) if ids else []
    filed = _newest(db, number, (_N.national,), _N.ticket_id, _N.filed_at, most)
    named = PUSH.where(_T.ticket_id.in_(filed), ~_T.anonymous)
    pushes = [push_of(row) for row in db.execute(named)] if filed else []
    counted, owed = db.execute(_owed(number, since, but)).one()
    tickets = sorted(pushes, key=lambda push: (_open(push), push.ticket.filed_at, push.ticket.id), reverse=True)
    return Story(calls, tickets, sum(_open(push) for push in tickets), int(counted), owed is not None)


def _open(push: Push) -> bool:
    """What ended at the desk itself is closed, and what the case store says is over."""
    return not push.ticket.answered_directly and not push.ticket.merged_into and push.case_state not in OVER


def _newest(db: sa.Connection, number: str, columns: Sequence[Any], key: Any, at: Any, most: int) -> list[str]:
    """The newest ids by any of the columns: each part reads ``most`` rows of its index and no more."""
    parts = [
        sa.select(sa.select(key, at).where(column == number).order_by(at.desc()).limit(most).subquery())
        for column in columns
    ]
    every = sa.union_all(*parts).subquery()
    found = sa.select(every.c[key.name]).distinct().add_columns(every.c[at.name])
    ordered = found.order_by(every.c[at.name].desc(), every.c[key.name].desc()).limit(most)
    return list(db.execute(ordered).scalars())


def _not_nobodys(db: sa.Connection, calls: Sequence[str]) -> list[str]:
    """Without those whose citizen stays anonymous: they are part of nobody's story."""
    if not calls:
        return []
    gone = set(db.execute(sa.select(_T.call_id).where(_T.call_id.in_(calls), _T.anonymous)).scalars())
    return [call for call in calls if call not in gone]


def _owed(number: str, since: datetime, but: str) -> sa.Select[Any]:
    """Calls since then, and any call-back that is open."""
    counts = [
        sa.select(sa.func.count()).where(column == number, _C.arrived_at >= since).scalar_subquery()
        for column in (_C.caller_national, _C.origin_national)
    ]
    counted = sa.or_(_C.caller_national == number, _C.origin_national == number)
    itself = sa.select(sa.func.count()).where(_C.call_id == but, _C.arrived_at >= since, counted).scalar_subquery()
    owed = (
        sa.select(_B.task_id).where(_B.number_national == number, _B.state.in_(OWED_WORDS)).limit(1).scalar_subquery()
    )
    told = replies.awaited(number).limit(1).scalar_subquery()
    return sa.select(counts[0] + counts[1] - itself, sa.func.coalesce(owed, told))
