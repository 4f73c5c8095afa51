"""A call is handed over from its seat: the work order before the telephone, the agent's word after it, and whatever may be away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import httpx
import pytest

from agents import commands
from agents.commands import Accepted, Refused, Why
from bridge.partner_handover import Asked, HandoverEnd
from console.partner_handovers import Handovers, PartnerDesk
from console.services import ACTS_AT_ONCE
from cti.ids import CallId
from ledger.callers import Story
from ledger.errors import LedgerUnavailable
from ledger.history import Filed
from ledger.partner_handovers import Row
from tests.fakes.books import past
from tests.fakes.hotline import CALL, NOON, TOKEN, Call, FakeHotline, door, services
from tests.fakes.people import browser, populate, signed_in

DESKS = {"110": PartnerDesk("110", "110 报警", "110"), "12345": PartnerDesk("12345", "12345 市长专线", "12345")}


@dataclass(frozen=True)
class Party:
    leg: str
    number: str
    state: str = "talking"


@dataclass
class Book:
    house: FakeHotline
    rows: dict[str, Row] = field(default_factory=dict)
    away: bool = False
    asked_before: int = -1

    async def ask(self, asked: Asked) -> None:
        self._there()
        self.asked_before = len(self.house.asked)
        ticket = asked.ticket.id if asked.ticket else ""
        self.rows[asked.id] = Row(
            asked.id, asked.call, asked.partner, asked.seat, asked.agent, ticket, asked.summary, asked.at, "waiting",
            None, None, None, "", "", "", "",
        )  # fmt: skip

    async def end(
        self, handover: str, how: HandoverEnd, at: datetime, *, by: str = "", note: str = "", reference: str = ""
    ) -> bool:
        self._there()
        row = self.rows[handover]
        if row.how not in ("", how, "not_taken"):
            return False
        self.rows[handover] = replace(row, how=str(how), ended_at=at, by=by, note=note, reference=reference)
        return True

    async def of_call(self, call: str) -> Sequence[Row]:
        self._there()
        return [row for row in self.rows.values() if row.call == call]

    async def of_calls(self, calls: Collection[str]) -> Sequence[Row]:
        self._there()
        return [row for row in self.rows.values() if row.call in calls]

    async def of_ticket(self, ticket: str) -> Sequence[Row]:
        self._there()
        return [row for row in self.rows.values() if row.ticket == ticket]

    def _there(self) -> None:
        if self.away:
            raise LedgerUnavailable("away")


class Door:
    def __init__(self) -> None:
        self.house = FakeHotline()
        self.book = Book(self.house)
        self.woken = 0
        handovers = Handovers(DESKS, self.book, self._woken, (LedgerUnavailable,))
        plugs = replace(services(self.house), handovers=handovers, absent=(LedgerUnavailable,))
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(door(plugs)), base_url="http://hotline",
            headers={"Authorization": f"Bearer {TOKEN}"},
        )  # fmt: skip

    def _woken(self) -> None:
        self.woken += 1

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.client.post(f"/api/seats/8001/handover{path}", json=body)

    async def begun(self) -> str:
        answer = await self.post("", partner="110", summary="有人落水")
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def answers(self, **by: Refused) -> None:
        """What the telephone says, by the name of what it is asked."""

        async def ask(request: commands.Request) -> Accepted | Refused:
            self.house.asked.append(request)
            return by.get(type(request).__name__, Accepted())

        self.house.ask = ask  # type: ignore[method-assign]


async def test_the_ticket_goes_first_with_what_the_headers_take() -> None:
    here = Door()
    answer = await here.post("", partner="12345", summary="井盖\r\nX-Evil: 1 丢失")
    assert answer.status_code == 202, answer.text
    told = answer.json()
    (wish,) = here.house.asked
    assert isinstance(wish, commands.HandOver)
    assert (here.book.asked_before, here.woken) == (0, 1), "the row is there before the telephone is asked"
    assert (wish.seat, wish.to, wish.handover, wish.number) == ("8001", "12345", told["id"], "13800000001")
    assert wish.ticket == told["id"], "no ticket was filed: the hand-over's own number"
    assert wish.summary == "%E4%BA%95%E7%9B%96%20X-Evil%3A%201%20%E4%B8%A2%E5%A4%B1"
    assert (told["partner_name"], told["how"], told["told"]) == ("12345 市长专线", "", "waiting")
    assert [one["id"] for one in (await here.client.get("/api/partners")).json()] == ["110", "12345"]
    assert [row["id"] for row in (await here.client.get(f"/api/calls/{CALL}/handovers")).json()] == [told["id"]]


async def test_one_agent_does_not_ring_a_partner_without_end() -> None:
    """Each asking rings the partner's desk and is told to its program, also when the telephone refuses: 110 is nobody's toy."""
    house = populate(FakeHotline())
    handovers = Handovers(DESKS, Book(house), lambda: None, (LedgerUnavailable,))
    plugs = replace(services(house), handovers=handovers, absent=(LedgerUnavailable,))
    async with browser(door(plugs), signed_in(house, "1001", "8001")) as anna:
        asked = [await anna.post("/api/seats/8001/handover", json={"partner": "110"}) for _n in range(ACTS_AT_ONCE + 3)]
    assert [one.status_code for one in asked] == [202] * ACTS_AT_ONCE + [429] * 3
    assert len(house.asked) == ACTS_AT_ONCE


async def test_what_the_telephone_does_not_begin_is_taken_back() -> None:
    here = Door()
    here.answers(HandOver=Refused(Why.CONSULTING, "a consultation is under way"))
    answer = await here.post("", partner="110")
    assert (answer.status_code, answer.json()["error"]) == (409, "consulting")
    (row,) = here.book.rows.values()
    assert (row.how, row.note) == ("failed", "a consultation is under way")
    wrong = await here.post("", partner="119")
    assert (wrong.status_code, wrong.json()["field"], wrong.json()["allowed"]) == (422, "partner", ["110", "12345"])


async def test_an_emergency_waits_for_no_ledger() -> None:
    here = Door()
    here.book.away = True
    assert await here.begun()
    assert [type(one).__name__ for one in here.house.asked] == ["HandOver"]


async def test_accepted_the_agent_leaves_by_whichever_way_there_is() -> None:
    """Out of the consultation; out of the three-way talk; or gone already."""
    for refusals, asked in (
        ({}, ["ConsultComplete"]),
        ({"ConsultComplete": Refused(Why.NO_CONSULTATION, "nobody")}, ["ConsultComplete", "HangUpCall"]),
        ({"ConsultComplete": Refused(Why.NO_CALL, "no call")}, ["ConsultComplete"]),
    ):
        here = Door()
        ident = await here.begun()
        here.answers(**refusals)
        call = here.house.known[CALL]
        object.__setattr__(call, "participants", [Party("xm1-1.9", "110")])
        answer = await here.post(f"/{ident}/accept", reference="FZ1")
        assert answer.status_code == 200, answer.text
        assert [type(one).__name__ for one in here.house.asked[1:]] == asked
        assert (answer.json()["how"], answer.json()["reference"]) == ("accepted", "FZ1")
        refused = await here.post(f"/{ident}/refuse", reason="不接")
        assert (refused.status_code, refused.json()["error"]) == (409, "ended")


async def test_accepted_is_not_said_of_a_partner_that_is_not_there() -> None:
    here = Door()
    ident = await here.begun()
    here.answers(ConsultComplete=Refused(Why.NO_CONSULTATION, "nobody is being consulted"))
    answer = await here.post(f"/{ident}/accept")
    assert (answer.status_code, here.book.rows[ident].how) == (409, "")


async def test_refused_the_partner_goes_and_the_reason_stays() -> None:
    for refusals, asked in (
        ({}, ["ConsultCancel"]),
        ({"ConsultCancel": Refused(Why.NO_CONSULTATION, "nobody")}, ["ConsultCancel", "DropParty"]),
    ):
        here = Door()
        ident = await here.begun()
        here.answers(**refusals)
        object.__setattr__(here.house.known[CALL], "participants", [Party("xm1-1.9", "110")])
        answer = await here.post(f"/{ident}/refuse", reason="不属于本单位职责")
        assert answer.status_code == 200, answer.text
        assert [type(one).__name__ for one in here.house.asked[1:]] == asked
        assert (answer.json()["how"], answer.json()["note"]) == ("refused", "不属于本单位职责")
        assert (await here.post(f"/{ident}/refuse", reason="")).status_code == 422
        assert (await here.post("/01J0000000000000000000000Z/refuse", reason="x")).status_code == 404


@pytest.mark.parametrize(
    ("account", "seat", "confidential", "told"),
    [
        ("1001", "8001", True, ""), ("1003", "8002", True, "举报人"), ("2001", "", True, ""), ("audit", "", True, ""),
        ("1001", "8001", False, "举报人"), ("2001", "", False, "举报人"), ("audit", "", False, "举报人"),
    ],
)  # fmt: skip
async def test_what_is_said_of_a_confidential_matter_is_shown_as_the_matter(
    account: str, seat: str, confidential: bool, told: str
) -> None:
    """Why it was refused, and the partner's own words: to who handed it over, by the call and by the story of its citizen's next one."""
    house = populate(FakeHotline())
    book = Book(house)
    ended = CallId("xm1-7.7")
    filed = Filed("01ARZ3NDEKTSV4RRFFQ69G5F01", "k", "T", "waiting", "", "", False, confidential)
    house.known = {CALL: Call(CALL), ended: Call(ended, agent=account, ended_at=NOON, confidential=confidential)}
    house.shelf.callers.told = Story([past(ended, agent="1003", tickets=(filed,))], [], 1, 1, False)
    book.rows["H1"] = Row(
        "H1", ended, "110", "8002", "1003", "", "", NOON, "sent", NOON, NOON, NOON, "refused", "1003", "", "举报人在旁",
        their_state="refused", their_note="举报人在旁",
    )  # fmt: skip
    handovers = Handovers(DESKS, book, lambda: None, (LedgerUnavailable,))
    plugs = replace(services(house), handovers=handovers, absent=(LedgerUnavailable,))
    async with browser(door(plugs), signed_in(house, account, seat)) as client:
        (one,) = (await client.get(f"/api/calls/{ended}/handovers")).json()
        assert [one[name][:3] for name in ("note", "their_note")] == [told, told]
        if account in ("1001", "2001"):
            (one,) = (await client.get(f"/api/calls/{CALL}/pop")).json()["earlier"][0]["handovers"]
            assert [one[name][:3] for name in ("note", "their_note")] == [told, told]
