"""The scribe: writes what the book says happened. The only writer of calls and their rows.

Fed by ``hotline/bookkeeping.py`` with the batches of ``cti.book.Book``; publishes nothing.

Exactly once. Rows and the offsets they were read up to are committed in one
transaction, so a crash leaves either both or neither. After a crash the book is read
again from the first row of the oldest call that was open (``resume``). Until the
committed offset is reached again, ``write`` only folds; calls the ledger has already
closed are ignored (``Resume.skip``), with every leg of theirs, because what is re-read
of them may begin in their middle and look like a call of its own.

Cheap. New calls, closed calls and recordings are committed with the batch that tells of
them; what happens inside a call that goes on is written at most every ``REST``, because
nobody reads it in the ledger meanwhile and a crash folds it again. A batch that holds
nothing else commits nothing, not even its mark.

A call of which neither rows nor memory is left (Asterisk's file was lost meanwhile) is
closed as uncertain. Nothing is ever guessed about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bridge.disposition import CallOutcome
from cti import events as ev
from cti.book import Mark
from cti.ids import CallId
from cti.tail import Place

from . import rows, verdict
from . import tables as t
from .columns import Moment
from .record import CallRecord, Changed, Records, Talk
from .seats import sitting
from .store import Store

REST = timedelta(seconds=5)
SLACK = timedelta(seconds=60)
"""Rows of two calls may stand in Asterisk's file a little out of the order of their times."""


@dataclass(frozen=True, slots=True)
class Resume:
    mark: Mark
    """For ``Book(plan, cel, queue_log, start=mark)``."""
    skip: frozenset[str]
    """Calls and legs whose story is closed; the scribe ignores them by itself."""


