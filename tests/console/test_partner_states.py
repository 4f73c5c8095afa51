"""The door partners' programs call at: a scope of its own, that partner's signature, and nothing of anybody else's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from bridge.partner_states import PartnerCalls, PartnerState, StatesHeard
from bridge.ports import Filed, KeyTaken
from bridge.ticket import Person, Ticket
from bridge.webhook_signature import signed
from console.access import Scope
from console.partner_handovers import Handovers
from tests.bridge.made import ticket
from tests.bridge.test_partner_states import GOOD, KEY, OTHER, body
from tests.fakes.hotline import NOON, FakeHotline, door, services
from tests.fakes.people import command_line, populate, program

from .test_partner_handovers import DESKS, Book


async def test_a_state_needs_token_scope_and_that_partners_signature() -> None:
    fake = populate(FakeHotline())
    fake.now = NOON
    taken: list[str] = []
    woken: list[int] = []

    async def take(partner: str, states: Sequence[PartnerState], _now: datetime) -> StatesHeard:
        taken.extend(f"{partner} {one.number} {one.state}" for one in states)
        return StatesHeard(moved=len(states))

    calls = PartnerCalls({"12345": [KEY], "110": [OTHER]}, take, clock=fake.clock)
    handovers = Handovers(DESKS, Book(fake), lambda: woken.append(1), calls=calls)
    app = door(replace(services(fake), handovers=handovers))
    said, plain = body(GOOD), {"content-type": "application/json"}
    good = signed([KEY], "a", NOON, said) | plain
    path = "/api/partner-states/12345"
    async with program(app, fake, Scope.PARTNERS_REPORT) as city, program(app, fake, Scope.CASES_REPORT) as other:
        assert (await other.post(path, content=said, headers=good)).status_code == 403
        assert (await city.post(path, content=said, headers=plain)).status_code == 401
        assert (
            await city.post(path, content=said, headers=signed([OTHER], "a", NOON, said) | plain)
        ).status_code == 401
        assert (await city.post("/api/partner-states/110", content=said, headers=good)).status_code == 401
        assert (await city.post("/api/partner-states/119", content=said, headers=good)).status_code == 404
        assert (taken, woken) == ([], [])
        for _again in range(9):
            await city.post(path, content=said, headers=plain)
        refusals = [entry.detail for entry in fake.log.entries if entry.action == "partner_states_refused"]
        assert len(refusals) == 3, "the same once a minute: whoever holds the token fills no log"
        for repeated in (False, True):
            answer = await city.post(path, content=said, headers=good)
            assert answer.json() == {"moved": 0 if repeated else 1, "known": 0, "unknown": 0, "repeated": repeated}
        bad = json.dumps({"type": "matter.state", "data": {**GOOD, "state": "gone"}}).encode()
        refused = await city.post(path, content=bad, headers=signed([KEY], "b", NOON, bad) | plain)
        assert (refused.status_code, refused.json()["field"]) == (422, "data.state")
        assert (await city.get("/api/tickets")).status_code == 403
    assert (taken, woken) == (["12345 FZ-2026/77 accepted"], [1])


async def test_one_partner_does_not_fill_the_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred states are one request and a transaction of half a second: they are counted, by partner, before they are
    written, and what was refused is taken under the same id when there is room."""
    fake = populate(FakeHotline())
    fake.now = NOON
    taken: list[int] = []

    async def take(_partner: str, states: Sequence[PartnerState], _now: datetime) -> StatesHeard:
        taken.append(len(states))
        return StatesHeard(moved=len(states))

    calls = PartnerCalls({"12345": [KEY], "110": [OTHER]}, take, clock=fake.clock)
    clock = [0.0]
    monkeypatch.setattr("console.services.time.monotonic", lambda: clock[0])
    app = door(replace(services(fake), handovers=Handovers(DESKS, Book(fake), lambda: None, calls=calls)))
    said = body(*[{**GOOD, "sequence": n} for n in range(1, 201)])

    async def say(partner: str, key: bytes, ident: str) -> int:
        headers = signed([key], ident, NOON, said) | {"content-type": "application/json"}
        return (await city.post(f"/api/partner-states/{partner}", content=said, headers=headers)).status_code

    async with program(app, fake, Scope.PARTNERS_REPORT) as city:
        assert [await say("12345", KEY, f"m{n}") for n in range(7)] == [200] * 5 + [429] * 2
        assert await say("110", OTHER, "m1") == 200, "another's share is untouched"
        clock[0] += 10.0
        assert await say("12345", KEY, "m5") == 200
        assert await say("12345", KEY, "m6") == 429
    assert taken == [200] * 7


