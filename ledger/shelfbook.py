"""What the ledger keeps of recordings: implements ``recordings.ports.RecordingBook`` and ``ListeningAudit``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cti.events import EndedBy
from cti.ids import CallId
from recordings.ports import Claim, ClaimState, Due, Failed, Interval, Shelved

from . import tables as t
from .auditlog import AuditLog
from .store import Store

_R, _C, _K = t.recordings.c, t.calls.c, t.talks.c


class ShelfBook:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def due(self, limit: int) -> Sequence[Due]:
        """Recordings whose leg has ended and whose call is closed, oldest first."""
        return await self._store.look(lambda db: _due(db, limit))

    async def settle(self, results: Sequence[Shelved | Failed]) -> None:
        """One transaction; told twice is the same. A shelved recording is never turned into a failed one.

        On the disk when it returns: the raw files are forgotten next.
        """
        if results:
            await self._store.transact(lambda db: _settle(db, results), lasting=True)

    async def reopen(self, calls: Sequence[CallId]) -> None:
        fresh = {"state": "raw", "reason": "", "settled_at": None}
        async with self._store.writing() as db:
            await db.execute(
                sa.update(t.recordings).where(_R.call_id.in_(calls), _R.state == "failed").values(fresh)
            )  # fmt: skip

    async def claims(self, files: Sequence[str]) -> Mapping[str, Claim]:
        wanted = (
            sa.select(_R.file, _R.call_id, _R.state, _R.path, _R.reason, _R.ended_at, _C.state.label("call_state"))
            .join_from(t.recordings, t.calls, _C.call_id == _R.call_id)
            .where(_R.file.in_(files))
        )
        async with self._store.reading() as db:
            return {
                row.file: Claim(CallId(row.call_id), _state(row), row.path, row.reason)
                for row in await db.execute(wanted)
            }

    async def kept(self, call: CallId) -> Shelved | Failed | None:
        """What became of this call's recording; None: nothing yet, or there is none (``begun`` tells)."""
        async with self._store.reading() as db:
            row = (await db.execute(sa.select(t.recordings).where(_R.call_id == call))).first()
        if row is None or row.state == "raw":
            return None
        if row.state == "failed":
            return Failed(call, row.reason, row.settled_at)
        return Shelved(
            call, row.path, row.format, row.seconds, row.plain_bytes, row.plain_sha256, row.stored_bytes,
            row.stored_sha256, row.sealed, row.settled_at, tuple(row.faults.split()),
        )  # fmt: skip

    async def begun(self, call: CallId) -> bool:
        """A recording of this call was begun, whatever became of it."""
        async with self._store.reading() as db:
            return (await db.execute(sa.select(_R.call_id).where(_R.call_id == call))).first() is not None

    async def shelved(self) -> Mapping[str, str]:
        """Path below the shelf -> SHA-256 of the stored file, of everything that should lie there."""
        wanted = sa.select(_R.path, _R.stored_sha256).where(_R.state == "shelved")
        async with self._store.reading() as db:
            return {row.path: row.stored_sha256 for row in await db.execute(wanted)}


def _due(db: sa.Connection, limit: int) -> list[Due]:
    wanted = (
        sa.select(t.recordings, _C.notice_prompt, _C.ended_by, _C.merged_into)
        .join_from(t.recordings, t.calls, _C.call_id == _R.call_id)
        .where(_R.state == "raw", _R.ended_at.is_not(None), _C.state == "closed")
        .order_by(_R.ended_at, _R.call_id)
        .limit(limit)
    )
    found = db.execute(wanted).all()
    if not found:
        return []
    # The caller of a merged call goes on talking in the call that went on.
    calls = {row.call_id for row in found} | {row.merged_into for row in found if row.merged_into}
    talks: dict[str, list[Interval]] = {}
    for talk in db.execute(sa.select(t.talks).where(_K.call_id.in_(calls)).order_by(_K.began_at)):
        if talk.ended_at is not None:
            talks.setdefault(talk.call_id, []).append(Interval(talk.began_at, talk.ended_at))
    return [
        Due(
            call=CallId(row.call_id),
            file=row.file,
            started=row.started_at,
            ended=row.ended_at,
            talks=tuple(
                talk
                for call in (row.call_id, row.merged_into)
                for talk in talks.get(call, ())
                if talk.began < row.ended_at and talk.ended > row.started_at
            ),
            notice=row.notice_prompt,
            node_died=row.ended_by == EndedBy.NODE_DIED,
        )
        for row in found
    ]


def _settle(db: sa.Connection, results: Sequence[Shelved | Failed]) -> None:
    shelved = [_shelved(one) for one in results if isinstance(one, Shelved)]
    failed = [_failed(one) for one in results if isinstance(one, Failed)]
    for rows, states in ((shelved, ("raw", "failed", "shelved")), (failed, ("raw", "failed"))):
        if rows:
            set_: dict[str, Any] = {name: sa.bindparam(f"b_{name}") for name in rows[0] if name != "call_id"}
            db.execute(
                sa.update(t.recordings)
                .where(_R.call_id == sa.bindparam("b_call_id"), sa.or_(*(_R.state == state for state in states)))
                .values(set_),
                [{f"b_{name}": value for name, value in row.items()} for row in rows],
            )


class ListeningLog:
    """Who listened to what, why: rows of the hash-chained audit log."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    async def listened(self, call: CallId, *, by: str, purpose: str, at: datetime) -> None:
        await self._audit.append(at, by, "listened", call=call, detail={"purpose": purpose})


def _state(row: Any) -> ClaimState:
    if row.state == "raw":
        return ClaimState.OPEN if row.ended_at is None or row.call_state == "open" else ClaimState.DUE
    return ClaimState(row.state)


def _shelved(one: Shelved) -> dict[str, object]:
    return {
        "call_id": one.call,
        "state": "shelved",
        "settled_at": one.shelved_at,
        "reason": "",
        "path": one.path,
        "format": one.format,
        "seconds": one.seconds,
        "plain_bytes": one.plain_bytes,
        "plain_sha256": one.plain_sha256,
        "stored_bytes": one.stored_bytes,
        "stored_sha256": one.stored_sha256,
        "sealed": one.sealed,
        "faults": " ".join(one.faults),
    }


def _failed(one: Failed) -> dict[str, object]:
    return {"call_id": one.call, "state": "failed", "settled_at": one.at, "reason": one.reason}
