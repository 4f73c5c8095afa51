"""``hotline callbacks list`` against a real socket with a fake hotline behind it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from config import language
from console.server import Server
from hotline.cli import main
from tests.fakes.books import task
from tests.fakes.hotline import TOKEN, FakeHotline, door, services
from tests.ports import free_port


async def test_call_backs_are_listed_and_given_as_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line each; as CSV the same rows under heads, with a byte order mark; what is asked for reaches the list."""
    port = free_port()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "api-token").write_text(TOKEN + "\n")
    text = Path("hotline.toml").read_text("utf-8").replace("api = 8319", f"api = {port}")
    (tmp_path / "hotline.toml").write_text(text, "utf-8")
    fake = FakeHotline()
    fake.shelf.callbacks.rows = {"xm1-1.1": task("xm1-1.1")}
    server = Server(door(services(fake)), port)
    await server.start()

    async def run(*line: str) -> tuple[int, str]:
        words = ["--config", str(tmp_path / "hotline.toml"), "--var", str(tmp_path)]
        status = await asyncio.to_thread(main, ["callbacks", "list", *line, *words])
        return status, capsys.readouterr().out

    try:
        assert "13800000001" in (await run())[1]
        status, told = await run("--csv", "--state", "owed", "--due", "--number", "138 0000 0001")
    finally:
        await server.stop()
        language.use("zh")
    assert status == 0
    assert told.startswith("\ufeff回拨编号,状态,")
    assert "xm1-1.1,open,missed,abandoned_in_queue,\t13800000001," in told
    wanted = fake.shelf.callbacks.wanted[-1]
    assert (wanted.number, wanted.due_before is not None) == ("13800000001", True)
    assert fake.log.actions == ["callbacks_exported"]
