"""The case store as a process against nonsense: whatever fits or breaks its OpenAPI, and bytes that are neither."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import checks

from accounts.cookie import PROOF
from casestore.api import Behind, routes
from casestore.contract import RefusedOut
from casestore.pages.permissions import RULES
from casestore.store import Store
from tests.casestore.running import SECONDS, Installation, installation
from tests.casestore.staff_kit import PASSWORD, UNIT
from tests.sampling import examples

pytestmark = pytest.mark.slow

CHECKS = [
    checks.not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_schema_conformance, checks.negative_data_rejection, checks.unsupported_method,
]  # fmt: skip
STREAMS = [f"stream-{n}" for n in range(6)]
STAFF = {"accepter": "", "dispatcher": "", "unit_office": UNIT, "unit_worker": UNIT, "checker": "", "judge": ""}
MOVES: list[tuple[str, str, dict[str, Any]]] = [
    ("accept", "accepter", {}), ("dispatch", "dispatcher", {"unit": UNIT, "limit": {"value": 5, "unit": "work_day"}}),
    ("finish", "unit_office", {"own_unit": UNIT, "opinion": "已清运"}), ("confirm", "dispatcher", {}),
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Live:
    here: Installation
    client: httpx.Client
    numbers: list[str]

    def turn(self, number: str) -> int:
        return int(self.client.get(f"/cases/{number}").json()["turn"])


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A case store as the daemon starts it, with cases in several states and one of the staff of each role."""
    here = installation(tmp_path_factory.mktemp("hostile") / "var")
    program = here.program()
    program._prepare()
    child = program._launch()
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{here.port}", headers=here.headers, timeout=30, trust_env=False
        ) as client:
            until_open(client)
            yield Live(here, client, furnished(client))
    finally:
        child.terminate()
        assert child.wait(20) == 0


def until_open(client: httpx.Client) -> None:
    limit = time.monotonic() + SECONDS
    while True:
        try:
            if client.get("/health").json()["away"] == "":
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() < limit, "it does not come up"
        time.sleep(0.05)


def furnished(client: httpx.Client) -> list[str]:
    numbers = []
    for place, stream in enumerate(STREAMS):
        ticket = {"id": f"t{place}", "filed_at": "2026-11-30T08:00:00+08:00", "kind": "投诉", "title": "积水"}
        body = {"id": stream, "stream": stream, "kind": "file", "key": stream, "ticket": ticket}
        numbers.append(client.post("/messages", json=body).raise_for_status().json()["number"])
        for turn, (command, role, more) in enumerate(MOVES[:place]):
            asked = {"command": command, "role": role, "by": role, "turn": turn + 1, "key": f"{stream}/{command}"}
            client.post(f"/cases/{numbers[-1]}/commands", json=asked | more).raise_for_status()
    for role, unit in STAFF.items():
        account = {
            "account": role,
            "name": role,
            "role": role,
            "unit": unit,
            "password": PASSWORD,
            "must_change": False,
        }
        client.put("/staff", json=account).raise_for_status()
    return numbers


NOTHING: Any = None
OPENAPI: dict[str, Any] = routes(
    Behind(NOTHING, Store(NOTHING, "Asia/Shanghai", NOTHING), NOTHING, lambda: datetime.now(UTC), NOTHING, "")
).openapi()
"""Described, not asked: it stands before nothing."""
schema = schemathesis.openapi.from_dict(OPENAPI)


@schema.parametrize()
@settings(
    max_examples=examples(12),
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_fuzz(case: schemathesis.Case[Any], live: Live) -> None:
    """No fault, only documented answers in their shape, what breaks the rules refused; half of it about cases that are there."""
    aimed(case, live)
    response = case.call(base_url=f"http://127.0.0.1:{live.here.port}", headers=live.here.headers, timeout=30)
    case.validate_response(response, checks=CHECKS)
    if response.status_code >= 400:
        RefusedOut.model_validate(json.loads(response.content))


def aimed(case: schemathesis.Case[Any], live: Live) -> None:
    """Random names hit nothing: half of them are exchanged for those of a case, and for the turn it has now."""
    chance = random.Random(repr((case.path, case.path_parameters, case.query, case.body)))
    if chance.random() < 0.5:
        return
    number = chance.choice(live.numbers)
    body: Any = case.body
    if case.path_parameters and "number" in case.path_parameters:
        case.path_parameters["number"] = number
        if isinstance(body, dict) and isinstance(body.get("turn"), int):
            body["turn"] = live.turn(number)
    elif isinstance(body, dict) and body.get("kind") not in (None, "file") and "stream" in body:
        body["stream"] = chance.choice(STREAMS)
        if isinstance(body.get("payload"), dict) and "into" in body["payload"]:
            body["payload"]["into"] = number


@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=200), st.sampled_from(sorted(RULES)), st.sampled_from(["", *STAFF]))
def test_bytes_at_the_pages(live: Live, noise: bytes, route: tuple[str, str], account: str) -> None:
    """Raw bytes as a body of any of the pages' routes, whoever is signed in, never make a fault."""
    method, path = route
    headers = {PROOF: "1", "Cookie": cookie(live, account) if account else "", "Content-Type": "application/json"}
    there = path.format(number=live.numbers[len(noise) % len(live.numbers)], sha256="0" * 64)
    answer = live.client.request(method, f"/pages/api{there}", content=noise, headers=headers)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        RefusedOut.model_validate(answer.json())
    if (method, path) == ("DELETE", "/session"):
        COOKIES.pop(account, None)


COOKIES: dict[str, str] = {}


def cookie(live: Live, account: str) -> str:
    if account not in COOKIES:
        body = {"account": account, "password": PASSWORD}
        told = live.client.post("/pages/api/session", json=body, headers={PROOF: "1"})
        COOKIES[account] = told.raise_for_status().headers["set-cookie"].partition(";")[0]
    return COOKIES[account]
