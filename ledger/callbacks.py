"""The one writer of call-backs and of the tries to reach somebody: nothing else changes ``callbacks`` or ``callback_attempts``.

What becomes of a task is said by ``agents.callbacks.step``; here it is carried out, in the transaction of whoever tells:
the scribe (``owe``, ``tried``, ``withdraw``: in the transaction of the call), an agent's word on a call (``heard``: in that
of the outcome), people's wishes (``CallbackBook``, each a transaction of its own). The tasks concerned are locked first,
in the order of their ids, and changed only if they still stand as they were read: of two who take one, the second is
told who has it.

Tasks of one number belong together: they have one national form. A number that is nobody's joins nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from agents.callbacks import (
    BY_WORD,
    MEANS,
    OF_THE_CALL,
    OWED,
    RANG_SECONDS,
    Cue,
    Denied,
    GivenUp,
    Kind,
    Moved,
    Result,
    Rules,
    State,
    Task,
    Try,
    Why,
    counts,
    result_of,
    step,
)  # fmt: skip
from bridge.citizen_replies import SPOKEN, Answer
from bridge.notifications.rules import Rules as NotificationRules
from cti.events import Direction, EndedBy
from cti.numbers import ANYWHERE, Numbers, home

from . import replies, rows
from . import tables as t
from .call_record import CallRecord
from .replies import Closing, Reply, Round, TellCases
from .seats import sitting
from .store import Store

_B, _A, _C, _G = t.callbacks.c, t.callback_attempts.c, t.calls.c, t.legs.c
OWED_WORDS = tuple(sorted(str(state) for state in OWED))
_BY_WORD = tuple(sorted(str(kind) for kind in BY_WORD))
_THERE = (str(Result.REACHED), str(Result.REFUSED))
"""The citizen was there, as the telephone says it or the agent."""
_AT_ONCE = 400
"""Numbers in one query."""
UNSEEN_PLACE = "unseen"
"""The reason of a call-back whose place was kept in a call that nobody saw end."""
HEARD = "heard"
"""``done_how`` of a citizen who called again themselves."""

Tell = Callable[[Sequence[Moved]], None]


def untold(_moved: Sequence[Moved]) -> None:
    """Nobody shows lists here."""


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
    for row in _locked(db, _B.task_id.in_(sorted(kinds)), _B.state.in_(OWED_WORDS)) if kinds else ():
        told = kinds[row.task_id] is Kind.RETURNED
        cue, how = (Cue.WRITTEN, GivenUp.SETTLED) if told else (Cue.OVERTAKEN, GivenUp.OVERTAKEN)
        moved.append(_moved(db, _task(row), cue, at, Rules(), done_by=row.owner, done_how=str(how), done_call=""))
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
    whose = {record.call: _national(numbers, record.dialled) for record in out}
    theirs = sorted({number for number in whose.values() if number})
    found: dict[str, tuple[Task, str, datetime]] = {}
    ends: dict[str, str] = {}
    """Tasks that an agent's word ended before the record did: by which call."""
    ended_by_these = sa.and_(_B.state == str(State.DONE), _B.done_call.in_(list(whose)))
    for first in range(0, len(theirs), _AT_ONCE):
        some = theirs[first : first + _AT_ONCE]
        results = sa.select(_B.task_id).where(
            _B.number_national.in_(some), _B.state.in_(OWED_WORDS), _B.kind == str(Kind.REPLY)
        )
        replies.lock_cases(db, list(db.execute(results).scalars()))
        for row in _locked(db, _B.number_national.in_(some), sa.or_(_B.state.in_(OWED_WORDS), ended_by_these)):
            found[row.task_id] = (_task(row), row.number_national, row.made_at)
            ends[row.task_id] = row.done_call
    if not found:
        return []
    concerned = [record for record in out if any(number == whose[record.call] for _, number, _ in found.values())]
    legs = _legs_out(db, concerned)
    moved: dict[str, Moved] = {}
    for record in concerned:
        attempt = _attempt(db, record, legs.get(record.call))
        for ident, (task, number, made) in list(found.items()):
            if number != whose[record.call] or made > attempt.at:
                continue
            if task.state not in OWED and ends[ident] != record.call:
                continue
            if not _note(store, db, ident, attempt):
                continue  # told before
            now = _by(db, task, attempt, rules, closing) if task.state in OWED else _counted(db, task, attempt)
            moved[ident] = now
            found[ident] = (_after(task, now), number, made)
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
        attempt = _Attempt(
            record.call, at, rows.moment(over), sitting(db, rows.clip(offer.seat, 40), at), rows.clip(offer.seat, 40),
            result_of(facts),
        )  # fmt: skip
        for row in _locked(db, _B.task_id == record.call, _B.state.in_(OWED_WORDS)):
            if _note(store, db, row.task_id, attempt):
                moved.append(_by(db, _task(row), attempt, rules, closing))
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
    concerned = _of_one_number(
        call, _national(numbers, theirs), _B.made_at <= at, _B.kind.not_in((str(Kind.REVIEW), str(Kind.APPEAL)))
    )
    how = str(Result.REACHED) if ours else HEARD
    # nor is a message of this very call: who said the word talked before it was left, and has not heard it
    message = sa.and_(_B.call_id == call, _B.kind == str(Kind.VOICEMAIL))
    return [
        _moved(db, _task(one), Cue.HEARD, at, Rules(), done_by=agent, done_how=how, done_call=call)
        for one in _locked(db, _B.state.in_(OWED_WORDS), concerned, _B.kind.not_in(_BY_WORD), ~message)
    ]


