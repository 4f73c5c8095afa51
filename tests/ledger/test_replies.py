"""What becomes of a case is brought to its citizen: one call-back a round, its answer with its messages, or why nobody is called."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa

from agents.callback_list_rows import TaskRow, Wanted
from agents.callbacks import Denied, GivenUp, Kind, Moved, Result, Rules, State, Why
from bridge.case_state import CaseState
from bridge.citizen_replies import Answer, Unowed
from bridge.drivers import CaseEvent
from bridge.notifications.rules import Rules as NotificationRules
from bridge.ports import CaseKnown
from bridge.ticket import Person, Ticket
from cti.numbers import Numbers
from ledger import tables as t
from ledger.callback_list import CallbackList
from ledger.callback_requests import CallbackBook
from ledger.callers import Callers
from ledger.casebook import CaseShelf
from ledger.invariant.rule import Limits
from ledger.outbox import OutboxShelf
from ledger.replies import Reply
from ledger.scribe import Scribe
from ledger.seats import SeatBook
from ledger.store import Store
from ledger.tickets import TicketShelf
from ledger.verify import verify
from tests.bridge.made import ticket

from .desk import T0, Told, mark
from .test_callbacks import missed, out
from .test_plans import _sits

S = CaseState
NUMBERS = Numbers("0592")
PHONE, OTHER = "13806010077", "13906010078"
RULES = Rules(reply_attempts=3, reply_retry_minutes=(60,))
TOLD = NotificationRules(True, "", {S.CLOSED: "{number} closed"}, "", frozenset({"12345"}))
FILED = datetime.fromtimestamp(T0, UTC)
HEARD = FILED + timedelta(minutes=10)


def matter(**fields: Any) -> Ticket:
    return ticket(1, FILED, facts=None, person=Person(phones=(PHONE, OTHER)), **fields)


class Books:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.told: list[Moved] = []
        self.tickets, self.outbox = TicketShelf(store, numbers=NUMBERS), OutboxShelf(store, "xm1")
        self.closed: list[CaseKnown] = []
        self.cases = CaseShelf(store, RULES, self.told.extend, TOLD)
        self.callbacks = CallbackBook(store, NUMBERS, RULES, self.told.extend, TOLD, self.closed.extend)
        self.list, self.callers = CallbackList(store), Callers(store)
        self.scribe = Scribe(
            store, "xm1", numbers=NUMBERS, rules=RULES, tell=self.told.extend, notify=TOLD,
            tell_cases=self.closed.extend,
        )  # fmt: skip
        self._offset = 0

    async def filed(self, one: Ticket) -> Ticket:
        await self.tickets.file(one)
        (sent,) = await self.outbox.due(HEARD, 9)
        await self.outbox.delivered(sent, "GD1", "Q1", FILED)
        return one

    async def hear(self, one: Ticket, *states: tuple[int, S], note: str = "路面已修补") -> None:
        events = [CaseEvent(one.key, "GD1", n, state, HEARD, str(state), "市政", note) for n, state in states]
        await self.cases.hear("native", events, None, HEARD)

    async def write(self, *told: Told) -> None:
        self._offset += 100
        await self.scribe.write([event for one in told for event in one.events], mark(self._offset))

    async def rounds(self) -> list[sa.Row[Any]]:
        async with self.store.reading() as db:
            return list(await db.execute(sa.select(t.case_replies).order_by(t.case_replies.c.round)))

    async def task(self, one: Ticket, sequence: int, kind: Kind = Kind.REPLY) -> TaskRow:
        found = await self.list.get(f"{kind}-{one.id}-{sequence}")
        assert found is not None
        return found

    async def said(self, one: Ticket) -> list[str]:
        async with self.store.reading() as db:
            o = t.outbox.c
            rows = await db.execute(sa.select(o.kind, o.key, o.payload).order_by(o.turn))
            assert all(row.key == one.key or row.key.startswith(f"{one.key}/{row.kind}/") for row in rows)
            return list((await db.execute(sa.select(o.kind).order_by(o.turn))).scalars())

    async def state(self, one: Ticket) -> S | None:
        push = await self.tickets.find(one.id)
        assert push is not None
        return push.case_state

    async def sound(self) -> None:
        allowed = replace(Limits(), recorded=False, unattended=None)
        assert await verify(self.store, HEARD, allowed) == []


@asynccontextmanager
async def books(url: str) -> AsyncIterator[Books]:
    store = Store(url)
    made = Books(store)
    await made.scribe.resume()
    await SeatBook(store).write([_sits(T0 - 60)])  # 1001 at 8001
    try:
        yield made
    finally:
        await store.close()


async def test_a_result_opens_one_call_back(url: str) -> None:
    """In the event's own transaction: the citizen's first number, the store's words, who took the call; told to the lists."""
    async with books(url) as b:
        one = await b.filed(matter())
        await b.hear(one, (1, S.DISPATCHED), (2, S.HANDLED))
        assert b.told == []
        await b.hear(one, (3, S.CHECKED))
        row = await b.task(one, 3)
        assert (row.kind, row.state, row.number, row.prefers, row.ticket) == (
            Kind.REPLY, State.OPEN, PHONE, "1001", one.id,
        )  # fmt: skip
        assert (row.script, row.case_number, row.reason) == ("路面已修补", "GD1", "result")
        assert b.told == [Moved(row.id, State.OPEN, "", 0, RULES.first(Kind.REPLY, HEARD))]
        await b.sound()


