"""The case store's process: adopted, ended, started again, never two of them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.case_store_messages import filing
from bridge.drivers import Receipt, Unreachable
from config import language
from hotline import start_check
from hotline.programs import case_store, child_program
from hotline.programs.case_store import running
from hotline.programs.process_table import alive
from tests.bridge.made import ticket
from tests.casestore.running import SECONDS, Installation, installation
from tests.ports import free_port

pytestmark = [pytest.mark.slow, pytest.mark.bound(240)]


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_language", "en")


@pytest.fixture
def here(tmp_path: Path) -> Installation:
    made = installation(tmp_path / "var")
    made.table["centre"]["language"] = "en"
    return made


async def file(here: Installation, n: int) -> Receipt:
    """Again while it cannot be reached, as the courier does: one that has just been started has its socket before its database."""
    async with here.driver() as driver, asyncio.timeout(SECONDS):
        while isinstance(answer := await driver.deliver(filing(ticket(n))), Unreachable):
            await asyncio.sleep(0.1)
    assert isinstance(answer, Receipt), answer
    return answer


async def test_a_daemon_that_died_is_followed_by_one_that_adopts(here: Installation) -> None:
    """It takes tickets meanwhile; the orderly end ends it, with status 0 and its files its owner's alone."""
    first = here.program()
    assert not await first.start()
    await first.settled(SECONDS)
    pid, child = await first.leave(), first._child  # as a daemon that is killed: nothing is said to it
    one = await file(here, 1)
    async with here.running() as second:
        assert second.adopted
        assert second.pid == pid == running(here.places)
        assert await file(here, 1) == one
    assert running(here.places) is None
    assert child is not None
    assert child.wait(10) == 0
    last = json.loads(here.log().splitlines()[-1])
    assert last["event"] == "ended"
    for path in (here.places.casestore, here.places.casestore_conf, here.places.casestore_lock):
        assert path.stat().st_mode & 0o077 == 0, path


async def test_one_that_was_told_otherwise_is_ended_and_its_cases_stay(here: Installation) -> None:
    first = here.program()
    await first.start()
    await first.settled(SECONDS)
    pid = await first.leave()
    assert pid is not None
    one = await file(here, 1)
    here.table["ports"]["casestore"] = free_port()
    async with here.running() as second:
        assert not second.adopted
        assert second.pid != pid
        assert not alive(pid)
        assert await file(here, 1) == one


async def test_a_dead_one_is_started_again(here: Installation) -> None:
    """kill -9: what it answered is there afterwards."""
    async with here.running() as program:
        one, pid = await file(here, 1), program.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(SECONDS):
            while program.pid == pid:
                await asyncio.sleep(0.01)
        assert program.away
        await program.settled(SECONDS)
        assert (program.away, program.restarts) == ("", 1)
        assert await file(here, 1) == one


async def test_a_deaf_one_is_started_again(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs and answers nothing (SIGSTOP): as good as dead."""
    monkeypatch.setattr(case_store, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(case_store, "ASK_SECONDS", 1.0)
    monkeypatch.setattr(child_program, "KILL_SECONDS", 1.0)
    async with here.running() as program:
        pid = program.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        async with asyncio.timeout(SECONDS):
            while program.pid in (pid, None):
                await asyncio.sleep(0.05)
        assert not alive(pid)
        await file(here, 1)


async def test_a_port_that_is_taken(here: Installation, capsys: pytest.CaptureFixture[str]) -> None:
    """Looked for before a start, with field and cure; the program itself says it, and comes up when the port is free."""
    with socket.create_server(("127.0.0.1", here.port)):
        said = [one for one in start_check.problems(here.settings, here.places) if "casestore" in one]
        assert len(said) == 1
        assert str(here.port) in said[0]
        assert "Cure: end it, or choose another ports.casestore" in said[0]
        program = here.program()
        await program.start()
        async with asyncio.timeout(SECONDS):
            while "does not come up on port" not in capsys.readouterr().out:
                await asyncio.sleep(0.1)
    try:
        await program.settled(SECONDS)
        assert not program.away
        assert not [one for one in start_check.problems(here.settings, here.places, running=True) if "casestore" in one]
        await file(here, 1)
    finally:
        await program.stop()


async def test_never_two_for_one_folder(here: Installation) -> None:
    async with here.running() as program:
        here.table["ports"]["casestore"] = free_port()
        other = here.program()
        other._told.write(here.places.var / "other.json")
        done = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-m", "casestore", str(here.places.var / "other.json")],
            capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        await other.leave()
        assert done.returncode == 3
        assert "another case store runs" in done.stderr
        assert running(here.places) == program.pid


async def test_an_orderly_end_answers_who_waits(here: Installation) -> None:
    """A driver that listens gets its empty answer at once, not a cut line after the grace."""
    async with here.running() as program, here.client() as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
        proof = f"Authorization: Bearer {here.secret}"
        writer.write(f"GET /events?wait=25 HTTP/1.1\r\nHost: x\r\n{proof}\r\n\r\n".encode())
        await writer.drain()
        await client.get("/health")  # answered after the other was read
        await program.stop()
        answer = await reader.read()
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b" 200 " in head.split(b"\r\n")[0]
    assert json.loads(body)["events"] == []


async def test_what_a_dead_daemon_left_is_ended_for_a_restore(here: Installation) -> None:
    program = here.program()
    await program.start()
    await program.settled(SECONDS)
    pid = await program.leave()
    assert pid is not None
    await asyncio.to_thread(case_store.end, here.places)
    assert not alive(pid)
    case_store.end(here.places)
