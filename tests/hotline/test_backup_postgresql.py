"""Backup and restore of a ledger in PostgreSQL, by its own tools."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path

import psycopg
import pytest

from config.file_places import Places
from hotline.cli import main
from ledger import migrate
from ledger.call_list import Filter
from ledger.history import History
from ledger.store import Store
from tests.hotline.test_backup import SHIPPED
from tests.ledger.conftest import postgres, psycopg_url  # noqa: F401 - a fixture
from tests.ledger.seed import ledger

pytestmark = pytest.mark.postgres


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tools of the test's own server."""
    pgserver = pytest.importorskip("pgserver")
    folder = Path(pgserver.__file__).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


class City:
    def __init__(self, folder: Path, server: str, name: str) -> None:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
        self.url = psycopg_url(server, name)
        migrate.upgrade(self.url)
        self.config = folder / "hotline.toml"
        text = SHIPPED.read_text(encoding="utf-8")
        self.config.write_text(text.replace('url = "sqlite"', f'url = "{self.url}"', 1), encoding="utf-8")
        self.places = Places(folder / "var")
        self.places.make()

    def do(self, *words: str) -> int:
        return main([*words, "--config", str(self.config), "--var", str(self.places.var)])

    def asked(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url.replace("+psycopg", "")) as db:
            return db.execute(statement).fetchall()


def test_a_ledger_in_postgresql_comes_back(
    tmp_path: Path, postgres: str, tools: None, capsys: pytest.CaptureFixture[str]  # noqa: F811
) -> None:  # fmt: skip
    """Dumped, emptied, filled: the calls are back, the audit log says so, and what stood there was dumped first."""
    city = City(tmp_path, postgres, "hotline_backup")

    async def fill() -> None:
        async with ledger(city.url):
            pass

    asyncio.run(fill())
    assert city.do("backup", str(tmp_path / "backup"), "--json") == 0
    assert (tmp_path / "backup" / "ledger.dump").stat().st_mode & 0o077 == 0
    with psycopg.connect(city.url.replace("+psycopg", ""), autocommit=True) as db:
        db.execute("DELETE FROM talks")
    capsys.readouterr()
    with psycopg.connect(city.url.replace("+psycopg", "")) as somebody:
        somebody.execute("SELECT 1")
        assert city.do("restore", str(tmp_path / "backup")) == 3, "restored under somebody's hands"
    capsys.readouterr()
    assert city.do("restore", str(tmp_path / "backup"), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (Path(told["set_aside"]) / "ledger.dump").exists()
    assert city.asked("SELECT count(*) FROM talks") == [(2,)]
    assert city.asked("SELECT action FROM audit ORDER BY seq DESC LIMIT 1") == [("ledger_restored",)]
    assert migrate.differences(city.url) == ([], [])

    async def calls() -> int:
        store = Store(city.url)
        found = await History(store).past(Filter())
        await store.close()
        return len(found)

    assert asyncio.run(calls()) == 6


def test_missing_tools_are_said(
    tmp_path: Path, postgres: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]  # noqa: F811
) -> None:  # fmt: skip
    """Without ``pg_dump`` there is no backup, and the package that has it is named."""
    city = City(tmp_path, postgres, "hotline_no_tools")
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert city.do("backup", str(tmp_path / "backup")) == 1
    assert "postgresql-client" in capsys.readouterr().err
    assert not (tmp_path / "backup").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
