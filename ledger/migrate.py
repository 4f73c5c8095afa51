"""Brings the tables to this program's revision. Used by ``hotline db`` and at the daemon's start.

Synchronous (Alembic is); call it from a thread where a loop runs. The revisions lie in
``ledger/migrations/versions`` and travel inside the package. A revision that has landed is never
changed (a test holds its hash): a ledger that went through it once never goes through it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from config.language import say as _

from .database_errors import meaning, misshapen
from .errors import LedgerOutdated, LedgerTooNew
from .tables import metadata


class Standing(StrEnum):
    """Where a database is, seen from this program."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


def upgrade(url: str, revision: str = "head") -> list[str]:
    """Run what is missing; nothing when the tables are up to date. What a ledger at the newest revision still lacks
    is made, with its default in every row; its names are given.

    Raises ``LedgerUnavailable``, ``LedgerTooNew`` (nothing was touched), ``LedgerDamaged`` or ``LedgerMisshapen``.

    SQLite's file becomes a WAL file here, once and for good: connections that came to it together and each wanted to
    change that would find it locked by the other, and SQLite lets none of them wait.
    """
    with _connected(url, wal=True) as connection:
        now = _revision(connection)
        _refuse_newer(now)
        if now is None and sa.inspect(connection).has_table("calls"):
            raise misshapen(_("tables without a revision"))
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        if now != _revision(connection) and connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA analysis_limit=400")
            connection.exec_driver_sql("ANALYZE")  # new indexes are chosen by how the tables are filled
        return _mend(connection) if revision == "head" else []


def current(url: str) -> str | None:
    """The revision the tables are at; None: an empty database."""
    with _connected(url) as connection:
        return _revision(connection)


def head() -> str:
    """The revision this program wants."""
    found = _scripts().get_current_head()
    assert found is not None
    return found


def standing(revision: str | None) -> Standing:
    """Of a database at this revision."""
    if revision is None:
        return Standing.EMPTY
    if revision == head():
        return Standing.CURRENT
    return Standing.OLDER if revision in _known() else Standing.NEWER


def require(url: str) -> None:
    """For whoever only uses the ledger: raises ``LedgerTooNew`` or ``LedgerOutdated`` unless it is this program's."""
    now = current(url)
    _refuse_newer(now)
    if standing(now) is not Standing.CURRENT:
        raise LedgerOutdated(
            _(
                "the ledger is at revision {now}, this program needs {head}: run `hotline db upgrade`",
                now=now or "-",
                head=head(),
            )
        )


def too_new(now: str) -> LedgerTooNew:
    return LedgerTooNew(
        _(
            "the ledger was made by a newer program (revision {now}, this one knows up to {head}): use that program, or restore the backup of before (`hotline restore`)",
            now=now,
            head=head(),
        )
    )


def differences(url: str) -> tuple[list[str], list[str]]:
    """What a ledger at this program's revision lacks, and what it has beside: 'table', 'table.column', index names.

    Something is lacking when a revision was changed after this ledger went through it, or somebody took it away.
    """
    with _connected(url) as connection:
        found = _compared(connection)
    missing = [_named(one) for one in found if one[0].startswith("add_")]
    beside = [_named(one) for one in found if one[0].startswith("remove_")]
    return sorted(missing), sorted(beside)


def _compared(connection: sa.Connection) -> list[tuple[str, Any, Any]]:
    """(Alembic's word for it, table's name or None, the thing itself)."""
    context = MigrationContext.configure(connection, opts={"compare_type": False})
    return [
        (str(one[0]), one[2] if "column" in str(one[0]) else None, one[-1])
        for one in compare_metadata(context, metadata)
        if isinstance(one, tuple)
    ]


def _named(one: tuple[str, Any, Any]) -> str:
    _word, table, thing = one
    return f"{table}.{thing.name}" if table else str(thing.name)


def _mend(connection: sa.Connection) -> list[str]:
    """Tables, columns and indexes of this program that the ledger lacks, added. A column that must be given stays
    missing: ``differences`` names it, and only a backup has it."""
    mended = []
    for kind in ("add_table", "add_column", "add_index"):  # in this order: an index may be of a new column
        for one in _compared(connection):
            word, table, thing = one
            if word != kind or (kind == "add_column" and not (thing.nullable or thing.server_default is not None)):
                continue
            if kind == "add_table" or kind == "add_index":
                thing.create(connection)
            else:
                Operations(MigrationContext.configure(connection)).add_column(table, thing._copy())
            mended.append(_named(one))
    return mended


def _refuse_newer(now: str | None) -> None:
    if now is not None and standing(now) is Standing.NEWER:
        raise too_new(now)


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _known() -> frozenset[str]:
    return frozenset(one.revision for one in _scripts().walk_revisions())


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "ledger:migrations")
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _connected(url: str, *, wal: bool = False) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url.replace("sqlite+aiosqlite", "sqlite"), poolclass=sa.NullPool)
    try:
        with engine.connect() as connection, connection.begin():
            if wal and connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")  # before the driver's own transaction begins
            if connection.dialect.name == "postgresql":
                # Two daemons that start together must not both migrate.
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(12319)"))
            yield connection
    except Exception as error:
        if (found := meaning(error)) is not None:
            raise found from error
        raise
    finally:
        engine.dispose()
