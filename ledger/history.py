"""Past calls, as the ledger has them: for REST (``console.ports.Calls``), reports and the drill-down of a figure.

Reads only. One page is one transaction, so a call, its outcome, recording and tickets
belong together. Pages follow each other by key, never by offset: calls that arrive
meanwhile neither repeat a row nor skip one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.events import Direction
from cti.ids import CallId

from . import tables as t
from .store import Store

MOST = 1000
"""Rows of a page, whatever was asked for."""
OUTCOME_PENDING = "pending"
"""As a wanted outcome: closed inbound calls that have none yet."""


class Wanted(Protocol):
    """``console.ports.CallFilter``: '' and None ask for nothing; ``since`` <= arrived < ``until``."""

    @property
    def since(self) -> datetime | None: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def line(self) -> str: ...
    @property
    def seat(self) -> str: ...
    @property
    def caller(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def after(self) -> str: ...
    @property
    def most(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Filter:
    """A ``Wanted`` of our own."""

    since: datetime | None = None
    until: datetime | None = None
    line: str = ""
    seat: str = ""
    """Any seat that talked in the call."""
    caller: str = ""
    """The caller's number, or the citizen's own when a partner handed over."""
    outcome: str = ""
    after: str = ""
    most: int = 100


@dataclass(frozen=True, slots=True)
class Tape:
    """One recording: ``state`` raw | shelved | failed; ``seconds`` None until shelved."""

    file: str
    state: str
    path: str
    format: str
    seconds: float | None
    sha256: str
    sealed: bool
    faults: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Filed:
    """One ticket of a call and where it is on its way; ``case`` '' until the case store answered."""

    ticket: str
    key: str
    title: str
    push: str
    case: str
    error: str


@dataclass(frozen=True, slots=True)
class PastCall:
    """A row of ``calls`` with what hangs on it; has all attributes of ``console.ports.CallRow``."""

    call: CallId
    direction: str
    state: str
    """queued, talking or arrived while open; 'ended'."""
    line: str
    trunk: str
    caller: str
    caller_name: str
    dialled: str
    partner: str
    reference: str
    origin: str
    queue: str
    queue_result: str
    seat: str
    agent: str
    arrived_at: datetime
    picked_up_at: datetime | None
    """Asterisk answered; no human yet."""
    notice_at: datetime | None
    notice_prompt: str
    queued_at: datetime | None
    answered_at: datetime | None
    """A seat talked to the caller for the first time."""
    talk_ended_at: datetime | None
    ended_at: datetime | None
    ended_by: str
    cause: int
    wait_seconds: float | None
    ring_seconds: float | None
    talk_seconds: float
    offers: int
    transfers: int
    refusal: str
    outcome: str
    """'' while there is none."""
    outcome_detail: str
    short_abandon: bool
    merged_into: str
    uncertain: bool
    callback: str
    """State of its call-back task, '' when it has none."""
    tapes: tuple[Tape, ...] = ()
    tickets: tuple[Filed, ...] = ()

    @property
    def reason(self) -> str:
        return self.outcome_detail or self.refusal

    @property
    def recordings(self) -> tuple[str, ...]:
        """Paths below the shelf; the raw file's name while it is not there yet."""
        return tuple(tape.path or tape.file for tape in self.tapes if tape.state != "failed")


