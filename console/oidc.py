"""The site's identity provider (OpenID Connect): authorization code with PKCE. The one door to it.

Used by ``routes/oidc.py``. It proves who somebody is, by the account the provider's claim names; what they
may do is said by our own accounts and nowhere else. Nothing is kept of a beginning: state, nonce and verifier
travel sealed in the browser's own cookie, so that however many begin, none is forgotten. There is one
transport with one TLS context, made off the loop; what the provider says of itself is asked once an hour.
State, nonce, issuer, audience, party, times and signature are checked.
"""

from __future__ import annotations

import asyncio
import base64
import json
import math
import secrets
import ssl
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from bridge.limited_answers import LimitedAnswers
from config.sections.access import Oidc

with warnings.catch_warnings(record=True):  # it recommends an httpx of another name, each time, on stderr
    from authlib.integrations.httpx_client import AsyncOAuth2Client

_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Never ``none``, never one whose key the client itself holds."""
WAIT_SECONDS = 600
"""For the whole log-in at the provider; a token is never older."""
_SECONDS = 10.0
_LEEWAY = 60
_TOKEN_MOST = 24 * 3600
"""No token is good for longer."""
_SCOPE = "openid profile"
_KNOWN = timedelta(hours=1)
_SILENT = timedelta(seconds=5)
"""After a question in vain, so long nobody asks again."""
_SUBJECT_MOST = 255


class NotProved(Exception):
    """Nobody is signed in by this; the message is for the log."""


@dataclass(frozen=True, slots=True)
class Proved:
    account: str
    """As the provider's claim has it."""
    subject: str
    """Issuer and ``sub``: who it is there, for ever."""
    before: str
    """The session's id that this browser had when it began; '' none."""


@dataclass(slots=True)
class _Known:
    """What the provider says of itself."""

    authorize: str
    token: str
    keys_at: str
    end_session: str
    until: datetime
    keys: KeySet | None = field(default=None)


