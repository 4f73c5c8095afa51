"""Clients that flood one door of the daemon, in a program of their own; told what by ``hotline/bench/web_door_floods.py``.

One JSON object on standard input, ``ready`` out; then a line ``DOOR SECONDS`` each: that door is asked as fast as its
clients are answered, and how often and with what is told in one line. ``rest`` asks nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

HANDSHAKE = (
    "GET /stream HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nOrigin: {origin}\r\nCookie: {cookie}\r\n\r\n"
)
Told = dict[str, Any]
Asks = Callable[[int], Awaitable[str]]


class Flood:
    def __init__(self, told: Told) -> None:
        self._told = told
        self._limits = httpx.Limits(max_connections=1000, max_keepalive_connections=1000)

    async def run(self, door: str, seconds: float) -> Told:
        """How often it was asked, and the answers by status; '' where there was none, and those that were still waited for are in none."""
        if door == "rest":
            await asyncio.sleep(seconds)
            return {"asked": 0, "answers": {}}
        if door == "silent streams":
            return await self._silent(seconds)
        row = self._told["doors"][door]
        answers: Counter[str] = Counter()
        asked, until = [0], time.monotonic() + seconds
        async with httpx.AsyncClient(base_url=row["base"], verify=False, timeout=10.0, limits=self._limits) as client:  # noqa: S501 - our own certificate, on loopback

            async def one(number: int) -> None:
                turn = number
                while time.monotonic() < until:
                    turn += row["clients"]
                    asked[0] += 1
                    answers[await self._ask(client, row, turn)] += 1

            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await asyncio.gather(*(one(number) for number in range(row["clients"])))
        return {"asked": asked[0], "answers": dict(answers)}

    async def _ask(self, client: httpx.AsyncClient, row: Told, turn: int) -> str:
        headers = {"Origin": self._told["origin"], "X-Hotline": "1", **row.get("headers", {})}
        body = row.get("json")
        if body is not None and "account" in body:
            body = body | {"account": str(1000 + turn % 50), "password": f"not-this-one-{turn}"}
        try:
            reply = await client.request(row["method"], row["path"], headers=headers, json=body)
        except httpx.HTTPError:
            return ""
        return str(reply.status_code)

    async def _silent(self, seconds: float) -> Told:
        """Streams that are opened and say nothing, a few a session; opened again when they are closed."""
        answers: Counter[str] = Counter()
        until = time.monotonic() + seconds

        async def one(cookie: str) -> None:
            while time.monotonic() < until:
                try:
                    reader, writer = await asyncio.open_connection("127.0.0.1", self._told["port"])
                except OSError:
                    answers[""] += 1
                    await asyncio.sleep(0.1)
                    continue
                asked = HANDSHAKE.format(host="127.0.0.1", origin=self._told["origin"], cookie=cookie)
                writer.write(asked.encode())
                with contextlib.suppress(OSError, IndexError):
                    answers[(await reader.readline()).split()[1].decode()] += 1
                    while await reader.read(1 << 16):
                        pass
                writer.close()

        wanted = [cookie for cookie in self._told["silent"] for _stream in range(self._told["each"])]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.gather(*(one(cookie) for cookie in wanted))
        return {"asked": answers.total(), "answers": dict(answers)}


async def main() -> None:
    loop = asyncio.get_running_loop()
    flood = Flood(json.loads(sys.stdin.readline()))
    print("ready", flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        door, _blank, seconds = line.strip().rpartition(" ")
        print(json.dumps(await flood.run(door, float(seconds))), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
