"""The editions of the city's catalogue as the ledger has them, put in force: looked for now and then, and at midnight; promises that were
provisional are reckoned anew when the calendar knows more. What ``hotline catalogue activate`` does counts within a minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime

import structlog

from bridge.catalogue import Catalogue
from bridge.catalogues.edition import Edition
from bridge.promise import reckoned_again
from config.work_time import WorkTime
from hotline.parts import OneTask
from ledger.catalogues import CatalogueTable, active
from ledger.errors import WRONG_OR_AWAY
from ledger.tickets import TicketShelf

log = structlog.get_logger("hotline")

LOOK_SECONDS = 60.0
MOST_PROMISES = 1000
"""Read at once."""
BREATH = 20
"""Promises reckoned before others have their turn: a limit of years walks day by day."""


class CatalogueReader:
    """``start`` once the ledger may be asked, ``await stop()``."""

    def __init__(
        self, table: CatalogueTable, tickets: TicketShelf, catalogue: Catalogue, work: WorkTime,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC), renewed: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """``renewed`` is called when another catalogue is offered."""
        self._renewed = renewed
        self._table, self._tickets, self._catalogue, self._work, self._clock = table, tickets, catalogue, work, clock
        self._known: dict[int, Edition] = {}
        self._standing: object = None
        self._task = OneTask("catalogue", self._run)

    def start(self) -> None:
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    async def look(self) -> None:
        """Once: what is active now is offered from here on. Raises what the ledger raises."""
        rows, today = await self._table.rows(), self._clock().astimezone(self._work.zone).date()
        standing = (today, tuple((row.id, row.state, row.activated_at) for row in rows))
        if standing == self._standing:
            return
        for row in rows:
            if row.id not in self._known:  # never changes
                self._known[row.id] = await self._table.load(row)
        now = active(rows)
        old = [self._known[row.id] for row in rows if row not in now and row.activated_at is not None]
        self._catalogue.renew([self._known[row.id] for row in now], today, old)
        self._standing = standing
        self._say(today)
        self._renewed()

    async def renew_promises(self) -> int:
        """Provisional ones that come out otherwise now; how many."""
        changed, last = 0, None
        while tickets := await self._tickets.provisional(MOST_PROMISES, last):
            for n, ticket in enumerate(tickets, 1):
                after = reckoned_again(ticket, self._work, self._catalogue)
                if after is not None:
                    changed += await self._tickets.promise_again(ticket.id, after, self._clock())
                if n % BREATH == 0:
                    await asyncio.sleep(0)
            last = tickets[-1]
        if changed:
            log.info("promises were reckoned anew", count=changed)
        return changed

    def _say(self, today: date) -> None:
        found = self._catalogue.in_force
        if found is not None:
            log.info(
                "catalogue in force", scheme=found.scheme, version=found.version, codes=len(found.codes), on=str(today)
            )

    async def _run(self) -> None:
        reckoned = False
        while True:
            try:
                await self.look()
                if not reckoned:  # the calendar is of the settings: it changes with a start or a reload
                    await self.renew_promises()
                    reckoned = True
            except WRONG_OR_AWAY:
                pass  # told by the ledger's own vital
            except Exception:  # loop top: another catalogue is no reason to end
                log.exception("the catalogue cannot be read")
            await asyncio.sleep(LOOK_SECONDS)
