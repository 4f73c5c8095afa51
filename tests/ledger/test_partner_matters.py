"""A matter under two numbers: what a partner says moves it once, in order, and never another's; one ticket, one case, both are told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from bridge.notifications.rules import Rules
from bridge.partner_handover import Asked, HandoverEnd
from bridge.partner_states import MatterState, PartnerState, StatesHeard
from bridge.ports import Filed
from bridge.ticket import CallFacts, Ticket
from ledger import migrate
from ledger import tables as t
from ledger.outbox import OutboxShelf
from ledger.partner_handovers import HandoverShelf
from ledger.partner_matters import PartnerMatters
from ledger.store import Store
from ledger.tickets import TicketShelf
from tests.bridge.made import NOON, ticket

RULES = Rules(partners=frozenset({"12345"}))
ID = "01J0000000000000000000000A"
SECOND = timedelta(seconds=1)


def said(state: MatterState, sequence: int, number: str = "FZ-77", work_order: str = "", **more: str) -> PartnerState:
    return PartnerState(number, work_order, state, sequence, NOON + sequence * SECOND, **more)


def theirs(n: int = 1, number: str = "FZ/77", call: str | None = "keep") -> Ticket:
    one = replace(ticket(n), external_ids=(("12345", number),))
    return one if call == "keep" else replace(one, facts=None)


class Books:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.tickets = TicketShelf(store, notify=RULES)
        self.outbox = OutboxShelf(store, "xm1", notify=RULES)
        self.handovers = HandoverShelf(store, {"12345"}, RULES)
        self.matters = PartnerMatters(store, RULES)

    async def rows(self, table: sa.Table, *by: str) -> list[dict[str, Any]]:
        async with self.store.reading() as db:
            found = await db.execute(sa.select(table).order_by(*by))
            return [dict(row) for row in found.mappings()]

    async def case(self, one: Ticket, number: str) -> None:
        (sent,) = [sent for sent in await self.outbox.due(NOON, 9) if sent.message.ticket.id == one.id][:1]
        await self.outbox.delivered(sent, number, "12345678", NOON)

    async def echoes(self) -> list[dict[str, Any]]:
        rows = await self.rows(t.notifications, "made_at", "id")
        return [json.loads(row["body"]) for row in rows if row["kind"] == "status"]

    async def supplements(self) -> list[str]:
        rows = await self.rows(t.outbox, "made_at", "message_id")
        return [json.loads(row["payload"])["text"] for row in rows if row["kind"] == "supplement"]


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Books]:
    store = Store(url)
    try:
        yield Books(store)
    finally:
        await store.close()


async def test_late_and_repeated_states_change_nothing(url: str) -> None:
    """Whatever the order, the newest stands, each is in the history once, and the case store is told of each end once."""
    async with opened(url) as books:
        one = theirs()
        await books.tickets.file(one)
        story = [said(MatterState.ACCEPTED, 1), said(MatterState.HANDLING, 2), said(MatterState.DONE, 5, note="已修复")]
        for order in permutations(story):
            await books.matters.hear("12345", order, NOON)
        assert await books.matters.hear("12345", story, NOON) == StatesHeard(known=3)
        (matter,) = await books.matters.of_tickets([one.id])
        assert (matter.state, matter.number, matter.note) == ("done", "FZ/77", "已修复")
        assert [(row["sequence"], row["state"]) for row in await books.rows(t.partner_states, "sequence")] == [
            (1, "accepted"), (2, "handling"), (5, "done"),
        ]  # fmt: skip
        assert await books.supplements() == ["12345 FZ/77：对方已办结；已修复"]


async def test_a_state_may_come_before_its_ticket(url: str) -> None:
    """It is kept, and the ticket has it when it is filed."""
    async with opened(url) as books:
        assert await books.matters.hear("12345", [said(MatterState.WITHDRAWN, 1)], NOON) == StatesHeard(unknown=1)
        one = theirs()
        await books.tickets.file(one)
        (matter,) = await books.matters.of_tickets([one.id])
        assert matter.state == "withdrawn"
        assert len(await books.supplements()) == 1


async def test_no_partner_speaks_of_anothers_matter(url: str) -> None:
    """By our number of a matter it never had, or by a number that is another partner's: nothing of ours moves."""
    async with opened(url) as books:
        one, other = theirs(), ticket(2)
        for filed in (one, other):
            await books.tickets.file(filed)
        await books.case(other, "20260101000010")
        for number, work_order in (("", other.id), ("", "20260101000010"), ("", ID), ("", "nothing")):
            state = said(MatterState.CLOSED, 1, number, work_order)
            assert await books.matters.hear("12345", [state], NOON) == StatesHeard(unknown=1)
        assert await books.matters.hear("110", [said(MatterState.CLOSED, 9)], NOON) == StatesHeard(unknown=1)
        assert await books.matters.hear("110", [said(MatterState.CLOSED, 9, "", one.id)], NOON) == StatesHeard(
            unknown=1
        )
        (matter,) = await books.matters.of_tickets([one.id])
        assert matter.state == ""
        assert await books.matters.of_tickets([other.id]) == []
        assert await books.supplements() == []


