"""Brings the tables to this program's revision. Used by ``hotline db`` and at the daemon's start.

Synchronous (Alembic is); call it from a thread where a loop runs. The revisions lie in
``ledger/migrations/versions`` and travel inside the package.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from .errors import LedgerUnavailable


def upgrade(url: str, revision: str = "head") -> None:
    """Run what is missing; nothing when the tables are up to date. Raises ``LedgerUnavailable``.

    SQLite's file becomes a WAL file here, once and for good: connections that came to it together and each wanted to
    change that would find it locked by the other, and SQLite lets none of them wait.
    """
    with _connected(url, wal=True) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def current(url: str) -> str | None:
    """The revision the tables are at; None: an empty database."""
    with _connected(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The revision this program wants."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    assert found is not None
    return found


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
    except OperationalError as error:
        raise LedgerUnavailable(f"the ledger's database does not answer: {error.orig}") from error
    finally:
        engine.dispose()
