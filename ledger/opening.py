"""Opens the ledger for the daemon: looked at first, brought to this program's revision only when it may be.

Synchronous; ``hotline/books/ledger_opener.py`` calls it in a thread, again and again until it works.
Raises ``LedgerUnavailable``, or ``LedgerWrong`` with the cure in its sentence: ``LedgerTooNew`` when a newer
program made the tables, ``LedgerDamaged`` when the file is no whole database. Neither is touched.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa
from alembic.util import CommandError
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from . import migrate
from .database_errors import damaged, meaning
from .errors import LedgerUnavailable, LedgerWrong

QUICK_BYTES = 256 << 20
"""Up to so large a file is read whole before it is written to (about a second); a larger one is judged by its use."""
CONNECT_SECONDS = 10


def open_up(url: str, *, whole: bool = False) -> list[str]:
    """The tables are at this program's revision when this returns; what was lacking and made anew, empty, is named.

    :param whole: read a SQLite file of any size: it was found damaged before.
    """
    try:
        _look(url, whole=whole)
        return migrate.upgrade(_patient(url))
    except (LedgerUnavailable, LedgerWrong):
        raise
    except (SQLAlchemyError, CommandError, OSError) as fault:
        found = meaning(fault)
        raise found or LedgerUnavailable(f"the ledger cannot be opened: {_first(fault)}") from fault


def usable(url: str) -> None:
    """Raises ValueError when no database can be meant by this url (a driver that is not there)."""
    try:
        sa.create_engine(url.replace("+aiosqlite", "")).dispose()
    except (ArgumentError, NoSuchModuleError, ImportError) as fault:
        raise ValueError(_first(fault)) from fault


def _look(url: str, *, whole: bool) -> None:
    """Read-only with SQLite: a file that is not ours to change is not changed."""
    file = Path(sa.make_url(url).database or "") if url.startswith("sqlite") else None
    if file is None or not file.exists():
        return  # migrate looks at the revision itself; a file will be made
    with _reading(file) as db:
        tables = db.execute(sa.text("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")).first()
        row = db.execute(sa.text("SELECT version_num FROM alembic_version")).first() if tables else None
    if row is not None and migrate.standing(str(row[0])) is migrate.Standing.NEWER:
        raise migrate.too_new(str(row[0]))
    if whole or file.stat().st_size <= QUICK_BYTES:
        _quick_check(file)


def _quick_check(file: Path) -> None:
    with _reading(file) as db:
        said = str(db.execute(sa.text("PRAGMA quick_check(1)")).scalar())
    if said != "ok":
        raise damaged(" ".join(said.split())[:300])


class _reading:
    """One connection that can change nothing."""

    def __init__(self, file: Path) -> None:
        self._engine = sa.create_engine(
            f"sqlite:///file:{file.as_posix()}?mode=ro&uri=true", poolclass=sa.NullPool, connect_args={"timeout": 5}
        )

    def __enter__(self) -> sa.Connection:
        self._connection = self._engine.connect()
        return self._connection

    def __exit__(self, *_: object) -> None:
        with suppress(SQLAlchemyError):
            self._connection.close()
        self._engine.dispose()


def _patient(url: str) -> str:
    """A host that drops every packet is given up after a while, not after the system's two minutes."""
    made = sa.make_url(url)
    if made.get_backend_name() != "postgresql" or "connect_timeout" in made.query:
        return url
    return made.update_query_dict({"connect_timeout": str(CONNECT_SECONDS)}).render_as_string(hide_password=False)


def _first(said: object) -> str:
    return str(said).strip().splitlines()[0][:300] if str(said).strip() else type(said).__name__
