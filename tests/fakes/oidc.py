"""An OpenID provider on loopback: its own keys, real tokens, real HTTP; a test may make it lie."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.server import Server

CLIENT, SECRET = "hotline", "the client's own"
_KEY = RSAKey.generate_key(2048, {"kid": "one"})


@dataclass
class FakeProvider:
    port: int
    person: str = "1001"
    claims: dict[str, Any] = field(default_factory=dict)
    """Put over what is true."""
    key: RSAKey = field(default_factory=lambda: _KEY)
    signing: RSAKey | None = None
    """Another key than the published one."""
    looks: int = 0
    """How often its configuration was asked for."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def agree(self, url: str) -> dict[str, str]:
        """The person logs in there and agrees: what the browser brings back."""
        asked = dict(parse_qsl(urlsplit(url).query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    async def __aenter__(self) -> FakeProvider:
        routes = [
            Route("/.well-known/openid-configuration", self._about),
            Route("/keys", self._keys),
            Route("/token", self._token, methods=["POST"]),
        ]
        self._server = Server(Starlette(routes=routes), self.port)
        await self._server.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._server.stop()

    async def _about(self, _request: Request) -> Response:
        at = self.issuer
        told = {"authorization_endpoint": f"{at}/authorize", "token_endpoint": f"{at}/token", "jwks_uri": f"{at}/keys"}
        told["end_session_endpoint"] = f"{at}/end"
        self.looks += 1
        return JSONResponse({"issuer": at, **told})

    async def _keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _token(self, request: Request) -> Response:
        given = dict(parse_qsl((await request.body()).decode()))
        asked = self.codes.pop(given.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or proof != asked["code_challenge"]
            or given.get("redirect_uri") != asked["redirect_uri"]
            or request.headers.get("authorization") != f"Basic {basic}"
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "u-1", "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "preferred_username": self.person, **({"auth_time": now} if "max_age" in asked else {}), **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": "one"}
        token = jwt.encode(header, claims, self.signing or self.key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": token})
