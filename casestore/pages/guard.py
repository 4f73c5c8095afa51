"""What stands before every page: whose page asks, how much, how slowly, in which language. Plain ASGI.

The edge passes ``/cases/`` on as ``/pages/`` and says who asks (``X-Real-IP``). Who it is, the routes ask.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from accounts.cookie import PROOF, secret_of
from config.language import LANGUAGES, preferred, speaking
from config.language import say as _

from .. import body_bytes
from ..error_answers import answer

MOST_BYTES = 64 * 1024
BODY_SECONDS = 10.0
PREFIX = "/pages"
COOKIE = "__Host-hotline-cases"
"""Another than the console's: a session here opens nothing there."""
PHOTO_BYTES, PHOTO_SECONDS = 4 * 1024 * 1024, 60.0
"""The edge has the whole of it before it passes it on. Of who has no session's cookie no more is read than of anybody."""
FORM = f"{PREFIX}/progress"
"""Sent by a browser's own form, which adds no header; it changes nothing of anybody's."""
SAFE = ("GET", "HEAD")
_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
]
"""The edge's own stand in their place; these are for who comes past it."""


class PagesGuard:
    def __init__(self, app: ASGIApp, origins: frozenset[str], seconds: float = BODY_SECONDS) -> None:
        """``origins``: what browsers may send as Origin."""
        self._app, self._origins, self._seconds = app, origins, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # no WebSocket, no lifespan
        headers = dict(scope["headers"])
        with speaking(_language(scope, headers)):
            await self._guarded(scope, headers, receive, _with_headers(send))

    async def _guarded(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send) -> None:
        refused = self._foreign(scope, headers)
        photo = scope["method"] == "PUT" and scope["path"].endswith("/photos") and secret_of(headers, COOKIE) != ""
        most, seconds = (PHOTO_BYTES, PHOTO_SECONDS) if photo else (MOST_BYTES, self._seconds)
        if refused is None:
            try:
                body = await body_bytes.read(headers, receive, most, seconds)
            except TimeoutError:
                refused = answer(408, "too_slow", _("the body came too slowly"))
            except body_bytes.TooLarge:
                refused = answer(413, "too_large", _("at most {most} bytes", most=most))
            else:
                if body is not None:
                    await self._app(scope, body_bytes.replayed(body, receive), send)
                return
        await refused(scope, receive, send)

    def _foreign(self, scope: Scope, headers: dict[bytes, bytes]) -> ASGIApp | None:
        """Refuses what another site's page sends."""
        if scope["method"] in SAFE:
            return None
        origin = headers.get(b"origin")
        if origin is not None and origin.decode("latin-1") not in self._origins:
            return answer(403, "origin", _("requests from this origin are not let in"))
        if scope["path"] != FORM and PROOF.lower().encode() not in headers:
            return answer(403, "csrf", _("the header {header} is missing", header=PROOF))
        return None


def _language(scope: Scope, headers: dict[bytes, bytes]) -> str:
    """Chosen on the page, else the browser's; '' the centre's."""
    try:
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"), max_num_fields=8)
    except ValueError:
        asked = {}
    chosen = asked.get("lang", [""])[0]
    return chosen if chosen in LANGUAGES else preferred(headers.get(b"accept-language", b"").decode("latin-1"))


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers", []))
            known = {name.lower() for name, _value in given}
            message = {**message, "headers": [*given, *(one for one in _HEADERS if one[0] not in known)]}
        await send(message)

    return sending
