"""What stands before every route: the secret, the size and pace of a body. Plain ASGI.

Whoever does not know the secret is refused before a byte of the body is read.
"""

from __future__ import annotations

import hmac

from starlette.types import ASGIApp, Receive, Scope, Send

from config.language import say as _

from . import body_bytes
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
        try:
            body = await body_bytes.read(headers, receive, MOST_BYTES, BODY_SECONDS)
        except TimeoutError:
            await answer(408, "too_slow", _("the body came too slowly"))(scope, receive, send)
            return
        except body_bytes.TooLarge:
            await _too_large(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, body_bytes.replayed(body, receive), send)


async def _too_large(scope: Scope, receive: Receive, send: Send) -> None:
    await answer(413, "too_large", _("at most {most} bytes", most=MOST_BYTES))(scope, receive, send)
