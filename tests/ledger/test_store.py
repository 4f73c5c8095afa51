"""The door: what is written is whole, what fails says so, readers cannot write."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from ledger import migrate
from ledger import tables as t
from ledger.errors import LedgerMisshapen, LedgerUnavailable
from ledger.store import Store
from tests import new_ledger

from .conftest import psycopg_url
from .desk import contents

ROW = sa.insert(t.seat_memory).values(seat="8001", state="{}")


def count(db: sa.Connection) -> int:
    return db.scalar(sa.select(sa.func.count()).select_from(t.seat_memory)) or 0


async def test_an_exception_undoes_the_transaction(url: str) -> None:
    """Both doors; the error itself comes through, and the store works on."""
    store = Store(url)

    def fails(db: sa.Connection) -> None:
        db.execute(ROW)
        raise RuntimeError("died here")

    with pytest.raises(RuntimeError):
        await store.transact(fails)
    with pytest.raises(RuntimeError):
        await _fails(store)
    assert await store.transact(count) == 0
    await store.close()


async def _fails(store: Store) -> None:
    async with store.writing() as db:
        await db.execute(ROW)
        raise RuntimeError("died here")


async def test_a_wrong_program_is_not_called_an_outage(url: str) -> None:
    """A broken constraint raises as it is."""
    store = Store(url)
    with pytest.raises(IntegrityError):
        async with store.writing() as db:
            await db.execute(sa.insert(t.outbox).values(message_id="nobody's", next_try=None))
    await store.close()


async def test_many_writers_queue_up(url: str) -> None:
    """Both doors at once, two stores: nobody is refused, nothing is lost."""
    one, two = Store(url), Store(url)

    async def put(n: int) -> None:
        statement = sa.insert(t.seat_memory).values(seat=str(n), state="{}")
        if n % 2:
            await (one if n % 3 else two).transact(lambda db: db.execute(statement).rowcount)
        else:
            async with (one if n % 3 else two).writing() as db:
                await db.execute(statement)

    await asyncio.gather(*(put(n) for n in range(40)))
    assert await one.transact(count) == 40
    await one.close()
    await two.close()


async def test_a_cancelled_batch_is_finished_first(url: str) -> None:
    """Stopping the daemon in the middle of a commit leaves it whole, and the door closed behind it."""
    store = Store(url)
    task = asyncio.ensure_future(store.transact(lambda db: db.execute(ROW).rowcount))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await store.transact(count) in (0, 1)
    await store.close()


async def test_a_cancelled_writer_is_whole_when_its_work_is(url: str) -> None:
    """Cut off between BEGIN and COMMIT, it is committed before the cancellation goes on; the next writer waits for nothing."""
    store = Store(url)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        async with store.writing() as db:
            await db.execute(ROW)
            begun.set()
            await go_on.wait()

    task = asyncio.ensure_future(store.whole(work()))
    await begun.wait()
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await store.transact(count) == 1
    await store.close()


async def test_a_reader_cannot_write(tmp_path: Path) -> None:
    """On SQLite a query cannot change the ledger by mistake."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'ledger.db'}"
    migrate.upgrade(url)
    store = Store(url)
    with pytest.raises(LedgerMisshapen):
        async with store.reading() as db:
            await db.execute(ROW)
    await store.close()


@pytest.mark.parametrize("url", ["sqlite+aiosqlite:////nowhere/at/all.db", "postgresql+psycopg://x@127.0.0.1:12499/x"])
async def test_a_database_that_is_away_is_said(url: str) -> None:
    """Every door raises ``LedgerUnavailable``."""
    store = Store(url)
    with pytest.raises(LedgerUnavailable):
        await store.transact(count)
    with pytest.raises(LedgerUnavailable):
        async with store.writing():
            pass
    with pytest.raises(LedgerUnavailable):
        async with store.reading():
            pass
    await store.close()


# -- a ledger that is locked, removed or replaced ------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    new_ledger.make(tmp_path / "ledger.db")
    return tmp_path / "ledger.db"


async def _writes(store: Store) -> None:
    async with store.writing() as db:
        await db.execute(ROW)


async def test_a_locked_ledger_keeps_nobody_waiting_for_more_than_two_seconds(file: Path) -> None:
    """However many want to write at once; and it works on when the lock is gone."""
    store = Store(f"sqlite+aiosqlite:///{file}")
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        async def one(number: int) -> float:
            began = time.monotonic()
            with pytest.raises(LedgerUnavailable):
                await (store.probe() if number % 2 else _writes(store))
            return time.monotonic() - began

        for _ in range(2):
            assert max(await asyncio.gather(*(one(number) for number in range(12)))) < 2.5
        other.execute("ROLLBACK")
    await store.probe()
    async with store.writing() as db:
        await db.execute(ROW)
    assert await store.transact(count) == 1
    await store.close()


