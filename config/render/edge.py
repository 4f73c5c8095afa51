"""nginx.conf: the one origin of all browsers (decision D10), as text. Pure: writes nothing, reads nothing.

Called by ``hotline/programs/edge.py`` (our own nginx, everything of it under VAR/edge) and
``hotline edge render`` (the part a site's own nginx includes). Nothing but settings and
paths goes in; names are checked by their types, paths are refused when they could end a
line. What a request says never becomes part of an address: the places it may go are fixed.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv6Address
from pathlib import Path

from ..file_places import Places
from ..settings import Settings
from . import edge_guard as guard
from . import nginx_syntax

HEAD = "# Made by hotline from hotline.toml. Do not edit: it is written anew at every start.\n"
CERTIFICATE, KEY, PID = "certificate.pem", "key.pem", "nginx.pid"
ERROR_LOG, ACCESS_LOG, UNBUILT = "error.log", "access.log", "unbuilt.html"
PART = "hotline.conf"
"""The file for a site's own nginx."""
OIDC_BACK = "/api/oidc/back"
SIGNING_IN, OPEN = "/api/session", ("/api/session/ways", "/api/oidc/start", OIDC_BACK)
"""Where strangers are let try: by address, and none is refused for what another of the same address does a moment
before; who tries waits in a row."""
PASSWORDS = ("/api/session/unlock", "/api/session/password", "/api/session/proof")
"""Where a person who is in already proves it: by their session, so that no stranger takes their share."""
TRIES_LEAST, WAITING = 10, 400
"""Of one address: so many a second are passed on, so many may wait for that; a client that floods waits behind himself."""
SHIFT_SECONDS = 6
"""A house behind one address begins its shift within that time."""
PHONES_A_MINUTE, PHONES_AT_ONCE = 20, 10
"""Handshakes of one session's phone: a page that lost its socket tries again every one to four seconds."""
STREAMS_A_MINUTE, STREAMS_AT_ONCE = 60, 24
"""Live streams one session opens, as ``console.guard`` lets it; here a socket refused costs the daemon nothing."""
PROGRAMS = '"~^[Bb]earer hlp_[A-Za-z0-9_-]{20,80}$"'
"""A program's own token, as ``console.program_tokens`` makes them; this room may not ask that one."""
COOKIE = "__Host-hotline"
"""``accounts.cookie.NAME``; this room may not ask that one."""
CASES_COOKIE = "__Host-hotline-cases"
"""``casestore.pages.guard.COOKIE``."""
CASES_COOKIE_SENT = "$hotline_cases_cookie"
CASES_SIGN_IN = "/cases/api/session"
PHOTO_BYTES = 4 * 1024 * 1024
"""``casestore.case_photos.MOST_BYTES``."""
BODIES_AT_ONCE = 100
"""Of one address, photos and integrators' cases on their way: each may take its time and a file of nginx's."""
PROGRESS, PAGES = "/cases/progress", "/pages/"
"""A citizen's question by number and code; where the case store has what is ``/cases/`` outside."""
PHONE_SECONDS = 7 * 86400
"""How long a socket may be silent: a phone's is kept alive by its registration, ended by TCP's own keep-alive."""
FIRST = " default_server so_keepalive=60s:15s:4 backlog=1024"
DAEMON_SECONDS = 65
"""The daemon's slowest answer: it dials a seat's phone, then a number, and tells how that went."""


@dataclass(frozen=True, slots=True)
class Files:
    """What nginx reads beside its configuration."""

    certificate: Path
    key: Path
    pages: Path
    """The built pages: web/dist."""
    unbuilt: Path
    """Shown while they are not there."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What only the machine knows of the nginx we run ourselves."""

    user: str = ""
    """Set when we are root: who the workers are, or they could not read VAR."""
    open_files: int = 1024


def files(settings: Settings, home: Path, pages: Path) -> Files:
    """Certificate and key are the operator's, or our own in ``home``."""
    edge = settings.edge
    if edge.certificate is not None and edge.key is not None:
        return Files(edge.certificate, edge.key, pages, home / UNBUILT)
    return Files(home / CERTIFICATE, home / KEY, pages, home / UNBUILT)


