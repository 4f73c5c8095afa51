"""The courier against a store that misbehaves; the store's own table is the witness."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bridge.case_store_messages import Message, MessageId, MessageKind, key_of
from bridge.courier import Courier
from bridge.delivery_retry import RetryRule
from bridge.delivery_state import DeliveryState
from bridge.drivers import CaseStore, Receipt, Rejected, Unreachable
from bridge.events import StoreBack, StoreLost, TicketDelivered, TicketPoisoned
from bridge.ticket import Ticket, ticket_id
from tests.bridge.made import NOON, ticket
from tests.fakes.book import MemoryBook
from tests.fakes.casestore import ScriptedStore


class Bench:
    """A courier whose time passes only while it has nothing to do."""

    def __init__(self, store: CaseStore, book: MemoryBook | None = None, **settings: Any) -> None:
        self.now = NOON
        self.book = book or MemoryBook()
        self.heard: list[object] = []
        self.pauses = 0
        rule = settings.pop("rule", RetryRule(first=1, most=300, poison_after=8))
        self.courier = Courier(
            self.book, store, rule, self.heard.append, chance=lambda: 0.5, clock=lambda: self.now, pause=self._pause,
            **settings,
        )  # fmt: skip

    async def _pause(self, event: asyncio.Event, seconds: float | None) -> None:
        self.pauses += 1
        for _ in range(20):
            await asyncio.sleep(0)
            if event.is_set():
                return
        self.now += timedelta(seconds=seconds or 0)
        await asyncio.sleep(0)

    async def file(self, *tickets: Ticket) -> None:
        for one in tickets:
            await self.book.file(one)
        self.courier.wake()

    async def until(self, moment: datetime) -> None:
        """Let the courier run until its clock shows ``moment``."""
        self.courier.start()
        while self.now < moment:
            await asyncio.sleep(0)
        await self.courier.stop()

    def kinds(self) -> Counter[type]:
        return Counter(type(event) for event in self.heard)


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


async def test_delivered_once() -> None:
    """Every filed ticket reaches a willing store once and its receipt comes back into the book."""
    store = ScriptedStore()
    bench = Bench(store)
    tickets = [ticket(n) for n in range(40)]
    await bench.file(*tickets)
    await bench.until(minutes(1))
    assert sorted(key for key, _ in store.table) == sorted(one.key for one in tickets)
    assert {push.state for push in bench.book.rows.values()} == {DeliveryState.DELIVERED}
    assert len({push.case_number for push in bench.book.rows.values()}) == 40
    assert bench.kinds() == {TicketDelivered: 40}


async def test_answer_lost() -> None:
    """A store that takes the ticket and loses the answer is asked before the retry, and holds it once."""
    store = ScriptedStore(script=lambda _, nth: "lost" if nth == 1 else "ok")
    bench = Bench(store)
    await bench.file(*(ticket(n) for n in range(20)))
    await bench.until(minutes(60))
    assert Counter(store.table).most_common(1)[0][1] == 1
    assert len(store.table) == 20
    assert (await bench.book.backlog()) == (0, 0)


async def test_answer_lost_and_no_word() -> None:
    """While the store cannot say whether it has a ticket, the ticket is not sent a second time."""
    asked = {"times": 0}

    def finds() -> bool:
        asked["times"] += 1
        return asked["times"] > 5

    store = ScriptedStore(script=lambda _, nth: "lost" if nth == 1 else "ok", finds=finds)
    bench = Bench(store)
    await bench.file(ticket())
    await bench.until(minutes(30))
    assert len(store.table) == 1
    assert len(store.deliveries) == 1
    assert (await bench.book.backlog()) == (0, 0)


@pytest.mark.slow
async def test_store_down_for_three_days() -> None:
    """A store that is dead for 72 hours costs a few probes; then everything arrives once, nothing is poison."""
    bench: Bench

    def script(_: Ticket, __: int) -> str:
        return "down" if bench.now < NOON + timedelta(hours=72) else "ok"

    store = ScriptedStore(script=script)
    store.finds = lambda: bench.now >= NOON + timedelta(hours=72)
    bench = Bench(store)
    tickets = [ticket(n) for n in range(300)]
    await bench.file(*tickets)
    await bench.until(NOON + timedelta(hours=71))
    assert store.table == []
    assert (await bench.book.backlog()) == (300, 0)
    assert sum(push.tries for push in bench.book.rows.values()) < 72 * 3600 / 100
    await bench.until(NOON + timedelta(hours=72, minutes=20))
    assert Counter(key for key, _ in store.table) == Counter(one.key for one in tickets)
    assert (await bench.book.backlog()) == (0, 0)
    assert bench.kinds()[StoreLost] == bench.kinds()[StoreBack] == 1


async def test_a_day_s_backlog_drains_in_order_at_the_rate() -> None:
    """A store that comes back is not buried: no more than so many a second, and each matter's messages as they were said."""
    sent: list[tuple[datetime, str]] = []

    class Noting(ScriptedStore):
        async def deliver(self, message: Message) -> Receipt | Rejected | Unreachable:
            answer = await super().deliver(message)
            if isinstance(answer, Receipt):
                sent.append((bench.now, message.key))
            return answer

    back = NOON + timedelta(days=1)
    store = Noting()
    bench = Bench(store, per_second=2)
    store.script = lambda _ticket, _nth: "ok" if bench.now >= back else "down"
    bench.courier.ticks = lambda: bench.now.timestamp()
    tickets = [ticket(n) for n in range(12)]
    await bench.file(*tickets)
    for turn in ("1", "2"):
        for one in tickets:
            key = key_of(one.key, MessageKind.SUPPLEMENT, turn)
            ident = MessageId(ticket_id(NOON, os.urandom(10)))
            await bench.book.add(Message(ident, one.key, MessageKind.SUPPLEMENT, key, one, {"text": "又涨了"}), NOON)
    await bench.until(back + timedelta(minutes=20))
    assert sorted(Counter(key for _at, key in sent).values()) == [1] * 36
    for one in tickets:
        mine = [key for _at, key in sent if key.startswith(one.key)]
        assert mine == [one.key, *(key_of(one.key, MessageKind.SUPPLEMENT, turn) for turn in ("1", "2"))]
    waits = [(later - earlier).total_seconds() for (earlier, _), (later, _) in pairwise(sent)]
    assert min(waits) >= 0.49