@pytest.mark.parametrize("how", ["removed", "replaced"])
@pytest.mark.parametrize("when", ["before", "within"])
async def test_what_is_written_into_a_file_that_is_gone_is_not_acknowledged(file: Path, how: str, when: str) -> None:
    """Neither through ``writing`` nor through ``transact``; put back, it goes on."""
    store, aside = Store(f"sqlite+aiosqlite:///{file}"), file.with_name("aside.db")
    await store.probe()

    def lose() -> None:
        file.rename(aside)
        if how == "replaced":
            file.write_bytes(aside.read_bytes())

    def work(db: sa.Connection) -> None:
        if when == "within":
            lose()

    if when == "before":
        lose()
    with pytest.raises(LedgerUnavailable, match="removed or replaced"):
        await store.transact(work)
    with pytest.raises(LedgerUnavailable, match="removed or replaced"):
        async with store.writing() as db:
            await db.execute(ROW)
    aside.rename(file)
    async with store.writing() as db:
        await db.execute(ROW)
    await store.close()


PROBED = """
import asyncio, resource, signal, sys
from pathlib import Path
from ledger.errors import LedgerUnavailable
from ledger.store import Store

async def main(file: Path) -> None:
    store = Store(f"sqlite+aiosqlite:///{file}")
    await store.probe()
    journal = file.with_name(file.name + "-wal")
    resource.setrlimit(resource.RLIMIT_FSIZE, (journal.stat().st_size, resource.RLIM_INFINITY))
    told = []
    for _ in range(5):
        try:
            await store.probe()
            told.append("")
        except LedgerUnavailable as fault:
            told.append(str(fault))
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await store.probe()
    print(all(told), told)

asyncio.run(main(Path(sys.argv[1])))
"""


def test_a_store_without_room_is_told_each_time_it_is_asked(file: Path) -> None:
    """A full disk (here: no file may grow) is no weather that changes with each look; with room again it is well."""
    done = subprocess.run([sys.executable, "-c", PROBED, file], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.startswith("True "), done.stdout


async def test_asking_whether_it_takes_writing_leaves_nothing_behind(url: str) -> None:
    """However often: no row more, and its file no bigger than its journal lets it be."""
    store = Store(url)
    before = contents(url)
    for _ in range(1100):  # more than a journal holds before it is written back
        await store.probe()
    assert contents(url) == before
    if store.sqlite:
        path = Path(url.partition(":///")[2])
        assert path.with_name(path.name + "-wal").stat().st_size < 6 << 20
    await store.close()


@pytest.mark.postgres
async def test_a_server_that_takes_no_writing_is_told(postgres: str) -> None:
    """A standby, or one whose administrator made it read only, answers every question and takes nothing."""
    url = psycopg_url(postgres, "postgres")
    mark = "&" if "?" in url else "?"
    store = Store(f"{url}{mark}options=-cdefault_transaction_read_only%3Don")
    with pytest.raises(LedgerMisshapen, match="default_transaction_read_only"):
        await store.probe()
    await store.close()


@pytest.mark.postgres
async def test_a_server_without_room_is_told(postgres: str) -> None:
    """Its disk takes no file more (here: no temporary one may grow), though a transaction number is still to be had."""
    name = "hotline_without_room"
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        admin.execute(f"ALTER DATABASE {name} SET temp_file_limit = '128kB'")
    store = Store(psycopg_url(postgres, name))
    try:
        for _ in range(2):
            with pytest.raises(LedgerUnavailable, match="temp_file_limit"):
                await store.probe()
    finally:
        await store.close()
        with psycopg.connect(postgres, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.bound(120)
@pytest.mark.skipif(os.getuid() != 0, reason="file systems may be mounted by root alone")
async def test_a_server_whose_disk_is_full_is_told_and_is_well_with_room_again(postgres: str) -> None:
    """A database on a small file system that somebody else fills: told at each look, and a row that is written then is told alike."""
    folder = Path(tempfile.mkdtemp(prefix="hotline-pg-full-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m,mode=777", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("file systems may not be mounted here")
    name = "hotline_on_a_small_disk"
    store = Store(psycopg_url(postgres, name))
    try:
        with psycopg.connect(postgres, autocommit=True) as admin:
            (data,) = admin.execute("SHOW data_directory").fetchone() or ("",)
            owner = Path(data).stat()
            (folder / "space").mkdir(mode=0o700)
            os.chown(folder / "space", owner.st_uid, owner.st_gid)
            admin.execute(f"CREATE TABLESPACE {name} LOCATION '{folder / 'space'}'")
            admin.execute(f"CREATE DATABASE {name} TABLESPACE {name}")
        await store.probe()
        with (folder / "full").open("wb") as full, suppress(OSError):
            while True:
                full.write(bytes(1 << 16))
                full.flush()
        for _ in range(3):
            with pytest.raises(LedgerUnavailable, match="No space left"):
                await store.probe()
        (folder / "full").unlink()
        await store.probe()
    finally:
        await store.close()
        with psycopg.connect(postgres, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            admin.execute(f"DROP TABLESPACE IF EXISTS {name}")
        subprocess.run(["umount", "-l", folder], check=False)
        folder.rmdir()
