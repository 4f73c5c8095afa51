"""How tasks of call-backs and the tries at them are read, locked and written, for ``callbacks.py`` and ``callback_requests.py`` alone.

The tasks concerned are locked first, in the order of their ids, and changed only if they still stand as they were read: of two who
take one, the second is told who has it. Tasks of one number belong together: they have one national form. A number that is nobody's
joins nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from agents.callbacks import (
    BY_WORD,
    MEANS,
    OWED,
    Cue,
    GivenUp,
    Kind,
    Moved,
    Result,
    Rules,
    State,
    Task,
    Try,
    counts,
    result_of,
    step,
)
from bridge.citizen_replies import Answer
from cti.events import EndedBy
from cti.numbers import Numbers, home

from . import replies, rows
from . import tables as t
from .call_record import CallRecord
from .chunks import chunks
from .replies import Closing, Reply
from .seats import sitting
from .store import Store

_B, _A, _C, _G = t.callbacks.c, t.callback_attempts.c, t.calls.c, t.legs.c
OWED_WORDS = tuple(sorted(str(state) for state in OWED))
KINDS_BY_WORD = tuple(sorted(str(kind) for kind in BY_WORD))
_THERE = (str(Result.REACHED), str(Result.REFUSED))
"""The citizen was there, as the telephone says it or the agent."""
UNSEEN_PLACE = "unseen"
"""The reason of a call-back whose place was kept in a call that nobody saw end."""
HEARD = "heard"
"""``done_how`` of a citizen who called again themselves."""
Tell = Callable[[Sequence[Moved]], None]


def untold(move_by_fact: Sequence[Moved]) -> None:
    """Nobody shows lists here."""


@dataclass(frozen=True, slots=True)
class Attempt:
    call: str
    at: datetime
    ended: datetime
    agent: str
    seat: str
    result: Result


def national_form(numbers: Numbers, written: str) -> str:
    """The form in which tasks of this number are found; '' for nobody."""
    return home().read(written).national if numbers.read(written).somebody else ""


def of_one_number(task: str, national: str, *which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """This task, and those (``which``) of the same number; of a number that is nobody's this task alone.

    A union, so that each half goes by its own index."""
    concerned: Any = sa.select(_B.task_id).where(_B.task_id == task)
    if national:
        concerned = sa.union(concerned, sa.select(_B.task_id).where(_B.number_national == national, *which))
    return _B.task_id.in_(concerned)


def locked_tasks(db: sa.Connection, *which: Any) -> list[sa.Row[Any]]:
    return list(db.execute(sa.select(t.callbacks).where(*which).order_by(_B.task_id).with_for_update()))


def task_of(row: sa.Row[Any]) -> Task:
    return Task(row.task_id, Kind(row.kind), State(row.state), row.owner, row.tries, row.due_at)


def after_move(task: Task, moved: Moved) -> Task:
    return replace(task, state=moved.state, owner=moved.owner, tries=moved.tries, due=moved.due)


def move_by_fact(
    db: sa.Connection, task: Task, cue: Cue, at: datetime, rules: Rules, *, agent: str = "", **values: Any
) -> Moved:
    """A fact: never refused."""
    moved = step(task, cue, at, rules, agent=agent)
    assert isinstance(moved, Moved)
    return write_move(db, task, moved, at, **values)


def write_move(db: sa.Connection, task: Task, moved: Moved, at: datetime, **ends: Any) -> Moved:
    """Write it, if the task stands as it was read. ``ends``: columns of how it ended, where it does."""
    values: dict[str, Any] = {
        "state": str(moved.state), "owner": moved.owner, "tries": moved.tries, "due_at": moved.due,
    }  # fmt: skip
    if moved.owner != task.owner or moved.state is not task.state:
        values["owned_at"] = at if moved.owner else None
    if moved.state in OWED:
        if task.state not in OWED:
            values |= {"done_at": None, "done_by": "", "done_how": "", "done_call": "", "note": ""}
    else:
        values |= {"done_at": at, **ends}
    stands = (_B.task_id == task.id, _B.state == str(task.state), _B.owner == task.owner)
    if db.execute(sa.update(t.callbacks).where(*stands).values(values)).rowcount != 1:
        raise RuntimeError(f"call-back {task.id} was changed by somebody who is not its writer")
    return moved


def by_attempt(db: sa.Connection, task: Task, attempt: Attempt, rules: Rules, closing: Closing) -> Moved:
    """What this try makes of the task."""
    counted = replace(task, tries=task.tries + counts(attempt.result))
    ends = {"done_by": attempt.agent, "done_how": str(attempt.result), "done_call": attempt.call}
    return _tried(db, counted, MEANS[attempt.result], attempt.ended, rules, attempt.agent, ends, closing)


def _tried(
    db: sa.Connection, counted: Task, cue: Cue, at: datetime, rules: Rules, agent: str, ends: dict[str, Any],
    closing: Closing,
) -> Moved:  # fmt: skip
    """Of a result that is to be told: in vain as often as one tries, it is said that nobody was reached; before that,
    the citizen's next number is tried."""
    in_vain = counted.kind is Kind.REPLY and counted.state in OWED and cue in (Cue.UNREACHED, Cue.MISTAKEN)
    if not in_vain:
        return move_by_fact(db, counted, cue, at, rules, agent=agent, **ends)
    if rules.exhausted(counted.kind, counted.tries):
        replies.answered(db, counted.id, Reply(Answer.UNREACHED, None, "", agent, at), closing)
        ends |= {"done_how": str(GivenUp.UNREACHABLE)}
        return move_by_fact(db, counted, Cue.EXHAUSTED, at, rules, agent=agent, **ends)
    moved = move_by_fact(db, counted, cue, at, rules, agent=agent, **ends)
    theirs = replies.numbers_of(db, counted.id)
    if len(theirs) > 1:
        number = theirs[counted.tries % len(theirs)]
        other = {"number": number, "number_national": home().read(number).national}
        db.execute(sa.update(t.callbacks).where(_B.task_id == counted.id).values(other))
    return moved


