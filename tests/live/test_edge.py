"""The edge in the whole: a person signs in through it, their phone registers, and a killed daemon takes nothing of it away."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sqlite3
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from hotline.lab.hotline_instance import Table

from .site import Site, eventually, usual
from .wsphone import Phone

pytestmark = pytest.mark.live
AS_OPERATORS_START_IT = True  # `hotline check` knows who holds a port by its command line
PASSWORD, SEAT, FRESH, AGENT = "Lu-Deng-Bu-Liang-88", "8001", "8002", "1001"


def browsers(table: Table) -> None:
    usual(table)
    for seat in table["seat"][:4]:
        seat["device"] = "browser"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    here = Site(tmp_path_factory.mktemp("edge"), browsers)
    here.as_operators_start_it = AS_OPERATORS_START_IT
    with here:
        asyncio.run(_accounts(here))
        yield here


async def _accounts(site: Site) -> None:
    async with site.rest() as operator:
        for one in site.settings["agent"]:
            if one["id"] in (AGENT, "2001"):
                body = {"name": one["name"], "role": one["role"], "password": PASSWORD}
                (await operator.put(f"/api/accounts/{one['id']}", json=body)).raise_for_status()


class Person:
    """A browser without pages: cookies, Origin, and the header that says it is one of ours."""

    def __init__(self, site: Site) -> None:
        port = site.settings["edge"]["port"]
        self.origin = f"https://127.0.0.1:{port}"
        self._url = f"wss://127.0.0.1:{port}"
        self._tls = ssl.create_default_context(cafile=site.places.edge / "certificate.pem")
        headers = {"X-Hotline": "1", "Origin": self.origin}
        self.http = httpx.AsyncClient(base_url=self.origin, verify=self._tls, headers=headers, timeout=10)

    async def sign_in(self, seat: str = "", account: str = AGENT) -> None:
        reply = await self.http.post("/api/session", json={"account": account, "password": PASSWORD})
        reply.raise_for_status()
        if seat:
            (await self.http.post("/api/session/seat", json={"seat": seat})).raise_for_status()

    async def key(self) -> str:
        reply = await self.http.post("/api/session/phone")
        reply.raise_for_status()
        return str(reply.json()["password"])

    @asynccontextmanager
    async def socket(self, path: str = "/sip", origin: str = "") -> AsyncIterator[ClientConnection]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        async with connect(
            f"{self._url}{path}", ssl=self._tls, subprotocols=[Subprotocol("sip")], close_timeout=0.2,
            origin=Origin(origin or self.origin), additional_headers={"Cookie": cookies} if cookies else {},
        ) as made:  # fmt: skip
            yield made

    async def refused(self, path: str = "/sip", origin: str = "") -> int:
        """The status a handshake is refused with."""
        with pytest.raises(InvalidStatus) as fault:
            async with self.socket(path, origin):
                pass
        return fault.value.response.status_code


@asynccontextmanager
async def person(site: Site, seat: str = "", account: str = AGENT) -> AsyncIterator[Person]:
    made = Person(site)
    try:
        if account:
            await made.sign_in(seat, account)
        yield made
        await made.http.delete("/api/session")
    finally:
        await made.http.aclose()


def _sitting(site: Site) -> set[str]:
    """Agents whom the ledger knows at the seat now."""
    with closing(sqlite3.connect(site.places.ledger)) as db:
        return {row[0] for row in db.execute("select agent from seat_log where seat = ? and until is null", (FRESH,))}


async def test_a_phone_needs_session_seat_and_origin(site: Site) -> None:
    """Without a session, without a seat or from a foreign page no socket is opened to Asterisk; with all three its key registers."""
    async with person(site, account="") as nobody:
        assert await nobody.refused() == 401
    async with person(site) as unseated:
        assert await unseated.refused() == 403
    async with person(site, SEAT) as agent:
        assert await agent.refused(origin="https://evil.example") == 403
        key = await agent.key()
        async with agent.socket() as socket:
            assert await Phone(socket, SEAT).register(key) == 200
            assert await Phone(socket, SEAT).register(await agent.key()) == 200
            assert await Phone(socket, SEAT).register(key) == 401
    async with person(site, account="") as nobody:
        assert await nobody.refused() == 401


async def test_a_key_dies_with_the_session(site: Site) -> None:
    """Whoever signed out registers no more: the socket is cut, and the key is none on any other."""
    async with person(site, SEAT) as agent:
        key = await agent.key()
        async with agent.socket() as socket:
            assert await Phone(socket, SEAT).register(key) == 200
            await agent.http.delete("/api/session")
            with pytest.raises(ConnectionClosed):
                await Phone(socket, SEAT).register(key)
    async with person(site, SEAT) as again, again.socket() as socket:
        assert await Phone(socket, SEAT).register(key) == 401


async def test_a_killed_daemon_takes_no_phone_away(site: Site) -> None:
    """kill -9: pages load, the API says what is wrong, the phone registers on; its successor adopts edge and session."""
    async with person(site, FRESH) as agent:
        key = await agent.key()
        async with agent.socket() as socket:
            phone = Phone(socket, FRESH)
            assert await phone.register(key) == 200
            master = int((site.places.edge / "nginx.pid").read_text())
            await eventually(lambda: AGENT in _sitting(site))  # the seats' book is written a moment later
            site.kill()
            page = await agent.http.get("/")
            told = await agent.http.get("/api/session")
            assert page.status_code in (200, 503)  # 503: the pages were not built
            assert (told.status_code, told.json()["error"]) == (503, "unavailable")
            assert await phone.register(key) == 200
            assert await agent.refused() == 503
            await asyncio.to_thread(site.start)
            assert int((site.places.edge / "nginx.pid").read_text()) == master
            assert await phone.register(key) == 200
            assert (await agent.http.get("/api/session")).json()["seat"] == FRESH
        async with agent.socket() as socket:
            assert await Phone(socket, FRESH).register(await agent.key()) == 200


async def test_the_edge_comes_back(site: Site) -> None:
    """A killed nginx is there again within moments, and sessions with it."""
    async with person(site, SEAT) as agent:
        told = site.places.edge / "nginx.pid"
        killed = int(told.read_text())
        os.kill(killed, 9)

        async def back() -> None:
            pid = ""
            with contextlib.suppress(FileNotFoundError):
                pid = told.read_text().strip()
            assert pid not in ("", str(killed)), "what answers are the workers it left behind"
            (await agent.http.get("/api/session")).raise_for_status()

        await eventually(back, 10)


def test_check_says_what_runs(site: Site) -> None:
    """The daemon's own edge is not in its own way."""
    said = json.loads(site.command("check", "--json").stdout)
    assert "edge" in {one["name"] for one in said}
    assert [one for one in said if one["state"] == "fail"] == []


def test_nothing_of_the_key_is_written(site: Site) -> None:
    """Neither log nor settings nor secrets hold a password of a browser seat."""
    assert not (site.places.secrets / f"sip-{SEAT}").exists()
    assert Path(site.places.asterisk_etc / "pjsip.conf").read_text().count("type = auth") == 4 + 1
