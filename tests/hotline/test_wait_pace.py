"""How long a place takes is told of every queue whose callers may hear a time: its own words or a mode's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.read import parse
from cti.commands import Command, SetPace
from hotline.books.wait_pace import WaitPace
from hotline.lab.hotline_instance import shipped
from ledger import tables as t
from ledger.store import Store
from tests import new_ledger

NOW = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)


async def told(file: Path, raw: dict[str, Any]) -> dict[str, float]:
    """Queue → seconds a place, as Asterisk is told."""
    store = Store(new_ledger.make(file))
    rows = [
        {
            "call_id": f"xm1-{number}.{queue}", "seq": 0, "queue": queue, "position": 1,
            "entered_at": NOW - timedelta(minutes=5, seconds=-20 * number), "left_at": NOW - timedelta(minutes=4, seconds=-20 * number),
            "result": "answered",
        }
        for queue in ("mandarin", "minnan") for number in range(5)
    ]  # fmt: skip
    heard: dict[str, float] = {}

    async def perform(command: Command) -> None:
        assert isinstance(command, SetPace)
        heard[command.queue] = command.seconds

    try:
        await store.transact(lambda db: db.execute(sa.insert(t.queue_visits), rows))
        await WaitPace(parse(raw), store, perform, lambda: NOW).tell()
    finally:
        await store.close()
    return heard


@pytest.mark.parametrize(
    ("own", "by_mode", "queues"),
    [
        (None, None, set()),
        (30, None, {"mandarin"}),
        (None, 20, {"mandarin", "minnan"}),
        (30, 20, {"mandarin", "minnan"}),
    ],
)
async def test_of_each_queue_whose_callers_may_hear_a_time(
    tmp_path: Path, own: int | None, by_mode: int | None, queues: set[str]
) -> None:
    """A mode's words are said in every queue: also in those that say none otherwise."""
    raw = shipped()
    for table, seconds in ((raw["queue"][0], own), (raw["mode"][0], by_mode)):
        table.pop("words_seconds", None)
        if seconds is not None:
            table["words_seconds"] = seconds
    raw["mode"][0].pop("call_back_seconds")
    paces = await told(tmp_path / "ledger.db", raw)
    assert set(paces) == queues
    assert all(seconds > 0 for seconds in paces.values())