def count_only(db: sa.Connection, task: Task, attempt: Attempt) -> Moved:
    """An agent has said already what became of it: the try is only counted."""
    tries = task.tries + counts(attempt.result)
    db.execute(sa.update(t.callbacks).where(_B.task_id == task.id).values(tries=tries))
    return Moved(task.id, task.state, task.owner, tries, task.due)


def note_attempt(store: Store, db: sa.Connection, task: str, one: Attempt) -> bool:
    """False: this try is known."""
    fresh = store.insert(t.callback_attempts).on_conflict_do_nothing().returning(_A.task_id)
    values = {
        "task_id": task, "call_id": one.call, "at": one.at, "ended_at": one.ended, "agent": one.agent, "seat": one.seat,
        "result": str(one.result),
    }  # fmt: skip
    return db.execute(fresh.values(values)).first() is not None


def move_by_word(
    db: sa.Connection, row: sa.Row[Any], was: Result, now: Result, call: str, agent: str, at: datetime, rules: Rules,
    closing: Closing,
) -> Moved:  # fmt: skip
    task = task_of(row)
    counted = replace(task, tries=max(task.tries + counts(now) - counts(was), 0))
    ends = {"done_by": agent, "done_how": str(now), "done_call": call}
    cue = MEANS[now]
    if task.state not in OWED:
        if row.done_call != call:  # it ended by something else: the word is about that one call
            return Moved(task.id, task.state, task.owner, task.tries, task.due)
        if cue in (Cue.UNREACHED, Cue.UNTRIED):
            cue = Cue.RETRACTED
    elif cue is MEANS[was] and cue in (Cue.UNREACHED, Cue.UNTRIED):
        return write_move(db, task, Moved(task.id, task.state, task.owner, counted.tries, task.due), at)
    return _tried(db, counted, cue, at, rules, agent, ends, closing)


def newest_talk(db: sa.Connection, task: sa.Row[Any], agent: str) -> str:
    """The newest call with this citizen, from either side, in which the agent talked since it is owed; '' none."""
    since = sa.and_(_C.agent == agent, _C.talk_began_at.is_not(None), _C.arrived_at >= task.made_at)
    told = sa.func.coalesce(sa.func.nullif(_A.said, ""), _A.result)
    tried = sa.select(_A.call_id).where(_A.task_id == task.task_id, _A.agent == agent, told.in_(_THERE))
    numbers = {home().read(number).national for number in replies.numbers_of(db, task.task_id)}
    theirs = _C.caller_national.in_(sorted((numbers | {task.number_national}) - {""}))
    for which in (_C.call_id.in_(tried), theirs):
        newest = sa.select(_C.call_id).where(which, since).order_by(_C.arrived_at.desc()).limit(1)
        if (found := db.scalar(newest)) is not None:
            return str(found)
    return ""


def attempt_of(db: sa.Connection, record: CallRecord, leg: tuple[int, float] | None) -> Attempt:
    ended = record.ended or record.arrived
    answers = record.answers
    cause, went = leg if leg is not None else (0, record.arrived)
    facts = Try(
        answered=bool(answers),
        refused_by_us=record.refusal.startswith("dial_"),
        out=leg is not None or bool(record.trunk),
        cause=cause,
        by_seat=record.ended_by == EndedBy.SEAT,
        seconds=max(ended - went, 0.0),
        uncertain=record.uncertain,
    )
    seat, at = rows.clip(record.endpoint, 40), rows.moment(record.arrived)
    agent = answers[0].agent if answers else sitting(db, seat, at)
    return Attempt(record.call, at, rows.moment(ended), agent, seat, result_of(facts))


def legs_out(db: sa.Connection, records: Sequence[CallRecord]) -> dict[str, tuple[int, float]]:
    """Call → Q.850 cause of the last leg that went out of the house, and when it did."""
    seats = {record.call: record.endpoint for record in records}
    found: dict[str, tuple[int, float]] = {}
    for some in chunks(seats):
        legs = sa.select(t.legs).where(_G.call_id.in_(some)).order_by(_G.began_at)
        for leg in db.execute(legs):
            if leg.endpoint != seats[leg.call_id]:
                found[leg.call_id] = (leg.cause, leg.began_at.timestamp())
    return found
