"""Asterisk by its rendered configuration alone: no daemon at all. For the live tests of this room."""

from __future__ import annotations

import asyncio
import csv
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config import secrets
from config.places import Places
from config.read import parse
from hotline import asterisk_found
from hotline.demo import ports
from hotline.demo.media import Metronome, RtpPorts
from hotline.demo.phones import Rack
from hotline.demo.stage import DESK_HOST, Table, derive, shipped
from hotline.embedded import EmbeddedAsterisk
from tests import brief

NOTICE_S = 3.0


class Alone:
    """One Asterisk, its files, and racks of phones for one test at a time."""

    def __init__(self, var: Path, base: int, table: Table) -> None:
        found = asterisk_found.find()
        if found is None:
            pytest.skip("no Asterisk: hotline asterisk install")
        self.base, self.asterisk = base, found[0]
        self.places, self.settings = Places(var), parse(table)
        brief.notices(self.places.prompts, NOTICE_S)
        self.secrets = secrets.ensure(self.places.secrets, secrets.names(self.settings))

    def keeper(self, on_exit: Callable[[int | None], None] = lambda _code: None) -> EmbeddedAsterisk:
        return EmbeddedAsterisk(self.settings, self.places, self.secrets, self.asterisk, on_exit=on_exit)

    def cli(self, words: str) -> str:
        conf = str(self.places.asterisk_etc / "asterisk.conf")
        command = self.asterisk.command("-C", conf, "-rx", words)
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout

    def complaints(self) -> list[str]:
        """WARNING and ERROR lines of Asterisk's log."""
        text = (self.places.asterisk_log / "messages").read_text(encoding="utf-8", errors="replace")
        return [line for line in text.splitlines() if "WARNING[" in line or "ERROR[" in line]

    def rows(self) -> list[list[str]]:
        with open(self.places.cel, encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def said(self, number: str) -> list[tuple[str, str]]:
        """The dialplan's own events, and CEL's kinds, of the newest call from ``number``, in order."""
        rows = self.rows()
        call = [row[15] for row in rows if row[0] == "CHAN_START" and row[3] == number][-1]
        return [(row[18] or row[0], _extra(row[19])) for row in rows if row[15] == call]

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


def _extra(text: str) -> str:
    return str(json.loads(text).get("extra", "")) if text.startswith("{") else text


@contextmanager
def alone(var: Path, change: Callable[[Table], None] = lambda _table: None) -> Iterator[Alone]:
    """It runs while the block does, and nothing of it afterwards."""
    block = ports.find()
    here = Alone(var, block.base, derive(shipped(), block.base, change))

    async def begin() -> None:
        keeper = here.keeper()
        assert not await keeper.start()
        await keeper.leave()

    async def end() -> None:
        keeper = here.keeper()
        await keeper.start()
        await keeper.stop(0.0)

    try:
        asyncio.run(begin())
        yield here
    finally:
        asyncio.run(end())
        block.free()