async def test_in_whatever_order_and_however_often_it_is_heard(url: str) -> None:
    """Repeated, late, checked and then closed, said again with another note: one round, one call-back."""
    story = [(1, S.DISPATCHED), (2, S.HANDLED), (3, S.CHECKED), (4, S.CLOSED)]
    for n, order in enumerate(permutations(story), 1):
        async with books(url) as b:
            one = ticket(n, FILED, facts=None, key=f"r{n}/1", person=Person(phones=(PHONE,)))
            await b.tickets.file(one)
            (sent,) = await b.outbox.due(HEARD, 9)
            await b.outbox.delivered(sent, f"GD{n}", "Q1", FILED)
            for step in (*order, *order):
                await b.hear(one, step)
            async with b.store.reading() as db:
                tasks = sa.select(sa.func.count()).where(t.callbacks.c.ticket_id == one.id)
                assert await db.scalar(tasks) == 1, order
            assert await b.state(one) is S.CHECKED
            await b.sound()


async def test_a_store_that_closes_by_itself_waits_with_us_for_the_reply(url: str) -> None:
    """Ours stays where the result is to be told, until it was."""
    async with books(url) as b:
        one = await b.filed(matter())
        await b.hear(one, (1, S.CLOSED))
        assert await b.state(one) is S.CHECKED
        await b.sound()
        await b.write(out(2, PHONE, 700.0, talk=20.0))
        row = await b.task(one, 1)
        assert (row.state, row.owner) == (State.TAKEN, "1001")  # spoken with, and the word of it is owed
        done = await b.callbacks.reply(row.id, Reply(Answer.SOLVED, 5, "很好", "1001", HEARD))
        assert isinstance(done, Moved)
        assert done.state is State.DONE
        assert await b.state(one) is S.CLOSED
        assert await b.said(one) == ["file", "reply"]
        await b.hear(one, (2, S.CLOSED))
        assert await b.state(one) is S.CLOSED
        await b.sound()


@pytest.mark.parametrize(
    ("answer", "satisfied", "kinds"),
    [
        (Answer.SOLVED, 4, ["file", "reply"]), (Answer.SOLVED, 2, ["file", "reply", "reopen"]),
        (Answer.UNSOLVED, 3, ["file", "reply", "reopen"]), (Answer.REFUSED, None, ["file", "reply"]),
    ],
)  # fmt: skip
async def test_what_the_citizen_says_goes_to_the_store(
    url: str, answer: Answer, satisfied: int | None, kinds: list[str]
) -> None:
    """With the end of the call-back, once; who is not content is opened again; nobody answers without a call."""
    async with books(url) as b:
        one = await b.filed(matter())
        await b.hear(one, (1, S.CHECKED))
        row = await b.task(one, 1)
        reply = Reply(answer, satisfied, "还在漏水", "1001", HEARD)
        assert await b.callbacks.reply(row.id, reply) == Denied(Why.UNTRIED)
        assert await b.said(one) == ["file"]
        await b.write(out(2, PHONE, 700.0, talk=20.0))
        assert isinstance(await b.callbacks.reply(row.id, reply), Moved)
        assert await b.callbacks.reply(row.id, reply) == Denied(Why.OVER)
        assert await b.said(one) == kinds
        (told,) = await b.rounds()
        assert (told.answer, told.satisfied, told.words, told.by, told.reopened) == (
            answer, satisfied, "还在漏水", "1001", "reopen" in kinds,
        )  # fmt: skip
        assert told.call_id == out(2, PHONE, 700.0).call
        await b.sound()