class Scribe:
    def __init__(
        self,
        store: Store,
        node: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        rest: timedelta = REST,
    ) -> None:
        """``node``: ``[centre] node``, the part of every CallId before its last '-'."""
        self._store = store
        self._node = node
        self._clock = clock
        self._rest = rest
        self._written = datetime.min.replace(tzinfo=UTC)
        """When the open calls were last written."""
        self._records = Records()
        self._start = Mark()
        self._committed: Mark | None = None
        self._reconciled = False
        self._folded: tuple[Sequence[ev.Event], Mark] | None = None
        """A batch that is folded and not yet committed."""
        self._statements = {
            table.name: store.upsert(table, columns)
            for table, columns in (
                (t.calls, tuple(column.name for column in t.calls.columns)),
                (t.legs, ("leg_id", "call_id", "endpoint", "began_at", "ended_at", "cause")),
                (t.offers, ("call_id", "seq", "leg_id", "seat", "queue", "began_at", "ended_at", "result")),
                (
                    t.talks,
                    (
                        "call_id",
                        "seq",
                        "leg_id",
                        "seat",
                        "agent",
                        "queue",
                        "began_at",
                        "ended_at",
                        "holds",
                        "held_seconds",
                    ),
                ),
                (t.queue_visits, ("call_id", "seq", "queue", "position", "entered_at", "left_at", "result")),
                (t.transfers, ("call_id", "seq", "at", "kind", "by_seat", "target")),
                (t.recordings, ("call_id", "file", "started_at", "ended_at")),
                (t.blind_intervals, ("node", "source", "began_at", "ended_at", "reason")),
                (t.tail_marks, tuple(column.name for column in t.tail_marks.columns)),
            )
        }

    # -- the beginning ----------------------------------------------------------------------

    async def resume(self) -> Resume:
        """Where to read on; forgets everything folded so far. Call once before the first ``write``."""
        marks, skip = await self._store.transact(self._look)
        places = {
            source: (Place(row.inode, row.offset), Place(row.resume_inode, row.resume_offset))
            for source, row in marks.items()
        }
        cel, queue_log = (places.get(source, (Place(), Place())) for source in ("cel", "queue_log"))
        self._start = Mark(cel[1], cel[1], queue_log[1], queue_log[1])
        self._committed = Mark(cel[0], cel[1], queue_log[0], queue_log[1]) if marks else None
        whole_until = marks["cel"].moved_at.timestamp() if "cel" in marks else 0.0
        self._records = Records(skip, whole_until)
        self._reconciled = False
        self._folded = None
        return Resume(self._start, skip)

    def _look(self, db: sa.Connection) -> tuple[dict[str, Any], frozenset[str]]:
        marks = {row.source: row for row in db.execute(sa.select(t.tail_marks).where(self._ours(t.tail_marks)))}
        return marks, self._closed_since_the_oldest_open(db)

    def _ours(self, table: sa.Table) -> sa.ColumnElement[bool]:
        column: sa.Column[str] = table.c.node
        return column == self._node

    def _closed_since_the_oldest_open(self, db: sa.Connection) -> frozenset[str]:
        c = t.calls.c
        living = {row.call_id: row for row in db.execute(self._open_calls())}
        # A call that went on in one still open is read again whole, with it.
        while True:
            wave = sa.select(c.call_id, c.arrived_at).where(c.merged_into.in_(living), c.call_id.not_in(living))
            more = {row.call_id: row for row in db.execute(wave)} if living else {}
            if not more:
                break
            living |= more
        oldest = min((row.arrived_at for row in living.values()), default=None)
        if oldest is None:
            oldest = db.scalar(sa.select(sa.func.max(c.ended_at)).where(self._ours(t.calls)))
        if oldest is None:
            return frozenset()
        closed = (
            sa.select(c.call_id, t.legs.c.leg_id)
            .join_from(t.calls, t.legs, t.legs.c.call_id == c.call_id, isouter=True)
            .where(self._ours(t.calls), c.state == "closed", c.ended_at >= oldest - SLACK, c.call_id.not_in(living))
        )
        found: set[str] = set()
        for call, leg in db.execute(closed):
            found.add(call)
            if leg is not None:
                found.add(leg)
        return frozenset(found)

    def _open_calls(self) -> sa.Select[Any]:
        return sa.select(t.calls.c.call_id, t.calls.c.arrived_at).where(t.is_open, self._ours(t.calls))

    # -- the batches ----------------------------------------------------------------------------

    async def write(self, events: Sequence[ev.Event], mark: Mark) -> None:
        """Fold the batch and commit what it changed together with ``mark``, in one transaction.

        Raises ``LedgerUnavailable`` when nothing could be committed: give the same batch
        again later (it is folded only once).
        """
        if self._folded != (events, mark):
            for event in events:
                self._records.apply(event)
            self._folded = (events, mark)
        if self._behind(mark, events):
            self._folded = None
            return
        now, records = self._clock(), self._records
        whole = not self._reconciled or now - self._written >= self._rest
        put = records.changed if whole else records.urgent()
        if put or (whole and mark != self._committed):
            put = await self._store.transact(lambda db: self._commit(db, put, mark, now))
            records.settled(put)
            self._reconciled, self._committed = True, mark
            self._written = now if whole else self._written
        self._folded = None

    def _commit(self, db: sa.Connection, put: Changed, mark: Mark, now: datetime) -> Changed:
        """All of one transaction; gives back what it wrote."""
        if not self._reconciled:
            self._reconcile(db, now)
            put = self._records.changed
        self._seat_agents(db, put.talks.values())
        self._flush(db, put)
        self._conclude(db, put.closed)
        self._called_back(db, put.closed)
        self._set_mark(db, mark, now)
        return put

    def _behind(self, mark: Mark, events: Sequence[ev.Event]) -> bool:
        """Are these rows that were committed before the restart?"""
        if self._reconciled or self._committed is None:
            return False
        was, now = self._committed.cel_read, mark.cel_read
        if any(isinstance(event, ev.BookGap) for event in events):
            return False
        if now.inode == was.inode:
            return now.offset < was.offset
        return now.inode == self._start.cel_resume.inode

    def _flush(self, db: sa.Connection, changed: Changed) -> None:
        self._put(db, t.calls, map(rows.call_row, changed.calls.values()))
        self._put(db, t.legs, map(rows.leg_row, changed.legs.values()))
        self._put(db, t.offers, map(rows.offer_row, changed.offers.values()))
        self._put(db, t.talks, map(rows.talk_row, changed.talks.values()))
        self._put(db, t.queue_visits, map(rows.visit_row, changed.visits.values()))
        self._put(db, t.transfers, map(rows.transfer_row, changed.transfers.values()))
        self._put(db, t.recordings, map(rows.tape_row, changed.tapes.values()))
        if changed.lives:
            lives = [{"node": life.node or self._node, "began_at": rows.moment(life.at)} for life in changed.lives]
            db.execute(self._store.insert(t.node_lives).on_conflict_do_nothing(), lives)
        if changed.gaps:
            same = {"node": self._node, "source": "book", "reason": "rows of Asterisk's record were lost"}
            gaps = ({**same, "began_at": rows.moment(a), "ended_at": rows.maybe(b)} for a, b in changed.gaps.items())
            self._put(db, t.blind_intervals, gaps)

    def _put(self, db: sa.Connection, table: sa.Table, values: Iterable[rows.Row]) -> None:
        listed = list(values)
        if listed:
            db.execute(self._statements[table.name], listed)

    def _seat_agents(self, db: sa.Connection, talks: Iterable[Talk]) -> None:
        for talk in talks:
            if not talk.agent:
                talk.agent = sitting(db, rows.clip(talk.seat, 40), rows.moment(talk.began))

    def _conclude(self, db: sa.Connection, closed: Iterable[CallRecord]) -> None:
        """The outcome of calls nobody talked in, and the call-back task of the missed; an agent's word stands."""
        ends = [(record, found) for record in closed if (found := verdict.of(record)) is not None]
        if not ends:
            return
        concluded = self._outcomes(
            db,
            [
                (record.call, found.outcome, found.detail, rows.moment(record.ended or record.arrived))
                for record, found in ends
            ],
        )
        owed = [
            {
                "call_id": record.call,
                "reason": found.detail,
                "line": rows.clip(record.line, 40),
                "number": rows.clip(record.origin or record.caller),
                "made_at": rows.moment(record.ended or record.arrived),
            }
            for record, found in ends
            if found.outcome is CallOutcome.MISSED and record.call in concluded
        ]
        self._owe(db, owed)

    def _called_back(self, db: sa.Connection, closed: Iterable[CallRecord]) -> None:
        """Whom a seat dialled and reached is owed no call any more."""
        b = t.callbacks.c
        done = [
            {
                "b_number": rows.clip(record.dialled),
                "b_at": rows.moment(record.ended or record.arrived),
                "b_by": record.talks[0].agent,
                "b_made_at": rows.moment(record.arrived),
            }
            for record in closed
            if record.direction == ev.Direction.OUTBOUND and record.talks and record.dialled
        ]
        if done:
            at = sa.bindparam("b_made_at", type_=Moment())
            which = (b.number == sa.bindparam("b_number"), b.state == "open", b.made_at <= at)
            values = {"state": "done", "done_at": sa.bindparam("b_at", type_=Moment()), "done_by": sa.bindparam("b_by")}
            db.execute(sa.update(t.callbacks).where(*which).values(values), done)

    def _outcomes(self, db: sa.Connection, ends: Sequence[tuple[str, CallOutcome, str, datetime]]) -> set[str]:
        """Write these where there is none yet; the calls that got theirs now."""
        statement = self._store.insert(t.outcomes).on_conflict_do_nothing().returning(t.outcomes.c.call_id)
        values = [
            {"call_id": call, "outcome": str(outcome), "detail": str(detail), "at": at}
            for call, outcome, detail, at in ends
        ]
        return set((db.execute(statement, values)).scalars())

    def _owe(self, db: sa.Connection, tasks: Sequence[rows.Row]) -> None:
        if tasks:
            db.execute(self._store.insert(t.callbacks).on_conflict_do_nothing(), list(tasks))

    def _set_mark(self, db: sa.Connection, mark: Mark, now: datetime) -> None:
        was = self._committed
        pairs = (("cel", mark.cel_read, mark.cel_resume), ("queue_log", mark.queue_log_read, mark.queue_log_resume))
        values = [
            {
                "node": self._node,
                "source": source,
                "inode": read.inode,
                "offset": read.offset,
                "resume_inode": resume.inode,
                "resume_offset": resume.offset,
                "moved_at": now,
            }
            for source, read, resume in pairs
            if was is None or source == "cel" or was.queue_log_read != read or was.queue_log_resume != resume
        ]
        self._put(db, t.tail_marks, values)

    # -- the first batch after a restart ---------------------------------------------------------------

    def _reconcile(self, db: sa.Connection, now: datetime) -> None:
        """Compare what was folded again with what the ledger holds, once."""
        records, c = self._records, t.calls.c
        ended = {record.call for record in records.changed.closed}
        held = list(records.open)
        if held:
            closed = sa.select(c.call_id).where(c.call_id.in_(held), c.state == "closed")
            legs = sa.select(t.legs.c.leg_id).where(t.legs.c.leg_id.in_(held), t.legs.c.call_id != t.legs.c.leg_id)
            for statement in (closed, legs):
                for call in (db.execute(statement)).scalars():
                    records.forget(call)
        known = set(records.open) | ended
        unseen = [row.call_id for row in db.execute(self._open_calls()) if row.call_id not in known]
        if unseen:
            self._close_unseen(db, unseen, now)

    def _close_unseen(self, db: sa.Connection, calls: Sequence[CallId], now: datetime) -> None:
        c = t.calls.c
        for call in calls:
            self._records.forget(call)
        db.execute(
            sa.update(t.calls)
            .where(c.call_id.in_(calls))
            .values(state="closed", ended_at=now, ended_by=str(ev.EndedBy.UNKNOWN), uncertain=True)
        )
        db.execute(
            sa.update(t.recordings)
            .where(t.recordings.c.call_id.in_(calls), t.recordings.c.ended_at.is_(None))
            .values(ended_at=now)
        )
        found = db.execute(
            sa.select(c.call_id, c.line, c.origin, c.caller).where(
                c.call_id.in_(calls), c.direction == str(ev.Direction.INBOUND), c.talk_began_at.is_(None)
            )
        )
        lost = {row.call_id: row for row in found}
        if not lost:
            return
        ends = [(call, CallOutcome.LOST, verdict.Lost.UNSEEN, now) for call in lost]
        self._owe(
            db,
            [
                {
                    "call_id": call,
                    "reason": str(verdict.Lost.UNSEEN),
                    "line": lost[call].line,
                    "number": lost[call].origin or lost[call].caller,
                    "made_at": now,
                }
                for call in self._outcomes(db, ends)
            ],
        )
