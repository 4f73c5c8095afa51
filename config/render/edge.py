"""nginx.conf: the one origin of all browsers (decision D10), as text. Pure: writes nothing, reads nothing.

Called by ``hotline/edge.py`` (our own nginx, everything of it under VAR/edge) and
``hotline edge render`` (the part a site's own nginx includes). Nothing but settings and
paths goes in; names are checked by their types, paths are refused when they could end a
line. What a request says never becomes part of an address: the places it may go are fixed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from ipaddress import IPv6Address
from pathlib import Path

from ..language import say as _
from ..places import Places
from ..settings import Settings

HEAD = "# Made by hotline from hotline.toml. Do not edit: it is written anew at every start.\n"
CERTIFICATE, KEY, PID = "certificate.pem", "key.pem", "nginx.pid"
ERROR_LOG, ACCESS_LOG, UNBUILT = "error.log", "access.log", "unbuilt.html"
BODY_BYTES = 64 * 1024
"""As the daemon's own door; a ticket is a few kilobytes."""
ADDRESS_CONNECTIONS = 2000
"""From one address: a whole centre may sit behind one."""
PHONE_SECONDS = 7 * 86400
"""How long a socket may be silent: a phone's is kept alive by its registration, ended by TCP's own keep-alive."""
FIRST = " default_server so_keepalive=60s:15s:4 backlog=1024"
DAEMON_SECONDS = 65
"""The daemon's slowest answer: it dials a seat's phone, then a number, and tells how that went."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What only the machine knows of the nginx we run ourselves."""

    pages: Path
    """The built pages: web/dist."""
    user: str = ""
    """Set when we are root: who the workers are, or they could not read VAR."""
    open_files: int = 1024


def paths(settings: Settings, places: Places) -> tuple[Path, Path]:
    """Certificate and key: the operator's, or our own."""
    edge = settings.edge
    if edge.certificate is not None and edge.key is not None:
        return edge.certificate, edge.key
    return places.edge / CERTIFICATE, places.edge / KEY


