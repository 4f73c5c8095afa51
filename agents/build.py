"""The room as one part: the seats, read back and served. Called by ``hotline/app.py``, which lets it hear of the board."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from config.settings import Settings
from cti.ids import SeatId

from . import events as out
from .commands import CallFiled
from .desk import HEARD, Desk
from .ports import FiledCall, Page, SeatLog, Switchboard
from .roster import Roster
from .seat_service import SeatService

log = structlog.get_logger("floor")

__all__ = ["HEARD", "Seats", "build"]


class Seats:
    """``await start()`` before the board is connected, then ``await stop()``; ``service`` hears what the board says of ``HEARD``."""

    def __init__(self, service: SeatService) -> None:
        self.service = service
        self._tasks: set[asyncio.Task[object]] = set()

    async def start(self) -> None:
        await self.service.open()

    def hear_filed(self, event: FiledCall) -> None:
        """What a call was about is written down: its seat's wrap-up may end."""
        if event.call:
            task = asyncio.ensure_future(self.service.ask(CallFiled(event.call, SeatId(event.seat))))
            self._tasks.add(task)
            task.add_done_callback(self._answered)

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.service.close()

    def _answered(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("a seat was not told that its call was filed", exc_info=fault)


def build(
    settings: Settings, switchboard: Switchboard, seat_log: SeatLog, publish: Callable[[out.Event], None],
    away: tuple[type[Exception], ...], left: Callable[[Sequence[Page]], None],
) -> Seats:  # fmt: skip
    """``away``: what ``seat_log`` raises when what it is told is to be told again later; ``left``: told at the end what it never took."""
    return Seats(SeatService(Desk(Roster.from_settings(settings)), switchboard, seat_log, publish, away, left=left))
