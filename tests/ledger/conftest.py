"""The ledger's tests run on both databases: ``databases`` gives a fresh, migrated url each time it is called."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ledger import migrate

Fresh = Callable[[], str]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of our own on a Unix socket; HOTLINE_TEST_POSTGRES names another one."""
    given = os.environ.get("HOTLINE_TEST_POSTGRES")
    if given:
        yield given
        return
    pgserver = pytest.importorskip("pgserver")
    # Not under pytest's own folder: root's server runs as another user, who may not enter there.
    folder = Path(tempfile.mkdtemp(prefix="hotline-pg-"))
    folder.chmod(0o755)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "run"))
    server = pgserver.get_server(folder / "data")
    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET fsync = off")  # thrown away anyway
        admin.execute("SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        _stop_at_once(server)
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _stop_at_once(server: Any) -> None:
    """Its databases are thrown away: a checkpoint of all of them took half a minute on a busy machine."""
    postmaster = server._postmaster_info.process
    postmaster.send_signal(signal.SIGQUIT)
    postmaster.wait(60)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fresh]:
    """Call it for the url of a new ledger at the newest revision."""
    if request.param == "sqlite":
        yield _sqlite(tmp_path_factory.mktemp("ledgers"))
    else:
        yield from _postgres(request.getfixturevalue("postgres"))


@pytest.fixture
def url(databases: Fresh) -> str:
    return databases()


def _sqlite(folder: Path) -> Fresh:
    template = folder / "template.db"
    migrate.upgrade(f"sqlite+aiosqlite:///{template}")
    numbers = itertools.count()

    def fresh() -> str:
        path = folder / f"{next(numbers)}.db"
        shutil.copy(template, path)
        return f"sqlite+aiosqlite:///{path}"

    return fresh


def _postgres(server: str) -> Iterator[Fresh]:
    named = f"hotline_test_{os.getpid()}"
    numbers = itertools.count()
    made = [f"{named}_template"]

    def address(name: str) -> str:
        return psycopg_url(server, name)

    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {made[0]}")
    migrate.upgrade(address(made[0]))

    def fresh() -> str:
        name = f"{named}_{next(numbers)}"
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {made[0]}")
        made.append(name)
        return address(name)

    yield fresh
    # of one session several times: after each stretch of tests on the other database
    with psycopg.connect(server, autocommit=True) as admin:
        for name in reversed(made):
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def psycopg_url(server: str, database: str) -> str:
    """The server's uri with another database, as SQLAlchemy wants it."""
    head, question, tail = server.partition("?")
    scheme, rest = head.split("://", 1)
    place = rest.rsplit("/", 1)[0]
    return f"{scheme}+psycopg://{place}/{database}{question}{tail}"
