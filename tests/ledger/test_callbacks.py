"""Call-backs in the ledger: one writer, one agent a number, tries from the calls themselves, words over them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import ledger
from agents.callback_list_rows import TaskRow, Wanted
from agents.callbacks import Denied, GivenUp, Kind, Moved, Result, Rules, State, Why
from bridge.disposition import CallOutcome, Disposition
from cti import events as ev
from cti.ids import LegId, TrunkId
from cti.numbers import Numbers
from ledger import tables as t
from ledger.callback_list import CallbackList
from ledger.callback_requests import CallbackBook
from ledger.invariant.rule import Limits
from ledger.scribe import Scribe
from ledger.seats import SeatBook
from ledger.store import Store
from ledger.tickets import TicketShelf
from ledger.verify import verify

from .desk import T0, Told, mark
from .test_plans import _sits

NUMBERS = Numbers("0592")
LATER = datetime.fromtimestamp(T0 + 3600, UTC)


class CallbackLedger:
    """A ledger with its scribe, its call-backs, and what was told of them."""

    def __init__(self, store: Store) -> None:
        self.store, self.told = store, []  # type: tuple[Store, list[Moved]]
        self.rules = Rules(taken_most=2)
        self.callbacks = CallbackBook(store, NUMBERS, self.rules, self.told.extend)
        self.list = CallbackList(store)
        self.scribe = Scribe(store, "xm1", numbers=NUMBERS, rules=self.rules, tell=self.told.extend)
        self._offset = 0

    async def write(self, *told: Told) -> None:
        self._offset += 100
        await self.scribe.write([event for one in told for event in one.events], mark(self._offset))

    async def task(self, told: Told) -> TaskRow:
        found = await self.list.get(told.call)
        assert found is not None
        return found

    async def sound(self) -> None:
        breaches = await verify(self.store, LATER, replace(Limits(), recorded=False, unattended=None))
        assert [one for one in breaches if one.rule != "pending_too_long"] == []


@asynccontextmanager
async def book(url: str) -> AsyncIterator[CallbackLedger]:
    store = Store(url)
    made = CallbackLedger(store)
    await made.scribe.resume()
    await SeatBook(store).write([_sits(T0 - 60)])  # 1001 at 8001
    try:
        yield made
    finally:
        await store.close()


def missed(n: int, caller: str = "13806010001", at: float = 0.0) -> Told:
    return Told(n, caller=caller, at=T0 + at).arrive().queue().leave_queue(ev.QueueExit.ABANDONED).end()


def out(n: int, number: str, at: float, *, cause: int = 16, talk: float = 0.0, seconds: float = 40.0) -> Told:
    """8001 dials; somebody answers for ``talk`` seconds, or the leg that went out ends with this cause."""
    told = Told(n, caller="8001", at=T0 + at).arrive(ev.Direction.OUTBOUND)
    told.events[0] = replace(told.events[0], dialled="")  # type: ignore[arg-type]
    told.say(ev.CallDialled(told.call, told.at(0), number), ev.CallPlaced(told.call, told.at(0), TrunkId("telecom")))
    if talk:
        return told.talk(talk).end()
    leg = LegId(f"{told.call}9")
    told.say(
        ev.LegBegan(told.call, told.at(0.1), leg, "telecom"),
        ev.LegEnded(told.call, told.at(seconds), leg, "telecom", cause),
    )
    return told.end(ev.EndedBy.CALLED)


async def test_a_missed_call_is_a_task_and_is_told(url: str) -> None:
    """Due when the rules say; whoever shows lists hears of it once it is in the ledger."""
    async with book(url) as b:
        await b.write(missed(1))
        row = await b.task(missed(1))
        assert (row.kind, row.state, row.call, row.attempts) == (Kind.MISSED, State.OPEN, row.id, ())
        assert row.due_at == row.made_at + timedelta(minutes=30)
        assert b.told == [Moved(row.id, State.OPEN, "", 0, row.due_at)]
        await b.write(missed(1))
        assert len(b.told) == 1
        await b.sound()


async def test_two_never_have_one_citizen(url: str) -> None:
    """Of many who take at once one has it, with all that the number is owed in whatever spelling; the others hear who."""
    first, second = missed(1, "+8613806010001"), missed(2, at=100)
    async with book(url) as b:
        await b.write(first, second)
        agents = [f"10{n:02}" for n in range(1, 9)]
        asked = [b.callbacks.take((first if n % 2 else second).call, agent, LATER) for n, agent in enumerate(agents)]
        said = await asyncio.gather(*asked)
        winners = [agent for agent, one in zip(agents, said, strict=True) if isinstance(one, Moved)]
        assert len(winners) == 1
        assert {one for one in said if isinstance(one, Denied)} == {Denied(Why.HELD, winners[0])}
        assert {(await b.task(one)).owner for one in (first, second)} == {winners[0]}
        again = await b.callbacks.take(first.call, winners[0], LATER)
        assert isinstance(again, Moved)
        await b.sound()


async def test_one_agent_takes_so_many_numbers(url: str) -> None:
    """Two numbers here, however many tasks, in whatever spelling; a third wants one of them called first."""
    calls = [missed(n, f"1380601000{n}", at=n) for n in range(1, 4)] + [missed(9, "+8613806010001", at=50)]
    async with book(url) as b:
        await b.write(*calls)
        assert all(
            [isinstance(await b.callbacks.take(one.call, "1001", LATER), Moved) for one in (*calls[:2], calls[3])]
        )
        assert await b.callbacks.take(calls[2].call, "1001", LATER) == Denied(Why.TOO_MANY)
        assert isinstance(await b.callbacks.give_back(calls[0].call, "1001", LATER), Moved)
        assert (await b.task(calls[3])).state is State.OPEN, "one number, one piece of work"
        assert isinstance(await b.callbacks.take(calls[2].call, "1001", LATER), Moved)


@pytest.mark.parametrize(
    ("cause", "result", "tries"),
    [(17, Result.BUSY, 1), (19, Result.NO_ANSWER, 1), (21, Result.DECLINED, 1), (1, Result.UNAVAILABLE, 1), (34, Result.NOT_LET_OUT, 0)],
)  # fmt: skip
async def test_a_try_in_vain_is_written_and_it_stays_owed(url: str, cause: int, result: Result, tries: int) -> None:
    """For every task of the number, from the call's own record; due again, and anybody's. Not counted if it never rang."""
    owed = [missed(1, "+8613806010001"), missed(2, at=100)]
    back = out(5, "13806010001", 600, cause=cause)
    async with book(url) as b:
        await b.write(*owed)
        await b.callbacks.take(owed[0].call, "1001", LATER)
        await b.write(back)
        for one in owed:
            row = await b.task(one)
            assert [(a.call, a.agent, a.seat, a.result) for a in row.attempts] == [(back.call, "1001", "8001", result)]
            assert row.tries == tries
            assert (row.state, row.owner) == ((State.OPEN, "") if tries else (State.TAKEN, "1001"))
            if tries:
                assert row.due_at == b.rules.again(1, datetime.fromtimestamp(back.now, UTC))
        await b.write(back)  # read again after a crash
        assert (await b.task(owed[0])).tries == tries
        await b.sound()


async def test_who_was_reached_is_owed_nothing_more(url: str) -> None:
    """Of before; what was missed after the call began is owed still. The task knows by which call."""
    before, after, back = missed(1), missed(2, at=2000), out(5, "13806010001", 600, talk=60)
    async with book(url) as b:
        await b.write(before, after, back)
        row = await b.task(before)
        assert (row.state, row.done_how, row.done_call, row.tries) == (State.DONE, "reached", back.call, 1)
        assert (await b.task(after)).attempts == ()
        await b.sound()


async def test_a_word_during_our_call_ends_it_and_the_try_is_there_too(url: str) -> None:
    """The agent files while they still talk: done by that very call; its record is a try, told once."""
    owed, back = missed(1), out(5, "13806010001", 600, talk=60)
    async with book(url) as b:
        early = replace_events(back, back.events[:4])
        await b.write(owed, early)
        tickets = TicketShelf(b.store, numbers=NUMBERS, tell=b.told.extend)
        await tickets.dispose(Disposition(back.call, CallOutcome.DIRECT, LATER, "1001", "8001"))
        row = await b.task(owed)
        assert (row.state, row.done_how, row.done_call, row.tries) == (State.DONE, "reached", back.call, 0)
        assert b.told[-1].state is State.DONE
        await b.write(replace_events(back, back.events[4:]))
        row = await b.task(owed)
        assert (row.state, row.done_at, row.tries) == (State.DONE, LATER, 1)
        assert [a.result for a in row.attempts] == [Result.REACHED]
        await b.sound()


def replace_events(told: Told, events: list[ev.Event]) -> Told:
    part = Told(1)
    part.events = events
    return part


async def test_assigned_work_stays_with_its_agent(url: str) -> None:
    """After a try in vain, and when they leave their seat; what was taken by hand is anybody's then."""
    given, taken = missed(1), missed(2, "13806010002", at=1)
    async with book(url) as b:
        await b.write(given, taken)
        await b.callbacks.take(given.call, "1002", LATER)
        assert isinstance(await b.callbacks.assign(given.call, "1001", LATER), Moved)
        await b.callbacks.take(taken.call, "1001", LATER)
        await b.write(out(5, "13806010001", 600, cause=17))
        row = await b.task(given)
        assert (row.state, row.owner, row.tries) == (State.ASSIGNED, "1001", 1)
        moved = await b.callbacks.left("1001", LATER)
        assert [one.task for one in moved] == [taken.call]
        assert [(await b.task(one)).owner for one in (given, taken)] == ["1001", ""]
        assert await b.callbacks.assign("nothing", "1001", LATER) is None


