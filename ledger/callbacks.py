"""Call-backs in the transaction of a call: what is owed, what a try came to, who called again themselves.

With ``callback_requests.py`` (what people ask for) and ``callback_rows.py`` (how both write) the one writer of call-backs and of the
tries to reach somebody: nothing else changes ``callbacks`` or ``callback_attempts``. What becomes of a task is said by
``agents.callbacks.step``; here it is carried out, in the transaction of whoever tells: the scribe (``owe``, ``tried``, ``withdraw``: in
that of the call), an agent's word on a call (``heard``: in that of the outcome).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from agents.callbacks import (
    OF_THE_CALL,
    OWED,
    RANG_SECONDS,
    Cue,
    GivenUp,
    Kind,
    Moved,
    Result,
    Rules,
    State,
    Task,
    Try,
    result_of,
)  # fmt: skip
from cti.events import Direction
from cti.numbers import Numbers

from . import replies, rows
from . import tables as t
from .call_record import CallRecord
from .callback_rows import (
    HEARD,
    KINDS_BY_WORD,
    OWED_WORDS,
    UNSEEN_PLACE,
    Attempt,
    after_move,
    attempt_of,
    by_attempt,
    count_only,
    legs_out,
    locked_tasks,
    move_by_fact,
    national_form,
    note_attempt,
    of_one_number,
    task_of,
)
from .chunks import chunks
from .replies import Closing, Round
from .seats import sitting
from .store import Store

_B, _C = t.callbacks.c, t.calls.c


@dataclass(frozen=True, slots=True)
class Owed:
    """A call that somebody is to be given."""

    call: str
    reason: str
    line: str
    number: str
    made: datetime
    kind: Kind = Kind.MISSED
    ident: str = ""
    """Of the task; '' as its call and kind say."""
    ticket: str = ""
    prefers: str = ""
    """The agent who should call first."""

    @property
    def task(self) -> str:
        return self.ident or (self.call if self.kind in OF_THE_CALL else f"{self.kind}-{self.call}")


def owed_for(record: CallRecord, reason: str) -> Owed:
    """To the citizen of this call; to them themselves, not to the partner who handed them over."""
    number, made = record.origin or record.caller, rows.moment(record.ended or record.arrived)
    if record.callback is not None and record.place_kept:
        theirs, since = record.callback, rows.moment(record.callback.taken or record.arrived)
        return Owed(
            record.call, str(reason), rows.clip(record.line, 40), rows.clip(theirs.number), since, Kind.QUEUE_OFFER
        )
    kind = Kind.VOICEMAIL if record.voicemail is not None and record.voicemail.left else Kind.MISSED
    return Owed(record.call, str(reason), rows.clip(record.line, 40), rows.clip(number), made, kind)


def review_for(record: CallRecord) -> Owed | None:
    """Who was not content is asked why; None: he was, or said nothing."""
    why = record.survey.why_reviewed if record.survey is not None else ""
    if not why:
        return None
    owed = owed_for(record, why)
    return replace(owed, kind=Kind.REVIEW)


# -- in the transaction of a call ------------------------------------------------------------------


def owe(store: Store, db: sa.Connection, owed: Sequence[Owed], rules: Rules) -> list[Moved]:
    """One task each; what is owed already stays as it is."""
    if not owed:
        return []
    values: list[rows.Row] = [
        {
            "task_id": one.task, "call_id": one.call, "kind": str(one.kind), "reason": one.reason, "line": one.line,
            "number": one.number, "made_at": one.made, "due_at": rules.first(one.kind, one.made),
            "ticket_id": one.ticket, "prefers": one.prefers, **_whose(one),
        }
        for one in owed
    ]  # fmt: skip
    fresh = store.insert(t.callbacks).on_conflict_do_nothing().returning(_B.task_id)
    made = set(db.execute(fresh, values).scalars())
    return [
        Moved(row["task_id"], State(row["state"]), row["owner"], 0, row["due_at"])
        for row in values
        if row["task_id"] in made
    ]


def _whose(one: Owed) -> rows.Row:
    """What came back is the seat's that took it, until a supervisor gives it to another."""
    if one.kind is Kind.RETURNED and one.prefers:
        return {"state": str(State.ASSIGNED), "owner": one.prefers, "owned_at": one.made}
    return {"state": str(State.OPEN), "owner": "", "owned_at": None}


def owe_round(store: Store, db: sa.Connection, one: Round, rules: Rules) -> list[Moved]:
    """A result to tell, or a case that came back: in the transaction of the event that said so."""
    owed = Owed(
        one.call, "result" if one.kind is Kind.REPLY else "returned", one.line, one.number, one.opened, one.kind,
        one.task, one.ticket, one.agent,
    )  # fmt: skip
    return owe(store, db, [owed], rules)


def gone_on(db: sa.Connection, tasks: Sequence[tuple[str, Kind]], at: datetime) -> list[Moved]:
    """The cases of these went on: a result that nobody told is told no more, what was asked for was given."""
    kinds = {task: kind for task, kind in tasks if task}
    moved = []
    for row in locked_tasks(db, _B.task_id.in_(sorted(kinds)), _B.state.in_(OWED_WORDS)) if kinds else ():
        told = kinds[row.task_id] is Kind.RETURNED
        cue, how = (Cue.WRITTEN, GivenUp.SETTLED) if told else (Cue.OVERTAKEN, GivenUp.OVERTAKEN)
        moved.append(
            move_by_fact(db, task_of(row), cue, at, Rules(), done_by=row.owner, done_how=str(how), done_call="")
        )
    return moved


