"""What is done again and again with the ledger: as soon as somebody says that there is something to do, and every so often; not before it is open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from hotline.parts import OneTask, woken
from ledger.errors import WRONG_OR_AWAY

log = structlog.get_logger("ledger_turns")

AGAIN_SECONDS = 1.0
"""So long after a turn that failed comes the next."""


class LedgerTurns(OneTask):
    """``turn`` when ``wake`` is called, and as many seconds after the last one as that said, or ``every``; None: not before it is woken.

    Nothing before ``open``. A turn that fails is logged as ``failed`` (a ledger that is away once for each reason, in one sentence; anything
    else with its traceback) and made again: what it was to do is still to be done.
    """

    def __init__(
        self, name: str, turn: Callable[[], Awaitable[float | None]], *, failed: str, every: float | None = None
    ) -> None:
        super().__init__(name, self._turns)
        self._turn, self._failed, self._every = turn, failed, every
        self._open, self._wake = False, asyncio.Event()

    def wake(self) -> None:
        self._wake.set()

    def open(self) -> None:
        """The ledger is there: what waited for it is done now."""
        self._open = True
        self._wake.set()

    async def _turns(self) -> None:
        later, said = self._every, ""
        while True:
            await woken(self._wake, later)
            if not self._open:  # ``open`` wakes
                later = None
                continue
            try:
                wanted = await self._turn()
            except WRONG_OR_AWAY as fault:
                if said != (said := str(fault)):
                    log.warning(self._failed, part=self._name, fault=said)
                later = AGAIN_SECONDS
            except Exception:  # loop top
                log.exception(self._failed, part=self._name)
                later = AGAIN_SECONDS
            else:
                later, said = self._every if wanted is None else wanted, ""