async def test_poison_among_good() -> None:
    """A ticket the store calls wrong becomes a dead letter after its tries; the others pass it by."""
    store = ScriptedStore(script=lambda one, _: "reject" if one.title.endswith(" 3") else "ok")
    bench = Bench(store, rule=RetryRule(first=1, most=300, poison_after=4))
    bad = ticket(3)
    await bench.file(ticket(1), ticket(2), bad, ticket(4))
    await bench.until(NOON + timedelta(seconds=0.5))
    assert len(store.table) == 3
    await bench.until(minutes(10))
    assert store.deliveries.count(bad.key) == 4
    assert [push.ticket.id for push in await bench.book.dead_letters(10)] == [bad.id]
    assert (await bench.book.dead_letters(10))[0].error == "unknown code"
    assert bench.kinds()[TicketPoisoned] == 1


async def test_replayed_after_correction() -> None:
    """A dead letter that a person fixed is sent again and arrives."""
    store = ScriptedStore(script=lambda one, _: "reject" if one.kind == "complaint" else "ok")
    bench = Bench(store, rule=RetryRule(first=1, most=300, poison_after=2))
    bad = ticket(1)
    await bench.file(bad)
    await bench.until(minutes(5))
    fixed = ticket(1, id=bad.id, kind="help")
    await bench.book.replay(MessageId(bad.id), bench.now, fixed)
    await bench.until(minutes(10))
    assert [key for key, _ in store.table] == [bad.key]
    assert bench.book.rows[bad.id].state is DeliveryState.DELIVERED


async def test_one_hangs() -> None:
    """A delivery that hangs holds up no other one and ends at its deadline."""
    store = ScriptedStore(script=lambda one, nth: "hang" if one.title.endswith(" 1") and nth == 1 else "ok")
    bench = Bench(store, deadline=0.05)
    await bench.file(*(ticket(n) for n in range(1, 30)))
    bench.courier.start()
    while len(store.table) < 29:
        await asyncio.sleep(0.005)
    await bench.courier.stop()
    assert len(set(store.table)) == 29


