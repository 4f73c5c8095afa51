"""Copies of databases that are in use, and whether a database file is whole.

SQLite: ``VACUUM INTO``, one pass over one snapshot: it is not begun anew at each foreign write, as SQLite's ``.backup`` is,
and holds nobody up. PostgreSQL: its own ``pg_dump`` and ``pg_restore``.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from config.language import say as _
from recordings.durable import sync_file

from .manifest import BackupError

BESIDE = ("-wal", "-shm", "-journal")
"""What lies beside a SQLite file and belongs to it alone: put beside another file it damages that."""


def copy_sqlite(source: Path, target: Path) -> None:
    """A whole copy in one file. Raises ``BackupError``."""
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30, isolation_level=None)) as db:
            db.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as fault:
        raise BackupError(_("{path} cannot be copied: {fault}", path=source, fault=fault)) from fault
    target.chmod(0o600)
    sync_file(target)


def faults(file: Path, most: int = 3) -> list[str]:
    """What SQLite's own look at every page finds wrong; none: the file is whole."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as db:
            found = [str(row[0]) for row in db.execute(f"PRAGMA quick_check({int(most)})")]
    except sqlite3.Error as fault:
        return [str(fault)]
    return [] if found == ["ok"] else found


def set_aside(file: Path, folder: Path) -> bool:
    """Move a SQLite file and what belongs to it into ``folder``; False: there was nothing."""
    moved = False
    for name in (*(file.name + end for end in BESIDE), file.name):
        path = file.with_name(name)
        if path.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.replace(path, folder / name)
            moved = True
    return moved


def dump_postgresql(url: str, target: Path) -> None:
    """Raises ``BackupError``; the cure when the tools are not there."""
    _run("pg_dump", url, ["--format=custom", "--no-owner", f"--file={target}"])
    target.chmod(0o600)


def restore_postgresql(url: str, dump: Path) -> None:
    """Into a database that is made empty first. Raises ``BackupError``."""
    tool = _tool("pg_restore")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.begin() as db:
            names = sa.inspect(db).get_table_names()
            for name in names:
                db.execute(sa.text(f"DROP TABLE {db.dialect.identifier_preparer.quote(name)} CASCADE"))
    except sa.exc.DBAPIError as fault:
        raise BackupError(_("the database cannot be emptied: {fault}", fault=fault.orig)) from fault
    finally:
        engine.dispose()
    _run(tool, url, ["--no-owner", "--exit-on-error", "--single-transaction"], [str(dump)])


def others(url: str) -> int:
    """Other connections to this PostgreSQL database: somebody works with it."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    try:
        with engine.connect() as db:
            return int(db.scalar(sa.text(asked)) or 0)
    except sa.exc.DBAPIError as fault:
        raise BackupError(_("the ledger's database does not answer: {said}", said=fault.orig)) from fault
    finally:
        engine.dispose()


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupError(
            _("{name} is missing: apt-get install postgresql-client, of the server's version or newer", name=name)
        )
    return found


def _run(tool: str, url: str, options: list[str], last: list[str] | None = None) -> None:
    asked = sa.make_url(url).set(drivername="postgresql")
    # the password goes by the environment: everybody may read a command line
    environ = {**os.environ} | ({"PGPASSWORD": str(asked.password)} if asked.password else {})
    shown = asked.set(password=None).render_as_string(hide_password=False)
    words = [_tool(tool), "--no-password", f"--dbname={shown}", *options, *(last or [])]
    done = subprocess.run(words, env=environ, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or [str(done.returncode)])[0]
        raise BackupError(_("{tool} failed: {said}", tool=Path(tool).name, said=said))
