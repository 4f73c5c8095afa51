"""The socket of the door: how it takes what comes all at once."""

from __future__ import annotations

import asyncio
import socket

from console.server import ACCEPTED_AT_ONCE, Server, make_app
from tests.fakes.hotline import FakeHotline, services
from tests.ports import free_port

CROWD = 300


async def test_a_crowd_is_taken_a_few_at_a_time() -> None:
    """All of it waits with the kernel, none is refused, and between two of the loop's passes only a few are taken: what
    else is due comes between."""
    port = free_port()
    server = Server(make_app(services(FakeHotline())), port)
    await server.start()
    crowd: list[socket.socket] = []
    try:
        # without a pass of the loop in between: a queue shorter than this would leave the last ones waiting
        crowd += [socket.create_connection(("127.0.0.1", port), timeout=5.0) for _ in range(CROWD)]
        connections, before, most = server._server.server_state.connections, 0, 0
        while len(connections) < CROWD:
            await asyncio.sleep(0)
            most, before = max(most, len(connections) - before), len(connections)
        assert 0 < most <= 2 * ACCEPTED_AT_ONCE, "taken in one pass, with those of the pass before that were made ready"
    finally:
        for one in crowd:
            one.close()
        await server.stop()
