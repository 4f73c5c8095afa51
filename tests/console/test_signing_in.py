"""Sessions from the first password to the last request: cookies, origins, lock-out, idle lock, revocation, seats."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from argon2 import PasswordHasher
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agents import commands
from agents.commands import Refused, Why
from agents.seat import Then
from console import seating
from console.cookie import NAME
from console.guard import Guard
from tests.fakes.house import ACCESS, CALL, NOON, ORIGIN, TOKEN, House, door, plugs
from tests.fakes.people import Phones, browser, command_line, populate, signed_in

PASSWORD = "Lu-Deng-Bu-Liang-88"
HASH = PasswordHasher(2, 19 * 1024, 1).hash(PASSWORD)


@pytest.fixture
def house() -> House:
    house = populate(House())
    for account, row in house.people.rows.items():
        house.people.rows[account] = replace(row, password_hash=HASH)
    house.now = NOON
    return house


@pytest.fixture
def phones() -> Phones:
    return Phones()


@pytest.fixture
def app(house: House, phones: Phones) -> ASGIApp:
    return door(replace(plugs(house), phones=phones))


@pytest.fixture
def page(app: ASGIApp) -> httpx.AsyncClient:
    return browser(app)


async def sign_in(page: httpx.AsyncClient, account: str = "1001", password: str = PASSWORD) -> httpx.Response:
    reply = await page.post("/api/session", json={"account": account, "password": password})
    if reply.status_code == 200:
        page.headers["Cookie"] = f"{NAME}={reply.cookies[NAME]}"
    return reply


# -- in ------------------------------------------------------------------------------------


async def test_sign_in(page: httpx.AsyncClient, house: House) -> None:
    """The cookie is out of reach of scripts, other sites and plain HTTP; the table holds no secret."""
    house.sitting.clear()
    reply = await sign_in(page)
    told = reply.json()
    assert (told["account"], told["role"], told["seat"], told["rights"]) == ("1001", "agent", None, ["file", "seat"])
    flags = {part.strip().lower() for part in reply.headers["set-cookie"].split(";")[1:]}
    assert {"secure", "httponly", "samesite=strict", "path=/", "max-age=43200"} <= flags
    assert not any(flag.startswith("domain") for flag in flags)
    secret = reply.cookies[NAME]
    assert len(secret) >= 43
    assert secret not in str(house.kept.secrets)
    assert (await page.get("/api/session")).json() == told
    assert house.log.actions == ["signed_in"]


async def test_who_fails_hears_one_thing(page: httpx.AsyncClient, house: House) -> None:
    """Unknown, locked, without a password, or a wrong one: one answer."""
    house.people.rows["2001"] = replace(house.people.rows["2001"], locked=True)
    house.people.rows["audit"] = replace(house.people.rows["audit"], password_hash="")
    replies = [await sign_in(page, *one) for one in (("nobody",), ("2001",), ("audit",), ("1001", "wrong"))]
    assert {(reply.status_code, reply.text) for reply in replies} == {(401, replies[0].text)}
    assert house.log.actions == ["sign_in_failed"] * 4


@pytest.mark.parametrize("account", ["1001", "nobody"])
async def test_lock_out(page: httpx.AsyncClient, house: House, account: str) -> None:
    """Too many wrong ones: the account rests, whether there is one or not, and then is open again."""
    answers = [(await sign_in(page, account, "wrong")).status_code for _ in range(ACCESS.tries + 1)]
    assert answers == [401] * ACCESS.tries + [429]
    assert (await sign_in(page, account)).status_code == 429
    assert house.log.actions.count("account_rests") == 1
    house.now = NOON + timedelta(seconds=ACCESS.rest_seconds)
    assert (await sign_in(page, account)).status_code == (200 if account == "1001" else 401)


async def test_an_address_rests_too(page: httpx.AsyncClient, app: ASGIApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever tries many accounts from one place; another place is not kept out."""
    monkeypatch.setattr("console.passwords.Passwords._fits", lambda *_: False)
    page.headers["X-Real-IP"] = "10.0.0.7"
    answers = [(await sign_in(page, f"u{n}", "wrong")).status_code for n in range(51)]
    assert answers == [401] * 50 + [429]
    page.headers["X-Real-IP"] = "10.0.0.8"
    assert (await sign_in(page, "u1", "wrong")).status_code == 401


