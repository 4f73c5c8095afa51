"""What stands before every route: who it is, where from, the size and pace of a body, headers of the answer.

Plain ASGI. Whoever is unknown is refused before a byte of the body is read. Three ways in: the
installation's token (command line, demo, tests), a session's cookie (browsers), and the few open
paths that make a session. With a cookie, a request that changes something must carry ``X-Hotline``
and, where the browser sends an Origin, one of ours; a WebSocket and the telephone's gate must carry
an Origin always, since those are what any page may open. Leaves ``who`` and ``session`` in the
scope's state. Every 403 is written into the audit log here, whichever route said it.
"""

from __future__ import annotations

import asyncio
import hmac
from datetime import datetime, timedelta

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.language import say as _

from .answers import WORDS, answer
from .cookie import PROOF, address_of, secret_of
from .door import BEARER, TOKEN_ACTOR, Who, who_of
from .plugs import Plugs
from .ports import SessionRow
from .seating import seat_of

log = structlog.get_logger("console")

MOST_BYTES = 64 * 1024
BODY_SECONDS = 10.0
OPEN = frozenset({
    ("POST", "/api/session"), ("GET", "/api/session/ways"), ("GET", "/api/oidc/start"), ("GET", "/api/oidc/back"),
})  # fmt: skip
"""Without a session: what makes one."""
WHILE_LOCKED = frozenset({
    ("GET", "/api/session"), ("DELETE", "/api/session"), ("POST", "/api/session/unlock"), ("POST", "/api/session/lock"),
    ("POST", "/api/session/phone"), ("GET", "/api/gate/sip"),
})  # fmt: skip
"""A locked screen hides everything and cuts nothing: its phone may register, its stream goes on."""
NO_PERSON = frozenset({"/api/session/phone", "/api/session/lock"})
"""What a page does by itself, though it changes something: no sign that a person is there."""
GATE = "/api/gate/sip"
_SAFE = ("GET", "HEAD", "OPTIONS")
_REFUSAL_EVERY = timedelta(minutes=1)
_REFUSALS_KEPT = 1000
_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]


class _TooLarge(Exception):
    pass


class _No(Exception):
    """Refused before any route."""

    def __init__(self, status: int, message: str, error: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.error = status, message, error or WORDS[status]


class Guard:
    def __init__(self, app: ASGIApp, plugs: Plugs, most: int = MOST_BYTES, seconds: float = BODY_SECONDS) -> None:
        if len(plugs.token) < 16:
            raise ValueError("the API token is too short")
        self._app, self._plugs, self._most, self._seconds = app, plugs, most, seconds
        self._token = plugs.token.encode()
        self._refusals: dict[tuple[str, str, str], datetime] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return  # lifespan is off
        try:
            who, session = await self._recognise(scope)
        except _No as no:
            await _refuse(no, scope, receive, send)
            return
        except self._plugs.absent as gone:
            log.warning("nobody can be recognised: no ledger", fault=str(gone))
            text = _("the ledger cannot be reached now; nothing was written, try again")
            await _refuse(_No(503, text), scope, receive, send)
            return
        scope.setdefault("state", {}).update(who=who, session=session)
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        await self._http(scope, receive, self._watched(scope, send))

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self._body(dict(scope["headers"]), receive)
        except _TooLarge:
            await answer(413, WORDS[413], _("at most {most} bytes", most=self._most))(scope, receive, send)
            return
        except TimeoutError:
            await answer(400, WORDS[400], _("the body came too slowly"))(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _replayed(body, receive), send)

    # -- who ----------------------------------------------------------------------------

    async def _recognise(self, scope: Scope) -> tuple[Who | None, SessionRow | None]:
        headers = dict(scope["headers"])
        given = headers.get(b"authorization", b"")
        if given:
            if not self._right_token(given):
                raise _No(401, _("this token is wrong"))
            return BEARER, None
        socket, path = scope["type"] == "websocket", scope["path"]
        method = "GET" if socket else scope["method"]
        secret, is_open = secret_of(headers), not socket and (method, path) in OPEN
        if not secret and not is_open:
            raise _No(401, _("sign in first"))
        # before the ledger is asked: a foreign page's request may not even keep a session awake
        self._foreign(headers, changes=not socket and method not in _SAFE, always=socket or path == GATE)
        person = PROOF.lower().encode() in headers and path not in NO_PERSON
        row = await self._plugs.sessions.find(secret, person=person) if secret else None
        if row is None:
            if is_open:
                return None, None
            raise _No(401, _("sign in first"))
        if row.locked and not socket and (method, path) not in WHILE_LOCKED | OPEN:
            raise _No(423, _("the screen is locked: give the password"))
        return who_of(row, seat_of(self._plugs.desk, row)), row

    def _right_token(self, header: bytes) -> bool:
        scheme, _blank, token = header.partition(b" ")
        return hmac.compare_digest(token.strip(), self._token) and scheme.lower() == b"bearer"

    def _foreign(self, headers: dict[bytes, bytes], *, changes: bool, always: bool) -> None:
        """Raise when another site's page asks with our person's cookie."""
        origin = headers.get(b"origin")
        wanted = always or (changes and origin is not None)
        if wanted and (origin or b"").decode("latin-1") not in self._plugs.origins:
            raise _No(403, _("requests from this origin are not let in"), "origin")
        if changes and PROOF.lower().encode() not in headers:
            raise _No(403, _("the header {header} is missing", header=PROOF), "csrf")

    # -- bodies, answers ---------------------------------------------------------------------

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

    def _watched(self, scope: Scope, send: Send) -> Send:
        """Adds our headers; a refusal of a person is audited before it is told."""
        safe = _safe(send)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 403:
                await self._refused(scope)
            await safe(message)

        return sending

    async def _refused(self, scope: Scope) -> None:
        """Once a minute for each person and path: a page that asks for ever must not fill the log."""
        who: Who | None = scope["state"]["who"]
        actor, now = who.account if who else TOKEN_ACTOR, self._plugs.clock()
        key = (actor, scope["method"], scope["path"])
        if key in self._refusals and now - self._refusals[key] < _REFUSAL_EVERY:
            return
        if len(self._refusals) >= _REFUSALS_KEPT:
            self._refusals.clear()
        self._refusals[key] = now
        headers = dict(scope["headers"])
        peer = (scope.get("client") or ("",))[0]
        detail = {"method": scope["method"], "path": scope["path"][:200], "address": address_of(headers, peer)}
        try:
            await self._plugs.audit.append(now, actor, "refused", detail=detail)
        except self._plugs.absent as gone:
            log.warning("a refusal was not audited", actor=actor, path=scope["path"], fault=str(gone))


async def _refuse(no: _No, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()  # its websocket.connect
        await send({"type": "websocket.close", "code": 1008})  # before it is accepted: HTTP 403
        return
    headers = {"WWW-Authenticate": "Bearer"} if no.status == 401 else None
    await answer(no.status, no.error, no.message, headers=headers)(scope, receive, _safe(send))


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
            given = message.get("headers", [])
            named = {name.lower() for name, _value in given}
            extra = [(name, value) for name, value in _HEADERS if name not in named]
            message = {**message, "headers": [*given, *extra]}
        await send(message)

    return sending
