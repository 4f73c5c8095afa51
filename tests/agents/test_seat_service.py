"""The floor: commands in order and paced, one answer each, the book written whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest

from agents import commands as req
from agents import events as out
from agents.commands import Accepted, Refused, Why
from agents.desk import Desk
from agents.ports import Page
from agents.presence import Presence
from agents.seat_service import SeatService
from agents.seat_state import SeatState
from cti import commands as tel
from cti import events as ev
from cti.equipment_events import BoardLive
from cti.ids import CallId, Instant, LegId, SeatId
from tests.waiting import until

from .desk_driver import CHEN, LIN, MANDARIN, S1, S2, roster


class FakeSwitchboard:
    def __init__(self) -> None:
        self.performed: list[tel.Command] = []
        self.running: set[SeatId] = set()
        self.result = tel.Result.DONE
        self.gate: asyncio.Event | None = None

    async def perform(self, command: tel.Command) -> tel.Outcome:
        seat = getattr(command, "seat", SeatId(""))
        originate = isinstance(command, tel.CallSeat | tel.DialOut)
        assert originate or seat not in self.running, "two commands of one seat at once"
        if not originate:
            self.running.add(seat)
        self.performed.append(command)
        await (self.gate.wait() if self.gate else asyncio.sleep(0))
        self.running.discard(seat)
        return tel.Outcome(command, self.result, "" if self.result is tel.Result.DONE else "said no")


class FakeBook:
    def __init__(self, states: Mapping[SeatId, SeatState] | None = None) -> None:
        self.states = dict(states or {})
        self.changes: list[out.SeatStateChanged] = []
        self.failures = 0
        self.refused: SeatId | None = None

    async def write(self, pages: Sequence[Page]) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("disk full")
        if any(page.seat == self.refused for page in pages):
            raise ValueError("a value that no column takes")
        for page in pages:
            if isinstance(page, out.SeatStateChanged):
                self.changes.append(page)
            self.states[page.seat] = page.state

    async def last(self) -> Mapping[SeatId, SeatState]:
        return self.states


class Opened:
    def __init__(self, floor: SeatService, board: FakeSwitchboard, book: FakeBook, events: list[out.Event]) -> None:
        self.floor, self.board, self.book, self.events = floor, board, book, events


@asynccontextmanager
async def opened(book: FakeBook | None = None, *, wrap_up: float = 30) -> AsyncIterator[Opened]:
    board, book, events = FakeSwitchboard(), book or FakeBook(), list[out.Event]()
    floor = SeatService(Desk(roster(wrap_up=wrap_up)), board, book, events.append, (OSError,))
    await floor.open()
    floor.hear(BoardLive(Instant(1), Instant(1)))
    try:
        yield Opened(floor, board, book, events)
    finally:
        await floor.close()


def run(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(story())  # type: ignore[arg-type]


def talk(floor: SeatService) -> LegId:
    call, leg, at = CallId("t-1.1"), LegId("t-1.2"), Instant(2)
    floor.hear(ev.CallArrived(call, at, LegId(call), "telecom", ev.Direction.INBOUND, "1", "", "12319"))
    floor.hear(ev.LegBegan(call, at, LegId(call), "telecom"))
    floor.hear(ev.LegBegan(call, at, leg, S1))
    floor.hear(ev.CallOffered(call, at, leg, S1, MANDARIN))
    floor.hear(ev.TalkBegan(call, at, leg, S1, MANDARIN))
    return leg


def test_presences_reach_the_book_in_order_and_come_back() -> None:
    """What was written is what the next floor begins with."""

    async def story() -> None:
        async with opened() as f:
            assert await f.floor.ask(req.LogIn(CHEN, S1, ready=True)) == Accepted()
            assert await f.floor.ask(req.Pause(S1, "小休")) == Accepted()
            await until(lambda: len(f.book.changes) == 2)
            assert [c.new for c in f.book.changes] == [Presence.READY, Presence.PAUSED]
        async with opened(FakeBook(f.book.states)) as again:
            assert again.floor.desk.seats[S1].agent == CHEN
            assert again.floor.desk.seats[S1].reason == "小休"
            await until(lambda: len(again.board.performed) == 2)
            assert all(isinstance(c, tel.AddMember) and c.paused for c in again.board.performed)

    run(story)


def test_a_verb_is_answered_by_asterisk() -> None:
    """Accepted when Asterisk did it, refused with its word when it did not."""

    async def story() -> None:
        async with opened() as f:
            await f.floor.ask(req.LogIn(CHEN, S1, ready=True))
            leg = talk(f.floor)
            assert await f.floor.ask(req.HoldCall(S1)) == Accepted()
            assert f.board.performed[-1] == tel.Hold(leg)
            f.board.result = tel.Result.REFUSED
            assert await f.floor.ask(req.ResumeCall(S1)) == Refused(Why.TELEPHONE, "refused: said no")
            assert [e.done for e in f.events if isinstance(e, out.VerbEnded)] == [True, False]

    run(story)


def test_a_call_of_ones_own_is_answered_at_once_and_blocks_nothing() -> None:
    """The seat's phone may ring for half a minute; other commands of the seat go on."""

    async def story() -> None:
        async with opened() as f:
            await f.floor.ask(req.LogIn(CHEN, S1, ready=True))
            await until(lambda: len(f.board.performed) == 2)
            f.board.gate = asyncio.Event()
            asking = asyncio.create_task(f.floor.ask(req.DialOut(S1, "110")))
            assert await asking == Accepted()
            f.board.gate.set()
            await until(lambda: any(isinstance(e, out.VerbEnded) for e in f.events))
            kinds = [type(c) for c in f.board.performed[2:4]]
            assert kinds == [tel.PauseMember, tel.DialOut]

    run(story)


