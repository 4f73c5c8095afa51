"""Recordings that wait: how many, since when, how long it takes; nothing is said while nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.settings import Targets
from hotline.alarms.owed_recordings import OwedReading, OwedRecordings
from hotline.alarms.rule import judge
from hotline.alarms.rules import Reading, rules_of

NOON = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)


async def test_the_age_of_the_oldest_and_the_pace_of_late() -> None:
    waits: tuple[int, datetime | None] = (0, None)
    now = NOON

    async def look() -> tuple[int, datetime | None]:
        return waits

    owed, shelved = OwedRecordings(look, lambda: now), Any
    await owed.look()
    assert owed.reading == OwedReading(0, 0.0, 0.0)
    waits = (30, NOON - timedelta(minutes=5))
    await owed.look()
    assert owed.reading == OwedReading(30, 300.0, None), "none was finished lately: nobody can say"
    for _ in range(20):
        owed.hear(shelved)  # type: ignore[arg-type]
    await owed.look()
    assert owed.reading is not None
    assert owed.reading.minutes_left == pytest.approx(15.0)
    now += timedelta(minutes=11)
    await owed.look()
    assert owed.reading == OwedReading(30, 960.0, None)


def test_it_is_an_alarm_by_the_age_of_the_oldest() -> None:
    rules = rules_of(Targets(recordings_owed_minutes=60))

    def said(reading: OwedReading | None) -> list[str]:
        return [wrong.detail for key, wrong in judge(rules, Reading(True, owed_recordings=reading)).found.items() if key[0] == "recordings_owed"]  # fmt: skip

    assert said(None) == []
    assert said(OwedReading(5000, 3600.0, 100.0)) == []
    (text,) = said(OwedReading(500, 3661.0, 100.4))
    assert all(part in text for part in ("500", "61", "100"))
    (text,) = said(OwedReading(500, 3661.0, None))
    assert "{" not in text
