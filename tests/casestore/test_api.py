"""The native API against whoever asks: the secret, sizes, fields by name, nonsense, and guessing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from accounts.query_code_limits import LIMITS, Scope
from bridge.case_store_messages import filing
from bridge.drivers import Receipt, Rejected
from bridge.ticket_json import plain
from casestore import guard
from casestore.numbers import check_digit
from config import language
from tests.bridge.made import NOON, ticket
from tests.casestore.kit import Cases, cases_at
from tests.sampling import examples

TRIES = {limit.scope: limit.tries for limit in LIMITS}
EVERY_ROUTE = [
    ("GET", "/health"), ("POST", "/messages"), ("GET", "/messages?key=x"), ("GET", "/cases"), ("GET", "/cases/1"),
    ("GET", "/events"), ("POST", "/inquiries"), ("GET", "/openapi.json"), ("GET", "/nothing"), ("DELETE", "/cases"),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_language", "en")


def message(n: int = 1, **more: Any) -> dict[str, Any]:
    made = filing(ticket(n))
    return {"id": made.id, "stream": made.stream, "kind": "file", "key": made.key, "ticket": plain(made.ticket)} | more


async def case_of(cases: Cases, n: int = 1) -> Receipt:
    made = await cases.driver.deliver(filing(ticket(n)))
    assert isinstance(made, Receipt)
    return made


@pytest.mark.parametrize(("method", "path"), EVERY_ROUTE)
@pytest.mark.parametrize(
    "secret", ["", "Bearer", "Bearer 0123456789abcdef0123456789abcde", "Basic eDp5", "Bearer \u00e9"]
)
async def test_nobody_without_the_secret(tmp_path: Path, method: str, path: str, secret: str) -> None:
    async with cases_at(tmp_path / "casestore.db", opened=False) as cases:
        headers = [(b"authorization", secret.encode("latin-1"))] if secret else []
        answer = await cases.client.request(method, path, headers=headers)
        assert answer.status_code == 401


async def test_a_body_too_large_or_too_slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said or unsaid: no more of it is read than is allowed."""
    monkeypatch.setattr(guard, "BODY_SECONDS", 0.05)
    read = 0

    async def flood() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(1000):
            read += 64 * 1024
            yield b"x" * 64 * 1024

    async def trickle() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with cases_at(tmp_path / "casestore.db") as cases:
        said = await cases.client.post("/messages", content=b"x" * (guard.MOST_BYTES + 1), headers=cases.headers)
        unsaid = await cases.client.post("/messages", content=flood(), headers=cases.headers)
        slow = await cases.client.post("/messages", content=trickle(), headers=cases.headers)
        assert (said.status_code, unsaid.status_code, slow.status_code) == (413, 413, 408)
        assert read <= guard.MOST_BYTES + 3 * 64 * 1024
        lies = await cases.client.post("/messages", content=b"{}", headers=cases.headers | {"content-length": "x"})
        assert lies.status_code == 413
        await case_of(cases)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": ""}, "key"), ({"key": "x" * 201}, "key"), ({"key": 5}, "key"), ({"kind": "shout"}, "kind"), ({"ticket": None}, "ticket"),
        ({"stream": None}, "stream"), ({"surplus": 1}, "surplus"), ({"ticket": []}, "ticket"),
        ({"ticket": {}}, "ticket.title"), ({"ticket.filed_at": "2026-10-01T04:00:00"}, "ticket.filed_at"),
        ({"ticket.filed_at": "soon"}, "ticket.filed_at"), ({"ticket.title": "x" * 201}, "ticket.title"),
        ({"ticket.kind": ""}, "ticket.kind"), ({"ticket.content": "x" * 20_001}, "ticket.content"),
        ({"ticket.person": {"name": "a\u0000b"}}, "ticket.person.name"), ({"ticket.place": {"area": ["\ud800"]}}, "ticket.place.area.0"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_named(tmp_path: Path, change: dict[str, Any], field: str) -> None:
    """By field, in the centre's language; nothing of it is kept."""
    sent = message()
    for name, value in change.items():
        where, _, inner = name.rpartition(".")
        (sent[where] if where else sent)[inner] = value
    async with cases_at(tmp_path / "casestore.db") as cases:
        answer = await cases.client.post("/messages", content=json.dumps(sent), headers=cases.headers)
        told = answer.json()
        assert answer.status_code == 422
        assert field in [one["field"] for one in told["fields"]]
        assert field in told["message"]
        assert await cases.numbers() == []


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{", b'{"a": NaN}', b'{"key": "1", "key": "2"}', b"\xff\xfe", b"[" * 100_000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000, b'{"ticket":' + b"[" * 60 + b"]" * 60 + b"}", b"1" * 5000,
    ],
)  # fmt: skip
async def test_nonsense_is_said_to_be_so(tmp_path: Path, body: bytes) -> None:
    async with cases_at(tmp_path / "casestore.db") as cases:
        for path in ("/messages", "/inquiries"):
            answer = await cases.client.post(path, content=body, headers=cases.headers)
            assert (answer.status_code, answer.json()["error"]) == (422, "invalid")


