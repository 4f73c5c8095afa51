"""What another program says is kept, whatever signs and years it says it with; what nobody can show is refused where its sender can be told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bridge import georeport, partner_states
from bridge.case_state import CaseState
from bridge.courier import _kept
from bridge.drivers import CaseEvent, Receipt, Rejected, Unreachable
from bridge.drivers.webhook import event
from bridge.errors import Problem
from bridge.storable import storable_event
from config.time_range import END, FIRST
from tests.bridge.test_forms import problems
from tests.bridge.test_partner_states import GOOD, body

LAST = "9999-12-31T23:59:59Z"
"""In Shanghai there is no such moment."""
ODD = "已结案\0\ud800"
TOLD = {"key": "", "number": "GD1", "sequence": 4, "state": "closed", "at": LAST, "word": ODD, "unit": ODD, "note": ODD}


def test_a_case_number_that_no_ledger_keeps_is_no_receipt() -> None:
    good = Receipt("GD1", "4711")
    assert _kept(good) == good
    for odd in (Receipt("GD\0", ""), Receipt("GD1", "\ud800")):
        assert isinstance(_kept(odd), Unreachable)
    assert _kept(Rejected(f"no{ODD}")) == Rejected("no已结案")
    assert _kept(Unreachable("\0away", silent=False)) == Unreachable("away", silent=False)


@pytest.mark.parametrize("at", [LAST, "9999-12-31T20:00:00-12:00", "0001-01-01T00:00:00+08:00", "1969-12-31T23:59:59Z"])
def test_a_partner_and_a_filer_are_told_that_nobody_shows_such_a_year(at: str) -> None:
    found = partner_states.read(body({**GOOD, "at": at}))
    assert [one.field for one in found if isinstance(one, Problem)] == ["data.at"]
    assert problems(("handle_limit", "deadline"), at) == ["handle_limit.deadline"]
    assert georeport.moment(at, UTC) is None, "a case that says it changed then would never change again"


@pytest.mark.parametrize("year", [1, 1969, 2200, 9999])
def test_a_far_moment_becomes_the_nearest_that_every_zone_has(year: int) -> None:
    far = CaseEvent("k", "GD1", 1, CaseState.CLOSED, datetime(year, 12, 31, 23, 59, tzinfo=UTC))
    kept = storable_event(far).at
    assert kept in (FIRST, END)
    assert abs(kept.astimezone(ZoneInfo("Asia/Shanghai")) - kept) == timedelta(0)


def test_words_steer_no_terminal_and_turn_no_text_round() -> None:
    said = storable_event(
        event(TOLD | {"word": "\x1b[2J办\u202e结", "unit": "\x07环卫处\n", "note": "一\r\n\x1b]0;x\x07二\u200b"})
    )
    assert (said.word, said.unit, said.note) == ("[2J办结", "环卫处", "一\n]0;x二")


def test_an_event_s_query_code_is_a_query_code() -> None:
    """It stood where the ticket of another program stands: an event of nobody's case ended all hearing."""
    said = event(TOLD | {"query_code": "4711"})
    assert (said.query_code, said.filed) == ("4711", None)
