"""Text pasted from anywhere is cleaned at every door, never refused for what cannot be seen (kind D)."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Annotated, Any

import httpx
import pytest
from pydantic import TypeAdapter

from bridge.forms import Body
from console import contract
from console.server import routes_of
from tests.fakes.hotline import CALL, FakeHotline, services
from tests.fakes.people import populate
from tests.fakes.said import said

PASTED, MEANT = "\u202d第一段\u000b第二段\u202c\x00\ud83d", ("第一段 第二段", "第一段\n第二段")
NO_TEXT = {"password", "proof", "old", "new", "number", "to", "code", "into"}
"""Keys, numbers, and a word of a list: what is in them is meant as it is."""
TICKET = {"TicketIn", "LimitIn", "PersonIn", "PlaceIn", "SubjectIn"}


def doors() -> Iterator[tuple[type[Body], str, Any]]:
    """Each field of what a client sends in which a person may write what they like."""
    modules = [
        importlib.import_module(f"console.contract.{one.name}") for one in pkgutil.iter_modules(contract.__path__)
    ]
    for module in modules:
        for name, model in inspect.getmembers(module, inspect.isclass):
            if not issubclass(model, Body) or model.__module__ != module.__name__ or name in TICKET:
                continue  # a ticket is read by the bridge (tests/bridge/test_ticket_input.py)
            told = model.model_json_schema()["properties"]
            for field, info in model.model_fields.items():
                shape = told[field]
                kinds = {one.get("type") for one in (shape, *shape.get("anyOf", ()))}
                if "string" in kinds and not {"pattern", "enum", "const", "format"} & set(
                    str(shape).replace("'", " ").split()
                ):
                    yield model, field, info


FOUND = [(model, field, info) for model, field, info in doors() if field not in NO_TEXT]


@pytest.mark.parametrize(("model", "field", "info"), FOUND, ids=[f"{m.__name__}.{f}" for m, f, _ in FOUND])
def test_a_field_for_words_takes_what_is_pasted(model: type[Body], field: str, info: Any) -> None:
    """Of all models there are, and those to come."""
    shape: Any = info.annotation
    for one in info.metadata:
        shape = Annotated[shape, one]
    assert TypeAdapter(shape).validate_python(PASTED) in MEANT


COMPARED = {"code", "state", "error", "district", "street", "scheme", "set"}
"""Of an address: the provider's own words, and names that are held against a list in memory; no database is asked for them."""
CLEANED = {"unit"}


def test_a_text_of_an_address_is_known() -> None:
    """PostgreSQL takes no NUL and no half of a pair, not even in a question: a new one is cleaned, or has a form."""
    found = set()
    for item in routes_of(services(FakeHotline())).openapi()["paths"].values():
        for operation in item.values():
            for param in operation.get("parameters", ()):
                kinds = [
                    one for one in (param["schema"], *param["schema"].get("anyOf", ())) if one.get("type") == "string"
                ]
                if param["in"] == "query" and any(
                    not {"pattern", "format", "enum", "const"} & one.keys() for one in kinds
                ):
                    found.add(param["name"])
    assert found == COMPARED | CLEANED


async def test_a_unit_that_is_searched_for_can_be_asked_of_any_database(
    fake: FakeHotline, client: httpx.AsyncClient
) -> None:
    reply = await client.get("/api/tickets/search", params={"unit": "市政\x00处\u202e"})
    assert (reply.status_code, fake.search.wanted[-1].unit) == (200, "市政处")


def test_the_doors_are_found() -> None:
    """A test that finds none holds none."""
    found = {f"{model.__name__}.{field}" for model, field, _info in FOUND}
    assert {
        "TemplateIn.scheme", "TagIn.note", "HandOverIn.summary", "BecauseIn.reason", "NoticeIn.text", "AcknowledgeIn.note", "DispositionIn.note", "AccountIn.name", "PauseIn.reason"
    } <= found, found  # fmt: skip


async def test_why_is_said_in_a_header(fake: FakeHotline, client: httpx.AsyncClient) -> None:
    """The purpose of listening and the reason of looking."""
    populate(fake)
    for path, name in ((f"/api/calls/{CALL}/recording", "purpose"), (f"/api/calls/{CALL}", "reason")):
        reply = await client.get(path, headers=said(**{name: PASTED.replace("\ud83d", "")}))
        assert reply.status_code != 422, (path, reply.text)


async def test_a_draft_with_half_a_sign_is_kept(client: httpx.AsyncClient) -> None:
    """A text that was cut in the middle of an emoji: nobody sees it, and the draft is saved without it."""
    body = b'{"version": 1, "fields": {"content": "\\ud83d\xe8\xb7\xaf\xe7\x81\xaf", "person": {"name": "\\udc00"}}}'
    reply = await client.put(f"/api/calls/{CALL}/draft", content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code == 200, reply.text
    assert reply.json()["fields"] == {"content": "路灯", "person": {"name": ""}}
