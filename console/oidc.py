"""The site's identity provider (OpenID Connect): authorization code with PKCE. The one door to it.

Used by ``routes/oidc.py``. It proves who somebody is, by the account the provider's claim names; what they
may do is said by our own accounts and nowhere else. A beginning waits in memory for ten minutes, bound
to the browser it began in; state, nonce, issuer, audience, time and signature are checked.
"""

from __future__ import annotations

import secrets
import warnings
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from config.settings import Oidc

with warnings.catch_warnings(record=True):  # it recommends an httpx of another name, each time, on stderr
    from authlib.integrations.httpx_client import AsyncOAuth2Client

_ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Never ``none``, never one whose key the client itself holds."""
_WAIT = timedelta(minutes=10)
_WAITING_MOST = 1000
_SECONDS = 10.0
_LEEWAY = 60
_SCOPE = "openid profile"


class NotProved(Exception):
    """Nobody is signed in by this; the message is for the log."""


@dataclass(frozen=True, slots=True)
class _Begun:
    state: str
    nonce: str
    verifier: str
    back: str
    until: datetime


@dataclass(slots=True)
class _Known:
    """What the provider says of itself."""

    authorize: str
    token: str
    keys_at: str
    keys: KeySet | None = field(default=None)


class Provider:
    def __init__(self, settings: Oidc, secret: str, clock: Callable[[], datetime]) -> None:
        """``secret``: '' for a client that has none."""
        self._settings, self._secret, self._clock = settings, secret, clock
        self._known: _Known | None = None
        self._begun: OrderedDict[str, _Begun] = OrderedDict()

    @property
    def name(self) -> str:
        return self._settings.name

    async def start(self, back: str) -> tuple[str, str]:
        """Where to send the browser, and what its cookie must bring back. Raises NotProved when nobody answers there."""
        async with self._client(back) as client:
            known = await self._discover(client)
            began = _Begun(
                secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), back,
                self._clock() + _WAIT,
            )  # fmt: skip
            url, _state = client.create_authorization_url(
                known.authorize, state=began.state, code_verifier=began.verifier, nonce=began.nonce
            )
        ticket = secrets.token_urlsafe(24)
        self._begun[ticket] = began
        while len(self._begun) > _WAITING_MOST:
            self._begun.popitem(last=False)
        return str(url), ticket

    async def finish(self, ticket: str, asked: Mapping[str, str]) -> str:
        """The account's name as the provider's claim has it. A beginning is good for one try."""
        began = self._begun.pop(ticket, None)
        if began is None or self._clock() >= began.until:
            raise NotProved("this browser began nothing here, or too long ago")
        if not secrets.compare_digest(asked.get("state", "").encode(), began.state.encode()):
            raise NotProved("another state than we sent")
        if "code" not in asked:
            raise NotProved(f"the provider said {asked.get('error', 'nothing')[:80]}")
        async with self._client(began.back) as client:
            known = await self._discover(client)
            try:
                told = await client.fetch_token(
                    known.token, grant_type="authorization_code", code=asked["code"], code_verifier=began.verifier
                )
            except (AuthlibBaseError, httpx.HTTPError, ValueError) as fault:
                raise NotProved(f"no token for this code: {fault}") from fault
            claims = await self._claims(client, known, str(told.get("id_token", "")))
        self._check(claims, began.nonce)
        account = claims.get(self._settings.account_claim)
        if not isinstance(account, str) or not account:
            raise NotProved(f"its token has no claim {self._settings.account_claim}")
        return account

    # -- talking to it -------------------------------------------------------------------

    def _client(self, back: str) -> Any:
        return AsyncOAuth2Client(
            client_id=self._settings.client_id, client_secret=self._secret or None, redirect_uri=back, scope=_SCOPE,
            code_challenge_method="S256", token_endpoint_auth_method="client_secret_basic" if self._secret else "none",
            timeout=_SECONDS, follow_redirects=False, trust_env=False,
        )  # fmt: skip

    async def _discover(self, client: Any) -> _Known:
        if self._known is None:
            issuer = self._settings.issuer.rstrip("/")
            told = await _json(client, f"{issuer}/.well-known/openid-configuration")
            if str(told.get("issuer", "")).rstrip("/") != issuer:
                raise NotProved(f"it calls itself {told.get('issuer')!r}, hotline.toml {self._settings.issuer!r}")
            try:
                self._known = _Known(told["authorization_endpoint"], told["token_endpoint"], told["jwks_uri"])
            except KeyError as missing:
                raise NotProved(f"its configuration lacks {missing}") from missing
        return self._known

    async def _claims(self, client: Any, known: _Known, token: str) -> dict[str, Any]:
        """Of a token whose signature fits; keys are fetched again once, since providers change them."""
        for fresh in (known.keys is None, True):
            try:
                if fresh:
                    known.keys = KeySet.import_key_set(await _json(client, known.keys_at))  # type: ignore[arg-type]
                assert known.keys is not None
                return dict(jwt.decode(token, known.keys, _ALGORITHMS).claims)
            except (JoseError, ValueError) as fault:
                last = fault
        raise NotProved(f"its token does not fit: {last}") from last

    def _check(self, claims: dict[str, Any], nonce: str) -> None:
        now = int(self._clock().timestamp())
        registry = jwt.JWTClaimsRegistry(
            now=now, leeway=_LEEWAY,
            iss={"essential": True}, aud={"essential": True, "value": self._settings.client_id},
            exp={"essential": True}, iat={"essential": True}, nonce={"essential": True, "value": nonce},
        )  # fmt: skip
        try:
            registry.validate(claims)
        except JoseError as fault:
            raise NotProved(f"its token is not for us: {fault}") from fault
        if str(claims["iss"]).rstrip("/") != self._settings.issuer.rstrip("/"):
            raise NotProved("its token is another issuer's")
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if len(audiences) > 1 and claims.get("azp") != self._settings.client_id:
            raise NotProved("its token was made for another client")


async def _json(client: Any, url: str) -> dict[str, Any]:
    try:
        reply = await client.request("GET", url, withhold_token=True)
        reply.raise_for_status()
        told = reply.json()
    except (httpx.HTTPError, ValueError) as fault:
        raise NotProved(f"{url} does not answer: {fault}") from fault
    if not isinstance(told, dict):
        raise NotProved(f"{url} answers no object")
    return told