def whole(settings: Settings, places: Places, machine: Machine) -> str:
    """nginx.conf of the nginx that we run."""
    home = places.edge
    events = _block("events", f"worker_connections {max(512, min(8192, machine.open_files // 2))};")
    temp = [
        f"{kind}_temp_path {_path(home / 'tmp' / kind)};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    ]
    http = _block(
        "http",
        *_TYPES,
        *temp,
        "server_tokens off;",
        "sendfile on;",
        "tcp_nopush on;",
        part(settings, places, machine.pages),
        f"access_log {_path(home / ACCESS_LOG)} hotline_edge;",
    )
    return HEAD + "\n".join(
        [
            *([f"user {machine.user};"] if machine.user else []),
            "daemon off;",
            "worker_processes 2;",
            f"worker_rlimit_nofile {machine.open_files};",
            f"pid {_path(home / PID)};",
            f"error_log {_path(home / ERROR_LOG)} warn;",
            events,
            http,
            "",
        ]
    )


def part(settings: Settings, places: Places, pages: Path) -> str:
    """What stands inside ``http { }``: the whole of it for a site's own nginx."""
    ports = settings.ports
    return "\n".join(
        [
            _LOG_FORMAT,
            # the address asked for, without what stands behind the question mark: numbers of citizens may
            _block("map $request_uri $hotline_asked", '"~^(?<asked>[^?]*)" $asked;'),
            _block("map $request_method $hotline_trying", "POST $binary_remote_addr;", 'default "";'),
            _block("map $http_upgrade $hotline_connection", "default upgrade;", '"" close;'),
            _block(
                "map $uri $hotline_caching",
                '~^/assets/ "public, max-age=31536000, immutable";',
                '~^/(api|stream|sip)(/|$) "";',
                'default "no-cache";',
            ),
            _block('map "$status $upstream_http_retry_after" $hotline_later', '"503 " 2;', 'default "";'),
            "limit_req_zone $hotline_trying zone=hotline_trying:1m rate=2r/s;",
            "limit_conn_zone $binary_remote_addr zone=hotline_address:4m;",
            _block(
                "upstream hotline_daemon",
                f"server 127.0.0.1:{ports.api};",
                "keepalive 32;",
                "keepalive_timeout 20s;",  # the daemon closes after 30
            ),
            _foreign(settings, places),
            _server(settings, places, pages),
        ]
    )


def _foreign(settings: Settings, places: Places) -> str:
    """Whoever asks for another name, by a rebound DNS entry or by chance, gets nothing."""
    return _block("server", *_listen(settings, FIRST), "server_name _;", *_tls(settings, places), "return 421;")


def _server(settings: Settings, places: Places, pages: Path) -> str:
    return _block(
        "server",
        *_listen(settings),
        f"server_name {' '.join(settings.edge.names)};",
        *_tls(settings, places),
        f"root {_path(pages)};",
        *_headers(settings),
        *_LIMITS,
        *_answers(),
        # somebody typed http://
        "error_page 497 =308 https://$host:$server_port$request_uri;",
        _block("location = /api/session", "limit_req zone=hotline_trying burst=60 nodelay;", *_to_daemon()),
        _block("location = /api/gate/sip", "internal;", *_to_gate()),
        _block("location ^~ /api/gate/", "return 404;"),
        _block("location ^~ /api/", *_to_daemon()),
        _block("location = /stream", "proxy_pass http://hotline_daemon;", *_FORWARDED, *_SOCKET),
        _block(
            "location = /sip",
            "auth_request /api/gate/sip;",
            f"proxy_pass http://127.0.0.1:{settings.ports.http}/ws;",
            *_FORWARDED,
            'proxy_set_header Cookie "";',
            'proxy_set_header Authorization "";',
            *_SOCKET,
        ),
        _block("location ^~ /metrics", "return 404;"),
        _block("location ^~ /assets/", "gzip_static on;", "try_files $uri =404;"),
        _block(
            "location /",
            "gzip_static on;",
            "try_files $uri /index.html @unbuilt;",
        ),
        _block("location = /hotline-unbuilt", "internal;", "default_type text/html;", "charset utf-8;",
               f"alias {_path(places.edge / UNBUILT)};"),
        _block("location @unbuilt", "error_page 503 /hotline-unbuilt;", "return 503;"),
    )  # fmt: skip


def _listen(settings: Settings, more: str = "") -> list[str]:
    """TCP finds out that a browser is gone, whatever the sockets' time limits say."""
    bind, port = settings.edge.bind, settings.edge.port
    host = f"[{bind}]" if isinstance(bind, IPv6Address) else str(bind)
    return [f"listen {host}:{port} ssl http2{more};"]


def _tls(settings: Settings, places: Places) -> list[str]:
    certificate, key = paths(settings, places)
    return [
        f"ssl_certificate {_path(certificate)};",
        f"ssl_certificate_key {_path(key)};",
        "ssl_protocols TLSv1.2 TLSv1.3;",
        "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;",
        "ssl_prefer_server_ciphers off;",
        "ssl_session_cache shared:hotline_tls:2m;",
        "ssl_session_timeout 1h;",
        "ssl_session_tickets off;",
    ]


def policy(settings: Settings) -> str:
    """The Content-Security-Policy of every page.

    Components place and size themselves by style attributes; a stylesheet or script that
    is not a file of ours never runs.
    """
    sockets = " ".join(f"wss://{name}:{settings.edge.port}" for name in settings.edge.names)
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
            "style-src-attr 'unsafe-inline'",
            f"connect-src 'self' {sockets}",
            "media-src 'self' blob:",
            "img-src 'self' data:",
            "font-src 'self'",
            "worker-src 'self'",
            "object-src 'none'",
            "frame-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        )
    )


def _headers(settings: Settings) -> list[str]:
    """Stand in the server alone: a location with an ``add_header`` of its own would lose them all."""
    always = {
        "Content-Security-Policy": policy(settings),
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
    ]


def _answers() -> list[str]:
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
            _block(
                f"location {name}",
                "default_type application/json;",
                f"return {status} {_text(json.dumps(body, ensure_ascii=False))};",
            )
        )
    return lines


