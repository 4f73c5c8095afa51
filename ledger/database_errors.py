"""What a database driver's error means: weather, or something wrong that needs a person. Pure; used at the doors.

SQLite is judged by its result code, PostgreSQL by its SQLSTATE; the words of an error are only shown. An error that
is neither (a broken constraint, a wrong statement) belongs to the program and stays what it is.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, TimeoutError

from config.language import say as _

from .errors import LedgerDamaged, LedgerMisshapen, LedgerUnavailable, LedgerWrong

_AWAY = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_PROTOCOL,
}  # fmt: skip
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_UNWRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_NO_SUCH = ("no such table", "no such column", "has no column named")

_STATES_MISSHAPEN = ("42P01", "42703", "42883", "3F000")  # undefined table, column, function; no schema
_STATES_FORBIDDEN = ("42501", "25006")  # insufficient privilege, read only
_STATES_DAMAGED = ("XX001", "XX002")  # data corrupted, index corrupted


def meaning(error: BaseException | None) -> LedgerUnavailable | LedgerWrong | None:
    """The error to raise instead (``from error``); None: raise it as it is."""
    if error is None:
        return None
    if isinstance(error, TimeoutError):  # the pool's
        return _away(error)
    origin: BaseException = error
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return _away(error)
        origin = error.orig or error
    if isinstance(origin, sqlite3.Error):
        return _of_sqlite(origin)
    if isinstance(origin, OSError):
        return _away(origin)
    if hasattr(origin, "sqlstate"):
        return _of_postgresql(origin)
    return None


def _of_sqlite(error: sqlite3.Error) -> LedgerUnavailable | LedgerWrong | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # raised by Python's module itself: a closed connection, a thread that may not
        return _away(error) if isinstance(error, sqlite3.OperationalError) else None
    code &= 0xFF  # without the extension
    if code in _AWAY:
        return _away(error)
    if code in _DAMAGED:
        return damaged(_said(error))
    if code in _UNWRITABLE:
        return _forbidden(error)
    if any(words in str(error) for words in _NO_SUCH):
        return misshapen(_said(error))
    return None


def _of_postgresql(error: BaseException) -> LedgerUnavailable | LedgerWrong | None:
    import psycopg

    state = getattr(error, "sqlstate", None) or ""
    if state in _STATES_DAMAGED:
        return damaged(_said(error))
    if state in _STATES_MISSHAPEN:
        return misshapen(_said(error))
    if state in _STATES_FORBIDDEN:
        return _forbidden(error)
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return _away(error)
    return None


def damaged(said: str) -> LedgerDamaged:
    return LedgerDamaged(
        _("the ledger's database is damaged ({said}): stop the daemon and run `hotline restore`", said=said)
    )


def misshapen(said: str) -> LedgerMisshapen:
    return LedgerMisshapen(
        _(
            "the ledger's tables are not those this program needs ({said}): `hotline check` names what is missing, `hotline db upgrade` makes it",
            said=said,
        )
    )


def _forbidden(error: BaseException) -> LedgerMisshapen:
    return LedgerMisshapen(
        _("the ledger may not be written or read ({said}): correct its owner, mode or grants", said=_said(error))
    )


def _away(error: BaseException) -> LedgerUnavailable:
    said = str(getattr(error, "orig", None) or error).strip()
    return LedgerUnavailable(_("the ledger's database does not answer: {said}", said=said))


def _said(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
