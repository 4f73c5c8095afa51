"""What stands before and on every answer of the edge: headers, limits, and nginx's own refusals. Used by ``edge.py`` alone."""

from __future__ import annotations

import html
import json

from ..language import say as _
from ..settings import Settings
from . import nginx_syntax

BODY_BYTES = 64 * 1024
"""As the daemon's own door; a ticket is a few kilobytes."""
FILE_BYTES = 8 * 1024 * 1024
"""A file of a ticket: ``bridge.attachment_kinds.MOST_BYTES``; this room may not ask that one."""
ADDRESS_CONNECTIONS = 2000
"""From one address: a whole centre may sit behind one."""
SESSION_CONNECTIONS = 48
"""Of one session: pages, their streams and their phone."""

CONNECTIONS = (
    f"limit_conn hotline_address {ADDRESS_CONNECTIONS};",
    f"limit_conn hotline_session {SESSION_CONNECTIONS};",
)
LIMITS = (
    "limit_req_status 429;",
    "limit_conn_status 429;",
    *CONNECTIONS,
    f"client_max_body_size {BODY_BYTES};",
    "client_header_timeout 10s;",
    "client_body_timeout 10s;",
    "send_timeout 30s;",
    "keepalive_timeout 60s;",
    "large_client_header_buffers 4 8k;",
    "ignore_invalid_headers on;",
    "gzip on;",
    "gzip_comp_level 5;",
    "gzip_vary on;",
    "gzip_min_length 1024;",
    # never what a person's secret may stand in beside what somebody else chose (BREACH): pages only
    "gzip_types text/css application/javascript image/svg+xml application/manifest+json;",
)


def policy(settings: Settings, pictures: str = "data:") -> str:
    """The Content-Security-Policy of every page: what is no file of ours is neither run nor applied, style attributes
    included (Vue and ECharts set single properties, which is no style attribute)."""
    sockets = " ".join(f"wss://{name}:{settings.edge.port}" for name in settings.edge.names)
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            f"connect-src 'self' {sockets}",
            "media-src 'self' blob:",
            f"img-src 'self' {pictures}",
            "font-src 'self'",
            "worker-src 'self'",
            "object-src 'none'",
            "frame-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        )
    )


PROGRESS_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Of the citizens' page: it has no script."""


def unreached() -> str:
    """What a browser is told while the case store is away."""
    return _plain(_("This cannot be looked up at the moment. Try again in a few minutes, or call 12319."))


def too_many() -> str:
    return _plain(_("too many tries from this address; wait a minute"))


def _plain(said: str) -> str:
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    return (
        f'<!doctype html><meta charset="utf-8">{viewport}<title>12319</title><h1>12319</h1><p>{html.escape(said)}</p>'
    )


def headers(settings: Settings) -> list[str]:
    """Stand in the server alone: a location with an ``add_header`` of its own would lose them all."""
    always = {
        "Content-Security-Policy": "$hotline_policy",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.edge.certificate is not None:  # with our own, a browser that believes it could never be helped again
        always["Strict-Transport-Security"] = "max-age=31536000"
    hidden = [f"proxy_hide_header {name};" for name in always]
    lines = [f'add_header {name} "{text}" always;' for name, text in always.items()]
    return [
        *hidden,
        *lines,
        "add_header Cache-Control $hotline_caching;",
        "add_header Retry-After $hotline_later always;",
        "add_header Content-Disposition $hotline_disposition always;",
    ]


def answers() -> list[str]:
    """What nginx itself refuses under /api and at the sockets, in the shape of the daemon's own answers."""
    lines = []
    for status, word, message in (
        (413, "too_large", _("at most {most} bytes", most=BODY_BYTES)),
        (429, "too_many", _("too many tries from this address; wait a minute")),
        (503, "unavailable", _("the daemon does not answer; calls go on, try again in a moment")),
    ):
        body = {"error": word, "field": "", "message": message, "allowed": [], "problems": []}
        name = f"@hotline_{status}"
        lines.append(
            nginx_syntax.block(
                f"location {name}",
                "default_type application/json;",
                f"return {status} {nginx_syntax.text(json.dumps(body, ensure_ascii=False))};",
            )
        )
    return lines
