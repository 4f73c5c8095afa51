"""Hearing what becomes of cases: asks the case store again and again, takes what it pushes, and tells the house.

One task in the daemon's loop. What is heard is on disk, with how far the store was heard, before anybody is told; a
store or a book that is away is asked again later and nothing is missed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from cti import background_task

from .delivery_retry import RetryRule
from .drivers import CaseEvent, CaseStore, Unreachable
from .events import CaseMoved
from .ports import CaseBook, CaseKnown
from .storable import storable, storable_event

log = structlog.get_logger("hearing")

MOST = 200
"""Events in one transaction."""
SILENT_MOST = 5.0
"""Seconds between two questions to a store that does not answer: one small question, by which everybody learns that it is back."""


@dataclass(slots=True)
class Hearing:
    """``name``: the store's, under which its mark is kept; ``publish`` hears ``CaseMoved``; ``chance`` gives [0, 1)."""

    name: str
    store: CaseStore
    book: CaseBook
    rule: RetryRule
    publish: Callable[[object], None]
    chance: Callable[[], float]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    every: float = 1.0
    """Seconds from one question to the next: what a store says is known within twice that."""
    deadline: float = 10.0
    back: Callable[[], None] = lambda: None
    """Told when the store answers after it did not: what waits to be delivered need not wait longer."""
    _mark: str | None = None
    _silent: int = 0
    """Questions in a row without an answer."""
    _task: asyncio.Task[None] | None = field(default=None)

    def start(self) -> None:
        """Begin in the running loop."""
        self._task = background_task.begin(self.run(), "hearing")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                more = await self._ask()
            except Exception:  # the loop top: what was not written down is heard again from the same mark
                if not self._silent:
                    log.exception("what the case store says could not be taken")
                more = self._not_heard()
            if not more:
                await self.pause(self._wait())

    async def take(self, events: Sequence[CaseEvent]) -> None:
        """What a store pushed; on disk when it returns. Raises what the book raises: then it is to be pushed again."""
        await self._heard(events, None)

    async def _ask(self) -> bool:
        if self._mark is None:
            self._mark = await self.book.mark(self.name)
        async with asyncio.timeout(self.deadline):
            heard = await self.store.hear(self._mark, MOST)
        if isinstance(heard, Unreachable):
            if not self._silent:
                log.warning("the case store is not heard", reason=heard.reason)
            return self._not_heard()
        if heard.events or heard.mark != self._mark:
            mark = storable(heard.mark)  # one that was changed is nobody's there: it is told from the beginning
            await self._heard(heard.events, mark)
            self._mark = mark
        if self._silent:
            log.info("the case store is heard again")
            self.back()
        self._silent = 0
        return heard.more

    async def _heard(self, events: Sequence[CaseEvent], mark: str | None) -> None:
        kept = [storable_event(one) for one in events]
        self._tell(await self.book.hear(self.name, kept, mark, self.clock()))

    def _wait(self) -> float:
        if not self._silent:
            return self.every
        return min(self.rule.wait(self._silent, self.chance()), max(SILENT_MOST, self.every))

    def _tell(self, moved: Sequence[CaseKnown]) -> None:
        for case in moved:
            if not case.foreseen:
                log.warning("a case went an unforeseen way", case=case.case, number=case.number, state=case.state)
            self.publish(
                CaseMoved(
                    case.case, case.ticket, case.agent, case.call, case.number, case.query_code, case.state, case.since,
                    self.clock(),
                )
            )  # fmt: skip

    def _not_heard(self) -> bool:
        self._silent += 1
        self._mark = None  # read again: it may have been the book
        return False
