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
import builtins
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from config.file_places import Places
from config.language import say as _
from config.settings import Settings

from .database_errors import meaning
from .errors import LedgerDamaged, LedgerMisshapen, LedgerUnavailable

T = TypeVar("T")

BUSY_MILLISECONDS = 1_500
"""So long is waited for another program that writes the ledger; pages wait as long, and not without a word for longer."""
QUEUE_SECONDS = 0.4
"""While the ledger is known to take nothing, nobody queues for it longer than this."""
READER_SECONDS = 10.0
_READERS = 4
PROBE_ROWS = 25_000
"""Some 20 bytes each."""
ANALYSED_ROWS = 400
"""Of each index, so that a look at tables of years stays short; SQLite's own advice."""
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
    """Use ``reading`` and ``writing``; ``close`` at the end.

    :param away: why nothing may be read or written yet ('': it may); the daemon's is made before its ledger is open.
    :param spills: what a question sorts may go to the disk (SQLite): one over ten years takes no more memory than one of a day.
    """

    def __init__(self, url: str, *, away: str = "", spills: bool = False) -> None:
        self.url, self.away = url, away
        self.sqlite = url.startswith("sqlite")
        self._lock = asyncio.Lock()
        self._refusing = False
        """The last one who wanted to write could not."""
        self._path = Path(url.partition(":///")[2]) if self.sqlite and ":memory:" not in url else None
        self._file: tuple[int, int] | None = None
        """Which file it is: removed or replaced, it is not the ledger any more."""
        if self.sqlite:
            self._writer = _sqlite(url, 1, "BEGIN IMMEDIATE")
            sorts = ("PRAGMA temp_store=FILE",) if spills else ()
            self._reader = _sqlite(url, _READERS, "BEGIN", "PRAGMA query_only=ON", *sorts)
            self._lasting = _Visit(url, "BEGIN IMMEDIATE")
            self._batches = _Visit(url, "BEGIN IMMEDIATE", "PRAGMA synchronous=NORMAL")
            self._looks = _Visit(url, "BEGIN", "PRAGMA query_only=ON", *sorts)
            self._pops = _Visit(url, "BEGIN", "PRAGMA query_only=ON", *sorts)
            self._writing = ThreadPoolExecutor(1, "ledger")
            self._looking = ThreadPoolExecutor(1, "ledger-look")
            self._popping = ThreadPoolExecutor(1, "ledger-pop")
        else:
            self._writer = self._reader = create_async_engine(url, pool_size=8, max_overflow=8, pool_pre_ping=True)

    def opened(self) -> None:
        """It may be used from now on; a file that was put in the place of a damaged one is the ledger."""
        self.away, self._file = "", None

    @contextmanager
    def _door(self) -> Iterator[None]:
        """Shut while the ledger is away; and from the moment on in which it turns out to be damaged."""
        if self.away:
            raise LedgerUnavailable(self.away)
        try:
            with _said():
                yield
        except LedgerDamaged as fault:
            self.away = str(fault)
            raise

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """One consistent view; nothing can be written through it (SQLite)."""
        with self._door():
            async with self._reader.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: on disk when left, undone when an exception leaves it.

        Raises ``LedgerUnavailable`` when the database is not there, locked or full, ``LedgerWrong`` when it is not
        what this program needs.
        """
        with self._door():
            if self.sqlite:
                async with self._turn(), self._writer.begin() as connection:
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
        with self._door():
            if not self.sqlite:
                async with self._reader.connect() as connection:
                    return await connection.run_sync(work)
            done = asyncio.get_running_loop().run_in_executor(self._looking, self._looks.do, work)
            return await self.whole(done)

    async def look_for_pop(self, work: Callable[[sa.Connection], T]) -> T:
        """``look`` for what somebody waits for while a phone rings: it stands behind no list and no report."""
        if not self.sqlite:
            return await self.look(work)
        with self._door():
            return await self.whole(asyncio.get_running_loop().run_in_executor(self._popping, self._pops.do, work))

    async def transact(self, work: Callable[[sa.Connection], T], *, lasting: bool = False) -> T:
        """``work`` runs as one transaction and awaits nothing.

        Without ``lasting`` it is for what can be read again from Asterisk's files: SQLite does not wait
        for the disk, and a power cut may undo the newest of these transactions, whole and in order.
        PostgreSQL: like ``writing``.
        """
        with self._door():
            if not self.sqlite:
                async with self._writer.begin() as connection:
                    return await connection.run_sync(work)
            visit = self._lasting if lasting else self._batches
            async with self._turn():
                done = asyncio.get_running_loop().run_in_executor(self._writing, visit.do, work)
                return await self.whole(done)

    async def probe(self) -> None:
        """Could something be written now? Writes, and leaves nothing behind: no row, whatever it is asked how often.

        SQLite: one page goes into the journal (a number in the file's header, which nobody reads). PostgreSQL: a
        transaction number is taken, which a standby refuses, and half a megabyte goes into a temporary file on the disk of
        the database, which a full one refuses: pages of tables and of the log have room of their own and may still take
        a row or two. Raises ``LedgerUnavailable`` or ``LedgerWrong``.
        """
        await self.transact(_touch_file if self.sqlite else _touch_server)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """SQLite: the one writer's place. Nobody stands in a queue before a door that is known to be shut."""
        self._same_file()
        began = time.monotonic()
        try:
            async with asyncio.timeout(QUEUE_SECONDS if self._refusing else None):
                await self._lock.acquire()
        except builtins.TimeoutError:
            raise LedgerUnavailable("the ledger's database does not answer: it is locked by another program") from None
        try:
            if self._refusing and time.monotonic() - began > QUEUE_SECONDS:
                raise LedgerUnavailable("the ledger's database does not answer: it is locked by another program")
            try:
                yield
            except (OperationalError, OSError, sqlite3.OperationalError):
                self._refusing = True
                raise
            self._refusing = False
        finally:
            self._lock.release()
        self._same_file()

    def _same_file(self) -> None:
        """What is written into a file that was removed is lost: it is not acknowledged."""
        if self._path is None:
            return
        try:
            found = self._path.stat()
        except FileNotFoundError:
            now = None
        else:
            now = (found.st_dev, found.st_ino)
        if self._file is None:
            self._file = now
        elif now != self._file:
            raise LedgerUnavailable(
                f"the ledger's file {self._path} was removed or replaced while the daemon ran: "
                "put it back (the same file), or restore a backup and start anew"
            )

    async def close(self) -> None:
        await self._writer.dispose()
        if self._reader is not self._writer:
            await self._reader.dispose()
            if self._batches.used or self._lasting.used:
                await asyncio.get_running_loop().run_in_executor(self._writing, _learn, self.url)
            for thread in (self._writing, self._looking, self._popping):
                thread.shutdown()
            for visit in (self._lasting, self._batches, self._looks, self._pops):
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
    """Turns a driver's error into what it means (``database_errors.py``); errors of the program stay what they are."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if (found := meaning(error)) is not None:
            raise found from error


def _sqlite(url: str, size: int, begin: str, *more: str) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=size, max_overflow=0, pool_timeout=READER_SECONDS)
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
        self.used = False

    def do(self, work: Callable[[sa.Connection], T]) -> T:
        connection = self._connection or self._engine.connect()
        self.used = True
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


def _touch_file(db: sa.Connection) -> None:
    db.exec_driver_sql("PRAGMA user_version = 0")  # the page is written although the number is the same


def _touch_server(db: sa.Connection) -> None:
    read_only = db.execute(sa.text("SELECT current_setting('transaction_read_only'), txid_current()")).scalar_one()
    if read_only == "on":
        raise LedgerMisshapen(
            _("the ledger's database takes no writing: it is read only (default_transaction_read_only)")
        )
    _touch_disk(db)


def _touch_disk(db: sa.Connection) -> None:
    """A function's rows are kept whole before they are read; what memory may not hold goes into a file, gone at the end."""
    db.execute(sa.text("SELECT set_config('work_mem', '64kB', true), set_config('temp_tablespaces', '', true)"))
    db.execute(sa.text("SELECT count(*) FROM generate_series(1, :rows)"), {"rows": PROBE_ROWS})


def _learn(url: str) -> None:
    """SQLite looks again how its tables are filled where they changed much: plans are chosen by that. Milliseconds."""
    file = url.partition("///")[2]
    # an error: the next end does it
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(file, timeout=1)) as db:
        db.execute(f"PRAGMA analysis_limit={ANALYSED_ROWS}")
        db.execute("PRAGMA optimize=0x10002")  # of all tables, though this connection has asked for none


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
