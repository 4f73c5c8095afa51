"""Earlier tickets of the same matter, as the ledger finds them, and that finding them stays quick."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bridge import repeat
from bridge.case_store_messages import MessageId
from bridge.gazetteer.coordinates import Crs, Point
from bridge.repeat import Matter, Reason
from bridge.ticket import CallFacts, Person, Place, Subject, TicketId
from cti.ids import CallId
from ledger import migrate
from ledger import tables as t
from ledger.repeats import EACH, Repeats
from ledger.store import Store
from ledger.tickets import TicketShelf, ticket_row
from tests.bridge.made import NOON, ticket

from .conftest import Fresh
from .seed import ledger

LIGHT = Subject("CJ/T 214", "2007", "0303", "part", "D-17")
PLACE = Place("湖滨南路12号", "思明区湖滨南路12号", 118.1, 24.47, "WGS84", "C", "350203008001001")
SINCE = NOON - timedelta(days=repeat.DAYS)


@pytest.fixture(scope="module")
def url(databases: Fresh) -> str:
    return databases()


async def _file(store: Store, n: int, **more: Any) -> TicketId:
    one = ticket(n, NOON + timedelta(minutes=n), **more)
    await TicketShelf(store).file(one)
    return one.id


async def test_found_by_each_trait(url: str) -> None:
    """The thing, the address however it is written, code and cell, a point nearby, the citizen's number: each with its reason."""
    async with ledger(url) as store:
        thing = await _file(store, 901, subject=LIGHT)
        address = await _file(store, 902, place=Place("湖滨南路 12 号"))
        cell = await _file(store, 903, subject=replace(LIGHT, part_id=""), place=Place(grid_code="350203008001001"))
        near = await _file(store, 904, place=Place(lng=118.1001, lat=24.4701, crs="WGS84", accuracy="C"))
        caller = await _file(store, 905, person=Person(phones=("13806010077",)))
        await _file(
            store, 906, subject=replace(LIGHT, part_id=""), place=Place("另一条路 9 号", grid_code="350203008001999")
        )
        book = Repeats(store)
        asked = Matter(
            "13806010077",
            "d-17",
            "0303",
            "part",
            "CJ/T 214",
            ("湖滨南路12号",),
            "350203008001001",
            Point(118.1, 24.47, Crs.WGS84),
        )
        found = {one.push.ticket.id: one for one in await book.find(asked, SINCE)}
    assert set(found) == {thing, address, cell, near, caller}
    assert found[thing].reasons == (Reason.OBJECT, Reason.CODE)
    assert found[address].reasons == (Reason.ADDRESS,)
    assert found[cell].reasons == (Reason.CODE, Reason.CELL)
    assert found[near].reasons == (Reason.NEAR,)
    assert found[near].metres == pytest.approx(15, abs=1)
    assert found[caller].reasons == (Reason.CALLER,)


async def test_what_is_too_old_or_of_the_call_itself_is_none(url: str) -> None:
    async with ledger(url) as store:
        own = await _file(store, 911, subject=LIGHT, facts=CallFacts(CallId("xm1-1.911")))
        book, asked = Repeats(store), Matter(part_id="D-17")
        assert [one.push.ticket.id for one in await book.find(asked, SINCE)] == [own]
        assert not await book.find(asked, SINCE, but="xm1-1.911")
        assert not await book.find(asked, NOON + timedelta(days=1))
        assert not await book.find(Matter(), SINCE)


async def test_an_anonymous_ticket_is_found_by_its_place_alone(url: str) -> None:
    async with ledger(url) as store:
        await _file(store, 921, anonymous=True, person=Person(phones=("13806010078",)), place=PLACE)
        book = Repeats(store)
        assert not await book.find(Matter("13806010078"), SINCE)
        (one,) = await book.find(Matter("13806010078", addresses=("湖滨南路12号",)), SINCE)
    assert one.reasons == (Reason.ADDRESS,)


async def test_a_corrected_ticket_is_found_by_what_it_says_now(url: str) -> None:
    async with ledger(url) as store:
        shelf = TicketShelf(store)
        one = ticket(931, subject=LIGHT, place=PLACE)
        await shelf.file(one)
        async with store.writing() as db:
            await db.execute(sa.update(t.outbox).where(t.outbox.c.message_id == one.id).values(state="poisoned"))
        await shelf.replay(MessageId(one.id), NOON, replace(one, subject=replace(LIGHT, part_id="E-1")))
        book = Repeats(store)
        assert not [row for row in await book.find(Matter(part_id="D-17"), SINCE) if Reason.OBJECT in row.reasons]
        assert await book.find(Matter(part_id="E-1"), SINCE)


async def test_many_of_one_trait_are_walked_to_a_bound(url: str) -> None:
    """The newest are looked at, however many a busy crossing has."""
    async with ledger(url) as store:
        for n in range(EACH + 5):
            await _file(store, 1000 + n, place=PLACE)
        found = await Repeats(store).find(Matter(addresses=("湖滨南路12号",)), SINCE, most=EACH + 20)
    assert len(found) == EACH
    assert found[0].push.ticket.filed_at > found[-1].push.ticket.filed_at


def test_an_older_ledger_gets_its_traits(tmp_path: Path) -> None:
    """What was filed lately is found after the upgrade as had it been filed after it, but for where it lies."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}"
    migrate.upgrade(url, "0018")
    engine = sa.create_engine(url.replace("+aiosqlite", ""), poolclass=sa.NullPool)
    one = ticket(941, datetime.now(UTC), subject=LIGHT, place=PLACE)
    with engine.begin() as db:
        db.execute(sa.insert(t.tickets), [ticket_row(one)])
    migrate.upgrade(url)
    with engine.connect() as db:
        told = {(kind, value) for kind, value in db.execute(sa.select(t.ticket_traits.c.kind, t.ticket_traits.c.value))}
    engine.dispose()
    assert told == {(str(row.kind), row.value) for row in repeat.traits_of(one) if row.kind != repeat.TraitKind.SLOT}
