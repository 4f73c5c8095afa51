"""Past calls, as the ledger has them: for REST (``console.ports.Calls``), reports and the drill-down of a figure.

Reads only. One page is one transaction, so a call, its outcome, recording and tickets
belong together. Pages follow each other by key, never by offset: calls that arrive
meanwhile neither repeat a row nor skip one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.ids import CallId

from . import tables as t
from .call_list import SOUNDLESS, Filter, page
from .chunks import chunks
from .store import Store

MOST = 1000
"""Rows of a page, whatever was asked for."""


@dataclass(frozen=True, slots=True)
class Tape:
    """One recording, by its part: ``state`` raw | shelved | failed | dropped; ``seconds`` None until shelved."""

    part: int
    file: str
    state: str
    path: str
    format: str
    seconds: float | None
    sha256: str
    sealed: bool
    faults: tuple[str, ...]
    reason: str
    started_at: datetime | None = None
    kept_until: datetime | None = None
    """None: not decided yet."""
    dropped_at: datetime | None = None
    dropped_why: str = ""
    dropped_by: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Sound:
    """What sound went over one leg, in packets; None: not known (its Asterisk was not ours, or died)."""

    leg: str
    endpoint: str
    received: int | None
    lost: int | None
    jitter_ms: float | None
    sent: int | None
    lost_there: int | None


@dataclass(frozen=True, slots=True)
class Filed:
    """One ticket of a call, where it is on its way (``push``), and its case: '' until the case store answered."""

    ticket: str
    key: str
    title: str
    push: str
    case: str
    error: str
    anonymous: bool = False
    confidential: bool = False
    case_state: str = ""


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
    diverted: str
    """Who forwarded it to us."""
    hidden: bool
    """The caller asked for privacy."""
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
    legs: tuple[Sound, ...] = ()
    """Those of which something is known, the first to begin first."""
    agent_name: str = ""
    """Of the account by now."""
    caller_odd: str = ""
    """The calling number as it was sent, in escapes, where that is more than a number."""

    @property
    def anonymous(self) -> bool:
        return any(one.anonymous for one in self.tickets)

    @property
    def confidential(self) -> bool:
        return any(one.confidential for one in self.tickets)

    @property
    def reason(self) -> str:
        return self.outcome_detail or self.refusal

    @property
    def cases(self) -> tuple[str, ...]:
        """Numbers of the cases that came of it."""
        return tuple(dict.fromkeys(one.case for one in self.tickets if one.case))

    @property
    def recordings(self) -> tuple[str, ...]:
        """Names in the storage, part after part; the raw file's name while it is not there yet."""
        return tuple(tape.path or tape.file for tape in self.tapes if tape.state not in SOUNDLESS)


