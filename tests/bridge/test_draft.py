"""Hostile and ordinary input of a ticket."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge import catalogue, choices
from bridge.draft import CONTENT, Made, read
from bridge.errors import Problem
from bridge.ticket import CallFacts, Ticket, TicketId, is_ticket_id, ticket_id
from bridge.ticket_json import dump, load, plain, same_matter
from cti.ids import CallId
from tests.bridge.made import NOON, ticket

CHOICES, CODES = choices.load(), catalogue.load()
MADE = Made(ticket_id(NOON, bytes(10)), "c/1", NOON, "1001", "8001", "citizen", CallFacts(CallId("c")))
GOOD: dict[str, Any] = {"kind": "complaint", "title": "积水", "content": "湖滨南路积水"}
FULL: dict[str, Any] = GOOD | {
    "work_type": "突发", "urgency": "特急", "channel": "phone", "confidential": True, "anonymous": False,
    "person": {"name": "王小明", "gender": "男", "phones": ["13800000001", "+865922222222"], "address": "思明区"},
    "subject": {"code": "0406", "kind": "event", "part_id": "3502001234567890123"},
    "place": {"address_text": "湖滨南路口", "lng": 118.09, "lat": 24.48, "crs": "GCJ02", "accuracy": "C",
              "grid_code": "350203001001001", "area": ["厦门市", "思明区", "筼筜街道", "官任社区"]},
    "unit_suggested": "市政", "units_helping": ["排水中心"], "accept_limit": {"value": 2, "unit": "work_hour"},
    "handle_limit": {"value": 4, "unit": "工作时", "deadline": "2026-10-01T18:00:00+08:00"},
    "related_cases": ["GD20260930000001"], "external_ids": {"12345": "FZ12345-20230101-0001"},
    "consent": ["recording"], "retention_class": "litigation", "legal_hold": True, "attachments": ["photo.jpg"],
}  # fmt: skip


def problems(**fields: Any) -> dict[str, Problem]:
    found = read(GOOD | fields, MADE, CHOICES, CODES)
    assert isinstance(found, tuple), found
    return {problem.field: problem for problem in found}


def test_full() -> None:
    """Every field of the record is read, Chinese words become keys, and JSON gives the same ticket back."""
    made = read(FULL, MADE, CHOICES, CODES)
    assert isinstance(made, Ticket)
    assert (made.work_type, made.urgency, made.person.gender) == ("sudden", "critical", "male")
    assert made.subject is not None
    assert made.subject.scheme == "CJ/T 214"
    assert made.handle_limit is not None
    assert made.handle_limit.deadline is not None
    assert made.handle_limit.deadline.isoformat() == "2026-10-01T10:00:00+00:00"
    assert load(dump(made)) == made


def test_content_reads_back() -> None:
    """What a ticket shows as its content is accepted again as input: a dead letter can be corrected."""
    made = read(FULL, MADE, CHOICES, CODES)
    assert isinstance(made, Ticket)
    again = read({k: v for k, v in plain(made).items() if k in CONTENT}, MADE, CHOICES, CODES)
    assert again == made


def test_did_you_mean() -> None:
    """A near word gets the right one proposed, with all that is allowed."""
    found = problems(kind="complant")["kind"]
    assert "complaint" in found.message
    assert "enquiry" in found.allowed


def test_unknown_field() -> None:
    """A misspelt field is named and the likely one proposed."""
    assert "confidential" in problems(confidental=True)["confidental"].message


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"title": "长" * 51}, "title"),
        ({"title": ""}, "title"),
        ({"title": 7}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"title": "abc\u202egpj.exe"}, "title"),
        ({"content": "x" * 4001}, "content"),
        ({"confidential": "yes"}, "confidential"),
        ({"person": []}, "person"),
        ({"person": {"phones": ["13800\r\n"]}}, ""),
        ({"person": {"phones": ["12;rm"]}}, "person.phones.0"),
        ({"person": {"phones": ["123"] * 6}}, "person.phones"),
        ({"subject": {"code": 406}}, "subject.code"),
        ({"subject": {"code": "9999"}}, "subject.code"),
        ({"subject": {"code": "0401"}}, "subject.kind"),
        ({"subject": {"code": "0401", "scheme": "GB"}}, "subject.scheme"),
        ({"place": {"lng": 118.0}}, "place.lat"),
        ({"place": {"lng": 181, "lat": 1}}, "place.lng"),
        ({"place": {"lng": 10**400, "lat": float("nan")}}, "place.lng"),
        ({"place": {"lng": True, "lat": 1}}, "place.lng"),
        ({"place": {"lng": 118.0, "lat": 24.0}}, "place.crs"),
        ({"place": {"grid_code": "12"}}, "place.grid_code"),
        ({"handle_limit": {"value": 1.5, "unit": "work_day"}}, "handle_limit.value"),
        ({"handle_limit": {"value": 1, "unit": "work_day", "deadline": "2026-10-01"}}, "handle_limit.deadline"),
        ({"handle_limit": {"value": 1, "unit": "clock_hour", "deadline": "0001-01-01T00:00+14:00"}},
         "handle_limit.deadline"),
        ({"external_ids": {"12345": ["x"]}}, "external_ids.12345"),
    ],
)  # fmt: skip
def test_wrong_field(fields: dict[str, Any], where: str) -> None:
    """A wrong field is a problem with its path, never an exception."""
    if where:
        assert where in problems(**fields)
    else:
        assert isinstance(read(GOOD | fields, MADE, CHOICES, CODES), Ticket)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(CONTENT) | st.text(st.characters(), max_size=8), JSON, max_size=8))
def test_anything(raw: dict[str, Any]) -> None:
    """Whatever comes gives a ticket that survives JSON, or problems that each name a field."""
    made = read(raw, MADE, CHOICES, CODES)
    if isinstance(made, Ticket):
        dump(made).encode()
        assert load(dump(made)) == made
    else:
        assert made
        assert all(problem.field and problem.message for problem in made)


def test_ids() -> None:
    """Ids sort by time, are well formed and 80 bits of them are chance."""
    early, late = ticket_id(NOON, b"\xff" * 10), ticket_id(NOON.replace(hour=5), bytes(10))
    assert early < late
    assert is_ticket_id(early)
    assert not is_ticket_id("x")


def test_same_matter() -> None:
    """The same request sent twice is the same matter though ids, times and call facts differ."""
    one = ticket(1)
    again = replace(one, id=TicketId("x"), filed_at=NOON.replace(hour=6))
    assert same_matter(one, again)
    assert not same_matter(one, replace(again, title="另一件"))