async def test_a_number_alone_wakes_who_sends_to_the_partner() -> None:
    fake = populate(FakeHotline())
    fake.now = NOON
    woken: list[int] = []
    heard = [StatesHeard(known=1, learned=True), StatesHeard(known=1)]

    async def take(_partner: str, _states: Sequence[PartnerState], _now: datetime) -> StatesHeard:
        return heard.pop(0)

    calls = PartnerCalls({"12345": [KEY]}, take, clock=fake.clock)
    handovers = Handovers(DESKS, Book(fake), lambda: woken.append(1), calls=calls)
    app, said = door(replace(services(fake), handovers=handovers)), body(GOOD)
    async with program(app, fake, Scope.PARTNERS_REPORT) as city:
        for ident in ("a", "b"):
            headers = signed([KEY], ident, NOON, said) | {"content-type": "application/json"}
            answer = await city.post("/api/partner-states/12345", content=said, headers=headers)
            assert answer.json()["known"] == 1
    assert woken == [1]


async def test_a_centre_without_secrets_says_that_nobody_signs() -> None:
    fake = populate(FakeHotline())
    async with program(door(services(fake)), fake, Scope.PARTNERS_REPORT) as city:
        assert (await city.post("/api/partner-states/12345", json={})).status_code == 404


async def test_who_hands_in_a_known_matter_reads_nothing_of_it() -> None:
    """A program that tries partners' numbers learns that there is a ticket, and not what was said, by whom, or its code."""
    fake = populate(FakeHotline())
    person = Person(name="林某某", phones=("13806010077",))
    known = await fake.book.file(ticket(1, person=person))
    assert isinstance(known, Filed)
    push = replace(known.push, query_code="48151623", case_number="20260101000010")

    joined: list[bool] = []

    async def file(_ticket: Ticket, *, joins: bool) -> Filed:
        joined.append(joins)
        return Filed(push, new=False)

    fake.book.file = file  # type: ignore[method-assign,assignment]
    body = {"kind": "complaint", "title": "a", "content": "b", "external_ids": {"12345": "FZ77"}}
    async with program(door(services(fake)), fake, Scope.TICKETS_FILE, partner="12345") as city:
        answer = await city.post("/api/tickets", json=body, headers={"Idempotency-Key": "filing-one-1"})
    assert answer.status_code == 200, answer.text
    assert (answer.status_code, answer.json()["id"], answer.json()["case_number"]) == (
        200,
        push.ticket.id,
        "20260101000010",
    )
    for secret in ("林某某", "13806010077", "48151623", push.ticket.title, push.ticket.content, push.ticket.call or ""):
        assert secret not in answer.text
    assert joined == [True]


@pytest.mark.parametrize("scopes", [(Scope.TICKETS_FILE,), (Scope.TICKETS_FILE, Scope.PARTNERS_REPORT)])
@pytest.mark.parametrize(("bound", "name"), [("", "12345"), ("110", "12345"), ("", "110"), ("12345", "110\u200b")])
async def test_no_program_files_as_a_partner_it_is_not(bound: str, name: str, scopes: tuple[Scope, ...]) -> None:
    """By its number, or by its channel: refused by name, whether the number has a ticket or not, and nothing is filed."""
    fake = populate(FakeHotline())
    plain: dict[str, object] = {"kind": "complaint", "title": "a", "content": "b"}
    shown = name.rstrip("\u200b")
    async with program(door(services(fake)), fake, *scopes, partner=bound) as other:
        ways: tuple[dict[str, object], ...] = ({"external_ids": {name: "FZ77"}}, {"channel": f"partner_{name}"})
        for n, more in enumerate(ways):
            answer = await other.post("/api/tickets", json=plain | more, headers={"Idempotency-Key": f"filing-one-{n}"})
            assert (answer.status_code, answer.json()["error"]) == (403, "not_that_partner")
            assert shown in answer.json()["message"]
            assert bound in answer.json()["message"]
    assert fake.book.rows == {}


