"""Tells who has not said what became of an answered call: once a minute, the agent's own page and the supervisors.

The ledger says what is owed (``ledger/calls_without_result.py``); ``stream_part.py`` puts it into the reading for the alarms. An agent is
told again when more is owed, and every quarter of an hour.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from hotline.parts import EachTurn
from ledger.calls_without_result import Owed

from .rules import OwedReading

log = structlog.get_logger("owing")

EVERY_SECONDS = 60.0
AGAIN = timedelta(minutes=15)


class Owing:
    """
    :param tell: an agent's account, and how many calls are owed.
    :param name: of an agent, for people.
    """

    def __init__(
        self, look: Callable[[datetime], Awaitable[Sequence[Owed]]], tell: Callable[[str, int], None],
        name: Callable[[str], str], now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._look, self._tell, self._name, self._now = look, tell, name, now
        self._told: dict[str, tuple[int, datetime]] = {}
        self.reading: dict[str, OwedReading] | None = None
        """Agent → what is owed; None: not known yet."""
        self._task = EachTurn("owing", self.look, EVERY_SECONDS, failed="what is owed cannot be read now")

    def start(self) -> None:
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    async def look(self) -> None:
        now = self._now()
        found: dict[str, OwedReading] = {}
        for one in await self._look(now):
            who = one.agent or one.seat
            before = found.get(who)
            found[who] = (
                OwedReading(self._name(one.agent) if one.agent else one.seat, 1, one.call)
                if before is None
                else OwedReading(before.name, before.calls + 1, before.oldest)
            )
        self.reading = found
        self._told = {who: told for who, told in self._told.items() if who in found}
        for who, owed in found.items():
            calls, at = self._told.get(who, (0, now - AGAIN))
            if owed.calls > calls or now - at >= AGAIN:
                self._told[who] = owed.calls, now
                self._tell(who, owed.calls)
