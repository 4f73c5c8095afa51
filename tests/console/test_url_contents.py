"""No number of a citizen, no purpose, no code stands in a URL: held against every parameter of the contract.

A parameter that lies in a path or behind a ``?`` takes only what cannot be a telephone number or a person's words; the
few that could are named here, with why they are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from console.server import bare
from console.words_in_headers import HEADERS
from tests.fakes.hotline import FakeHotline, door, services
from tests.fakes.people import Phones, browser, command_line, populate, signed_in

NUMBERS = ("13912345678", "+8613912345678", "0592-2212319", "139 1234 5678")
WORDS = ("投诉复核", "why I listen")
ALLOWED = {
    "seat": "an extension of the settings",
    "by": "an account",
    "agent": "an account",
    "line": "an id of the settings",
    "queue": "an id of the settings",
    "account": "an account",
    "actor": "an account",
    "action": "a word of the audit log",
    "call": "Asterisk's id of a call",
    "task": "a call's id",
    "after": "a call's id",
    "before": "a ticket's or an audit row's number",
    "ident": "an alarm's number",
    "change": "the number of a change that waits",
    "name": "a program's name",
    "session": "a session's public id",
    "set": "a word of ledger.kpi",
    "case": "a case's number: who has it alone learns nothing by it",
    "kind": "a word of the choices",
    "district": "a district's name, of a matter and not of a person",
    "street": "a street's name, likewise",
    "scheme": "a catalogue's name",
    "template": "a template's id",
    "card": "a knowledge card's id",
    "version": "of a knowledge card: a number",
    "event": "a mass event's id",
    "handover": "a hand-over's id",
    "partner": "an id of the settings",
    "tag": "a tag's id",
    "decision": "a decision's id",
    "appeal": "an appeal's id",
    "code": "a catalogue's code; at /api/oidc/back the provider's, which no server logs",
    "state": "a word; at /api/oidc/back the sealed beginning",
    "error": "a word of the provider",
    "unit": "a unit's name, of nobody",
    "sha256": "of a file",
    "report": "a report's name",
    "form": "csv or xlsx",
}
SAYS_WORDS = {"set", "scheme", "code", "state", "error", "district", "street", "unit"}
"""Of those, what takes any text."""


def _addressed() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each route with a parameter of its path or query."""
    for path, item in bare().openapi()["paths"].items():
        for method, told in item.items():
            for parameter in told.get("parameters", ()):
                if parameter["in"] in ("path", "query"):
                    yield f"{method} {path}", parameter["name"], parameter["schema"]


def _takes(schema: dict[str, Any], text: str) -> bool:
    if "anyOf" in schema:
        return any(_takes(one, text) for one in schema["anyOf"])
    match schema.get("type"):
        case "integer" | "number":
            return text.isdigit() and int(text) <= schema.get("maximum", float("inf"))
        case "boolean" | "null":
            return False
    if "enum" in schema or schema.get("format") in ("date", "date-time"):
        return False
    long = len(text) > schema.get("maxLength", 10**6)
    return not long and ("pattern" not in schema or re.search(schema["pattern"], text) is not None)


def test_no_address_takes_a_number_or_words() -> None:
    """By the contract, so that a new route is decided upon before it is there."""
    for route, name, schema in _addressed():
        number, words = (any(_takes(schema, one) for one in kind) for kind in (NUMBERS, WORDS))
        assert name not in HEADERS, (route, name)
        assert not number or name in ALLOWED, f"{route}: {name} takes a telephone number"
        assert not words or name in SAYS_WORDS, f"{route}: {name} takes words"


def test_what_is_allowed_is_there() -> None:
    assert set(ALLOWED) <= {name for _route, name, _schema in _addressed()}


@pytest.mark.parametrize("name", sorted(HEADERS))
async def test_what_is_said_in_an_address_is_refused(name: str) -> None:
    """Not passed over: who searched by a number would be shown everybody. The field and the header are named."""
    fake = populate(FakeHotline())
    app = door(replace(services(fake), phones=Phones()))
    for client in (browser(app, signed_in(fake, "2001", "")), command_line(app)):
        async with client:
            for path in ("/api/calls", "/api/callbacks", "/api/codes", "/api/tickets/01ARZ3NDEKTSV4RRFFQ69G5FAV"):
                reply = await client.get(path, params={name: "13912345678"})
                assert (reply.status_code, reply.json()["field"]) == (422, name), path
                assert HEADERS[name] in reply.json()["message"]
                assert "13912345678" not in reply.text
