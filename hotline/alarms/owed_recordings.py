"""How many recordings of calls that are over wait to be finished, since when, and how long that will take: read once a minute.

The ledger counts (``RecordingTable.owed``), the rule ``recordings_owed`` holds the age of the oldest against its threshold.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from hotline.parts import EachTurn
from recordings.events import RecordingShelved

log = structlog.get_logger("owed-recordings")

EVERY_SECONDS = 60.0
PACE = timedelta(minutes=10)
"""What was finished within it says how fast it goes."""


@dataclass(frozen=True, slots=True)
class OwedReading:
    count: int
    seconds: float
    """Since the end of the oldest; 0: none waits."""
    minutes_left: float | None
    """At the pace of late; None: none was finished lately, nobody can say."""


class OwedRecordings:
    """:param look: how many wait, and the end of the oldest; may raise what ``ledger.errors.WRONG_OR_AWAY`` names."""

    def __init__(
        self, look: Callable[[], Awaitable[tuple[int, datetime | None]]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._look, self._now = look, now
        self._finished: deque[datetime] = deque()
        self.reading: OwedReading | None = None
        """None: not known yet."""
        self._task = EachTurn(
            "owed-recordings",
            self.look,
            EVERY_SECONDS,
            failed="how many recordings are owed cannot be read now",
            lost=self._lost,
        )

    def start(self) -> None:
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    def hear(self, _event: RecordingShelved) -> None:
        self._finished.append(self._now())

    def _lost(self) -> None:
        self.reading = None

    async def look(self) -> None:
        count, oldest = await self._look()
        now = self._now()
        while self._finished and self._finished[0] < now - PACE:
            self._finished.popleft()
        left = None
        if not count:
            left = 0.0
        elif self._finished:
            left = count / (len(self._finished) / (PACE.total_seconds() / 60))
        waits = max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0
        self.reading = OwedReading(count, waits, left)
