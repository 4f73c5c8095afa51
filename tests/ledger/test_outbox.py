"""Messages on their way: claims, order within a stream, and a case store that does each once."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bridge.case_store_messages import Message, MessageId, MessageKind, filing, key_of
from bridge.delivery_state import DeliveryState
from bridge.ports import Outgoing
from bridge.ticket import Ticket, ticket_id
from ledger import tables as t
from ledger.outbox import NotInOrder, OutboxShelf
from ledger.store import Store
from ledger.tickets import TicketShelf
from tests.bridge.made import NOON, ticket

from .desk import contents

LATER = NOON + timedelta(hours=1)
SECOND = timedelta(seconds=1)


@dataclass
class Books:
    tickets: TicketShelf
    outbox: OutboxShelf
    store: Store

    async def due(self, now: datetime = LATER) -> Outgoing:
        (sent,) = await self.outbox.due(now, 9)
        return sent


@asynccontextmanager
async def books(url: str, holder: str = "xm1") -> AsyncIterator[Books]:
    store = Store(url)
    try:
        yield Books(TicketShelf(store), OutboxShelf(store, holder), store)
    finally:
        await store.close()


def more(one: Ticket, kind: MessageKind = MessageKind.URGE, name: str = "1", **payload: Any) -> Message:
    """A later message of the same matter."""
    return Message(
        MessageId(ticket_id(LATER, os.urandom(10))), one.key, kind, key_of(one.key, kind, name), one, payload
    )


async def test_the_life_of_a_message(url: str) -> None:
    """Begun, failed, refused, poisoned, corrected and replayed, delivered; then nothing changes it any more."""
    one = ticket(1)
    async with books(url) as book:
        await book.tickets.file(one)
        assert await book.outbox.next_due() == NOON
        sent = await book.due(NOON)
        assert sent.message == filing(one)
        assert await book.outbox.begun(sent)
        await book.outbox.failed(sent, "500", LATER, refused=False)
        assert await book.outbox.due(NOON, 9) == []
        sent = await book.due()
        assert await book.outbox.begun(sent)
        await book.outbox.failed(sent, "422", LATER, refused=True)
        push = await book.tickets.find(one.id)
        assert push is not None
        assert (push.tries, push.refusals, push.error, push.ever_sent) == (2, 1, "422", True)
        await book.outbox.poisoned(sent, "422", LATER)
        assert await book.tickets.backlog() == (0, 1)
        assert [push.id for push in await book.tickets.dead_letters(9)] == [one.id]
        push = await book.tickets.replay(sent.message.id, LATER, replace(one, title="湖滨南路积水（更正）"))
        assert push is not None
        assert (push.tries, push.refusals, push.ever_sent, push.ticket.title) == (0, 0, True, "湖滨南路积水（更正）")
        assert await book.tickets.replay(sent.message.id, LATER) is None
        sent = await book.due()
        assert sent.message.ticket.title == "湖滨南路积水（更正）"
        for _ in range(2):
            await book.outbox.delivered(sent, "XM-1", "1234", LATER)
        await book.outbox.failed(sent, "late answer", LATER, refused=True)
        push = await book.tickets.find(one.id)
        assert push is not None
        assert (push.state, push.case_number, push.query_code, push.delivered_at) == (
            DeliveryState.DELIVERED, "XM-1", "1234", LATER,
        )  # fmt: skip
        assert (push.error, push.refusals) == ("", 0)
        assert await book.outbox.next_due() is None
    found = contents(url)
    assert [len(found[name]) for name in ("ticket_history", "cases", "case_history")] == [1, 1, 1]


async def test_due_leaves_out_what_flies_and_takes_the_longest_due_first(url: str) -> None:
    """``but`` and ``most`` are obeyed."""
    all_of = [ticket(n, NOON + n * SECOND) for n in range(5)]
    async with books(url) as book:
        for one in reversed(all_of):
            await book.tickets.file(one)
        flying = frozenset({MessageId(all_of[0].id)})
        got = await book.outbox.due(LATER, 2, flying)
        assert [sent.message.id for sent in got] == [all_of[1].id, all_of[2].id]
        assert await book.outbox.next_due(flying) == NOON + SECOND


async def test_order_holds_within_a_stream_and_streams_go_side_by_side(url: str) -> None:
    """What was said later of a matter waits until the earlier is there; another matter does not wait for it."""
    one, two = ticket(1), ticket(2, NOON + SECOND)
    urged, urged_again = more(one), more(one, name="2")
    async with books(url) as book:
        for each in (one, two):
            await book.tickets.file(each)
        for message in (urged, urged_again, more(two, MessageKind.SUPPLEMENT, text="路灯也坏了")):
            assert await book.outbox.add(message, NOON)
        first, other = await book.outbox.due(LATER, 9)
        assert (first.message.id, other.message.id) == (one.id, two.id)
        assert await book.outbox.next_due(frozenset({first.message.id, other.message.id})) is None
        await book.outbox.failed(other, "500", LATER + SECOND, refused=False)
        await book.outbox.delivered(first, "XM-1", "", LATER)
        assert (await book.due()).message == urged
        await book.outbox.delivered(await book.due(), "XM-1", "", LATER)
        assert (await book.due()).message == urged_again
        second = (await book.outbox.due(LATER + SECOND, 9, frozenset({urged_again.id})))[0]
        await book.outbox.delivered(second, "XM-2", "", LATER)
        last = await book.outbox.due(LATER, 9, frozenset({urged_again.id}))
        assert [(sent.message.kind, sent.message.payload) for sent in last] == [
            (MessageKind.SUPPLEMENT, {"text": "路灯也坏了"})
        ]


async def test_poison_holds_back_its_own_stream_alone(url: str) -> None:
    """A dead letter of any kind is listed and replayed; until then nothing behind it goes, and everything beside it."""
    one, two = ticket(1), ticket(2)
    urged, behind = more(one), more(one, name="2")
    async with books(url) as book:
        await book.tickets.file(one)
        await book.outbox.delivered(await book.due(), "XM-1", "", LATER)
        for message in (urged, behind):
            await book.outbox.add(message, NOON)
        sent = await book.due()
        await book.outbox.begun(sent)
        await book.outbox.poisoned(sent, "no such kind", LATER)
        await book.tickets.file(two)
        assert (await book.due()).message.ticket == two
        letters = await book.tickets.dead_letters(9)
        assert [(push.id, push.kind, push.ticket) for push in letters] == [(urged.id, MessageKind.URGE, one)]
        assert await book.tickets.dead_letter(behind.id) is None
        found = await book.tickets.find(one.id)
        assert found is not None
        assert found.state is DeliveryState.DELIVERED
        assert await book.tickets.replay(urged.id, LATER) is not None
        ids = {sent.message.id for sent in await book.outbox.due(LATER, 9)}
        assert ids == {urged.id, two.id}


async def test_what_a_store_left_unanswered_is_due_when_it_is_back(url: str) -> None:
    """By its own tries; what was refused, is another's, or is due before that keeps its moment."""
    far = LATER + timedelta(hours=5)
    async with books(url) as book:
        all_of = [ticket(n, NOON + n * SECOND) for n in range(6)]
        silent, twice, refused, early, fresh, held = all_of
        for one in all_of:
            await book.tickets.file(one)
        for sent in await book.outbox.due(LATER, 9):
            if sent.message.ticket == fresh:
                continue
            assert await book.outbox.begun(sent)
            if sent.message.ticket == twice:
                assert await book.outbox.begun(sent)
            if sent.message.ticket != held:
                moment = LATER + SECOND if sent.message.ticket == early else far
                await book.outbox.failed(sent, "503", moment, refused=sent.message.ticket == refused)
        other = OutboxShelf(book.store, "xm2")
        assert await other.store_back(LATER, lambda tries: LATER + 2 * tries * SECOND) == 2
        pushes = [await book.tickets.find(one.id) for one in (silent, twice, refused, early, fresh, held)]
        assert [push.next_try for push in pushes if push is not None] == [
            LATER + 2 * SECOND, LATER + 4 * SECOND, far, LATER + SECOND, fresh.filed_at, held.filed_at,
        ]  # fmt: skip
        assert await other.store_back(LATER, lambda tries: LATER + 2 * tries * SECOND) == 0


