"""The audit log: who did what, each row bound to the one before by its hash.

``append`` is for every act a person must answer for (listening, deleting, unmasking,
logging in). The hash is keyed (HMAC) with a secret that the ledger's owner has not: whoever can
write the table cannot make a row that fits. ``findings`` walks the chain: a row changed, removed or
put in between shows (the oldest may be deleted by ``prune`` alone, which says so in the chain); that the newest were cut off, or all of them, shows by the head, which ``noted``
takes elsewhere after each row. Rows of before the key (``begin`` ends them) are bound by it all the same.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.numbers import mask

from . import tables as t
from .store import Store

GENESIS = "0" * 64
BEGUN = "audit_key_begun"
"""The action of the first row under a key."""
PRUNED = "audit_pruned"
"""The action of a row that says up to which row, and by which hash, the oldest were deleted: the chain begins behind it then."""
ANCHORS = 100
"""So many of the newest of them are looked at: the last one is the one that counts."""
TYPED = frozenset({"reason", "purpose", "words", "note", "answer", "text"})
"""Of a row's detail: what a person typed. Who reads the log may see no citizen's number, so none stands in it, wherever it was typed."""
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


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row at some moment, as it was noted outside the ledger."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What the chain is held against, from outside the ledger."""

    key: bytes = b""
    """b'': the rows are taken as unkeyed ones."""
    heads: Sequence[Head] = ()
    lost: bool = False
    """There are no notes where they should be."""
    foreign: int = 0
    """Notes that were made without the key."""


Noted = Callable[[Head], Awaitable[None]]
"""Takes the head elsewhere; durable when it returns. Must not raise: the row is written already."""


async def _nowhere(_head: Head) -> None:
    return


class AuditLog:
    def __init__(self, store: Store, key: bytes = b"", noted: Noted = _nowhere) -> None:
        self._store, self._key, self._noted = store, key, noted
        self._keyed_from: int | None = None
        self.newest = 0
        """The number of the row that was written last, here."""

    async def begin(self, at: datetime, actor: str) -> None:
        """At each start: the first row under a key ends the rows of before; a head that was not noted is."""
        seq, own = await self.head()
        if self._key and await self._first_keyed() is None:
            await self.append(at, actor, BEGUN, detail={"rows": str(seq)})
        elif seq:
            await self._noted(Head(seq, own))

    async def append(
        self, at: datetime, actor: str, action: str, *, call: str = "", detail: Mapping[str, str] | None = None
    ) -> int:
        """Durable when it returns; the row's number."""
        if self._key and action != BEGUN and await self._first_keyed() is None:
            await self.begin(at, "hotline")
        async with self._store.writing() as db:
            head = await self._put(db, at, actor, action, call, detail or {})
        self.newest = head.seq
        await self._noted(head)
        return head.seq

    async def _put(
        self, db: AsyncConnection, at: datetime, actor: str, action: str, call: str, detail: Mapping[str, str]
    ) -> Head:
        shown = {name: mask(said) if name in TYPED else said for name, said in detail.items()}
        text = json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if not self._store.sqlite:  # one writer at a time, or two rows would follow the same one
            await db.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        last = (await db.execute(sa.select(_A.seq, _A.hash).order_by(_A.seq.desc()).limit(1))).first()
        seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
        row = {"seq": seq, "at": at, "actor": actor, "action": action, "call_id": call, "detail": text}
        own = link(previous, seq, at, actor, action, call, text, self._key)
        await db.execute(sa.insert(t.audit).values(previous=previous, hash=own, **row))
        return Head(int(seq), own)

    async def older(self, before: datetime) -> int:
        """Rows that ``prune`` would delete, in as many steps as it takes."""
        until = await self._oldest_kept(before)
        async with self._store.reading() as db:
            return int(await db.scalar(sa.select(sa.func.count()).where(_A.seq < until)) or 0)

    async def prune(self, before: datetime, most: int, actor: str = "hotline") -> int:
        """Delete at most so many of the oldest rows, all of before that moment; how many.

        In the same transaction a row is written, under the key, that says where the chain begins now: without it the
        deletion is a breach (``findings``). The newest row always stays.
        """
        until = await self._oldest_kept(before)
        keyed = await self._first_keyed() if self._key else None
        async with self._store.writing() as db:
            wanted = sa.select(_A.seq, _A.hash).where(_A.seq < until).order_by(_A.seq).limit(most)
            gone = (await db.execute(wanted)).all()
            if not gone:
                return 0
            last = gone[-1]
            detail = {"until": str(last.seq), "hash": last.hash, "keyed": str(keyed is not None and keyed <= last.seq)}
            head = await self._put(db, datetime.now(UTC), actor, PRUNED, "", detail)
            await db.execute(sa.delete(t.audit).where(_A.seq <= last.seq))
        self.newest = head.seq
        await self._noted(head)
        return len(gone)

    async def _oldest_kept(self, before: datetime) -> int:
        """The number of the first row that is not older: rows are in the order of their numbers, whatever a clock said."""
        young = sa.select(_A.seq).where(_A.at >= before).order_by(_A.at, _A.seq).limit(1)
        newest = sa.select(sa.func.max(_A.seq))
        async with self._store.reading() as db:
            first, last = await db.scalar(young), await db.scalar(newest)
        return int(first if first is not None else last or 0)

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
            anchor = await _anchor(db, self._key)
        if anchor is not None:
            hashes.setdefault(anchor.seq, anchor.hash)
        keyed = await self._first_keyed() if self._key else None
        whole = all(
            row.previous == (hashes.get(row.seq - 1, "") if row.seq > 1 else GENESIS)
            and row.hash == _own(row, self._key if keyed is not None and row.seq >= keyed else b"")
            for row in rows
        )
        told = [Entry(row.seq, row.at, row.actor, row.action, row.call_id, row.detail, row.hash) for row in rows]
        return told, whole

    async def _first_keyed(self) -> int | None:
        """The number of the row that began the keyed ones."""
        if self._keyed_from is None:
            wanted = sa.select(t.audit).where(_A.action == BEGUN).order_by(_A.seq)
            async with self._store.reading() as db:
                rows = (await db.execute(wanted)).all()
                anchor = await _anchor(db, self._key)
            fitting = [row.seq for row in rows if row.hash == _own(row, self._key)]
            if anchor is not None and anchor.keyed:  # the row that began them is gone, with all before it
                fitting = [anchor.seq + 1]
            self._keyed_from = fitting[0] if fitting else None
        return self._keyed_from

    async def head(self) -> tuple[int, str]:
        """Number and hash of the newest row."""
        async with self._store.reading() as db:
            last = (await db.execute(sa.select(_A.seq, _A.hash).order_by(_A.seq.desc()).limit(1))).first()
        return (last.seq, last.hash) if last else (0, GENESIS)


