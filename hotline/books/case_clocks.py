"""Marks of live cases, looked for every few seconds and as soon as a case moved; the sums are made in a thread. What is overdue is for the alarms."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog

from config.work_time import WorkTime
from ledger.case_clocks import CaseClocks, Reckoned, Ticking, reckon

from .ledger_turns import LedgerTurns

log = structlog.get_logger("case_clocks")

LOOK_SECONDS = 5.0
MOST = 100


class CaseMarks:
    """``start``, then ``await stop()``."""

    def __init__(
        self, clocks: CaseClocks, work: WorkTime, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._clocks, self._work, self._now = clocks, work, now
        self.overdue: int | None = None
        """None: not known yet."""
        self._task = LedgerTurns(
            "case-marks", self.look, every=LOOK_SECONDS, failed="the clocks of cases cannot be read now"
        )

    async def start(self) -> None:
        self._task.open()
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    def hear(self, _event: object) -> None:
        self._task.wake()

    async def look(self) -> None:
        """Once: what is due now. Raises what the ledger raises."""
        while found := await self._clocks.due(self._now(), MOST):
            now = self._now()
            done = await asyncio.to_thread(self._reckon, found, now)
            if new := await self._clocks.write(done, now):
                log.info("marks of cases reached", count=new)
            if len(found) < MOST:
                break
        self.overdue = await self._clocks.overdue()

    def _reckon(self, found: Sequence[Ticking], now: datetime) -> list[Reckoned]:
        return [reckon(one, self._work, now) for one in found]
