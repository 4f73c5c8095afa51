"""Signing in by the site's identity provider: there and back. Afterwards it is a session like any other."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from accounts.cookie import OIDC, address_of, secret_of
from accounts.session import Session
from config.language import say as _
from console.error_answers import Failed
from console.oidc import WAIT_SECONDS, NotProved, Provider
from console.services import Plugged, Services

from .session import origin_of, signed_in

log = structlog.get_logger("console")

router = APIRouter(prefix="/api/oidc", tags=["session"])

BACK = "/api/oidc/back"
_Said = Annotated[str, Query(max_length=4000)]
_TICKET_MOST = 2000


@router.get("/start", response_class=RedirectResponse, status_code=302)
async def start(plugs: Plugged, request: Request) -> Response:
    """Open. To the provider; 404 where [oidc] is not set."""
    provider = _provider(plugs)
    try:
        url, ticket = await provider.start(origin_of(plugs, request) + BACK, _session(request))
    except NotProved as fault:
        log.warning("no log-in by the identity provider", why=str(fault))
        raise Failed(503, _("{name} cannot be reached now; sign in with a password", name=provider.name)) from fault
    answer = RedirectResponse(url, 302)
    # Lax: the provider's page sends the browser back here, which a strict cookie does not survive
    answer.set_cookie(OIDC, ticket, WAIT_SECONDS, path="/", secure=True, httponly=True, samesite="lax")
    return answer


@router.get("/back", response_class=RedirectResponse, status_code=302)
async def back(plugs: Plugged, request: Request, code: _Said = "", state: _Said = "", error: _Said = "") -> Response:
    """Open. From the provider, then to the pages: signed in, or at the log-in page with ``?refused=oidc``."""
    provider = _provider(plugs)
    said = {name: value for name, value in (("code", code), ("state", state), ("error", error)) if value}
    headers = dict(request.headers.raw)
    refused = RedirectResponse("/?refused=oidc", 302)
    refused.delete_cookie(OIDC, path="/", secure=True, httponly=True, samesite="lax")
    address = address_of(headers, request.client.host if request.client else "")
    try:
        proved = await provider.finish(secret_of(headers, OIDC, _TICKET_MOST), said)
    except NotProved as fault:
        log.warning("no log-in by the identity provider", why=str(fault))
        await _failed(plugs, "", address, why=str(fault)[:200])
        return refused
    row = await plugs.accounts.get(proved.account)
    if row is None or row.locked:
        await _failed(plugs, row.account if row else "", address, claimed=proved.account[:80])
        return refused
    if not await plugs.accounts.bound(row.account, proved.subject):
        await _failed(plugs, row.account, address, why="another person of the provider", subject=proved.subject[:300])
        return refused
    answer = RedirectResponse("/", 302)
    answer.delete_cookie(OIDC, path="/", secure=True, httponly=True, samesite="lax")
    await signed_in(plugs, row.account, "oidc", request, answer, before=proved.before)
    return answer


async def _failed(plugs: Services, account: str, address: str, **detail: str) -> None:
    told = {"address": address, "how": "oidc", **detail}
    await plugs.refusals.tell(
        plugs.audit, plugs.absent, plugs.clock(), account, "sign_in_failed", str(sorted(detail.items())), told
    )


def _session(request: Request) -> str:
    """Of the browser that begins: coming back from the provider it brings no strict cookie."""
    row: Session | None = getattr(request.state, "session", None)
    return row.id if row is not None else ""


def _provider(plugs: Services) -> Provider:
    if plugs.oidc is None:
        raise Failed(404, _("there is no identity provider: see [oidc] in hotline.toml"))
    return plugs.oidc
