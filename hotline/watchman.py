"""The watchman: reads the house once a second, keeps alarms as ``alarms.py`` decides, shows and writes them.

Started by ``app.py``. What the consoles are shown is ``shown`` (by id); the ledger is written in
order behind it and never waited for, except by whoever acknowledges.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog

from agents.events import Alarm, SeatAlarm, SeatAlarmCleared
from config.language import say as _
from console.contract.stream import AlarmOut
from ledger.alarms import AlarmBook, AlarmRow
from ledger.errors import LedgerUnavailable
from recordings.events import RecordingFailed

from .alarms import CRITICAL, Alarms, Bounds, Reading, Wrong, settled

log = structlog.get_logger("watchman")

LOOK_SECONDS = 1.0
SEEN_SECONDS = 60.0
"""An alarm that is over and acknowledged is shown so much longer."""
RETRY_SECONDS = 2.0
START_SECONDS = 30.0
"""So long may Asterisk take to be there before its absence is an alarm."""


class Watchman:
    """
    :param read: the house now.
    :param changed: an alarm's id whose row in ``shown`` is new, other or gone.
    """

    def __init__(
        self, book: AlarmBook, bounds: Bounds, read: Callable[[], Awaitable[Reading]], changed: Callable[[str], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._book, self._bounds, self._read, self._changed, self._now = book, bounds, read, changed, now
        self._alarms = Alarms()
        self.shown: dict[str, AlarmOut] = {}
        self._doubts: dict[str, str] = {}
        self._unwritten: dict[int, AlarmRow] = {}
        self._writing = asyncio.Lock()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._began = now()
        self._was_live = False

    async def start(self) -> None:
        try:
            self._alarms.restore(await self._book.open(self._now()))
        except LedgerUnavailable as fault:  # then they are raised again, and stand twice in the history
            log.warning("alarms of before cannot be read", fault=str(fault))
        for row in self._alarms.rows.values():
            self._show(row)
        self._tasks = [
            asyncio.create_task(self._looks(), name="watchman"),
            asyncio.create_task(self._writes(), name="watchman-book"),
        ]

    async def stop(self) -> None:
        with contextlib.suppress(LedgerUnavailable, TimeoutError):
            async with asyncio.timeout(2.0):
                await self._flush()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- what happens once -----------------------------------------------------------------

    def hear(self, event: RecordingFailed) -> None:
        failed = event.failed
        text = _("call {call} has no recording: {why}", call=failed.call, why=failed.reason)
        self._put(self._alarms.once("recording", failed.call, Wrong(CRITICAL, text), self._now(), failed.call))

    def hear_seat(self, event: SeatAlarm | SeatAlarmCleared) -> None:
        """What only the desk knows; the rest of its alarms shows in the seats themselves."""
        if event.alarm is not Alarm.CONTRADICTION:
            return
        if isinstance(event, SeatAlarm):
            self._doubts[event.seat] = event.detail[:200]
        else:
            self._doubts.pop(event.seat, None)

    # -- console.ports.Alarms -----------------------------------------------------------------

    async def acknowledge(self, ident: int, by: str, note: str) -> AlarmRow | None:
        """In the ledger when it returns; raises ``LedgerUnavailable``."""
        row = self._alarms.acknowledge(ident, by, note, self._now())
        if row is None:
            return None
        self._put(row)
        await self._flush()
        return row

    async def history(self, since: datetime | None, until: datetime | None, most: int) -> Sequence[AlarmRow]:
        return await self._book.history(since, until, most)

    # -- within ------------------------------------------------------------------------------

    async def look(self) -> None:
        """One second's work."""
        now = self._now()
        reading = await self._read()
        self._was_live = self._was_live or reading.live
        starting = not self._was_live and now - self._began < timedelta(seconds=START_SECONDS)
        for row in self._alarms.step(replace(reading, starting=starting, doubts=self._doubts), self._bounds, now):
            self._put(row)
        for row in [row for row in self._alarms.rows.values() if settled(row)]:
            assert row.cleared_at is not None
            assert row.acknowledged_at is not None
            if now - max(row.cleared_at, row.acknowledged_at) > timedelta(seconds=SEEN_SECONDS):
                self._alarms.forget(row.id)
                del self.shown[str(row.id)]
                self._changed(str(row.id))

    def _put(self, row: AlarmRow) -> None:
        log.info("alarm", kind=row.kind, subject=row.subject, cleared=bool(row.cleared_at), by=row.acknowledged_by)
        self._show(row)
        self._unwritten[row.id] = row
        self._wake.set()

    def _show(self, row: AlarmRow) -> None:
        self.shown[str(row.id)] = AlarmOut.model_validate(row, from_attributes=True)
        self._changed(str(row.id))

    async def _looks(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except Exception:  # loop top: a watchman who stumbles gets up
                log.exception("the watchman could not look")

    async def _writes(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._flush()
            except LedgerUnavailable as fault:
                log.warning("alarms wait for the ledger", fault=str(fault))
                await asyncio.sleep(RETRY_SECONDS)
                self._wake.set()

    async def _flush(self) -> None:
        """All that is unwritten, each row as it is by now."""
        async with self._writing:
            while self._unwritten:
                ident, row = next(iter(self._unwritten.items()))
                await self._book.keep(row)
                if self._unwritten.get(ident) is row:
                    del self._unwritten[ident]
