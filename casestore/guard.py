"""What stands before every route: the secret, the size and pace of a body. Plain ASGI.

Whoever does not know the secret is refused before a byte of the body is read.
"""

from __future__ import annotations

import asyncio
import hmac

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.language import say as _

from .error_answers import answer

MOST_BYTES = 512 * 1024
BODY_SECONDS = 10.0


class Guard:
    def __init__(self, app: ASGIApp, secret: str) -> None:
        if len(secret) < 16:
            raise ValueError("the secret is too short")
        self._app, self._proof = app, b"Bearer " + secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # no WebSocket, no lifespan
        headers = dict(scope["headers"])
        if not hmac.compare_digest(headers.get(b"authorization", b""), self._proof):
            refused = answer(401, "unauthorized", _("the secret is wrong: it stands in VAR/secrets/casestore"))
            await refused(scope, receive, send)
            return
        size = headers.get(b"content-length", b"0")
        if not size.isdigit() or int(size[:20]) > MOST_BYTES:
            await _too_large(scope, receive, send)
            return
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await body_of(receive)
        except TimeoutError:
            await answer(408, "too_slow", _("the body came too slowly"))(scope, receive, send)
            return
        except TooLarge:
            await _too_large(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _replayed(body, receive), send)


class TooLarge(Exception):
    pass


async def _too_large(scope: Scope, receive: Receive, send: Send) -> None:
    await answer(413, "too_large", _("at most {most} bytes", most=MOST_BYTES))(scope, receive, send)


async def body_of(receive: Receive, most: int = MOST_BYTES) -> bytes | None:
    """None: whoever asked went away. Raises ``TooLarge``."""
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


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
