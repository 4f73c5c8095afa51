"""The faulty wire itself: each fault does what its name says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.ports import free_port

from .proxy import Proxy

Wire = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def with_echo(test: Callable[[Proxy, Callable[[], Awaitable[Wire]]], Awaitable[None]]) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            writer.write(data)
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        target = ("127.0.0.1", server.sockets[0].getsockname()[1])
        wires: list[asyncio.StreamWriter] = []

        async with Proxy(("127.0.0.1", free_port()), target) as proxy:

            async def connect() -> Wire:
                wire = await asyncio.open_connection(*proxy.listen)
                wires.append(wire[1])
                return wire

            async with asyncio.timeout(10):
                await test(proxy, connect)
            for wire in wires:
                wire.close()
        server.close()

    asyncio.run(run())


def test_a_healthy_wire_carries_both_ways() -> None:
    """What goes in comes out, whole."""

    async def test(_proxy: Proxy, connect: Callable[[], Awaitable[Wire]]) -> None:
        reader, writer = await connect()
        writer.write("王小明".encode())
        assert await reader.readexactly(9) == "王小明".encode()

    with_echo(test)


def test_dribble_splits_every_character() -> None:
    """Each byte travels alone, and none is lost."""

    async def test(proxy: Proxy, connect: Callable[[], Awaitable[Wire]]) -> None:
        proxy.dribbling = True
        reader, writer = await connect()
        writer.write("王小明".encode() * 20)
        assert (await reader.readexactly(180)).decode() == "王小明" * 20

    with_echo(test)


def test_half_open_says_nothing_and_closes_nothing() -> None:
    """No reply and no end of file: only a deadline finds it out; a new connection after healing works."""

    async def test(proxy: Proxy, connect: Callable[[], Awaitable[Wire]]) -> None:
        reader, writer = await connect()
        proxy.half_open = True
        writer.write(b"ping")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.2)
        proxy.heal()
        reader, writer = await connect()
        writer.write(b"ping")
        assert await reader.readexactly(4) == b"ping"

    with_echo(test)


def test_cut_and_reset_end_the_connection() -> None:
    """A cut is an end of file; a reset is an error or an end of file."""

    async def test(proxy: Proxy, connect: Callable[[], Awaitable[Wire]]) -> None:
        for fault in (proxy.cut, proxy.reset):
            reader, writer = await connect()
            writer.write(b"x")
            await reader.readexactly(1)
            fault()
            try:
                assert await reader.read(1) == b""
            except ConnectionError:
                pass

    with_echo(test)


def test_it_remembers_what_was_asked_and_can_lie() -> None:
    """What the near end said is kept; a forged word reaches the near end only."""

    async def test(proxy: Proxy, connect: Callable[[], Awaitable[Wire]]) -> None:
        reader, writer = await connect()
        writer.write(b"ask")
        assert await reader.readexactly(3) == b"ask"
        proxy.forge(b"lie")
        assert await reader.readexactly(3) == b"lie"
        assert bytes(proxy.asked) == b"ask"

    with_echo(test)


def test_it_says_another_word_wherever_the_reads_cut_it() -> None:
    """Each cut of the word in two reads gives the same; what only begins like it is held back no longer than needed."""

    async def test(proxy: Proxy, connect: Callable[[], Awaitable[Wire]]) -> None:
        proxy.swapped = {b"Num: unicom\r\n": b"Num: 1\r\n\r\nEvent: Hangup\r\n"}
        reader, writer = await connect()
        said = b"Num: unicom\r\n"
        for cut in range(1, len(said)):
            writer.write(b"<" + said[:cut])
            await asyncio.sleep(0.01)
            writer.write(said[cut:] + b">Num: unicorn\r\n")
            expected = b"<Num: 1\r\n\r\nEvent: Hangup\r\n>Num: unicorn\r\n"
            assert await reader.readexactly(len(expected)) == expected

    with_echo(test)