# -- what people wish ------------------------------------------------------------------------------


class CallbackBook:
    """Each method is one transaction, durable when it returns; None: there is no such task.

    :param tell: hears what has moved, afterwards.
    :param notify: who else is told of a case that an answer closes; ``tell_cases`` hears of it, afterwards.
    """

    def __init__(
        self, store: Store, numbers: Numbers = ANYWHERE, rules: Rules | None = None, tell: Tell = untold,
        notify: NotificationRules | None = None, tell_cases: TellCases = replies.untold,
    ) -> None:  # fmt: skip
        self._store, self._numbers, self._rules, self._tell = store, numbers, rules or Rules(), tell
        self._notify, self._tell_cases = notify or NotificationRules(), tell_cases

    async def take(self, task: str, agent: str, at: datetime) -> Moved | Denied | None:
        """With all that the same number is owed; DENIED as a whole when another has any of it. What came back is one seat's
        to add to, and keeps nobody else from calling."""

        def work(db: sa.Connection, _closing: Closing) -> list[Moved] | Denied | None:
            family = self._family(db, task)
            if family is None:
                return None
            ours = [one for one in family if one.id == task or (one.state in OWED and one.kind is not Kind.RETURNED)]
            moves = [(one, step(one, Cue.TAKE, at, self._rules, agent=agent)) for one in ours]
            for _, move in moves:
                if isinstance(move, Denied):
                    return move
            if any(one.owner != agent for one in ours) and self._holds(db, agent) >= self._rules.taken_most:
                return Denied(Why.TOO_MANY)
            return [_put(db, one, move, at) for one, move in moves if isinstance(move, Moved)]

        return await self._do(task, work)

    async def assign(self, task: str, agent: str, at: datetime) -> Moved | Denied | None:
        """To this agent, with all that the same number is owed, whoever has it."""
        return await self._move(task, lambda one: one.state in OWED, Cue.ASSIGN, at, agent=agent)

    async def give_back(self, task: str, agent: str, at: datetime, *, chief: bool = False) -> Moved | Denied | None:
        """Everybody may take it again, and what else the same number is owed."""
        return await self._move(
            task,
            lambda one: bool(one.owner) and (chief or one.owner == agent) and one.kind is not Kind.RETURNED,
            Cue.GIVE_BACK, at, agent=agent, chief=chief,
        )  # fmt: skip

    async def give_up(
        self, task: str, agent: str, reason: GivenUp, note: str, at: datetime, *, chief: bool = False
    ) -> Moved | Denied | None:
        """Nobody calls any more, for this and for what else the same number is owed; what is to be told or asked about a
        case ends by its own word alone."""
        return await self._move(
            task,
            lambda one: one.state in OWED and (chief or one.owner == agent) and one.kind not in BY_WORD,
            Cue.GIVE_UP, at, agent=agent, chief=chief, done_by=agent, done_how=str(reason), done_call="", note=note,
        )  # fmt: skip

    async def say(self, task: str, agent: str, result: Result, note: str, at: datetime) -> Moved | Denied | None:
        """An agent's word about their newest try, over what the telephone told; for every task it was a try of."""

        def work(db: sa.Connection, closing: Closing) -> list[Moved] | Denied | None:
            if db.scalar(sa.select(_B.task_id).where(_B.task_id == task)) is None:
                return None
            theirs = sa.select(_A.call_id).where(_A.task_id == task, _A.agent == agent).order_by(_A.at.desc()).limit(1)
            call = db.scalar(theirs)
            if call is None:
                return Denied(Why.UNTRIED)
            tries = {row.task_id: row for row in db.execute(sa.select(t.callback_attempts).where(_A.call_id == call))}
            replies.lock_cases(db, sorted(tries))
            db.execute(sa.update(t.callback_attempts).where(_A.call_id == call).values(said=str(result), note=note))
            return [
                _said(db, row, Result(one.said or one.result), result, call, agent, at, self._rules, closing)
                for row in _locked(db, _B.task_id.in_(sorted(tries)))
                for one in (tries[row.task_id],)
            ]

        return await self._do(task, work)

    async def reply(self, task: str, reply: Reply, *, chief: bool = False) -> Moved | Denied | None:
        """What the citizen said to the result, its way to the case store, and the end of the call-back.

        ``reply.call``: in which they talk now; '' finds the newest one of its number that ``reply.by`` talked in since it
        is owed. UNTRIED: there is none, nobody answers for a citizen. Another's task is refused, unless the citizen is there.
        """
        if reply.answer not in SPOKEN:
            raise ValueError("whom nobody reached is said by the telephone, or by giving up")

        def work(db: sa.Connection, closing: Closing) -> list[Moved] | Denied | None:
            replies.lock_cases(db, [task])
            row = next(iter(_locked(db, _B.task_id == task)), None)
            if row is None:
                return None
            if row.kind != str(Kind.REPLY):
                return Denied(Why.NO_REPLY)
            one = _task(row)
            if one.state not in OWED:
                return Denied(Why.OVER)
            said = replace(reply, call=reply.call or _talked(db, row, reply.by))
            if not said.call:
                return Denied(Why.UNTRIED)
            if one.owner not in ("", reply.by) and not chief and not reply.call:
                return Denied(Why.HELD, one.owner)
            if not replies.answered(db, task, said, closing):
                return Denied(Why.OVER)
            # what they said stands in the round: a note is shown to whoever sees the list
            ends = {"done_by": said.by, "done_how": str(said.answer), "done_call": said.call}
            return [_moved(db, one, Cue.WRITTEN, said.at, self._rules, agent=said.by, **ends)]

        return await self._do(task, work)

    async def left(self, agent: str, at: datetime) -> Sequence[Moved]:
        """They left their seat: what they had taken by their own hand is anybody's again."""

        def work(db: sa.Connection) -> list[Moved]:
            held = _locked(db, _B.owner == agent, t.is_owed, _B.state == str(State.TAKEN))
            return [_moved(db, _task(row), Cue.LEFT, at, self._rules, agent=agent) for row in held]

        moved = await self._store.transact(work, lasting=True)
        if moved:
            self._tell(moved)
        return moved

    # -- parts of them

    async def _do(
        self, task: str, work: Callable[[sa.Connection, Closing], list[Moved] | Denied | None]
    ) -> Moved | Denied | None:
        def once(db: sa.Connection) -> tuple[list[Moved] | Denied | None, Closing]:
            closing = Closing(self._store, self._notify)
            return work(db, closing), closing

        done, closing = await self._store.transact(once, lasting=True)
        if not isinstance(done, list):
            return done
        self._tell(done)
        if closing.cases:
            self._tell_cases(closing.cases)
        return next(one for one in done if one.task == task)

    def _family(self, db: sa.Connection, task: str) -> list[Task] | None:
        """The task and whatever else the same number is owed, locked; None: there is no such task."""
        number = db.scalar(sa.select(_B.number).where(_B.task_id == task))
        if number is None:
            return None
        owed = sa.or_(_B.task_id == task, _B.state.in_(OWED_WORDS))
        return [_task(row) for row in _locked(db, owed, _of_one_number(task, _national(self._numbers, number)))]

    def _holds(self, db: sa.Connection, agent: str) -> int:
        """Numbers they have taken by their own hand; what has no national form is told apart as it was written."""
        number = sa.case((_B.number_national != "", _B.number_national), else_=_B.number)
        held = sa.select(sa.func.count(sa.distinct(number))).where(_B.owner == agent, t.is_owed)
        return int(db.execute(held.where(_B.state == str(State.TAKEN))).scalar_one())

    async def _move(
        self, asked: str, too: Callable[[Task], bool], cue: Cue, at: datetime, *, agent: str, chief: bool = False,
        **values: Any,
    ) -> Moved | Denied | None:  # fmt: skip
        """The asked one, or nothing; of the same number's others those (``too``) that may."""

        def work(db: sa.Connection, closing: Closing) -> list[Moved] | Denied | None:
            if cue is Cue.GIVE_UP:
                replies.lock_cases(db, [asked])
            family = self._family(db, asked)
            if family is None:
                return None
            ours = [one for one in family if one.id == asked or too(one)]
            moves = {one.id: step(one, cue, at, self._rules, agent=agent, chief=chief) for one in ours}
            wanted = moves[asked]
            if isinstance(wanted, Denied):
                return wanted
            for one in ours if cue is Cue.GIVE_UP else ():
                if one.kind is Kind.REPLY and isinstance(moves[one.id], Moved):
                    words = " ".join(filter(None, (values["done_how"], values["note"])))
                    replies.answered(db, one.id, Reply(Answer.UNREACHED, None, words, agent, at), closing)
            return [_put(db, one, move, at, **values) for one in ours if isinstance(move := moves[one.id], Moved)]

        return await self._do(asked, work)


