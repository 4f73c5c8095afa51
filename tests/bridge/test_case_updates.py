"""Hearing from a case store that is away, and into a book that is: nothing is missed, and nobody is told twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bridge.case_state import OVER, TABLE, CaseState, foreseen
from bridge.case_store_messages import KINDS, Message, MessageKind, filing, key_of, lacking
from bridge.case_updates import SILENT_MOST, Hearing
from bridge.delivery_retry import RetryRule
from bridge.delivery_state import HOLDS_BACK, DeliveryState, Move, after, before
from bridge.drivers import CaseEvent, Heard, Receipt, Rejected, Unreachable
from bridge.events import CaseMoved
from tests.bridge.made import NOON, ticket
from tests.fakes.book import MemoryBook

from .rigs import settled

STORY = (CaseState.FILED, CaseState.DISPATCHED, CaseState.CLOSED)


@dataclass
class Teller:
    """A case store with a list of events; a mark is a place in it. ``odd``: what the next questions meet instead."""

    events: list[CaseEvent] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    carries: frozenset[MessageKind] = frozenset(MessageKind)

    async def find(self, key: str) -> Receipt | Unreachable | None:
        return None

    async def deliver(self, message: Message) -> Receipt | Rejected | Unreachable:
        return Unreachable("not asked for")

    async def hear(self, mark: str, most: int) -> Heard | Unreachable:
        self.asked.append(mark)
        match self.odd.pop() if self.odd else "":
            case "away":
                return Unreachable("503")
            case "raises":
                raise RuntimeError("a fault in the driver")
            case "hangs":
                await asyncio.Event().wait()
        done = int(mark or 0)
        told = tuple(self.events[done : done + 2])
        return Heard(told, str(done + len(told)), more=done + len(told) < len(self.events))


def events(n: int) -> list[CaseEvent]:
    return [
        CaseEvent(ticket(n).key, f"GD{n}", turn, state, NOON + timedelta(minutes=turn))
        for turn, state in enumerate(STORY, 1)
    ]


async def listened(teller: Teller, book: MemoryBook) -> list[object]:
    """Until it has heard all there is."""
    told: list[object] = []

    async def breathe(_seconds: float) -> None:
        await asyncio.sleep(0)

    rule = RetryRule(first=1, most=60)
    hearing = Hearing(
        "city", teller, book, rule, told.append, chance=lambda: 0.5, clock=lambda: NOON, pause=breathe, deadline=0.05
    )
    hearing.start()
    await settled(lambda: book.marks.get("city") == str(len(teller.events)))
    await hearing.stop()
    return told


async def test_a_store_that_is_away_is_asked_every_few_seconds_and_its_return_is_told_once() -> None:
    """However long it was away: nobody waits minutes to learn that it is back."""
    teller, pauses, back = Teller(events(1), odd=["away"] * 30), list[float](), list[int]()

    async def breathe(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    book, rule = MemoryBook(), RetryRule(first=1, most=300)
    hearing = Hearing(
        "city", teller, book, rule, lambda _event: None, chance=lambda: 1.0, clock=lambda: NOON, pause=breathe,
        back=lambda: back.append(len(pauses)),
    )  # fmt: skip
    hearing.start()
    await settled(lambda: len(pauses) > 33)
    await hearing.stop()
    assert pauses[:30] == [1, 2, 4, *[SILENT_MOST] * 27]
    assert set(pauses[30:]) == {hearing.every}
    assert back == [30]


@pytest.mark.parametrize("odd", [[], ["away"], ["raises"], ["hangs"], ["raises", "away", "hangs", "away"]])
@pytest.mark.parametrize("broken", [0, 1, 3])
async def test_nothing_is_missed_and_nobody_is_told_twice(odd: list[str], broken: int) -> None:
    """Whoever of the two is away, in whatever way, and for however long."""
    book, teller = MemoryBook(broken={"hear": broken}), Teller(odd=list(odd))
    for n in range(3):
        await book.file(ticket(n))
        teller.events += events(n)
    told = await listened(teller, book)
    assert [(event.case_number, event.state) for event in told if isinstance(event, CaseMoved)] == [
        ("GD0", CaseState.DISPATCHED), ("GD0", CaseState.CLOSED), ("GD1", CaseState.CLOSED),
        ("GD2", CaseState.DISPATCHED), ("GD2", CaseState.CLOSED),
    ], "two events at a time, of which the last of a case is told"  # fmt: skip
    assert not book.broken["hear"]


async def test_it_goes_on_where_it_was(tmp_path: object) -> None:
    """The mark is the book's, not the process's: a daemon that begins anew asks for what is new."""
    book, teller = MemoryBook(), Teller(events(1))
    await book.file(ticket(1))
    await listened(teller, book)
    teller.asked.clear()
    teller.events.append(CaseEvent(ticket(1).key, "GD1", 4, CaseState.FILED, NOON))
    told = await listened(teller, book)
    assert teller.asked[0] == "3"
    assert [event.state for event in told if isinstance(event, CaseMoved)] == [CaseState.FILED]


async def test_after_a_fault_the_book_says_where_to_go_on() -> None:
    """The book may have been put back from a backup meanwhile, with an older mark."""
    book, teller = MemoryBook(), Teller(events(1))
    await book.file(ticket(1))
    hearing = Hearing("city", teller, book, RetryRule(first=0, most=0), lambda _: None, lambda: 0.5, every=0)
    hearing.start()
    await settled(lambda: "3" in teller.asked)
    teller.odd.append("away")
    await settled(lambda: not teller.odd)
    book.marks["city"] = "1"
    teller.asked.clear()
    teller.odd.append("away")
    await settled(lambda: "1" in teller.asked)
    await hearing.stop()
    assert book.marks["city"] == "3"


async def test_what_is_pushed_is_heard_alike() -> None:
    """A callback, again and in any order, moves no mark and no case twice; a book that is away says so to the sender."""
    book, told = MemoryBook(broken={"hear": 1}), list[object]()
    await book.file(ticket(1))
    hearing = Hearing("city", Teller(), book, RetryRule(), told.append, chance=lambda: 0.5, clock=lambda: NOON)
    with pytest.raises(OSError, match="disk"):
        await hearing.take(events(1))
    for _ in range(2):
        await hearing.take(events(1))
    await hearing.take(events(1)[1:2])
    assert [event.state for event in told if isinstance(event, CaseMoved)] == [CaseState.CLOSED]
    assert book.marks == {}


# -- the tables -------------------------------------------------------------------------------


def test_the_table_of_deliveries() -> None:
    """Each move has one state it happens in; what was delivered stays so; nothing else is out of reach."""
    for move in Move:
        assert len(before(move)) == 1, move
    assert all(after(DeliveryState.DELIVERED, move) is None for move in Move)
    reached, frontier = {DeliveryState.WAITING}, [DeliveryState.WAITING]
    while frontier:
        state = frontier.pop()
        new = {found for move in Move if (found := after(state, move)) is not None} - reached
        reached |= new
        frontier += new
    assert reached == set(DeliveryState)
    over = {DeliveryState.DELIVERED, DeliveryState.NOT_CARRIED}
    assert set(DeliveryState) - over == HOLDS_BACK
    assert all(after(DeliveryState.NOT_CARRIED, move) is None for move in Move)


def test_the_table_of_cases() -> None:
    """Every state has its line; each is reached from the first; each that is not over leads to an end; ends may be opened."""
    assert set(TABLE) == set(CaseState)
    reached, frontier = {CaseState.FILED}, [CaseState.FILED]
    while frontier:
        new = set(TABLE[frontier.pop()]) - reached
        reached |= new
        frontier += new
    assert reached == set(CaseState)
    for state in CaseState:
        assert foreseen(state, state)
        assert state not in TABLE[state]
        assert TABLE[state], f"{state} ends all"
    assert not foreseen(CaseState.CLOSED, CaseState.HANDLED)
    assert {CaseState.CLOSED, CaseState.VOIDED} == OVER


def test_the_table_of_kinds() -> None:
    """Only filing begins a matter; a key tells kinds and occasions apart; what a kind needs is asked for."""
    assert set(KINDS) == set(MessageKind)
    assert [kind for kind, rule in KINDS.items() if rule.opens] == [MessageKind.FILE]
    one = ticket(1)
    assert (filing(one).key, filing(one).stream, filing(one).id) == (one.key, one.key, one.id)
    keys = {key_of(one.key, kind, name) for kind in MessageKind for name in ("", "1", "2")}
    assert len(keys) == 1 + 3 * (len(MessageKind) - 1)
    assert lacking(MessageKind.REPLY, {}) == ("answer",)
    assert lacking(MessageKind.REPLY, {"answer": "满意"}) == ()
