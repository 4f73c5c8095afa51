"""A request's body, read whole before any route: no larger and no slower than is allowed. Used by both guards."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive


class TooLarge(Exception):
    pass


async def read(headers: dict[bytes, bytes], receive: Receive, most: int, seconds: float) -> bytes | None:
    """None: whoever asked went away. Raises ``TooLarge``, TimeoutError."""
    size = headers.get(b"content-length", b"0")
    if not size.isdigit() or int(size[:20]) > most:
        raise TooLarge
    async with asyncio.timeout(seconds):
        return await _body(receive, most)


async def _body(receive: Receive, most: int) -> bytes | None:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > most:
            raise TooLarge
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