NONSENSE = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from(
        ["id", "stream", "kind", "key", "ticket", "filed_at", "title", "content", "number", "code", "caller", ""]
    ), inner, max_size=6),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NONSENSE, some.text(max_size=30))
def test_whatever_comes_is_answered(tmp_path: Path, body: Any, text: str) -> None:
    """Never 500, never a hang."""

    async def ask() -> list[httpx.Response]:
        async with cases_at(tmp_path / "casestore.db") as cases:
            sent = json.dumps(body).encode()
            given: Any = {"headers": cases.headers}
            return [
                await cases.client.post("/messages", content=sent, **given),
                await cases.client.post("/messages", content=json.dumps(message() | {"ticket": body}), **given),
                await cases.client.post("/inquiries", content=sent, **given),
                await cases.client.get("/events", params={"after": text, "most": text}, **given),
                await cases.client.get("/events", params={"after": text}, **given),
                await cases.client.get("/cases", params={"after": text}, **given),
                await cases.client.get("/messages", params={"key": text}, **given),
            ]

    for answer in asyncio.run(ask()):
        assert answer.status_code in (200, 404, 422)
        assert isinstance(answer.json(), dict)


async def test_a_refusal_reaches_the_driver_in_words(tmp_path: Path) -> None:
    async with cases_at(tmp_path / "casestore.db") as cases:
        answer = await cases.driver.deliver(filing(ticket(1, title="")))
        assert answer == Rejected("ticket.title: must not be empty")


async def test_a_ticket_is_kept_as_it_came(tmp_path: Path) -> None:
    """Fields this store knows nothing of, too."""
    sent = message()
    sent["ticket"] |= {"of_a_later_program": {"deep": [1, 2.5, None, "厦禾路 𠮷"]}}
    async with cases_at(tmp_path / "casestore.db") as cases:
        number = (await cases.client.post("/messages", json=sent, headers=cases.headers)).json()["number"]
        whole = (await cases.client.get(f"/cases/{number}", headers=cases.headers)).json()
        assert whole["ticket"] == sent["ticket"]


async def test_pages_of_cases(tmp_path: Path) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        made = [(await case_of(cases, n)).case_number for n in range(5)]
        seen: list[str] = []
        more = True
        while more:
            after = seen[-1] if seen else ""
            page = (await cases.client.get("/cases", params={"after": after, "most": 2}, headers=cases.headers)).json()
            seen += [case["number"] for case in page["cases"]]
            more = page["more"]
        assert seen == made
        gone = await cases.client.get("/cases/none", headers=cases.headers)
        assert (gone.status_code, gone.json()["error"]) == (404, "not_found")


# -- inquiries ---------------------------------------------------------------------------------


async def ask(cases: Cases, number: str, code: str, caller: str = "") -> httpx.Response:
    asked = {"number": number, "code": code, "caller": caller}
    return await cases.client.post("/inquiries", json=asked, headers=cases.headers)


