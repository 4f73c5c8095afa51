"""A TCP proxy with faults on call: delay, cut, reset, half-open, dribble.

Stands between the daemon and Asterisk's AMI (or Asterisk and the daemon's FastAGI). One
instance carries any number of connections; a fault applies to all of them, and to new ones,
until ``heal``. For tests only.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress


class Proxy:
    """``async with Proxy(listen, target)``; addresses are (host, port)."""

    def __init__(self, listen: tuple[str, int], target: tuple[str, int]) -> None:
        self.listen, self.target = listen, target
        self.accepted = 0
        self.carried = 0
        """Bytes passed on, both ways."""
        self.delay = 0.0
        self.dribbling = False
        self.half_open = False
        self.refusing = False
        self.swapped: dict[bytes, bytes] = {}
        """What the far ends say → what the near ends hear instead, wherever their reads cut it."""
        self.asked = bytearray()
        """What the near ends said, in the order it was passed on."""
        self.answered = bytearray()
        """What the far ends said, before anything was swapped."""
        self._near: set[asyncio.StreamWriter] = set()
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._serve, *self.listen)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- faults ----------------------------------------------------------------------

    def heal(self) -> None:
        """No fault for new connections; those swallowed meanwhile stay as they are."""
        self.delay, self.dribbling, self.half_open, self.refusing = 0.0, False, False, False

    def cut(self) -> None:
        """Close every connection in good order (FIN)."""
        for writer in tuple(self._open):
            writer.close()

    def reset(self) -> None:
        """Break every connection at once (RST)."""
        for writer in tuple(self._open):
            taken = writer.get_extra_info("socket")
            if taken is not None:
                with suppress(OSError):
                    taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    def forge(self, data: bytes) -> None:
        """Tell the near ends something the far end never said."""
        for writer in tuple(self._near):
            writer.write(data)

    # -- carrying --------------------------------------------------------------------

    async def _serve(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        self.accepted += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._open.add(near_out)
        far_out: asyncio.StreamWriter | None = None
        try:
            if self.refusing:
                return
            far_in, far_out = await asyncio.open_connection(*self.target)
            self._open.add(far_out)
            self._near.add(near_out)
            ways = [
                asyncio.create_task(self._carry(near_in, far_out, self.asked)),
                asyncio.create_task(self._carry(far_in, near_out, self.answered, swapping=True)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except OSError:
            return  # the target is down: the near end sees it as a closed connection
        finally:
            self._tasks.discard(task)
            self._near.discard(near_out)
            for writer in (near_out, far_out):
                if writer is not None:
                    self._open.discard(writer)
                    writer.close()

    async def _carry(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        kept: bytearray | None = None,
        *,
        swapping: bool = False,
    ) -> None:
        swallowed, rest = False, b""
        while data := await source.read(65536):
            said = data
            if swapping:
                data, rest = self._swap(rest + data)
            swallowed = swallowed or self.half_open
            if swallowed:
                continue  # neither FIN nor data: the far end believes all is well
            if self.delay:
                await asyncio.sleep(self.delay)
            self.carried += len(data)
            if kept is not None:
                kept += said
            for piece in (data[at : at + 1] for at in range(len(data))) if self.dribbling else (data,):
                sink.write(piece)
                await sink.drain()
                if self.dribbling:
                    await asyncio.sleep(0)
        if swallowed:
            await asyncio.Event().wait()

    def _swap(self, data: bytes) -> tuple[bytes, bytes]:
        """With all of ``swapped`` in it; and the end that the next read may complete."""
        kept = max((_begun(said, data) for said in self.swapped), default=0)
        data, rest = data[: len(data) - kept], data[len(data) - kept :]
        for said, heard in self.swapped.items():
            data = data.replace(said, heard)
        return data, rest


def _begun(said: bytes, data: bytes) -> int:
    """How many of its first bytes, but not all, stand at the end of the data."""
    return next((n for n in range(min(len(said) - 1, len(data)), 0, -1) if data.endswith(said[:n])), 0)
