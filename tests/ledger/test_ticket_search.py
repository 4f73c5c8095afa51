"""The ticket centre's search: by whatever a citizen or an agent says of a ticket, page by page, and what hangs on one."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bridge.case_state import CaseState
from bridge.case_store_messages import MessageId, MessageKind
from bridge.drivers import CaseEvent
from bridge.ports import AttachedFile, Changed, Counted, FurtherMessage, Overtaken, SaidMessage, Why
from bridge.ticket import Person, Place, Subject, Ticket, TicketId, ticket_id
from cti.ids import CallId
from ledger import ticket_search
from ledger.casebook import CaseShelf
from ledger.mass_events import MassEvent, MassEvents
from ledger.outbox import OutboxShelf
from ledger.store import Store
from ledger.ticket_acts import MatterShelf
from ledger.ticket_search import Sought, TicketSearch
from ledger.tickets import TicketShelf
from tests.bridge.made import NOON, ticket

LATER = NOON + timedelta(hours=8)


@dataclass
class Books:
    store: Store
    tickets: TicketShelf
    outbox: OutboxShelf
    cases: CaseShelf
    search: TicketSearch
    matters: MatterShelf

    async def found(self, **sought: Any) -> list[str]:
        return [push.ticket.id for push in (await self.search.find(Sought(**sought))).pushes]

    async def filed(self, *every: Ticket) -> None:
        """Filed, delivered, and their cases known: number C1, C2 …"""
        for one in every:
            await self.tickets.file(one)
        for sent in await self.outbox.due(LATER, 99):
            number = "C" + sent.message.stream.partition(".")[2].partition("/")[0]
            await self.outbox.delivered(sent, number, "K" + number, LATER)

    async def moved(self, one: Ticket, state: CaseState, unit: str = "") -> None:
        await self.cases.hear("s", [CaseEvent(one.key, "", 5, state, LATER, unit=unit)], None, LATER)


@asynccontextmanager
async def books(url: str) -> AsyncIterator[Books]:
    store = Store(url)
    try:
        yield Books(
            store, TicketShelf(store), OutboxShelf(store, "xm1"), CaseShelf(store), TicketSearch(store), MatterShelf(store)
        )  # fmt: skip
    finally:
        await store.close()


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


ONE = ticket(1, at(1), person=Person("王", "", ("138 0600 0012",)), place=Place(address_text="湖滨南路31号"))
TWO = ticket(
    2,
    at(2),
    agent="1002",
    title="路灯不亮",
    subject=Subject("CJ/T 214", "2007", "0118", "part"),
    unit_confirmed="市政园林局",
)
SECRET = ticket(3, at(3), confidential=True, person=Person("李", "", ("13806000012",)), title="井盖破损")
NOBODYS = ticket(4, at(4), anonymous=True)


async def test_found_by_whatever_is_said_of_it(url: str) -> None:
    """Number in any spelling, words in any place of the ticket, code, unit, state, agent, day; the newest first."""
    async with books(url) as book:
        await book.filed(ONE, TWO, SECRET, NOBODYS)
        await book.moved(TWO, CaseState.HANDLING, "思明区城管局")
        await book.moved(ONE, CaseState.VOIDED)  # a closed one waits for the reply to its citizen
        assert await book.found() == [NOBODYS.id, SECRET.id, TWO.id, ONE.id]
        assert await book.found(case="C2") == [TWO.id]
        assert await book.found(case=TWO.id) == [TWO.id]
        assert await book.found(case="C2", agent="1001") == []
        assert await book.found(number="+86 138-0600-0012") == [SECRET.id, ONE.id]
        assert await book.found(number="13806000012", confidential=False) == [ONE.id]
        assert await book.found(number="没有") == []
        assert await book.found(words="湖滨南路31号 没过") == [ONE.id]
        assert await book.found(words="井盖") == [SECRET.id]
        assert await book.found(words="井盖", confidential=False) == []
        assert await book.found(words="王") == []  # no person is found by words
        assert await book.found(code="0118") == [TWO.id]
        assert await book.found(unit="市政园林局") == await book.found(unit="思明区城管局") == [TWO.id]
        assert await book.found(state="handling") == [TWO.id]
        assert await book.found(state="open") == [NOBODYS.id, SECRET.id, TWO.id]
        assert await book.found(state="open", agent="1002") == [TWO.id]
        assert await book.found(agent="1001", state="voided") == [ONE.id]
        assert await book.found(since=at(2), until=at(4)) == [SECRET.id, TWO.id]
        assert await book.found(state="undelivered") == await book.found(state="refused") == []


async def test_undelivered_and_refused_are_found(url: str) -> None:
    async with books(url) as book:
        await book.tickets.file(ONE)
        assert await book.found(state="undelivered") == await book.found(state="open") == [ONE.id]
        (sent,) = await book.outbox.due(LATER, 9)
        await book.outbox.poisoned(sent, "no such code", LATER)
        assert await book.found(state="refused") == [ONE.id]


@pytest.mark.parametrize(
    "sought", [{}, {"agent": "1001"}, {"state": "filed"}, {"state": "open"}, {"number": "13806000012"}, {"unit": "局"}]
)
async def test_pages_hold_each_once(url: str, sought: dict[str, Any]) -> None:
    """Whatever walk it is, the pages put together are all there is, the newest first."""
    every = [ticket(n, at(n // 2), person=Person("", "", ("13806000012",)), unit_confirmed="局") for n in range(1, 8)]
    async with books(url) as book:
        await book.filed(*every)
        got: list[str] = []
        after = ""
        for _ in range(9):
            found = await book.search.find(Sought(**sought, most=3, after=after))
            got += [push.ticket.id for push in found.pushes]
            if not (after := found.after):
                break
        assert got == [one.id for one in sorted(every, key=lambda one: (one.filed_at, one.id), reverse=True)]


async def test_words_are_looked_for_so_far_back_and_on(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is looked at is bounded: an empty page says how far back it was, and the next goes on from there."""
    monkeypatch.setattr(ticket_search, "WALKED", 2)
    async with books(url) as book:
        await book.filed(*(ticket(n, at(n)) for n in range(2, 6)), ticket(1, at(1), title="路灯不亮"))
        first = await book.search.find(Sought(words="路灯"))
        assert (list(first.pushes), first.back_to) == ([], at(4))
        second = await book.search.find(Sought(words="路灯", after=first.after))
        assert (list(second.pushes), second.back_to) == ([], at(2))
        third = await book.search.find(Sought(words="路灯", after=second.after))
        assert [push.ticket.title for push in third.pushes] == ["路灯不亮"]
        assert third.after == ""


