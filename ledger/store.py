"""The door to the database: engines, pragmas, and who may write when.

Made once by ``hotline/app.py`` (and by each command line verb); every other file of this
room gets a ``Store``. It knows no table.

SQLite: WAL, one writing connection behind one lock, so that writers queue in this process
and not in SQLite's busy handler; readers have connections of their own and never wait.
``synchronous=FULL``: a filed ticket is on the disk when ``writing`` is left (D9), not
only in the operating system's memory. PostgreSQL: one pool; rows are locked, not the
process. Several daemons may share it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, TimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from config.places import Places
from config.settings import Settings

from .errors import LedgerUnavailable

T = TypeVar("T")

BUSY_MILLISECONDS = 10_000
_READERS = 4
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    f"PRAGMA busy_timeout={BUSY_MILLISECONDS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA synchronous=FULL",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-16000",
)


def url_of(settings: Settings, places: Places) -> str:
    """The SQLAlchemy url of ``[ledger] url``; ``sqlite`` means VAR/ledger.db."""
    if settings.ledger.url == "sqlite":
        return f"sqlite+aiosqlite:///{places.ledger}"
    return settings.ledger.url


class Store:
    """Use ``reading`` and ``writing``; ``close`` at the end."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self._lock = asyncio.Lock()
        if self.sqlite:
            self._writer = _sqlite(url, 1, "BEGIN IMMEDIATE")
            self._reader = _sqlite(url, _READERS, "BEGIN", "PRAGMA query_only=ON")
            self._batches = sa.create_engine(
                url.replace("+aiosqlite", ""), poolclass=sa.StaticPool, connect_args=_ANYWHERE
            )
            _prepare(self._batches, "BEGIN IMMEDIATE", "PRAGMA synchronous=NORMAL")
            self._thread = ThreadPoolExecutor(1, "ledger")
        else:
            self._writer = self._reader = create_async_engine(url, pool_size=8, max_overflow=8, pool_pre_ping=True)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """One consistent view; nothing can be written through it (SQLite)."""
        with _said():
            async with self._reader.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: on disk when left, undone when an exception leaves it.

        Raises ``LedgerUnavailable`` when the database is not there, locked or full.
        """
        with _said():
            if self.sqlite:
                async with self._lock, self._writer.begin() as connection:
                    yield connection
            else:
                async with self._writer.begin() as connection:
                    yield connection

    @staticmethod
    async def whole(work: Awaitable[T]) -> T:
        """For writers that may be cancelled: what was begun is done to its end before the cancellation goes on.

        Cut off in a transaction, the driver may leave it open on a connection nobody holds, and SQLite locked.
        """
        task = asyncio.ensure_future(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.gather(task, return_exceptions=True)  # whoever cancels asks for no outcome
            raise

    async def transact(self, work: Callable[[sa.Connection], T]) -> T:
        """For what can be read again from Asterisk's files: ``work`` runs as one transaction and awaits nothing.

        SQLite: in one visit to a thread, not one a statement, and without waiting for the disk: a power
        cut may undo the newest of these transactions, whole and in order, and the book is read again.
        PostgreSQL: like ``writing``.
        """
        with _said():
            if not self.sqlite:
                async with self._writer.begin() as connection:
                    return await connection.run_sync(work)
            async with self._lock:
                done = asyncio.get_running_loop().run_in_executor(self._thread, self._transact, work)
                return await self.whole(done)

    def _transact(self, work: Callable[[sa.Connection], T]) -> T:
        with self._batches.begin() as connection:
            return work(connection)

    async def close(self) -> None:
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()
            self._batches.dispose()
            self._thread.shutdown()

    def insert(self, table: sa.Table) -> Any:
        """An INSERT that knows ON CONFLICT in the dialect at hand."""
        return sqlite.insert(table) if self.sqlite else postgresql.insert(table)

    def upsert(self, table: sa.Table, columns: Sequence[str], keep: frozenset[str] = frozenset()) -> Any:
        """INSERT of ``columns``; on a conflict of the primary key set all of them but ``keep``."""
        keys = [column.name for column in table.primary_key]
        statement = self.insert(table)
        change = {name: statement.excluded[name] for name in columns if name not in keys and name not in keep}
        return statement.on_conflict_do_update(index_elements=keys, set_=change)


class _said:
    """Turns the driver's "not now" errors into ``LedgerUnavailable``; wrong programs stay what they are."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, TimeoutError | OperationalError | InterfaceError | OSError | sqlite3.OperationalError) or (
            isinstance(error, DBAPIError) and error.connection_invalidated
        ):
            said = str(getattr(error, "orig", None) or error).strip()
            raise LedgerUnavailable(f"the ledger's database does not answer: {said}") from error


_ANYWHERE = {"check_same_thread": False}
"""``Store.close`` runs in another thread than the one that writes."""


def _sqlite(url: str, size: int, begin: str, *more: str) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=size, max_overflow=0, pool_timeout=BUSY_MILLISECONDS / 1000)
    _prepare(engine.sync_engine, begin, *more)
    return engine


def _prepare(engine: sa.Engine, begin: str, *more: str) -> None:
    @sa.event.listens_for(engine, "connect")
    def connected(connection: Any, record: object) -> None:
        # The driver's own transaction handling begins late and deferred; ours begins when it says so.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (*_PRAGMAS, *more):
            cursor.execute(pragma)
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)
