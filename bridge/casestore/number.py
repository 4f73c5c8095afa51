"""Case numbers, query codes and the seven steps of a case. Pure; the store passes in the day and the chance.

No national form of a case number was found; cities use letters, the date and a serial.
The query code is what a stranger who saw the number does not know.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from enum import StrEnum

PREFIX = "GD"  # 工单

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0/O, 1/I/L, U: it is read out on the telephone."""


class Step(StrEnum):
    """七步闭环."""

    COLLECTED = "collected"  # 信息收集
    FILED = "filed"  # 案卷建立
    DISPATCHED = "dispatched"  # 任务派遣
    HANDLED = "handled"  # 任务处理
    REPORTED = "reported"  # 处理反馈
    CHECKED = "checked"  # 核查结案
    EVALUATED = "evaluated"  # 综合评价


def case_number(day: date, serial: int) -> str:
    """``day``: in the centre's zone; ``serial`` counts from 1 within it. 'GD20240612000001'."""
    return f"{PREFIX}{day:%Y%m%d}{serial:06d}"


def query_code(pick: Callable[[str], str], length: int = 8) -> str:
    """``pick``: a secure choice of one letter. 30^8 codes, one per case."""
    return "".join(pick(ALPHABET) for _ in range(length))
