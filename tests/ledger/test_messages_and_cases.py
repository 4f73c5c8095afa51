"""Revision 0009 on a ledger of the program before it: what was on its way, delivered or dead is so afterwards, too."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from bridge.case_state import CaseState
from bridge.case_store_messages import MessageKind
from bridge.delivery_state import DeliveryState
from bridge.ticket_json import dump
from ledger import migrate
from ledger.outbox import OutboxShelf
from ledger.store import Store
from ledger.tickets import TicketShelf
from ledger.verify import verify
from tests.bridge.made import NOON, ticket

WAITING, DELIVERED, DEAD, SENT = (ticket(n, NOON + timedelta(minutes=n), key=f"xm1-1.{n}/1") for n in range(1, 5))
ALONE = ticket(5, NOON + timedelta(minutes=5), key="key:1001:letter-5", facts=None)
LATER = NOON + timedelta(hours=1)
MOMENT = "2026-10-01 05:00:00.000000+00:00"

ROWS: dict[str, dict[str, Any]] = {
    WAITING.id: {},
    DELIVERED.id: {"state": "delivered", "tries": 2, "ever_sent": True, "case_number": "GD1", "query_code": "Q1",
                   "delivered_at": MOMENT},
    DEAD.id: {"state": "poisoned", "tries": 8, "refusals": 8, "ever_sent": True, "error": "no such code",
              "error_at": MOMENT},
    SENT.id: {"tries": 3, "refusals": 1, "ever_sent": True, "error": "500", "holder": "xm1", "held_until": MOMENT},
    ALONE.id: {"state": "delivered", "tries": 1, "ever_sent": True, "case_number": "GD2", "delivered_at": MOMENT},
}  # fmt: skip


@pytest.fixture
def before(url: str) -> str:
    """A ledger of revision 0008, as that program wrote it, upgraded by nobody yet."""
    _to(url, "0008")
    engine = sa.create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as db:
        for one in (WAITING, DELIVERED, DEAD, SENT, ALONE):
            said = {"id": one.id, "key": one.key, "call": one.call or "", "at": MOMENT, "body": dump(one)}
            db.execute(
                sa.text(
                    "INSERT INTO tickets (ticket_id, key, call_id, filed_at, title, body)"
                    " VALUES (:id, :key, :call, :at, 't', :body)"
                ),
                said,
            )
            row = {"ticket_id": one.id, "next_try": MOMENT} | ROWS[one.id]
            names = ", ".join(row)
            db.execute(sa.text(f"INSERT INTO outbox ({names}) VALUES ({', '.join(f':{name}' for name in row)})"), row)
        call = {"call": DELIVERED.call, "at": MOMENT}
        db.execute(sa.text("INSERT INTO calls (call_id, direction, arrived_at) VALUES (:call, 'inbound', :at)"), call)
    engine.dispose()
    return url


def _to(url: str, revision: str) -> None:
    with migrate._connected(url) as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def outbox_of_0008(url: str) -> list[dict[str, Any]]:
    engine = sa.create_engine(url.replace("+aiosqlite", ""))
    with engine.connect() as db:
        rows = [dict(row) for row in db.execute(sa.text("SELECT * FROM outbox ORDER BY ticket_id")).mappings()]
    engine.dispose()
    return rows


async def test_every_ticket_goes_on_where_it_was(before: str) -> None:
    """State, tries, refusals and error of each; the delivered ones are cases; the dead is replayed; the open ones go."""
    await asyncio.to_thread(migrate.upgrade, before)
    assert migrate.differences(before) == ([], [])
    store = Store(before)
    tickets, outbox = TicketShelf(store), OutboxShelf(store, "xm1")
    pushes = {push.ticket.id: push for push in await tickets.recent(9)}
    assert {
        one: (push.state, push.tries, push.refusals, push.ever_sent, push.error) for one, push in pushes.items()
    } == {
        WAITING.id: (DeliveryState.WAITING, 0, 0, False, ""),
        DELIVERED.id: (DeliveryState.DELIVERED, 2, 0, True, ""),
        DEAD.id: (DeliveryState.POISONED, 8, 8, True, "no such code"),
        SENT.id: (DeliveryState.WAITING, 3, 1, True, "500"),
        ALONE.id: (DeliveryState.DELIVERED, 1, 0, True, ""),
    }
    told = {one: (push.case_number, push.query_code, push.case_state, push.case_since) for one, push in pushes.items()}
    at = datetime(2026, 10, 1, 5, tzinfo=UTC)
    nothing = ("", "", None, None)
    assert told == {
        WAITING.id: nothing, DEAD.id: nothing, SENT.id: nothing,
        DELIVERED.id: ("GD1", "Q1", CaseState.FILED, at), ALONE.id: ("GD2", "", CaseState.FILED, at),
    }  # fmt: skip
    assert {push.ticket.key for push in pushes.values()} == {one.key for one in (WAITING, DELIVERED, DEAD, SENT, ALONE)}
    sent = await outbox.due(LATER, 9)
    assert {(one.message.id, one.message.stream, one.message.key, one.message.kind) for one in sent} == {
        (one.id, one.key, one.key, MessageKind.FILE) for one in (WAITING, SENT)
    }
    assert [push.id for push in await tickets.dead_letters(9)] == [DEAD.id]
    assert await tickets.replay(pushes[DEAD.id].id, LATER) is not None
    rules = {breach.rule for breach in await verify(store, NOON)}
    assert not rules & {"push_stuck", "out_of_order", "case_twice", "case_and_history", "ticket_without_outbox"}
    async with store.reading() as db:
        case = await db.scalar(sa.text("SELECT case_id FROM calls"))
    assert case == DELIVERED.id
    await store.close()


def test_there_and_back_loses_nothing(before: str) -> None:
    """The rows of the older program are what they were, and it may go forward again."""
    rows = outbox_of_0008(before)
    assert len(rows) == 5
    for _ in range(2):
        migrate.upgrade(before)
        _to(before, "0008")
        assert outbox_of_0008(before) == rows
    migrate.upgrade(before)
    assert migrate.differences(before) == ([], [])
