"""What OpenAPI says of a ticket's fields is what is done with them: each bound of the schema holds in ``bridge.ticket_input``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bridge import catalogue, ticket_choices
from bridge.forms import Known, TicketIn
from bridge.ticket import CallFacts, ticket_id
from bridge.ticket_input import CONTENT, Made, read
from cti.ids import CallId
from cti.numbers import Numbers
from tests.bridge.made import NOON

KNOWN = Known(ticket_choices.load(), catalogue.load(), Numbers("0592"))
MADE = Made(ticket_id(NOON, bytes(10)), "c/1", NOON, "1001", "8001", "citizen", CallFacts(CallId("c")))
GOOD: dict[str, Any] = {"kind": "complaint", "title": "积水", "content": "湖滨南路积水"}
NEEDED: dict[str, dict[str, Any]] = {
    "subject": {"code": "0406", "kind": "event"}, "place": {"crs": "GCJ02", "lng": 118.0, "lat": 24.0},
    "accept_limit": {"value": 2, "unit": "work_hour"}, "handle_limit": {"value": 2, "unit": "work_hour"},
}  # fmt: skip
"""What an object must hold beside the field that is tried."""
SCHEMA = TicketIn.model_json_schema()
Shape = dict[str, Any]


def plain(shape: Shape) -> Shape:
    """Without the null that an optional field may be."""
    for one in shape.get("anyOf", ()):
        if one.get("type") != "null":
            return plain(one)
    return SCHEMA["$defs"][shape["$ref"].rsplit("/", 1)[1]] if "$ref" in shape else shape


def leaves(shape: Shape, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Shape]]:
    for name, field in shape["properties"].items():
        found = plain(field)
        if found.get("type") == "object" and "properties" in found:
            yield from leaves(found, (*path, name))
        else:
            yield (*path, name), found


LEAVES = dict(leaves(SCHEMA))


def problems(path: tuple[str, ...], value: object) -> list[str]:
    """Fields that are wrong when this one has this value."""
    field: Any = value
    if len(path) == 2:
        field = NEEDED.get(path[0], {}) | {path[1]: value}
    made = read(GOOD | {path[0]: field}, MADE, KNOWN)
    return [problem.field for problem in made] if isinstance(made, tuple) else []


def at(path: tuple[str, ...]) -> str:
    return ".".join(path)


def of_length(shape: Shape, length: int) -> str:
    return ("1" if "pattern" in shape else "字") * length


CHOSEN = {path for path in LEAVES if LEAVES[path].get("maxLength") == 60 and path not in {("person", "name")}}
"""A word of ``choices``: its length is bounded, and most texts of any length are none."""
LONGEST = [path for path, shape in LEAVES.items() if shape.get("type") == "string" and "maxLength" in shape]
LISTS = [path for path, shape in LEAVES.items() if shape.get("type") == "array"]
NUMBERS_ = [path for path, shape in LEAVES.items() if shape.get("type") in ("number", "integer")]


def test_the_same_fields() -> None:
    assert {path[0] for path in LEAVES} == set(CONTENT)
    assert LONGEST
    assert LISTS
    assert NUMBERS_


@pytest.mark.parametrize("path", LONGEST, ids=at)
def test_the_longest_text(path: tuple[str, ...]) -> None:
    longest = LEAVES[path]["maxLength"]
    if path not in CHOSEN:
        assert at(path) not in problems(path, of_length(LEAVES[path], longest)) or path[0] == "subject"
    assert at(path) in problems(path, of_length(LEAVES[path], longest + 1))


@pytest.mark.parametrize("path", LISTS, ids=at)
def test_the_longest_list_and_its_longest_item(path: tuple[str, ...]) -> None:
    shape = LEAVES[path]
    most, item = shape["maxItems"], shape["items"]
    fine = "13800000001" if path[-1] == "phones" else "a"
    assert not problems(path, [fine] * most)
    assert at(path) in problems(path, [fine] * (most + 1))
    if "maxLength" in item:
        assert path[-1] == "phones" or not problems(path, ["a" * item["maxLength"]])
        assert f"{at(path)}.0" in problems(path, ["a" * (item["maxLength"] + 1)])


@pytest.mark.parametrize("path", NUMBERS_, ids=at)
def test_the_bounds_of_a_number(path: tuple[str, ...]) -> None:
    shape = LEAVES[path]
    least, most = shape["minimum"], shape["maximum"]
    assert not problems(path, least)
    assert not problems(path, most)
    assert at(path) in problems(path, least - 1)
    assert at(path) in problems(path, most + 1)


PATTERNS = {
    ("subject", "part_id"): ("3502001234567890123", "3502;"), ("place", "grid_code"): ("35020300100100", "12"),
    ("place", "division"): ("350203001001", "35"),
    ("merged_into",): ("GD20260930000001", "a b"), ("subject", "kind"): ("event", "thing"),
    ("subject", "code"): ("0406", "4"), ("related_cases",): (["GD20260930000001"], ["a b"]), ("attachments",): (["a/b.jpg"], ["../b.jpg"]),
    ("knowledge",): (["kb/1"], ["a b"]), ("consent",): (["recording"], ["a b"]),
}  # fmt: skip
"""A value that fits, and one that does not."""


def fits(shape: Shape, value: Any) -> bool:
    pattern = shape["items"].get("pattern") if shape["type"] == "array" else shape.get("pattern")
    assert isinstance(pattern, str)
    return all(re.search(pattern, one) is not None for one in (value if isinstance(value, list) else [value]))


def test_every_form_is_tried() -> None:
    with_form = {path for path, shape in LEAVES.items() if "pattern" in shape or "pattern" in shape.get("items", {})}
    assert with_form == set(PATTERNS)


@pytest.mark.parametrize("path", PATTERNS, ids=at)
def test_the_form(path: tuple[str, ...]) -> None:
    good, bad = PATTERNS[path]
    assert fits(LEAVES[path], good)
    assert not problems(path, good)
    assert not fits(LEAVES[path], bad)
    assert problems(path, bad)


LONGEST_FORM = {
    ("subject", "part_id"): 24, ("place", "grid_code"): 15, ("place", "division"): 12, ("merged_into",): 64, ("subject", "code"): 16,
    ("related_cases",): 64, ("knowledge",): 64, ("consent",): 40,
}  # fmt: skip


@pytest.mark.parametrize("path", LONGEST_FORM, ids=at)
def test_the_longest_of_a_form(path: tuple[str, ...]) -> None:
    def of(length: int) -> Any:
        return ["1" * length] if LEAVES[path]["type"] == "array" else "1" * length

    longest = LONGEST_FORM[path]
    assert fits(LEAVES[path], of(longest))
    assert not fits(LEAVES[path], of(longest + 1))
    assert path == ("subject", "code") or not problems(path, of(longest)), "no code of the catalogue is so long"
    assert problems(path, of(longest + 1))


@pytest.mark.parametrize(
    "said", ["138 0000 0001", "0592-2000011", "13800000001 / 0592-2000011", "+86 (0) 592 200 00 11"]
)
def test_a_phone_may_be_written_in_any_way(said: str) -> None:
    """No form is shown that a caller of the interface would have to bring it into."""
    assert not problems(("person", "phones"), [said])
    assert "pattern" not in LEAVES["person", "phones"]["items"]
    assert problems(("person", "phones"), ["问邻居"])
