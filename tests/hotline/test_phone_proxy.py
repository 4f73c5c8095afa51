"""The way of browsers' phones by itself: one socket a seat, cut at a word, nothing for strangers."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hotline.programs.phone_proxy import GOODBYE, HEAD_MOST, Proxy

SECRET = "0123456789abcdef0123456789abcdef"


class Asterisk:
    """Remembers what it heard of each connection, and says it back."""

    def __init__(self) -> None:
        self.heard: list[bytearray] = []
        self.gone = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mine = bytearray()
        self.heard.append(mine)
        try:
            while piece := await reader.read(65536):
                mine += piece
                writer.write(piece)
        except OSError:
            pass
        self.gone += 1
        writer.close()


class Way:
    def __init__(self, port: int, asterisk: Asterisk) -> None:
        self.port, self.asterisk = port, asterisk
        self._kept: list[asyncio.StreamWriter] = []

    async def close(self) -> None:
        for writer in self._kept:
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        if left := asyncio.all_tasks() - {asyncio.current_task()}:  # both servers let go of their ends
            await asyncio.wait(left, timeout=3)

    async def phone(self, seat: str, session: str, **headers: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self._kept.append(writer)  # one that is forgotten is closed
        told = {"Host": "x", "Upgrade": "websocket", "X-Hotline-Seat": seat, "X-Hotline-Session": session, **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items() if value)
        writer.write(f"GET /ws HTTP/1.1\r\n{lines}\r\n".encode())
        return reader, writer

    async def ask(
        self, method: str, path: str, body: object = None, secret: str = SECRET
    ) -> tuple[int, dict[str, object]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        text = json.dumps(body).encode() if body is not None else b""
        head = f"{method} {path} HTTP/1.1\r\nAuthorization: Bearer {secret}\r\nContent-Length: {len(text)}\r\n\r\n"
        writer.write(head.encode() + text)
        answer = await reader.read()
        self._kept.append(writer)
        head_of, _, said = answer.partition(b"\r\n\r\n")
        return int(head_of.split()[1]), json.loads(said) if said else {}


@asynccontextmanager
async def way() -> AsyncIterator[Way]:
    asterisk = Asterisk()
    behind = await asyncio.start_server(asterisk.serve, "127.0.0.1", 0)
    proxy = Proxy(("127.0.0.1", behind.sockets[0].getsockname()[1]), SECRET)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, limit=HEAD_MOST)
    try:
        made = Way(server.sockets[0].getsockname()[1], asterisk)
        yield made
    finally:
        await made.close()
        server.close()
        behind.close()


async def passed(reader: asyncio.StreamReader) -> bytes:
    """The head, as Asterisk says it back."""
    async with asyncio.timeout(30):
        return await reader.readuntil(b"\r\n\r\n")


async def over(reader: asyncio.StreamReader) -> bool:
    try:
        async with asyncio.timeout(30):
            while await reader.read(65536):
                pass
    except ConnectionError:
        return True
    return True


async def test_a_phone_goes_through_whole_and_unnamed() -> None:
    """Bytes both ways; what nginx says of seat and session stays here."""
    async with way() as here:
        reader, writer = await here.phone("8001", "s1")
        head = await passed(reader)
        assert b"Upgrade: websocket" in head
        assert b"hotline" not in head.lower()
        writer.write(b"x" * 300_000)
        async with asyncio.timeout(30):
            assert await reader.readexactly(300_000) == b"x" * 300_000
        writer.close()


async def test_the_newest_of_a_seat_and_others_untouched() -> None:
    """A hundred sockets of one seat are one; another seat's stays."""
    async with way() as here:
        calm, _calm = await here.phone("8002", "s2")
        await passed(calm)
        held = []
        for _ in range(100):
            reader, _writer = await here.phone("8001", "s1")
            await passed(reader)
            held.append(reader)
        for old in held[:-1]:
            assert await over(old)
        assert (await here.ask("GET", "/sockets"))[1]["sockets"] == [
            {"seat": "8002", "session": "s2"}, {"seat": "8001", "session": "s1"},
        ]  # fmt: skip
        assert here.asterisk.gone >= 98
        assert bytes(here.asterisk.heard[1]).endswith(GOODBYE)


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        ({"seat": "8001"}, ["8002"]),
        ({"session": "s2"}, ["8001"]),
        ({"seat": "8001", "session": "s2"}, ["8001", "8002"]),
    ],
)
async def test_cut_at_a_word(wanted: dict[str, str], left: list[str]) -> None:
    """By seat, by session, or of both; the others go on."""
    async with way() as here:
        readers = {}
        for seat, session in (("8001", "s1"), ("8002", "s2")):
            readers[seat], _writer = await here.phone(seat, session)
            await passed(readers[seat])
        status, told = await here.ask("POST", "/cut", wanted)
        assert (status, told["cut"]) == (200, 2 - len(left))
        assert [one["seat"] for one in told["sockets"]] == left  # type: ignore[attr-defined]
        for seat in {"8001", "8002"} - set(left):
            assert await over(readers[seat])


async def test_strangers() -> None:
    """No name, no upgrade, no secret, no sense: refused, and the way stands."""
    async with way() as here:
        for seat, session, more in (("", "s1", {}), ("8001", "", {}), ("8001", "s1", {"Upgrade": ""})):
            reader, _writer = await here.phone(seat, session, **more)
            assert b" 403 " in await passed(reader)
        assert (await here.ask("GET", "/sockets", secret="wrong"))[0] == 401
        assert (await here.ask("POST", "/cut", {"seat": "8001"}, secret=""))[0] == 401
        assert (await here.ask("DELETE", "/sockets"))[0] == 405
        bodies: tuple[object, ...] = ([], "x", {}, {"nonsense": "1"}, None)
        for body in bodies:
            assert (await here.ask("POST", "/cut", body))[0] == 400
        for nonsense in (b"\r\n\r\n", b"\0\xff" * 50 + b"\r\n\r\n", b"x" * (HEAD_MOST + 10)):
            reader, writer = await asyncio.open_connection("127.0.0.1", here.port)
            writer.write(nonsense)
            assert await over(reader)
            writer.close()
        reader, _writer = await here.phone("8001", "s1")
        await passed(reader)
        assert here.asterisk.heard[0].startswith(b"GET /ws")


async def test_an_asterisk_that_is_away_is_said() -> None:
    """503 while nobody answers there."""
    async with way() as here:
        proxy = Proxy(("127.0.0.1", 1), SECRET)
        alone = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
        dead_end = Way(alone.sockets[0].getsockname()[1], here.asterisk)
        reader, _writer = await dead_end.phone("8001", "s1")
        assert b" 503 " in await passed(reader)
        await dead_end.close()
        alone.close()
