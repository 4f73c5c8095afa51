"""The open database: who may write when, and what happens while it is not there.

Work is plain functions over a connection, run whole on threads of their own: a request that is cut off leaves no
transaction half done. One thread writes, so that writers queue here. Until the database is open, and from the moment
on in which its file is another or none, everything is refused with ``Away``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import SQLAlchemyError

from config.language import say as _

from . import migrate
from .engine import make_engine

log = structlog.get_logger("casestore")

T = TypeVar("T")
AGAIN_SECONDS = 10.0
_READERS = 4


class Away(Exception):
    """The database takes and gives nothing now; the message says why, without what a citizen said."""


class Database:
    def __init__(self, url: str) -> None:
        self._url = url
        self._path = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None
        self._file: tuple[int, int] | None = None
        self._engine = make_engine(url)
        self._writer, self._readers = ThreadPoolExecutor(1, "write"), ThreadPoolExecutor(_READERS, "read")
        self.away = _("the database is not open yet")

    async def keep_open(self) -> None:
        """Until cancelled: opens it, and again after it was lost."""
        while True:
            if self.away:
                try:
                    upgraded = await self.open()
                    log.info("the database is open", upgraded=upgraded)
                except Away as fault:
                    log.error("the database cannot be opened", fault=str(fault), again_in=AGAIN_SECONDS)
            await asyncio.sleep(AGAIN_SECONDS)

    async def open(self) -> bool:
        """Its tables are this program's when it returns; True: they were upgraded. Raises ``Away``."""
        try:
            upgraded = await self._run(self._writer, self._opened)
        except Away as fault:
            self.away = str(fault)
            raise
        self.away = ""
        return upgraded

    def close(self) -> None:
        self._writer.shutdown()
        self._readers.shutdown()
        self._engine.dispose()

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        """One transaction: on the disk when it returns. Raises ``Away``."""
        return await self._run(self._writer, lambda: self._done(work, "BEGIN IMMEDIATE"))

    async def read(self, work: Callable[[sa.Connection], T]) -> T:
        """One consistent view. Raises ``Away``."""
        return await self._run(self._readers, lambda: self._done(work, "BEGIN"))

    # -- on a thread --------------------------------------------------------------------

    async def _run(self, threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, work)
        except (SQLAlchemyError, OSError) as fault:
            raise Away(_plain(fault)) from fault
        except migrate.WrongDatabase as fault:
            raise Away(str(fault)) from fault

    def _opened(self) -> bool:
        self._engine.dispose()
        if self._file is not None and self._path is not None and not self._path.exists():
            # made anew it would be empty, and its numbers would begin again with those given out today
            raise Away(_("{path} was removed while the case store ran: put it back, or restore it", path=self._path))
        done = migrate.upgrade(self._url)
        self._file = self._identity()
        return done

    def _done(self, work: Callable[[sa.Connection], T], begin: str) -> T:
        if self.away:
            raise Away(self.away)
        if self._identity() != self._file:
            self.away = _("{path} is not the file it was when the case store opened it", path=self._path)
            raise Away(self.away)
        with self._engine.execution_options(begin=begin).begin() as connection:
            return work(connection)

    def _identity(self) -> tuple[int, int] | None:
        """Which file it is: removed or replaced, it goes on being written, into nothing."""
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return (0, 0)
        return found.st_dev, found.st_ino


def _plain(fault: Exception) -> str:
    """Without the statement and its parameters: they hold what a citizen said."""
    cause = getattr(fault, "orig", None) or fault
    return f"{type(cause).__name__}: {cause}".splitlines()[0][:300]
