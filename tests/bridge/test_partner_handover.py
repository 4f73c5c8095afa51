"""A hand-over's papers: what goes along, cleaned; what the partner is told, once; whom nobody names."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from bridge.notifications.rules import Channel, Kind
from bridge.partner_handover import (
    ENCODED_MOST,
    Asked,
    HandoverEnd,
    cleaned,
    encoded,
    order,
    summary_of,
    told_number,
    withdrawal,
)
from bridge.ticket import Person, Place, Ticket
from tests.bridge.made import ticket

NOON = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)


def asked(of: Ticket | None, number: str = "13800000001", case: str = "") -> Asked:
    return Asked(
        "01J0000000000000000000000A", "xm1-1.1", "12345", "8001", "1001", NOON, number, summary_of(of), of, case
    )


@given(st.text(max_size=400))
def test_no_text_breaks_a_header(text: str) -> None:
    """Whatever stands in it: one line, plain ASCII, whole characters, short enough, and read back it is what was kept."""
    sent = encoded(text)
    assert re.fullmatch(r"([0-9A-Za-z._~-]|%[0-9A-F]{2})*", sent)
    assert len(sent) <= ENCODED_MOST
    assert cleaned(text).startswith(unquote(sent, errors="strict"))


def test_what_nobody_sees_is_left_out() -> None:
    assert cleaned("井盖\r\nX-Evil: 1\u2028\u202e丢失\x00 \t 有人") == "井盖 X-Evil: 1 丢失 有人"
    assert encoded("A b") == "A%20b"


def test_the_work_order_names_the_case_else_the_ticket_else_itself() -> None:
    made = replace(ticket(), title="路面塌陷", place=Place(address_text="湖滨南路1号"))
    assert asked(made, case="XM-1").work_order == "XM-1"
    assert asked(made).work_order == made.id
    assert asked(None).work_order == "01J0000000000000000000000A"
    assert summary_of(made) == "路面塌陷；湖滨南路1号"
    assert summary_of(None) == ""


def test_the_partner_is_told_once_and_can_tell_what_is_taken_back() -> None:
    made = replace(ticket(), person=Person(name="王小明"))
    told = order(asked(made))
    assert (told.key, told.channel, told.target, told.kind) == (
        "handover/01J0000000000000000000000A/handover", Channel.HANDOVER, "12345", Kind.HANDOVER,
    )  # fmt: skip
    said = json.loads(told.body)
    assert (said["handover"], said["number"], said["ticket"]["name"]) == (asked(made).id, "13800000001", "王小明")
    off = withdrawal(asked(made).id, "12345", made.id, str(HandoverEnd.BUSY), NOON)
    assert off.key != told.key
    assert json.loads(off.body) == {
        "type": "handover.withdrawn", "handover": asked(made).id, "why": "busy", "at": NOON.isoformat(),
    }  # fmt: skip


def test_whoever_asked_for_secrecy_is_not_named() -> None:
    made = replace(ticket(), person=Person(name="王小明", phones=("13800000001",)))
    for secret in (replace(made, anonymous=True), replace(made, confidential=True)):
        assert told_number("13800000001", secret) == ""
        body = order(asked(secret, told_number("13800000001", secret))).body
        assert "王小明" not in body
        assert "13800000001" not in body
    assert told_number("+86 138;0000\r\n0001", made) == "+8613800000001"
