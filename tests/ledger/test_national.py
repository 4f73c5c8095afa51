"""Numbers in the ledger: stored as they were written, found, joined and settled by their national form (kinds A and B)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from alembic import command

from bridge import ticket_json
from bridge.ticket import CallFacts, Person
from cti import events as ev
from cti.ids import CallId
from cti.numbers import Numbers, home
from ledger import migrate
from ledger import tables as t
from ledger.call_list import Filter
from ledger.callers import Callers
from ledger.history import History
from ledger.outbox import OutboxShelf
from ledger.scribe import Scribe
from ledger.store import Store
from ledger.tickets import TicketShelf
from tests.bridge.made import ticket

from .conftest import Fresh
from .desk import T0, Told, contents
from .seed import call
from .test_scribe import write_all

LONG_AGO = datetime.fromtimestamp(T0, UTC) - timedelta(days=365)
NUMBERS = Numbers("0592", ["12319", "12345", "110"], ["8001"])
WRITTEN = [
    ("+8613800000001", "13800000001"), ("013800000001", "13800000001"), ("138 0000 0001", "13800000001"),
    ("0592-2000001", "05922000001"), ("(0592)2000001", "05922000001"), ("+865922000001", "05922000001"),
    ("+8605922000001", "05922000001"), ("2000001", "05922000001"), ("+4000000001", "4000000001"),
    ("008613800000001", "+8613800000001"), ("17951013800000001", "13800000001"), ("0085221234567", "+85221234567"),
]  # fmt: skip
NOBODY = ["anonymous", "unavailable", "0", "00000000", "-1", "", "059212345", "+8659212319", "110", "1111111"]


async def _write(url: str, *told: Told) -> None:
    store = Store(url)
    scribe = Scribe(store, "xm1", numbers=NUMBERS)
    await scribe.resume()
    await write_all(url, *told, scribe=scribe)
    await store.close()


def _back(n: int, number: str) -> Told:
    told = Told(n, caller="8001", at=T0 + 300).arrive(ev.Direction.OUTBOUND)
    told.events[0] = replace(told.events[0], dialled=number)  # type: ignore[arg-type]
    return told.talk().end()


def _states(url: str) -> list[str]:
    return [row[5] for row in contents(url)["callbacks"]]


@pytest.mark.parametrize(("first", "then"), WRITTEN)
async def test_every_spelling_is_one_citizen(url: str, first: str, then: str) -> None:
    """Called by one and reached by the other: nothing is owed (A1); their story and calls are found by both (A4, A7)."""
    missed = Told(1, caller=first).arrive().queue().end(after=30)
    await _write(url, missed, _back(2, then))
    assert _states(url) == ["done"]
    store = Store(url)
    for asked in (first, then):
        number = home().read(asked).national
        assert [row.call for row in (await Callers(store).story(number, LONG_AGO)).calls] == [missed.call]
        assert [row.call for row in await History(store).past(Filter(caller=asked))] == [missed.call]
    (row,) = await History(store).past(Filter(caller=then))
    assert row.caller == first, "as it was written"
    await store.close()


@pytest.mark.parametrize("written", NOBODY)
async def test_nobody_is_never_somebody(url: str, written: str) -> None:
    """Withheld, placeholders, ours and partners': nothing of one settles anything of another (B1, B2)."""
    missed = Told(1, caller=written).arrive().queue().end(after=30)
    again = Told(2, caller=written, at=T0 + 60).arrive().queue().talk().end()
    await _write(url, missed, again, *([_back(3, written)] if written.isdigit() else []))
    store = Store(url)
    shelf = TicketShelf(store, numbers=NUMBERS)
    facts = CallFacts(again.call, ani=written)
    await shelf.file(ticket(1, datetime.fromtimestamp(T0 + 500, UTC), facts=facts, key=f"{again.call}/1"))
    assert _states(url) == ["open"]
    if not home().read(written).national:
        assert await History(store).past(Filter(caller=written or "anonymous")) == []
    await store.close()


