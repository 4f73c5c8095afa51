"""Brings the case store's tables to this program's revision: all of it, or nothing of it, also under a kill.

Synchronous (Alembic is). The revisions travel inside the package; one that has landed is never changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from config.language import say as _

from .engine import make_engine

VERSION_TABLE = "casestore_version"
_LOCK = 12320
"""PostgreSQL's advisory lock: two programs that start together do not both migrate."""


class WrongDatabase(Exception):
    """It is not, or not yet, what this program can use; the message says what is wrong and the cure."""


class Standing(StrEnum):
    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


def upgrade(url: str) -> bool:
    """Run what is missing; True: something was. Raises ``WrongDatabase`` (nothing was touched) or SQLAlchemyError."""
    with _connected(url, "BEGIN IMMEDIATE") as connection:
        now = _revision(connection)
        if standing_of(now) is Standing.NEWER:
            raise WrongDatabase(too_new(str(now)))
        if now is None:
            _refuse_foreign(connection)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return now != _revision(connection)


def current(url: str) -> str | None:
    """The revision its tables are at; None: there are none, or those of the store inside the daemon."""
    with _connected(url, "BEGIN") as connection:
        return _revision(connection)


def head() -> str:
    found = _scripts().get_current_head()
    assert found is not None
    return found


def standing_of(revision: str | None) -> Standing:
    if revision is None:
        return Standing.EMPTY
    if revision == head():
        return Standing.CURRENT
    known = {one.revision for one in _scripts().walk_revisions()}
    return Standing.OLDER if revision in known else Standing.NEWER


def too_new(revision: str) -> str:
    return _(
        "the case store was made by a newer program (revision {now}, this one knows up to {head}): use that program, or restore the backup of before",
        now=revision, head=head(),
    )  # fmt: skip


def _refuse_foreign(connection: sa.Connection) -> None:
    looked = sa.inspect(connection)
    ours = not looked.has_table("cases") or "query_code" in {one["name"] for one in looked.get_columns("cases")}
    if looked.has_table("calls") or looked.has_table("alembic_version") or not ours:
        raise WrongDatabase(_("casestore.url names a database that is another program's: give the case store its own"))


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "casestore:migrations")
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _connected(url: str, begin: str) -> Iterator[sa.Connection]:
    engine = make_engine(url, pooled=False)
    try:
        with engine.execution_options(begin=begin).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            yield connection
    finally:
        engine.dispose()
