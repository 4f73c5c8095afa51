"""What the ledger keeps of recordings: implements ``recordings.ports.RecordingBook`` and ``ListeningAudit``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cti.events import Direction, EndedBy
from cti.ids import CallId
from recordings import states
from recordings.ids import RecordingId
from recordings.ports import Claim, Dropped, Due, Failed, Interval, Shelved
from recordings.states import RAW, State, Step

from . import tables as t
from .audit_log import AuditLog
from .history import Tape, tapes_of
from .store import Store

_R, _C, _K = t.recordings.c, t.calls.c, t.talks.c
_DUE = (
    sa.select(
        t.recordings,
        _C.notice_prompt,
        _C.notice_at,
        _C.notice_source,
        _C.queued_at,
        _C.talk_began_at,
        _C.direction,
        _C.ended_by,
        _C.merged_into,
    )
    .join_from(t.recordings, t.calls, _C.call_id == _R.call_id)
    .where(_R.state == RAW, _R.ended_at.is_not(None), _C.state == "closed")
    .order_by(_R.ended_at, _R.call_id, _R.part)
    .limit(sa.bindparam("most"))
)
_TALKS = (
    sa.select(_K.call_id, _K.began_at, _K.ended_at)
    .where(_K.call_id.in_(sa.bindparam("calls", expanding=True)), _K.ended_at.is_not(None))
    .order_by(_K.began_at)
)


class RecordingTable:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def due(self, limit: int) -> Sequence[Due]:
        """Recordings whose leg has ended and whose call is closed, oldest first."""
        return await self._store.look(lambda db: _due(db, limit))

    async def owed(self) -> tuple[int, datetime | None]:
        """How many wait to be finished, and the end of the oldest."""
        waits = sa.select(sa.func.count(), sa.func.min(_R.ended_at)).where(_R.state == RAW, _R.ended_at.is_not(None))
        async with self._store.reading() as db:
            many, oldest = (await db.execute(waits)).one()
        return int(many), oldest

    async def settle(self, results: Sequence[Shelved | Failed]) -> None:
        """One transaction; told twice is the same. A shelved recording is never turned into a failed one.

        On the disk when it returns: the raw files are forgotten next.
        """
        if results:
            await self._store.transact(lambda db: _settle(db, results), lasting=True)

    async def reopen(self, some: Sequence[RecordingId]) -> None:
        if not some:
            return
        fresh = {"state": RAW, "reason": "", "settled_at": None}
        async with self._store.writing() as db:
            await db.execute(_one(Step.REOPENED).values(fresh), [_key(ident) for ident in some])

    async def claims(self, files: Sequence[str]) -> Mapping[str, Claim]:
        wanted = (
            sa.select(
                _R.file, _R.call_id, _R.part, _R.state, _R.path, _R.reason, _R.ended_at, _C.state.label("call_state")
            )
            .join_from(t.recordings, t.calls, _C.call_id == _R.call_id)
            .where(_R.file.in_(files))
        )
        async with self._store.reading() as db:
            return {
                row.file: Claim(ident_of(row), _state(row), row.path, row.reason) for row in await db.execute(wanted)
            }

    async def kept(self, ident: RecordingId) -> Shelved | Failed | Dropped | None:
        """What became of this recording; None: nothing yet, or there is none (``begun`` tells)."""
        mine = sa.select(t.recordings).where(_R.call_id == ident.call, _R.part == ident.part)
        async with self._store.reading() as db:
            row = (await db.execute(mine)).first()
        if row is None or row.state == RAW:
            return None
        match State(row.state):
            case State.FAILED:
                return Failed(ident, row.reason, row.settled_at)
            case State.DROPPED:
                return Dropped(ident, row.dropped_at, row.dropped_why, row.dropped_by)
        return as_shelved(row)

    async def shelved_after(self, after: RecordingId | None, most: int) -> Sequence[Shelved]:
        """Everything that should lie on the shelf, by call and part, a page at a time."""
        wanted = sa.select(t.recordings).where(_R.state == State.SHELVED).order_by(_R.call_id, _R.part).limit(most)
        if after is not None:
            wanted = wanted.where(sa.tuple_(_R.call_id, _R.part) > sa.tuple_(after.call, after.part))
        async with self._store.reading() as db:
            return [as_shelved(row) for row in await db.execute(wanted)]

    async def shelved_count(self) -> tuple[int, int]:
        """How many should lie there, and their bytes."""
        wanted = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(_R.stored_bytes), 0)).where(
            _R.state == State.SHELVED
        )
        async with self._store.reading() as db:
            many, size = (await db.execute(wanted)).one()
        return int(many), int(size)

    async def begun(self, ident: RecordingId) -> bool:
        """This recording was begun, whatever became of it."""
        mine = sa.select(_R.call_id).where(_R.call_id == ident.call, _R.part == ident.part)
        async with self._store.reading() as db:
            return (await db.execute(mine)).first() is not None

    async def parts(self, call: CallId) -> Sequence[Tape]:
        """Every recording of this call, in order."""
        async with self._store.reading() as db:
            return await tapes_of(db, call)

    async def days(self) -> Mapping[str, int]:
        """YYYY/MM/DD below the shelf -> how many recordings should lie there."""
        day = sa.func.substr(_R.path, 1, 10)
        wanted = (
            sa.select(day.label("day"), sa.func.count().label("many")).where(_R.state == State.SHELVED).group_by(day)
        )
        async with self._store.reading() as db:
            return {row.day: row.many for row in await db.execute(wanted)}

    async def shelved(self) -> Mapping[str, str]:
        """Path below the shelf -> SHA-256 of the stored file, of everything that should lie there."""
        wanted = sa.select(_R.path, _R.stored_sha256).where(_R.state == State.SHELVED)
        async with self._store.reading() as db:
            return {row.path: row.stored_sha256 for row in await db.execute(wanted)}


def _due(db: sa.Connection, limit: int) -> list[Due]:
    found = db.execute(_DUE, {"most": limit}).all()
    if not found:
        return []
    # The caller of a merged call goes on talking in the call that went on.
    calls = {row.call_id for row in found} | {row.merged_into for row in found if row.merged_into}
    talks: dict[str, list[Interval]] = {}
    for talk in db.execute(_TALKS, {"calls": list(calls)}):
        talks.setdefault(talk.call_id, []).append(Interval(talk.began_at, talk.ended_at))
    return [
        Due(
            id=ident_of(row),
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
            notice_seconds=_between(row.notice_at, _after_notice(row)),
            node_died=row.ended_by == EndedBy.NODE_DIED,
        )
        for row in found
    ]


def _after_notice(row: sa.Row[Any]) -> datetime | None:
    """What came next: the queue, or the talk with whom a seat called; what an agent says has no length."""
    if row.direction != Direction.OUTBOUND:
        return row.queued_at  # type: ignore[no-any-return]
    return None if row.notice_source == "agent" else row.talk_began_at


def _between(began: datetime | None, ended: datetime | None) -> float | None:
    return (ended - began).total_seconds() if began is not None and ended is not None else None


def _settle(db: sa.Connection, results: Sequence[Shelved | Failed]) -> None:
    shelved = [_shelved(one) for one in results if isinstance(one, Shelved)]
    failed = [_failed(one) for one in results if isinstance(one, Failed)]
    for rows, step in ((shelved, Step.SHELVED), (failed, Step.FAILED)):
        if rows:
            db.execute(_SETTLE[step], rows)


def _one(step: Step) -> sa.Update:
    """One recording (``_key``), where it is in a state this step leads out of."""
    return sa.update(t.recordings).where(
        _R.call_id == sa.bindparam("b_call"), _R.part == sa.bindparam("b_part"),
        sa.or_(*(_R.state == word for word in states.from_words(step))),
    )  # fmt: skip


def _to(step: Step, names: Sequence[str]) -> sa.Update:
    set_: dict[str, Any] = {name: sa.bindparam(name) for name in names}
    return _one(step).values(set_)


_SETTLED_AS = ("state", "settled_at", "reason")
_SHELVED_AS = (
    *_SETTLED_AS, "path", "format", "seconds", "plain_bytes", "plain_sha256", "stored_bytes", "stored_sha256", "sealed",
    "faults",
)  # fmt: skip
_SETTLE = {Step.SHELVED: _to(Step.SHELVED, _SHELVED_AS), Step.FAILED: _to(Step.FAILED, _SETTLED_AS)}


def _key(ident: RecordingId) -> dict[str, object]:
    return {"b_call": ident.call, "b_part": ident.part}


def as_shelved(row: Any) -> Shelved:
    return Shelved(
        ident_of(row), row.path, row.format, row.seconds, row.plain_bytes, row.plain_sha256, row.stored_bytes,
        row.stored_sha256, row.sealed, row.settled_at, tuple(row.faults.split()),
    )  # fmt: skip


def ident_of(row: Any) -> RecordingId:
    return RecordingId(CallId(row.call_id), row.part)


class ListeningLog:
    """Who listened to what, why: rows of the hash-chained audit log."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    async def listened(
        self, ident: RecordingId, *, by: str, purpose: str, at: datetime, on_behalf: str = ""
    ) -> None:  # fmt: skip
        """``by``: who acts; ``on_behalf``: for whom they say they do."""
        detail = {"purpose": purpose, "part": str(ident.part)} | ({"on_behalf": on_behalf[:80]} if on_behalf else {})
        await self._audit.append(at, by, "listened", call=ident.call, detail=detail)


def _state(row: Any) -> State:
    return states.read(row.state, over=row.ended_at is not None and row.call_state != "open")


def _shelved(one: Shelved) -> dict[str, object]:
    return {
        **_key(one.id),
        "state": State.SHELVED.value,
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
    return _key(one.id) | {"state": State.FAILED.value, "settled_at": one.at, "reason": one.reason}
