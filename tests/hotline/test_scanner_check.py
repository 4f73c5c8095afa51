"""``hotline check`` says whether the scanner that the settings name answers; of none it says nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

from config.file_places import Places
from config.read import parse
from hotline.lab.hotline_instance import shipped
from hotline.verbs.check_result import State
from hotline.verbs.scanner_check import look
from tests.accounts.test_file_scanner import Clamd, listening


def states(folder: Path, address: str) -> list[State]:
    table = shipped()
    table["access"]["scanner"] = address
    return [one.state for one in look(parse(table), Places(folder))]


async def test_a_scanner_answers_or_is_warned_of(tmp_path: Path) -> None:
    assert states(tmp_path, "") == []
    async with listening(Clamd()) as address:
        assert await asyncio.to_thread(states, tmp_path, address) == [State.OK]
    assert await asyncio.to_thread(states, tmp_path, address) == [State.WARN]
    async with listening(Clamd(b"stream: Odd FOUND\0")) as odd:
        assert await asyncio.to_thread(states, tmp_path, odd) == [State.WARN]
