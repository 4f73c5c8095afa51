"""Intake, the real book, the courier and the embedded store together, on files."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from bridge import catalogue, choices
from bridge.casestore.store import EmbeddedStore
from bridge.courier import Courier
from bridge.drivers.embedded import Embedded
from bridge.intake import Intake, Source
from bridge.outbox import RetryRule
from bridge.ports import Filed, Push, PushState
from bridge.ticket import CallFacts, Ticket
from cti.ids import CallId
from ledger import migrate
from ledger.store import Store
from ledger.tickets import TicketShelf
from tests.fakes.casestore import ScriptedStore

RAW = {"kind": "投诉", "title": "积水", "content": "湖滨南路积水", "subject": {"code": "0406", "kind": "event"}}


async def book_at(folder: Path) -> tuple[Store, TicketShelf]:
    url = f"sqlite+aiosqlite:///{folder / 'ledger.db'}"
    await asyncio.to_thread(migrate.upgrade, url)
    store = Store(url)
    return store, TicketShelf(store, "xm1")


def intake_of(book: TicketShelf, courier: Courier) -> Intake:
    return Intake(book, choices.load(), catalogue.load(), lambda _: None, courier.wake)


async def file(intake: Intake, n: int) -> Push:
    filed = await intake.file(RAW, Source(CallFacts(CallId(f"xm1-1790000000.{n}"))))
    assert isinstance(filed, Filed)
    return filed.push


async def emptied(book: TicketShelf) -> None:
    while (await book.backlog())[0]:
        await asyncio.sleep(0.005)


async def test_every_ticket_is_a_case(tmp_path: Path) -> None:
    """As many cases as tickets, each ticket with its own number, and the same request twice is one."""
    ledger, book = await book_at(tmp_path)
    cases = EmbeddedStore(tmp_path / "casestore.db", "Asia/Shanghai")
    await cases.open()
    courier = Courier(book, Embedded(cases), RetryRule(), lambda _: None, chance=lambda: 0.5)
    courier.start()
    intake = intake_of(book, courier)
    pushes = await asyncio.gather(*(file(intake, n) for n in range(30) for _ in range(2)))
    await emptied(book)
    await courier.stop()
    keys = await cases.keys()
    assert sorted(keys) == sorted({push.ticket.id for push in pushes})
    assert len(keys) == 30
    assert {push.state for push in await book.recent(100)} == {PushState.DELIVERED}
    await cases.close()
    await ledger.close()


async def test_couriers_killed_again_and_again(tmp_path: Path) -> None:
    """Couriers cut off anywhere, and a store that loses answers: still each ticket once in the store's own table."""
    ledger, book = await book_at(tmp_path)

    def script(_: Ticket, nth: int) -> str:
        return "lost" if nth == 1 else "ok"

    store, pushes = ScriptedStore(script=script), []
    rule = RetryRule(first=0.002, most=0.01)
    for life in range(12):
        courier = Courier(book, store, rule, lambda _: None, chance=lambda: 0.5)
        courier.start()
        intake = intake_of(book, courier)
        pushes += [await file(intake, life * 10 + n) for n in range(3)]
        await asyncio.sleep(0.004 * (life % 4))
        await courier.stop()
    courier = Courier(book, store, rule, lambda _: None, chance=lambda: 0.5)
    courier.start()
    await emptied(book)
    await courier.stop()
    assert Counter(key for key, _ in store.table) == Counter(push.ticket.id for push in pushes)
    await ledger.close()


async def test_dead_letter_corrected(tmp_path: Path) -> None:
    """A dead letter of the real book is corrected by hand and arrives with its new content."""
    ledger, book = await book_at(tmp_path)
    store = ScriptedStore(script=lambda one, _: "reject" if one.kind == "complaint" else "ok")
    rule = RetryRule(first=0.001, most=0.01, poison_after=2)
    courier = Courier(book, store, rule, lambda _: None, chance=lambda: 0.5)
    courier.start()
    intake = intake_of(book, courier)
    bad = await file(intake, 1)
    while not await book.dead_letters(1):
        await asyncio.sleep(0.005)
    again = await intake.replay(bad.ticket.id, {"kind": "help"})
    assert isinstance(again, Push)
    await emptied(book)
    await courier.stop()
    found = await book.find(bad.ticket.id)
    assert found is not None
    assert (found.state, found.ticket.kind, found.ticket.filed_at) == (PushState.DELIVERED, "help", bad.ticket.filed_at)
    assert [key for key, _ in store.table] == [bad.ticket.id]
    await ledger.close()
