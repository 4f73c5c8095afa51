"""The site's virus scanner, asked over a real socket as clamd speaks: what it says, what it does not, and while it is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from accounts.file_scanner import PIECE, FileScanner, ScannerAway, scanner_of
from config.read import parse
from hotline.lab.hotline_instance import shipped

EICAR = b"\xff\xd8\xff EICAR \xff\xd9"


class Clamd:
    """Reads a stream to its end, says ``answer``; '' : found where the bytes hold EICAR."""

    def __init__(self, answer: bytes = b"", hangs: bool = False) -> None:
        self.answer, self.hangs, self.got = answer, hangs, list[bytes]()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            assert await reader.readexactly(10) == b"zINSTREAM\0"
            data = b""
            while size := int.from_bytes(await reader.readexactly(4), "big"):
                assert size <= PIECE
                data += await reader.readexactly(size)
            self.got.append(data)
            if self.hangs:
                await reader.read()
            found = b"stream: Eicar-Signature FOUND\0" if b"EICAR" in data else b"stream: OK\0"
            writer.write(self.answer or found)
            await writer.drain()
        finally:
            writer.close()


@asynccontextmanager
async def listening(clamd: Clamd, path: Path | None = None) -> AsyncIterator[str]:
    server = (
        await asyncio.start_unix_server(clamd.serve, path)
        if path is not None
        else await asyncio.start_server(clamd.serve, "127.0.0.1", 0)
    )
    port = 0 if path is not None else server.sockets[0].getsockname()[1]
    try:
        yield str(path) if path is not None else f"127.0.0.1:{port}"
    finally:
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize("unix", [False, True])
async def test_a_file_is_sent_whole_and_judged(tmp_path: Path, unix: bool) -> None:
    clamd, large = Clamd(), bytes(3 * PIECE + 7)
    async with listening(clamd, tmp_path / "clamd.ctl" if unix else None) as address:
        scanner = FileScanner(address)
        assert await scanner.look(large) == ""
        assert await scanner.look(EICAR) == "Eicar-Signature"
    assert clamd.got == [large, EICAR]


@pytest.mark.parametrize(
    "answer",
    [
        b"INSTREAM size limit exceeded. ERROR\0",
        b"stream: OK",
        b"x" * 100_000 + b"\0",
        b"stream: FOUND\0",
        b"\0",
        b"UNKNOWN COMMAND\0",
    ],
)
async def test_what_is_no_yes_is_none(answer: bytes) -> None:
    """A limit, half an answer, too long a one: nothing is taken for clean."""
    async with listening(Clamd(answer)) as address:
        with pytest.raises(ScannerAway):
            await FileScanner(address).look(b"x")


async def test_one_that_hangs_or_is_away_is_said_in_time(tmp_path: Path) -> None:
    async with listening(Clamd(hangs=True)) as address:
        with pytest.raises(ScannerAway, match="TimeoutError"):
            await FileScanner(address, seconds=0.2).look(b"x")
    for gone in (address, str(tmp_path / "none.ctl")):
        with pytest.raises(ScannerAway):
            await FileScanner(gone).look(b"x")


async def test_a_name_of_the_scanners_is_plain() -> None:
    async with listening(Clamd(b"stream: Win.\x1b[2J<b>Test FOUND\0")) as address:
        assert await FileScanner(address).look(b"x") == "Win.__2J_b_Test"


@pytest.mark.parametrize(
    ("written", "fine"),
    [
        ("", True), ("127.0.0.1:3310", True), ("/run/clamav/clamd.ctl", True), ("[::1]:3310", True), ("clamd", False),
        ("http://127.0.0.1:3310", False), ("127.0.0.1:", False),
    ],
)  # fmt: skip
def test_the_setting(written: str, fine: bool) -> None:
    table = shipped()
    table["access"]["scanner"] = written
    if not fine:
        with pytest.raises(Exception, match="scanner"):
            parse(table)
        return
    assert (scanner_of(parse(table).access.scanner) is None) == (written == "")
