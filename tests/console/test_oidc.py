"""Signing in by a real OpenID provider on loopback, and every way it must not work."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from accounts.cookie import NAME, OIDC
from config.sections.access import Oidc
from console.oidc import Provider
from tests.fakes.hotline import FakeHotline, door, services
from tests.fakes.oidc import CLIENT, SECRET, FakeProvider
from tests.fakes.people import browser, populate, signed_in
from tests.ports import free_port


@pytest.fixture
def provider() -> FakeProvider:
    """It answers while ``at`` lasts."""
    return FakeProvider(free_port())


@pytest.fixture
def fake() -> FakeHotline:
    return populate(FakeHotline())


@asynccontextmanager
async def at(fake: FakeHotline, provider: FakeProvider) -> AsyncIterator[httpx.AsyncClient]:
    """A browser before a house that knows this provider."""
    oidc = Provider(Oidc(issuer=provider.issuer, client_id=CLIENT), SECRET, fake.clock)
    async with provider, browser(door(replace(services(fake), oidc=oidc)), **{"X-Hotline": ""}) as client:
        yield client
    await oidc.close()


async def begin(client: httpx.AsyncClient) -> tuple[str, dict[str, str]]:
    """Where the browser is sent, and the cookie of the beginning."""
    start = await client.get("/api/oidc/start")
    assert start.status_code == 302, start.text
    client.cookies.clear()  # sent by hand, so that a test may leave it away
    return start.headers["location"], {"Cookie": f"{OIDC}={start.cookies[OIDC]}"}


async def test_sign_in(fake: FakeHotline, provider: FakeProvider) -> None:
    """There and back: a session like any other, with the role of our own accounts, whatever groups the provider tells of."""
    provider.claims = {"role": "operator", "roles": ["operator"], "groups": ["operator", "supervisor"]}
    async with at(fake, provider) as client:
        url, cookie = await begin(client)
        assert dict(parse_qsl(urlsplit(url).query))["redirect_uri"] == "https://127.0.0.1:8443/api/oidc/back"
        back = await client.get("/api/oidc/back", params=provider.agree(url), headers=cookie)
        assert (back.status_code, back.headers["location"]) == (302, "/")
        me = await client.get("/api/session", headers={"Cookie": f"{NAME}={back.cookies[NAME]}"})
        assert (me.json()["account"], me.json()["role"]) == ("1001", "agent")
    assert fake.log.actions == ["signed_in"]


async def test_unknown_and_locked_accounts_stay_out(fake: FakeHotline, provider: FakeProvider) -> None:
    """The provider knows them; our accounts do not, or not any more. Its role claims count for nothing."""
    fake.people.rows["1003"] = replace(fake.people.rows["1003"], locked=True)
    for person in ("stranger", "1003"):
        provider.person, provider.claims = person, {"role": "operator", "groups": ["operator"]}
        await refused(fake, provider)


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "http://127.0.0.1:1"}, {"aud": "another"}, {"aud": [CLIENT, "another"]}, {"nonce": "another"},
        {"exp": 1000}, {"preferred_username": 7}, {"preferred_username": ""}, {"azp": "another"}, {"exp": 1e300},
        {"exp": True}, {"iat": 1_000_000}, {"iat": 4e9}, {"iat": "now"}, {"sub": None}, {"sub": ""}, {"sub": 7},
        {"auth_time": None}, {"auth_time": 1_000_000}, {"auth_time": "now"},
    ],
    ids=str,
)  # fmt: skip
async def test_a_token_that_is_not_for_us(fake: FakeHotline, provider: FakeProvider, lie: dict[str, Any]) -> None:
    provider.claims = lie
    await refused(fake, provider)


async def test_a_token_of_another_key(fake: FakeHotline, provider: FakeProvider) -> None:
    provider.signing = RSAKey.generate_key(2048, {"kid": "one"})
    await refused(fake, provider)


async def test_changed_keys_are_fetched_again(fake: FakeHotline, provider: FakeProvider) -> None:
    async with at(fake, provider) as client:
        for _turn in range(2):
            provider.key = RSAKey.generate_key(2048, {"kid": "one"})
            url, cookie = await begin(client)
            back = await client.get("/api/oidc/back", params=provider.agree(url), headers=cookie)
            assert back.headers["location"] == "/"


async def test_what_comes_back_must_have_begun_here(fake: FakeHotline, provider: FakeProvider) -> None:
    """Another browser, another state, a code used twice, a cookie of ours that was changed, an error of the provider."""
    async with at(fake, provider) as client:
        url, cookie = await begin(client)
        brought = provider.agree(url)
        changed = {"Cookie": cookie["Cookie"][:-8] + "AAAAAAA="}
        for headers, params in (({}, brought), (cookie, brought | {"state": "x"}), (changed, brought)):
            back = await client.get("/api/oidc/back", params=params, headers=headers)
            assert back.headers["location"] == "/?refused=oidc", (headers, params)
        assert fake.kept.rows == {}
        once = [await client.get("/api/oidc/back", params=brought, headers=cookie) for _time in range(2)]
        assert [back.headers["location"] for back in once] == ["/", "/?refused=oidc"]
        url, cookie = await begin(client)
        denied = {"error": "access_denied", "state": dict(parse_qsl(urlsplit(url).query))["state"]}
        assert (await client.get("/api/oidc/back", params=denied, headers=cookie)).headers["location"] != "/"
    assert len(fake.kept.rows) == 1
    assert fake.log.actions.count("sign_in_failed") >= 3


async def test_a_beginning_has_an_end(fake: FakeHotline, provider: FakeProvider) -> None:
    async with at(fake, provider) as client:
        url, cookie = await begin(client)
        fake.now = datetime.now(UTC) + timedelta(minutes=11)
        back = await client.get("/api/oidc/back", params=provider.agree(url), headers=cookie)
        assert back.headers["location"] == "/?refused=oidc"


async def test_a_flood_of_beginnings_flushes_none(
    fake: FakeHotline, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred begin: the first still gets in; the provider was asked once, and one TLS context was made."""
    contexts: list[object] = []
    made = ssl.create_default_context
    monkeypatch.setattr(ssl, "create_default_context", lambda *a, **k: contexts.append(1) or made(*a, **k))  # type: ignore[func-returns-value]
    monkeypatch.setattr(httpx, "create_ssl_context", lambda *a, **k: pytest.fail("a TLS context on the loop"))
    async with at(fake, provider) as client:
        url, cookie = await begin(client)
        for _batch in range(4):
            await asyncio.gather(*(client.get("/api/oidc/start") for _ in range(50)))
        client.cookies.clear()
        back = await client.get("/api/oidc/back", params=provider.agree(url), headers=cookie)
        assert back.headers["location"] == "/"
    assert (provider.looks, len(contexts)) == (1, 1)


