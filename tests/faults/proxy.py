"""A TCP proxy with faults on call: delay, cut, reset, half-open, dribble.

Stands between the daemon and Asterisk's AMI (or Asterisk and the daemon's FastAGI). One
instance carries any number of connections; a fault applies to all of them, and to new ones,
until ``heal``. For tests only.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from .carrier import Carrier, Ends


class Proxy(Carrier):
    """``async with Proxy(listen, target)``; addresses are (host, port)."""

    def __init__(self, listen: tuple[str, int], target: tuple[str, int]) -> None:
        super().__init__(listen)
        self.target = target
        self.accepted = 0
        self.carried = 0
        """Bytes passed on, both ways."""
        self.delay = 0.0
        self.dribbling = False
        self.half_open = False
        self.swapped: dict[bytes, bytes] = {}
        """What the far ends say → what the near ends hear instead, wherever their reads cut it."""
        self.asked = bytearray()
        """What the near ends said, in the order it was passed on."""
        self.answered = bytearray()
        """What the far ends said, before anything was swapped."""
        self._near: set[asyncio.StreamWriter] = set()

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

    async def reach(self) -> Ends:
        return await asyncio.open_connection(*self.target)

    def ways(self, near: Ends, far: Ends) -> tuple[Coroutine[Any, Any, None], Coroutine[Any, Any, None]]:
        self._near.add(near[1])
        return (
            self._carry(near[0], far[1], self.asked),
            self._carry(far[0], near[1], self.answered, swapping=True),
        )

    def over(self, near: asyncio.StreamWriter) -> None:
        self._near.discard(near)

    async def _serve(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        self.accepted += 1
        await super()._serve(near_in, near_out)

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