async def test_a_hand_over_gets_the_partners_number_by_its_program_and_the_partner_our_states(url: str) -> None:
    """Asked without a ticket, which is filed in the wrap-up; the partner's number is told by its program; then both are told."""
    async with opened(url) as books:
        one = ticket(1)
        assert one.call is not None
        await books.handovers.ask(Asked(ID, one.call, "12345", "8001", "1001", NOON, "13800000001", "路面塌陷"))
        heard = await books.matters.hear("12345", [said(MatterState.ACCEPTED, 1, "FZ77", ID)], NOON)
        assert heard == StatesHeard(moved=1)
        (row,) = await books.handovers.of_call(one.call)
        assert (row.reference, row.their_state, row.how, row.ticket) == ("FZ77", "accepted", "", "")
        assert await books.handovers.end(ID, HandoverEnd.ACCEPTED, NOON, by="1001")
        await books.tickets.file(one)
        await books.case(one, "20260101000010")
        (row,) = await books.handovers.of_ticket(one.id)
        assert (row.id, row.how) == (ID, "accepted")
        (matter,) = await books.matters.of_tickets([one.id])
        assert (matter.number, matter.handover) == ("FZ77", ID)
        assert [(told["their_number"], told["case_number"], told["sequence"]) for told in await books.echoes()] == [
            ("FZ77", "20260101000010", 0)
        ]
        # by our own number too, when it says nothing of its own
        assert await books.matters.hear(
            "12345", [said(MatterState.DONE, 2, "", "20260101000010")], NOON
        ) == StatesHeard(moved=1)
        assert len(await books.supplements()) == 1
        assert len(await books.rows(t.partner_matters, "matter_id")) == 1


async def test_two_rows_of_one_matter_become_one(url: str) -> None:
    """The partner speaks by its own number alone before its 200 has told it; or by both numbers after that: all that was heard stays."""
    one = ticket(1)
    assert one.call is not None
    for by_telephone in (True, False):
        async with opened(url) as books:
            ident = ID if by_telephone else ID[:-1] + "B"
            number = "FZ77" if by_telephone else "FZ88"
            await books.handovers.ask(Asked(ident, one.call, "12345", "8001", "1001", NOON, "", "路面塌陷"))
            assert (await books.matters.hear("12345", [said(MatterState.ACCEPTED, 1, "", ident)], NOON)).moved == 1
            assert (await books.matters.hear("12345", [said(MatterState.HANDLING, 2, number)], NOON)).unknown == 1
            if by_telephone:
                await books.handovers.end(ident, HandoverEnd.ACCEPTED, NOON, by="1001", reference=number)
            else:
                again = [said(MatterState.HANDLING, 2, number, ident)]
                assert await books.matters.hear("12345", again, NOON) == StatesHeard(known=1)
            matter = await books.matters.of_number("12345", number)
            assert matter is not None
            assert (matter.handover, matter.state) == (ident, "handling")
            rows = [row for row in await books.rows(t.partner_matters, "matter_id") if row["handover_id"] == ident]
            heard = [
                row["sequence"]
                for row in await books.rows(t.partner_states, "sequence")
                if row["matter_id"] == matter.id
            ]
            assert (len(rows), heard) == (1, [1, 2])
            (shown,) = [row for row in await books.handovers.of_call(one.call) if row.id == ident]
            assert (shown.their_state, shown.reference) == ("handling", number)


