"""Intake, the real book, the courier and the case store that comes with us together, on files."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge import catalogue, ticket_choices
from bridge.case_state import CaseState
from bridge.case_updates import Hearing
from bridge.courier import Courier
from bridge.delivery_retry import RetryRule
from bridge.delivery_state import DeliveryState
from bridge.events import CaseMoved
from bridge.intake import Intake, Source
from bridge.ports import Filed, Push
from bridge.ticket import CallFacts, Ticket
from cti.ids import CallId
from cti.numbers import Numbers
from ledger.casebook import CaseShelf
from ledger.outbox import OutboxShelf
from ledger.store import Store
from ledger.tickets import TicketShelf
from ledger.verify import verify
from tests import new_ledger
from tests.bridge.rigs import RIGS
from tests.casestore.kit import cases_at
from tests.fakes.casestore import ScriptedStore

RAW = {"kind": "投诉", "title": "积水", "content": "湖滨南路积水", "subject": {"code": "0406", "kind": "event"}}


async def book_at(folder: Path) -> tuple[Store, TicketShelf]:
    store = Store(await asyncio.to_thread(new_ledger.make, folder / "ledger.db"))
    return store, TicketShelf(store)


def intake_of(book: TicketShelf, courier: Courier) -> Intake:
    return Intake(book, ticket_choices.load(), catalogue.load(), Numbers("0592"), lambda _: None, courier.wake)


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
    async with cases_at(tmp_path / "casestore.db") as cases:
        courier = Courier(OutboxShelf(ledger, "xm1"), cases.driver, RetryRule(), lambda _: None, chance=lambda: 0.5)
        courier.start()
        intake = intake_of(book, courier)
        pushes = await asyncio.gather(*(file(intake, n) for n in range(30) for _ in range(2)))
        await emptied(book)
        await courier.stop()
        keys = await cases.keys()
        assert sorted(keys) == sorted({push.ticket.key for push in pushes})
        assert len(keys) == 30
        assert {push.state for push in await book.recent(100)} == {DeliveryState.DELIVERED}
    await ledger.close()


async def test_couriers_killed_again_and_again(tmp_path: Path) -> None:
    """Couriers cut off anywhere, and a store that loses answers: still each ticket once in the store's own table."""
    ledger, book = await book_at(tmp_path)

    def script(_: Ticket, nth: int) -> str:
        return "lost" if nth == 1 else "ok"

    store, pushes = ScriptedStore(script=script), []
    rule = RetryRule(first=0.002, most=0.01)
    for life in range(12):
        courier = Courier(OutboxShelf(ledger, "xm1"), store, rule, lambda _: None, chance=lambda: 0.5)
        courier.start()
        intake = intake_of(book, courier)
        pushes += [await file(intake, life * 10 + n) for n in range(3)]
        await asyncio.sleep(0.004 * (life % 4))
        await courier.stop()
    courier = Courier(OutboxShelf(ledger, "xm1"), store, rule, lambda _: None, chance=lambda: 0.5)
    courier.start()
    await emptied(book)
    await courier.stop()
    assert Counter(key for key, _ in store.table) == Counter(push.ticket.key for push in pushes)
    await ledger.close()


async def test_dead_letter_corrected(tmp_path: Path) -> None:
    """A dead letter of the real book is corrected by hand and arrives with its new content."""
    ledger, book = await book_at(tmp_path)
    store = ScriptedStore(script=lambda one, _: "reject" if one.kind == "complaint" else "ok")
    rule = RetryRule(first=0.001, most=0.01, poison_after=2)
    courier = Courier(OutboxShelf(ledger, "xm1"), store, rule, lambda _: None, chance=lambda: 0.5)
    courier.start()
    intake = intake_of(book, courier)
    bad = await file(intake, 1)
    while not await book.dead_letters(1):
        await asyncio.sleep(0.005)
    again = await intake.replay(bad.id, {"kind": "help"})
    assert isinstance(again, Push)
    await emptied(book)
    await courier.stop()
    found = await book.find(bad.ticket.id)
    assert found is not None
    assert (found.state, found.ticket.kind, found.ticket.filed_at) == (
        DeliveryState.DELIVERED,
        "help",
        bad.ticket.filed_at,
    )
    assert [key for key, _ in store.table] == [bad.ticket.key]
    await ledger.close()


@pytest.mark.parametrize("name", sorted(RIGS))
async def test_what_becomes_of_a_case_is_in_the_ledger(tmp_path: Path, name: str) -> None:
    """Filed, delivered, moved at the store, heard; a daemon that begins anew goes on where it was and tells nothing twice."""
    ledger, book = await book_at(tmp_path)
    told: list[object] = []
    async with RIGS[name](tmp_path) as rig:
        courier = Courier(OutboxShelf(ledger, "xm1"), rig.driver, RetryRule(), told.append, chance=lambda: 0.5)
        courier.start()
        first, second = [(await file(intake_of(book, courier), n)).ticket for n in (1, 2)]
        await emptied(book)
        await courier.stop()

        def moved() -> list[tuple[str, str, CaseState]]:
            return [(event.ticket, event.agent, event.state) for event in told if isinstance(event, CaseMoved)]

        for nth, state in enumerate(rig.states[:2], 1):
            await rig.move(first.key, state)
            hearing = Hearing(
                "city", rig.driver, CaseShelf(ledger), RetryRule(), told.append, chance=lambda: 0.5, every=0.005
            )
            hearing.start()
            async with asyncio.timeout(10):
                while (push := await book.find(first.id)) is None or push.case_state is not state:
                    await asyncio.sleep(0.005)
                while len(moved()) < nth:  # told once it stands in the ledger, so a moment later
                    await asyncio.sleep(0.005)
            await hearing.stop()
            await rig.restart()
    other = await book.find(second.id)
    assert other is not None
    assert (other.state, other.case_state) == (DeliveryState.DELIVERED, CaseState.FILED)
    assert moved() == [(first.id, first.agent, state) for state in rig.states[:2]]
    assert [breach for breach in await verify(ledger, datetime.now(UTC)) if "case" in breach.rule] == []
    await ledger.close()
