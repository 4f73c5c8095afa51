"""Reads once a minute how many calls of each trunk brought no sound: one-way sound is a fault of a line, not of a call.

The ledger counts (``ledger/one_way_sound.py``), the rule ``trunk_silent`` holds the count against its threshold.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from ledger.errors import WRONG_OR_AWAY
from ledger.one_way_sound import TrunkSound

log = structlog.get_logger("silent-trunks")

EVERY_SECONDS = 60.0
WINDOW = timedelta(hours=1)


class SilentTrunks:
    def __init__(
        self, look: Callable[[datetime], Awaitable[Sequence[TrunkSound]]], now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._look, self._now = look, now
        self.reading: dict[str, TrunkSound] | None = None
        """Trunk → its calls of the last hour; None: not known yet."""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="silent-trunks")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def look(self) -> None:
        self.reading = {one.trunk: one for one in await self._look(self._now() - WINDOW)}

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except WRONG_OR_AWAY as fault:
                self.reading = None  # what was read before is not of the last hour any more
                log.warning("what sound came over the trunks cannot be read now", fault=str(fault))
            except Exception:  # loop top
                log.exception("what sound came over the trunks could not be read")
            await asyncio.sleep(EVERY_SECONDS)
