"""Tells Asterisk how long one place in each queue takes, so that those who wait hear a time (``config/render/position_announcements.py``).

Four times a minute, from the ledger (``ledger/expected_wait.py``). Asterisk says no time that is older than two minutes: while
the daemon, the ledger or the link is away, callers hear their place alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog

from config.settings import Settings
from cti.commands import Command, SetPace
from cti.ids import Instant, QueueId
from hotline.parts import EachTurn
from ledger.expected_wait import ExpectedWait
from ledger.store import Store

log = structlog.get_logger("waiting")
EVERY_SECONDS = 15.0


class WaitPace:
    def __init__(
        self, settings: Settings, store: Store, perform: Callable[[Command], Awaitable[object]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        by_mode = any(mode.words_seconds for mode in settings.mode)
        self._queues = [queue.id for queue in settings.queue if queue.words_seconds or by_mode]
        self._expected, self._perform, self._now = ExpectedWait(store), perform, now
        self._task = EachTurn("wait-pace", self.tell, EVERY_SECONDS, failed="the pace of the queues was not told")

    def start(self) -> None:
        if self._queues:
            self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    async def tell(self) -> None:
        """Once, of all queues. Raises ``LedgerUnavailable``."""
        now = self._now()
        for queue, seconds in (await self._expected.paces(self._queues, now)).items():
            await self._perform(SetPace(QueueId(queue), seconds, Instant(now.timestamp())))
