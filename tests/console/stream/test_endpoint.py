"""``/stream`` over a real socket: the server's own frames are what a client reads, and ends are ends."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import replace

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from console.authorization import Who
from console.server import Server, routes_of
from console.stream.hub import Hub
from console.stream.stream_connection import FRAME_MOST
from tests.fakes.hotline import FakeHotline, services
from tests.fakes.live import TARGETS, FakeLiveState, person

HELLO = json.dumps({"t": "hello", "instance": "page-0001"})


class Front:
    """Stands where the guard does: says who it is, or nobody."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.who: Who | None = person()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.who is None:
            await receive()
            await send({"type": "websocket.close"})
            return
        scope.setdefault("state", {})["who"] = self.who
        await self._app(scope, receive, send)


class Door:
    def __init__(self) -> None:
        self.fake = FakeLiveState(sits={"1001": "8001"})
        self.fake.furnish()
        for n in range(100):
            self.fake.seat(f"8{n:03}")
        self.hub = Hub(self.fake, self.fake, TARGETS, self._still)  # type: ignore[arg-type]
        self.front = Front(routes_of(replace(services(FakeHotline()), stream=self.hub)))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.server = Server(self.front, self.port)

    async def _still(self, who: Who) -> Who | None:
        return who

    async def __aenter__(self) -> Door:
        await self.server.start()
        await self.hub.start()
        return self

    async def __aexit__(self, *fault: object) -> None:
        await self.hub.stop()
        await self.server.stop()

    def dial(self) -> connect:
        return connect(f"ws://127.0.0.1:{self.port}/stream", compression="deflate", max_size=None)


async def greeted(client: ClientConnection) -> dict[str, object]:
    await client.send(HELLO)
    told: dict[str, object] = json.loads(await client.recv())
    return told


async def test_hello_is_answered_with_the_whole_picture() -> None:
    async with Door() as door, door.dial() as client:
        assert client.response is not None
        assert "Sec-WebSocket-Extensions" not in client.response.headers, "each frame is made once for all"
        snapshot = await greeted(client)
        assert snapshot["t"] == "snapshot"
        assert len(snapshot["seats"]) == 100  # type: ignore[arg-type]
        door.fake.seat("8000", "paused")
        door.hub.touch("seats", "8000")
        delta = json.loads(await client.recv())
        assert delta["t"] == "delta"
        assert delta["seats"][0]["state"] == "paused"


async def test_nobody_is_let_in_unknown() -> None:
    async with Door() as door:
        door.front.who = None
        with pytest.raises(InvalidStatus) as refused:
            async with door.dial():
                pass
        assert refused.value.response.status_code == 403
        assert not door.hub.consoles


async def test_the_end_of_a_page_is_heard() -> None:
    async with Door() as door:
        async with door.dial() as client:
            await greeted(client)
            assert len(door.hub.consoles) == 1
        while door.hub.consoles:
            await asyncio.sleep(0.01)


async def test_a_bye_is_read_before_the_end() -> None:
    async with Door() as door, door.dial() as client:
        await greeted(client)
        door.hub.revoked("s1")
        assert json.loads(await client.recv()) == {"t": "bye", "why": "signed_out", "again": False}
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4001


async def test_a_frame_too_large_ends_it_before_it_is_read() -> None:
    async with Door() as door:
        async with door.dial() as client:
            await greeted(client)
            await client.send("x" * (FRAME_MOST + 1))
            with pytest.raises(ConnectionClosed) as closed:
                await client.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code in (1009, 4005)
        assert not door.hub.consoles


@pytest.mark.slow
async def test_a_client_that_reads_nothing_is_not_waited_for() -> None:
    """Its socket fills; the others go on, and nothing is kept for it without bound."""
    async with Door() as door, door.dial() as quick:
        await greeted(quick)
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port, limit=1024)
        door.front.who = person("supervisor", "2001", "s9")
        writer.write(
            b"GET /stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        await reader.readuntil(b"\r\n\r\n")
        hello = HELLO.encode()
        writer.write(bytes((0x81, 0x80 | len(hello), 0, 0, 0, 0)) + hello)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        while len([console for console in door.hub.consoles if console.seq >= 0]) < 2:
            await asyncio.sleep(0.01)
        slow = next(console for console in door.hub.consoles if console.who.account == "2001")
        for n in range(1000):
            for ident in range(100):
                door.fake.seat(f"8{ident:03}", reason=f"{n}" * 60)
                door.hub.touch("seats", f"8{ident:03}")
            await door.hub.turn()
            while json.loads(await quick.recv())["t"] != "delta":
                pass
            if slow.slow_since is not None:
                break
        assert slow.slow_since is not None
        assert slow.wire.unsent < 2 * 256 * 1024
        writer.close()
