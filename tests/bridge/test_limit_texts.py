"""Limits as cities write them."""

from __future__ import annotations

import pytest

from bridge.cases.limit_texts import LimitText, LimitUnread, read_limit
from config.work_time import TimeLimit, Unit

SEEN = {
    "2小时": (2, Unit.WORK_HOUR, "handle"),
    "4小时": (4, Unit.WORK_HOUR, "handle"),
    **{f"{n}天": (n, Unit.WORK_DAY, "handle") for n in (1, 2, 3, 4, 5, 7, 10, 15)},
    **{f"{n}紧急工作时": (n, Unit.URGENT_WORK_HOUR, "handle") for n in (1, 2, 4)},
    "1紧急工作日": (24, Unit.CLOCK_HOUR, "handle"),
    "2紧急工作日": (48, Unit.CLOCK_HOUR, "handle"),
    "1紧急工作时制止": (1, Unit.URGENT_WORK_HOUR, "stop"),
    "停工4工作时": (4, Unit.WORK_HOUR, "stop"),
    "处罚 7 工作日": (7, Unit.WORK_DAY, "penalty"),
    "拆除20个工作日": (20, Unit.WORK_DAY, "removal"),
    "2紧急工作时  ": (2, Unit.URGENT_WORK_HOUR, "handle"),
    "　５　天\u00a0\n": (5, Unit.WORK_DAY, "handle"),
}


@pytest.mark.parametrize("text", SEEN)
def test_limits_that_cities_write(text: str) -> None:
    value, unit, stage = SEEN[text]
    assert read_limit(text) == LimitText(TimeLimit(value, unit), stage)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "天",
        "尽快",
        "0天",
        "-1天",
        "2",
        "2.5天",
        "10001天",
        "9000天",
        "1001工作日",
        "9" * 40 + "天",
        "1紧急工作时观察",
        "停工4工作时处罚",
        "1天2小时",
    ],
)
def test_what_is_no_limit_is_said(text: str) -> None:
    with pytest.raises(LimitUnread):
        read_limit(text)
