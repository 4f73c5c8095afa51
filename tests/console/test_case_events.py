"""The door that a case store calls back at: its own program, its own scope, and a signature besides."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from bridge.case_callbacks import CaseCallbacks
from bridge.drivers import CaseEvent
from bridge.webhook_signature import signed
from console.access import Scope
from tests.bridge.test_webhook import GOOD
from tests.fakes.hotline import NOON, FakeHotline, door, services
from tests.fakes.people import populate, program

KEY = b"k" * 24


async def test_a_callback_needs_token_scope_and_signature() -> None:
    fake = populate(FakeHotline())
    fake.now = NOON
    taken: list[CaseEvent] = []

    async def take(events: Sequence[CaseEvent]) -> None:
        taken.extend(events)

    app = door(replace(services(fake), case_callbacks=CaseCallbacks([KEY], take, clock=fake.clock)))
    body = json.dumps({"type": "case.event", "data": GOOD}).encode()
    plain = {"content-type": "application/json"}
    good = signed([KEY], "a", NOON, body) | plain
    async with program(app, fake, Scope.CASES_REPORT) as store, program(app, fake, Scope.TICKETS_FILE) as other:
        assert (await other.post("/api/case-events", content=body, headers=good)).status_code == 403
        assert (await store.post("/api/case-events", content=body, headers=plain)).status_code == 401
        wrong = await store.post("/api/case-events", content=body, headers=signed([b"x" * 24], "a", NOON, body) | plain)
        assert wrong.status_code == 401
        for _again in range(9):
            await store.post("/api/case-events", content=body, headers=signed([b"x" * 24], "a", NOON, body) | plain)
        told = [entry.detail for entry in fake.log.entries if entry.action == "callback_refused"]
        assert len(told) == 2, "missing and wrong: the same once a minute, whoever holds the token fills no log"
        assert taken == []
        for repeated in (False, True):
            answer = await store.post("/api/case-events", content=body, headers=good)
            assert (answer.status_code, answer.json()) == (200, {"events": 0 if repeated else 1, "repeated": repeated})
        bad = json.dumps({"type": "case.event", "data": {**GOOD, "state": "gone"}}).encode()
        refused = await store.post("/api/case-events", content=bad, headers=signed([KEY], "b", NOON, bad) | plain)
        assert (refused.status_code, refused.json()["field"]) == (422, "data")
        assert (await store.get("/api/tickets")).status_code == 403
    assert [event.key for event in taken] == ["a/1"]


async def test_a_centre_whose_store_calls_nothing_back_says_so() -> None:
    fake = populate(FakeHotline())
    app = door(services(fake))
    async with program(app, fake, Scope.CASES_REPORT) as store:
        assert (await store.post("/api/case-events", json={})).status_code == 404
