"""The seven dated steps of a matter, from what was heard of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from ledger.case_path import SEVEN, seven
from tests.bridge.made import NOON
from tests.ledger.test_outbox import SECOND


def heard(*said: str) -> list[dict[str, Any]]:
    """``STATE`` or ``STATE/word``, a second apart; ``late:`` before it came late."""
    rows = []
    for n, one in enumerate(said):
        late, _colon, rest = one.rpartition(":")
        state, _slash, word = rest.partition("/")
        rows.append({"state": state, "word": word, "at": NOON + n * SECOND, "late": bool(late)})
    return rows


def when(n: int) -> datetime:
    return NOON + n * SECOND


@pytest.mark.parametrize(
    ("said", "dates"),
    [
        ([], [None] * 7),
        (["filed"], [0, *[None] * 6]),
        # the store that comes with us, to the end
        (
            ["filed", "filed/待受理", "filed/待派遣", "dispatched/已派遣", "handling/处置中", "handling/待单位确认", "handled/待核实",
             "checked/待回复", "checked/待结案", "closed/已结案", "closed/已评价"],
            [1, 2, 3, 5, 8, 9, 10],
        ),
        # given back by a unit: dispatched again counts by the last time
        (["filed", "dispatched", "filed/退回派遣", "dispatched"], [0, 2, 3, None, None, None, None]),
        # one that only knows open and closed: what was passed over has the date of what came after
        (["filed", "checked"], [0, 1, 1, 1, 1, None, None]),
        # not solved: open again from there on
        (["filed", "dispatched", "handled", "closed", "handling"], [0, 1, 1, 4, None, None, None]),
        # what came late moves nothing; voided is no step
        (["filed", "dispatched", "late:handled", "voided"], [0, 1, 1, None, None, None, None]),
    ],
)  # fmt: skip
def test_seven_dated_steps(said: list[str], dates: list[int | None]) -> None:
    assert seven(heard(*said)) == [(step, None if n is None else when(n)) for step, n in zip(SEVEN, dates, strict=True)]
