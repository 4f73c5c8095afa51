"""Until when each recording is kept, by what the ledger knows of its call; and the end of those whose time is over.

A term is decided four weeks after the call (``recordings.retention.SETTLED``), by its kind and the settings' months, and again when
those change; the row has the moment and the rule. When the moment has come everything is asked anew, in the transaction that
gives the recording up: a matter that has become one of enforcement meanwhile, an open case, a ticket's or a person's hold keep it.
From then on its row is *dropped*; its sound goes next, and the certificate says that it went. Driven by
``hotline/books/recording_deletion.py``. Each query begins at a small index and reads a page.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bridge.case_state import OVER
from bridge.disposition import CallOutcome
from cti.numbers import ANYWHERE, Numbers
from recordings.ids import RecordingId
from recordings.ports import Shelved
from recordings.retention import SETTLED, WAITS, Kept, Terms, expired, keep_until, kind_of, rule_of
from recordings.states import State

from . import tables as t
from .chunks import chunks
from .holds import over_calls
from .merges import root_of
from .recordings import as_shelved, ident_of
from .store import Store

BATCH = 500
"""Recordings of one transaction."""
LITIGATION = "litigation"
"""Of ``bridge/data/choices.toml``, retention_class."""

_R, _C, _O, _T, _K = t.recordings.c, t.calls.c, t.outcomes.c, t.tickets.c, t.cases.c
Place = tuple[datetime, str, int]
"""Where a page ended: the moment it is ordered by, call, part."""


@dataclass(frozen=True, slots=True)
class Given:
    """One page: what was given up, how much is held, and where the next page begins (None: that was the last)."""

    up: Sequence[Shelved]
    held: int
    next: Place | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What a run would find."""

    over: int
    held: int


@dataclass(frozen=True, slots=True)
class Unproved:
    """Given up, and without a certificate."""

    kept: Shelved
    dropped_at: datetime
    why: str
    by: str