class History:
    """``past`` and ``get`` are the ledger's half of ``console.ports.Calls``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def past(self, wanted: Filter) -> Sequence[PastCall]:
        """One page, newest first; empty when ``wanted.after`` is no call of the ledger."""
        async with self._store.reading() as db:
            ids = await page(db, wanted, max(1, min(wanted.most, MOST)))
            if not ids:
                return []
            ordered = calls_with_outcome().where(t.calls.c.call_id.in_(ids))
            return await dressed(db, ordered.order_by(t.calls.c.arrived_at.desc(), t.calls.c.call_id.desc()))

    async def get(self, call: CallId) -> PastCall | None:
        async with self._store.reading() as db:
            found = await dressed(db, calls_with_outcome().where(t.calls.c.call_id == call))
        return found[0] if found else None

    async def some(self, calls: Collection[CallId]) -> Mapping[CallId, PastCall]:
        """Those of these calls that the ledger knows, in one look."""
        found: list[PastCall] = []
        if calls:
            async with self._store.reading() as db:
                for ids in chunks(calls):
                    found += await dressed(db, calls_with_outcome().where(t.calls.c.call_id.in_(ids)))
        return {row.call: row for row in found}

    async def secret(self) -> Sequence[tuple[CallId, bool, bool]]:
        """Open calls with a ticket that asks for secrecy: anonymous, confidential."""
        k, c = t.tickets.c, t.calls.c
        asked = [sa.func.max(sa.cast(column, sa.Integer)) for column in (k.anonymous, k.confidential)]
        wanted = (
            sa.select(k.call_id, *asked)
            .join_from(t.tickets, t.calls, c.call_id == k.call_id)
            .where(t.is_open, sa.or_(k.anonymous, k.confidential))
            .group_by(k.call_id)
        )
        async with self._store.reading() as db:
            return [(CallId(call), bool(one), bool(two)) for call, one, two in await db.execute(wanted)]

    async def every(self, wanted: Filter) -> AsyncIterator[PastCall]:
        """All that is wanted (``most`` is the size of a page), newest first, in constant memory."""
        while page := await self.past(wanted):
            for row in page:
                yield row
            wanted = replace(wanted, after=page[-1].call)


def calls_with_outcome() -> sa.Select[Any]:
    o, b = t.outcomes.c, t.callbacks.c
    named = (
        o.outcome, o.detail.label("outcome_detail"), b.state.label("callback"), t.accounts.c.name.label("agent_name")
    )  # fmt: skip
    joined = (
        t.calls.outerjoin(t.outcomes, o.call_id == t.calls.c.call_id)
        .outerjoin(t.callbacks, b.task_id == t.calls.c.call_id)
        .outerjoin(t.accounts, t.accounts.c.account_id == t.calls.c.agent)
    )
    return sa.select(*t.calls.c, *named).select_from(joined)


_FILED = t.tickets.outerjoin(t.outbox, t.outbox.c.message_id == t.tickets.c.ticket_id).outerjoin(
    t.cases, t.cases.c.stream == t.tickets.c.key
)
"""Each ticket with the message that files it, and its case."""


async def dressed(db: AsyncConnection, statement: sa.Select[Any]) -> list[PastCall]:
    return await db.run_sync(dressed_now, statement)


def dressed_now(db: sa.Connection, statement: sa.Select[Any]) -> list[PastCall]:
    """The calls of this statement, with what hangs on them."""
    rows = db.execute(statement).all()
    ids = [row.call_id for row in rows]
    tapes = _grouped(_of(db, t.recordings, ids, t.recordings.c.part))
    tickets = _grouped(_of(db, _FILED, ids, t.tickets.c.ticket_id))
    legs = _grouped(_of(db, t.legs, ids, t.legs.c.began_at, t.legs.c.leg_id))
    return [
        _call(row, tapes.get(row.call_id, ()), tickets.get(row.call_id, ()), legs.get(row.call_id, ())) for row in rows
    ]


def _of(db: sa.Connection, source: sa.FromClause, ids: Sequence[str], *order: Any) -> Sequence[sa.Row[Any]]:
    if not ids:
        return ()
    if isinstance(source, sa.Table):
        columns: list[Any] = list(source.c)
        call = source.c.call_id
    else:
        k, x, c = t.tickets.c, t.outbox.c, t.cases.c
        columns = [k.call_id, k.ticket_id, k.key, k.title, k.anonymous, k.confidential, x.state, x.error]
        columns += [c.number.label("case_number"), c.state.label("case_state")]
        call = k.call_id
    return db.execute(sa.select(*columns).select_from(source).where(call.in_(ids)).order_by(*order)).all()


def _grouped(rows: Iterable[sa.Row[Any]]) -> dict[str, list[sa.Row[Any]]]:
    found: dict[str, list[sa.Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.call_id, []).append(row)
    return found


_SAME = (
    *("direction", "line", "trunk", "caller", "caller_name", "dialled", "partner", "reference", "origin", "queue"),
    *("queue_result", "seat", "agent", "arrived_at", "notice_at", "notice_prompt", "queued_at", "talk_ended_at"),
    *("ended_at", "ended_by", "cause", "wait_seconds", "ring_seconds", "talk_seconds", "offers", "transfers"),
    *("refusal", "short_abandon", "merged_into", "uncertain", "caller_odd", "diverted", "hidden"),
)


def _call(
    row: sa.Row[Any], tapes: Iterable[sa.Row[Any]], tickets: Iterable[sa.Row[Any]], legs: Iterable[sa.Row[Any]]
) -> PastCall:
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
        agent_name=row.agent_name or "",
        tapes=tuple(_tape(one) for one in tapes),
        tickets=tuple(_filed(one) for one in tickets),
        legs=tuple(_sound(one) for one in legs if one.received is not None or one.sent is not None),
    )


def _state(row: sa.Row[Any]) -> str:
    if row.state == "closed":
        return "ended"
    if row.talk_began_at is not None:
        return "talking"
    return "queued" if row.queued_at is not None else "arrived"


async def tapes_of(db: AsyncConnection, call: CallId) -> Sequence[Tape]:
    """Of one call, part after part."""
    return [_tape(row) for row in await db.run_sync(_of, t.recordings, [call], t.recordings.c.part)]


def _tape(row: sa.Row[Any]) -> Tape:
    faults = tuple(row.faults.split())
    return Tape(
        row.part, row.file, row.state, row.path, row.format, row.seconds, row.plain_sha256, row.sealed, faults,
        row.reason, row.started_at, row.kept_until, row.dropped_at, row.dropped_why, row.dropped_by, row.certificate,
    )  # fmt: skip


def _sound(row: sa.Row[Any]) -> Sound:
    return Sound(row.leg_id, row.endpoint, row.received, row.lost, row.jitter_ms, row.sent, row.lost_there)


def _filed(row: sa.Row[Any]) -> Filed:
    return Filed(
        row.ticket_id, row.key, row.title, row.state or "", row.case_number or "", row.error or "",
        bool(row.anonymous), bool(row.confidential), row.case_state or "",
    )  # fmt: skip