def test_wrap_up_ends_by_the_clock() -> None:
    """The floor arms the desk's next deadline."""

    async def story() -> None:
        async with opened(wrap_up=0.05) as f:
            await f.floor.ask(req.LogIn(CHEN, S1, ready=True))
            leg = talk(f.floor)
            f.floor.hear(ev.LegEnded(CallId("t-1.1"), Instant(3), leg, S1, 16))
            await until(lambda: f.floor.desk.seats[S1].presence is Presence.READY)

    run(story)


@pytest.mark.slow
def test_a_book_that_fails_loses_nothing() -> None:
    """The page is tried again; one alarm, one all-clear, and seats go on meanwhile."""

    async def story() -> None:
        async with opened() as f:
            f.book.failures = 1
            await f.floor.ask(req.LogIn(CHEN, S1, ready=True))
            await f.floor.ask(req.LogIn(LIN, S2))
            await until(lambda: len(f.book.changes) == 2)
            assert [c.seat for c in f.book.changes] == [S1, S2]
            kinds = [type(e) for e in f.events if isinstance(e, out.SeatAlarm | out.SeatAlarmCleared)]
            assert kinds == [out.SeatAlarm, out.SeatAlarmCleared]

    run(story)


@pytest.mark.slow
def test_a_page_that_cannot_be_written_holds_up_no_other() -> None:
    """Only a book that is away is waited for: one bad page among several is given up alone, and nobody's log stands still."""

    async def story() -> None:
        async with opened() as f:
            f.book.refused = S1
            await f.floor.ask(req.LogIn(LIN, S2))
            await f.floor.ask(req.LogIn(CHEN, S1, ready=True))
            await f.floor.ask(req.LogOut(S2))
            await until(lambda: len(f.book.changes) == 2)
            assert [(c.seat, c.new) for c in f.book.changes] == [(S2, Presence.PAUSED), (S2, Presence.LOGGED_OUT)]
            assert not [e for e in f.events if isinstance(e, out.SeatAlarm)], "nothing is away"

    run(story)


def test_a_switchboard_that_raises_is_an_outcome() -> None:
    """An error of ours in the telephone's shell is a lost command, not a dead seat."""

    async def story() -> None:
        async with opened() as f:
            await f.floor.ask(req.LogIn(CHEN, S1, ready=True))
            talk(f.floor)

            async def broken(command: tel.Command) -> tel.Outcome:
                raise RuntimeError("bug")

            f.board.perform = broken  # type: ignore[method-assign]
            assert await f.floor.ask(req.HoldCall(S1)) == Refused(Why.TELEPHONE, "lost: RuntimeError")
            assert f.floor.desk.seats[S1].presence is Presence.TALKING

    run(story)


def test_closing_answers_whoever_still_waits() -> None:
    """Exactly one answer also when the daemon stops in the middle."""

    async def story() -> None:
        async with opened() as f:
            await f.floor.ask(req.LogIn(CHEN, S1, ready=True))
            await until(lambda: len(f.board.performed) == 2)
            talk(f.floor)
            f.board.gate = asyncio.Event()
            first = asyncio.create_task(f.floor.ask(req.HoldCall(S1)))
            second = asyncio.create_task(f.floor.ask(req.HangUpCall(S1)))
            await asyncio.sleep(0.01)
            await f.floor.close()
            assert isinstance(await first, Refused)
            assert isinstance(await second, Refused)

    run(story)
