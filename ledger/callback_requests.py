"""What people ask for about call-backs: to take one, to give it back or up, to say what became of it. Each is a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from agents.callbacks import (
    BY_WORD,
    OWED,
    Cue,
    Denied,
    GivenUp,
    Kind,
    Moved,
    Result,
    Rules,
    State,
    Task,
    Why,
    step,
)
from bridge.citizen_replies import SPOKEN, Answer
from bridge.notifications.rules import Rules as NotificationRules
from cti.numbers import ANYWHERE, Numbers

from . import replies
from . import tables as t
from .callback_rows import (
    OWED_WORDS,
    Tell,
    locked_tasks,
    move_by_fact,
    move_by_word,
    national_form,
    newest_talk,
    of_one_number,
    task_of,
    untold,
    write_move,
)
from .replies import Closing, Reply, TellCases
from .store import Store

_B, _A = t.callbacks.c, t.callback_attempts.c


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
            return [write_move(db, one, move, at) for one, move in moves if isinstance(move, Moved)]

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
                move_by_word(db, row, Result(one.said or one.result), result, call, agent, at, self._rules, closing)
                for row in locked_tasks(db, _B.task_id.in_(sorted(tries)))
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
            row = next(iter(locked_tasks(db, _B.task_id == task)), None)
            if row is None:
                return None
            if row.kind != str(Kind.REPLY):
                return Denied(Why.NO_REPLY)
            one = task_of(row)
            if one.state not in OWED:
                return Denied(Why.OVER)
            said = replace(reply, call=reply.call or newest_talk(db, row, reply.by))
            if not said.call:
                return Denied(Why.UNTRIED)
            if one.owner not in ("", reply.by) and not chief and not reply.call:
                return Denied(Why.HELD, one.owner)
            if not replies.answered(db, task, said, closing):
                return Denied(Why.OVER)
            # what they said stands in the round: a note is shown to whoever sees the list
            ends = {"done_by": said.by, "done_how": str(said.answer), "done_call": said.call}
            return [move_by_fact(db, one, Cue.WRITTEN, said.at, self._rules, agent=said.by, **ends)]

        return await self._do(task, work)

    async def left(self, agent: str, at: datetime) -> Sequence[Moved]:
        """They left their seat: what they had taken by their own hand is anybody's again."""

        def work(db: sa.Connection) -> list[Moved]:
            held = locked_tasks(db, _B.owner == agent, t.is_owed, _B.state == str(State.TAKEN))
            return [move_by_fact(db, task_of(row), Cue.LEFT, at, self._rules, agent=agent) for row in held]

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
        return [
            task_of(row) for row in locked_tasks(db, owed, of_one_number(task, national_form(self._numbers, number)))
        ]

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
            return [write_move(db, one, move, at, **values) for one in ours if isinstance(move := moves[one.id], Moved)]

        return await self._do(asked, work)
