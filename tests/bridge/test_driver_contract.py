"""What every driver of a case store must keep, on its real store: each thing once, no refusal taken for silence, nothing unheard."""

from __future__ import annotations

import asyncio
import pkgutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import bridge.drivers
from bridge.case_store_messages import KINDS, MessageId, MessageKind, filing, key_of
from bridge.case_updates import Hearing
from bridge.courier import Courier
from bridge.delivery_retry import RetryRule
from bridge.delivery_state import DeliveryState
from bridge.drivers import CaseEvent, Heard, Receipt, Rejected, Unreachable
from bridge.events import CaseMoved, MessageNotCarried
from bridge.ticket import Ticket, ticket_id
from tests.bridge.made import NOON, ticket
from tests.fakes.book import MemoryBook

from .rigs import RIGS, Rig, settled

QUICK = RetryRule(first=0.002, most=0.01, poison_after=3)
SECRET = "湖滨"


Opens = AbstractAsyncContextManager[Rig]


@pytest.fixture(params=sorted(RIGS))
def opens(request: pytest.FixtureRequest, tmp_path: Path) -> Opens:
    return RIGS[request.param](tmp_path)


@asynccontextmanager
async def carrying(rig: Rig, book: MemoryBook) -> AsyncIterator[list[object]]:
    """A courier and a hearing on this book, for a while; what they told the house."""
    told: list[object] = []
    courier = Courier(book, rig.driver, QUICK, told.append, chance=lambda: 0.5)
    hearing = Hearing("store", rig.driver, book, QUICK, told.append, chance=lambda: 0.5, every=0.005)
    courier.start()
    hearing.start()
    try:
        yield told
    finally:
        await hearing.stop()
        await courier.stop()


async def receipt(rig: Rig, one: Ticket) -> Receipt:
    """Asked again while it is on its way there: some stores take what they show only a moment later."""
    async with asyncio.timeout(20):
        while isinstance(answer := await rig.driver.deliver(filing(one)), Unreachable) and not answer.silent:
            await asyncio.sleep(0.02)
    assert isinstance(answer, Receipt), answer
    return answer


async def heard(rig: Rig, mark: str = "", most: int = 100) -> Heard:
    answer = await rig.driver.hear(mark, most)
    assert isinstance(answer, Heard), answer
    return answer


def test_every_driver_is_tried() -> None:
    """A driver without a rig has never been shown to keep anything."""
    assert {module.name for module in pkgutil.iter_modules(bridge.drivers.__path__)} == set(RIGS)


# -- delivering ------------------------------------------------------------------------------


async def test_the_same_message_many_times_is_one_case(opens: Opens) -> None:
    """At once, one after the other, and after the store began again: always the first receipt."""
    async with opens as rig:
        tickets = [ticket(n) for n in range(6)]
        found = await asyncio.gather(*(receipt(rig, one) for one in tickets for _ in range(4)))
        assert len(set(found)) == 6
        await rig.restart()
        assert [await receipt(rig, one) for one in tickets] == [found[4 * n] for n in range(6)]
        assert sorted(await rig.keys()) == sorted(one.key for one in tickets)


async def test_a_matter_filed_under_another_ticket_is_the_same_case(opens: Opens) -> None:
    """A ledger that was put back forgot the ticket; the key is the matter's."""
    async with opens as rig:
        first = await receipt(rig, ticket(1))
        assert await receipt(rig, replace(ticket(1), id=ticket_id(NOON, b"0123456789"), title="另一说法")) == first
        assert await rig.keys() == [ticket(1).key]


async def test_what_was_delivered_is_found_and_nothing_else(opens: Opens) -> None:
    """By its key; odd keys are nobody's."""
    async with opens as rig:
        given = await receipt(rig, ticket(1))
        assert await rig.driver.find(ticket(1).key) == given
        for key in (ticket(2).key, ticket(1).id, f"{ticket(1).key} ", "%", "", "é" * 200):
            assert await rig.driver.find(key) is None, key


async def test_time_out_after_commit(opens: Opens) -> None:
    """The store took it and its answer was lost: asked for before it is sent again, and it stands once."""
    async with opens as rig:
        rig.lose_answers(1)
        answer = await rig.driver.deliver(filing(ticket(1)))
        assert isinstance(answer, Unreachable)
        assert isinstance(await rig.driver.find(ticket(1).key), Receipt)
        rig.lose_answers(3)
        book = MemoryBook()
        tickets = [ticket(n) for n in range(2, 8)]
        for one in tickets:
            await book.file(one)
        async with carrying(rig, book):
            await settled(lambda: all(push.state is DeliveryState.DELIVERED for push in book.rows.values()))
        assert sorted(await rig.keys()) == sorted({ticket(1).key, *(one.key for one in tickets)})
        assert len({push.case_number for push in book.rows.values()}) == 6


