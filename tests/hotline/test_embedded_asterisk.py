"""The embedded Asterisk's life: started, adopted, started again, stopped."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
from pathlib import Path

import pytest

from config import secrets
from config.file_places import Places
from config.read import parse
from hotline.lab import ports
from hotline.lab.hotline_instance import derive, shipped
from hotline.programs import asterisk_logs
from hotline.programs.asterisk_found import Asterisk
from hotline.programs.embedded_asterisk import AsteriskError, EmbeddedAsterisk
from tests.config.alone import Alone
from tests.waiting import until


@pytest.fixture
def here(tmp_path: Path) -> object:
    block = ports.find()
    yield Alone(tmp_path, block.base, derive(shipped(), block.base), {})
    block.free()


@pytest.mark.live
async def test_it_outlives_a_daemon_and_is_adopted(here: Alone) -> None:
    """It has a session of its own; the next daemon adopts it and changes to the configuration are taken up."""
    first = here.program()
    try:
        assert not await first.start()
        pid = first.pid
        assert pid is not None
        assert os.getsid(pid) == pid != os.getsid(0)
        assert await first.leave() == pid
        assert first.pid is None
        queues = here.places.asterisk_etc / "queues.conf"
        as_rendered = queues.read_text()
        queues.write_text(re.sub(r"maxlen = \d+", "maxlen = 7", as_rendered))
        second = here.program()
        assert await second.start()
        assert second.pid == pid
        most = re.findall(r"\[mandarin\][^\[]*maxlen = (\d+)", as_rendered)
        assert f"max {most[0]}" in here.cli("queue show mandarin")
        assert here.complaints() == []
    finally:
        last = here.program()
        await last.start()
        await last.stop(0.0)
    assert here.cli("core show version") == ""


@pytest.mark.live
async def test_it_is_stopped_with_a_trunk_that_does_not_answer(here: Alone) -> None:
    """An OPTIONS is under way. Left to itself Asterisk would wait for it while it unloads, and complain."""
    trunk = here.settings.trunk[0]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((trunk.host, trunk.port))
        silent.setblocking(False)
        program = here.program()
        await program.start()
        try:
            async with asyncio.timeout(20):
                assert (await asyncio.get_running_loop().sock_recv(silent, 4096)).startswith(b"OPTIONS ")
        finally:
            await program.stop()
    assert here.cli("core show version") == ""
    assert [line for line in here.complaints() if "Cleanup incomplete" in line] == []


@pytest.mark.live
async def test_it_is_started_again_when_it_dies(here: Alone) -> None:
    """After kill -9 the callback hears of it and a new one comes up; so it does after restart()."""
    ends: list[int | None] = []
    program = here.program(ends.append)
    await program.start()
    try:
        first = program.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: program.pid not in (None, first))
        second = program.pid
        await program.restart("a test asks for it")
        await until(lambda: program.pid not in (None, second))
        assert ends == [-signal.SIGKILL, 0]
        assert program.restarts == 2
    finally:
        await program.stop(0.0)
    assert here.cli("core show version") == ""


@pytest.mark.live
async def test_a_taken_ami_port_is_told_with_the_cure(here: Alone) -> None:
    """Asterisk would say it is ready and stay deaf for good; we end it and say which port to free."""
    with socket.create_server(("127.0.0.1", here.settings.ports.ami)):
        program = here.program()
        with pytest.raises(AsteriskError, match=r"\[ports\]"):
            await program.start()
        assert program.pid is None
        assert here.cli("core show version") == ""


def test_logs_stay_small(tmp_path: Path) -> None:
    """A log that outgrew its bound is kept as .1 and goes on empty; at most three old ones stay; queue_log is never touched."""
    log, queue_log = tmp_path / "messages", tmp_path / "queue_log"
    queue_log.write_bytes(b"x" * 1000)
    with open(log, "ab", buffering=0) as writer:
        for number in range(6):
            writer.write(bytes([65 + number]) * 200)
            assert asterisk_logs.keep_small(tmp_path, most=100) == [log]
        writer.write(b"after")
    assert log.read_bytes() == b"after"
    assert (tmp_path / "messages.1").read_bytes() == b"F" * 100
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "messages", "messages.1", "messages.2", "messages.3", "queue_log",
    ]  # fmt: skip
    assert asterisk_logs.keep_small(tmp_path, most=100) == []


async def test_new_modules_are_loaded_before_the_dialplan_that_needs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An Asterisk that outlived an upgrade has the modules of its start alone."""
    settings, places, asked = parse(shipped()), Places(tmp_path), list[str]()

    async def yes(*_: object) -> bool:
        return True

    async def ask(_console: object, words: str, *_: object) -> list[str]:
        asked.append(words)
        return []

    monkeypatch.setattr(EmbeddedAsterisk, "_running", lambda _self: os.getpid())
    monkeypatch.setattr(EmbeddedAsterisk, "ami_answers", yes)
    monkeypatch.setattr("hotline.programs.asterisk_console.AsteriskConsole.ask", ask)
    keys = secrets.ensure(places.secrets, secrets.names(settings))
    modules = places.asterisk_etc / "modules.conf"
    for _ in range(2):  # the first writes all there is
        program = EmbeddedAsterisk(settings, places, keys, Asterisk(Path("/usr/sbin/asterisk")))
        asked.clear()
        assert await program.start()
        await program.leave()
        now = modules.read_text()
        modules.write_text(now.replace("load = app_waitforsilence.so\n", "").replace("load = func_uri.so\n", ""))
        queues = places.asterisk_etc / "queues.conf"
        queues.write_text(queues.read_text() + "; of an earlier version\n")
    said = [words for words in asked if words.startswith(("module", "core reload"))]
    assert said == ["module load app_waitforsilence.so", "module load func_uri.so", "core reload"]
