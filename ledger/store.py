"""The door to the database: engines, pragmas, and who may write when.

Made once by ``hotline/app.py`` (and by each command line verb); every other file of this
room gets a ``Store``. It knows no table.

SQLite: WAL (``migrate.upgrade`` makes the file one), one writing connection behind one lock,
so that writers queue in this process and not in SQLite's busy handler; readers have
connections of their own and never wait.
``synchronous=FULL``: a filed ticket is on the disk when ``writing`` is left (D9), not
only in the operating system's memory. PostgreSQL: one pool; rows are locked, not the
process. Several daemons may share it.

``reading`` and ``writing`` are for what people ask: each statement is a visit to a thread
and back. What is done for every call, or every few seconds, goes through ``look`` and
``transact``: one visit for all of it, a tenth of the CPU.
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
            self._lasting = _Visit(url, "BEGIN IMMEDIATE")
            self._batches = _Visit(url, "BEGIN IMMEDIATE", "PRAGMA synchronous=NORMAL")
            self._looks = _Visit(url, "BEGIN", "PRAGMA query_only=ON")
            self._writing = ThreadPoolExecutor(1, "ledger")
            self._looking = ThreadPoolExecutor(1, "ledger-look")
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

    async def look(self, work: Callable[[sa.Connection], T]) -> T:
        """One consistent view for ``work``, which awaits nothing; nothing can be written through it (SQLite)."""
        with _said():
            if not self.sqlite:
                async with self._reader.connect() as connection:
                    return await connection.run_sync(work)
            done = asyncio.get_running_loop().run_in_executor(self._looking, self._looks.do, work)
            return await self.whole(done)

    async def transact(self, work: Callable[[sa.Connection], T], *, lasting: bool = False) -> T:
        """``work`` runs as one transaction and awaits nothing.

        Without ``lasting`` it is for what can be read again from Asterisk's files: SQLite does not wait
        for the disk, and a power cut may undo the newest of these transactions, whole and in order.
        PostgreSQL: like ``writing``.
        """
        with _said():
            if not self.sqlite:
                async with self._writer.begin() as connection:
                    return await connection.run_sync(work)
            visit = self._lasting if lasting else self._batches
            async with self._lock:
                done = asyncio.get_running_loop().run_in_executor(self._writing, visit.do, work)
                return await self.whole(done)

    async def close(self) -> None:
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()
            for thread in (self._writing, self._looking):
                thread.shutdown()
            for visit in (self._lasting, self._batches, self._looks):
                visit.close()

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


def _sqlite(url: str, size: int, begin: str, *more: str) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=size, max_overflow=0, pool_timeout=BUSY_MILLISECONDS / 1000)
    _prepare(engine.sync_engine, begin, *more)
    return engine


class _Visit:
    """One connection for one thread: SQLite without a hop to another thread, or to a pool, for each statement."""

    def __init__(self, url: str, begin: str, *more: str) -> None:
        self._engine = sa.create_engine(
            url.replace("+aiosqlite", ""), poolclass=sa.NullPool, connect_args={"check_same_thread": False}
        )
        _prepare(self._engine, begin, *more)
        self._connection: sa.Connection | None = None

    def do(self, work: Callable[[sa.Connection], T]) -> T:
        connection = self._connection or self._engine.connect()
        self._connection = None  # a connection on which something failed is not used again
        try:
            with connection.begin():
                done = work(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return done

    def close(self) -> None:
        """In whatever thread, when no other is in ``do`` any more."""
        if self._connection is not None:
            self._connection.close()


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
        connection.connection.cursor().execute(begin)
