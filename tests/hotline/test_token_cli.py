"""``hotline token`` and the second person's verbs of ``hotline user``, against a real socket with a fake house behind it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher

from config import language
from console.server import Server
from hotline.cli import main
from tests.fakes.hotline import TOKEN, FakeHotline, door, services
from tests.fakes.people import populate
from tests.ports import free_port

PASSWORD = "Lu-Deng-Bu-Liang-88"
Run = Callable[..., Awaitable[tuple[int, str, str]]]
Shell = Callable[[], AbstractAsyncContextManager[tuple[Run, int]]]


@pytest.fixture
def fake() -> FakeHotline:
    """One operator, who could confirm."""
    fake = populate(FakeHotline())
    hashed = PasswordHasher(2, 19 * 1024, 1).hash(PASSWORD)
    fake.people.rows["admin"] = replace(fake.people.rows["admin"], password_hash=hashed)
    return fake


@pytest.fixture
def shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, fake: FakeHotline
) -> Shell:
    @asynccontextmanager
    async def opened() -> AsyncIterator[tuple[Run, int]]:
        port = free_port()
        (tmp_path / "secrets").mkdir()
        (tmp_path / "secrets" / "api-token").write_text(TOKEN + "\n")
        text = Path("hotline.toml").read_text("utf-8").replace("api = 8319", f"api = {port}")
        (tmp_path / "hotline.toml").write_text(text.replace('language = "zh"', 'language = "en"'), "utf-8")
        server = Server(door(services(fake)), port)
        await server.start()

        async def run(*line: str, typed: str = "") -> tuple[int, str, str]:
            monkeypatch.setattr("sys.stdin", io.StringIO(typed))
            words = ["--config", str(tmp_path / "hotline.toml"), "--var", str(tmp_path)]
            status = await asyncio.to_thread(main, [*line, *words])
            said = capsys.readouterr()
            return status, said.out, said.err

        try:
            yield run, port
        finally:
            await server.stop()
            language.use("zh")

    return opened


async def test_token(shell: Shell) -> None:
    """Shown once, alone on stdout; it opens what was said; rotated and revoked it opens nothing."""
    async with shell() as (run, port):

        async def status(token: str, path: str) -> int:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
                return (await client.get(path, headers={"Authorization": f"Bearer {token.strip()}"})).status_code

        code, first, told = await run(
            "token", "new", "grafana", "--scope", "metrics", "--scope", "calls:read", "--days", "30"
        )
        assert (code, len(first.splitlines()), "calls:read metrics" in told) == (0, 1, True)
        assert [await status(first, path) for path in ("/metrics", "/api/calls", "/api/accounts")] == [200, 200, 403]
        code, _, error = await run("token", "new", "grafana", "--scope", "metrics")
        assert (code, "already" in error) == (4, True)
        code, second, _ = await run("token", "rotate", "grafana")
        assert (code, await status(first, "/metrics"), await status(second, "/metrics")) == (0, 401, 200)
        listed = (await run("token", "list"))[1]
        assert listed.startswith("grafana  calls:read metrics  good until ")
        assert "refused 1 times" in listed
        assert first.strip() not in listed
        assert second.strip() not in listed
        assert (await run("token", "revoke", "grafana"))[0] == 0
        assert await status(second, "/metrics") == 401
        assert "revoked" in (await run("token", "list"))[1]
        assert (await run("token", "revoke", "grafana"))[0] == 4
        with pytest.raises(SystemExit):
            await run("token", "new", "x", "--scope", "everything")
        assert (await run("token", "new", "Grafana!", "--scope", "metrics"))[0] == 4
        assert (await run("token", "new", "x", "--scope", "metrics", "--days", "0"))[0] == 4


async def test_a_second_person_at_the_shell(shell: Shell, fake: FakeHotline) -> None:
    """A supervisor's account waits for the operator's password; who types another confirms nothing."""
    async with shell() as (run, _port):
        status, said, _ = await run("user", "add", "chief2", "班长二", "supervisor", typed="Mei-Hua-San-Nong-5\n")
        assert (status, said.startswith("change 1 waits for another operator")) == (0, True)
        assert "chief2" not in fake.people.rows
        assert (await run("user", "pending"))[1].startswith(
            "1  chief2  班长二  supervisor  a new password  asked by operator"
        )
        assert (await run("user", "confirm", "1", "--as", "admin", typed="wrong\n"))[0] == 4
        assert (await run("user", "confirm", "1", "--as", "admin", typed=f"{PASSWORD}\n"))[0] == 0
        assert fake.people.rows["chief2"].role == "supervisor"
        assert (await run("user", "role", "1003", "auditor"))[0] == 0
        assert (await run("user", "decline", "2"))[0] == 0
        assert (await run("user", "pending"))[1] == ""
        assert fake.people.rows["1003"].role == "agent"
