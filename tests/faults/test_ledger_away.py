"""A ledger that cannot be opened at the start: Asterisk first, callers are served, nothing is lost, and it is caught up with."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from hotline.lab.phones import answering
from tests.live.site import SEAT_TONE, Site, SiteTelephones, eventually
from tests.ports import free_port
from tests.sampling import sampled

pytestmark = pytest.mark.fault


def newer(file: Path) -> None:
    db = sqlite3.connect(file)
    with db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()  # and with it what stood in its -wal


def garbage(file: Path) -> None:
    file.write_bytes(os.urandom(64 << 10))


def torn(file: Path) -> None:
    """The header is whole; what stands behind it is not."""
    with file.open("r+b") as db:
        db.seek(8192)
        db.write(os.urandom(64 << 10))


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.bound(180)
@pytest.mark.parametrize("spoil", sampled([newer, garbage, torn, a_folder], 2), ids=lambda one: one.__name__)
async def test_the_telephone_works_without_it(idle: Site, spoil: Callable[[Path], None]) -> None:
    """Started on a ledger that may not be touched: ready, a caller is answered, pages say so, not a byte of it changes."""
    site = idle
    site.start()
    async with SiteTelephones(site, 1, answering(0.3, None, SEAT_TONE)) as floor:
        first = await floor.dial(caller="13800090001")
        seat = await floor.seat_call(first.caller, 20)
        await asyncio.sleep(1.5)  # a shorter talk is no answer
        first.hang_up()
        await seat.until_ended(3)
        await floor.until_state("8001", "ready", 10)
        site.stop()
        ledger = site.places.ledger
        whole = site.places.var / "whole.db"
        shutil.copy(ledger, whole)
        for name in ("ledger.db-wal", "ledger.db-shm"):
            (site.places.var / name).unlink(missing_ok=True)
        spoil(ledger)
        before = ledger.read_bytes() if ledger.is_file() else None

        await asyncio.to_thread(site.start)
        assert "ready\n" in site.log.read_text()
        said = site.tail(200)
        assert "台账" in said.rpartition("ready\n")[2], "it does not name what is away"
        health = (await floor._client.get("/api/health")).json()
        vital = next(one for one in health["vitals"] if one["name"] == "ledger")
        assert not vital["ok"]
        assert vital["said"]
        # the seat is known without the ledger: the caller is put through to it
        second = await floor.dial(caller="13800090002")
        seat = await floor.seat_call(second.caller, 20)
        await asyncio.sleep(1.5)
        second.hang_up()
        await seat.until_ended(3)
        signing_in = {"account": "1001", "password": "whatever-it-is-12"}
        refused = await floor._client.post("/api/session", json=signing_in)
        assert refused.status_code == 503, refused.text
        assert (ledger.read_bytes() if ledger.is_file() else None) == before, "it was written to"

        # mended: it is opened by itself, and what happened meanwhile is in it
        shutil.rmtree(ledger) if ledger.is_dir() else ledger.unlink()
        shutil.copy(whole, f"{ledger}.new")
        os.replace(f"{ledger}.new", ledger)
        seconds = 75 if spoil in (garbage, torn) else 25  # a damaged one is looked at once a minute

        async def back() -> None:
            health = (await floor._client.get("/api/health")).json()
            assert all(one["ok"] for one in health["vitals"] if one["name"] == "ledger")

        await eventually(back, seconds)
        await eventually(lambda: len(site.ledger()) == 2, 10)
        assert {row["caller"] for row in calls(site) if row["seat"] == "8001"} == {"13800090001", "13800090002"}
        assert {row["agent"] for row in calls(site)} == {"1001"}
    assert site.verify() == ()


def calls(site: Site) -> list[dict[str, object]]:
    """What the ledger has; nothing while it has no tables yet."""
    done = site.command("report", "calls", "--json")
    return list(json.loads(done.stdout)) if done.returncode == 0 else []


@pytest.mark.bound(120)
async def test_a_database_that_comes_up_later_is_caught_up_with(idle: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL is not there after a power cut: callers are served from the first second, the ledger has them afterwards."""
    pgserver = pytest.importorskip("pgserver")
    # Not under pytest's own folder: root's server runs as another user, who may not enter there.
    home = Path(tempfile.mkdtemp(prefix="hotline-pg-"))
    home.chmod(0o755)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home / "run"))
    folder = home / "data"
    server = pgserver.get_server(folder)
    try:
        server.psql("CREATE DATABASE hotline")
        where = server.get_uri("hotline").replace("postgresql://", "postgresql+psycopg://")
        site = idle
        site.settings["ledger"] = {"url": where}
        site.write_settings()
        server.cleanup()
        await asyncio.to_thread(site.start)
        async with SiteTelephones(site, 1, answering(0.3, None, SEAT_TONE)) as floor:
            call = await floor.dial(caller="13800091001")
            seat = await floor.seat_call(call.caller, 20)
            await asyncio.sleep(1.5)
            call.hang_up()
            await seat.until_ended(3)
            server = await asyncio.to_thread(pgserver.get_server, folder)
            await eventually(lambda: [row["caller"] for row in calls(site)] == ["13800091001"], 30)
            assert calls(site)[0]["seat"] == "8001"
        assert site.verify() == ()
        site.stop()
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


@pytest.mark.bound(120)
async def test_a_database_host_that_is_silent_holds_up_neither_start_nor_end(idle: Site) -> None:
    """It takes the connection and says nothing, and nobody gives it up: ready all the same, and ended all the same.

    Whoever waited for its answer would wait for an hour: that it ends at all is the proof.
    """
    site, port = idle, free_port()
    with socket.create_server(("127.0.0.1", port)):
        site.settings["ledger"] = {"url": f"postgresql+psycopg://u:geheim@127.0.0.1:{port}/h?connect_timeout=3600"}
        site.write_settings()
        await asyncio.to_thread(site.start, seconds=60)
        assert await asyncio.to_thread(site.stop) == 0
    assert "geheim" not in site.log.read_text()