async def test_a_case_opened_again_is_told_again(url: str) -> None:
    """A second result is a second round; a result that was overtaken is told no more."""
    async with books(url) as b:
        one = await b.filed(matter())
        await b.hear(one, (1, S.CHECKED), (2, S.HANDLING))
        assert (await b.task(one, 1)).state is State.GIVEN_UP
        assert (await b.task(one, 1)).done_how == GivenUp.OVERTAKEN
        await b.hear(one, (3, S.CHECKED))
        assert (await b.task(one, 3)).state is State.OPEN
        assert await b.said(one) == ["file"]
        assert [bool(row.ended_at) for row in await b.rounds()] == [True, False]
        await b.sound()


async def test_unreached_is_not_content(url: str) -> None:
    """Each try in vain goes to the citizen's next number; the last one is told as unreached and rates nothing."""
    async with books(url) as b:
        one = await b.filed(matter())
        await b.hear(one, (1, S.CLOSED))
        for n, number in enumerate((PHONE, OTHER, PHONE), 1):
            row = await b.task(one, 1)
            assert (row.state, row.number, row.tries) == (State.OPEN, number, n - 1)
            await b.write(out(n + 1, number, 600.0 + n * 100, cause=19))
        row = await b.task(one, 1)
        assert (row.state, row.done_how, row.tries) == (State.GIVEN_UP, GivenUp.UNREACHABLE, 3)
        (told,) = await b.rounds()
        assert (told.answer, told.satisfied, told.reopened) == (Answer.UNREACHED, None, False)
        assert await b.said(one) == ["file", "reply"]
        assert await b.state(one) is S.CLOSED
        assert await b.callbacks.assign(row.id, "1001", HEARD) == Denied(Why.OVER)
        await b.sound()


async def test_a_mailbox_is_no_answer(url: str) -> None:
    """An agent's word over what the telephone told; giving up is told as unreached, with why."""
    async with books(url) as b:
        one = await b.filed(matter())
        await b.hear(one, (1, S.CHECKED))
        await b.write(out(2, PHONE, 700.0, talk=20.0))
        row = await b.task(one, 1)
        moved = await b.callbacks.say(row.id, "1001", Result.MACHINE, "", HEARD)
        assert isinstance(moved, Moved)
        assert moved.state is State.OPEN
        assert (await b.task(one, 1)).number == OTHER
        up = await b.callbacks.give_up(row.id, "2001", GivenUp.SETTLED, "已上门说明", HEARD, chief=True)
        assert isinstance(up, Moved)
        (told,) = await b.rounds()
        assert (told.answer, told.satisfied, told.words) == (Answer.UNREACHED, None, "settled 已上门说明")
        assert await b.said(one) == ["file", "reply"]
        await b.sound()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"anonymous": True}, Unowed.ANONYMOUS), ({"answered_directly": True}, Unowed.ANSWERED),
        ({"person": Person()}, Unowed.NO_NUMBER),
    ],
)  # fmt: skip
async def test_why_nobody_is_called_is_written(url: str, fields: dict[str, Any], why: Unowed) -> None:
    """No call-back, and a case that the store closed is closed."""
    async with books(url) as b:
        one = await b.filed(replace(matter(), **fields))
        await b.hear(one, (1, S.CLOSED))
        (told,) = await b.rounds()
        assert (told.task_id, told.unowed) == ("", why)
        assert b.told == []
        assert await b.state(one) is S.CLOSED
        await b.sound()


async def test_a_case_that_came_back_is_its_seats(url: str) -> None:
    """Assigned to who took the call, ended by the case going on, and by no call."""
    async with books(url) as b:
        one = await b.filed(matter())
        await b.hear(one, (1, S.RETURNED), note="请补充具体门牌号")
        row = await b.task(one, 1, Kind.RETURNED)
        assert (row.state, row.owner, row.script) == (State.ASSIGNED, "1001", "请补充具体门牌号")
        await b.write(out(2, PHONE, 700.0, talk=20.0))
        assert (await b.task(one, 1, Kind.RETURNED)).state is State.ASSIGNED
        assert await b.callbacks.reply(row.id, Reply(Answer.SOLVED, 5, "", "1001", HEARD)) == Denied(Why.NO_REPLY)
        await b.hear(one, (2, S.FILED))
        assert (await b.task(one, 1, Kind.RETURNED)).state is State.DONE
        await b.sound()


