"""Alembic's entry: runs the revisions on the connection ``ledger.migrate`` hands in."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from ledger.columns import Moment
from ledger.tables import metadata


def _written(kind: str, thing: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Column types of ours are written by their name in a generated revision."""
    if kind == "type" and isinstance(thing, Moment):
        autogen.imports.add("from ledger.columns import Moment")
        return "Moment()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
    render_item=_written,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
