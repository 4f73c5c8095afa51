"""The revisions lead exactly to the tables this program uses, on both databases."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from ledger import migrate
from ledger.tables import metadata


def test_migrations_end_at_the_tables(url: str) -> None:
    """After all revisions Alembic finds no difference to ``tables.py``."""
    engine = sa.create_engine(url.replace("+aiosqlite", ""))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_upgrade_twice_is_silent(url: str) -> None:
    """An up-to-date ledger is left as it is, and says its revision."""
    migrate.upgrade(url)
    assert migrate.current(url) == migrate.head()


def test_a_ledger_in_sqlite_is_a_wal_file(tmp_path: Path) -> None:
    """Written into the file itself: whoever opens it, and however many at once, finds it so."""
    file = tmp_path / "ledger.db"
    migrate.upgrade(f"sqlite+aiosqlite:///{file}")
    assert file.read_bytes()[18:20] == b"\x02\x02"  # SQLite's file format, 1.3.3
