"""Keeps the ledger up with what Asterisk wrote: the book read, its batch committed, then told.

The only task that reads the book and calls the scribe. A batch is read once and tried
until the database takes it; meanwhile nothing more is read, so a dead database costs
only lateness: the rows wait in Asterisk's own files. Events go to the book's bus after
they are on disk, never before.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog

from cti import background_task
from cti.cel_reader import Batch, Book, Mark
from cti.equipment_events import BookGap, ClockStepped, RowsRefused
from cti.events import CallArrived, CallLined, Event

from .witness_comparison import WitnessComparison

log = structlog.get_logger("book")

POLL_SECONDS = 1.0
"""How far the ledger may lag behind the telephone; each commit has a price, so calls share one."""
RETRY_FIRST, RETRY_MOST = 0.5, 10.0


class Scribe(Protocol):
    async def write(self, events: Sequence[Event], mark: Mark) -> object: ...


class BookReader:
    def __init__(
        self, book: Book, scribe: Scribe, publish: Callable[[Event], None],
        unavailable: type[Exception] | tuple[type[Exception], ...], comparing: WitnessComparison | None = None,
    ) -> None:  # fmt: skip
        self._book, self._scribe, self._publish, self._unavailable = book, scribe, publish, unavailable
        self._comparing = comparing
        self._read_to_end = 0.0
        """When (monotonic) the book was last read to its end, and the ledger had taken all of it."""
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._caught_up = asyncio.Event()
        self.behind = False
        """The database has not taken the newest batch yet."""

    @property
    def book(self) -> Book:
        return self._book

    @property
    def current(self) -> bool:
        """The ledger has all that Asterisk wrote until a moment ago."""
        return not self.behind and time.monotonic() - self._read_to_end < 2 * POLL_SECONDS + RETRY_MOST

    async def open(self, resume: Callable[[], Awaitable[Book]], patience: float) -> None:
        """Begin where the ledger stands; returns when all that is in the files is in it, or ``patience`` is over."""
        self._book = await resume()
        if self._comparing is not None:
            self._comparing.read_from(self._book)
        self.start()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._caught_up.wait()

    def start(self) -> None:
        self._task = background_task.begin(self._run(), "bookkeeping")

    async def catch_up(self) -> None:
        """Everything that is in the files now, committed (at start, before anybody is served)."""
        while (batch := self._book.read()) is not None:
            await self._commit(batch)
            if not batch.more:
                return

    async def stop(self) -> None:
        """Commit what is in the files by now; what the ledger does not take any more waits for the next start."""
        self._stopping.set()
        if self._task is None:
            return
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        if not self.behind:
            with contextlib.suppress(OSError):  # said before
                await self.catch_up()

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                began = time.monotonic()
                batch = self._book.read()
                if batch is not None:
                    await self._commit(batch)
                    if batch.more:
                        continue
                self._read_to_end = began
                self._caught_up.set()
                await self._compare()
            except OSError as fault:  # the log folder is not there (yet), or not readable: said, tried again
                log.error("cannot read what Asterisk wrote", fault=str(fault))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._stopping.wait()

    async def _compare(self) -> None:
        """The other witnesses against the book; what the ledger cannot take now is found again at the next look."""
        if self._comparing is None or self._stopping.is_set():
            return
        try:
            await self._comparing.look(self._read_to_end, self._commit)
        except self._unavailable as fault:
            log.error("ledger unavailable; what the witnesses differ in is written later", fault=str(fault))

    async def _commit(self, batch: Batch) -> None:
        pause = RETRY_FIRST
        while True:
            try:
                await self._scribe.write(batch.events, batch.mark)
                break
            except self._unavailable as fault:
                self.behind = True
                log.error("ledger unavailable; the rows wait in Asterisk's files", fault=str(fault))
                if self._stopping.is_set():
                    return
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._stopping.wait()
                pause = min(pause * 2, RETRY_MOST)
        self.behind = False
        for event in batch.events:
            if not batch.mark.again:
                _log(event)
            self._publish(event)


def _log(event: Event) -> None:
    match event:
        case RowsRefused():
            log.error(
                "rows refused: Asterisk did not write them as they stand there", file=event.file, inode=event.inode,
                offset=event.offset, rows=event.rows, why=event.why, sample=event.sample,
            )  # fmt: skip
        case BookGap():
            log.error("rows of Asterisk's record are lost", why=event.why, since=event.since, until=event.until)
        case ClockStepped():
            log.error("Asterisk's clock was set", file=event.file, seconds=round(event.seconds, 3), at=event.at)
        case CallArrived() | CallLined() if event.odd:
            log.warning("a calling number is more than a number", call=event.call, sent=event.odd)
