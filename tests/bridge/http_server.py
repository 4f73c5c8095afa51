"""A small HTTP server on loopback whose answers a test writes: real sockets, one request a connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    """Decoded."""
    raw_path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in small letters."""
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode(), keep_blank_values=True).items()}


@dataclass(frozen=True, slots=True)
class Reply:
    status: int = 200
    body: bytes | str = b""
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


Answers = Callable[[Request], Awaitable[Reply | None]]
"""None: the connection is closed without an answer."""


class HttpServer:
    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Nobody listens meanwhile."""
        await self.stop()
        try:
            yield
        finally:
            await self.start()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            request = await _read(reader)
            if request is not None and (reply := await self.answers(request)) is not None:
                body = reply.body.encode() if isinstance(reply.body, str) else reply.body
                told = {"content-type": reply.kind, "content-length": str(len(body)), "connection": "close"}
                head = "".join(f"{name}: {value}\r\n" for name, value in (told | dict(reply.headers)).items())
                writer.write(f"HTTP/1.1 {reply.status} X\r\n{head}\r\n".encode() + body)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # whoever asked went away, or the server ends
        finally:
            self._open.discard(task)
            writer.close()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _version = head[0].split(" ", 2)
    headers = {
        name.strip().lower(): value.strip()
        for name, _colon, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    return Request(method, unquote(parts.path), parts.path, query, headers, body)


@asynccontextmanager
async def serving(answers: Answers) -> AsyncIterator[HttpServer]:
    server = HttpServer(answers)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