async def test_a_citizen_who_calls_in_is_told_then(url: str) -> None:
    """Another agent has the task: whoever has the citizen on the line may write the answer."""
    async with books(url) as b:
        one = await b.filed(matter())
        await b.hear(one, (1, S.CHECKED))
        row = await b.task(one, 1)
        await b.callbacks.take(row.id, "1002", HEARD)
        without = Reply(Answer.SOLVED, 5, "", "1001", HEARD)
        assert await b.callbacks.reply(row.id, without) == Denied(Why.UNTRIED)
        there = await b.callbacks.reply(row.id, replace(without, call="xm1-1790000900.1"))
        assert isinstance(there, Moved)
        assert there.state is State.DONE


async def test_verify_misses_what_is_not_brought_to_the_citizen(url: str) -> None:
    """A result without its round, a round without its call-back, an answer without its message: each is named."""
    async with books(url) as b:
        one = await b.filed(matter())
        await b.hear(one, (1, S.CHECKED))
        await b.write(out(2, PHONE, 700.0, talk=20.0))
        await b.callbacks.reply((await b.task(one, 1)).id, Reply(Answer.UNSOLVED, 1, "", "1001", HEARD))
        await b.sound()
        for breach, rule, statement in (
            (f"{one.id}", "result_untold", sa.delete(t.callbacks).where(t.callbacks.c.ticket_id == one.id)),
            ("GD1", "reply_unsaid", sa.delete(t.outbox).where(t.outbox.c.kind == "reopen")),
            ("GD1", "reply_unsaid", sa.delete(t.outbox).where(t.outbox.c.kind == "reply")),
            ("GD1", "result_untold", sa.delete(t.case_replies)),
        ):
            async with b.store.writing() as db:
                await db.execute(statement)
            found = await verify(b.store, HEARD, replace(Limits(), recorded=False, unattended=None))
            assert (breach, rule) in {(one.subject, one.rule) for one in found}


async def test_giving_up_a_missed_call_ends_no_word_of_a_case(url: str) -> None:
    """Of the same number: the result is still to be told, and what came back to be added; that nobody gives up."""
    async with books(url) as b:
        one = await b.filed(matter())
        await b.hear(one, (1, S.CHECKED))
        call = missed(2, PHONE, at=700)
        await b.write(call)
        up = await b.callbacks.give_up(call.call, "2001", GivenUp.SETTLED, "", HEARD, chief=True)
        assert isinstance(up, Moved)
        assert up.state is State.GIVEN_UP
        assert (await b.task(one, 1)).state is State.OPEN
        assert await b.said(one) == ["file"]
        await b.hear(one, (2, S.HANDLING), (3, S.RETURNED))
        came = (await b.task(one, 3, Kind.RETURNED)).id
        denied = await b.callbacks.give_up(came, "2001", GivenUp.SETTLED, "", HEARD, chief=True)
        assert denied == Denied(Why.CAME_BACK)
        assert (await b.task(one, 3, Kind.RETURNED)).state is State.ASSIGNED
        await b.sound()


async def test_what_came_back_keeps_nobody_from_calling(url: str) -> None:
    """It is one seat's; the citizen's missed call is another's to take, and given back without it."""
    async with books(url) as b:
        one = await b.filed(matter())
        await b.hear(one, (1, S.RETURNED))
        told = missed(2, PHONE, at=700)
        await b.write(told)
        call = told.call
        taken = await b.callbacks.take(call, "1002", HEARD)
        assert isinstance(taken, Moved)
        assert (taken.state, taken.owner) == (State.TAKEN, "1002")
        await b.callbacks.give_back(call, "2001", HEARD, chief=True)
        row = await b.task(one, 1, Kind.RETURNED)
        assert (row.state, row.owner) == (State.ASSIGNED, "1001")


@pytest.mark.parametrize("word", [Result.MACHINE, Result.WRONG_NUMBER])
async def test_whom_nobody_reached_has_answered_nothing(url: str, word: Result) -> None:
    """The agent said so of their only call: no answer counts with it."""
    async with books(url) as b:
        one = await b.filed(matter())
        await b.hear(one, (1, S.CHECKED))
        await b.write(out(2, PHONE, 700.0, talk=20.0))
        row = await b.task(one, 1)
        await b.callbacks.say(row.id, "1001", word, "", HEARD)
        reply = Reply(Answer.SOLVED, 5, "", "1001", HEARD)
        assert await b.callbacks.reply(row.id, reply) == Denied(Why.UNTRIED)
        await b.callbacks.say(row.id, "1001", Result.REFUSED, "", HEARD)
        assert isinstance(await b.callbacks.reply(row.id, reply), Moved)


