"""People at the door of the fake hotline: signed in without a password, each a client of their own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
from starlette.types import ASGIApp

from accounts.cookie import NAME
from console.access import Scope
from console.program_tokens import PREFIX
from cti.ids import SeatId
from ledger.accounts import Account
from tests.fakes.hotline import NOON, ORIGIN, TOKEN, FakeHotline

PEOPLE = {
    "1001": ("陈晓岚", "agent"), "1003": ("黄雅婷", "agent"), "2001": ("苏丽华", "supervisor"),
    "audit": ("审计", "auditor"), "admin": ("运维", "operator"),
}  # fmt: skip


@dataclass(frozen=True)
class Key:
    """Of a browser phone."""

    user: str
    password: str = "once"
    uri: str = "sip:8001@hotline"
    register_seconds: int = 120


@dataclass
class Phones:
    issued: list[tuple[str, str]] = field(default_factory=list)
    """Seat and session."""

    async def issue(self, seat: SeatId, session: str) -> Key:
        self.issued.append((seat, session))
        return Key(seat)


def populate(fake: FakeHotline) -> FakeHotline:
    """Accounts of every role; 1001 sits at 8001, 1003 at 8002."""
    for account, (name, role) in PEOPLE.items():
        fake.people.rows[account] = Account(account, name, role, "", False, NOON)
    fake.sitting = {"8001": "1001", "8002": "1003"}
    return fake


def signed_in(fake: FakeHotline, account: str, seat: str = "") -> str:
    """The cookie's secret of a new session of this account."""
    secret = f"{account}-{len(fake.kept.rows)}-secret"
    digest = hashlib.sha256(secret.encode()).hexdigest()
    now = fake.clock()
    ident = f"s{len(fake.kept.rows)}"
    opening = fake.kept.open(ident, digest, account, now, now + timedelta(hours=12), address="10.0.0.9", browser="t")
    _now(opening)
    if seat:
        _now(fake.kept.sit(ident, seat))
    return secret


def browser(app: ASGIApp, secret: str = "", **headers: str) -> httpx.AsyncClient:
    """As the pages ask: cookie, Origin and the header that no foreign page can send."""
    sent = {"Origin": ORIGIN, "X-Hotline": "1", **({"Cookie": f"{NAME}={secret}"} if secret else {}), **headers}
    sent = {name: value for name, value in sent.items() if value}
    return httpx.AsyncClient(transport=_transport(app), base_url=ORIGIN, headers=sent)


def command_line(app: ASGIApp) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return httpx.AsyncClient(transport=_transport(app), base_url="http://hotline", headers=headers)


def program(app: ASGIApp, fake: FakeHotline, *scopes: Scope, name: str = "", partner: str = "") -> httpx.AsyncClient:
    """A program with a token of its own, made now."""
    name, token = name or f"p{len(fake.programs.rows)}", f"{PREFIX}{len(fake.programs.rows):043}"
    now = fake.clock()
    digest = hashlib.sha256(token.encode()).hexdigest()
    _now(fake.programs.add(name, [str(one) for one in scopes], digest, now, "admin", now + timedelta(days=1), partner))
    fake.forget_programs()
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(transport=_transport(app), base_url="http://hotline", headers=headers)


def _transport(app: ASGIApp) -> httpx.ASGITransport:
    return httpx.ASGITransport(app, raise_app_exceptions=False)


def _now(work: object) -> None:
    """The fakes' coroutines never wait."""
    try:
        work.send(None)  # type: ignore[attr-defined]
    except StopIteration:
        return
    raise AssertionError("a fake waited")
