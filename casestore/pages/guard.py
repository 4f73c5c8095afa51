"""What stands before every page: whose page asks, how much, how slowly, in which language. Plain ASGI.

The edge passes ``/cases/`` on as ``/pages/`` and says who asks (``X-Real-IP``). Who it is, the routes ask.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
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
"""The edge has the whole of it before it passes it on. Of who has no session no more is read than of anybody."""
PHOTOS_AT_ONCE = 4
"""Of one person: each is held in memory until it is kept."""
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
    def __init__(
        self,
        app: ASGIApp,
        origins: frozenset[str],
        whose: Callable[[str], Awaitable[str]],
        seconds: float = BODY_SECONDS,
    ) -> None:
        """``origins``: what browsers may send as Origin; ``whose``: the account of a session's cookie, '' of none."""
        self._app, self._origins, self._whose, self._seconds = app, origins, whose, seconds
        self._photos: Counter[str] = Counter()
        """Account → photos that are read or kept just now."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # no WebSocket, no lifespan
        headers = dict(scope["headers"])
        with speaking(_language(scope, headers)):
            await self._guarded(scope, headers, receive, _with_headers(send))

    async def _guarded(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send) -> None:
        refused = self._foreign(scope, headers)
        secret = secret_of(headers, COOKIE)
        sends = refused is None and bool(secret) and scope["method"] == "PUT" and scope["path"].endswith("/photos")
        whose = await self._whose(secret) if sends else ""  # a cookie is a word that anybody can say
        if not whose:
            await self._with_body(scope, headers, receive, send, refused, MOST_BYTES, self._seconds)
            return
        if self._photos[whose] >= PHOTOS_AT_ONCE:
            message = _("{most} photos of yours are on their way: wait until they are there", most=PHOTOS_AT_ONCE)
            await answer(429, "too_many", message)(scope, receive, send)
            return
        self._photos[whose] += 1
        try:
            await self._with_body(scope, headers, receive, send, None, PHOTO_BYTES, PHOTO_SECONDS)
        finally:
            self._photos[whose] -= 1
            self._photos += Counter()  # forgets who sends none

    async def _with_body(
        self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Send, refused: ASGIApp | None, most: int,
        seconds: float,
    ) -> None:  # fmt: skip
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
