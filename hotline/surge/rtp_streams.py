"""The sound of many calls through one socket: what each sends, who hears what comes, keys pressed (RFC 4733)."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from hotline.lab.sound import FRAME, FRAME_SECONDS, SILENCE

ALAW, EVENTS = 8, 101
RTP_BUFFER = 8 << 20


@dataclass(slots=True, eq=False)
class Sound:
    """One call's stream: what it sends, and who hears what comes."""

    ssrc: int
    frames: tuple[bytes, ...] = (SILENCE,)
    ear: Callable[[bytes, float], None] | None = None
    to: tuple[str, int] | None = None
    sequence: int = 0
    at: int = 0


class Rtp(asyncio.DatagramProtocol):
    """One socket for the sound of many calls: Asterisk's port is the call."""

    def __init__(self) -> None:
        self.transport: asyncio.DatagramTransport | None = None
        self.streams: dict[int, Sound] = {}
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        with suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RTP_BUFFER)
        self._task = asyncio.get_running_loop().create_task(self._beat())

    def datagram_received(self, data: bytes, addr: Any) -> None:
        stream = self.streams.get(addr[1])
        if stream is not None and stream.ear is not None and len(data) == 12 + FRAME and data[1] & 0x7F == ALAW:
            stream.ear(data[12:], time.time())

    def begin(self, stream: Sound, to: tuple[str, int]) -> None:
        stream.to = to
        self.streams[to[1]] = stream

    def end(self, stream: Sound) -> None:
        if stream.to is not None and self.streams.get(stream.to[1]) is stream:
            del self.streams[stream.to[1]]

    async def press(self, stream: Sound, digit: str) -> None:
        """RFC 4733: 120 ms, its end said three times."""
        code, began = "0123456789*#".index(digit), stream.at * FRAME
        for n in range(9):
            ends, lasts = n >= 6, min(n + 1, 6) * FRAME
            head = struct.pack(
                "!BBHII",
                0x80,
                EVENTS | (0x80 if n == 0 else 0),
                stream.sequence & 0xFFFF,
                began & 0xFFFFFFFF,
                stream.ssrc,
            )
            self._out(head + struct.pack("!BBH", code, (0x80 if ends else 0) | 10, lasts), stream)
            stream.sequence += 1
            await asyncio.sleep(0 if ends else FRAME_SECONDS)

    def _out(self, packet: bytes, stream: Sound) -> None:
        if self.transport is not None and stream.to is not None:
            self.transport.sendto(packet, stream.to)

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            for stream in tuple(self.streams.values()):
                head = struct.pack(
                    "!BBHII", 0x80, ALAW, stream.sequence & 0xFFFF, stream.at * FRAME & 0xFFFFFFFF, stream.ssrc
                )
                self._out(head + stream.frames[stream.at % len(stream.frames)], stream)
                stream.sequence, stream.at = stream.sequence + 1, stream.at + 1
            due = max(due + FRAME_SECONDS, loop.time() - 1.0)  # the machine stood still: no second's frames at once
            await asyncio.sleep(max(0.0, due - loop.time()))