@dataclass(frozen=True, slots=True)
class _Anchor:
    """What was deleted last of the oldest rows."""

    seq: int
    hash: str
    keyed: bool
    """The rows behind it are all under the key."""


async def _anchor(db: AsyncConnection, key: bytes) -> _Anchor | None:
    """Where the rows that are there begin, as a row among them says that fits its own hash; None: nothing was deleted."""
    first = (await db.execute(sa.select(_A.seq, _A.previous).order_by(_A.seq).limit(1))).first()
    if first is None or first.seq == 1:
        return None
    told = sa.select(t.audit).where(_A.action == PRUNED).order_by(_A.seq.desc()).limit(ANCHORS)
    for row in await db.execute(told):
        said = json.loads(row.detail)
        fits = row.hash == _own(row, key) and said.get("until") == str(first.seq - 1)
        if fits and said.get("hash") == first.previous:
            return _Anchor(first.seq - 1, first.previous, said.get("keyed") == "True")
    return None


def link(
    previous: str, seq: int, at: datetime, actor: str, action: str, call: str, detail: str, key: bytes = b""
) -> str:
    """Over the row and its predecessor's hash, 64 hex digits: HMAC-SHA-256 with a key, SHA-256 without."""
    said = [previous, seq, at.astimezone(UTC).isoformat(timespec="microseconds"), actor, action, call, detail]
    text = json.dumps(said, ensure_ascii=False).encode()
    return hmac.new(key, text, "sha256").hexdigest() if key else hashlib.sha256(text).hexdigest()


def _own(row: sa.Row[Any], key: bytes) -> str:
    return link(row.previous, row.seq, row.at, row.actor, row.action, row.call_id, row.detail, key)


async def broken(db: AsyncConnection, key: bytes = b"") -> int | None:
    """The number of the first row that does not follow from the one before; None: the chain is whole."""
    async for seq, _said in findings(db, Proof(key)):
        return seq
    return None


async def findings(db: AsyncConnection, proof: Proof, since: datetime | None = None) -> AsyncIterator[tuple[int, str]]:
    """What is wrong with the log: number of a row, and a sentence. After a row that does not fit nothing is said of the next.

    ``since``: of the rows from then on, and the one before them is taken as it stands.
    """
    if proof.foreign:
        yield 0, f"has {proof.foreign} notes of its head that were not made under its key"
    previous, expected, keyed = GENESIS, 1, False
    if (anchor := await _anchor(db, proof.key)) is not None:
        previous, expected, keyed = anchor.hash, anchor.seq + 1, anchor.keyed
    rows = sa.select(t.audit).order_by(_A.seq)
    if since is not None:
        older = sa.select(t.audit).where(_A.at < since).order_by(_A.at.desc(), _A.seq.desc()).limit(1)
        if (last_of_them := (await db.execute(older)).first()) is not None:
            previous, expected = last_of_them.hash, last_of_them.seq + 1
            keyed = bool(proof.key) and last_of_them.hash == _own(last_of_them, proof.key)
            rows = rows.where(_A.seq >= expected)
    noted: dict[int, str] = {}
    for head in proof.heads:
        noted.setdefault(head.seq, head.hash)  # what was noted first was true then
    async for row in await db.stream(rows):
        if row.seq != expected:
            yield expected, "is gone"
            return
        under_key = bool(proof.key) and row.hash == _own(row, proof.key)
        if row.previous != previous or not (under_key or (not keyed and row.hash == _own(row, b""))):
            yield expected, "does not follow from the row before it"
            return
        if noted.get(expected, row.hash) != row.hash:
            yield expected, "is another one than was noted outside the ledger"
            return
        keyed, previous, expected = keyed or under_key, row.hash, expected + 1
    if last := max(noted, default=0):
        if last >= expected:
            yield expected, f"and all after it are gone: row {last} was noted outside the ledger"
    elif proof.lost and keyed:
        yield expected - 1, "was noted nowhere outside the ledger: the notes of its head are gone"