class RecordingTerms:
    def __init__(self, store: Store, terms: Terms, numbers: Numbers = ANYWHERE) -> None:
        self._store, self._terms, self._numbers = store, terms, numbers

    async def decide(self, now: datetime, most: int = BATCH) -> int:
        """Of at most so many that were decided by other terms, or not yet, as of now; how many: less than ``most`` means none is left."""
        return await self._store.transact(lambda db: self._decide(db, self._stale(db, now, most), now))

    async def decide_open(self, now: datetime, after: Place | None, most: int = BATCH) -> Place | None:
        """A page of those whose case went on when they were looked at last."""
        wanted = _page(sa.select(t.recordings).where(t.is_shelved, _R.kept_by == WAITS), _R.started_at, after, most)

        def work(db: sa.Connection) -> Place | None:
            rows = db.execute(wanted).all()
            self._decide(db, rows, now)
            return (rows[-1].started_at, rows[-1].call_id, rows[-1].part) if len(rows) == most else None

        return await self._store.transact(work)

    async def give_up(
        self, now: datetime, by: str, after: Place | None, most: int = BATCH, at: datetime | None = None
    ) -> Given:
        """A page of those whose time is over; on the disk when it returns. ``at``: the moment by which this page is known later."""
        return await self._store.transact(lambda db: self._give_up(db, now, at or now, by, after, most), lasting=True)

    async def any_over(self, now: datetime) -> bool:
        """Is there anything to give up, held or not?"""
        async with self._store.reading() as db:
            first = sa.select(_R.call_id).where(t.is_shelved, _R.kept_until <= now).limit(1)
            return (await db.execute(first)).first() is not None

    async def count(self, now: datetime) -> Counted:
        """What a run would give up now, also of those that it would decide first; nothing is changed."""
        over = held = 0
        for wanted, column in (
            (sa.select(t.recordings).where(t.is_shelved, _R.kept_until <= now), _R.kept_until),
            (sa.select(t.recordings).where(t.is_shelved, _R.kept_by.not_in(self._terms.rules()), _R.kept_until.is_(None), _R.started_at <= now - SETTLED), _R.started_at),
        ):  # fmt: skip
            after: Place | None = None
            while True:
                page = _page(wanted, column, after, BATCH)
                rows, some = await self._store.look(lambda db, page=page: self._judged(db, page, now))  # type: ignore[misc]
                over += sum(expired(kept, self._terms, now) for kept in some.values())
                held += sum(kept.held and expired(_free(kept), self._terms, now) for kept in some.values())
                if len(rows) < BATCH:
                    break
                after = (getattr(rows[-1], column.name), rows[-1].call_id, rows[-1].part)
        return Counted(over, held)

    async def unproved(self, most: int = BATCH) -> Sequence[Unproved]:
        """Those whose sound may not be gone yet, the oldest first."""
        wanted = sa.select(t.recordings).where(t.is_dropping).order_by(_R.dropped_at).limit(most)
        async with self._store.reading() as db:
            return [
                Unproved(as_shelved(row), row.dropped_at, row.dropped_why, row.dropped_by)
                for row in await db.execute(wanted)
            ]

    async def proved(self, certificates: Mapping[RecordingId, str]) -> None:
        """They are gone. On the disk when it returns."""
        one = sa.update(t.recordings).where(_R.call_id == sa.bindparam("b_call"), _R.part == sa.bindparam("b_part"), _R.state == State.DROPPED.value)  # fmt: skip
        values = [
            {"b_call": ident.call, "b_part": ident.part, "certificate": text} for ident, text in certificates.items()
        ]
        if values:
            await self._store.transact(lambda db: db.execute(one.values(certificate=sa.bindparam("certificate")), values), lasting=True)  # fmt: skip

    async def certificates(self, at: datetime) -> Sequence[str]:
        """Those of one page, in their order: what its audit row has the hash of."""
        wanted = sa.select(_R.certificate).where(_R.dropped_at == at, t.is_dropped)
        async with self._store.reading() as db:
            return list((await db.execute(wanted.order_by(_R.call_id, _R.part))).scalars())

    # -- inside a transaction -----------------------------------------------------------------

    def _stale(self, db: sa.Connection, now: datetime, most: int) -> Sequence[Any]:
        """The first rule that is none of the settings' any more: one after the other."""
        for word in _rules_in_use(db):
            if word == WAITS or word in self._terms.rules():
                continue
            wanted = sa.select(t.recordings).where(t.is_shelved, _R.kept_by == word, _R.started_at <= now - SETTLED)
            if rows := db.execute(wanted.order_by(_R.started_at).limit(most)).all():
                return rows
        return []

    def _decide(self, db: sa.Connection, rows: Sequence[Any], now: datetime) -> int:
        known = self._known(db, rows, now)
        values = [self._values(ident, replace(kept, held=False)) for ident, kept in known.items()]
        if values:
            db.execute(_DECIDED, values)
        return len(values)

    def _values(self, ident: RecordingId, kept: Kept) -> dict[str, object]:
        return {
            "b_call": ident.call, "b_part": ident.part, "kept_until": keep_until(kept, self._terms),
            "kept_by": rule_of(kept, self._terms),
        }  # fmt: skip

    def _give_up(
        self, db: sa.Connection, now: datetime, at: datetime, by: str, after: Place | None, most: int
    ) -> Given:
        if not self._store.sqlite:  # whoever places a hold waits until this is done, and is too late or in time
            db.execute(sa.text("LOCK TABLE holds IN SHARE MODE"))
        wanted = sa.select(t.recordings).where(t.is_shelved, _R.kept_until <= now)
        rows, known = self._judged(db, _page(wanted, _R.kept_until, after, most), now)
        up, later, held = [], [], 0
        for row in rows:
            ident = ident_of(row)
            kept = known[ident]
            if expired(kept, self._terms, now):
                up.append(row)
            elif expired(_free(kept), self._terms, now):
                held += 1
            else:
                later.append(self._values(ident, _free(kept)))
        if later:
            db.execute(_DECIDED, later)
        gone = [
            {"b_call": row.call_id, "b_part": row.part, "dropped_at": at, "dropped_why": rule_of(known[ident_of(row)], self._terms), "dropped_by": by}
            for row in up
        ]  # fmt: skip
        if gone:
            db.execute(_GIVEN_UP, gone)
        last = rows[-1] if len(rows) == most else None
        place = None if last is None else (last.kept_until, last.call_id, last.part)
        return Given([as_shelved(row) for row in up], held, place)

    def _judged(
        self, db: sa.Connection, page: sa.Select[Any], now: datetime
    ) -> tuple[Sequence[Any], dict[RecordingId, Kept]]:
        rows = db.execute(page).all()
        return rows, self._known(db, rows, now)

    def _known(self, db: sa.Connection, rows: Sequence[Any], now: datetime) -> dict[RecordingId, Kept]:
        """What the ledger says of these recordings' calls."""
        calls = {row.call_id for row in rows}
        facts = _facts(db, calls)
        holds = over_calls(db, calls, now, self._numbers)
        found = {}
        for row in rows:
            fact = facts[row.call_id]
            kind = kind_of(talked=fact.talked, nuisance=fact.nuisance, penalty_case=fact.penalty)
            held = fact.held or row.call_id in holds
            found[ident_of(row)] = Kept(kind, row.started_at, fact.ended, held)
        return found


_DECIDED = (
    sa.update(t.recordings)
    .where(_R.call_id == sa.bindparam("b_call"), _R.part == sa.bindparam("b_part"))
    .values(kept_until=sa.bindparam("kept_until"), kept_by=sa.bindparam("kept_by"))
)
_GIVEN_UP = (
    sa.update(t.recordings)
    .where(_R.call_id == sa.bindparam("b_call"), _R.part == sa.bindparam("b_part"), _R.state == State.SHELVED.value)
    .values(
        state=State.DROPPED.value, dropped_at=sa.bindparam("dropped_at"), dropped_why=sa.bindparam("dropped_why"),
        dropped_by=sa.bindparam("dropped_by"), certificate="",
    )
)  # fmt: skip