async def test_cut_off_anywhere_it_stands_once(opens: Opens) -> None:
    """The courier's deadline, or its end, may fall at any moment of a delivery."""
    async with opens as rig:
        one = ticket(1)
        for turns in range(12):
            task = asyncio.ensure_future(rig.driver.deliver(filing(one)))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        given = await receipt(rig, one)
        assert await rig.driver.find(one.key) == given
        assert await rig.keys() == [one.key]


async def test_a_second_answer_changes_nothing(opens: Opens) -> None:
    """Two couriers had it, and both were answered."""
    async with opens as rig:
        book, one = MemoryBook(), ticket(1)
        await book.file(one)
        (sent,) = await book.due(NOON, 1)
        answers = [await rig.driver.deliver(sent.message) for _ in range(2)]
        assert answers[0] == answers[1]
        for answer in answers:
            assert isinstance(answer, Receipt)
            await book.delivered(sent, answer.case_number, answer.query_code, NOON)
        assert await rig.keys() == [one.key]


async def test_a_refusal_is_a_value_and_becomes_poison(opens: Opens) -> None:
    """It is no silence: the message becomes a dead letter after its tries, its own stream waits, others pass it by."""
    async with opens as rig:
        bad, good = ticket(1), ticket(2)
        refused = rig.refused(bad)
        assert isinstance(await rig.driver.deliver(refused), Rejected)
        assert await rig.driver.find(refused.key) is None
        book = MemoryBook()
        await book.add(refused, NOON)
        behind = replace(refused, id=MessageId(ticket_id(NOON, b"behind----")), key=f"{refused.key}/behind")
        await book.add(behind, NOON)
        await book.file(good)
        async with carrying(rig, book):
            await settled(lambda: book.rows[good.id].state is DeliveryState.DELIVERED)
            await settled(lambda: book.messages[refused.id].push.state is DeliveryState.POISONED)
        assert book.messages[behind.id].push.tries == 0
        assert await rig.keys() == [good.key]


async def test_every_kind_is_answered(opens: Opens) -> None:
    """What a driver says it carries is taken or refused in a word, never raised and never silence; a matter can be filed with all."""
    async with opens as rig:
        one = ticket(1)
        await receipt(rig, one)
        assert MessageKind.FILE in rig.driver.carries
        for kind, rule in KINDS.items():
            if kind not in rig.driver.carries:
                continue
            said: dict[str, Any] = dict.fromkeys(rule.needs, "请尽快")
            message = replace(filing(one), kind=kind, key=key_of(one.key, kind, "1"), payload=said)
            answer = await rig.driver.deliver(message)
            assert isinstance(answer, Receipt | Rejected), kind
            if isinstance(answer, Rejected):
                assert kind is not MessageKind.FILE
                assert answer.reason
        assert await rig.keys() == [one.key]


async def test_what_it_does_not_carry_is_over_at_once_and_holds_nothing_up(opens: Opens) -> None:
    """Neither tried again nor a dead letter: it stays in the ledger, said so, and the next of its matter goes on."""
    async with opens as rig:
        book, one = MemoryBook(), ticket(1)
        await book.file(one)
        others = [kind for kind in KINDS if kind not in rig.driver.carries]
        for turn, kind in enumerate(others):
            said: dict[str, Any] = dict.fromkeys(KINDS[kind].needs, "请尽快")
            ident = MessageId(ticket_id(NOON, f"other{turn:05}".encode()))
            await book.add(
                replace(filing(one), id=ident, kind=kind, key=key_of(one.key, kind, "1"), payload=said), NOON
            )
        async with carrying(rig, book) as told:
            await settled(lambda: all(row.push.state is not DeliveryState.WAITING for row in book.messages.values()))
        states = {row.message.kind: row.push.state for row in book.messages.values()}
        assert states == {MessageKind.FILE: DeliveryState.DELIVERED, **dict.fromkeys(others, DeliveryState.NOT_CARRIED)}
        assert [event.kind for event in told if isinstance(event, MessageNotCarried)] == others
        assert all(row.push.tries == 0 for row in book.messages.values() if row.message.kind in others)