_REFUSED = (
    "error_page 413 @hotline_413;",
    "error_page 429 @hotline_429;",
    "error_page 500 502 503 504 = @hotline_503;",
)
_FORWARDED = (
    "proxy_http_version 1.1;",
    "proxy_set_header Host $http_host;",
    # set, not appended: what a client says of where it comes from is worth nothing
    "proxy_set_header X-Forwarded-For $remote_addr;",
    "proxy_set_header X-Real-IP $remote_addr;",
    "proxy_set_header X-Forwarded-Proto https;",
    "proxy_connect_timeout 3s;",
    *_REFUSED,
)
_SOCKET = (
    "proxy_set_header Upgrade $http_upgrade;",
    "proxy_set_header Connection $hotline_connection;",
    f"proxy_read_timeout {PHONE_SECONDS}s;",
    f"proxy_send_timeout {PHONE_SECONDS}s;",
    "proxy_socket_keepalive on;",
    "proxy_buffering off;",
)


def _to_daemon() -> list[str]:
    return [
        "proxy_pass http://hotline_daemon;",
        *_FORWARDED,
        'proxy_set_header Connection "";',
        f"proxy_read_timeout {DAEMON_SECONDS}s;",
    ]


def _to_gate() -> list[str]:
    """Asked once for each socket of a phone; the daemon sees cookie, Origin and address, and no body."""
    return [
        "proxy_pass http://hotline_daemon;",
        *(line for line in _FORWARDED if not line.startswith("error_page")),
        'proxy_set_header Connection "";',
        'proxy_set_header Upgrade "";',
        'proxy_set_header Content-Length "";',
        "proxy_pass_request_body off;",
        "proxy_read_timeout 5s;",
    ]


_LIMITS = (
    "limit_req_status 429;",
    "limit_conn_status 429;",
    f"limit_conn hotline_address {ADDRESS_CONNECTIONS};",
    f"client_max_body_size {BODY_BYTES};",
    "client_header_timeout 10s;",
    "client_body_timeout 10s;",
    "send_timeout 30s;",
    "keepalive_timeout 60s;",
    "large_client_header_buffers 4 8k;",
    "ignore_invalid_headers on;",
    "gzip on;",
    "gzip_vary on;",
    "gzip_min_length 1024;",
    # never what a person's secret may stand in beside what somebody else chose (BREACH): pages only
    "gzip_types text/css application/javascript image/svg+xml application/manifest+json;",
)
_LOG_FORMAT = (
    "log_format hotline_edge escape=json "
    "'{\"at\":\"$time_iso8601\",\"from\":\"$remote_addr\",\"method\":\"$request_method\",\"path\":\"$hotline_asked\","
    "\"status\":$status,\"bytes\":$body_bytes_sent,\"seconds\":$request_time,\"upstream\":\"$upstream_response_time\"}';"
)  # fmt: skip
_TYPES = (
    "types {",
    *(
        f"  {kind} {endings};"
        for kind, endings in (
            ("text/html", "html"),
            ("text/css", "css"),
            ("text/plain", "txt"),
            ("application/javascript", "js mjs"),
            ("application/json", "json map"),
            ("application/manifest+json", "webmanifest"),
            ("application/wasm", "wasm"),
            ("image/svg+xml", "svg"),
            ("image/png", "png"),
            ("image/jpeg", "jpg jpeg"),
            ("image/webp", "webp"),
            ("image/x-icon", "ico"),
            ("font/woff2", "woff2"),
            ("font/woff", "woff"),
            ("audio/wav", "wav"),
            ("audio/mpeg", "mp3"),
            ("audio/ogg", "ogg opus"),
        )
    ),
    "}",
    "default_type application/octet-stream;",
    "charset utf-8;",
    "charset_types text/css text/plain application/javascript application/json image/svg+xml;",
)


def _text(text: str) -> str:
    """A JSON text as one word of nginx's."""
    return "'" + text.replace("'", "\\u0027").replace("$", "\\u0024") + "'"


def _path(path: Path) -> str:
    """A path as one word of nginx's; raises ValueError for what its syntax would read as more."""
    text = str(path)
    if any(letter in text for letter in '\r\n\0"\\$;{}'):
        raise ValueError(f"nginx can not be given the path {text!r}")
    return f'"{text}"'


def _block(head: str, *lines: str) -> str:
    inner = "\n".join(f"  {row}" for line in lines for row in line.splitlines())
    return f"{head} {{\n{inner}\n}}"
