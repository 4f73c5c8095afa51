"""``hotline user`` against a real socket with a fake hotline behind it."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest

from config import language
from console.server import Server
from hotline.cli import main
from tests.fakes.hotline import TOKEN, FakeHotline, door, services
from tests.ports import free_port


async def test_user(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Made with a password from stdin, listed, given another role, locked; a poor password is refused by name."""
    port = free_port()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "api-token").write_text(TOKEN + "\n")
    text = Path("hotline.toml").read_text("utf-8").replace("api = 8319", f"api = {port}")
    (tmp_path / "hotline.toml").write_text(text.replace('language = "zh"', 'language = "en"'), "utf-8")
    fake = FakeHotline()
    server = Server(door(services(fake)), port)
    await server.start()

    async def run(*line: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        words = ["--config", str(tmp_path / "hotline.toml"), "--var", str(tmp_path)]
        status = await asyncio.to_thread(main, ["user", *line, *words])
        said = capsys.readouterr()
        return status, said.out, said.err

    try:
        assert (await run("add", "audit1", "审计一", "auditor", typed="Lu-Deng-Bu-Liang-88\n"))[0] == 0
        assert fake.people.rows["audit1"].has_password
        assert (await run("add", "audit1", "审计一", "auditor"))[0] == 4
        status, _, error = await run("passwd", "audit1", typed="password\n")
        assert (status, "password: at least 12 characters" in error) == (4, True)
        assert fake.people.rows["audit1"].must_change  # by its person, at the first log-in
        assert (await run("passwd", "audit1", "--final", typed="Mei-Hua-San-Nong-5\n"))[0] == 0
        assert not fake.people.rows["audit1"].must_change
        assert (await run("role", "audit1", "operator"))[0] == 0
        assert (await run("lock", "audit1"))[0] == 0
        assert (await run("list"))[1] == "audit1  operator  审计一  locked\n"
        assert (await run("unlock", "audit1"))[0] == 0
        assert (await run("unlock", "audit2"))[0] == 4
    finally:
        await server.stop()
        language.use("zh")
    assert fake.people.rows["audit1"].has_password
