"""The scribe: writes what the book says happened. The only writer of calls and their rows.

Fed by ``hotline/books/cel_to_ledger.py`` with the batches of ``cti.cel_reader.Book``; publishes nothing.

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

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from agents.callbacks import Moved, Rules
from bridge.disposition import CallOutcome
from bridge.notifications.rules import Rules as NotificationRules
from cti import events as ev
from cti.cel_reader import Mark
from cti.equipment_events import BookGap
from cti.file_tail import Place
from cti.ids import CallId, Instant
from cti.numbers import ANYWHERE, Numbers

from . import (
    callbacks,
    default_outcome,
    mass_event_joins,
    nuisance,
    partner_handovers,
    pending_calls,
    replies,
    rows,
    switches,
)
from . import tables as t
from .ami_only_call_completion import complete
from .ami_only_call_rows import changed_by, difference, known, parts_of, replaced
from .ami_only_calls import SeenCall
from .call_fold import Records
from .call_record import CallRecord, Talk
from .callback_rows import Tell, untold
from .callbacks import Owed, owed_for, review_for
from .closed_call_counts import CallClosed, closed
from .compare import Known
from .differences import Difference, put
from .seats import sitting
from .store import Store
from .unwritten_rows import Changed

REST = timedelta(seconds=5)
SOME_LIFE = Instant(1.0)
"""A mark of an older release does not tell which life of Asterisk it lies in: in one that had begun."""
SLACK = timedelta(seconds=60)
"""Rows of two calls may stand in Asterisk's file a little out of the order of their times."""


def _name_case() -> sa.Update:
    c, k = t.calls.c, t.cases.c
    first = sa.select(sa.func.min(k.case_id)).where(k.call_id == c.call_id).scalar_subquery()
    cased = sa.select(k.case_id).where(k.call_id == c.call_id).exists()
    closed = c.call_id.in_(sa.bindparam("closed", expanding=True))
    return sa.update(t.calls).where(closed, c.case_id == "", cased).values(case_id=first)


_NAME_CASE = _name_case()
"""Made once, like all that is asked in every batch: to put a statement together costs as much as to run it."""


@dataclass(frozen=True, slots=True)
class Resume:
    mark: Mark
    """For ``Book(plan, cel, queue_log, start=mark)``."""
    skip: frozenset[str]
    """Calls and legs whose story is closed; the scribe ignores them by itself."""
    whole_until: float = 0.0
    """What was written before this moment is in the ledger."""


