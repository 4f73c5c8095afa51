"""Moments as case stores write them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bridge.georeport import moment

XIAMEN = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("said", "is_"),
    [
        ("2026-11-30T08:00:00+08:00", datetime(2026, 11, 30, tzinfo=UTC)),
        ("2026-11-30 08:00:00", datetime(2026, 11, 30, tzinfo=UTC)),
        ("", None),
        ("soon", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("0001-01-01T00:00:00", None),
    ],
)
def test_a_moment_or_none(said: str, is_: datetime | None) -> None:
    """What no clock has is none, and no error that stops all that is told beside it."""
    assert moment(said, XIAMEN) == is_
