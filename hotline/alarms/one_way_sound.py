"""Reads once a minute how many calls of each trunk brought no sound: one-way sound is a fault of a line, not of a call.

The ledger counts (``ledger/one_way_sound.py``), the rule ``trunk_silent`` holds the count against its threshold.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from hotline.parts import EachTurn
from ledger.one_way_sound import TrunkSound

EVERY_SECONDS = 60.0
WINDOW = timedelta(hours=1)


class SilentTrunks:
    def __init__(
        self, look: Callable[[datetime], Awaitable[Sequence[TrunkSound]]], now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._look, self._now = look, now
        self.reading: dict[str, TrunkSound] | None = None
        """Trunk → its calls of the last hour; None: not known yet."""
        self._task = EachTurn(
            "silent-trunks",
            self.look,
            EVERY_SECONDS,
            failed="what sound came over the trunks cannot be read now",
            lost=self._lost,
        )

    def start(self) -> None:
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    def _lost(self) -> None:
        """What was read before is not of the last hour any more."""
        self.reading = None

    async def look(self) -> None:
        self.reading = {one.trunk: one for one in await self._look(self._now() - WINDOW)}
