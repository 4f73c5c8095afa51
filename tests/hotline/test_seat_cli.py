"""``hotline seat`` and ``hotline ticket`` against a real socket with a fake hotline behind it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from agents import commands
from agents.own_reasons import AgentId
from config import language
from console.server import Server, make_app
from cti.ids import SeatId
from hotline.cli import main
from tests.fakes.hotline import CALL, TOKEN, FakeHotline, services
from tests.ports import free_port


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def words(tmp_path: Path, port: int) -> list[str]:
    """Options that lead to this test's own settings and token."""
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "api-token").write_text(TOKEN + "\n")
    text = Path("hotline.toml").read_text("utf-8").replace("api = 8319", f"api = {port}")
    (tmp_path / "hotline.toml").write_text(text.replace('language = "zh"', 'language = "en"'), "utf-8")
    return ["--config", str(tmp_path / "hotline.toml"), "--var", str(tmp_path)]


async def test_verbs(words: list[str], port: int, capsys: pytest.CaptureFixture[str]) -> None:
    """A seat logs in, pauses and transfers; a ticket is filed, listed and shown; refusals say why."""
    fake = FakeHotline()
    server = Server(make_app(services(fake)), port)
    await server.start()

    async def run(*line: str) -> tuple[int, str, str]:
        status = await asyncio.to_thread(main, [*line, *words])
        said = capsys.readouterr()
        return status, said.out, said.err

    try:
        assert (await run("seat", "login", "8001", "1001"))[0] == 0
        assert (await run("seat", "pause", "8001", "小休"))[0] == 0
        assert (await run("seat", "transfer", "8001", "110", "--attended"))[0] == 0
        seat = SeatId("8001")
        assert fake.asked == [
            commands.LogIn(AgentId("1001"), seat),
            commands.Pause(seat, "小休"),
            commands.TransferAttended(seat, "110"),
        ]
        assert "8002  ready" in (await run("seat", "list"))[1]
        status, _, error = await run("seat", "ready", "9999")
        assert (status, "seat: there is no seat" in error) == (4, True)
        ticket = ["ticket", "file", "--call", CALL, "--kind", "投诉", "--title", "积水", "--content", "湖滨南路"]
        status, ident, _ = await run(*ticket, "--code", "0406", "--set", 'subject={"kind":"event"}')
        assert status == 0
        shown = json.loads((await run("ticket", "show", ident.strip()))[1])
        assert shown["ticket"]["subject"]["code"] == "0406"
        assert ident.strip() in (await run("ticket", "list"))[1]
        status, _, error = await run("ticket", "file", "--kind", "投拆", "--title", "a", "--content", "b")
        assert status == 4
        assert "did you mean complaint" in error
        assert (await run("ticket", "dispose", CALL, "direct"))[0] == 4
    finally:
        await server.stop()
        language.use("zh")


def test_no_daemon(words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Without a daemon, or a token, one sentence with the cure and status 3."""
    assert main(["seat", "list", *words]) == 3
    assert "hotline run" in capsys.readouterr().err
    (tmp_path / "secrets" / "api-token").unlink()
    assert main(["seat", "list", *words]) == 3
    assert "--var" in capsys.readouterr().err
    language.use("zh")
