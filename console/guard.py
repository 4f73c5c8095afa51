"""What stands before every route: who it is, where from, the size and pace of a body, headers of the answer.

Plain ASGI. Whoever is unknown is refused before a byte of the body is read. Four ways in: the
installation's token (command line, demo, tests: of this machine alone, never through the edge), a program's own token
(from anywhere, for REST, with the rights of its scopes: ``access.SCOPES``), a
session's cookie (browsers), and the few open paths that make a session. With a cookie, a request that changes something must carry ``X-Hotline``
and, where the browser sends an Origin, one of ours; a WebSocket and the telephone's gate must carry
an Origin always, since those are what any page may open. Leaves ``who`` and ``session`` in the
scope's state. Every 403, and every token that is wrong, over or from outside, is counted and audited here; wrong ones slow
down the address they come from, which a right one never feels: no stranger can bring about that a program is kept out.
What a session changes, and the live streams it opens, has a pace of its own (``rate_limit.py``): no page and no person is that quick.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from collections import Counter
from collections.abc import Callable
from ipaddress import ip_address

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from accounts.cookie import PROOF, address_of, secret_of
from accounts.password_attempts import PasswordAttempts, place
from accounts.session import Session
from bridge import attachment_kinds
from bridge.errors import Problem
from config.language import preferred, speaking
from config.language import say as _

from .access import Right
from .authorization import BEARER, PROGRAM, TOKEN_ACTOR, Who, who_of
from .doubled_keys import key_twice
from .error_answers import WORDS, answer
from .program_tokens import PREFIX, NotGood
from .rate_limit import Shares, Waits
from .seat_sign_in import seat_of
from .services import Services
from .shell_actor import typed_by

log = structlog.get_logger("console")

MOST_BYTES = 64 * 1024
FILES, FILE_BYTES, FILE_SECONDS = "/api/attachments/", attachment_kinds.MOST_BYTES, 60.0
"""Where a file is sent; ``config/render/edge.py`` lets no larger one through."""
FILES_AT_ONCE = 4
"""Of one person, however many sessions they have."""
BODY_SECONDS = 10.0
CHANGES_A_SECOND, CHANGES_AT_ONCE = 10.0, 120
"""Of one session. A page that saves each keystroke of its form asks for two a second."""
STREAMS_A_SECOND, STREAMS_AT_ONCE = 1.0, 24
"""Live streams that one session opens: eight pages, each of which tries again every one to four seconds."""
OPEN = frozenset({
    ("POST", "/api/session"), ("GET", "/api/session/ways"), ("GET", "/api/oidc/start"), ("GET", "/api/oidc/back"),
})  # fmt: skip
"""Without a session: what makes one."""
WHILE_LOCKED = frozenset({
    ("GET", "/api/session"), ("DELETE", "/api/session"), ("POST", "/api/session/unlock"), ("POST", "/api/session/lock"),
    ("GET", "/api/gate/sip"),
})  # fmt: skip
"""A locked screen hides everything and cuts nothing: its phone goes on with the key it has, its stream goes on and
tells less. Nothing new begins: no stream, no key."""
WHILE_NEW = frozenset({
    ("GET", "/api/session"), ("DELETE", "/api/session"), ("POST", "/api/session/password"),
})  # fmt: skip
"""Whose password was given to them does nothing before they have one that nobody else knows."""
NO_PERSON = frozenset({"/api/session/phone", "/api/session/lock"})
"""What a page does by itself, though it changes something: no sign that a person is there."""
ENDS = frozenset({("DELETE", "/api/session"), ("POST", "/api/session/lock")})
"""What is never too often: it takes powers away."""
GATE = "/api/gate/sip"
_SAFE = ("GET", "HEAD", "OPTIONS")
_FORWARDED = (b"x-real-ip", b"x-forwarded-for", b"forwarded", b"via")
"""What says that a request came through an edge: ours sets the first two, whatever it was sent."""
_HEADERS = [
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_FILE = (b"content-disposition", b'attachment; filename="hotline.json"')
"""Of JSON: a browser that is led to it as if it were a page keeps it as a file."""


class _TooLarge(Exception):
    pass


class _No(Exception):
    """Refused before any route."""

    def __init__(self, status: int, message: str, error: str = "", wait: int = 0) -> None:
        """``wait``: seconds until it may be tried again."""
        super().__init__(message)
        self.status, self.message, self.error, self.wait = status, message, error or WORDS[status], wait


class Guard:
    def __init__(
        self, app: ASGIApp, plugs: Services, most: int = MOST_BYTES, seconds: float = BODY_SECONDS,
        tick: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        if len(plugs.token) < 16:
            raise ValueError("the API token is too short")
        self._app, self._plugs, self._most, self._seconds = app, plugs, most, seconds
        self._token = plugs.token.encode()
        rules = plugs.sessions.rules
        self._wrong = PasswordAttempts(rules.tries, rules.rest_seconds)
        self._tick = tick
        self._changes = Shares(CHANGES_A_SECOND, CHANGES_AT_ONCE)
        self._streams = Shares(STREAMS_A_SECOND, STREAMS_AT_ONCE)
        self._waiting = Waits()
        self._files: Counter[str] = Counter()
        """Account → files that are read or kept just now."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return  # lifespan is off
        accepts = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
        with speaking(preferred(accepts)):
            await self._guarded(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
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
        elif who is BEARER:
            with typed_by(dict(scope["headers"])):
                await self._http(scope, receive, self._watched(scope, send))
        else:
            await self._http(scope, receive, self._watched(scope, send))

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST" or not str(scope["path"]).startswith(FILES):
            await self._with_body(scope, receive, send, self._most, self._seconds)
            return
        who: Who | None = scope["state"]["who"]
        if who is None or not who.may(Right.FILE):  # before a byte of it is read: each is held in memory to its end
            await answer(403, WORDS[403], _("your role may not do this"))(scope, receive, send)
            return
        if self._files[who.account] >= FILES_AT_ONCE:
            message = _("{most} files of yours are on their way: wait until they are there", most=FILES_AT_ONCE)
            await answer(429, WORDS[429], message, headers={"Retry-After": "2"})(scope, receive, send)
            return
        self._files[who.account] += 1
        try:
            await self._with_body(scope, receive, send, FILE_BYTES, FILE_SECONDS)
        finally:
            self._files[who.account] -= 1
            self._files += Counter()  # forgets who sends none

    async def _with_body(self, scope: Scope, receive: Receive, send: Send, most: int, seconds: float) -> None:
        try:
            body = await self._body(dict(scope["headers"]), receive, most, seconds)
        except _TooLarge:
            await answer(413, WORDS[413], _("at most {most} bytes", most=most))(scope, receive, send)
            return
        except TimeoutError:
            await answer(400, WORDS[400], _("the body came too slowly"))(scope, receive, send)
            return
        if body is not None and (twice := key_twice(dict(scope["headers"]), body)):
            message = _("{key} stands twice in the JSON", key=twice)
            await answer(400, WORDS[400], message, [Problem(twice, message)])(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _replayed(body, receive), send)

    # -- who ----------------------------------------------------------------------------

    async def _recognise(self, scope: Scope) -> tuple[Who | None, Session | None]:
        headers = dict(scope["headers"])
        given = headers.get(b"authorization", b"")
        if given:
            return await self._program_or_token(scope, headers, given), None
        socket, path = scope["type"] == "websocket", scope["path"]
        method = "GET" if socket else scope["method"]
        secret, is_open = secret_of(headers), not socket and (method, path) in OPEN
        if not secret and not is_open:
            raise _No(401, _("sign in first"))
        # before the ledger is asked: a foreign page's request may not even keep a session awake
        self._foreign(headers, changes=not socket and method not in _SAFE, always=socket or path == GATE)
        spent = self._streams if socket else self._changes if _costs(method, path) else None
        if secret and spent is not None:
            self._still_waits(secret, spent)
        person = PROOF.lower().encode() in headers and path not in NO_PERSON
        row = await self._plugs.sessions.find(secret, person=person) if secret else None
        if row is None:
            if is_open:
                return None, None
            raise _No(401, _("sign in first"))
        if spent is not None:
            await self._spends(spent, row, secret)
        if row.locked and (socket or (method, path) not in WHILE_LOCKED | OPEN):
            raise _No(423, _("the screen is locked: give the password"))
        if row.must_change and row.how == "password" and (socket or (method, path) not in WHILE_NEW | OPEN):
            raise _No(403, _("this password is somebody else's choice: take one of your own first"), "password_change")
        return who_of(row, seat_of(self._plugs.desk, row)), row

    async def _spends(self, shares: Shares, row: Session, secret: str) -> None:
        """Raise 429 when this session has used up its share."""
        if wait := shares.take(row.id, self._tick()):
            self._waiting.begin(_whose(shares, secret), self._tick(), wait)
            await self._tell(row.account, "too_quick", "", {"session": row.id})
            raise _too_quick(wait)

    def _still_waits(self, secret: str, shares: Shares) -> None:
        """Who was told to wait and does not is refused before the ledger is asked who it is: a flood costs no more than that."""
        if left := self._waiting.left(_whose(shares, secret), self._tick()):
            raise _too_quick(left)

    async def _program_or_token(self, scope: Scope, headers: dict[bytes, bytes], given: bytes) -> Who:
        """A program by its own token, or the installation's token, said on this machine; raises for all else."""
        scheme, _blank, said = given.partition(b" ")
        token = said.strip() if scheme.lower() == b"bearer" else b""
        if token.startswith(PREFIX.encode()):
            return await self._program(scope, headers, token.decode("latin-1"))
        outside = any(name in headers for name in _FORWARDED) or not _loopback(_peer(scope))
        if not outside and hmac.compare_digest(token, self._token):
            return BEARER
        no = _("the installation's token is for this machine alone: sign in") if outside else _("this token is wrong")
        raise await self._wrong_token(scope, headers, TOKEN_ACTOR, "outside" if outside else "wrong", no)

    async def _program(self, scope: Scope, headers: dict[bytes, bytes], token: str) -> Who:
        programs = self._plugs.programs
        found = await programs.find(token)
        if found is None:
            raise await self._wrong_token(scope, headers, PROGRAM, "wrong", _("this token is wrong"))
        if isinstance(found, NotGood):
            await programs.refused(found.name)
            message = _("this token is over ({why}): ask for another", why=_why(found.why))
            raise await self._wrong_token(scope, headers, f"{PROGRAM}{found.name}", found.why, message)
        if not programs.may_ask(found.name):
            await programs.refused(found.name)
            raise _No(429, _("this program asks too often"), wait=60)
        if scope["type"] == "websocket":
            await programs.refused(found.name)
            raise _No(403, _("this token's scopes do not open this"), "scope")
        await programs.used(found.name)
        return found

    async def _wrong_token(self, scope: Scope, headers: dict[bytes, bytes], actor: str, why: str, no: str) -> _No:
        """Counted by address, audited at a bounded pace; who goes on is told to wait longer each time."""
        address, now = address_of(headers, _peer(scope)), self._plugs.clock()
        pair = ("token", place(address))
        detail = {"why": why, "path": scope["path"][:200], "address": address}
        await self._tell(actor, "token_refused", f"{why} {place(address)}", detail)
        if seconds := self._wrong.wait(pair, now):
            return _No(429, _("too many wrong tokens: wait {seconds} seconds", seconds=seconds), wait=seconds)
        self._wrong.failed(pair, now)
        return _No(401, no)

    def _foreign(self, headers: dict[bytes, bytes], *, changes: bool, always: bool) -> None:
        """Raise when another site's page asks with our person's cookie."""
        origin = headers.get(b"origin")
        wanted = always or (changes and origin is not None)
        if wanted and (origin or b"").decode("latin-1") not in self._plugs.origins:
            raise _No(403, _("requests from this origin are not let in"), "origin")
        if changes and PROOF.lower().encode() not in headers:
            raise _No(403, _("the header {header} is missing", header=PROOF), "csrf")

    # -- bodies, answers ---------------------------------------------------------------------

    @staticmethod
    async def _body(headers: dict[bytes, bytes], receive: Receive, most: int, seconds: float) -> bytes | None:
        """The whole body; None when the client went away."""
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > most:
            raise _TooLarge
        chunks, size = [], 0
        async with asyncio.timeout(seconds):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return None
                chunks.append(message.get("body", b""))
                size += len(chunks[-1])
                if size > most:
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
        who: Who | None = scope["state"]["who"]
        actor = who.account if who else TOKEN_ACTOR
        if who is not None and who.program:
            await self._plugs.programs.refused(who.name)
        address = address_of(dict(scope["headers"]), _peer(scope))
        detail = {"method": scope["method"], "path": scope["path"][:200], "address": address}
        await self._tell(actor, "refused", f"{scope['method']} {scope['path']}", detail)

    async def _tell(self, actor: str, action: str, what: str, detail: dict[str, str]) -> None:
        plugs = self._plugs
        await plugs.refusals.tell(plugs.audit, plugs.absent, plugs.clock(), actor, action, what, detail)


def _costs(method: str, path: str) -> bool:
    return method not in _SAFE and (method, path) not in ENDS


def _whose(shares: Shares, secret: str) -> str:
    """Kept in memory for seconds; not the secret itself."""
    return f"{id(shares)} {hashlib.sha256(secret.encode('utf-8', 'surrogateescape')).hexdigest()}"


def _too_quick(wait: int) -> _No:
    return _No(429, _("more was asked for in a moment than anybody can do: wait a moment"), wait=wait)


def _peer(scope: Scope) -> str:
    return str((scope.get("client") or ("",))[0])


def _why(over: str) -> str:
    match over:
        case "expired":
            return _("its time is over")
        case "revoked":
            return _("it was revoked")
        case _other:
            return _("it was replaced")


def _loopback(peer: str) -> bool:
    """A peer without an address (a test's transport, a socket file) is on this machine."""
    try:
        return ip_address(peer).is_loopback
    except ValueError:
        return True


async def _refuse(no: _No, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()  # its websocket.connect
        await send({"type": "websocket.close", "code": 1008})  # before it is accepted: HTTP 403
        return
    headers = {"WWW-Authenticate": "Bearer"} if no.status == 401 else {"Retry-After": str(no.wait)} if no.wait else None
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
            if _FILE[0] not in named and any(
                name.lower() == b"content-type" and value.startswith(b"application/json") for name, value in given
            ):
                extra.append(_FILE)
            message = {**message, "headers": [*given, *extra]}
        await send(message)

    return sending
