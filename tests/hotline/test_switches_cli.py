"""``hotline mode`` and ``hotline hours`` against a real socket, with the switches in memory behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config import language
from console.ports import Switchable, SwitchRow
from console.server import Server
from hotline.cli import main
from hotline.verbs.switches import NoMoment, moment
from ledger.switches import Switching
from tests.fakes.hotline import TOKEN, FakeHotline, door, services
from tests.ports import free_port

ZONE = ZoneInfo("Asia/Shanghai")


class Memory:
    def __init__(self) -> None:
        self.wanted: list[Switching] = []
        self.told = True

    def switchable(self) -> Sequence[Switchable]:
        return [Switchable("mode", "typhoon", "台风模式", ("siming",)), Switchable("hours", "citizen", "12319 直拨")]

    def rows(self) -> Sequence[SwitchRow]:
        last = {(one.kind, one.target): one for one in self.wanted}
        return [
            SwitchRow(
                one.kind, one.target, one.name, last[key].state, last[key].until, last[key].district, by="2001", reason=last[key].reason
            ) if (key := (one.kind, one.target)) in last else SwitchRow(one.kind, one.target, one.name, "off")
            for one in self.switchable()
        ]  # fmt: skip

    async def history(self, most: int) -> Sequence[Switching]:
        return self.wanted[-most:]

    async def switch(self, wanted: Switching, event_title: str = "") -> bool:
        self.wanted.append(wanted)
        return self.told


async def test_modes_and_lines_are_switched_and_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "api-token").write_text(TOKEN + "\n")
    text = Path("hotline.toml").read_text("utf-8").replace("api = 8319", f"api = {port}")
    (tmp_path / "hotline.toml").write_text(text, "utf-8")
    memory, fake = Memory(), FakeHotline()
    server = Server(door(replace(services(fake), switches=memory)), port)
    await server.start()

    async def run(*line: str) -> tuple[int, str]:
        status = await asyncio.to_thread(
            main, [*line, "--config", str(tmp_path / "hotline.toml"), "--var", str(tmp_path)]
        )
        caught = capsys.readouterr()
        return status, caught.out + caught.err

    try:
        status, told = await run("mode", "on", "typhoon", "--district", "siming", "--reason", "台风红色预警")
        assert (status, "台风红色预警" in told) == (0, True)
        memory.told = False
        status, told = await run("hours", "close", "citizen", "--until", "2099-01-01 09:30", "--reason", "停电")
        assert (status, "2099" in told) == (4, False)  # longer than anybody may: refused by name
        assert "until" in told
        status, told = await run("hours", "close", "citizen", "--reason", "停电")
        assert (status, "Asterisk" in told) == (0, True)  # told later
        assert (await run("hours", "close", "citizen", "--until", "half past", "--reason", "停电"))[0] == 2
        status, told = await run("mode", "list")
        assert (status, "台风模式" in told, "citizen" in told) == (0, True, False)
    finally:
        await server.stop()
        language.use("zh")
    assert [(one.kind, one.target, one.state, one.district) for one in memory.wanted] == [
        ("mode", "typhoon", "on", "siming"), ("hours", "citizen", "closed", ""),
    ]  # fmt: skip


def test_a_moment_as_people_type_it() -> None:
    """A time of day is the next such; anything else is refused with the forms there are."""
    now = datetime(2026, 10, 1, 17, 0, tzinfo=ZONE)
    assert moment("18:30", now) == datetime(2026, 10, 1, 18, 30, tzinfo=ZONE)
    assert moment("09:30", now) == datetime(2026, 10, 2, 9, 30, tzinfo=ZONE)
    assert moment("2026-10-03 09:30", now) == datetime(2026, 10, 3, 9, 30, tzinfo=ZONE)
    for wrong in ("25:00", "morgen", "2026-13-01 09:30", ""):
        with pytest.raises(NoMoment):
            moment(wrong, now)
