"""What supervisors did, from the house's bus into the audit log: in order, and again until the ledger takes it.

``start`` and ``stop`` by ``app.py``; ``hear`` is the bus's listener. Decides nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime

import structlog

from agents.events import Supervised, WatchEnded
from console.ports import Audit
from ledger.errors import LedgerUnavailable

log = structlog.get_logger("auditing")

HEARD = (Supervised, WatchEnded)
AGAIN_SECONDS = 1.0
GRACE_SECONDS = 3.0


class Auditing:
    def __init__(self, audit: Audit, again: float = AGAIN_SECONDS, grace: float = GRACE_SECONDS) -> None:
        self._audit, self._again, self._grace = audit, again, grace
        self._waiting: asyncio.Queue[Supervised | WatchEnded] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def hear(self, event: Supervised | WatchEnded) -> None:
        self._waiting.put_nowait(event)

    def start(self) -> None:
        self._task = asyncio.create_task(self._write(), name="auditing")

    async def stop(self) -> None:
        """What waits is written first, if the ledger can take it now."""
        if self._task is None:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._waiting.join(), self._grace)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        if not self._waiting.empty():
            log.error("not in the audit log", rows=self._waiting.qsize())

    async def _write(self) -> None:
        while True:
            event = await self._waiting.get()
            done = await self._written(event)
            while not done:
                await asyncio.sleep(self._again)
                done = await self._written(event)
            self._waiting.task_done()

    async def _written(self, event: Supervised | WatchEnded) -> bool:
        at = datetime.fromtimestamp(event.at, UTC)
        action = "watch_ended" if isinstance(event, WatchEnded) else event.action
        detail = {"seat": str(event.seat)} if event.seat else {}
        if isinstance(event, Supervised) and event.detail:
            detail["said"] = event.detail
        try:
            await self._audit.append(at, event.supervisor, action, call=event.call, detail=detail)
        except LedgerUnavailable as fault:
            log.warning("the audit log waits", action=action, reason=str(fault))
            return False
        except Exception:  # a row that cannot be written must not hold up those behind it (the loop top)
            log.exception("not in the audit log", action=action, by=event.supervisor, detail=detail)
        return True