async def test_an_old_hash_is_made_anew(page: httpx.AsyncClient, house: House) -> None:
    """When the password is at hand and the parameters have changed."""
    old = PasswordHasher(1, 8 * 1024, 1).hash(PASSWORD)
    house.people.rows["1001"] = replace(house.people.rows["1001"], password_hash=old)
    assert (await sign_in(page)).status_code == 200
    assert "m=19456,t=2" in house.people.rows["1001"].password_hash
    assert (await sign_in(page)).status_code == 200


# -- whose request it is ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": ""}, 200),  # some browsers leave it away for their own pages
        ({"X-Hotline": ""}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:8443"}, 403),
        ({"Cookie": f"{NAME}=nonsense"}, 401),
        ({"Cookie": ""}, 401),
        ({"Cookie": f"{NAME}=nonsense", "Authorization": f"Bearer {TOKEN}"}, 403),  # the token has no session to lock
    ],
    ids=str,
)
async def test_foreign_pages(app: ASGIApp, house: House, headers: dict[str, str], status: int) -> None:
    """A person's cookie alone changes nothing: the page must be ours."""
    sent = {"Cookie": f"{NAME}={signed_in(house, '1001')}"} | headers
    async with browser(app, **sent) as client:
        assert (await client.post("/api/session/lock")).status_code == status
    assert house.kept.rows["s0"].locked is (status == 200)


async def test_headers(page: httpx.AsyncClient) -> None:
    for reply in (await page.get("/api/session"), await page.get("/api/session/ways")):
        assert reply.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert reply.headers["x-frame-options"] == "DENY"
        assert reply.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"cookie": "own", "origin": ORIGIN}, "1001"),
        ({"cookie": "own", "origin": "https://evil.example"}, ""),
        ({"cookie": "own"}, ""),
        ({"origin": ORIGIN}, ""),
        ({"authorization": f"Bearer {TOKEN}"}, "operator"),
        ({"authorization": "Bearer wrong", "cookie": "own", "origin": ORIGIN}, ""),
    ],
    ids=str,
)
async def test_sockets(house: House, headers: dict[str, str], allowed: str) -> None:
    """A WebSocket needs a session *and* our Origin: browsers let any page open one."""
    secret, seen, sent = signed_in(house, "1001"), [], []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["state"]["who"].account)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message["type"])

    raw = [(n.encode(), (f"{NAME}={secret}" if v == "own" else v).encode()) for n, v in headers.items()]
    await Guard(inner, plugs(house))({"type": "websocket", "path": "/stream", "headers": raw}, receive, send)
    assert seen == ([allowed] if allowed else [])
    assert sent == ([] if allowed else ["websocket.close"])


async def test_refusals_are_audited(app: ASGIApp, house: House) -> None:
    """Once a minute for each person and path."""
    async with browser(app, signed_in(house, "1001")) as client:
        for _ in range(3):
            assert (await client.get("/api/audit")).status_code == 403
        house.now = NOON + timedelta(minutes=2)
        await client.get("/api/audit")
    assert [(row.actor, row.action) for row in house.log.entries] == [("1001", "refused")] * 2


# -- idleness -------------------------------------------------------------------------------------