@dataclass(slots=True)
class _Facts:
    talked: bool = True
    """A call that the ledger lost counts as a talk: kept for longer."""
    nuisance: bool = False
    penalty: bool = False
    ended: datetime | None = None
    """When the last case of enforcement was over; None: one goes on, or has not begun."""
    held: bool = False
    """By a ticket's own word."""


def _facts(db: sa.Connection, calls: Collection[str]) -> dict[str, _Facts]:
    found = {call: _Facts() for call in calls}
    for ids in chunks(calls):
        wanted = sa.select(_C.call_id, _C.talk_began_at, _C.merged_into, _C.case_id).where(_C.call_id.in_(ids))
        rows = db.execute(wanted).all()
        messages = set(db.execute(sa.select(t.voicemails.c.call_id).where(t.voicemails.c.call_id.in_(ids))).scalars())
        bad = sa.select(_O.call_id).where(_O.call_id.in_(ids), _O.outcome == str(CallOutcome.NUISANCE))
        nuisance = set(db.execute(bad).scalars())
        for row in rows:
            fact = found[row.call_id]
            fact.talked = row.talk_began_at is not None or bool(row.merged_into) or row.call_id in messages
            fact.nuisance = row.call_id in nuisance
        for call, tickets in _tickets(db, rows).items():
            _weigh(db, found[call], tickets)
    return found


def _tickets(db: sa.Connection, calls: Sequence[Any]) -> dict[str, list[Any]]:
    """Call → tickets filed from it or from the call it went on in, and those of the case that it is about."""
    tickets: dict[str, list[Any]] = {}
    asked = {row.call_id for row in calls} | {row.merged_into for row in calls if row.merged_into}
    columns = (_T.ticket_id, _T.call_id, _T.retention_class, _T.legal_hold, _T.merged_into, _T.answered_directly)
    by_call: dict[str, list[Any]] = {}
    for ids in chunks(asked):
        for row in db.execute(sa.select(*columns).where(_T.call_id.in_(ids))):
            by_call.setdefault(row.call_id, []).append(row)
    about = {row.case_id for row in calls if row.case_id}
    by_case: dict[str, Any] = {}
    for ids in chunks(about):
        named = sa.select(_K.case_id, *columns).join_from(t.cases, t.tickets, _T.ticket_id == _K.ticket_id)
        by_case |= {row.case_id: row for row in db.execute(named.where(_K.case_id.in_(ids)))}
    for row in calls:
        its = [*by_call.get(row.call_id, ()), *by_call.get(row.merged_into or "-", ())]
        if row.case_id in by_case:
            its.append(by_case[row.case_id])
        if its:
            tickets[row.call_id] = its
    return tickets


def _weigh(db: sa.Connection, fact: _Facts, tickets: Sequence[Any]) -> None:
    fact.held = any(one.legal_hold for one in tickets)
    of_law = [one for one in tickets if one.retention_class == LITIGATION]
    if not of_law:
        return
    fact.penalty = True
    ends = [_end(db, one) for one in of_law]
    if all(end is not None for end in ends):
        fact.ended = max(end for end in ends if end is not None)


def _end(db: sa.Connection, ticket: Any) -> datetime | None:
    """When its case was over, or the one that it went on within; what ended at the desk has none and is over at once."""
    root = root_of(db, ticket.merged_into) if ticket.merged_into else None
    mine = _K.ticket_id == (root.ticket if root is not None else ticket.ticket_id)
    case = db.execute(sa.select(_K.state, _K.since).where(mine)).first()
    if case is None and ticket.answered_directly:
        return db.scalar(sa.select(_T.filed_at).where(_T.ticket_id == ticket.ticket_id))
    if case is None or case.state not in {str(state) for state in OVER}:
        return None
    return case.since  # type: ignore[no-any-return]


def _free(kept: Kept) -> Kept:
    return replace(kept, held=False)


def _page(wanted: sa.Select[Any], column: Any, after: Place | None, most: int) -> sa.Select[Any]:
    if after is not None:
        place = sa.tuple_(sa.literal(after[0], column.type), sa.literal(after[1]), sa.literal(after[2]))
        wanted = wanted.where(column >= after[0], sa.tuple_(column, _R.call_id, _R.part) > place)
    return wanted.order_by(column, _R.call_id, _R.part).limit(most)


def _rules_in_use(db: sa.Connection) -> Sequence[str]:
    """Every rule by which a shelved recording is kept: from one to the next down the index."""
    found: list[str] = []
    first = sa.select(sa.func.min(_R.kept_by)).where(t.is_shelved)
    word = db.scalar(first)
    while word is not None:
        found.append(word)
        word = db.scalar(first.where(_R.kept_by > word))
    return found
