"""The ledger's door: shut until the ledger may be used, tried again, its steps done in order, shut again when it is damaged."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from hotline.books import ledger_opener
from hotline.books.ledger_opener import LedgerOpener
from ledger import opening
from ledger.errors import LedgerDamaged, LedgerTooNew, LedgerUnavailable
from ledger.store import Store


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_PAUSE", "MOST_PAUSE", "LOOK_SECONDS", "DAMAGED_PAUSE"):
        monkeypatch.setattr(ledger_opener, name, 0.05)


def url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


async def test_nothing_passes_before_it_is_open_and_steps_keep_their_order(tmp_path: Path) -> None:
    """Three tries fail: the store refuses without touching the database; then it opens, and the steps run once, in order."""
    file = tmp_path / "ledger.db"
    tries: list[int] = []

    def sometimes(where: str, *, whole: bool = False) -> None:
        tries.append(1)
        if len(tries) < 4:
            raise LedgerUnavailable("not yet")
        opening.open_up(where, whole=whole)

    store, done = Store(url(file)), list[str]()
    door = LedgerOpener(store, sometimes)  # type: ignore[arg-type]

    async def step(name: str) -> None:
        done.append(name)
        if done == ["first"]:
            raise LedgerUnavailable("went away in the middle of it")

    door.when_open(lambda: step("first"))
    door.when_open(lambda: step("second"))
    door.start()
    assert not await door.first_try(5)
    assert door.away == "not yet"
    with pytest.raises(LedgerUnavailable, match="not yet"):
        async with store.reading():
            pass
    assert not file.exists()
    await door.settled(60)
    assert done == ["first", "first", "second"]
    assert await store.look(lambda db: db.scalar(sa.text("SELECT count(*) FROM calls"))) == 0
    await door.stop()
    await store.close()


async def test_damage_that_shows_while_it_is_used_shuts_it_for_everybody(tmp_path: Path) -> None:
    """The first statement that meets it says so; no other reaches the file, until it is whole again."""
    file = tmp_path / "ledger.db"
    opening.open_up(url(file))
    whole = file.read_bytes()
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store = Store(url(file))
    door = LedgerOpener(store)
    door.start()
    assert await door.first_try(60)
    root = _root_page(file, "calls")
    with file.open("r+b") as bytes_:
        bytes_.seek((root - 1) * 4096)
        bytes_.write(os.urandom(4096))
    with pytest.raises(LedgerDamaged):
        await store.look(lambda db: db.execute(sa.text("SELECT * FROM calls")).all())
    with pytest.raises(LedgerUnavailable, match="hotline restore"):
        async with store.writing():
            pass
    await asyncio.sleep(0.3)
    assert "hotline restore" in door.away, "it was opened again although it is as it was"
    for name in ("ledger.db-wal", "ledger.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    file.with_name("new").write_bytes(whole)
    file.with_name("new").replace(file)
    async with asyncio.timeout(30):
        while door.away:
            await asyncio.sleep(0.02)
    await door.stop()
    await store.close()


def _root_page(file: Path, table: str) -> int:
    with sqlite3.connect(file) as db:
        return int(db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()[0])


def test_a_newer_or_damaged_file_is_not_changed_by_a_byte(tmp_path: Path) -> None:
    """The newer program's tables, and a torn page: told apart, neither is written to, no -wal is left beside them."""
    file = tmp_path / "ledger.db"
    opening.open_up(url(file))
    whole = file.read_bytes()
    with sqlite3.connect(file) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    before = file.read_bytes()
    with pytest.raises(LedgerTooNew, match="9999"):
        opening.open_up(url(file))
    assert file.read_bytes() == before
    torn = tmp_path / "torn.db"
    torn.write_bytes(whole[:8192] + os.urandom(16384) + whole[24576:])
    kept = torn.read_bytes()
    with pytest.raises(LedgerDamaged):
        opening.open_up(url(torn))
    assert torn.read_bytes() == kept


@pytest.mark.parametrize("text", ["mysql://h/x", "postgresql+nosuch://h/x", "not a url"])
def test_a_url_that_means_no_database_is_no_weather(text: str) -> None:
    """Waiting would not help: a ValueError, which refuses the start."""
    with pytest.raises(ValueError):
        opening.usable(text)


def test_what_cannot_be_reached_is_told_without_the_password() -> None:
    with pytest.raises(LedgerUnavailable) as told:
        opening.open_up("postgresql+psycopg://u:geheim@127.0.0.1:1/x")
    assert "geheim" not in str(told.value)
