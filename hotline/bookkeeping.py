"""Keeps the ledger up with what Asterisk wrote: the book read, its batch committed, then told.

The only task that reads the book and calls the scribe. A batch is read once and tried
until the database takes it; meanwhile nothing more is read, so a dead database costs
only lateness: the rows wait in Asterisk's own files. Events go to the book's bus after
they are on disk, never before.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from cti.book import Batch, Book, Mark
from cti.events import Event

log = structlog.get_logger("book")

POLL_SECONDS = 1.0
"""How far the ledger may lag behind the telephone; each commit has a price, so calls share one."""
RETRY_FIRST, RETRY_MOST = 0.5, 10.0


class Scribe(Protocol):
    async def write(self, events: Sequence[Event], mark: Mark) -> object: ...


class Bookkeeping:
    def __init__(
        self, book: Book, scribe: Scribe, publish: Callable[[Event], None], unavailable: type[Exception]
    ) -> None:
        self._book, self._scribe, self._publish, self._unavailable = book, scribe, publish, unavailable
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self.behind = False
        """The database has not taken the newest batch yet."""

    @property
    def book(self) -> Book:
        return self._book

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="bookkeeping")

    async def catch_up(self) -> None:
        """Everything that is in the files now, committed (at start, before anybody is served)."""
        while (batch := self._book.read()) is not None:
            await self._commit(batch)
            if not batch.more:
                return

    async def stop(self) -> None:
        """Commit what was read; what is still in the files waits for the next start."""
        self._stopping.set()
        if self._task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                batch = self._book.read()
                if batch is not None:
                    await self._commit(batch)
                    if batch.more:
                        continue
            except OSError as fault:  # the log folder is not there (yet), or not readable: said, tried again
                log.error("cannot read what Asterisk wrote", fault=str(fault))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._stopping.wait()

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
            self._publish(event)
