"""What is said of a matter after it was filed: in order, once a key, with whatever it is written for or not at all."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from bridge.case_store_messages import MessageId, MessageKind
from bridge.ports import FurtherMessage, SaidMessage
from bridge.ticket import Ticket, ticket_id
from ledger.store import Store
from ledger.ticket_acts import MatterShelf, say
from ledger.tickets import TicketShelf
from tests.bridge.made import NOON, ticket

LATER = NOON + timedelta(hours=1)


@dataclass
class Books:
    tickets: TicketShelf
    matters: MatterShelf
    store: Store


@asynccontextmanager
async def books(url: str) -> AsyncIterator[Books]:
    store = Store(url)
    try:
        yield Books(TicketShelf(store), MatterShelf(store), store)
    finally:
        await store.close()


def further(one: Ticket, kind: MessageKind, name: str = "", **payload: Any) -> FurtherMessage:
    return FurtherMessage(MessageId(ticket_id(LATER, os.urandom(10))), one.id, kind, LATER, payload, name)


async def test_said_in_order_and_once_a_key(url: str) -> None:
    """The filing first, then what was said in its order; the same name again is the same message."""
    one = ticket(1)
    async with books(url) as book:
        assert await book.matters.say(further(one, MessageKind.URGE, "c1")) is None  # nothing was filed
        await book.tickets.file(one)
        urged = await book.matters.say(further(one, MessageKind.URGE, "c1", by="1001"))
        again = await book.matters.say(further(one, MessageKind.URGE, "c1", by="1002"))
        left = await book.matters.say(further(one, MessageKind.WITHDRAW, reason="已经修好"))
        said = await book.matters.said(one.id)
    assert isinstance(urged, SaidMessage)
    assert isinstance(again, SaidMessage)
    assert isinstance(left, SaidMessage)
    assert (urged.new, again.new, left.new) == (True, False, True)
    assert again.id == urged.id
    assert again.payload == {"by": "1001"}
    assert [message.kind for message in said] == [MessageKind.FILE, MessageKind.URGE, MessageKind.WITHDRAW]
    assert said[0].id == one.id
    assert [message.key for message in said[1:]] == [f"{one.key}/urge/c1", f"{one.key}/withdraw"]


async def test_said_with_what_it_is_written_for_or_not_at_all(url: str) -> None:
    """In another's transaction: what fails takes the message with it; and a payload that lacks something is refused."""
    one = ticket(1)
    async with books(url) as book:
        await book.tickets.file(one)
        with pytest.raises(RuntimeError):
            await _said_and_died(book.store, further(one, MessageKind.REOPEN, reason="没有修好"))
        with pytest.raises(ValueError, match="into"):
            await book.matters.say(further(one, MessageKind.MERGE))
        assert [message.kind for message in await book.matters.said(one.id)] == [MessageKind.FILE]


async def _said_and_died(store: Store, message: FurtherMessage) -> None:
    async with store.writing() as db:
        assert await say(db, message) is not None
        raise RuntimeError("died here")