async def test_a_message_out_of_order_is_refused(url: str) -> None:
    """Nothing is said of a matter that was not filed; nothing is filed twice; the same key again changes nothing."""
    one = ticket(1)
    async with books(url) as book:
        await book.tickets.file(ticket(2))
        with pytest.raises(NotInOrder):
            await book.outbox.add(replace(more(ticket(2)), stream="nobody's"), NOON)
        await book.tickets.file(one)
        again = replace(filing(one), id=MessageId(ticket_id(LATER, os.urandom(10))), key="another")
        with pytest.raises(NotInOrder):
            await book.outbox.add(again, NOON)
        with pytest.raises(ValueError, match="text"):
            await book.outbox.add(more(one, MessageKind.SUPPLEMENT), NOON)
        assert await book.outbox.add(more(one), NOON)
        assert not await book.outbox.add(more(one), NOON)
    assert len(contents(url)["outbox"]) == 3


async def test_messages_of_one_matter_said_at_once_each_get_their_place(url: str) -> None:
    """Four writers on two connections: every message is there, each with its own turn."""
    one = ticket(1)
    async with books(url) as book, books(url, "xm2") as other:
        await book.tickets.file(one)
        messages = [more(one, name=str(n)) for n in range(8)]
        added = await asyncio.gather(
            *((book if n % 2 else other).outbox.add(message, NOON) for n, message in enumerate(messages))
        )
        assert added == [True] * 8
        async with book.store.reading() as db:
            turns = (await db.execute(sa.select(t.outbox.c.turn).order_by(t.outbox.c.turn))).scalars().all()
    assert turns == list(range(1, 10))


