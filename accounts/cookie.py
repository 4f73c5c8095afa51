"""The session's cookie, the origins that are let in, and what a request says of where it comes from. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from starlette.responses import Response

from config.sections.access import Edge
from config.sections.telephone import Mode

NAME = "__Host-hotline"
"""The prefix makes browsers insist on Secure, Path=/ and no Domain: no sister site can set or read it."""
OIDC = "__Host-hotline-oidc"
"""While somebody is at the identity provider."""
PROOF = "X-Hotline"
"""A header no foreign page can send without asking first, and whoever asks is refused (there is no CORS here)."""
_LONGEST = 100


def give(response: Response, secret: str, seconds: int, name: str = NAME) -> None:
    response.set_cookie(name, secret, max_age=seconds, path="/", secure=True, httponly=True, samesite="strict")


def take_back(response: Response, name: str = NAME) -> None:
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="strict")


def secret_of(headers: Mapping[bytes, bytes], name: str = NAME, longest: int = _LONGEST) -> str:
    """'' when there is none, or nonsense."""
    try:
        jar = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return ""
    found = jar.get(name)
    return found.value if found is not None and len(found.value) <= longest else ""


def origins_of(edge: Edge) -> frozenset[str]:
    """What browsers may send as Origin."""
    names = {f"https://{name}:{edge.port}" for name in edge.names}
    if edge.mode is Mode.EXTERNAL:  # the site's own nginx may well stand on 443
        names |= {f"https://{name}" for name in edge.names}
    return frozenset(names)


def address_of(headers: Mapping[bytes, bytes], peer: str) -> str:
    """Who asks, as the edge tells it; the daemon listens on loopback, so nobody else can say X-Real-IP."""
    return headers.get(b"x-real-ip", b"").decode("latin-1")[:64] or peer