async def test_locked_screens_show_nothing_and_cut_nothing(app: ASGIApp, house: House) -> None:
    """Locked: only the own session, unlocking and signing out; the telephone's gate stays open."""
    house.seats = lambda: [replace(House.seats(house)[0], device="browser")]  # type: ignore[method-assign]
    async with browser(app, signed_in(house, "1001", "8001")) as client:
        assert (await client.post("/api/session/lock")).status_code == 200
        assert (await client.get("/api/session")).json()["locked"] is True
        for path in ("/api/board", "/api/calls/live", f"/api/calls/{CALL}", "/api/my/calls"):
            reply = await client.get(path)
            assert (reply.status_code, reply.json()["error"]) == (423, "locked")
        assert (await client.post("/api/seats/8001/hang-up")).status_code == 423
        assert (await client.get("/api/gate/sip")).status_code == 204
        assert (await client.post("/api/session/phone")).status_code == 200
        wrong = await client.post("/api/session/unlock", json={"password": "wrong"})
        assert (wrong.status_code, wrong.json()["error"]) == (422, "wrong_password")
        right = await client.post("/api/session/unlock", json={"password": PASSWORD})
        assert (right.status_code, right.json()["locked"]) == (200, False)
        assert (await client.get("/api/board")).status_code == 200
    assert house.asked == []


