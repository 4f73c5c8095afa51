"""What leaves the ledger in a report: field by field, for whoever asked for secrecy and whoever did not.

The fields come from the report itself: each stands in ``HOLDS`` with what it can tell of a citizen, or the first test fails.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from typing import Any, get_type_hints

import pytest

from hotline.verbs.report_rows import Row, masked, row_of
from ledger.history import Filed, PastCall
from tests.fakes.books import TAPE, past

NUMBER, NAME, WORDS, NOTHING = "number", "name", "words", ""
HOLDS: dict[str, str] = {
    "caller": NUMBER, "origin": NUMBER, "diverted": NUMBER, "caller_odd": NUMBER, "dialled": NUMBER, "caller_name": NAME,
    "tickets": WORDS,
    **dict.fromkeys((
        "call", "direction", "state", "line", "trunk", "partner", "reference", "arrived_at", "picked_up_at", "notice_at",
        "notice_prompt", "queued_at", "queue", "queue_result", "offers", "answered_at", "talk_ended_at", "seat", "agent",
        "ended_at", "ended_by", "cause", "wait_seconds", "ring_seconds", "talk_seconds", "transfers", "refusal", "outcome",
        "outcome_detail", "short_abandon", "merged_into", "uncertain", "callback", "hidden", "anonymous", "confidential",
        "talk_began_at", "recordings", "legs",
    ), NOTHING),
}  # fmt: skip
WHOLE, SHORT = "13805927000", "138****7000"


def call(direction: str, **secrecy: Any) -> PastCall:
    """Each field that can hold a word holds the citizen's number, each ticket their words."""
    hints = get_type_hints(PastCall)
    said = {one.name: WHOLE for one in fields(PastCall) if hints[one.name] is str and HOLDS.get(one.name) == NUMBER}
    ticket = replace(Filed("01ARZ3NDEKTSV4RRFFQ69G5FAV", "k", "WORDS", "waiting", "", ""), **secrecy)
    more: dict[str, Any] = {
        **said,
        "direction": direction,
        "caller_name": "NAME",
        "tapes": (TAPE,),
        "tickets": (ticket,),
    }
    return past("xm1-1.1", **more)


def test_every_field_says_what_it_tells() -> None:
    """A new one is decided upon before it is there."""
    assert set(row_of(call("inbound"))) == set(HOLDS)


@pytest.mark.parametrize("direction", ["inbound", "outbound"])
@pytest.mark.parametrize("secrecy", ["anonymous", "confidential"])
def test_who_asked_for_secrecy_is_in_no_report(direction: str, secrecy: str) -> None:
    row = row_of(call(direction, **{secrecy: True}))
    told = text(row, but=() if direction == "outbound" else ("dialled",))
    assert WHOLE not in told
    assert SHORT not in told
    assert "NAME" not in told
    assert ("WORDS" in told) is (secrecy == "anonymous"), "what an anonymous one said is the matter itself"


@pytest.mark.parametrize("direction", ["inbound", "outbound"])
def test_a_masked_report_holds_no_whole_number_and_no_name(direction: str) -> None:
    told = text(masked(row_of(call(direction))), but=() if direction == "outbound" else ("dialled",))
    assert WHOLE not in told
    assert "NAME" not in told
    assert SHORT in told


def text(row: Row, but: tuple[str, ...]) -> str:
    """``but``: of a call to us the number dialled is ours."""
    kept = {name: value for name, value in row.items() if name not in but}
    return repr({name: value.isoformat() if isinstance(value, datetime) else value for name, value in kept.items()})
