"""The door partners' programs call at: a scope of its own, that partner's signature, and nothing of anybody else's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bridge.partner_states import PartnerCalls, PartnerState, StatesHeard
from bridge.webhook_signature import signed
from console.access import Scope
from console.handovers import Handovers
from tests.bridge.test_partner_states import GOOD, KEY, OTHER, body
from tests.fakes.hotline import NOON, FakeHotline, door, services
from tests.fakes.people import populate, program

from .test_handovers import DESKS, Book


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
        for repeated in (False, True):
            answer = await city.post(path, content=said, headers=good)
            assert answer.json() == {"moved": 0 if repeated else 1, "known": 0, "unknown": 0, "repeated": repeated}
        bad = json.dumps({"type": "matter.state", "data": {**GOOD, "state": "gone"}}).encode()
        refused = await city.post(path, content=bad, headers=signed([KEY], "b", NOON, bad) | plain)
        assert (refused.status_code, refused.json()["field"]) == (422, "data.state")
        assert (await city.get("/api/tickets")).status_code == 403
    assert (taken, woken) == (["12345 FZ-2026/77 accepted"], [1])


async def test_a_centre_without_secrets_says_that_nobody_signs() -> None:
    fake = populate(FakeHotline())
    async with program(door(services(fake)), fake, Scope.PARTNERS_REPORT) as city:
        assert (await city.post("/api/partner-states/12345", json={})).status_code == 404
