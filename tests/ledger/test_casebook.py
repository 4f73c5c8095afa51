"""Cases: opened by a receipt, moved by events that come late, twice or in any order; their history and their calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bridge.case_state import CaseState
from bridge.case_updates import Hearing
from bridge.delivery_retry import RetryRule
from bridge.delivery_state import DeliveryState
from bridge.drivers import CaseEvent, Heard
from bridge.drivers.webhook import event
from bridge.ticket import Ticket
from config.time_range import END
from cti.ids import CallId
from ledger import tables as t
from ledger.callers import Callers
from ledger.casebook import CaseShelf
from ledger.missing_cases import adopt, taken_in
from ledger.outbox import OutboxShelf
from ledger.restored import settle
from ledger.store import Store
from ledger.tickets import TicketShelf
from ledger.verify import verify
from tests.bridge.made import NOON, ticket
from tests.bridge.test_case_updates import Teller
from tests.bridge.test_storable import ODD, TOLD
from tests.casestore.test_georeport_api import served

from .desk import Told
from .test_scribe import write_all

LATER = NOON + timedelta(hours=1)
STORY = (CaseState.FILED, CaseState.DISPATCHED, CaseState.HANDLED, CaseState.CLOSED)


def at(minutes: int) -> Any:
    return NOON + timedelta(minutes=minutes)


def story(one: Ticket, number: str = "GD1", key: str | None = None) -> list[CaseEvent]:
    named = one.key if key is None else key
    return [CaseEvent(named, number, n, state, at(n), str(state), "环卫处") for n, state in enumerate(STORY, 1)]


@asynccontextmanager
async def books(url: str) -> AsyncIterator[tuple[Store, TicketShelf, CaseShelf]]:
    store = Store(url)
    try:
        yield store, TicketShelf(store), CaseShelf(store)
    finally:
        await store.close()


async def delivered(store: Store, one: Ticket, number: str = "GD1", query: str = "Q1") -> None:
    await TicketShelf(store).file(one)
    outbox = OutboxShelf(store, "xm1")
    sent = next(sent for sent in await outbox.due(LATER, 9) if sent.message.ticket.id == one.id)
    await outbox.delivered(sent, number, query, LATER)


async def stands(store: Store, one: Ticket) -> tuple[CaseState | None, str, Any]:
    push = await TicketShelf(store).find(one.id)
    assert push is not None
    return push.case_state, push.case_number, push.case_since


async def case_of(store: Store, call: str) -> str:
    async with store.reading() as db:
        found: str = await db.scalar(sa.select(t.calls.c.case_id).where(t.calls.c.call_id == call)) or ""
    return found


async def test_a_receipt_opens_the_case(url: str) -> None:
    """Number, query code, state and moment; the first line of its history; what was not delivered has none."""
    one, two = ticket(1), ticket(2)
    async with books(url) as (store, tickets, _):
        await tickets.file(two)
        await delivered(store, one)
        assert await stands(store, one) == (CaseState.FILED, "GD1", LATER)
        assert await stands(store, two) == (None, "", None)
        history = await TicketShelf(store).case_history(one.id)
        assert [(row.sequence, row.state, row.at) for row in history] == [(0, "filed", LATER)]


async def test_events_move_the_case_once(url: str) -> None:
    """Each is told to the house once; the same again changes nothing, whatever it says; the mark is kept with them."""
    one = ticket(1)
    async with books(url) as (store, _, cases):
        await delivered(store, one)
        moved = await cases.hear("city", story(one)[:2], "2", LATER)
        assert [case.agent for case in moved] == [one.agent]
        assert [(case.ticket, case.number, case.query_code, case.state, case.since) for case in moved] == [
            (one.id, "GD1", "Q1", CaseState.DISPATCHED, at(2))
        ]
        assert await cases.hear("city", story(one)[:2], "2", LATER) == []
        assert len(await cases.hear("city", story(one), "4", LATER)) == 1
        assert await cases.hear("city", story(one), None, LATER) == []
        assert await stands(store, one) == (CaseState.CLOSED, "GD1", at(4))
        assert (await cases.mark("city"), await cases.mark("another")) == ("4", "")
        history = await TicketShelf(store).case_history(one.id)
        assert [(row.sequence, row.state, row.unit) for row in history] == [
            (0, "filed", ""), *((n, str(state), "环卫处") for n, state in enumerate(STORY, 1)),
        ]  # fmt: skip


async def test_in_any_order_the_case_ends_alike(url: str) -> None:
    """Every order of four events, one by one: the newest counts, all of them are history, ``verify`` is content."""
    async with books(url) as (store, _, cases):
        for n, order in enumerate(permutations(range(4))):
            one = ticket(n)
            await delivered(store, one, f"GD{n}")
            events = story(one, f"GD{n}")
            seen = []
            for which in order:
                seen += [case.state for case in await cases.hear("city", [events[which]], None, LATER)]
            assert (await stands(store, one))[0] is CaseState.CLOSED, order
            assert seen == sorted(seen, key=STORY.index), order
            history = await TicketShelf(store).case_history(one.id)
            assert [row.state for row in history] == ["filed", *STORY], order
            newest = [max(order[: i + 1]) == which for i, which in enumerate(order)]
            assert [row.late for row in history[1:]] == [not newest[order.index(n)] for n in range(4)], order
        assert [breach for breach in await verify(store, LATER) if breach.rule.startswith("case")] == []


async def test_an_event_may_come_before_the_receipt(url: str) -> None:
    """It opens the case by its key; the receipt then adds the query code and moves nothing back."""
    one = ticket(1)
    async with books(url) as (store, tickets, cases):
        await tickets.file(one)
        outbox = OutboxShelf(store, "xm1")
        (sent,) = await outbox.due(LATER, 9)
        assert len(await cases.hear("city", story(one), "4", LATER)) == 1
        await outbox.delivered(sent, "GD1", "Q1", LATER)
        push = await tickets.find(one.id)
        assert push is not None
        assert (push.case_state, push.case_number, push.query_code) == (CaseState.CLOSED, "GD1", "Q1")
        assert len(await TicketShelf(store).case_history(one.id)) == 5


async def test_a_store_that_gives_no_key_back_is_matched_by_number(url: str) -> None:
    """And what is nobody's here changes nothing."""
    one = ticket(1)
    async with books(url) as (store, _, cases):
        await delivered(store, one)
        assert len(await cases.hear("city", story(one, key=""), None, LATER)) == 1
        strangers: Sequence[CaseEvent] = [*story(one, "GD9", key=""), *story(one, "GD1", key="nobody's")]
        assert await cases.hear("city", strangers, None, LATER) == []
        assert len(await TicketShelf(store).case_history(one.id)) == 5


