"""Asterisk by its rendered configuration alone: no daemon at all. For the live tests of this room."""

from __future__ import annotations

import asyncio
import csv
import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from config import secrets
from config.file_places import Places
from config.read import parse
from hotline.lab import ports
from hotline.lab.hotline_instance import DESK_HOST, Table, derive, shipped
from hotline.lab.media import Metronome, RtpPorts
from hotline.lab.phones import Rack
from hotline.programs import asterisk_found
from hotline.programs.embedded_asterisk import EmbeddedAsterisk
from tests import brief

NOTICE_S = 3.0
NOTHING: Mapping[str, float] = {}
# A caller who hangs up while music plays: Asterisk writes one more frame into the leg that ends, and warns of no error.
HUNG_UP_IN_MUSIC = re.compile(r"res_musiconhold\.c: .*Failed to write frame to '[^']+': Success")


class Alone:
    """One Asterisk, its files, and racks of phones for one test at a time."""

    def __init__(self, var: Path, base: int, table: Table, cut: Mapping[str, float]) -> None:
        found = asterisk_found.find()
        if found is None:
            pytest.skip("no Asterisk: hotline asterisk install")
        self.base, self.asterisk = base, found[0]
        self.places, self.settings = Places(var), parse(table)
        brief.notices(self.places.prompts, NOTICE_S)
        for prompt, seconds in cut.items():
            brief.cut(self.places.prompts, (prompt,), seconds)
        self.secrets = secrets.ensure(self.places.secrets, secrets.names(self.settings))

    def program(self, on_exit: Callable[[int | None], None] = lambda _code: None) -> EmbeddedAsterisk:
        return EmbeddedAsterisk(self.settings, self.places, self.secrets, self.asterisk, on_exit=on_exit)

    def cli(self, words: str) -> str:
        conf = str(self.places.asterisk_etc / "asterisk.conf")
        command = self.asterisk.command("-C", conf, "-rx", words)
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout

    def complaints(self) -> list[str]:
        """WARNING and ERROR lines of Asterisk's log."""
        text = (self.places.asterisk_log / "messages").read_text(encoding="utf-8", errors="replace")
        lines = [line for line in text.splitlines() if "WARNING[" in line or "ERROR[" in line]
        return [line for line in lines if not HUNG_UP_IN_MUSIC.search(line)]

    def rows(self) -> list[list[str]]:
        if not self.places.cel.exists():  # made with its first row
            return []
        with open(self.places.cel, encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def said(self, number: str) -> list[tuple[str, str]]:
        """The dialplan's own events, and CEL's kinds, of the newest call from ``number``, in order.

        Empty while Asterisk has written nothing of it yet: its rows may come after the answer the phone hears.
        """
        rows = self.rows()
        calls = [row[15] for row in rows if row[3] == number]
        return [(row[18] or row[0], extra(row[19])) for row in rows if calls and row[15] == calls[-1]]

    async def until(self, true: Callable[[], bool], seconds: float = 15.0) -> None:
        limit = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < limit, "it did not come true in time"
            await asyncio.sleep(0.05)

    def rack(self, name: str) -> Rack:
        """The carrier ``name``, or the desk phones."""
        low = self.base + 700
        hosts = {one.id: (str(one.host), one.port) for one in self.settings.trunk}
        address = hosts.get(name, (DESK_HOST, self.base + 9))
        registrar = ("127.0.0.1", self.settings.ports.sip)
        return Rack(name, address, registrar, ports=RtpPorts(low, low + 198), metronome=Metronome())


def extra(text: str) -> str:
    return str(json.loads(text).get("extra", "")) if text.startswith("{") else text


@contextmanager
def alone(
    var: Path, change: Callable[[Table], None] = lambda _table: None, *, cut: Mapping[str, float] = NOTHING
) -> Iterator[Alone]:
    """It runs while the block does, and nothing of it afterwards. ``cut``: prompt → seconds of it that are played."""
    block = ports.find()
    here = Alone(var, block.base, derive(shipped(), block.base, change), cut)

    async def begin() -> None:
        program = here.program()
        assert not await program.start()
        await program.leave()

    async def end() -> None:
        program = here.program()
        await program.start()
        await program.stop(0.0)

    try:
        asyncio.run(begin())
        yield here
    finally:
        asyncio.run(end())
        block.free()
