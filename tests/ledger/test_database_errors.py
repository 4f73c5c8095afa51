"""What a driver's error means: weather, a wrong ledger, or the program's own fault."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from ledger import migrate
from ledger.database_errors import meaning
from ledger.errors import LedgerDamaged, LedgerMisshapen, LedgerUnavailable
from ledger.store import Store


def lite(code: int, said: str = "x") -> sqlite3.Error:
    error = sqlite3.OperationalError(said)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (lite(sqlite3.SQLITE_BUSY), LedgerUnavailable),
        (lite(sqlite3.SQLITE_BUSY_SNAPSHOT), LedgerUnavailable),
        (lite(sqlite3.SQLITE_LOCKED), LedgerUnavailable),
        (lite(sqlite3.SQLITE_IOERR_WRITE), LedgerUnavailable),
        (lite(sqlite3.SQLITE_FULL), LedgerUnavailable),
        (lite(sqlite3.SQLITE_CANTOPEN), LedgerUnavailable),
        (lite(sqlite3.SQLITE_CORRUPT, "malformed"), LedgerDamaged),
        (lite(sqlite3.SQLITE_CORRUPT_INDEX), LedgerDamaged),
        (lite(sqlite3.SQLITE_NOTADB), LedgerDamaged),
        (lite(sqlite3.SQLITE_READONLY), LedgerMisshapen),
        (lite(sqlite3.SQLITE_ERROR, "no such table: calls"), LedgerMisshapen),
        (lite(sqlite3.SQLITE_ERROR, "no such column: heard"), LedgerMisshapen),
        (lite(sqlite3.SQLITE_ERROR, 'near "SELEC": syntax error'), None),
        (lite(sqlite3.SQLITE_CONSTRAINT), None),
        (psycopg.OperationalError("connection refused"), LedgerUnavailable),
        (psycopg.errors.AdminShutdown("ending"), LedgerUnavailable),
        (psycopg.errors.DiskFull("full"), LedgerUnavailable),
        (psycopg.errors.UndefinedColumn("heard"), LedgerMisshapen),
        (psycopg.errors.UndefinedTable("calls"), LedgerMisshapen),
        (psycopg.errors.InsufficientPrivilege("calls"), LedgerMisshapen),
        (psycopg.errors.DataCorrupted("page"), LedgerDamaged),
        (psycopg.errors.IndexCorrupted("index"), LedgerDamaged),
        (psycopg.errors.UniqueViolation("key"), None),
        (psycopg.errors.SyntaxError("SELEC"), None),
        (OSError("gone"), LedgerUnavailable),
        (ValueError("ours"), None),
    ],
)
def test_only_weather_is_weather(error: Exception, kind: type[Exception] | None) -> None:
    """By result code and SQLSTATE; wrapped by SQLAlchemy or not."""
    for one in (error, DBAPIError("SELECT", {}, error)):
        found = meaning(one)
        assert (None if found is None else type(found)) is kind


async def test_a_full_disk_is_weather(tmp_path: Path) -> None:
    """SQLite itself says FULL: the rows wait, nobody is told to restore."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}"
    migrate.upgrade(url)
    store = Store(url)

    def fill(db: sa.Connection) -> None:
        pages = db.exec_driver_sql("PRAGMA page_count").scalar_one()
        db.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        db.exec_driver_sql("INSERT INTO seat_memory VALUES ('8001', ?)", ("x" * 5_000_000,))

    with pytest.raises(LedgerUnavailable):
        await store.transact(fill)
    await store.close()