@pytest.mark.parametrize(
    ("said", "state", "how"),
    [
        (Result.WRONG_NUMBER, State.GIVEN_UP, "wrong_number"),
        (Result.MACHINE, State.OPEN, ""),
        (Result.REFUSED, State.DONE, "refused"),
        (Result.REACHED, State.DONE, "reached"),
    ],
)
async def test_an_agents_word_outranks_the_telephone(url: str, said: Result, state: State, how: str) -> None:
    """Somebody answered: it was a mailbox, or a stranger; the try keeps what the telephone told beside it."""
    owed, back = missed(1), out(5, "13806010001", 600, talk=20)
    async with book(url) as b:
        await b.write(owed, back)
        assert await b.callbacks.say(owed.call, "1002", said, "", LATER) == Denied(Why.UNTRIED)
        assert isinstance(await b.callbacks.say(owed.call, "1001", said, "留言", LATER), Moved)
        row = await b.task(owed)
        assert (row.state, row.done_how, row.tries) == (state, how, 1)
        assert [(a.result, a.told, a.note) for a in row.attempts] == [(said, Result.REACHED, "留言")]
        if state is State.OPEN:
            assert row.due_at == b.rules.again(1, LATER)
        await b.sound()


async def test_a_word_on_a_try_in_vain(url: str) -> None:
    """Said again it counts once; reached after all; what ended by another call is touched no more."""
    owed, vain, reached = missed(1), out(5, "13806010001", 600, cause=34), out(6, "13806010001", 900, talk=30)
    async with book(url) as b:
        await b.write(owed, vain)
        await b.callbacks.say(owed.call, "1001", Result.NO_ANSWER, "", LATER)
        await b.callbacks.say(owed.call, "1001", Result.BUSY, "", LATER)
        row = await b.task(owed)
        assert (row.state, row.tries, row.due_at) == (State.OPEN, 1, b.rules.again(1, LATER))
        await b.write(reached)
        async with b.store.writing() as db:  # 1002 had made the call in vain
            a = t.callback_attempts.c
            await db.execute(sa.update(t.callback_attempts).where(a.call_id == vain.call).values(agent="1002"))
        await b.callbacks.say(owed.call, "1002", Result.WRONG_NUMBER, "", LATER)
        row = await b.task(owed)
        assert (row.state, row.done_call) == (State.DONE, reached.call)
        await b.sound()


