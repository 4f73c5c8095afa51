"""Marks of live cases, looked for once a second and as soon as a case moved; the sums are made in a thread. What is overdue is for the alarms."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import structlog

from config.work_time import WorkTime
from hotline.parts import OneTask
from ledger.case_clocks import CaseClocks, Reckoned, Ticking, reckon
from ledger.errors import WRONG_OR_AWAY

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
        self._wake = asyncio.Event()
        self._task = OneTask("case-marks", self._run)

    async def start(self) -> None:
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    def hear(self, _event: object) -> None:
        self._wake.set()

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

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self.look()
            except WRONG_OR_AWAY as fault:
                log.warning("the clocks of cases cannot be read now", fault=str(fault))
            except Exception:  # loop top
                log.exception("the clocks of cases could not be read")
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()
