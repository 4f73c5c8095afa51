"""What stands before every route: the token, the size and the pace of a body, headers of the answer. Plain ASGI."""

from __future__ import annotations

import asyncio
import hmac

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.language import say as _

from .answers import WORDS, answer
from .door import BEARER

MOST_BYTES = 64 * 1024
BODY_SECONDS = 10.0


class _TooLarge(Exception):
    pass


class Guard:
    """Refuses what has no right token (compared in constant time) before a byte of its body is read."""

    def __init__(self, app: ASGIApp, token: str, most: int = MOST_BYTES, seconds: float = BODY_SECONDS) -> None:
        if len(token) < 16:
            raise ValueError("the API token is too short")
        self._app, self._token, self._most, self._seconds = app, token.encode(), most, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # no WebSocket here yet; lifespan is off
        headers = dict(scope["headers"])
        if not self._allowed(headers.get(b"authorization", b"")):
            refusal = answer(401, WORDS[401], _("a bearer token is needed"), headers={"WWW-Authenticate": "Bearer"})
            await refusal(scope, receive, send)
            return
        scope.setdefault("state", {})["who"] = BEARER
        try:
            body = await self._body(headers, receive)
        except _TooLarge:
            await answer(413, WORDS[413], _("at most {most} bytes", most=self._most))(scope, receive, send)
            return
        except TimeoutError:
            await answer(400, WORDS[400], _("the body came too slowly"))(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _replayed(body, receive), _safe(send))

    def _allowed(self, header: bytes) -> bool:
        scheme, _blank, token = header.partition(b" ")
        return hmac.compare_digest(token.strip(), self._token) and scheme.lower() == b"bearer"

    async def _body(self, headers: dict[bytes, bytes], receive: Receive) -> bytes | None:
        """The whole body; None when the client went away."""
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._most:
            raise _TooLarge
        chunks, size = [], 0
        async with asyncio.timeout(self._seconds):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return None
                chunks.append(message.get("body", b""))
                size += len(chunks[-1])
                if size > self._most:
                    raise _TooLarge
                if not message.get("more_body", False):
                    return b"".join(chunks)


def _replayed(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _safe(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            extra = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]
            message = {**message, "headers": [*message.get("headers", []), *extra]}
        await send(message)

    return sending
