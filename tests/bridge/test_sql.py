"""Rows of a city's database whose transactions end in another order than their numbers: every one is heard, none waits long."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bridge.drivers import Heard
from bridge.drivers.sql import GAP_SECONDS, Sql

from .sql_store import prepared


class Rows:
    """The table, and the driver with a clock of the test's."""

    def __init__(self, url: str) -> None:
        self.owner = prepared(url)
        self.seconds = 0.0
        self.driver = Sql(url, ticks=lambda: self.seconds)
        self.mark = ""

    def add(self, *numbers: int) -> None:
        added = "INSERT INTO hotline_case_events (seq, key, number, sequence, state, at) VALUES (:n, 'k', 'c', :n, 'handling', '2026-11-01T00:00:00Z')"
        with self.owner.begin() as db:
            db.execute(sa.text(added), [{"n": n} for n in numbers])

    async def heard(self) -> list[int]:
        answer = await self.driver.hear(self.mark, 100)
        assert isinstance(answer, Heard), answer
        self.mark = answer.mark
        return [event.sequence for event in answer.events]


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Rows]:
    made = Rows(f"sqlite:///{tmp_path / 'city.db'}")
    yield made
    made.driver.engine.dispose()
    made.owner.dispose()


async def test_the_very_first_row_may_come_second(rows: Rows) -> None:
    """Row 2 is seen while row 1 is not there yet: it waits, and both are heard."""
    rows.add(2)
    assert await rows.heard() == []
    rows.add(1)
    assert await rows.heard() == [1, 2]


async def test_a_table_that_begins_later_is_heard_after_a_while(rows: Rows) -> None:
    rows.add(1000, 1001)
    assert await rows.heard() == []
    rows.seconds += GAP_SECONDS
    assert await rows.heard() == [1000, 1001]


async def test_many_gaps_wait_once(rows: Rows) -> None:
    """Numbers that never come (rolled back) cost one wait together; what comes meanwhile is heard in its place."""
    rows.add(1, 3, 5, 7, 9)
    assert await rows.heard() == [1]
    rows.seconds += GAP_SECONDS - 1
    rows.add(4)
    assert await rows.heard() == []
    rows.seconds += 1
    assert await rows.heard() == [3, 4, 5, 7, 9]


async def test_a_younger_gap_is_waited_for_from_its_own_time(rows: Rows) -> None:
    rows.add(1, 3)
    assert await rows.heard() == [1]
    rows.seconds += GAP_SECONDS - 1
    rows.add(5)
    assert await rows.heard() == []
    rows.seconds += 1
    assert await rows.heard() == [3]
    rows.add(4)
    assert await rows.heard() == [4, 5]