async def test_number_and_code_open_the_progress_and_no_more(tmp_path: Path) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        case = await case_of(cases)
        spaced = f"{case.case_number[:8]} {case.case_number[8:]}"
        told = (await ask(cases, spaced, f"{case.query_code[:4]}-{case.query_code[4:]}")).json()
        assert told["word"] == "信息报送"
        assert set(told) == {
            "changes",
            "number",
            "state",
            "step",
            "word",
            "accepted_at",
            "changed_at",
            "steps",
            "promised_by",
            "provisional",
        }
        assert [(one["word"], one["at"] is not None) for one in told["steps"]] == [
            ("信息报送", True), ("受理立案", False), ("任务派遣", False), ("事件处置", False), ("结果反馈", False),
            ("核查结案", False), ("监督评价", False),
        ]  # fmt: skip
        other = case.case_number[:8] + "99999"
        unknown = await ask(cases, other + check_digit(other), case.query_code)
        wrong = await ask(cases, case.case_number, "00000000" if case.query_code != "00000000" else "1")
        assert (unknown.status_code, unknown.json()) == (wrong.status_code, wrong.json())


async def test_guessing_ends_by_number_by_caller_and_in_all(tmp_path: Path) -> None:
    """While a limit is reached the right code does not help either; when its time is over it does."""
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        case = await case_of(cases)
        for n in range(TRIES[Scope.NUMBER]):
            assert (await ask(cases, case.case_number, "x", f"caller {n}")).status_code == 404
        stopped = await ask(cases, case.case_number, case.query_code, "another")
        assert (stopped.status_code, stopped.json()["error"]) == (429, "too_many_number")
        wait = int(stopped.headers["retry-after"])
        cases.clock.now += timedelta(seconds=wait - 1)
        assert (await ask(cases, case.case_number, case.query_code, "another")).status_code == 429
        cases.clock.now += timedelta(seconds=1)
        assert (await ask(cases, case.case_number, case.query_code, "another")).status_code == 200

        for n in range(TRIES[Scope.CALLER]):
            assert (await ask(cases, _number(n), "x", "one")).status_code == 404
        assert (await ask(cases, case.case_number, case.query_code, "one")).json()["error"] == "too_many_caller"
        assert (await ask(cases, case.case_number, case.query_code, "two")).status_code == 200

        for n in range(TRIES[Scope.ALL] - TRIES[Scope.CALLER]):
            assert (await ask(cases, _number(100 + n), "x", f"c{n}")).status_code == 404
        assert (await ask(cases, case.case_number, case.query_code, "three")).json()["error"] == "too_many_all"


async def test_many_tries_at_once_are_as_many(tmp_path: Path) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        case = await case_of(cases)
        answers = await asyncio.gather(*(ask(cases, case.case_number, f"{n:08}", f"c{n}") for n in range(30)))
        assert sorted(one.status_code for one in answers) == [404] * TRIES[Scope.NUMBER] + [429] * (
            30 - TRIES[Scope.NUMBER]
        )


async def test_tries_are_known_after_a_restart_and_name_nobody(tmp_path: Path) -> None:
    file = tmp_path / "casestore.db"
    async with cases_at(file, NOON) as cases:
        case = await case_of(cases)
        for _ in range(TRIES[Scope.NUMBER]):
            await ask(cases, case.case_number, "x", "13806010001")
    async with cases_at(file, NOON) as cases:
        assert (await ask(cases, case.case_number, case.query_code)).status_code == 429
    assert b"13806010001" not in file.read_bytes()


async def test_a_mistyped_number_costs_no_try(tmp_path: Path) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        case = await case_of(cases)
        last = str((int(case.case_number[-1]) + 1) % 10)
        for _ in range(TRIES[Scope.CALLER] + 1):
            answer = await ask(cases, case.case_number[:-1] + last, case.query_code, "one")
            assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "number")
        assert (await ask(cases, case.case_number, case.query_code, "one")).status_code == 200


def _number(n: int) -> str:
    digits = f"20200101{n:05}"
    return digits + check_digit(digits)
