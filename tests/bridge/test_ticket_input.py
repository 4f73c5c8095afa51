"""Hostile and ordinary input of a ticket."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge import catalogue, ticket_choices
from bridge.errors import Problem
from bridge.forms import Known
from bridge.ticket import CallFacts, Ticket, TicketId, is_ticket_id, ticket_id
from bridge.ticket_input import CONTENT, Made, read
from bridge.ticket_json import dump, load, plain, same_matter
from cti.ids import CallId
from cti.numbers import Numbers
from tests.bridge.made import NOON, ticket
from tests.sampling import examples

KNOWN = Known(ticket_choices.load(), catalogue.load(), Numbers("0592"))
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
    found = read(GOOD | fields, MADE, KNOWN)
    assert isinstance(found, tuple), found
    return {problem.field: problem for problem in found}


def test_full() -> None:
    """Every field of the record is read, Chinese words become keys, and JSON gives the same ticket back."""
    made = read(FULL, MADE, KNOWN)
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
    made = read(FULL, MADE, KNOWN)
    assert isinstance(made, Ticket)
    again = read({k: v for k, v in plain(made).items() if k in CONTENT}, MADE, KNOWN)
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
        ({"title": "\ud800"}, "title"),
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
        assert isinstance(read(GOOD | fields, MADE, KNOWN), Ticket)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(), max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=examples(150), deadline=None)
@given(st.dictionaries(st.sampled_from(CONTENT) | st.text(st.characters(), max_size=8), JSON, max_size=8))
def test_anything(raw: dict[str, Any]) -> None:
    """Whatever comes gives a ticket that survives JSON, or problems that each name a field."""
    made = read(raw, MADE, KNOWN)
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


@pytest.mark.parametrize(
    ("pasted", "line", "text"),
    [
        ("\u202d13800000001\u202c", "13800000001", "13800000001"),
        ("第一段\u000b第二段", "第一段 第二段", "第一段\n第二段"),
        ("湖滨南路\t88号", "湖滨南路 88号", "湖滨南路 88号"),
        ("一\r\n二\r三\u2028四\x85五\x0c六", "一 二 三 四 五 六", "一\n二\n三\n四\n五\n六"),
        ("\ufeffa\u200bb\u00adc\x00d\x1be\x07\ud800f", "abcdef", "abcdef"),
        ("a\u00a0b\u2009c", "a b c", "a b c"),
        ("abc\u202egpj.exe", "abcgpj.exe", "abcgpj.exe"),
        ("\u2066甲\u2069\u3000乙", "甲\u3000乙", "甲\u3000乙"),
        ("👍\u200d好", "👍好", "👍好"),
        ("\u3164甲\ufffc\uffa0乙\u034f\ufffe", "甲乙", "甲乙"),
        ("甲\u2800乙", "甲 乙", "甲 乙"),
        ("\ue123\U00031350", "\ue123\U00031350", "\ue123\U00031350"),
    ],
)
def test_pasted_text_is_cleaned_never_refused_for_what_cannot_be_seen(pasted: str, line: str, text: str) -> None:
    """From a telephone's contacts, slides, tables, web pages (kind D)."""
    raw = GOOD | {"title": pasted, "content": pasted, "person": {"name": pasted}, "place": {"address_text": pasted}}
    made = read(raw, MADE, KNOWN)
    assert isinstance(made, Ticket)
    assert (made.title, made.content, made.person.name, made.place.address_text) == (line, text, line, line)


@pytest.mark.parametrize("invisible", ["\u200b", "\u202d\u202c", "\x00", " \t\u00a0", "\u3164\u2800\ufffc"])
def test_what_holds_nothing_to_be_seen_was_not_given(invisible: str) -> None:
    """A title of invisible signs is no title."""
    assert set(problems(title=invisible)) == {"title"}


@pytest.mark.parametrize(
    ("phones", "kept"),
    [
        (["138 0000 0001"], ("13800000001",)),
        (["0592-2000011", "+8613800000013"], ("05922000011", "13800000013")),
        (["\u202d13800000001\u202c"], ("13800000001",)),
        (["13800000001 / 0592-2000011"], ("13800000001", "05922000011")),
        (["13800000001 13900000002"], ("13800000001", "13900000002")),
        (["13800000001", "+86 138 0000 0001"], ("13800000001",)),
    ],
)
def test_a_phone_is_one_phone_however_it_is_written(phones: list[str], kept: tuple[str, ...]) -> None:
    """Stored as it is dialled and searched (kind A)."""
    made = read(GOOD | {"person": {"phones": phones}}, MADE, KNOWN)
    assert isinstance(made, Ticket)
    assert made.person.phones == kept
    assert set(problems(person={"phones": ["问邻居"]})) == {"person.phones.0"}


@pytest.mark.parametrize(
    ("said", "fine"),
    [
        ("2026/10/01/a-1.jpg", True), ("photo_1.jpg", True), ("https://files.example/a/b.jpg?x=1", True),
        ("javascript:alert(1)", False), ("../../etc/passwd", False), ("a/../../b", False), ("/etc/passwd", False),
        ("data:text/html,x", False), ("http://x.example/a", False), ("https://a@evil.example/", False), ("a..b", False),
        ("https://x.example/<script>", False), ("file:///etc/passwd", False), ("a\\b", False),
    ],
)  # fmt: skip
def test_attachments_lead_nowhere_else(said: str, fine: bool) -> None:
    """A name below the store's folder or an https address; what a browser would run, or that leads out, is a problem."""
    found = read(GOOD | {"attachments": [said]}, MADE, KNOWN)
    assert isinstance(found, Ticket) is fine