class Scribe:
    def __init__(
        self,
        store: Store,
        node: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        rest: timedelta = REST,
        numbers: Numbers = ANYWHERE,
        rules: Rules | None = None,
        tell: Tell = untold,
        notify: NotificationRules | None = None,
        tell_cases: replies.TellCases = replies.untold,
        tell_closed: Callable[[CallClosed], None] = lambda _closed: None,
        appeal_hours: int = 24,
    ) -> None:
        """``node``: ``[centre] node``, the part of every CallId before its last '-'. ``rules``: when call-backs are due;
        ``tell`` hears which of them moved, when it is committed; ``notify``: who else is told of a case that the last try in
        vain closes, ``tell_cases`` hears of it. ``tell_closed`` hears of each call that is closed, once, when it is committed.
        ``appeal_hours``: within which an appeal by telephone is to be decided."""
        self._store = store
        self._node = node
        self._clock = clock
        self._rest, self._numbers = rest, numbers
        self._rules, self._tell = rules or Rules(), tell
        self._tell_cases, self._tell_closed, self._appeal_hours = tell_cases, tell_closed, appeal_hours
        self._moved: list[Moved] = []
        """By the transaction that goes on; ``_closing`` likewise."""
        self._closing = replies.Closing(store, notify or NotificationRules())
        self._written = datetime.min.replace(tzinfo=UTC)
        """When the open calls were last written."""
        self._records = Records()
        self._start = Mark()
        self._committed: Mark | None = None
        self._reconciled = False
        self._folded: tuple[Sequence[ev.Event], Mark] | None = None
        """A batch that is folded and not yet committed."""
        self._first_outcome = store.insert(t.outcomes).on_conflict_do_nothing().returning(t.outcomes.c.call_id)
        self._statements = {
            table.name: store.upsert(table, columns)
            for table, columns in (
                (
                    t.calls,
                    tuple(column.name for column in t.calls.columns if column.name not in ("case_id", "pending")),
                ),
                (t.legs, tuple(column.name for column in t.legs.columns)),
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
                (t.transfers, ("call_id", "seq", "at", "kind", "by_seat", "target", "became_seat", "became_agent")),
                (t.voicemails, ("call_id", "prompt", "began_at", "ended_at", "how", "said_seconds")),
                (t.surveys, tuple(column.name for column in t.surveys.columns)),
                (t.self_services, tuple(column.name for column in t.self_services.columns)),
                (t.journey_steps, tuple(column.name for column in t.journey_steps.columns)),
                (t.callback_offers, tuple(column.name for column in t.callback_offers.columns)),
                (t.wait_promises, tuple(column.name for column in t.wait_promises.columns)),
                (t.recordings, ("call_id", "part", "file", "started_at", "ended_at")),
                (t.blind_intervals, ("node", "source", "began_at", "ended_at", "reason")),
                (t.tail_marks, tuple(column.name for column in t.tail_marks.columns if column.name != "past")),
            )
        }

    # -- the beginning ----------------------------------------------------------------------

    async def resume(self) -> Resume:
        """Where to read on; forgets everything folded so far. Call once before the first ``write``."""
        marks, skip = await self._store.transact(self._look)
        self._start = _start(marks)
        self._committed = self._start if marks else None
        whole_until = marks["cel"].moved_at.timestamp() if "cel" in marks else 0.0
        self._records = Records(skip, whole_until)
        self._reconciled = False
        self._folded = None
        return Resume(self._start, skip, whole_until)

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
            wave = sa.select(c.call_id, c.arrived_at).where(
                t.was_merged, c.merged_into.in_(living), c.call_id.not_in(living)
            )
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
        todo = records.changed if whole else records.urgent()
        if todo or (whole and mark != self._committed):
            done = await self._store.transact(lambda db: self._commit(db, todo, mark, now))
            self._tell_moved()
            for one in done.closed:
                self._tell_closed(closed(one))
            records.settled(done)
            self._reconciled, self._committed = True, mark
            self._written = now if whole else self._written
        self._folded = None

    def _commit(self, db: sa.Connection, todo: Changed, mark: Mark, now: datetime) -> Changed:
        """All of one transaction; gives back what it wrote."""
        self._moved.clear()
        self._closing.cases.clear()
        if not self._reconciled:
            self._reconcile(db, now)
            todo = self._records.changed
        self._seat_agents(db, todo.talks.values())
        self._flush(db, todo)
        self._conclude(db, todo.closed)
        pending_calls.mark(db, [record.call for record in todo.closed])
        self._cut(db, todo.closed)
        self._messages(db, todo.closed)
        self._moved += callbacks.tried_at_place(self._store, db, todo.closed, self._rules, self._closing)
        self._owe(db, [one for record in todo.closed if (one := review_for(record)) is not None])
        self._moved += callbacks.tried(self._store, db, todo.closed, self._numbers, self._rules, self._closing)
        self._about_cases(db, todo.closed)
        partner_handovers.close(self._store, db, [record.call for record in todo.closed], now)
        self._set_mark(db, mark, now)
        return todo

    def _tell_moved(self) -> None:
        moved, self._moved = self._moved, []
        if moved:
            self._tell(moved)
        closed = list(self._closing.cases)
        self._closing.cases.clear()
        if closed:
            self._tell_cases(closed)

    def _behind(self, mark: Mark, events: Sequence[ev.Event]) -> bool:
        """Are these rows that were committed before the restart?"""
        if self._reconciled or self._committed is None:
            return False
        was, now = self._committed.cel_read, mark.cel_read
        if mark.again or now.head:  # the book knows
            return mark.again
        if any(isinstance(event, BookGap) for event in events):
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
        self._put(db, t.voicemails, map(rows.voicemail_row, changed.voicemails.values()))
        self._put(db, t.surveys, (rows.survey_row(*one) for one in changed.surveys.values()))
        self._put(db, t.callback_offers, (rows.callback_offer_row(*one) for one in changed.callbacks.values()))
        self._put(db, t.wait_promises, map(rows.promise_row, changed.promises.values()))
        self._put(db, t.self_services, (rows.self_service_row(*one) for one in changed.self_services.values()))
        self._put(db, t.journey_steps, map(rows.journey_step_row, changed.journey_steps.values()))
        nuisance.put(self._store, db, changed.graded.values(), self._numbers, self._appeal_hours)
        mass_event_joins.put(self._store, db, changed.self_services.values(), self._numbers)
        self._put(db, t.recordings, map(rows.tape_row, changed.tapes.values()))
        partner_handovers.put(self._store, db, list(changed.handovers.values()), self._clock(), self._closing.notify)
        if changed.lives:
            lives = [{"node": life.node or self._node, "began_at": rows.moment(life.at)} for life in changed.lives]
            db.execute(self._store.insert(t.node_lives).on_conflict_do_nothing(), lives)
        switches.put_by_phone(self._store, db, changed.switches)
        if changed.gaps:
            gaps = list(changed.gaps.values())
            self._put(db, t.blind_intervals, (rows.gap_row(gap, self._node) for gap in gaps))
            self._differ(db, (rows.gap_difference(gap, self._node) for gap in gaps))
        self._differ(db, map(rows.refused_difference, changed.refused.values()))

    def _differ(self, db: sa.Connection, found: Iterable[Difference]) -> None:
        put(self._store, db, self._node, found, self._clock())

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
        ends = [(record, found) for record in closed if (found := default_outcome.of(record)) is not None]
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
            owed_for(record, found.detail)
            for record, found in ends
            if found.outcome is CallOutcome.MISSED and record.call in concluded
        ]
        self._owe(db, owed)

    def _cut(self, db: sa.Connection, closed: Iterable[CallRecord]) -> None:
        """Whom we cut in the middle of a talk is called back; what becomes of the talk itself is the agent's word."""
        cut = [
            r for r in closed if r.direction == ev.Direction.INBOUND and r.talks and r.ended_by == ev.EndedBy.STOPPED
        ]
        self._owe(db, [owed_for(record, default_outcome.Missed.STOPPED) for record in cut])

    def _messages(self, db: sa.Connection, closed: Iterable[CallRecord]) -> None:
        """A message is heard by somebody, whatever an agent had said of the call before it was left."""
        left = [
            r for r in closed if r.direction == ev.Direction.INBOUND and r.voicemail is not None and r.voicemail.left
        ]
        self._owe(db, [owed_for(record, default_outcome.Missed.VOICEMAIL) for record in left])

    def _about_cases(self, db: sa.Connection, closed: Iterable[CallRecord]) -> None:
        """A call whose case was opened before the book had the call names it now."""
        if calls := [record.call for record in closed]:
            db.execute(_NAME_CASE, {"closed": calls})

    def _outcomes(self, db: sa.Connection, ends: Sequence[tuple[str, CallOutcome, str, datetime]]) -> set[str]:
        """Write these where there is none yet; the calls that got theirs now."""
        values = [
            {"call_id": call, "outcome": str(outcome), "detail": str(detail), "at": at}
            for call, outcome, detail, at in ends
        ]
        return set((db.execute(self._first_outcome, values)).scalars())

    def _owe(self, db: sa.Connection, owed: Sequence[Owed]) -> None:
        self._moved += callbacks.owe(self._store, db, owed, self._rules)

    def _set_mark(self, db: sa.Connection, mark: Mark, now: datetime) -> None:
        was = self._committed
        pairs = (
            ("cel", mark.cel_read, mark.cel_resume, mark.cel_past),
            ("queue_log", mark.queue_log_read, mark.queue_log_resume, mark.queue_log_past),
        )
        values = [
            {
                "node": self._node,
                "source": source,
                "inode": read.inode,
                "offset": read.offset,
                "head": read.head,
                "before": read.before,
                "resume_inode": resume.inode,
                "resume_offset": resume.offset,
                "resume_head": resume.head,
                "resume_before": resume.before,
                "row_at": mark.last,
                "life_at": mark.life,
                "moved_at": now,
            }
            for source, read, resume, _ in pairs
            if was is None or source == "cel" or was.queue_log_read != read or was.queue_log_resume != resume
        ]
        self._put(db, t.tail_marks, values)
        for source, _, _, past in pairs:
            if past and (was is None or past != (was.cel_past if source == "cel" else was.queue_log_past)):
                one = sa.update(t.tail_marks).where(self._ours(t.tail_marks), t.tail_marks.c.source == source)
                db.execute(one.values(past=" ".join(past)))

    # -- what the wire saw and the book lacks ----------------------------------------------------------

    async def known(self, calls: Sequence[SeenCall]) -> Known:
        """What the ledger has of these calls' legs; raises ``LedgerUnavailable``."""
        legs = [leg for call in calls for leg in (call.record.call, *call.legs)]
        return await self._store.look(lambda db: known(db, legs, [call.record.call for call in calls]))

    async def write_seen(self, calls: Sequence[SeenCall], tapes: Mapping[CallId, Sequence[str]]) -> list[Difference]:
        """Write calls as the wire saw them, bounds uncertain, each with its difference; what is owed for any call is owed.

        What the book has of them in part goes into them. ``tapes``: raw files that lie in the spool for them.
        """
        for call in calls:
            call.record.uncertain = True
        found = await self._store.transact(lambda db: self._write_seen(db, calls, tapes), lasting=True)
        self._tell_moved()
        for call in calls:
            self._records.forget(call.record.call)
            self._records.skip.update(call.legs)
        return found

    def _write_seen(
        self, db: sa.Connection, calls: Sequence[SeenCall], tapes: Mapping[CallId, Sequence[str]]
    ) -> list[Difference]:
        self._moved.clear()
        self._closing.cases.clear()
        for call in calls:
            complete(db, call)
        replaced(db, calls)
        changed = changed_by(calls, tapes, parts_of(db, calls))
        self._seat_agents(db, changed.talks.values())
        self._flush(db, changed)
        self._conclude(db, changed.closed)
        pending_calls.mark(db, [record.call for record in changed.closed])
        self._moved += callbacks.tried(self._store, db, changed.closed, self._numbers, self._rules, self._closing)
        self._about_cases(db, changed.closed)
        found = [difference(call) for call in calls]
        self._differ(db, found)
        return found

    # -- the first batch after a restart ---------------------------------------------------------------

    def _reconcile(self, db: sa.Connection, now: datetime) -> None:
        """Compare what was folded again with what the ledger holds, once."""
        records, c = self._records, t.calls.c
        partner_handovers.close_left(self._store, db, now)
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
            pending_calls.mark(db, unseen)

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
        kept = callbacks.unseen_places(db, list(lost))
        ends = [(call, CallOutcome.LOST, default_outcome.Lost.UNSEEN, now) for call in lost]
        self._owe(
            db,
            [
                kept.get(call)
                or Owed(
                    call, str(default_outcome.Lost.UNSEEN), lost[call].line, lost[call].origin or lost[call].caller, now
                )
                for call in self._outcomes(db, ends)
            ],
        )


def _start(marks: Mapping[str, Any]) -> Mark:
    """The mark that was committed, as the book begins with it."""
    places = {
        source: (
            Place(row.inode, row.offset, row.head, row.before),
            Place(row.resume_inode, row.resume_offset, row.resume_head, row.resume_before),
            tuple(row.past.split()),
        )
        for source, row in marks.items()
    }
    cel, queue_log = (places.get(source, (Place(), Place(), ())) for source in ("cel", "queue_log"))
    if "cel" not in marks:
        last = life = Instant(0.0)
    else:
        row = marks["cel"]
        last = Instant(row.moved_at.timestamp() if row.row_at is None else row.row_at)
        life = SOME_LIFE if row.life_at is None else Instant(row.life_at)
    return Mark(cel[0], cel[1], queue_log[0], queue_log[1], last, life, cel[2], queue_log[2])