async def test_an_unforeseen_step_is_believed_and_marked(url: str) -> None:
    """The case store knows best; the history says that it was odd."""
    one = ticket(1)
    async with books(url) as (store, _, cases):
        await delivered(store, one)
        closed, reported = (
            CaseEvent(one.key, "GD1", n, state, at(n)) for n, state in ((1, CaseState.CLOSED), (2, CaseState.HANDLED))
        )
        (first,) = await cases.hear("city", [closed], None, LATER)
        (then,) = await cases.hear("city", [reported], None, LATER)
        assert (first.foreseen, then.foreseen, then.state) == (True, False, CaseState.HANDLED)
        assert [row.unforeseen for row in await TicketShelf(store).case_history(one.id)] == [False, False, True]


async def test_a_call_names_its_case_whichever_is_written_first(url: str) -> None:
    """The book may have the call before the case store answers, or after; of two matters the call names the first."""
    early, late = Told(1).arrive().queue().talk().end(), Told(2).arrive().queue().talk().end()
    mine = [ticket(n, key=f"{call}/{part}", facts=_about(call)) for n, (call, part) in enumerate(
        ((early.call, 1), (early.call, 2), (late.call, 1))
    )]  # fmt: skip
    async with books(url) as (store, _, _cases):
        await write_all(url, early)
        for n, one in enumerate(mine):
            await delivered(store, one, f"GD{n}")
        assert await case_of(store, early.call) == mine[0].id
        assert await case_of(store, late.call) == ""
        await write_all(url, late)
        assert await case_of(store, late.call) == mine[2].id


