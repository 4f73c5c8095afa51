"""The socket of the door: how it takes what comes all at once."""

from __future__ import annotations

import asyncio
import socket

import httpx

from console.server import ACCEPTED_AT_ONCE, Monitoring, Server, make_app
from tests.fakes.hotline import TOKEN, FakeHotline, door, services
from tests.fakes.people import browser, populate, signed_in
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


async def test_the_door_for_monitoring_opens_two_pages_and_takes_no_cookie() -> None:
    """Whoever reaches that address reaches nothing else, and a person's session is good for nothing there."""
    fake = populate(FakeHotline())
    transport = httpx.ASGITransport(Monitoring(door(services(fake))))
    token = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://10.0.0.5:9319", headers=token) as client:
        assert (await client.get("/metrics")).status_code == 200
        assert (await client.get("/api/health")).status_code == 200
        others = [await client.get(path) for path in ("/", "/api/board", "/api/openapi.json", "/metrics/")]
        others += [await client.post("/api/session", json={}), await client.post("/metrics")]
        assert [one.status_code for one in others] == [404] * len(others)
    signed = browser(Monitoring(door(services(fake))), signed_in(fake, "admin"))
    async with signed:
        assert (await signed.get("/metrics")).status_code == 401