async def test_given_up_with_a_reason(url: str) -> None:
    """By who has it, for all that the number is owed; a supervisor any, and may have it tried again."""
    owed = [missed(1), missed(2, "+8613806010001", at=50), missed(3, "anonymous", at=99)]
    async with book(url) as b:
        await b.write(*owed)
        up = b.callbacks.give_up
        assert await up(owed[0].call, "1001", GivenUp.UNREACHABLE, "", LATER) == Denied(Why.NOT_HELD)
        await b.callbacks.take(owed[0].call, "1001", LATER)
        assert await up(owed[0].call, "1002", GivenUp.UNREACHABLE, "", LATER) == Denied(Why.HELD, "1001")
        assert isinstance(await up(owed[0].call, "1001", GivenUp.UNREACHABLE, "三次无人接", LATER), Moved)
        for one in owed[:2]:
            row = await b.task(one)
            assert (row.state, row.done_how, row.done_by, row.note) == (
                State.GIVEN_UP,
                "unreachable",
                "1001",
                "三次无人接",
            )
        assert isinstance(await up(owed[2].call, "2001", GivenUp.NO_NUMBER, "", LATER, chief=True), Moved)
        assert isinstance(await b.callbacks.assign(owed[0].call, "1002", LATER), Moved)
        row = await b.task(owed[0])
        assert (row.state, row.owner, row.done_at, row.done_how) == (State.ASSIGNED, "1002", None, "")
        await b.sound()