async def test_the_case_store_is_told_of_an_end_once_though_two_rows_become_one(url: str) -> None:
    """By our number, by the partner's alone, by both: of one end there is one supplement."""
    async with opened(url) as books:
        one = ticket(1)
        assert one.call is not None
        await books.tickets.file(one)
        await books.handovers.ask(Asked(ID, one.call, "12345", "8001", "1001", NOON, "", "路面塌陷", one))
        for number, work_order in (("", ID), ("FZ77", ""), ("FZ77", ID)):
            await books.matters.hear("12345", [said(MatterState.DONE, 2, number, work_order)], NOON)
        assert len(await books.supplements()) == 1
        (matter,) = await books.matters.of_tickets([one.id])
        assert (matter.number, matter.handover, matter.state) == ("FZ77", ID, "done")
        assert len(await books.rows(t.partner_matters, "matter_id")) == 1
        assert [row["sequence"] for row in await books.rows(t.partner_states, "sequence")] == [2]


async def test_whether_anything_became_known_is_told(url: str) -> None:
    """A number alone, with a state that was heard before: whoever sends our states to the partner is to be woken."""
    async with opened(url) as books:
        one = ticket(1)
        assert one.call is not None
        await books.handovers.ask(Asked(ID, one.call, "12345", "8001", "1001", NOON, "", "路面塌陷"))
        known = []
        for number in ("", "", "FZ77", "FZ77"):
            heard = await books.matters.hear("12345", [said(MatterState.ACCEPTED, 1, number, ID)], NOON)
            known.append((heard.moved, heard.learned))
        assert known == [(1, True), (0, False), (0, True), (0, False)]


async def test_a_number_that_comes_late_is_told_where_the_case_stands(url: str) -> None:
    async with opened(url) as books:
        one = ticket(1)
        await books.tickets.file(one)
        await books.case(one, "20260101000010")
        assert one.call is not None
        await books.handovers.ask(Asked(ID, one.call, "12345", "8001", "1001", NOON, "13800000001", "", one))
        assert await books.echoes() == []
        await books.handovers.end(ID, HandoverEnd.ACCEPTED, NOON, by="1001", reference="FZ77")
        await books.handovers.end(ID, HandoverEnd.ACCEPTED, NOON, by="1001", reference="FZ77")
        assert [told["their_number"] for told in await books.echoes()] == ["FZ77"]


async def test_one_case_for_one_matter(url: str) -> None:
    """What the partner's program hands in of a matter that came by telephone is a supplement of it, however often it is sent;
    the other way round the call's own ticket stands, and the matter keeps its first."""
    async with opened(url) as books:
        one = theirs(1)
        await books.tickets.file(one)
        program = theirs(2, "fz-77", call=None)
        for again in (program, program, replace(theirs(3, "FZ 77", call=None), key="other")):
            filed = await books.tickets.file(again)
            assert isinstance(filed, Filed)
            assert (filed.new, filed.push.ticket.id) == (False, one.id)
        rows = await books.rows(t.outbox, "turn")
        assert [row["kind"] for row in rows] == ["file", "supplement", "supplement"]
        assert len(await books.rows(t.tickets, "ticket_id")) == 1
        known = await books.matters.of_number("12345", "fz77")
        assert known is not None
        assert known.ticket == one.id
        alone = await books.tickets.file(theirs(6, "fz-77", call=None), joins=False)
        assert isinstance(alone, Filed)
        assert alone.new  # of a program that is no partner's: nothing tells it of the other
        assert len(await books.rows(t.outbox, "turn")) == 4
        still = await books.matters.of_number("12345", "fz77")
        assert still is not None
        assert still.ticket == one.id
        fresh = await books.tickets.file(theirs(5, "FZ78", call=None))
        assert isinstance(fresh, Filed)
        assert fresh.new


