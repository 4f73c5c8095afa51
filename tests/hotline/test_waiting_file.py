"""What alarms, equipment and supervisors told and the ledger has not taken outlives the daemon, whatever the ledger does at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agents.events import Supervised, WatchEnded
from agents.own_reasons import AgentId
from cti.equipment_events import BoardBlind, BoardLive, EndpointReach, LineChecked, Reach
from cti.ids import CallId, Instant, LineId, SeatId
from cti.ordered_writer import OrderedWriter
from hotline.books.build import EQUIPMENT
from hotline.books.supervision_audit import HEARD
from hotline.books.waiting_file import WaitingFile
from ledger.alarms import AlarmRow
from ledger.errors import LedgerUnavailable
from tests.fakes.hotline import NOON

BOSS, SEAT, CALL = AgentId("2001"), SeatId("8001"), CallId("xm1-1.1")
SUPERVISED: list[Any] = [
    Supervised(BOSS, Instant(1_790_000_000.25), "watch", SEAT, CALL, "whisper: 质检"),
    WatchEnded(BOSS, Instant(1_790_000_002.0), SEAT, CALL),
]
EQUIPPED: list[Any] = [
    LineChecked(LineId("citizen"), Instant(1_790_000_000.5), ok=True, heard_seconds=1.5, reason=""),
    EndpointReach(Instant(1_790_000_001.0), "telecom", next(iter(Reach)), 1500),
    BoardBlind(Instant(1_790_000_002.0), "link"),
    BoardLive(Instant(1_790_000_003.0), Instant(1_789_000_000.0)),
]
ALARMS: list[Any] = [
    AlarmRow(7, NOON, "trunk_down", "critical", "telecom", "不通", said='["x"]'),
    AlarmRow(8, NOON, "clock", "warning", "clock", "+6", cleared_at=NOON, acknowledged_by="2001", acknowledged_at=NOON),
]
KINDS = [(HEARD, SUPERVISED), (EQUIPMENT, EQUIPPED), ((AlarmRow,), ALARMS)]


class Ledger:
    def __init__(self, state: str = "there") -> None:
        self.state, self.rows = state, list[Any]()

    async def write(self, some: Sequence[Any]) -> None:
        if self.state == "away":
            raise LedgerUnavailable("no database")
        if self.state == "silent":
            try:
                await asyncio.Event().wait()
            finally:  # a driver in the middle of a statement ends it before anything else
                await asyncio.sleep(0.05)
        self.rows += some


def writer(ledger: Ledger, kept: WaitingFile[Any]) -> OrderedWriter[Any]:
    return OrderedWriter("test", ledger.write, (LedgerUnavailable,), again=0.001, kept=kept)


@pytest.mark.parametrize(("kinds", "rows"), KINDS)
@pytest.mark.parametrize("state", ["away", "silent"])
async def test_what_waits_at_the_end_is_written_by_the_next_daemon_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kinds: tuple[type, ...], rows: list[Any], state: str
) -> None:
    """Whether the ledger said that it is away, or said nothing at all; in order, each field as it was."""
    monkeypatch.setattr("cti.ordered_writer.LAST_TRY_SECONDS", 0.01)
    file, ledger = tmp_path / "waiting.jsonl", Ledger(state)
    first = writer(ledger, WaitingFile(file, *kinds))
    first.start()
    for row in rows[:-1]:
        first.put(row)
    async with asyncio.timeout(30):
        await first.stop()
    assert file.stat().st_mode & 0o777 == 0o600
    later = Ledger()
    second = writer(later, WaitingFile(file, *kinds))
    second.put(rows[-1])
    second.start()
    async with asyncio.timeout(30):
        await second.written()
        await second.stop()
    assert later.rows == rows
    assert not file.exists()


async def test_what_waits_stands_on_the_disk_before_any_end(tmp_path: Path) -> None:
    """A kill while the ledger is away loses nothing that was tried."""
    file, ledger = tmp_path / "waiting.jsonl", Ledger("away")
    first = writer(ledger, WaitingFile(file, *HEARD))
    first.start()
    found: list[Any] = []
    for row in SUPERVISED:
        first.put(row)
        async with asyncio.timeout(30):
            while len(found) < 1 + SUPERVISED.index(row):
                await asyncio.sleep(0.001)
                found = WaitingFile[Any](file, *HEARD).read()
    assert found == SUPERVISED
    ledger.state = "there"
    await first.stop()


def test_a_torn_line_holds_up_none_behind_it(tmp_path: Path) -> None:
    file = tmp_path / "waiting.jsonl"
    kept = WaitingFile[Any](file, *EQUIPMENT)
    kept.leave(EQUIPPED[:1])
    file.write_text(file.read_text("utf-8") + '{"kind": "BoardBl\n{"kind": "Unknown", "of": {}}\n', "utf-8")
    kept.leave(EQUIPPED)
    assert WaitingFile[Any](file, *EQUIPMENT).read() == EQUIPPED


def test_a_disk_that_takes_nothing_is_said_and_tried_again(tmp_path: Path) -> None:
    kept = WaitingFile[Any](tmp_path / "run" / "waiting.jsonl", *HEARD)
    (tmp_path / "run").write_text("no folder", "utf-8")
    kept.leave(SUPERVISED)
    (tmp_path / "run").unlink()
    kept.leave(SUPERVISED)
    assert WaitingFile[Any](tmp_path / "run" / "waiting.jsonl", *HEARD).read() == SUPERVISED