def whole(settings: Settings, places: Places, pages: Path, machine: Machine) -> str:
    """nginx.conf of the nginx that we run."""
    home = places.edge
    events = nginx_syntax.block("events", f"worker_connections {max(512, min(8192, machine.open_files // 2))};")
    temp = [
        f"{kind}_temp_path {nginx_syntax.path(home / 'tmp' / kind)};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    ]
    http = nginx_syntax.block(
        "http",
        *nginx_syntax.TYPES,
        *temp,
        "server_tokens off;",
        "sendfile on;",
        "tcp_nopush on;",
        part(settings, files(settings, home, pages)),
        f"access_log {nginx_syntax.path(home / ACCESS_LOG)} hotline_edge;",
    )
    return HEAD + "\n".join(
        [
            *([f"user {machine.user};"] if machine.user else []),
            "daemon off;",
            "worker_processes 2;",
            f"worker_rlimit_nofile {machine.open_files};",
            f"pid {nginx_syntax.path(home / PID)};",
            f"error_log {nginx_syntax.path(home / ERROR_LOG)} warn;",
            events,
            http,
            "",
        ]
    )


def part(settings: Settings, given: Files) -> str:
    """What stands inside ``http { }``: the whole of it for a site's own nginx."""
    ports, tries = settings.ports, max(TRIES_LEAST, len(settings.seat) // SHIFT_SECONDS)
    return "\n".join(
        [
            _LOG_FORMAT,
            # the address asked for, without what stands behind the question mark: numbers of citizens may
            nginx_syntax.block("map $request_uri $hotline_asked", '"~^(?<asked>[^?]*)" $asked;'),
            nginx_syntax.block("map $request_method $hotline_trying", "POST $binary_remote_addr;", 'default "";'),
            # whoever is in already, else the address
            nginx_syntax.block(
                "map $hotline_session $hotline_person", '"" $binary_remote_addr;', "default $hotline_session;"
            ),
            # a program's own token goes through; the installation's is this machine's own: of one from outside the
            # daemon learns only that it came
            nginx_syntax.block(
                "map $http_authorization $hotline_outside",
                '"" "";',
                f"{PROGRAMS} $http_authorization;",
                "default outside;",
            ),
            nginx_syntax.block("map $http_authorization $hotline_unnamed", f'{PROGRAMS} "";', "default 1;"),
            nginx_syntax.block("map $http_upgrade $hotline_connection", "default upgrade;", '"" close;'),
            nginx_syntax.block(
                "map $uri $hotline_caching",
                '~^/assets/ "public, max-age=31536000, immutable";',
                '~^/(api|stream|sip|cases)(/|$) "";',
                'default "no-cache";',
            ),
            # what nginx itself refuses is JSON too; the daemon says it of its own answers
            nginx_syntax.block(
                'map "$upstream_http_content_disposition|$sent_http_content_type" $hotline_disposition',
                '"~^[|]application/json" "attachment; filename=hotline.json";',
                'default "";',
            ),
            # the citizens' page runs no script at all
            nginx_syntax.block(
                "map $uri $hotline_policy",
                f'"~^{PROGRESS}" "{guard.PROGRESS_POLICY}";',
                # photos on their way are shown before the server has them
                f'"~^/cases(/|[.]html$)" "{guard.policy(settings, "blob:")}";',
                f'default "{guard.policy(settings)}";',
            ),
            nginx_syntax.block('map "$status $upstream_http_retry_after" $hotline_later', '"503 " 2;', 'default "";'),
            f"limit_req_zone $hotline_trying zone=hotline_trying:2m rate={tries}r/s;",
            "limit_req_zone $hotline_person zone=hotline_person:2m rate=1r/s;",
            f"limit_req_zone $binary_remote_addr zone=hotline_open:2m rate={tries}r/s;",
            "limit_conn_zone $binary_remote_addr zone=hotline_address:4m;",
            # a session's own share: nobody's requests and sockets take another's
            nginx_syntax.block(
                "map $http_cookie $hotline_session", f'"~(^|; *){COOKIE}=(?<held>[A-Za-z0-9_-]+)" $held;', 'default "";'
            ),
            nginx_syntax.block(
                "map $http_cookie $hotline_cases_cookie",
                f'"~(^|; *){CASES_COOKIE}=(?<kept>[A-Za-z0-9_-]+)" "{CASES_COOKIE}=$kept";',
                'default "";',
            ),
            "limit_conn_zone $hotline_session zone=hotline_session:4m;",
            "limit_conn_zone $binary_remote_addr zone=hotline_bodies:2m;",
            f"limit_req_zone $hotline_session zone=hotline_phones:1m rate={PHONES_A_MINUTE}r/m;",
            f"limit_req_zone $hotline_session zone=hotline_streams:1m rate={STREAMS_A_MINUTE}r/m;",
            nginx_syntax.block(
                "upstream hotline_daemon",
                f"server 127.0.0.1:{ports.api};",
                "keepalive 32;",
                "keepalive_timeout 20s;",  # the daemon closes after 30
            ),
            nginx_syntax.block(
                "upstream hotline_casestore",
                f"server 127.0.0.1:{ports.casestore};",
                "keepalive 8;",
                "keepalive_timeout 20s;",
            ),
            _foreign(settings, given),
            _server(settings, given),
        ]
    )


def _foreign(settings: Settings, given: Files) -> str:
    """Whoever asks for another name, by a rebound DNS entry or by chance, gets nothing."""
    return nginx_syntax.block("server", *_listen(settings, FIRST), "server_name _;", *_tls(given), "return 421;")


def _server(settings: Settings, given: Files) -> str:
    return nginx_syntax.block(
        "server",
        *_listen(settings),
        f"server_name {' '.join(settings.edge.names)};",
        *_tls(given),
        f"root {nginx_syntax.path(given.pages)};",
        *guard.headers(settings),
        *guard.LIMITS,
        *guard.answers(),
        # somebody typed http://
        "error_page 497 =308 https://$host:$server_port$request_uri;",
        nginx_syntax.block(f"location = {SIGNING_IN}", f"limit_req zone=hotline_trying burst={WAITING + len(settings.seat)};", *_to_daemon()),
        *(nginx_syntax.block(f"location = {path}", f"limit_req zone=hotline_open burst={WAITING + len(settings.seat)};",
                      *(_UNTOLD if path == OIDC_BACK else ()), *_to_daemon())
          for path in OPEN),
        *(nginx_syntax.block(f"location = {path}", "limit_req zone=hotline_person burst=10 nodelay;", *_to_daemon())
          for path in PASSWORDS),
        nginx_syntax.block("location = /api/gate/sip", "internal;", *_to_gate()),
        nginx_syntax.block("location ^~ /api/gate/", "return 404;"),
        nginx_syntax.block("location ^~ /api/attachments/", f"client_max_body_size {guard.FILE_BYTES};", "client_body_timeout 60s;", *_to_daemon()),
        nginx_syntax.block("location ^~ /api/", *_to_daemon()),
        *_georeport(settings),
        nginx_syntax.block("location = /stream", f"limit_req zone=hotline_streams burst={STREAMS_AT_ONCE} nodelay;", "proxy_pass http://hotline_daemon;", *_FORWARDED, *_SOCKET),
        nginx_syntax.block(
            "location = /sip",
            f"limit_req zone=hotline_phones burst={PHONES_AT_ONCE} nodelay;",
            "auth_request /api/gate/sip;",
            "auth_request_set $hotline_seat $upstream_http_x_hotline_seat;",
            "auth_request_set $hotline_of $upstream_http_x_hotline_session;",
            f"proxy_pass http://127.0.0.1:{settings.ports.phones}/ws;",
            *(line for line in _FORWARDED if "Authorization" not in line),
            # by these the phone can be found, and cut off, later
            "proxy_set_header X-Hotline-Seat $hotline_seat;",
            "proxy_set_header X-Hotline-Session $hotline_of;",
            'proxy_set_header Cookie "";',
            'proxy_set_header Authorization "";',
            *_SOCKET,
        ),
        nginx_syntax.block(f"location = {PROGRESS}", f"limit_req zone=hotline_open burst={WAITING};", *_to_case_store(f"{PAGES}progress")),
        nginx_syntax.block("location = /cases", "return 308 /cases/;"),
        nginx_syntax.block("location = /cases/", "gzip_static on;", "try_files /cases.html @unbuilt;"),
        nginx_syntax.block(f"location = {CASES_SIGN_IN}", f"limit_req zone=hotline_trying burst={WAITING};", *_to_case_store(f"{PAGES}api/session")),
        # photos, over a bad line
        nginx_syntax.block("location ^~ /cases/", f"client_max_body_size {PHOTO_BYTES};", "client_body_timeout 60s;", *_BODIES, *_to_case_store(PAGES)),
        nginx_syntax.block("location @hotline_cases_unreached", "default_type text/html;", f"return 503 {nginx_syntax.text(guard.unreached())};"),
        nginx_syntax.block("location @hotline_cases_too_many", "default_type text/html;", f"return 429 {nginx_syntax.text(guard.too_many())};"),
        nginx_syntax.block("location = /metrics", nginx_syntax.block("if ($hotline_unnamed)", "return 404;"), *_to_daemon()),
        nginx_syntax.block("location ^~ /metrics/", "return 404;"),
        nginx_syntax.block("location ^~ /assets/", "gzip_static on;", "try_files $uri =404;"),
        nginx_syntax.block(
            "location /",
            "gzip_static on;",
            "try_files $uri /index.html @unbuilt;",
        ),
        nginx_syntax.block("location = /hotline-unbuilt", "internal;", "default_type text/html;", "charset utf-8;",
               f"alias {nginx_syntax.path(given.unbuilt)};"),
        nginx_syntax.block("location @unbuilt", "error_page 503 /hotline-unbuilt;", "return 503;"),
    )  # fmt: skip


def _listen(settings: Settings, more: str = "") -> list[str]:
    """TCP finds out that a browser is gone, whatever the sockets' time limits say."""
    bind, port = settings.edge.bind, settings.edge.port
    host = f"[{bind}]" if isinstance(bind, IPv6Address) else str(bind)
    return [f"listen {host}:{port} ssl{more};"]


def _tls(given: Files) -> list[str]:
    return [
        f"ssl_certificate {nginx_syntax.path(given.certificate)};",
        f"ssl_certificate_key {nginx_syntax.path(given.key)};",
        "ssl_protocols TLSv1.2 TLSv1.3;",
        "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;",
        "ssl_prefer_server_ciphers off;",
        "ssl_session_cache shared:hotline_tls:2m;",
        "ssl_session_timeout 1h;",
        "ssl_session_tickets off;",
    ]


# the provider's code stands in this address: nginx's log of errors writes addresses whole
_UNTOLD = ("error_log /dev/null emerg;",)
# beside the server's own, which nginx does not inherit where a location names one
_BODIES = (*guard.CONNECTIONS, f"limit_conn hotline_bodies {BODIES_AT_ONCE};")
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
    "proxy_set_header Authorization $hotline_outside;",
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


def _to_case_store(there: str) -> list[str]:
    """Its pages: no token, no other program's cookie."""
    return [
        f"proxy_pass http://hotline_casestore{there};",
        *(line for line in _FORWARDED if not line.startswith("error_page") and "Authorization" not in line),
        'proxy_set_header Authorization "";',
        'proxy_set_header Connection "";',
        f"proxy_set_header Cookie {CASES_COOKIE_SENT};",
        "proxy_read_timeout 30s;",
        "error_page 429 @hotline_cases_too_many;",
        "error_page 500 502 503 504 = @hotline_cases_unreached;",
    ]


def _georeport(settings: Settings) -> list[str]:
    """The case store's GeoReport server, where somebody may use it: its keys are its own, a session is nothing there."""
    if not settings.casestore.georeport.integrator:
        return []
    said = [line for line in _FORWARDED if "Authorization" not in line and not line.startswith("error_page")]
    return [
        nginx_syntax.block(
            "location ^~ /open311/",
            f"limit_req zone=hotline_open burst={WAITING};",
            *_BODIES,
            f"proxy_pass http://127.0.0.1:{settings.ports.casestore};",
            *said,
            'proxy_set_header Cookie "";',
            'proxy_set_header Authorization "";',
            'proxy_set_header Connection "";',
            f"proxy_read_timeout {DAEMON_SECONDS}s;",
        )
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


_LOG_FORMAT = (
    "log_format hotline_edge escape=json "
    "'{\"at\":\"$time_iso8601\",\"from\":\"$remote_addr\",\"method\":\"$request_method\",\"path\":\"$hotline_asked\","
    "\"status\":$status,\"bytes\":$body_bytes_sent,\"seconds\":$request_time,\"upstream\":\"$upstream_response_time\"}';"
)  # fmt: skip


def readme(settings: Settings) -> str:
    """What a site does with the rendered files."""
    edge, ports = settings.edge, settings.ports
    return README.format(
        part=PART, names=", ".join(edge.names), port=edge.port, api=ports.api, http=ports.http, phones=ports.phones,
        certificate=edge.certificate or f"{CERTIFICATE} (our own, a year; name yours at edge.certificate and edge.key)",
    )  # fmt: skip


README = """\
The hotline's one origin for browsers, for an nginx (1.22 or newer) that somebody else runs.
It needs the modules ssl, auth_request and gzip_static: Debian's nginx-light has them.

1. Put {part} where that nginx includes files inside http {{ }} (conf.d), or include it there.
   It brings two servers on port {port}; it answers to {names} alone.
2. The pages are in pages/, copied from web/dist: render again after each `make web`.
   nginx's user must be able to read this folder.
3. Certificate: {certificate}.
4. It must reach the daemon at 127.0.0.1:{api} and the way of browser phones, which the daemon runs, at
   127.0.0.1:{phones}: both are on loopback, so it runs on the same machine, or through tunnels.
5. In hotline.toml set edge.mode = "external". The names and the port there are what the daemon
   takes for its own origin: they must be what browsers see.
6. Open port {port} to the seats. Never {api}, {phones} or Asterisk's {http}.
7. nginx -t, then reload. A reload leaves open telephones alone; a restart cuts them.
"""
