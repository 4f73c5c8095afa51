"""A proxy between driver and case store that kills the store after its commit and throws its answer away."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress


class CuttingProxy:
    """A proxy in front of the store."""

    def __init__(self, store: int) -> None:
        self._store = store
        self.armed: Callable[[], int | None] | None = None
        """Gives the store's pid: the next answer to a message never arrives, the store is killed before."""
        self.cuts = b"POST /messages"
        """What the first line of such a question has in it."""
        self.cut = 0
        self.killed: list[int] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", self._store)
        except OSError:
            writer.close()
            return
        asked = bytearray()
        both = [
            asyncio.create_task(self._there(reader, forth, asked)),
            asyncio.create_task(self._back(back, writer, asked)),
        ]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for one in both:
            one.cancel()
        await asyncio.gather(*both, return_exceptions=True)
        for end in (writer, forth):
            end.close()

    async def _there(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: bytearray) -> None:
        with suppress(OSError):
            while piece := await reader.read(65536):
                asked[:] = piece if piece.startswith((b"GET ", b"POST ")) else asked
                writer.write(piece)

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: bytearray) -> None:
        with suppress(OSError):
            while piece := await reader.read(65536):
                armed = self.armed
                if armed is not None and self.cuts in asked.split(b"\r\n", 1)[0] and piece.startswith(b"HTTP/1.1 200"):
                    self.armed = None
                    if (pid := armed()) is not None:
                        self.killed.append(pid)
                        os.kill(pid, signal.SIGKILL)
                        self.cut += 1
                    return
                writer.write(piece)


@asynccontextmanager
async def cutting(store: int) -> AsyncIterator[tuple[CuttingProxy, int]]:
    proxy = CuttingProxy(store)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    try:
        yield proxy, server.sockets[0].getsockname()[1]
    finally:
        server.close()