async def test_away_and_back(opens: Opens) -> None:
    """Neither a refusal nor a word of the citizen's in the reason; when it is back, all that waited arrives once."""
    async with opens as rig:
        one = ticket(1)
        async with rig.away():
            answers = [
                await rig.driver.deliver(filing(one)),
                await rig.driver.find(one.key),
                await rig.driver.hear("", 9),
            ]
            for answer in answers:
                assert isinstance(answer, Unreachable)
                assert answer.reason
                assert SECRET not in answer.reason
        assert await rig.driver.find(one.key) is None
        book = MemoryBook()
        for n in range(1, 5):
            await book.file(ticket(n))
        async with AsyncExitStack() as stack:
            async with rig.away():
                await stack.enter_async_context(carrying(rig, book))
                await settled(lambda: any(push.tries > 1 for push in book.rows.values()))
                assert all(push.state is DeliveryState.WAITING for push in book.rows.values())
            await settled(lambda: all(push.state is DeliveryState.DELIVERED for push in book.rows.values()))
        assert sorted(await rig.keys()) == sorted(ticket(n).key for n in range(1, 5))
        assert all(push.refusals == 0 for push in book.rows.values())


# -- hearing ----------------------------------------------------------------------------------


async def test_hears_from_the_beginning_and_on(opens: Opens) -> None:
    """All there ever was; then only what is new; in pieces the same as whole; asked again the same again."""
    async with opens as rig:
        tickets = [ticket(n) for n in range(3)]
        for one in tickets:
            await receipt(rig, one)
        await rig.move(tickets[0].key, rig.states[0])
        whole = await heard(rig)
        assert {event.key for event in whole.events} == {one.key for one in tickets}
        assert await heard(rig) == whole
        assert (await heard(rig, whole.mark)).events == ()
        await rig.move(tickets[0].key, rig.states[1])
        (new,) = (await heard(rig, whole.mark)).events
        assert (new.key, new.state) == (tickets[0].key, rig.states[1])
        pieces: list[object] = []
        mark, more = "", True
        while more:
            piece = await heard(rig, mark, 2)
            assert len(piece.events) <= 2
            assert len(piece.mark) <= 200
            pieces += piece.events
            mark, more = piece.mark, piece.more
        past = whole.events if rig.history else [event for event in whole.events if event.key != new.key]
        assert pieces == [*past, new]


async def test_what_is_heard_names_its_case(opens: Opens) -> None:
    """Number, key and query code as the receipt had them; a sequence that grows; moments with a zone; no citizen."""
    async with opens as rig:
        given = await receipt(rig, ticket(1))
        events: list[CaseEvent] = []
        mark = ""
        for state in rig.states:
            await rig.move(ticket(1).key, state)
            told = await heard(rig, mark)
            events, mark = [*events, *told.events], told.mark
        assert tuple(event.state for event in events[-3:]) == rig.states
        assert [event.sequence for event in events] == sorted({event.sequence for event in events})
        for event in events:
            assert event.sequence >= 1
            assert (event.key, event.case_number) == (ticket(1).key, given.case_number)
            assert event.query_code in ("", given.query_code)
            assert event.at.utcoffset() is not None
            assert SECRET not in f"{event.word} {event.unit} {event.note}"


async def test_a_mark_it_does_not_know_is_answered_from_the_beginning(opens: Opens) -> None:
    """Another store's, an older one's, nonsense: nothing is missed for it."""
    async with opens as rig:
        await receipt(rig, ticket(1))
        whole = await heard(rig)
        for mark in ("999999999:GD1/1", "nonsense", "-1", "9" * 190, "1:GD19990101000001/1", "é", "0"):
            assert (await heard(rig, mark)).events == whole.events, mark


async def test_events_heard_twice_move_a_case_once(opens: Opens) -> None:
    """The courier delivers and the hearing hears, each again and again, through a book that forgets its mark."""
    async with opens as rig:
        book, tickets = MemoryBook(), [ticket(n) for n in range(4)]
        for one in tickets:
            await book.file(one)
        async with carrying(rig, book) as told:
            await settled(lambda: all(push.state is DeliveryState.DELIVERED for push in book.rows.values()))
            for state in rig.states[:2]:
                for one in tickets:
                    await rig.move(one.key, state)
                await settled(lambda: {push.case_state for push in book.rows.values()} == {state})  # noqa: B023
                book.marks.clear()
                book.broken = {"hear": 2}
        async with carrying(rig, book) as again:
            await settled(lambda: bool(book.marks))
        moved = [(event.ticket, event.state) for event in [*told, *again] if isinstance(event, CaseMoved)]
        assert sorted(moved) == sorted((one.id, state) for one in tickets for state in rig.states[:2])
