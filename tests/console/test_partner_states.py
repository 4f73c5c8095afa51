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
from tests.fakes.people import populate, program

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
    async with program(door(services(fake)), fake, Scope.TICKETS_FILE, Scope.PARTNERS_REPORT) as city:
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


async def test_no_program_but_a_partners_learns_of_anothers_matter_by_its_number() -> None:
    """What it files is a ticket of its own, whether the number has one or not."""
    fake = populate(FakeHotline())
    joined: list[bool] = []
    stands = fake.book.file

    async def file(one: Ticket, *, joins: bool) -> Filed | KeyTaken:
        joined.append(joins)
        return await stands(one)

    fake.book.file = file  # type: ignore[method-assign,assignment]
    body = {"kind": "complaint", "title": "a", "content": "b", "external_ids": {"12345": "FZ77"}}
    async with program(door(services(fake)), fake, Scope.TICKETS_FILE) as other:
        answer = await other.post("/api/tickets", json=body, headers={"Idempotency-Key": "filing-one-1"})
    assert (answer.status_code, joined) == (201, [False])