async def test_a_silent_provider_is_not_asked_by_everybody(fake: FakeHotline) -> None:
    """One question in vain answers all that come within seconds."""
    port = free_port()
    oidc = Provider(Oidc(issuer=f"http://127.0.0.1:{port}", client_id=CLIENT), "", fake.clock)
    asked = 0

    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", port)
    async with server, browser(door(replace(services(fake), oidc=oidc))) as client:
        replies = await asyncio.gather(*(client.get("/api/oidc/start") for _ in range(50)))
    assert {reply.status_code for reply in replies} == {503}
    assert asked == 1
    await oidc.close()


async def test_one_session_after_the_log_in(fake: FakeHotline, provider: FakeProvider) -> None:
    """The cookie that the browser had when it began is over, though it is not brought back from the provider."""
    former = signed_in(fake, "1003")
    async with at(fake, provider) as client:
        start = await client.get("/api/oidc/start", headers={"Cookie": f"{NAME}={former}"})
        client.cookies.clear()
        cookie = {"Cookie": f"{OIDC}={start.cookies[OIDC]}"}
        back = await client.get("/api/oidc/back", params=provider.agree(start.headers["location"]), headers=cookie)
        assert back.headers["location"] == "/"
        assert (await client.get("/api/session", headers={"Cookie": f"{NAME}={former}"})).status_code == 401
        own = {"Cookie": f"{NAME}={back.cookies[NAME]}", "X-Hotline": "1"}
        out = (await client.delete("/api/session", headers=own)).json()
    assert out["leave_at"] == (
        f"{provider.issuer}/end?client_id={CLIENT}&post_logout_redirect_uri=https%3A%2F%2F127.0.0.1%3A8443%2F"
    )


async def test_who_signed_in_by_password_is_sent_nowhere(fake: FakeHotline, provider: FakeProvider) -> None:
    async with at(fake, provider) as client:
        await begin(client)
        own = {"Cookie": f"{NAME}={signed_in(fake, '1001')}", "X-Hotline": "1"}
        assert (await client.delete("/api/session", headers=own)).json()["leave_at"] == ""


async def test_an_account_is_one_person_of_the_provider(fake: FakeHotline, provider: FakeProvider) -> None:
    """Bound at the first log-in: who takes over the name later, or has an account already, stays out."""
    async with at(fake, provider) as client:

        async def come(person: str, subject: str) -> str:
            provider.person, provider.claims = person, {"sub": subject}
            url, cookie = await begin(client)
            back = await client.get("/api/oidc/back", params=provider.agree(url), headers=cookie)
            return str(back.headers["location"])

        assert await come("1001", "u-1") == "/"
        assert await come("1001", "u-1") == "/"
        assert await come("1001", "u-2") == "/?refused=oidc"
        assert await come("2001", "u-1") == "/?refused=oidc"
        assert await come("2001", "u-2") == "/"
    assert fake.log.actions.count("sign_in_failed") == 2


async def test_no_provider(fake: FakeHotline) -> None:
    """Not set: 404. Set and silent: 503, with the way that still works."""
    async with browser(door(services(fake))) as client:
        assert (await client.get("/api/oidc/start")).status_code == 404
        assert (await client.get("/api/session/ways")).json()["oidc"] == ""
    oidc = Provider(Oidc(issuer=f"http://127.0.0.1:{free_port()}", client_id=CLIENT), "", fake.clock)
    async with browser(door(replace(services(fake), oidc=oidc))) as client:
        assert (await client.get("/api/oidc/start")).status_code == 503
        assert (await client.get("/api/session/ways")).json()["oidc"] == "统一身份认证"
    await oidc.close()


async def refused(fake: FakeHotline, provider: FakeProvider) -> None:
    async with at(fake, provider) as client:
        url, cookie = await begin(client)
        back = await client.get("/api/oidc/back", params=provider.agree(url), headers=cookie)
    assert (back.status_code, back.headers["location"]) == (302, "/?refused=oidc")
    assert NAME not in back.cookies
    assert fake.kept.rows == {}
