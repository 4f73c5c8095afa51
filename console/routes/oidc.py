"""Signing in by the site's identity provider: there and back. Afterwards it is a session like any other."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from config.language import say as _
from console.answers import Failed
from console.cookie import OIDC, address_of, secret_of
from console.oidc import NotProved, Provider
from console.plugs import Plugged, Plugs

from .session import signed_in

log = structlog.get_logger("console")

router = APIRouter(prefix="/api/oidc", tags=["session"])

BACK = "/api/oidc/back"
_Said = Annotated[str, Query(max_length=4000)]
_SECONDS = 600


@router.get("/start", response_class=RedirectResponse, status_code=302)
async def start(plugs: Plugged, request: Request) -> Response:
    """Open. To the provider; 404 where [oidc] is not set."""
    provider = _provider(plugs)
    try:
        url, ticket = await provider.start(_origin(plugs, request) + BACK)
    except NotProved as fault:
        log.warning("no log-in by the identity provider", why=str(fault))
        raise Failed(503, _("{name} cannot be reached now; sign in with a password", name=provider.name)) from fault
    answer = RedirectResponse(url, 302)
    # Lax: the provider's page sends the browser back here, which a strict cookie does not survive
    answer.set_cookie(OIDC, ticket, _SECONDS, path="/", secure=True, httponly=True, samesite="lax")
    return answer


@router.get("/back", response_class=RedirectResponse, status_code=302)
async def back(plugs: Plugged, request: Request, code: _Said = "", state: _Said = "", error: _Said = "") -> Response:
    """Open. From the provider, then to the pages: signed in, or at the log-in page with ``?refused=oidc``."""
    provider = _provider(plugs)
    said = {name: value for name, value in (("code", code), ("state", state), ("error", error)) if value}
    headers = dict(request.headers.raw)
    refused = RedirectResponse("/?refused=oidc", 302)
    refused.delete_cookie(OIDC, path="/", secure=True, httponly=True, samesite="lax")
    try:
        account = await provider.finish(secret_of(headers, OIDC), said)
    except NotProved as fault:
        log.warning("no log-in by the identity provider", why=str(fault))
        return refused
    row = await plugs.accounts.get(account)
    if row is None or row.locked:
        address = address_of(headers, request.client.host if request.client else "")
        detail = {"address": address, "how": "oidc", "claimed": account[:80]}
        await plugs.audit.append(plugs.clock(), row.account if row else "", "sign_in_failed", detail=detail)
        return refused
    answer = RedirectResponse("/", 302)
    answer.delete_cookie(OIDC, path="/", secure=True, httponly=True, samesite="lax")
    await signed_in(plugs, row.account, "oidc", request, answer)
    return answer


def _provider(plugs: Plugs) -> Provider:
    if plugs.oidc is None:
        raise Failed(404, _("there is no identity provider: see [oidc] in hotline.toml"))
    return plugs.oidc


def _origin(plugs: Plugs, request: Request) -> str:
    """The name the browser knows us by, if it is one of ours: the provider must send it back there."""
    named = f"https://{request.headers.get('host', '')}"
    return named if named in plugs.origins else min(plugs.origins)