@pytest.mark.parametrize(
    "number", ["13800000013", "19912345678", "05922000011", "01062345678", "+85221234567", "4008123123"]
)
async def test_all_that_variants_lists_is_found_by_each(url: str, number: str) -> None:
    """One call, one ticket and one call-back a spelling; whichever is asked for finds all of them."""
    spelled = NUMBERS.variants(number)
    store = Store(url)
    shelf = TicketShelf(store, numbers=NUMBERS)
    for n, written in enumerate(spelled):
        async with store.writing() as db:
            await db.execute(sa.insert(t.calls), [call(f"xm1-7.{n}", n, caller=written[:80])])
        await shelf.file(ticket(n, facts=CallFacts(CallId(f"xm1-7.{n}"), ani=written), key=f"k{n}"))
    for written in (*spelled, f" {spelled[0]} "):
        assert len(await History(store).past(Filter(caller=written))) == len(spelled)
        story = await Callers(store).story(NUMBERS.read(written).national, LONG_AGO, most=50)
        assert (len(story.calls), len(story.tickets), story.calls_since) == (len(spelled),) * 3
    await store.close()


async def test_every_phone_of_a_ticket_finds_it(url: str) -> None:
    """A3: filed without a call, two phones; a phone that was mended away finds it no more."""
    store = Store(url)
    shelf, callers = TicketShelf(store, numbers=NUMBERS), Callers(store)
    one = ticket(1, facts=None, person=Person(phones=("05922000011", "13800000013")), key="k")
    await shelf.file(one)
    for number in ("05922000011", "13800000013"):
        assert [push.ticket.id for push in (await callers.story(number, LONG_AGO)).tickets] == [one.id]
    outbox = OutboxShelf(store, "xm1")
    (sent,) = await outbox.due(one.filed_at, 1, frozenset())
    await outbox.begun(sent)
    await outbox.poisoned(sent, "422", one.filed_at)
    await shelf.replay(
        sent.message.id, one.filed_at, replace(one, person=Person(phones=("13800000014", "13800000013")))
    )
    found = {
        number: len((await callers.story(number, LONG_AGO)).tickets)
        for number in ("05922000011", "13800000013", "13800000014")
    }
    assert found == {"05922000011": 0, "13800000013": 1, "13800000014": 1}
    await store.close()


def test_old_rows_are_filled(databases: Fresh) -> None:
    """What was written before has its national form after the upgrade: more numbers than one page holds; a downgrade loses none."""
    url = databases()
    engine = sa.create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0008")
    people = [f"+86138{n:08}" for n in range(1100)]
    spelled = [
        *people,
        *(one for number in ("13912345678", "05922000011") for one in NUMBERS.variants(number)),
        *NOBODY,
    ]
    body = ticket_json.dump(
        ticket(1, facts=CallFacts(CallId("x"), ani="+8613800000001"), person=Person(phones=("0592-2000011",)))
    )
    with engine.begin() as db:
        for n, written in enumerate(spelled):
            put = "INSERT INTO calls (call_id, direction, caller, origin, arrived_at) VALUES (:id, 'inbound', :number, :number, '2026-11-28 00:00:00')"
            db.execute(sa.text(put), {"id": f"xm1-8.{n}", "number": written[:80]})
        put = "INSERT INTO callbacks (call_id, reason, number, made_at) VALUES ('c', 'x', '0592-2000011', '2026-11-28 00:00:00')"
        db.execute(sa.text(put))
        put = "INSERT INTO tickets (ticket_id, key, filed_at, body) VALUES ('t', 'k', '2026-11-28 00:00:00', :body)"
        db.execute(sa.text(put), {"body": body})
    migrate.upgrade(url)
    with engine.connect() as db:
        rows = db.execute(sa.text("SELECT caller, caller_national, origin_national FROM calls")).all()
        owed = db.execute(sa.text("SELECT number, number_national FROM callbacks")).all()
        numbers = db.execute(sa.text("SELECT national FROM ticket_numbers ORDER BY 1")).scalars().all()
    engine.dispose()
    assert len(rows) == len(spelled)
    assert {row.caller_national for row in rows if row.caller in people} == {one.removeprefix("+86") for one in people}
    assert all(row.caller_national == row.origin_national == home().read(row.caller).national for row in rows)
    assert owed == [("0592-2000011", "05922000011")]
    assert numbers == ["05922000011", "13800000001"]
    assert json.loads(body)["person"]["phones"] == ["0592-2000011"]