async def test_idleness(app: ASGIApp, house: House) -> None:
    """What a person does keeps the screen open, what a page does by itself does not."""
    secret = signed_in(house, "1001")
    half = timedelta(seconds=ACCESS.idle_lock_seconds // 2 + 60)
    async with browser(app, secret) as person, browser(app, secret, **{"X-Hotline": ""}) as poll:
        house.now = NOON + half
        assert (await person.get("/api/board")).status_code == 200
        house.now = NOON + 2 * half
        assert (await poll.get("/api/board")).status_code == 200
        house.now = NOON + 3 * half
        assert (await poll.get("/api/board")).status_code == 423
        assert (await person.get("/api/session")).json()["locked"] is True


async def test_a_session_has_an_end(app: ASGIApp, house: House) -> None:
    async with browser(app, signed_in(house, "1001")) as client:
        house.now = NOON + timedelta(hours=12)
        assert (await client.get("/api/session")).status_code == 401


# -- out -------------------------------------------------------------------------------------------


async def test_revocation_works_at_once(app: ASGIApp, house: House) -> None:
    """A supervisor ends another's session: its next request is refused, its stream is told."""
    told: list[tuple[str, str]] = []
    plugged = plugs(house)
    plugged.sessions.listeners.append(lambda session, why: told.append((session, why)))
    here = door(plugged)
    agent, chief = signed_in(house, "1001", "8001"), signed_in(house, "2001")
    async with browser(here, agent) as one, browser(here, chief) as other:
        rows = (await other.get("/api/sessions")).json()
        assert [(row["account"], row["seat"], row["current"]) for row in rows] == [
            ("2001", None, True), ("1001", "8001", False),
        ]  # fmt: skip
        assert [row["account"] for row in (await one.get("/api/sessions")).json()] == ["1001"]
        assert (await other.delete(f"/api/sessions/{rows[1]['id']}")).status_code == 200
        assert (await one.get("/api/session")).status_code == 401
        assert (await other.delete(f"/api/sessions/{rows[1]['id']}")).status_code == 404
    assert told == [("s0", "revoked")]
    assert house.asked == [commands.LogOut("8001")]  # type: ignore[arg-type]
    assert house.log.actions == ["seat_left", "revoked"]


@pytest.mark.parametrize(
    "change", [{"role": "supervisor"}, {"locked": True}, {"password": "Xue-Hua-Piao-77"}], ids=lambda c: next(iter(c))
)
async def test_a_changed_account_is_signed_out(app: ASGIApp, house: House, change: dict[str, object]) -> None:
    body = {"name": "黄雅婷", "role": "agent"} | change
    async with browser(app, signed_in(house, "1003")) as client, browser(app, signed_in(house, "admin")) as operator:
        assert (await operator.put("/api/accounts/1003", json={"name": "黄", "role": "agent"})).status_code == 200
        assert (await client.get("/api/session")).status_code == 200
        assert (await operator.put("/api/accounts/1003", json=body)).status_code == 200
        assert (await client.get("/api/session")).status_code == 401


async def test_signing_out_in_a_call(app: ASGIApp, house: House) -> None:
    """Nobody is cut off: the seat is left after the call, the session is over now."""
    asked: list[object] = []

    async def ask(request: commands.Request) -> commands.Answer:
        asked.append(request)
        return (
            Refused(Why.NOT_NOW, "talks") if isinstance(request, commands.LogOut) else commands.Accepted("after_call")
        )

    house.ask = ask  # type: ignore[method-assign]
    async with browser(app, signed_in(house, "1001", "8001")) as client:
        reply = await client.delete("/api/session")
        assert reply.json()["detail"] == "after_call"
        assert 'hotline=""' in reply.headers["set-cookie"]
        assert (await client.get("/api/session")).status_code == 401
    assert asked == [commands.LogOut("8001"), commands.AfterCall("8001", Then.LOG_OUT)]  # type: ignore[arg-type]


async def test_another_session_keeps_the_seat(app: ASGIApp, house: House) -> None:
    """Two browsers of one account at one seat: the first that goes leaves it to the other."""
    one, other = signed_in(house, "1001", "8001"), signed_in(house, "1001", "8001")
    async with browser(app, one) as first, browser(app, other) as second:
        await first.delete("/api/session")
        assert house.asked == []
        await second.delete("/api/session")
    assert house.asked == [commands.LogOut("8001")]  # type: ignore[arg-type]


@pytest.mark.parametrize("gone", ["locked", "long ago"])
async def test_a_session_nobody_is_at_keeps_no_seat(app: ASGIApp, house: House, gone: str) -> None:
    """A computer that died leaves its session behind: signing out elsewhere frees the seat all the same."""
    one = signed_in(house, "1001", "8001")
    signed_in(house, "1001", "8001")
    await (
        house.kept.lock("s1", True) if gone == "locked" else house.kept.seen("s1", house.clock() - timedelta(hours=1))
    )
    async with browser(app, one) as client:
        await client.delete("/api/session")
    assert house.asked == [commands.LogOut("8001")]  # type: ignore[arg-type]


async def test_signing_in_again(app: ASGIApp, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the same browser: the session before is over; the same person keeps the seat, another one's is left."""
    seats = [replace(House.seats(house)[0]), replace(House.seats(house)[1], agent="1003")]
    monkeypatch.setattr(house, "seats", lambda: seats)
    async with browser(app, signed_in(house, "1001", "8001")) as client:
        assert (await sign_in(client)).json()["seat"] == "8001"
        assert house.kept.ended == {"s0": "signed_out"}
        assert house.asked == []
        house.log.entries.clear()
        assert (await sign_in(client, "2001")).json()["seat"] is None
    assert house.asked == [commands.LogOut("8001")]  # type: ignore[arg-type]
    assert house.log.actions == ["seat_left", "signed_out", "signed_in"]


async def test_time_over(house: House) -> None:
    """The tick's work: whoever's time is over leaves the seat."""
    signed_in(house, "1001", "8001")
    plugged = plugs(house)
    house.now = NOON + timedelta(hours=13)
    for row in await plugged.sessions.overdue():
        await seating.end(plugged, row, row.account, "expired")
    assert house.kept.ended == {"s0": "expired"}
    assert house.asked == [commands.LogOut("8001")]  # type: ignore[arg-type]


# -- seats, phones ------------------------------------------------------------------------------------


async def test_take_a_seat(app: ASGIApp, house: House, phones: Phones) -> None:
    """With proof, as oneself, whoever asks; the phone's key is made at each request."""
    house.seats = lambda: [replace(House.seats(house)[0], device="browser")]  # type: ignore[method-assign]
    async with browser(app, signed_in(house, "1001")) as client:
        assert (await client.post("/api/session/phone")).status_code == 403  # no seat yet
        assert (await client.post("/api/session/seat", json={"seat": "8099"})).status_code == 404
        taken = await client.post("/api/session/seat", json={"seat": "8001", "ready": True})
        assert (taken.json()["seat"], taken.json()["device"]) == ("8001", "browser")
        key = (await client.post("/api/session/phone")).json()
        assert (key["user"], key["socket"]) == ("8001", "/sip")
        assert (await client.post("/api/seats/8001/pause", json={"reason": "小休"})).status_code == 200
        assert (await client.post("/api/seats/8002/pause", json={"reason": "小休"})).status_code == 403
        left = await client.delete("/api/session/seat")
        assert left.json()["seat"] is None
    assert house.asked[1] == commands.LogIn("1001", "8001", True, proof=True)  # type: ignore[arg-type]
    assert (phones.issued, phones.revoked) == (["8001"], ["8001"])


async def test_a_session_acts_as_itself(app: ASGIApp, house: House) -> None:
    """Whatever the body says: a ticket's author and a force's supervisor are who asks."""
    async with browser(app, signed_in(house, "1001", "8001")) as client:
        ticket = {"kind": "help", "title": "积水", "content": "湖滨南路积水"}
        reply = await client.post(f"/api/calls/{CALL}/tickets?agent=2001&seat=8002", json=ticket)
        assert (reply.json()["ticket"]["agent"], reply.json()["ticket"]["seat"]) == ("1001", "8001")
    async with browser(app, signed_in(house, "2001")) as chief:
        await chief.post("/api/seats/8001/force?by=1001", json={"force": "ready", "reason": "班次结束"})
    assert house.asked[-1].by == "2001"  # type: ignore[union-attr]


# -- passwords, accounts, numbers -----------------------------------------------------------------


@pytest.mark.parametrize("poor", ["short", "1001100110", "password123", "aaaaaaaaaaaa", "0123456789", "Qwertyuiop"])
async def test_poor_passwords(app: ASGIApp, house: House, poor: str) -> None:
    async with browser(app, signed_in(house, "1001")) as client:
        reply = await client.post("/api/session/password", json={"old": PASSWORD, "new": poor})
        assert (reply.status_code, reply.json()["field"]) == (422, "new")
    assert house.people.rows["1001"].password_hash == HASH


async def test_change_the_password(app: ASGIApp, house: House) -> None:
    """The old one is asked for; other sessions of the account end, this one stays."""
    mine, other = signed_in(house, "1001"), signed_in(house, "1001")
    async with browser(app, mine) as client, browser(app, other) as elsewhere:
        wrong = await client.post("/api/session/password", json={"old": "wrong", "new": "Xue-Hua-Piao-77"})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "old")
        right = await client.post("/api/session/password", json={"old": PASSWORD, "new": "Xue-Hua-Piao-77"})
        assert right.status_code == 200
        assert (await client.get("/api/session")).status_code == 200
        assert (await elsewhere.get("/api/session")).status_code == 401
        assert (await sign_in(client, password="Xue-Hua-Piao-77")).status_code == 200


async def test_accounts(app: ASGIApp, house: House) -> None:
    """Made, listed without any hash; an agent of the settings keeps name and role; the token's name is taken."""
    async with command_line(app) as client:
        body = {"name": "审计二", "role": "auditor", "password": PASSWORD}
        assert (await client.put("/api/accounts/audit2", json=body)).json()["has_password"] is True
        assert "argon2" not in (await client.get("/api/accounts")).text
        settled = await client.put("/api/accounts/1001", json={"name": "陈晓岚", "role": "operator"})
        assert (settled.status_code, settled.json()["field"], settled.json()["allowed"]) == (422, "role", ["agent"])
        assert (await client.put("/api/accounts/operator", json=body)).status_code == 422
        assert (await client.put("/api/accounts/x", json=body | {"role": "king"})).status_code == 422
    assert [row.action for row in house.log.entries] == ["account_made"]


async def test_numbers(app: ASGIApp, house: House) -> None:
    """The own open call in full; masked for whoever only reads; others' calls not at all."""
    seen = {}
    for account in ("1001", "1003", "2001", "audit", "admin"):
        async with browser(app, signed_in(house, account)) as client:
            seen[account] = [call["caller"] for call in (await client.get("/api/board")).json()["calls"]]
    assert seen == {
        "1001": ["13800000001"], "1003": [], "2001": ["13800000001"], "audit": ["138****0001"], "admin": [],
    }  # fmt: skip
    house.known[CALL] = replace(house.known[CALL], ended_at=NOON, outcome="ticket")
    async with browser(app, signed_in(house, "1001")) as client:
        assert (await client.get(f"/api/calls/{CALL}")).json()["caller"] == "138****0001"
