"""What supervisors did comes into the audit log: in order, and again until the ledger takes it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from agents.events import Supervised, WatchEnded
from agents.own_reasons import AgentId
from cti.ids import CallId, Instant, SeatId
from hotline.books.supervision_audit import SupervisionAudit
from ledger.errors import LedgerUnavailable

BOSS, SEAT, CALL = AgentId("2001"), SeatId("8001"), CallId("xm1-1.1")
WATCH = Supervised(BOSS, Instant(1_790_000_000.0), "watch", SEAT, CALL, "whisper: 质检")
MOVED = Supervised(BOSS, Instant(1_790_000_001.0), "move", SeatId(""), CALL, "")
ENDED = WatchEnded(BOSS, Instant(1_790_000_002.0), SEAT, CALL)


class Log:
    def __init__(self, *faults: Exception) -> None:
        self.rows: list[tuple[str, str, str, dict[str, str]]] = []
        self._faults = list(faults)

    async def append(
        self, at: datetime, actor: str, action: str, *, call: str = "", detail: Mapping[str, str] | None = None
    ) -> int:
        if self._faults:
            raise self._faults.pop(0)
        self.rows.append((actor, action, call, dict(detail or {})))
        return len(self.rows)


async def told(log: Log, *events: Supervised | WatchEnded) -> list[tuple[str, str, str, dict[str, str]]]:
    auditing = SupervisionAudit(log, again=0.0)  # type: ignore[arg-type]
    auditing.start()
    for event in events:
        auditing.hear(event)
    await auditing.stop()
    return log.rows


ROWS = [
    ("2001", "watch", CALL, {"seat": "8001", "said": "whisper: 质检"}),
    ("2001", "move", CALL, {}),
    ("2001", "watch_ended", CALL, {"seat": "8001"}),
]


async def test_each_deed_is_one_row() -> None:
    """Who, what, to whom, why; the end of a watch, too. Ending the daemon writes what waits."""
    assert await told(Log(), WATCH, MOVED, ENDED) == ROWS


async def test_a_ledger_that_is_away_loses_no_row() -> None:
    """Tried until it is there, nothing overtakes; a row that cannot be written at all holds nobody up."""
    assert await told(Log(LedgerUnavailable("locked"), LedgerUnavailable("locked")), WATCH, MOVED, ENDED) == ROWS
    assert await told(Log(ValueError("bad")), WATCH, MOVED, ENDED) == ROWS[1:]


async def test_an_end_does_not_wait_for_ever() -> None:
    """A ledger that never comes back does not keep the daemon."""
    auditing = SupervisionAudit(Log(*[LedgerUnavailable("gone")] * 10_000), again=0.001, grace=0.01)  # type: ignore[arg-type]
    auditing.start()
    auditing.hear(WATCH)
    async with asyncio.timeout(30):
        await auditing.stop()
