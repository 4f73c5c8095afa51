"""Alembic's entry: runs the revisions on the connection ``casestore.migrate`` hands in."""

from __future__ import annotations

from alembic import context

from casestore import staff_tables  # noqa: F401 - its tables are in the metadata
from casestore.migrate import VERSION_TABLE
from casestore.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,  # SQLite alters a table by copying it
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