# -- how it is written -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Attempt:
    call: str
    at: datetime
    ended: datetime
    agent: str
    seat: str
    result: Result


def _national(numbers: Numbers, written: str) -> str:
    """The form in which tasks of this number are found; '' for nobody."""
    return home().read(written).national if numbers.read(written).somebody else ""


def _of_one_number(task: str, national: str, *which: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """This task, and those (``which``) of the same number; of a number that is nobody's this task alone.

    A union, so that each half goes by its own index."""
    concerned: Any = sa.select(_B.task_id).where(_B.task_id == task)
    if national:
        concerned = sa.union(concerned, sa.select(_B.task_id).where(_B.number_national == national, *which))
    return _B.task_id.in_(concerned)


def _locked(db: sa.Connection, *which: Any) -> list[sa.Row[Any]]:
    return list(db.execute(sa.select(t.callbacks).where(*which).order_by(_B.task_id).with_for_update()))


def _task(row: sa.Row[Any]) -> Task:
    return Task(row.task_id, Kind(row.kind), State(row.state), row.owner, row.tries, row.due_at)


def _after(task: Task, moved: Moved) -> Task:
    return replace(task, state=moved.state, owner=moved.owner, tries=moved.tries, due=moved.due)


def _moved(
    db: sa.Connection, task: Task, cue: Cue, at: datetime, rules: Rules, *, agent: str = "", **values: Any
) -> Moved:
    """A fact: never refused."""
    moved = step(task, cue, at, rules, agent=agent)
    assert isinstance(moved, Moved)
    return _put(db, task, moved, at, **values)


def _put(db: sa.Connection, task: Task, moved: Moved, at: datetime, **ends: Any) -> Moved:
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


def _by(db: sa.Connection, task: Task, attempt: _Attempt, rules: Rules, closing: Closing) -> Moved:
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
        return _moved(db, counted, cue, at, rules, agent=agent, **ends)
    if rules.exhausted(counted.kind, counted.tries):
        replies.answered(db, counted.id, Reply(Answer.UNREACHED, None, "", agent, at), closing)
        ends |= {"done_how": str(GivenUp.UNREACHABLE)}
        return _moved(db, counted, Cue.EXHAUSTED, at, rules, agent=agent, **ends)
    moved = _moved(db, counted, cue, at, rules, agent=agent, **ends)
    theirs = replies.numbers_of(db, counted.id)
    if len(theirs) > 1:
        number = theirs[counted.tries % len(theirs)]
        other = {"number": number, "number_national": home().read(number).national}
        db.execute(sa.update(t.callbacks).where(_B.task_id == counted.id).values(other))
    return moved


def _counted(db: sa.Connection, task: Task, attempt: _Attempt) -> Moved:
    """An agent has said already what became of it: the try is only counted."""
    tries = task.tries + counts(attempt.result)
    db.execute(sa.update(t.callbacks).where(_B.task_id == task.id).values(tries=tries))
    return Moved(task.id, task.state, task.owner, tries, task.due)


def _note(store: Store, db: sa.Connection, task: str, one: _Attempt) -> bool:
    """False: this try is known."""
    fresh = store.insert(t.callback_attempts).on_conflict_do_nothing().returning(_A.task_id)
    values = {
        "task_id": task, "call_id": one.call, "at": one.at, "ended_at": one.ended, "agent": one.agent, "seat": one.seat,
        "result": str(one.result),
    }  # fmt: skip
    return db.execute(fresh.values(values)).first() is not None


def _said(
    db: sa.Connection, row: sa.Row[Any], was: Result, now: Result, call: str, agent: str, at: datetime, rules: Rules,
    closing: Closing,
) -> Moved:  # fmt: skip
    task = _task(row)
    counted = replace(task, tries=max(task.tries + counts(now) - counts(was), 0))
    ends = {"done_by": agent, "done_how": str(now), "done_call": call}
    cue = MEANS[now]
    if task.state not in OWED:
        if row.done_call != call:  # it ended by something else: the word is about that one call
            return Moved(task.id, task.state, task.owner, task.tries, task.due)
        if cue in (Cue.UNREACHED, Cue.UNTRIED):
            cue = Cue.RETRACTED
    elif cue is MEANS[was] and cue in (Cue.UNREACHED, Cue.UNTRIED):
        return _put(db, task, Moved(task.id, task.state, task.owner, counted.tries, task.due), at)
    return _tried(db, counted, cue, at, rules, agent, ends, closing)


def _talked(db: sa.Connection, task: sa.Row[Any], agent: str) -> str:
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


def _attempt(db: sa.Connection, record: CallRecord, leg: tuple[int, float] | None) -> _Attempt:
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
    return _Attempt(record.call, at, rows.moment(ended), agent, seat, result_of(facts))


def _legs_out(db: sa.Connection, records: Sequence[CallRecord]) -> dict[str, tuple[int, float]]:
    """Call → Q.850 cause of the last leg that went out of the house, and when it did."""
    seats = {record.call: record.endpoint for record in records}
    found: dict[str, tuple[int, float]] = {}
    calls = list(seats)
    for first in range(0, len(calls), _AT_ONCE):
        legs = sa.select(t.legs).where(_G.call_id.in_(calls[first : first + _AT_ONCE])).order_by(_G.began_at)
        for leg in db.execute(legs):
            if leg.endpoint != seats[leg.call_id]:
                found[leg.call_id] = (leg.cause, leg.began_at.timestamp())
    return found