def withdraw(db: sa.Connection, calls: Sequence[str]) -> None:
    """These calls were answered after all: nothing was owed for them, unless somebody has begun to work at it."""
    untouched = (_B.state == str(State.OPEN), _B.tries == 0)
    db.execute(sa.delete(t.callbacks).where(_B.task_id.in_(calls), *untouched))


def tried(
    store: Store, db: sa.Connection, closed: Iterable[CallRecord], numbers: Numbers, rules: Rules, closing: Closing
) -> list[Moved]:
    """Seats called out and these calls are over: each is a try of every task that its number was owed when it began."""
    out = sorted(
        (r for r in closed if r.direction == Direction.OUTBOUND and r.dialled), key=lambda record: record.arrived
    )
    if not out:
        return []
    whose = {record.call: national_form(numbers, record.dialled) for record in out}
    theirs = sorted({number for number in whose.values() if number})
    found: dict[str, tuple[Task, str, datetime]] = {}
    ends: dict[str, str] = {}
    """Tasks that an agent's word ended before the record did: by which call."""
    ended_by_these = sa.and_(_B.state == str(State.DONE), _B.done_call.in_(list(whose)))
    for some in chunks(theirs):
        results = sa.select(_B.task_id).where(
            _B.number_national.in_(some), _B.state.in_(OWED_WORDS), _B.kind == str(Kind.REPLY)
        )
        replies.lock_cases(db, list(db.execute(results).scalars()))
        for row in locked_tasks(db, _B.number_national.in_(some), sa.or_(_B.state.in_(OWED_WORDS), ended_by_these)):
            found[row.task_id] = (task_of(row), row.number_national, row.made_at)
            ends[row.task_id] = row.done_call
    if not found:
        return []
    concerned = [record for record in out if any(number == whose[record.call] for _, number, _ in found.values())]
    legs = legs_out(db, concerned)
    moved: dict[str, Moved] = {}
    for record in concerned:
        attempt = attempt_of(db, record, legs.get(record.call))
        for ident, (task, number, made) in list(found.items()):
            if number != whose[record.call] or made > attempt.at:
                continue
            if task.state not in OWED and ends[ident] != record.call:
                continue
            if not note_attempt(store, db, ident, attempt):
                continue  # told before
            now = by_attempt(db, task, attempt, rules, closing) if task.state in OWED else count_only(db, task, attempt)
            moved[ident] = now
            found[ident] = (after_move(task, now), number, made)
    return list(moved.values())


def tried_at_place(
    store: Store, db: sa.Connection, closed: Iterable[CallRecord], rules: Rules, closing: Closing
) -> list[Moved]:
    """Whose kept place came up and who was not there: that was the first try of what he is owed."""
    moved = []
    for record in closed:
        offer = record.callback
        if offer is None or not record.place_kept or offer.called is None or offer.answered:
            continue
        up, over = offer.up or offer.called, offer.called
        facts = Try(
            False,
            False,
            True,
            offer.cause,
            offer.cause in (0, 16) and over - up < RANG_SECONDS,
            over - up,
            record.uncertain,
        )
        at = rows.moment(up)
        attempt = Attempt(
            record.call, at, rows.moment(over), sitting(db, rows.clip(offer.seat, 40), at), rows.clip(offer.seat, 40),
            result_of(facts),
        )  # fmt: skip
        for row in locked_tasks(db, _B.task_id == record.call, _B.state.in_(OWED_WORDS)):
            if note_attempt(store, db, row.task_id, attempt):
                moved.append(by_attempt(db, task_of(row), attempt, rules, closing))
    return moved


def unseen_places(db: sa.Connection, calls: Sequence[str]) -> dict[str, Owed]:
    """Of calls whose end nobody saw: what those are owed whose place was kept."""
    o = t.callback_offers.c
    taken = sa.select(o.call_id, o.number, o.taken_at, _C.line).join(t.calls, _C.call_id == o.call_id)
    return {
        row.call_id: Owed(row.call_id, UNSEEN_PLACE, row.line, row.number, row.taken_at, Kind.QUEUE_OFFER)
        for row in db.execute(taken.where(o.call_id.in_(calls), o.taken_at.is_not(None)))
    }


def heard(db: sa.Connection, call: str, at: datetime, agent: str, numbers: Numbers) -> list[Moved]:
    """An agent has said what became of this call: its citizen is owed nothing of before any more, in whatever spelling."""
    outbound = _C.direction == Direction.OUTBOUND.value
    number = sa.case((outbound, _C.dialled), (_C.origin != "", _C.origin), else_=_C.caller)
    row = db.execute(sa.select(number, outbound).where(_C.call_id == call)).first()
    theirs, ours = (row[0], row[1]) if row is not None else ("", False)
    # a review is no matter of his: that he calls again does not tell why he was not content, nor him how his appeal ended
    concerned = of_one_number(
        call, national_form(numbers, theirs), _B.made_at <= at, _B.kind.not_in((str(Kind.REVIEW), str(Kind.APPEAL)))
    )
    how = str(Result.REACHED) if ours else HEARD
    # nor is a message of this very call: who said the word talked before it was left, and has not heard it
    message = sa.and_(_B.call_id == call, _B.kind == str(Kind.VOICEMAIL))
    return [
        move_by_fact(db, task_of(one), Cue.HEARD, at, Rules(), done_by=agent, done_how=how, done_call=call)
        for one in locked_tasks(db, _B.state.in_(OWED_WORDS), concerned, _B.kind.not_in(KINDS_BY_WORD), ~message)
    ]
