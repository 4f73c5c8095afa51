"""Differences between the witnesses of a call, as the ledger keeps them until a person has looked.

One row for each: what one witness (book, wire, spool, ledger) says or lacks and another does
not. A row is never deleted; telling it again changes what was said of it, never that somebody
accepted it. ``accept`` is once: who, when and why stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from . import tables as t
from .chunks import chunks
from .store import Store

_D = t.differences.c
MOST = 1000


class Kind(StrEnum):
    """What differs; the rule that ``hotline verify`` names it by."""

    GAP = "book_gap"  # rows of Asterisk's record are lost
    REFUSED = "rows_refused"  # rows in it are none of Asterisk's, or cannot be read
    UNBOOKED = "call_not_in_book"  # the wire saw it, Asterisk's record lacks it
    UNENDED = "end_not_in_book"  # the record has it open, Asterisk no longer lists it
    UNCLAIMED = "recording_without_call"  # a raw recording that no call of the ledger claims
    UNWRITTEN = "call_not_in_ledger"  # Asterisk's record has it, and the ledger has not taken it
    SHELF = "recordings_gone"  # the ledger says they are on the shelf


@dataclass(frozen=True, slots=True)
class Difference:
    key: str
    """Stable: the same difference has the same key whenever it is seen, at most 200 characters."""
    witness: str
    """book | wire | spool | ledger: whose word, or silence, it is about."""
    kind: Kind
    subject: str
    """Call, file or folder."""
    detail: str
    call: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A row."""

    key: str
    witness: str
    kind: str
    subject: str
    call: str
    detail: str
    since: datetime | None
    until: datetime | None
    seen_at: datetime
    accepted_at: datetime | None
    accepted_by: str
    reason: str


class DifferenceBook:
    def __init__(self, store: Store, node: str) -> None:
        self._store, self._node = store, node

    async def note(self, found: Sequence[Difference], at: datetime) -> None:
        """Told twice is the same."""
        if found:
            await self._store.transact(lambda db: put(self._store, db, self._node, found, at), lasting=True)

    async def fresh(self, found: Sequence[Difference]) -> list[Difference]:
        """Those of these that have no row yet, accepted or not."""
        known: set[str] = set()
        if found:
            async with self._store.reading() as db:
                for keys in chunks(one.key for one in found):
                    known |= set((await db.execute(sa.select(_D.key).where(_D.key.in_(keys)))).scalars())
        return [one for one in found if one.key not in known]

    async def open(self, most: int = MOST) -> list[Noted]:
        """Those nobody has accepted, the oldest first."""
        wanted = sa.select(t.differences).where(_D.accepted_at.is_(None)).order_by(_D.seen_at, _D.key).limit(most)
        async with self._store.reading() as db:
            return [_noted(row) for row in await db.execute(wanted)]

    async def get(self, key: str) -> Noted | None:
        async with self._store.reading() as db:
            row = (await db.execute(sa.select(t.differences).where(_D.key == key))).first()
        return None if row is None else _noted(row)

    async def accept(self, key: str, by: str, reason: str, at: datetime) -> bool:
        """Once: False when there is no such row, or somebody accepted it before."""
        values = {"accepted_at": at, "accepted_by": by[:40], "reason": reason}
        mine = sa.update(t.differences).where(_D.key == key, _D.accepted_at.is_(None)).values(values)
        async with self._store.writing() as db:
            return bool((await db.execute(mine)).rowcount)


def put(store: Store, db: sa.Connection, node: str, found: Iterable[Difference], at: datetime) -> None:
    """Within somebody's transaction: what is new, and what is said anew of the known."""
    rows = [
        {
            "key": one.key[:200], "node": node, "witness": one.witness, "kind": str(one.kind), "call_id": one.call[:80],
            "subject": one.subject[:200], "detail": one.detail, "since": one.since, "until": one.until, "seen_at": at,
        }
        for one in found
    ]  # fmt: skip
    if rows:
        db.execute(store.upsert(t.differences, tuple(rows[0]), frozenset({"seen_at"})), rows)


def _noted(row: sa.Row[tuple[object]]) -> Noted:
    return Noted(
        row.key, row.witness, row.kind, row.subject, row.call_id, row.detail, row.since, row.until, row.seen_at,
        row.accepted_at, row.accepted_by, row.reason,
    )  # fmt: skip