async def test_a_lease_keeps_other_daemons_away_until_it_ends(url: str) -> None:
    """Another holder sees the row only after the lease; the same one sees it at once."""
    async with books(url) as mine, books(url, "xm2") as theirs:
        await mine.tickets.file(ticket(1))
        assert len(await mine.outbox.due(NOON, 9)) == 1
        assert len(await mine.outbox.due(NOON, 9)) == 1
        assert await theirs.outbox.due(NOON, 9) == []
        assert await theirs.outbox.next_due() == NOON + timedelta(seconds=120)
        assert len(await theirs.outbox.due(NOON + timedelta(seconds=120), 9)) == 1


async def test_the_word_of_an_older_claim_counts_no_more(url: str) -> None:
    """A courier that was away while another got its message sends nothing and writes nothing, except a receipt."""
    one = ticket(1)
    async with books(url) as mine, books(url, "xm2") as theirs:
        await mine.tickets.file(one)
        old = await mine.due(NOON)
        new = await theirs.due(NOON + timedelta(seconds=120))
        assert not await mine.outbox.begun(old)
        await mine.outbox.failed(old, "late", LATER, refused=True)
        await mine.outbox.poisoned(old, "late", LATER)
        assert await theirs.outbox.begun(new)
        push = await mine.tickets.find(one.id)
        assert push is not None
        assert (push.state, push.tries, push.refusals, push.error) == (DeliveryState.WAITING, 1, 0, "")
        await mine.outbox.delivered(old, "XM-1", "", LATER)
        push = await mine.tickets.find(one.id)
        assert push is not None
        assert (push.state, push.case_number) == (DeliveryState.DELIVERED, "XM-1")


class Cases:
    """A case store that keeps one case a key, and is asked at the worst moments."""

    def __init__(self) -> None:
        self.cases: dict[str, str] = {}
        self.posts = 0

    async def open(self, one: Ticket) -> str:
        self.posts += 1
        await asyncio.sleep(random.uniform(0, 0.003))
        return self.cases.setdefault(one.key, f"XM-{len(self.cases) + 1}")


async def carry(book: Books, cases: Cases, clock: Callable[[], datetime], crash: Callable[[], bool]) -> None:
    """A courier that may die between the store's answer and the book."""
    while (await book.tickets.backlog())[0]:
        for sent in await book.outbox.due(clock(), 3):
            if not await book.outbox.begun(sent):
                continue
            case = await cases.open(sent.message.ticket)
            if crash():
                break
            await book.outbox.delivered(sent, case, "1", clock())
        await asyncio.sleep(0)


async def test_concurrent_couriers_that_crash_deliver_each_ticket_once(url: str) -> None:
    """Four couriers on one outbox, dying at random: each ticket is one case and one delivered row."""
    chance = random.Random(1)
    cases = Cases()
    steps = iter(range(1_000_000))

    def clock() -> datetime:
        return LATER + timedelta(seconds=10 * next(steps))

    async with books(url, "a") as a, books(url, "b") as b, books(url, "c") as c, books(url, "d") as d:
        for n in range(30):
            await a.tickets.file(ticket(n))
        work: list[Awaitable[None]] = [carry(one, cases, clock, lambda: chance.random() < 0.2) for one in (a, b, c, d)]
        await asyncio.gather(*work)
        rows = list(await a.tickets.recent(99))
    assert {push.state for push in rows} == {DeliveryState.DELIVERED}
    assert {push.ticket.key: push.case_number for push in rows} == cases.cases
    assert len(set(cases.cases.values())) == 30
    assert cases.posts >= 30