async def test_driver_fault() -> None:
    """A driver that raises loses nothing: as good as no answer."""
    store = ScriptedStore(script=lambda _, nth: "crash" if nth < 3 else "ok")
    bench = Bench(store)
    await bench.file(ticket())
    await bench.until(minutes(5))
    assert len(store.table) == 1
    assert "RuntimeError" in next(e.error for e in bench.heard if hasattr(e, "error"))


async def test_book_breaks() -> None:
    """A book that cannot be read or written for a while leads to no loss and no duplicate."""
    store, book = ScriptedStore(), MemoryBook()
    bench = Bench(store, book)
    await bench.file(*(ticket(n) for n in range(10)))
    book.broken = {"due": 3, "begun": 7, "delivered": 12}
    await bench.until(minutes(20))
    assert len(store.table) == len(set(store.table)) == 10
    assert (await book.backlog()) == (0, 0)


async def test_killed_between_send_and_note() -> None:
    """A courier that died after the store took the ticket and before the book knew: the next one asks first."""
    store, book = ScriptedStore(), MemoryBook()
    one = ticket()
    await book.file(one)
    (sent,) = await book.due(NOON, 1)
    assert await book.begun(sent)
    store.table.append((one.key, one.title))
    bench = Bench(store, book)
    await bench.until(minutes(1))
    assert len(store.table) == 1
    assert store.deliveries == []
    assert book.rows[one.id].case_number


async def test_wakes_at_once() -> None:
    """A ticket filed while the courier sleeps goes out without waiting for the next look."""
    store, book = ScriptedStore(), MemoryBook()
    courier = Courier(book, store, RetryRule(), lambda _: None, chance=lambda: 0.5, clock=lambda: NOON)
    courier.start()
    await asyncio.sleep(0.01)
    await book.file(ticket())
    courier.wake()
    async with asyncio.timeout(30):  # a look without the wake would come after a minute
        while not store.table:
            await asyncio.sleep(0.001)
    await courier.stop()


async def test_stop_leaves_nothing() -> None:
    """After ``stop`` no task of the courier is left, even with a delivery hanging."""
    before = asyncio.all_tasks()
    bench = Bench(ScriptedStore(script=lambda _, __: "hang"))
    await bench.file(*(ticket(n) for n in range(5)))
    bench.courier.start()
    for _ in range(50):
        await asyncio.sleep(0)
    await bench.courier.stop()
    assert asyncio.all_tasks() == before


async def test_a_store_that_is_back_waits_for_no_pause() -> None:
    """What was tried in vain goes as soon as somebody hears the store again, though its own next try is minutes away."""
    bench: Bench

    def away() -> bool:
        return bench.now < minutes(30)

    store = ScriptedStore(script=lambda _ticket, _nth: "down" if away() else "ok", finds=lambda: not away())
    bench = Bench(store)
    await bench.file(*(ticket(n) for n in range(12)))
    await bench.until(minutes(29))
    bench.now = minutes(30)
    bench.courier.store_heard()
    await bench.until(minutes(30) + timedelta(seconds=25))
    assert await bench.book.backlog() == (0, 0)
    assert len(store.table) == 12


async def test_what_the_store_dies_of_goes_last() -> None:
    """A message after which the store is always silent lets the others by, each time it is back."""
    deadly = ticket(0)
    store = ScriptedStore(script=lambda one, _nth: "down" if one.key == deadly.key else "ok")
    bench = Bench(store, places=1)
    await bench.file(deadly)
    await bench.until(minutes(5))
    before = store.deliveries.count(deadly.key)
    for n in range(1, 30):
        await bench.file(ticket(n))
        bench.courier.store_heard()
        await bench.until(bench.now + timedelta(seconds=2))
    assert len(store.table) == 29
    assert store.deliveries.count(deadly.key) - before < 20  # of 29 times that it was back


async def test_a_book_that_is_away_when_the_store_is_back() -> None:
    """It is brought forward once the book can be written."""
    store = ScriptedStore(script=lambda _ticket, nth: "down" if nth < 8 else "ok")
    bench = Bench(store)
    await bench.file(ticket(1))
    while len(store.deliveries) < 7:
        await bench.until(bench.now + timedelta(seconds=5))
    bench.book.broken["store_back"] = 2
    bench.courier.store_heard()
    before = bench.now
    await bench.until(before + timedelta(seconds=20))
    assert len(store.table) == 1
