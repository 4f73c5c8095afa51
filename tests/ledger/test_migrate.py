"""The revisions lead exactly to the tables this program uses, on both databases."""

from __future__ import annotations

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