def called(n: int, number: str = "FZ/77", partner: str = "12345", **fields: Any) -> Ticket:
    """Of a call that came by the partner's own trunk with its work order."""
    one = ticket(n, **fields)
    assert one.call is not None
    facts = CallFacts(one.call, trunk="telecom", partner=partner, reference=number)
    return replace(one, facts=facts, external_ids=((partner, number),))


async def test_a_second_call_about_a_work_order_is_the_same_case(url: str) -> None:
    """Nobody need merge it: it keeps its number and its citizen, the case store is told, and the partner hears of one case."""
    async with opened(url) as books:
        one, two = called(1), called(2, "fz 77")
        await books.tickets.file(one)
        await books.case(one, "20260101000010")
        for new in (True, False):
            filed = await books.tickets.file(two)
            assert isinstance(filed, Filed)
            assert (filed.new, filed.push.ticket.merged_into) == (new, "20260101000010")
        kinds = [row["kind"] for row in await books.rows(t.outbox, "stream", "turn")]
        assert kinds == ["file", "file", "merge"]
        await books.case(two, "20260101000020")
        assert {told["case_number"] for told in await books.echoes()} == {"20260101000010"}
        (matter,) = await books.matters.of_tickets([one.id, two.id])
        assert matter.ticket == one.id


@pytest.mark.parametrize(
    "first",
    [
        replace(ticket(1), external_ids=(("12345", "FZ/77"),)),  # typed by an agent
        replace(called(1, partner="110"), external_ids=(("12345", "FZ/77"),)),  # another partner's call
        replace(theirs(1, call=None), agent="program:web"),  # of a program that is bound to nobody
    ],
)
async def test_what_was_typed_leads_nobody_into_anothers_case(url: str, first: Ticket) -> None:
    """Shown in the pop, for a supplement or a merge: a person decides."""
    async with opened(url) as books:
        async with books.store.writing() as db:
            moments = {"made_at": NOON, "expires_at": NOON, "made_by": "admin"}
            await db.execute(
                sa.insert(t.programs).values(name="web", scopes="tickets:file", token_sha256="a" * 64, **moments)
            )
        await books.tickets.file(first)
        await books.case(first, "20260101000010")
        filed = await books.tickets.file(called(2))
        assert isinstance(filed, Filed)
        assert filed.push.ticket.merged_into == ""
        assert [row["kind"] for row in await books.rows(t.outbox, "turn")] == ["file", "file"]


async def test_what_the_partners_own_program_filed_is_what_its_call_is_about(url: str) -> None:
    async with opened(url) as books:
        async with books.store.writing() as db:
            moments = {"made_at": NOON, "expires_at": NOON, "made_by": "admin"}
            await db.execute(
                sa.insert(t.programs).values(
                    name="city", scopes="tickets:file", token_sha256="a" * 64, partner="12345", **moments
                )
            )
        first = replace(theirs(1, call=None), agent="program:city")
        await books.tickets.file(first)
        filed = await books.tickets.file(called(2))
        assert isinstance(filed, Filed)
        assert filed.push.ticket.merged_into == first.id  # it has no number yet
        await books.case(first, "20260101000010")
        found = await books.tickets.find(filed.push.ticket.id)
        assert found is not None
        assert found.ticket.merged_into == "20260101000010"


async def test_a_work_order_whose_case_is_over_is_a_case_of_its_own(url: str) -> None:
    """And names the one before; sent again it is the same ticket."""
    async with opened(url) as books:
        one, two = called(1), called(2)
        await books.tickets.file(one)
        await books.case(one, "20260101000010")
        async with books.store.writing() as db:
            await db.execute(sa.update(t.cases).values(state="closed"))
        for new in (True, False):
            filed = await books.tickets.file(two)
            assert isinstance(filed, Filed)
            stands = filed.push.ticket
            assert (filed.new, stands.merged_into, stands.related_cases) == (new, "", ("20260101000010",))


