"""People at the door of the fake house: signed in without a password, each a client of their own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
from starlette.types import ASGIApp

from console.cookie import NAME
from cti.ids import SeatId
from ledger.accounts import Account
from tests.fakes.house import NOON, ORIGIN, TOKEN, House

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
    issued: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)

    async def issue(self, seat: SeatId) -> Key:
        self.issued.append(seat)
        return Key(seat)

    async def revoke(self, seat: SeatId) -> None:
        self.revoked.append(seat)


def populate(house: House) -> House:
    """Accounts of every role; 1001 sits at 8001, 1003 at 8002."""
    for account, (name, role) in PEOPLE.items():
        house.people.rows[account] = Account(account, name, role, "", False, NOON, None)
    house.sitting = {"8001": "1001", "8002": "1003"}
    return house


def signed_in(house: House, account: str, seat: str = "") -> str:
    """The cookie's secret of a new session of this account."""
    secret = f"{account}-{len(house.kept.rows)}-secret"
    digest = hashlib.sha256(secret.encode()).hexdigest()
    now = house.clock()
    ident = f"s{len(house.kept.rows)}"
    opening = house.kept.open(ident, digest, account, now, now + timedelta(hours=12), address="10.0.0.9", browser="t")
    _now(opening)
    if seat:
        _now(house.kept.sit(ident, seat))
    return secret


def browser(app: ASGIApp, secret: str = "", **headers: str) -> httpx.AsyncClient:
    """As the pages ask: cookie, Origin and the header that no foreign page can send."""
    sent = {"Origin": ORIGIN, "X-Hotline": "1", **({"Cookie": f"{NAME}={secret}"} if secret else {}), **headers}
    sent = {name: value for name, value in sent.items() if value}
    return httpx.AsyncClient(transport=_transport(app), base_url=ORIGIN, headers=sent)


def command_line(app: ASGIApp) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {TOKEN}"}
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