async def test_who_rings_back_from_the_first_number_is_known(url: str) -> None:
    """The next try goes to another of theirs: what is owed is found by each, and a talk in such a call counts."""
    async with books(url) as b:
        one = await b.filed(matter())
        await b.hear(one, (1, S.CHECKED))
        await b.write(out(2, PHONE, 600.0, cause=19))
        row = await b.task(one, 1)
        assert (row.number, row.numbers) == (OTHER, [PHONE, OTHER])
        for number in (PHONE, OTHER):
            wanted = Wanted(kind=Kind.REPLY, number=number, ticket=one.id)
            assert [found.id for found in await b.list.page(wanted)] == [row.id]
            assert (await b.callers.story(number, FILED)).callback_open
            assert await b.callers.owed(number, "", FILED)
        assert await b.list.page(Wanted(number="13700000000")) == []
        assert not await b.callers.owed("13700000000", "", FILED)
        back = Told(3, caller=PHONE, at=T0 + 900).arrive().talk(20.0).end()
        await b.write(back)
        done = await b.callbacks.reply(row.id, Reply(Answer.SOLVED, 5, "修好了", "1001", HEARD))
        assert isinstance(done, Moved)
        assert [(told.call_id, told.words) for told in await b.rounds()] == [(back.call, "修好了")]
        assert (await b.task(one, 1)).note == ""  # shown to whoever sees the list
        assert not await b.callers.owed(PHONE, "", FILED)


@pytest.mark.parametrize("reached", [True, False])
async def test_a_case_that_an_answer_closes_is_told(url: str, reached: bool) -> None:
    """The store closed it before, and ours waited: its citizen and its partner hear of it then, once, and the pages."""
    async with books(url) as b:
        one = await b.filed(matter(external_ids=(("12345", "X1"),)))
        await b.hear(one, (1, S.CLOSED))
        if reached:
            await b.write(out(2, PHONE, 700.0, talk=20.0))
            await b.callbacks.reply((await b.task(one, 1)).id, Reply(Answer.SOLVED, 5, "", "1001", HEARD))
        else:
            for turn, number in enumerate((PHONE, OTHER, PHONE), 1):
                await b.write(out(turn + 1, number, 600.0 + turn * 100, cause=19))
        assert [(case.ticket, case.number, case.state) for case in b.closed] == [(one.id, "GD1", S.CLOSED)]
        await b.hear(one, (2, S.CLOSED))
        n = t.notifications.c
        async with b.store.reading() as db:
            rows = (await db.execute(sa.select(n.channel, n.target, n.body).order_by(n.channel, n.key))).all()
        assert [(row.channel, row.target) for row in rows] == [("partner", "12345")] * 2 + [("sms", PHONE)]
        assert ['"state":"closed"' in row.body for row in rows] == [False, True, False]
        assert rows[2].body == "GD1 closed"
        await b.sound()


async def test_a_case_is_locked_before_its_call_back(url: str) -> None:
    """As who hears of a case does: by an answer, an agent's word, a try, giving up."""
    async with books(url) as b:
        one = await b.filed(matter())
        await b.hear(one, (1, S.CHECKED))
        ident = (await b.task(one, 1)).id
        locked: list[str] = []

        def note(_db: Any, statement: Any, *_: Any) -> None:
            if getattr(statement, "_for_update_arg", None) is not None:
                locked.extend(table.name for table in statement.get_final_froms() if isinstance(table, sa.Table))

        sa.event.listen(sa.Engine, "before_execute", note)
        try:
            await b.write(out(2, PHONE, 700.0, talk=20.0))
            first = [locked.copy()]
            said = Reply(Answer.SOLVED, 5, "", "1001", HEARD)
            acts = [
                b.callbacks.say(ident, "1001", Result.NO_ANSWER, "", HEARD),
                b.callbacks.say(ident, "1001", Result.REACHED, "", HEARD),
                b.callbacks.reply(ident, said),
                b.callbacks.give_up(ident, "2001", GivenUp.SETTLED, "", HEARD, chief=True),
            ]
            for act in acts:
                locked.clear()
                await act
                first.append(locked.copy())
        finally:
            sa.event.remove(sa.Engine, "before_execute", note)
        assert [names[:2] for names in first] == [["cases", "callbacks"]] * 5, first
