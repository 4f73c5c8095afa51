"""Text messages from the transaction that makes them to a real gateway that hangs, answers twice, is down: once a key, or left to a person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bridge.case_state import CaseState
from bridge.delivery_retry import RetryRule
from bridge.drivers import CaseEvent
from bridge.notifications.rules import Channel, Rules
from bridge.notifications.sender import Sender, TextsOfADay
from bridge.notifications.sms_gateway import Shape, SmsGateway
from bridge.ticket import Person, Ticket
from ledger import tables as t
from ledger.casebook import CaseShelf
from ledger.notifications import NotificationShelf
from ledger.outbox import OutboxShelf
from ledger.store import Store
from ledger.tickets import TicketShelf
from tests.bridge.made import NOON, ticket
from tests.bridge.test_notifications import Gateway, gateway

PHONE = "13806010077"
TOLD = Rules(True, "{number} {code}", {CaseState.CLOSED: "{number} closed"}, "", frozenset({"12345"}))
LATER = NOON + timedelta(hours=1)


class Books:
    def __init__(self, store: Store, door: SmsGateway) -> None:
        self.store = store
        self.tickets, self.outbox = TicketShelf(store), OutboxShelf(store, "xm1", notify=TOLD)
        self.cases, self.shelf = CaseShelf(store, notify=TOLD), NotificationShelf(store, "xm1", TOLD)
        self.now = LATER
        self.sender = Sender(self.shelf, {Channel.SMS: door}, RetryRule(), lambda: 0.5, clock=lambda: self.now)

    async def filed(self, **fields: Any) -> Ticket:
        one = replace(ticket(1), person=Person(phones=(PHONE,)), **fields)
        await self.tickets.file(one)
        (sent,) = await self.outbox.due(LATER, 9)
        for _again in range(2):  # a receipt heard twice
            await self.outbox.delivered(sent, "GD1", "Q1", LATER)
        return one

    async def rows(self) -> list[sa.Row[Any]]:
        n = t.notifications.c
        async with self.store.reading() as db:
            return list(await db.execute(sa.select(t.notifications).order_by(n.made_at, n.id)))

    async def states(self) -> list[str]:
        return [row.state for row in await self.rows()]

    async def rounds(self, count: int) -> None:
        for _again in range(count):
            await self.sender.send_due()
            self.now += timedelta(minutes=10)


@asynccontextmanager
async def books(url: str, *, repeats: bool = False, hangs: bool = False) -> AsyncIterator[tuple[Books, Gateway]]:
    store = Store(url)
    async with gateway() as one:
        client = httpx.AsyncClient(timeout=httpx.Timeout(30, read=0.3 if hangs else 30), trust_env=False)
        door = SmsGateway(Shape(f"http://127.0.0.1:{one.port}/"), "", repeats=repeats, client=client)
        one.hangs = hangs
        try:
            yield Books(store, door), one
        finally:
            await door.close()
            await store.close()


async def test_a_receipt_is_sent_once(url: str) -> None:
    """Made by the receipt of the case store, in its transaction; a receipt and an event heard twice make no second one."""
    async with books(url) as (b, gate):
        one = await b.filed()
        closed = CaseEvent(one.key, "GD1", 1, CaseState.CLOSED, LATER)
        for _again in range(2):
            await b.cases.hear("native", [closed], None, LATER)
        await b.rounds(3)
        assert await b.states() == ["sent"]  # ours waits for the reply: nobody is told that it is closed
        assert [PHONE in body.decode() and "GD1 Q1" in body.decode() for _, body in gate.got] == [True]


async def test_a_gateway_that_hangs_is_asked_again_only_where_that_is_safe(url: str) -> None:
    """It may have sent it: the message stands as unsure, for a person; with a gateway that knows keys it goes out in the end."""
    async with books(url, hangs=True) as (b, gate):
        await b.filed()
        await b.rounds(3)
        assert (await b.states(), len(gate.got)) == (["unsure"], 1)


async def test_a_gateway_that_knows_keys_is_asked_again(url: str) -> None:
    """With the same id each time."""
    async with books(url, repeats=True) as (b, gate):
        gate.says(500)  # taken or not: it does not say
        await b.filed()
        await b.rounds(2)
        assert await b.states() == ["waiting"]
        gate.says(200)
        await b.rounds(2)
        (row,) = await b.rows()
        assert (row.state, row.tries, len(gate.got)) == ("sent", 3, 3)
        assert all(row.id in body.decode() for _, body in gate.got)


async def test_a_gateway_that_is_down_gets_it_later(url: str) -> None:
    """Nothing arrived: the same is tried again, until it says nothing new any more."""
    async with books(url) as (b, gate):
        gate.says(503)
        await b.filed()
        await b.rounds(2)
        assert await b.states() == ["waiting"]
        gate.says(200)
        await b.rounds(1)
        assert await b.states() == ["sent"]
    async with books(url) as (b, gate):
        gate.says(503)
        two = await b.shelf.again((await b.rows())[0].ticket_id, "later", LATER)
        assert two is True
        b.now = LATER + timedelta(days=4)
        await b.rounds(1)
        assert sorted(await b.states()) == ["failed", "sent"]  # made in one moment: in no order


async def test_a_daemon_that_died_in_between_sends_no_second_one(url: str) -> None:
    """Begun is on disk before the first byte leaves; whoever comes after does not know whether it arrived."""
    async with books(url) as (b, gate):
        await b.filed()
        (one,) = await b.shelf.due(LATER, 9)
        assert await b.shelf.begun(one.id)
        assert await b.shelf.due(LATER, 9) == []  # claimed
        b.now = LATER + timedelta(minutes=5)
        await b.rounds(2)
        assert (await b.states(), gate.got) == (["unsure"], [])


async def test_the_receipt_once_more(url: str) -> None:
    """The same wish twice is one message; who is nobody gets none; without a case there is nothing to send."""
    async with books(url) as (b, gate):
        one = await b.filed()
        assert [await b.shelf.again(one.id, name, LATER) for name in ("a", "a", "b")] == [True, True, True]
        await b.rounds(1)
        assert await b.states() == ["sent"] * 3
        assert [row.state for row in await b.shelf.of_ticket(one.id)] == ["sent"] * 3
        assert await b.shelf.again("0" * 26, "a", LATER) is None
        assert len(gate.got) == 3


@pytest.mark.parametrize("known", [True, False])
async def test_a_partner_without_a_door_waits(url: str, known: bool) -> None:
    """An echo for each state of what came from a partner that is told; nothing for another's."""
    async with books(url) as (b, _gate):
        system = "12345" if known else "other"
        one = await b.filed(external_ids=((system, "FZ1"),), consent=("no_sms",))
        moved = CaseEvent(one.key, "GD1", 1, CaseState.DISPATCHED, LATER, unit="市政处")
        await b.cases.hear("native", [moved], None, LATER)
        await b.rounds(1)
        assert await b.states() == (["waiting"] * 2 if known else [])


async def test_one_number_is_sent_so_many_a_day(url: str) -> None:
    """However many tickets somebody files with it: what is more is left, and said; the next day is another one, and another number its own."""
    async with books(url) as (b, gate):
        b.sender.texts = TextsOfADay(3)
        for n in range(1, 6):
            one = replace(ticket(n), key=f"flood/{n}", person=Person(phones=(PHONE if n < 5 else "13806010078",)))
            await b.tickets.file(one)
            (sent,) = await b.outbox.due(b.now, 9)
            await b.outbox.delivered(sent, f"GD{n}", "Q1", b.now)
        await b.rounds(2)
        assert sorted(await b.states()) == ["failed", "sent", "sent", "sent", "sent"]
        assert "today" in next(row.error for row in await b.rows() if row.state == "failed")
        assert len(gate.got) == 4
        b.now += timedelta(days=1)
        assert b.sender.texts.take(PHONE, "next", b.now.date())
