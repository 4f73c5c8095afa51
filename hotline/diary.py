"""Carries plant events from the board bus to the ledger's diary, in order, nobody waiting for it.

A ledger that is away costs these rows nothing but lateness, up to a bound: they are told
again from live state anyway.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import structlog

from ledger.errors import LedgerUnavailable
from ledger.plant import PlantDiary

log = structlog.get_logger("diary")

MOST = 10_000
RETRY_SECONDS = 2.0


class Diary:
    def __init__(self, plant: PlantDiary) -> None:
        self._plant = plant
        self._waiting: asyncio.Queue[Any] = asyncio.Queue(MOST)
        self._task: asyncio.Task[None] | None = None

    def note(self, event: Any) -> None:
        try:
            self._waiting.put_nowait(event)
        except asyncio.QueueFull:
            log.error("diary full: not kept", lost=type(event).__name__)

    def start(self) -> None:
        self._task = asyncio.create_task(self._write(), name="diary")

    async def stop(self) -> None:
        if self._task is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2.0):
                    await self._waiting.join()
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _write(self) -> None:
        while True:
            event = await self._waiting.get()
            while True:
                try:
                    await self._plant.note(event)
                    break
                except LedgerUnavailable as fault:
                    log.warning("diary waits for the ledger", fault=str(fault))
                    await asyncio.sleep(RETRY_SECONDS)
            self._waiting.task_done()
