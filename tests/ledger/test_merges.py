"""并单 at filing: the case store is told, once, behind the message that files the ticket, whether or not the other case has its number yet."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bridge.case_state import CaseState
from bridge.ports import Filed, KeyTaken
from bridge.ticket import Ticket
from tests.bridge.made import ticket

from .test_ticket_search import LATER, Books, books

ONE, TWO, THREE = ticket(1), ticket(2), ticket(3)


async def merges(book: Books, one: Ticket) -> list[tuple[str, str]]:
    """What the case store is told of it: (kind, into), in the order it is told."""
    return [(str(said.kind), str(said.payload.get("into", ""))) for said in await book.matters.said(one.id)]


async def into(book: Books, one: Ticket) -> str:
    push = await book.tickets.find(one.id)
    assert push is not None
    return push.ticket.merged_into


async def test_filed_into_another_case_the_case_store_is_told(url: str) -> None:
    async with books(url) as book:
        await book.filed(ONE)
        child = replace(TWO, merged_into="C1")
        for _again in range(2):
            assert isinstance(await book.tickets.file(child), Filed)
        assert await merges(book, TWO) == [("file", ""), ("merge", "C1")]
        assert await into(book, TWO) == "C1"


async def test_it_goes_on_within_the_case_at_the_end_of_the_chain(url: str) -> None:
    """Whoever files into a case that was merged itself, by its number or by its ticket's."""
    async with books(url) as book:
        await book.filed(ONE, replace(TWO, merged_into=ONE.id))
        for n, said in ((3, "C2"), (4, TWO.id), (5, ONE.id)):
            child = ticket(n, merged_into=said)
            await book.tickets.file(child)
            assert await merges(book, child) == [("file", ""), ("merge", "C1")]
            again = await book.tickets.file(child)
            assert isinstance(again, Filed)
            assert not again.new


async def test_a_case_that_has_no_number_yet_is_told_when_it_has(url: str) -> None:
    """The case store is away while both are filed; whichever is delivered first."""
    async with books(url) as book:
        await book.tickets.file(ONE)
        child = replace(TWO, merged_into=ONE.id)
        await book.tickets.file(child)
        assert await merges(book, TWO) == [("file", "")]
        first, second = sorted(await book.outbox.due(LATER, 9), key=lambda sent: sent.message.ticket.id == ONE.id)
        for sent, number in ((first, "C2"), (second, "C1")):
            for _again in range(2):
                await book.outbox.delivered(sent, number, "K", LATER)
        assert await merges(book, TWO) == [("file", ""), ("merge", "C1")]
        assert await into(book, TWO) == "C1"
        again = await book.tickets.file(child)
        assert isinstance(again, Filed)
        assert not again.new


async def test_a_number_that_nobody_knows_yet_is_kept_until_somebody_does(url: str) -> None:
    async with books(url) as book:
        await book.filed(replace(TWO, merged_into="C1"))
        assert await merges(book, TWO) == [("file", "")]
        assert await into(book, TWO) == "C1"
        await book.filed(ONE)
        assert await merges(book, TWO) == [("file", ""), ("merge", "C1")]


async def test_a_case_that_is_over_takes_nothing_in(url: str) -> None:
    """It would be a dead letter. The ticket goes on by itself and names the other; sent again it is the same ticket."""
    async with books(url) as book:
        await book.filed(ONE)
        await book.moved(ONE, CaseState.VOIDED)
        child = replace(TWO, merged_into="C1", related_cases=("GD9",))
        for new in (True, False):
            filed = await book.tickets.file(child)
            assert isinstance(filed, Filed)
            assert (filed.new, filed.push.ticket.merged_into, filed.push.ticket.related_cases) == (
                new,
                "",
                ("GD9", "C1"),
            )
        assert await merges(book, TWO) == [("file", "")]


async def test_another_target_under_the_same_key_is_another_ticket(url: str) -> None:
    async with books(url) as book:
        await book.filed(ONE, THREE, replace(TWO, merged_into="C1"))
        assert await book.tickets.file(replace(TWO, merged_into="C3")) == KeyTaken(TWO.id)


async def test_two_that_are_filed_into_one_another_end(url: str) -> None:
    """Each was read before the other was there: one of them is told, and nothing turns in a ring."""
    async with books(url) as book:
        await book.filed(replace(ONE, merged_into="C2"), replace(TWO, merged_into="C1"))
        told = [pair for one in (ONE, TWO) for pair in await merges(book, one) if pair[0] == "merge"]
        assert len(told) <= 1


async def test_filed_while_the_other_case_gets_its_number(url: str) -> None:
    """At the same moment, again and again: whoever comes second tells the case store, none is told twice and none not at all."""
    async with books(url) as book:
        for n in range(10, 30, 2):
            parent = ticket(n)
            await book.tickets.file(parent)
            (sent,) = [one for one in await book.outbox.due(LATER, 99) if one.message.ticket.id == parent.id]
            child = ticket(n + 1, merged_into=parent.id)
            await asyncio.gather(book.tickets.file(child), book.outbox.delivered(sent, f"C{n}", "K", LATER))
            assert await merges(book, child) == [("file", ""), ("merge", f"C{n}")]
