"""``hotline nuisance`` against a real socket, a real ledger behind it: tagged, decided, appealed, judged, counted."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config import language
from config.read import parse
from console.server import Server
from cti.commands import Command, Outcome, Result
from hotline.books.nuisance import NuisancePart
from hotline.cli import main
from hotline.lab.hotline_instance import shipped
from ledger.nuisance import NuisanceBook
from ledger.store import Store
from tests import new_ledger
from tests.fakes.hotline import CALL, NOON, TOKEN, FakeHotline, door, services
from tests.ports import free_port


async def test_a_number_is_held_back_and_let_go_at_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "api-token").write_text(TOKEN + "\n")
    text = Path("hotline.toml").read_text("utf-8").replace("api = 8319", f"api = {port}")
    (tmp_path / "hotline.toml").write_text(text, "utf-8")
    store, fake = Store(new_ledger.make(tmp_path / "ledger.db")), FakeHotline(now=NOON)
    told: list[Command] = []

    async def perform(command: Command) -> Outcome:
        told.append(command)
        return Outcome(command, Result.LOST)

    part = NuisancePart(parse(shipped()), NuisanceBook(store), fake.log, perform, lambda: NOON)
    server = Server(door(replace(services(fake), nuisance=part)), port)
    await server.start()

    async def run(*line: str) -> tuple[int, str]:
        words = ["nuisance", *line, "--config", str(tmp_path / "hotline.toml"), "--var", str(tmp_path)]
        status = await asyncio.to_thread(main, words)
        caught = capsys.readouterr()
        return status, caught.out + caught.err

    async def listed() -> dict[str, Any]:
        return dict(json.loads((await run("list", "--json"))[1]))

    try:
        assert (await run("tag", CALL, "prank", "--note", "连续恶作剧"))[0] == 0
        (tag,) = (await listed())["tags"]
        assert tag["id"] in (await run("list"))[1]
        status, said = await run("decide", tag["id"], "queue", "--days", "7", "--reason", "多次恶作剧")
        assert (status, "grade" in said) == (4, True)  # no queue is named for it
        status, said = await run("decide", tag["id"], "message", "--days", "7", "--reason", "多次恶作剧")
        assert (status, "Asterisk" in said, len(told)) == (0, True, 1)  # told at its next connection
        assert (await run("dismiss", tag["id"], "--reason", "不是骚扰"))[0] == 4
        assert (await run("appeal", CALL, "号码是新买的"))[0] == 0
        (appeal,) = (await listed())["appeals"]
        assert (await run("judge", appeal["id"], "refuse", "--answer", "核实无误，维持限制"))[0] == 0
        (decision,) = (await listed())["decisions"]
        assert (await run("end", decision["id"], "--mistake", "--reason", "误标"))[0] == 0
        assert (await listed())["decisions"] == []
        status, said = await run("report", "--since", "2026-09-30", "--until", "2026-10-02", "--csv")
        assert (status, said.startswith("\ufeff"), decision["id"] in said) == (0, True, True)
        status, said = await run("report", "--since", "2026-09-30", "--until", "2026-10-02", "--json")
        report = json.loads(said)
        assert (report["mistakes"], report["appeals_refused"], report["appeals_by_decider"]) == (1, 1, 1)
        status, said = await run("report", "--since", "2026-09-30", "--until", "2026-10-02")
        assert "mistake 1" in said
    finally:
        await server.stop()
        await store.close()
        language.use("zh")
