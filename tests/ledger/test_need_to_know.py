"""Anonymous citizens in the ledger, on both databases: found by no number, and gone from what an older version wrote."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from bridge.case_store_messages import MessageId
from bridge.ticket import Person
from bridge.ticket_json import dump
from ledger import migrate
from ledger import tables as t
from ledger.call_list import Filter
from ledger.callers import Callers
from ledger.history import History
from ledger.outbox import OutboxShelf
from ledger.store import Store
from ledger.tickets import TicketShelf
from tests.bridge.made import ticket

from .desk import Told
from .test_scribe import write_all

NOON = datetime(2026, 10, 1, 4, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=3650)


async def _calls(url: str) -> tuple[Store, list[str], str]:
    """Two calls of one number, each with a ticket; the ids and the number."""
    await write_all(url, Told(1).arrive().queue().talk(4).end())
    await write_all(url, Told(2).arrive().queue().talk(4).end())
    store = Store(url)
    rows = list(await History(store).past(Filter()))
    async with store.writing() as db:
        theirs = {"caller": "13812345678", "caller_national": "13812345678"}
        await db.execute(sa.update(t.calls).values(**theirs, agent="1001"))
        await db.execute(sa.update(t.talks).values(agent="1001"))
    return store, [row.call for row in rows], "13812345678"


async def test_an_anonymous_call_is_found_by_no_number(url: str) -> None:
    """Neither by a supervisor's search nor in a story; by its id it is a call like any other."""
    store, (open_call, hidden), number = await _calls(url)
    shelf = TicketShelf(store)
    for n, (call, anonymous) in enumerate(((open_call, False), (hidden, True)), 1):
        made = ticket(n)
        assert made.facts is not None
        facts = replace(made.facts, call=call, ani=number)  # type: ignore[arg-type]
        await shelf.file(replace(made, facts=facts, key=f"{call}/1", anonymous=anonymous))
    history = History(store)
    assert [row.call for row in await history.past(Filter(caller=number))] == [open_call]
    assert {row.call: row.anonymous for row in await history.past(Filter())} == {open_call: False, hidden: True}
    story = await Callers(store).story(number, LONG_AGO)
    assert [row.call for row in story.calls] == [open_call]
    assert [push.ticket.anonymous for push in story.tickets] == [False]
    await store.close()


async def test_who_is_owed_a_story(url: str) -> None:
    """The agent who answered them lately, or anybody while a call-back is open."""
    store, _calls_of_it, number = await _calls(url)
    callers = Callers(store)
    assert await callers.owed(number, "1001", LONG_AGO)
    assert not await callers.owed(number, "1002", LONG_AGO)
    assert not await callers.owed(number, "1001", datetime(2090, 1, 1, tzinfo=UTC))
    assert not await callers.owed("13900000000", "1001", LONG_AGO)
    assert not await callers.owed(number, "", LONG_AGO)
    await store.close()


async def test_an_older_ledger_forgets_the_anonymous(url: str) -> None:
    """Upgrading takes name and number out of their tickets, and of no other; a second time changes nothing."""
    store = Store(url)
    shelf, outbox = TicketShelf(store), OutboxShelf(store, "xm1")
    person = Person("林某某", "", ("13812345678",), "湖滨南路 1 号")
    for n, anonymous in ((1, True), (2, False)):
        made = replace(ticket(n), person=person, content="电话 138 1234 5678", anonymous=anonymous, key=f"k{n}")
        await shelf.file(made)
        (sent,) = await outbox.due(NOON, 1)
        await outbox.poisoned(sent, "no", NOON)
        await shelf.replay(MessageId(made.id), NOON, made)
        (sent,) = await outbox.due(NOON, 1)
        await outbox.failed(sent, "later", datetime(2090, 1, 1, tzinfo=UTC), refused=False)
    await store.close()

    def again() -> None:
        with migrate._connected(url) as connection:
            config = migrate._config()
            config.attributes["connection"] = connection
            before = ScriptDirectory.from_config(config).get_revision("0008").down_revision
            command.downgrade(config, str(before))
        migrate.upgrade(url)

    await asyncio.to_thread(again)
    await asyncio.to_thread(again)
    store = Store(url)
    async with store.reading() as db:
        rows = {row.anonymous: row for row in await db.execute(sa.select(t.tickets))}
        former = {row.ticket_id: row.body for row in await db.execute(sa.select(t.ticket_history))}
    gone, stays = rows[True], rows[False]
    assert (gone.phone, gone.caller) == ("", "")
    for body in (gone.body, former[gone.ticket_id]):
        assert not any(word in body for word in ("林某某", "13812345678", "1234 5678", "湖滨南路 1 号"))
    assert all("林某某" in body for body in (stays.body, former[stays.ticket_id]))
    push = await TicketShelf(store).find(gone.ticket_id)
    assert push is not None
    assert push.ticket.person == Person()
    assert dump(push.ticket)
    await store.close()


async def test_who_becomes_anonymous_is_gone_from_the_former_ticket_too(url: str) -> None:
    """A dead letter is mended, and its citizen asks for secrecy now: what it said before keeps neither name nor number."""
    store = Store(url)
    shelf = TicketShelf(store)
    made = replace(ticket(1), person=Person(name="王小明", phones=("13812345678",)), content="请回电 138-1234-5678")
    await shelf.file(made)
    outbox = OutboxShelf(store, "xm1")
    (sent,) = await outbox.due(NOON, 1, frozenset())
    await outbox.begun(sent)
    await outbox.poisoned(sent, "no such code", NOON)
    await shelf.replay(sent.message.id, NOON, replace(made, person=Person(), content="请回电", anonymous=True))
    async with store.reading() as db:
        bodies = [row.body for row in await db.execute(sa.select(t.ticket_history))]
    assert len(bodies) == 1
    assert not [word for word in ("王小明", "13812345678", "138-1234-5678") if word in bodies[0]]
    await store.close()