@pytest.mark.parametrize(
    "sought", [{"kind": "praise"}, {"agent": "1001", "kind": "praise"}, {"state": "filed", "kind": "praise"}]
)
async def test_a_rare_kind_is_looked_for_so_far_back_and_on(
    url: str, monkeypatch: pytest.MonkeyPatch, sought: dict[str, Any]
) -> None:
    """As words are: no page walks the whole ledger for what is hardly there, whichever way it walks."""
    monkeypatch.setattr(ticket_search, "WALKED", 2)
    async with books(url) as book:
        await book.filed(*(ticket(n, at(n)) for n in range(2, 5)), ticket(1, at(1), kind="praise"))
        first = await book.search.find(Sought(**sought))
        assert (list(first.pushes), first.back_to) == ([], at(3))
        second = await book.search.find(Sought(**sought, after=first.after))
        assert [push.ticket.kind for push in second.pushes] == ["praise"]


async def test_a_state_of_some_days_is_walked_by_itself(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A returned case among many others is on the first page, however many were filed since."""
    monkeypatch.setattr(ticket_search, "WALKED", 1)
    async with books(url) as book:
        await book.filed(ONE, TWO, SECRET, NOBODYS)
        await book.moved(TWO, CaseState.RETURNED)
        assert await book.found(state="returned", since=at(2), until=at(4)) == [TWO.id]
        assert await book.found(state="returned", since=at(3)) == await book.found(state="returned", until=at(2)) == []
        assert await book.found(number="13806000012", state="refused") == []


def said(one: Ticket, kind: MessageKind, name: str = "", **payload: Any) -> FurtherMessage:
    return FurtherMessage(MessageId(ticket_id(LATER, os.urandom(10))), one.id, kind, LATER, payload, name)


async def test_a_correction_keeps_what_stood_and_says_so_once(url: str) -> None:
    """Version, message and the ticket itself in one; the same again changes nothing; who was overtaken writes nothing."""
    fixed = replace(ONE, title="路口积水", person=replace(ONE.person, phones=("13900000001",)))
    changed = Changed(ONE, fixed, "2001", Why.CORRECTED)
    async with books(url) as book:
        await book.filed(ONE)
        first = await book.matters.say(said(ONE, MessageKind.SUPPLEMENT, "k1", text="更正"), changed=changed)
        again = await book.matters.say(said(ONE, MessageKind.SUPPLEMENT, "k1", text="更正"), changed=changed)
        other = await book.matters.say(said(ONE, MessageKind.SUPPLEMENT, "k2", text="更正"), changed=changed)
        assert isinstance(first, SaidMessage)
        assert isinstance(again, SaidMessage)
        assert (first.new, again.new, again.id) == (True, False, first.id)
        assert isinstance(other, Overtaken)
        story = await book.matters.story(ONE.id)
        assert story is not None
        assert [(one.ticket.title, one.by, one.why) for one in story.versions] == [
            (ONE.title, "2001", "corrected"), ("路口积水", "", ""),
        ]  # fmt: skip
        assert [one.kind for one in story.said] == [MessageKind.FILE, MessageKind.SUPPLEMENT]
        assert await book.found(number="13900000001") == [ONE.id]
        assert await book.found(number="13806000012") == []


async def test_merged_ones_keep_their_number_and_are_counted(url: str) -> None:
    """A chain leads to its root; the parent shows its children; calls, files and counts hang on the ticket."""
    async with books(url) as book:
        await book.filed(ONE, TWO, NOBODYS)
        for child, parent in ((ONE, "C2"), (TWO, "C4")):
            changed = Changed(child, replace(child, merged_into=parent), "2001", Why.MERGED)
            await book.matters.say(said(child, MessageKind.MERGE, "m", into=parent), changed=changed)
        one = await book.tickets.find(ONE.id)
        assert one is not None
        assert (one.case_number, one.query_code, one.ticket.merged_into) == ("C1", "KC1", "C2")
        assert (await book.matters.root(one)).ticket.id == NOBODYS.id
        story = await book.matters.story(TWO.id)
        assert story is not None
        assert [push.ticket.id for push in story.merged] == [ONE.id]
        assert story.parent is not None
        assert story.parent.ticket.id == NOBODYS.id
        file = AttachedFile("0" * 64, "照片.jpg", "image/jpeg", 9, LATER, "1001")
        call = CallId("xm1-9.9")
        await book.matters.say(said(TWO, MessageKind.URGE, call, call=call), call=call, agent="1001")
        await book.matters.say(said(TWO, MessageKind.SUPPLEMENT, "f", text="附件"), file=file)
        assert not await book.matters.tie(call, TWO.id, "1001", LATER)
        assert await book.matters.file(TWO.id, "0" * 64) == file
        counted = await book.matters.counted([ONE.id, TWO.id])
        assert counted == {ONE.id: Counted(0, 0, 0), TWO.id: Counted(1, 0, 1)}
        story = await book.matters.story(TWO.id)
        assert story is not None
        assert ([one.call for one in story.calls], list(story.files)) == ([call], [file])


async def test_a_ring_of_merged_ones_ends(url: str) -> None:
    """Two that were merged into one another (by two people at once) are no endless way."""
    async with books(url) as book:
        await book.filed(replace(ONE, merged_into="C2"), replace(TWO, merged_into="C1"))
        one = await book.tickets.find(ONE.id)
        assert one is not None
        assert (await book.matters.root(one)).ticket.id == TWO.id


async def test_mass_events_run_until_their_end_or_until_closed(url: str) -> None:
    async with books(url) as book:
        await book.filed(ONE)
        events = MassEvents(book.store)
        one = MassEvent("0" * 25 + "1", ONE.id, "停水", "思明区", "正在抢修", NOON, "2001", LATER, None, "", "")
        assert await events.open(one)
        assert not await events.open(one)
        (shown,) = await events.running(NOON)
        assert shown == replace(one, case_number="C1")
        assert await events.running(LATER) == []
        closed = await events.close(one.id, "2001", NOON)
        assert closed is not None
        assert (closed.closed_at, closed.closed_by) == (NOON, "2001")
        assert await events.running(NOON) == []
        assert [event.id for event in await events.of_ticket(ONE.id)] == [one.id]
        assert await events.close("0" * 26, "2001", NOON) is None
        assert await events.of_ticket(TicketId("0" * 26)) == []