async def test_nobodys_numbers_are_apart(url: str) -> None:
    """Two callers who showed no number are two, and a call to a placeholder is a try of neither."""
    owed = [missed(n, "anonymous", at=n) for n in (1, 2)]
    async with book(url) as b:
        await b.write(*owed, out(5, "anonymous", 600, cause=17))
        await b.callbacks.take(owed[0].call, "1001", LATER)
        rows = [await b.task(one) for one in owed]
        assert [(row.owner, row.attempts) for row in rows] == [("1001", ()), ("", ())]


async def test_pages(url: str) -> None:
    """What is owed by when it is due, what is over newest first, each once; by agent, kind, number, due."""
    calls = [missed(n, f"1380601000{n}", at=n * 60) for n in range(1, 6)]
    async with book(url) as b:
        await b.write(*calls)
        ids = [one.call for one in calls]

        async def walk(**wanted: Any) -> list[str]:
            found: list[str] = []
            while page := await b.list.page(Wanted(most=2, after=found[-1] if found else "", **wanted)):
                found += [row.id for row in page]
            return found

        assert await walk() == ids
        await b.callbacks.take(ids[1], "1001", LATER)
        await b.callbacks.assign(ids[2], "1001", LATER)
        assert await walk(owner="1001") == ids[1:3]
        assert await walk(states=frozenset({State.OPEN})) == [ids[0], *ids[3:]]
        assert await walk(states=frozenset({State.TAKEN})) == [ids[1]]
        assert await walk(number="13806010004") == [ids[3]]
        assert await walk(kind=Kind.REPLY) == []
        assert await walk(due_before=(await b.task(calls[1])).due_at) == ids[:2]
        for n in (0, 3):
            await b.callbacks.give_up(ids[n], "2001", GivenUp.SETTLED, "", LATER + timedelta(seconds=n), chief=True)
        assert await walk(states=frozenset({State.GIVEN_UP})) == [ids[3], ids[0]]
        assert await b.list.page(Wanted(after="nothing")) == []


def test_one_writer() -> None:
    """No other file changes a call-back or a try of one."""
    root = Path(ledger.__file__).parents[1]
    writes = re.compile(
        r"(insert|update|delete|upsert)\(\s*t\.callback|(INSERT INTO|UPDATE|DELETE FROM) callback", re.IGNORECASE
    )
    rooms = ("accounts", "agents", "bridge", "config", "console", "cti", "hotline", "ivr", "ledger", "recordings")
    found = {
        str(file.relative_to(root))
        for room in rooms
        for file in (root / room).rglob("*.py")
        if writes.search(file.read_text(encoding="utf-8"))
    }
    assert {name for name in found if "/migrations/" not in name} == {
        "ledger/callbacks.py",
        "ledger/callback_requests.py",
        "ledger/callback_rows.py",
        "hotline/bench/ledger/generate.py",  # makes a whole ledger up
    }