async def test_a_partner_is_asked_about_what_is_open_there(url: str) -> None:
    """Of its own matters that are ours, too, those that are not over, page by page; what was answered moves them as what was told."""
    async with opened(url) as books:
        for n in range(1, 5):
            await books.tickets.file(theirs(n, f"FZ-{n}"))
        await books.tickets.file(replace(ticket(9), external_ids=(("110", "JJ-9"),)))
        await books.matters.hear("12345", [said(MatterState.HANDLING, 1, "FZ-8")], NOON)  # of nothing that is here
        await books.matters.hear(
            "12345", [said(MatterState.DONE, 1, "FZ-2"), said(MatterState.HANDLING, 3, "FZ-3")], NOON
        )
        found, after = [], ""
        while page := await books.matters.open_at("12345", after, 2):
            found += [(one.number, one.state, one.sequence) for one in page]
            after = page[-1].id
        assert sorted(found) == [("FZ-1", "", 0), ("FZ-3", "handling", 3), ("FZ-4", "", 0)]


async def test_a_system_with_a_long_name_is_known_again(url: str) -> None:
    """Sixty-four letters are let in by the form, forty are kept: the second ticket under its number was a fault for ever."""
    async with opened(url) as books:
        name = "x" * 64
        for n in (1, 2):
            assert isinstance(await books.tickets.file(replace(ticket(n), external_ids=((name, "A-1"),))), Filed)
        (row,) = await books.rows(t.partner_matters, "matter_id")
        assert (row["partner"], row["folded"]) == (name[:40], "A1")


async def test_a_number_that_is_mended_in_a_dead_letter_is_known(url: str) -> None:
    async with opened(url) as books:
        one = theirs(1, "FZ-7")
        await books.tickets.file(one)
        (sent,) = await books.outbox.due(NOON, 9)
        await books.outbox.poisoned(sent, "no", NOON)
        mended = replace(one, external_ids=(("12345", "FZ-78"),))
        assert await books.tickets.replay(sent.message.id, NOON, mended) is not None
        known = await books.matters.of_number("12345", "fz78")
        assert known is not None
        assert known.ticket == one.id


async def test_two_at_once_make_one_row(url: str) -> None:
    """A ticket filed while the partner's program speaks of it, and a second that speaks as well."""
    async with opened(url) as books:
        one = theirs()
        await asyncio.gather(
            books.tickets.file(one), books.matters.hear("12345", [said(MatterState.ACCEPTED, 1)], NOON),
            books.matters.hear("12345", [said(MatterState.HANDLING, 2)], NOON),
        )  # fmt: skip
        (row,) = await books.rows(t.partner_matters, "matter_id")
        assert (row["ticket_id"], row["state"], row["sequence"]) == (one.id, "handling", 2)
        assert len(await books.rows(t.partner_states, "sequence")) == 2


async def test_what_was_shared_before_the_revision_is_known(url: str) -> None:
    """From calls that came with a work order and brought a ticket, and from hand-overs; of one number the first."""
    came, again, went = ticket(1), ticket(2), ticket(3)
    async with opened(url) as books:
        for one in (came, again, went):
            await books.tickets.file(one)
        assert went.call is not None
        await books.handovers.ask(Asked(ID, went.call, "12345", "8001", "1001", NOON, "", "", went))
        await books.handovers.end(ID, HandoverEnd.ACCEPTED, NOON, by="1001", reference="FZ-1")
        async with books.store.writing() as db:
            for one in (came, again):
                row = {
                    "call_id": one.call,
                    "direction": "inbound",
                    "arrived_at": NOON,
                    "partner": "110",
                    "reference": "JJ/5",
                }
                await db.execute(sa.insert(t.calls).values(row))
    config, engine = migrate._config(), sa.create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0031")
        command.upgrade(config, "0035")
    engine.dispose()
    async with opened(url) as books:
        for partner, number, of, handover in (
            ("110", "jj5", min(came.id, again.id), ""),
            ("12345", "FZ1", went.id, ID),
        ):
            matter = await books.matters.of_number(partner, number)
            assert matter is not None
            assert (matter.ticket, matter.handover, matter.state) == (of, handover, "")
        assert len(await books.rows(t.partner_matters, "matter_id")) == 2