async def test_a_ledger_put_back_hears_all_again(url: str) -> None:
    """What became of cases since the backup, and of the tickets that were taken back from the case store."""
    one, two = ticket(1), ticket(2)
    async with books(url) as (store, tickets, cases):
        await delivered(store, one)
        await cases.hear("city", story(one), "4", LATER)
        await settle(store, LATER, LATER)
        assert await cases.mark("city") == ""
        await cases.hear("city", story(two, "GD2"), "8", LATER)
        assert await adopt(store, [Taken("GD2", "Q2", LATER, two)]) == 1
        assert await cases.mark("city") == ""
        push = await tickets.find(two.id)
        assert push is not None
        assert (push.state, push.case_state, push.query_code) == (DeliveryState.DELIVERED, CaseState.FILED, "Q2")
        await cases.hear("city", [*story(one), *story(two, "GD2")], "8", LATER)
        assert (await stands(store, two))[0] is CaseState.CLOSED
        assert await OutboxShelf(store, "xm1").due(LATER, 9) == []


@dataclass(frozen=True)
class Taken:
    """A case as the case store gives it back."""

    number: str
    query_code: str
    accepted_at: Any
    ticket: Ticket


def _about(call: str) -> Any:
    facts = ticket(1).facts
    assert facts is not None
    return replace(facts, call=CallId(call))


async def test_what_another_program_filed_at_the_store_is_a_ticket_here(url: str, tmp_path: Path) -> None:
    """By GeoReport: heard once with what was said, found by its citizen's number, in the ledger's proof; told again it is nothing new.
    What cannot be read stays the store's, and holds nobody up."""
    async with served(tmp_path) as city, books(url) as (store, tickets, _plain):
        number = await city.filed(
            description="井盖丢失\n快来人",
            first_name="某",
            last_name="林",
            phone="13806010077",
            service_code="part-0101",
        )
        cases = CaseShelf(store, take_in=taken_in)
        heard = await city.cases.driver.hear("", 50)
        assert isinstance(heard, Heard)
        for _ in range(2):
            await cases.hear("native", heard.events, heard.mark, LATER)
        assert [event.case_number for event in heard.events] == [number]
        (push,) = await tickets.recent(9)
        assert (push.case_number, push.ticket.title, push.ticket.channel, push.state) == (
            number, "井盖丢失", "georeport", DeliveryState.DELIVERED,
        )  # fmt: skip
        assert (push.ticket.agent, push.ticket.call, push.ticket.person.phones) == ("", None, ("13806010077",))
        story = await Callers(store).story("13806010077", NOON)
        assert [one.ticket.id for one in story.tickets] == [push.ticket.id]
        odd = replace(heard.events[0], key="georeport/app/odd", case_number="X", filed=None)
        foreign = replace(heard.events[0], key="georeport/app/other", case_number="Y")
        assert await cases.hear("native", [odd, foreign], None, LATER) == []
        assert len(await tickets.recent(9)) == 1
        assert [breach.rule for breach in await verify(store, now=NOON + timedelta(days=60))] == []


# -- whatever a store says ---------------------------------------------------------------


def hearing(teller: Teller, book: Any) -> Hearing:
    return Hearing("city", teller, book, RetryRule(first=1, most=60), lambda _event: None, chance=lambda: 0.5,
                   clock=lambda: NOON)  # fmt: skip


async def test_a_state_said_with_signs_that_no_ledger_keeps_is_kept(url: str) -> None:
    """On its way to the ledger: pushed and polled, with a mark of that kind, too; what comes behind it is heard."""
    one = ticket()
    async with books(url) as (store, _tickets, cases):
        await delivered(store, one)
        teller = Teller()
        ears = hearing(teller, cases)
        pushed = event(TOLD | {"key": one.key})
        await ears.take([pushed, replace(pushed, key=ODD, case_number=ODD)])
        teller.events = [replace(pushed, sequence=5, state=CaseState.FILED, note="\ud800")]
        teller.hear = _marked(teller)  # type: ignore[method-assign]
        await ears._ask()
        (row,) = await store.look(lambda db: db.execute(sa.select(t.cases)).all())
        assert (row.state, row.word, row.unit) == ("filed", "已结案", "已结案")
        assert row.since == END
        assert await cases.mark("city") == "m1"


def _marked(teller: Teller) -> Any:
    async def hear(_mark: str, _most: int) -> Heard:
        return Heard(tuple(teller.events), "m1\0\udfff")

    return hear
