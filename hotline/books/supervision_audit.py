"""What supervisors did, from the house's bus into the audit log: in order, and again until the ledger takes it.

``start`` and ``stop`` by ``app.py``; ``hear`` is the bus's listener. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from agents.events import Supervised, WatchEnded
from console.ports import Audit
from cti.ordered_writer import Kept, OrderedWriter
from ledger.errors import WRONG_OR_AWAY

HEARD = (Supervised, WatchEnded)
AGAIN_SECONDS = 1.0
GRACE_SECONDS = 3.0


class SupervisionAudit:
    def __init__(
        self, audit: Audit, kept: Kept[Any] | None = None, again: float = AGAIN_SECONDS, grace: float = GRACE_SECONDS
    ) -> None:
        """``kept``: what the ledger has not taken, over the daemon's end."""
        self._audit = audit
        self._writer = OrderedWriter("supervision", self._write, WRONG_OR_AWAY, again=again, grace=grace, kept=kept)
        self.start, self.stop = self._writer.start, self._writer.stop

    def hear(self, event: Supervised | WatchEnded) -> None:
        self._writer.put(event)

    async def _write(self, events: Sequence[Supervised | WatchEnded]) -> None:
        for event in events:
            action = "watch_ended" if isinstance(event, WatchEnded) else event.action
            detail = {"seat": str(event.seat)} if event.seat else {}
            if isinstance(event, Supervised) and event.detail:
                detail["said"] = event.detail
            at = datetime.fromtimestamp(event.at, UTC)
            await self._audit.append(at, event.supervisor, action, call=event.call, detail=detail)
