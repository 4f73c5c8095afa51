"""What a stranger's file holds, asked of the site's virus scanner (clamd, or what speaks as it does: ``INSTREAM``). The one door to it.

A file is kept when the scanner has said that it holds nothing; while it is away nothing is taken. Used by the console for tickets'
files and by the case store for photos.
"""

from __future__ import annotations

import asyncio
import re

PIECE = 64 * 1024
ANSWER_MOST = 1000
SECONDS = 20.0
AT_ONCE = 4
"""More wait for their turn: a scanner has few threads."""


class ScannerAway(Exception):
    """It said nothing that can be understood; the message is for the log."""


class FileScanner:
    def __init__(self, address: str, seconds: float = SECONDS) -> None:
        """``address``: ``HOST:PORT`` or a socket's path, as ``access.scanner`` has it; ``seconds``: for one file, its turn included."""
        self._address, self._seconds = address, seconds
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def look(self, data: bytes) -> str:
        """What it found, by the scanner's name for it; '' nothing. Raises ``ScannerAway``."""
        try:
            async with asyncio.timeout(self._seconds), self._turns:
                said = await self._asked(data)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as fault:
            raise ScannerAway(type(fault).__name__) from None
        words = said.decode("ascii", "replace").strip()
        if words == "stream: OK":
            return ""
        if found := re.fullmatch(r"stream: (.{1,200}) FOUND", words):
            return re.sub(r"[^\w.:/+-]", "_", found[1], flags=re.ASCII)[:80]
        raise ScannerAway(words[:200])

    async def _asked(self, data: bytes) -> bytes:
        reader, writer = await self._opened()
        try:
            writer.write(b"zINSTREAM\0")
            for at in range(0, len(data), PIECE):
                piece = data[at : at + PIECE]
                writer.write(len(piece).to_bytes(4, "big") + piece)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            return (await reader.readuntil(b"\0"))[:-1]
        finally:
            writer.close()

    async def _opened(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith("/"):
            return await asyncio.open_unix_connection(self._address, limit=ANSWER_MOST)
        host, _colon, port = self._address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port), limit=ANSWER_MOST)


def scanner_of(address: str) -> FileScanner | None:
    """None: this site has none."""
    return FileScanner(address) if address else None
