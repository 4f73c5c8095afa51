"""The door of browsers and of monitoring, and who is let in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import (
    Field,
    IPvAnyAddress,
)

from .telephone import Mode
from .values import Plain, Port, Section


class Edge(Section):
    """nginx: the one origin of all browsers (design D10)."""

    mode: Mode = Mode.EMBEDDED
    """embedded: we run it beside Asterisk | external: the site's own, by ``hotline edge render``."""
    bind: IPvAnyAddress = Field(default="127.0.0.1", validate_default=True)
    port: Port = 8443
    names: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9.\-]{1,253}$")], ...] = ("localhost", "127.0.0.1")
    """Names and addresses browsers use: the only origins that are let in; in our own certificate."""
    certificate: Path | None = None
    """PEM, with its chain; none: one of our own under VAR/edge."""
    key: Path | None = None


class Metrics(Section):
    """An address of its own for monitoring, beside the edge's and loopback's: /metrics and /api/health alone, over plain HTTP."""

    bind: IPvAnyAddress | None = None
    """None: there is none."""
    port: Port = 9319


class Access(Section):
    session_hours: Annotated[int, Field(ge=1, le=24)] = 12
    idle_lock_seconds: Annotated[int, Field(ge=30, le=86400)] = 900
    """Without a key or mouse the screen locks; calls go on."""
    tries: Annotated[int, Field(ge=3, le=20)] = 5
    """Wrong passwords in a row, then the account rests."""
    rest_seconds: Annotated[int, Field(ge=10, le=86400)] = 300
    password_least: Annotated[int, Field(ge=8, le=128)] = 12
    given_password_days: Annotated[int, Field(ge=1, le=90)] = 7
    """A password that somebody else chose opens nothing after so long, unless its person has changed it."""
    guesses_alarm: Annotated[int, Field(ge=10, le=100000)] = 100
    """Wrong passwords of one account since its person last got in, wherever they came from; each so many are an alarm."""
    read_rows_alarm: Annotated[int, Field(ge=50, le=1000000)] = 500
    """Rows of others' calls, tickets or call-backs that one person was shown in lists on one day; each so many are an alarm."""
    scanner: Annotated[str, Field(pattern=r"^(|/[^\x00]{1,100}|(\[[0-9A-Fa-f:]+\]|[0-9A-Za-z.-]+):[0-9]{1,5})$")] = ""
    """Of viruses (clamd): ``127.0.0.1:3310`` or a socket's path. Each file of a ticket and each photo of a case is looked at by it
    before it is kept; while it is away none is taken. '': no scanner."""


class Oidc(Section):
    """Log-in by the site's own identity provider, beside passwords. The client's secret: VAR/secrets/oidc-client."""

    issuer: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    client_id: Annotated[str, Field(min_length=1, max_length=200)]
    account_claim: Annotated[str, Field(pattern=r"^[A-Za-z_]{1,40}$")] = "preferred_username"
    max_age_seconds: Annotated[int, Field(ge=0, le=30 * 86400)] = 43200
    """Who proved themselves there longer ago does so again; 0: never asked for (a provider without ``auth_time``)."""
    name: Plain = "统一身份认证"
