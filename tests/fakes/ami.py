"""A fake AMI server over real loopback TCP, scripted by a test: for the guards of the link only.

Never stands in for Asterisk where a test claims to be live.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class FakeAmi:
    """Answers Login and Ping by itself; ``script`` may take any action over."""

    def __init__(self) -> None:
        self.actions: list[dict[str, str]] = []
        self.connections = 0
        self.deaf = False
        self.refuse_login = False
        self.script: Callable[[dict[str, str], asyncio.StreamWriter], bool] = lambda _a, _w: False
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self.cut()
        self._server.close()
        await self._server.wait_closed()

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def send(self, data: bytes) -> None:
        for writer in self._writers:
            writer.write(data)

    def named(self, action: str) -> list[dict[str, str]]:
        return [a for a in self.actions if a["Action"] == action]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        writer.write(b"Asterisk Call Manager/10.0.0\r\n")
        try:
            while True:
                raw = await reader.readuntil(b"\r\n\r\n")
                action = dict(line.split(": ", 1) for line in raw.decode().strip().split("\r\n"))
                self.actions.append(action)
                if self.deaf or self.script(action, writer):
                    continue
                if action["Action"] == "Login" and self.refuse_login:
                    writer.write(answer(action, "Error", Message="Authentication failed"))
                elif action["Action"] in ("Login", "Ping"):
                    writer.write(answer(action, "Success"))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass


def answer(action: dict[str, str], response: str, **headers: str) -> bytes:
    lines = [f"Response: {response}", f"ActionID: {action['ActionID']}", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