async def test_a_program_files_as_itself_or_as_its_partner() -> None:
    """What is no partner's is its own affair; a partner's own comes by that partner's channel and joins what has its number."""
    fake = populate(FakeHotline())
    joined: list[bool] = []
    stands = fake.book.file

    async def file(one: Ticket, *, joins: bool) -> Filed | KeyTaken:
        joined.append(joins)
        return await stands(one)

    fake.book.file = file  # type: ignore[method-assign,assignment]
    body: dict[str, object] = {"kind": "complaint", "title": "a", "content": "b"}
    app, filed = door(services(fake)), []
    numbers: list[tuple[str, dict[str, str]]] = [("", {"wechat": "W-7"}), ("12345", {"12345": "FZ77"}), ("12345", {})]
    for bound, number in numbers:
        async with program(app, fake, Scope.TICKETS_FILE, partner=bound) as one:
            said = {**body, "external_ids": number}
            answer = await one.post("/api/tickets", json=said, headers={"Idempotency-Key": "filing-one-1"})
        assert answer.status_code == 201, answer.text
        filed.append(fake.book.rows[answer.json()["id"]].ticket)
    assert [(one.channel, one.external_ids) for one in filed] == [
        ("phone", (("wechat", "W-7"),)), ("partner_12345", (("12345", "FZ77"),)), ("partner_12345", ()),
    ]  # fmt: skip
    assert joined == [False, True, True]


async def test_a_program_bound_to_one_partner_speaks_for_no_other() -> None:
    """The signature of the other alone does not do; a program that is bound to none is known by its signature, as before."""
    fake = populate(FakeHotline())
    fake.now = NOON

    async def take(_partner: str, _states: Sequence[PartnerState], _now: datetime) -> StatesHeard:
        return StatesHeard(known=1)

    calls = PartnerCalls({"12345": [KEY], "110": [KEY]}, take, clock=fake.clock)
    app, said = (
        door(replace(services(fake), handovers=Handovers(DESKS, Book(fake), lambda: None, calls=calls))),
        body(GOOD),
    )
    headers = signed([KEY], "a", NOON, said) | {"content-type": "application/json"}
    told = []
    for bound in ("12345", "110", ""):
        async with program(app, fake, Scope.PARTNERS_REPORT, partner=bound) as city:
            answer = await city.post("/api/partner-states/12345", content=said, headers=headers)
            told.append((answer.status_code, answer.json().get("error", "")))
    assert told == [(200, ""), (403, "not_that_partner"), (200, "")]


async def test_a_program_is_bound_when_it_is_made_or_rotated() -> None:
    """To a partner of the settings or of every centre; a slip of the pen is refused; what is not said stays."""
    fake = populate(FakeHotline())
    async with command_line(door(services(fake))) as operator:
        plain = {"name": "city", "scopes": ["tickets:file"], "days": 9}
        wrong = await operator.post("/api/programs", json=plain | {"partner": "12354"})
        assert (wrong.status_code, wrong.json()["problems"][0]["field"]) == (422, "partner")
        assert (await operator.post("/api/programs", json=plain | {"partner": "12345"})).status_code == 201
        found = []
        for said in ({}, {"partner": "110"}, {"partner": ""}):
            assert (await operator.post("/api/programs/city/rotate", json=said)).status_code == 200
            found.append((await operator.get("/api/programs")).json()[-1]["partner"])
        assert (await operator.post("/api/programs/city/rotate", json={"partner": "x"})).status_code == 422
    assert found == ["12345", "110", ""]
