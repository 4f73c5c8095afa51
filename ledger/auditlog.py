"""The audit log: who did what, each row bound to the one before by its hash.

``append`` is for every act a person must answer for (listening, deleting, unmasking,
logging in). ``broken`` walks the chain: a row changed, removed or put in between shows.
Cutting off the newest rows does not show here: ``head`` is there to be noted elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from . import tables as t
from .store import Store

GENESIS = "0" * 64
_LOCK = 12319001
_A = t.audit.c


@dataclass(frozen=True, slots=True)
class Entry:
    seq: int
    at: datetime
    actor: str
    action: str
    call: str
    detail: str
    """A JSON object."""
    hash: str


class AuditLog:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def append(
        self, at: datetime, actor: str, action: str, *, call: str = "", detail: Mapping[str, str] | None = None
    ) -> int:
        """Durable when it returns; the row's number."""
        text = json.dumps(dict(detail or {}), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        async with self._store.writing() as db:
            if not self._store.sqlite:  # one writer at a time, or two rows would follow the same one
                await db.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            last = (await db.execute(sa.select(_A.seq, _A.hash).order_by(_A.seq.desc()).limit(1))).first()
            seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
            row = {"seq": seq, "at": at, "actor": actor, "action": action, "call_id": call, "detail": text}
            own = link(previous, seq, at, actor, action, call, text)
            await db.execute(sa.insert(t.audit).values(previous=previous, hash=own, **row))
        return int(seq)

    async def page(
        self, most: int, before: int | None = None, *, actor: str = "", action: str = "", call: str = ""
    ) -> tuple[Sequence[Entry], bool]:
        """Newest first, and whether each of these rows still follows from the one before it."""
        wanted = sa.select(t.audit).order_by(_A.seq.desc()).limit(most)
        if before is not None:
            wanted = wanted.where(_A.seq < before)
        for column, value in ((_A.actor, actor), (_A.action, action), (_A.call_id, call)):
            if value:
                wanted = wanted.where(column == value)
        async with self._store.reading() as db:
            rows = (await db.execute(wanted)).all()
            earlier = sa.select(_A.seq, _A.hash).where(_A.seq.in_([row.seq - 1 for row in rows]))
            hashes = {row.seq: row.hash for row in await db.execute(earlier)}
        whole = all(
            row.previous == (hashes.get(row.seq - 1, "") if row.seq > 1 else GENESIS)
            and row.hash == link(row.previous, row.seq, row.at, row.actor, row.action, row.call_id, row.detail)
            for row in rows
        )
        told = [Entry(row.seq, row.at, row.actor, row.action, row.call_id, row.detail, row.hash) for row in rows]
        return told, whole

    async def head(self) -> tuple[int, str]:
        """Number and hash of the newest row."""
        async with self._store.reading() as db:
            last = (await db.execute(sa.select(_A.seq, _A.hash).order_by(_A.seq.desc()).limit(1))).first()
        return (last.seq, last.hash) if last else (0, GENESIS)


def link(previous: str, seq: int, at: datetime, actor: str, action: str, call: str, detail: str) -> str:
    """SHA-256 over the row and its predecessor's hash, 64 hex digits."""
    said = [previous, seq, at.astimezone(UTC).isoformat(timespec="microseconds"), actor, action, call, detail]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


async def broken(db: AsyncConnection) -> int | None:
    """The number of the first row that does not follow from the one before; None: the chain is whole."""
    previous, expected = GENESIS, 1
    async for row in await db.stream(sa.select(t.audit).order_by(_A.seq)):
        own = link(previous, row.seq, row.at, row.actor, row.action, row.call_id, row.detail)
        if row.seq != expected or row.previous != previous or row.hash != own:
            return expected if row.seq != expected else int(row.seq)
        previous, expected = row.hash, expected + 1
    return None
