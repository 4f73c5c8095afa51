"""Signing in by a real OpenID provider on loopback, and every way it must not work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from config.settings import Oidc
from console.cookie import NAME, OIDC
from console.oidc import Provider
from tests.fakes.house import House, door, plugs
from tests.fakes.oidc import CLIENT, SECRET, FakeProvider
from tests.fakes.people import browser, populate
from tests.ports import free_port


@pytest.fixture
def provider() -> FakeProvider:
    """It answers while ``at`` lasts."""
    return FakeProvider(free_port())


@pytest.fixture
def house() -> House:
    return populate(House())


@asynccontextmanager
async def at(house: House, provider: FakeProvider) -> AsyncIterator[httpx.AsyncClient]:
    """A browser before a house that knows this provider."""
    oidc = Provider(Oidc(issuer=provider.issuer, client_id=CLIENT), SECRET, house.clock)
    async with provider, browser(door(replace(plugs(house), oidc=oidc)), **{"X-Hotline": ""}) as client:
        yield client


async def begin(client: httpx.AsyncClient) -> tuple[str, dict[str, str]]:
    """Where the browser is sent, and the cookie of the beginning."""
    start = await client.get("/api/oidc/start")
    assert start.status_code == 302, start.text
    client.cookies.clear()  # sent by hand, so that a test may leave it away
    return start.headers["location"], {"Cookie": f"{OIDC}={start.cookies[OIDC]}"}


async def test_sign_in(house: House, provider: FakeProvider) -> None:
    """There and back: a session like any other, with the role of our own accounts."""
    async with at(house, provider) as client:
        url, cookie = await begin(client)
        assert dict(parse_qsl(urlsplit(url).query))["redirect_uri"] == "https://127.0.0.1:8443/api/oidc/back"
        back = await client.get("/api/oidc/back", params=provider.agree(url), headers=cookie)
        assert (back.status_code, back.headers["location"]) == (302, "/")
        me = await client.get("/api/session", headers={"Cookie": f"{NAME}={back.cookies[NAME]}"})
        assert (me.json()["account"], me.json()["role"]) == ("1001", "agent")
    assert house.log.actions == ["signed_in"]


async def test_unknown_and_locked_accounts_stay_out(house: House, provider: FakeProvider) -> None:
    """The provider knows them; our accounts do not, or not any more. Its role claims count for nothing."""
    house.people.rows["1003"] = replace(house.people.rows["1003"], locked=True)
    for person in ("stranger", "1003"):
        provider.person, provider.claims = person, {"role": "operator", "groups": ["operator"]}
        await refused(house, provider)


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "http://127.0.0.1:1"}, {"aud": "another"}, {"aud": [CLIENT, "another"]}, {"nonce": "another"},
        {"exp": 1000}, {"preferred_username": 7}, {"preferred_username": ""},
    ],
    ids=str,
)  # fmt: skip
async def test_a_token_that_is_not_for_us(house: House, provider: FakeProvider, lie: dict[str, Any]) -> None:
    provider.claims = lie
    await refused(house, provider)


async def test_a_token_of_another_key(house: House, provider: FakeProvider) -> None:
    provider.signing = RSAKey.generate_key(2048, {"kid": "one"})
    await refused(house, provider)


async def test_changed_keys_are_fetched_again(house: House, provider: FakeProvider) -> None:
    async with at(house, provider) as client:
        for _turn in range(2):
            provider.key = RSAKey.generate_key(2048, {"kid": "one"})
            url, cookie = await begin(client)
            back = await client.get("/api/oidc/back", params=provider.agree(url), headers=cookie)
            assert back.headers["location"] == "/"


async def test_what_comes_back_must_have_begun_here(house: House, provider: FakeProvider) -> None:
    """Another browser, another state, a code used twice, an error of the provider: nobody is signed in."""
    async with at(house, provider) as client:
        url, cookie = await begin(client)
        brought = provider.agree(url)
        for headers, params in (({}, brought), (cookie, brought | {"state": "x"}), (cookie, brought)):
            back = await client.get("/api/oidc/back", params=params, headers=headers)
            assert back.headers["location"] == "/?refused=oidc", (headers, params)
        url, cookie = await begin(client)
        denied = {"error": "access_denied", "state": dict(parse_qsl(urlsplit(url).query))["state"]}
        assert (await client.get("/api/oidc/back", params=denied, headers=cookie)).headers["location"] != "/"
    assert house.kept.rows == {}


async def test_no_provider(house: House) -> None:
    """Not set: 404. Set and silent: 503, with the way that still works."""
    async with browser(door(plugs(house))) as client:
        assert (await client.get("/api/oidc/start")).status_code == 404
        assert (await client.get("/api/session/ways")).json()["oidc"] == ""
    oidc = Provider(Oidc(issuer=f"http://127.0.0.1:{free_port()}", client_id=CLIENT), "", house.clock)
    async with browser(door(replace(plugs(house), oidc=oidc))) as client:
        assert (await client.get("/api/oidc/start")).status_code == 503
        assert (await client.get("/api/session/ways")).json()["oidc"] == "统一身份认证"


async def refused(house: House, provider: FakeProvider) -> None:
    async with at(house, provider) as client:
        url, cookie = await begin(client)
        back = await client.get("/api/oidc/back", params=provider.agree(url), headers=cookie)
    assert (back.status_code, back.headers["location"]) == (302, "/?refused=oidc")
    assert NAME not in back.cookies
    assert house.kept.rows == {}