class History:
    """``past`` and ``get`` are the ledger's half of ``console.ports.Calls``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def past(self, wanted: Wanted) -> Sequence[PastCall]:
        """One page, newest first; empty when ``wanted.after`` is no call of the ledger."""
        async with self._store.reading() as db:
            statement = calls_with_outcome()
            if wanted.after:
                at = await db.scalar(sa.select(t.calls.c.arrived_at).where(t.calls.c.call_id == wanted.after))
                if at is None:
                    return []
                statement = statement.where(_before(at, wanted.after))
            statement = statement.where(*conditions(wanted)).limit(max(1, min(wanted.most, MOST)))
            return await dressed(db, statement.order_by(t.calls.c.arrived_at.desc(), t.calls.c.call_id.desc()))

    async def get(self, call: CallId) -> PastCall | None:
        async with self._store.reading() as db:
            found = await dressed(db, calls_with_outcome().where(t.calls.c.call_id == call))
        return found[0] if found else None

    async def every(self, wanted: Filter) -> AsyncIterator[PastCall]:
        """All that is wanted (``most`` is the size of a page), newest first, in constant memory."""
        while page := await self.past(wanted):
            for row in page:
                yield row
            wanted = replace(wanted, after=page[-1].call)


def conditions(wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    c, o = t.calls.c, t.outcomes.c
    asked: list[sa.ColumnElement[bool]] = []
    if wanted.since is not None:
        asked.append(c.arrived_at >= wanted.since)
    if wanted.until is not None:
        asked.append(c.arrived_at < wanted.until)
    if wanted.line:
        asked.append(c.line == wanted.line)
    if wanted.seat:
        asked.append(c.call_id.in_(sa.select(t.talks.c.call_id).where(t.talks.c.seat == wanted.seat)))
    if wanted.caller:
        asked.append(sa.or_(c.caller == wanted.caller, c.origin == wanted.caller))
    if wanted.outcome == OUTCOME_PENDING:
        asked += [o.outcome.is_(None), c.state == "closed", c.direction == Direction.INBOUND.value]
    elif wanted.outcome:
        asked.append(o.outcome == wanted.outcome)
    return asked


def _before(at: datetime, call: str) -> sa.ColumnElement[bool]:
    c = t.calls.c
    return sa.and_(c.arrived_at <= at, sa.or_(c.arrived_at < at, c.call_id < call))


def calls_with_outcome() -> sa.Select[Any]:
    o, b = t.outcomes.c, t.callbacks.c
    named = (o.outcome, o.detail.label("outcome_detail"), b.state.label("callback"))
    joined = t.calls.outerjoin(t.outcomes, o.call_id == t.calls.c.call_id).outerjoin(
        t.callbacks, b.call_id == t.calls.c.call_id
    )
    return sa.select(*t.calls.c, *named).select_from(joined)


async def dressed(db: AsyncConnection, statement: sa.Select[Any]) -> list[PastCall]:
    rows = (await db.execute(statement)).all()
    ids = [row.call_id for row in rows]
    tapes = _grouped(await _of(db, t.recordings, ids))
    tickets = _grouped(await _of(db, t.tickets.outerjoin(t.outbox), ids, t.tickets.c.ticket_id))
    return [_call(row, tapes.get(row.call_id, ()), tickets.get(row.call_id, ())) for row in rows]


async def _of(db: AsyncConnection, source: sa.FromClause, ids: Sequence[str], *order: Any) -> Sequence[sa.Row[Any]]:
    if not ids:
        return ()
    if source is t.recordings:
        columns: list[Any] = list(t.recordings.c)
        call = t.recordings.c.call_id
    else:
        k, x = t.tickets.c, t.outbox.c
        columns = [k.call_id, k.ticket_id, k.key, k.title, x.state, x.case_number, x.error]
        call = k.call_id
    return (await db.execute(sa.select(*columns).select_from(source).where(call.in_(ids)).order_by(*order))).all()


def _grouped(rows: Iterable[sa.Row[Any]]) -> dict[str, list[sa.Row[Any]]]:
    found: dict[str, list[sa.Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.call_id, []).append(row)
    return found


_SAME = (
    *("direction", "line", "trunk", "caller", "caller_name", "dialled", "partner", "reference", "origin", "queue"),
    *("queue_result", "seat", "agent", "arrived_at", "notice_at", "notice_prompt", "queued_at", "talk_ended_at"),
    *("ended_at", "ended_by", "cause", "wait_seconds", "ring_seconds", "talk_seconds", "offers", "transfers"),
    *("refusal", "short_abandon", "merged_into", "uncertain"),
)


def _call(row: sa.Row[Any], tapes: Iterable[sa.Row[Any]], tickets: Iterable[sa.Row[Any]]) -> PastCall:
    read = row._mapping
    return PastCall(
        **{name: read[name] for name in _SAME},
        call=CallId(row.call_id),
        state=_state(row),
        picked_up_at=row.answered_at,
        answered_at=row.talk_began_at,
        outcome=row.outcome or "",
        outcome_detail=row.outcome_detail or "",
        callback=row.callback or "",
        tapes=tuple(_tape(one) for one in tapes),
        tickets=tuple(_filed(one) for one in tickets),
    )


def _state(row: sa.Row[Any]) -> str:
    if row.state == "closed":
        return "ended"
    if row.talk_began_at is not None:
        return "talking"
    return "queued" if row.queued_at is not None else "arrived"


def _tape(row: sa.Row[Any]) -> Tape:
    faults = tuple(row.faults.split())
    return Tape(
        row.file, row.state, row.path, row.format, row.seconds, row.plain_sha256, row.sealed, faults, row.reason
    )


def _filed(row: sa.Row[Any]) -> Filed:
    return Filed(row.ticket_id, row.key, row.title, row.state or "", row.case_number or "", row.error or "")