class Provider:
    def __init__(self, settings: Oidc, secret: str, clock: Callable[[], datetime], seal: str = "") -> None:
        """``secret``: '' for a client that has none. ``seal``: the installation's secret for cookies; '': one of its own."""
        self._settings, self._secret, self._clock = settings, secret, clock
        self._seal = _fernet(seal or secrets.token_hex(32))
        self._known: _Known | None = None
        self._failed: tuple[datetime, str] | None = None
        self._one = asyncio.Lock()
        self._transport: LimitedAnswers | None = None

    @property
    def name(self) -> str:
        return self._settings.name

    async def close(self) -> None:
        if self._transport is not None:
            await self._transport.aclose()

    async def start(self, back: str, before: str = "") -> tuple[str, str]:
        """Where to send the browser, and what its cookie must bring back. Raises NotProved when nobody answers there."""
        known = await self._discover()
        state, nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        more = {"max_age": self._settings.max_age_seconds} if self._settings.max_age_seconds else {}
        url = prepare_grant_uri(
            known.authorize, client_id=self._settings.client_id, response_type="code", redirect_uri=back, scope=_SCOPE,
            state=state, nonce=nonce, code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256", **more,
        )  # fmt: skip
        began = {"state": state, "nonce": nonce, "verifier": verifier, "back": back, "before": before}
        return str(url), self._seal.encrypt_at_time(json.dumps(began).encode(), self._now()).decode()

    async def finish(self, ticket: str, asked: Mapping[str, str]) -> Proved:
        """Who it is. The code in ``asked`` is good for one try: the provider sees to that."""
        try:
            began = json.loads(self._seal.decrypt_at_time(ticket.encode(), WAIT_SECONDS, self._now()))
        except (InvalidToken, ValueError) as fault:
            raise NotProved("this browser began nothing here, or too long ago") from fault
        if not secrets.compare_digest(asked.get("state", "").encode(), began["state"].encode()):
            raise NotProved("another state than we sent")
        if "code" not in asked:
            raise NotProved(f"the provider said {asked.get('error', 'nothing')[:80]}")
        known = await self._discover()
        client = await self._client(began["back"])
        try:
            told = await client.fetch_token(
                known.token, grant_type="authorization_code", code=asked["code"], code_verifier=began["verifier"]
            )
        except (AuthlibBaseError, httpx.HTTPError, ValueError, RecursionError) as fault:
            raise NotProved(f"no token for this code: {fault}") from fault
        claims = await self._claims(client, known, str(told.get("id_token", "")))
        self._check(claims, began["nonce"])
        account, subject = claims.get(self._settings.account_claim), claims.get("sub")
        if not isinstance(account, str) or not account:
            raise NotProved(f"its token has no claim {self._settings.account_claim}")
        if not isinstance(subject, str) or not 0 < len(subject) <= _SUBJECT_MOST:
            raise NotProved("its token has no sub")
        return Proved(account, f"{self._settings.issuer.rstrip('/')} {subject}", str(began["before"]))

    def leave_at(self, back: str) -> str:
        """Where the browser goes to be signed out there too; '': the provider has no such place, or was not asked yet."""
        end = self._known.end_session if self._known else ""
        if not end:
            return ""
        words = urlencode({"client_id": self._settings.client_id, "post_logout_redirect_uri": back})
        return f"{end}{'&' if '?' in end else '?'}{words}"

    # -- talking to it -------------------------------------------------------------------

    async def _client(self, back: str) -> Any:
        """Cheap: connections and TLS are the one transport's, which outlives it."""
        if self._transport is None:
            context = await asyncio.to_thread(ssl.create_default_context)
            if self._transport is None:
                way = httpx.AsyncHTTPTransport(verify=context, trust_env=False)
                self._transport = LimitedAnswers(2 * _SECONDS, inner=way)
        return AsyncOAuth2Client(
            client_id=self._settings.client_id, client_secret=self._secret or None, redirect_uri=back, scope=_SCOPE,
            code_challenge_method="S256", token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            timeout=_SECONDS, follow_redirects=False, trust_env=False, transport=self._transport,
        )  # fmt: skip

    async def _discover(self) -> _Known:
        """One asks, the others wait for that answer; after one in vain nobody asks for a while."""
        async with self._one:
            now = self._clock()
            if self._known is not None and now < self._known.until:
                return self._known
            if self._failed is not None and now - self._failed[0] < _SILENT:
                raise NotProved(self._failed[1])
            try:
                self._known = await self._asked(now)
            except NotProved as fault:
                self._failed = (self._clock(), str(fault))
                if self._known is None:
                    raise
            else:
                self._failed = None
            return self._known

    async def _asked(self, now: datetime) -> _Known:
        issuer = self._settings.issuer.rstrip("/")
        told = await _json(await self._client(""), f"{issuer}/.well-known/openid-configuration")
        if str(told.get("issuer", "")).rstrip("/") != issuer:
            raise NotProved(f"it calls itself {told.get('issuer')!r}, hotline.toml {self._settings.issuer!r}")
        try:
            found = (str(told["authorization_endpoint"]), str(told["token_endpoint"]), str(told["jwks_uri"]))
        except KeyError as missing:
            raise NotProved(f"its configuration lacks {missing}") from missing
        return _Known(*found, str(told.get("end_session_endpoint") or ""), now + _KNOWN)

    async def _claims(self, client: Any, known: _Known, token: str) -> dict[str, Any]:
        """Of a token whose signature fits; keys are fetched again once, since providers change them."""
        for fresh in (known.keys is None, True):
            try:
                if fresh:
                    known.keys = KeySet.import_key_set(await _json(client, known.keys_at))  # type: ignore[arg-type]
                assert known.keys is not None
                return dict(jwt.decode(token, known.keys, _ALGORITHMS).claims)
            except (JoseError, ValueError, RecursionError) as fault:
                last = fault
        raise NotProved(f"its token does not fit: {last}") from last

    def _now(self) -> int:
        return int(self._clock().timestamp())

    def _check(self, claims: dict[str, Any], nonce: str) -> None:
        now, client = self._now(), self._settings.client_id
        registry = jwt.JWTClaimsRegistry(
            now=now, leeway=_LEEWAY,
            iss={"essential": True}, aud={"essential": True, "value": client},
            exp={"essential": True}, iat={"essential": True}, nonce={"essential": True, "value": nonce},
        )  # fmt: skip
        try:
            registry.validate(claims)
        except (JoseError, ValueError, TypeError, OverflowError) as fault:
            raise NotProved(f"its token is not for us: {fault}") from fault
        if str(claims["iss"]).rstrip("/") != self._settings.issuer.rstrip("/"):
            raise NotProved("its token is another issuer's")
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if claims.get("azp", client if len(audiences) == 1 else None) != client:
            raise NotProved("its token was made for another client")
        if not now - WAIT_SECONDS - _LEEWAY <= _moment(claims, "iat") <= now + _LEEWAY:
            raise NotProved("its token was not made just now")
        if not now - _LEEWAY < _moment(claims, "exp") <= now + _TOKEN_MOST:
            raise NotProved("its token ends at no time that a token has")
        most = self._settings.max_age_seconds
        if most and not now - most - _LEEWAY <= _moment(claims, "auth_time") <= now + _LEEWAY:
            raise NotProved("they signed in at the provider too long ago")


def _moment(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotProved(f"its token has no {name}")
    return float(value)


def _fernet(secret: str) -> Fernet:
    derived = HKDF(hashes.SHA256(), 32, None, b"hotline oidc cookie").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


async def _json(client: Any, url: str) -> dict[str, Any]:
    try:
        reply = await client.request("GET", url, withhold_token=True)
        reply.raise_for_status()
        told = reply.json()
    except (httpx.HTTPError, ValueError, RecursionError) as fault:
        raise NotProved(f"{url} does not answer: {fault}") from fault
    if not isinstance(told, dict):
        raise NotProved(f"{url} answers no object")
    return told
