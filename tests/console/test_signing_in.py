"""Sessions from the first password to the last request: cookies, origins, lock-out, idle lock, revocation, seats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from argon2 import PasswordHasher
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from accounts.cookie import NAME
from accounts.events import Event, SessionEnded
from accounts.session import Session
from agents import commands
from agents.commands import Refused, Why
from agents.seat_state import Then
from console import seat_sign_in
from console.guard import CHANGES_AT_ONCE, Guard
from console.routes.session import SESSIONS_MOST
from console.server import routes_of
from console.services import ACTS_AT_ONCE, KEYS_AT_ONCE
from cti.ids import SeatId
from tests.fakes.hotline import ACCESS, CALL, NOON, ORIGIN, TOKEN, FakeHotline, Seat, door, services
from tests.fakes.people import Phones, browser, command_line, populate, signed_in

PASSWORD = "Lu-Deng-Bu-Liang-88"
HASH = PasswordHasher(2, 19 * 1024, 1).hash(PASSWORD)


@pytest.fixture
def fake() -> FakeHotline:
    fake = populate(FakeHotline())
    for account, row in fake.people.rows.items():
        fake.people.rows[account] = replace(row, password_hash=HASH)
    fake.now = NOON
    return fake


@pytest.fixture
def phones() -> Phones:
    return Phones()


@pytest.fixture
def app(fake: FakeHotline, phones: Phones) -> ASGIApp:
    return door(replace(services(fake), phones=phones))


@pytest.fixture
def page(app: ASGIApp) -> httpx.AsyncClient:
    return browser(app)


async def sign_in(page: httpx.AsyncClient, account: str = "1001", password: str = PASSWORD) -> httpx.Response:
    reply = await page.post("/api/session", json={"account": account, "password": password})
    if reply.status_code == 200:
        page.headers["Cookie"] = f"{NAME}={reply.cookies[NAME]}"
    return reply


# -- in ------------------------------------------------------------------------------------


async def test_sign_in(page: httpx.AsyncClient, fake: FakeHotline) -> None:
    """The cookie is out of reach of scripts, other sites and plain HTTP; the table holds no secret."""
    fake.sitting.clear()
    reply = await sign_in(page)
    told = reply.json()
    assert (told["account"], told["role"], told["seat"], told["rights"]) == (
        "1001",
        "agent",
        None,
        ["callbacks", "file", "seat"],
    )
    flags = {part.strip().lower() for part in reply.headers["set-cookie"].split(";")[1:]}
    assert {"secure", "httponly", "samesite=strict", "path=/", "max-age=43200"} <= flags
    assert not any(flag.startswith("domain") for flag in flags)
    secret = reply.cookies[NAME]
    assert len(secret) >= 43
    assert secret not in str(fake.kept.secrets)
    assert (await page.get("/api/session")).json() == told
    assert fake.log.actions == ["signed_in"]


async def test_who_fails_hears_one_thing(page: httpx.AsyncClient, fake: FakeHotline) -> None:
    """Unknown, locked, without a password, or a wrong one: one answer."""
    fake.people.rows["2001"] = replace(fake.people.rows["2001"], locked=True)
    fake.people.rows["audit"] = replace(fake.people.rows["audit"], password_hash="")
    replies = [await sign_in(page, *one) for one in (("nobody",), ("2001",), ("audit",), ("1001", "wrong"))]
    assert {(reply.status_code, reply.text) for reply in replies} == {(401, replies[0].text)}
    assert fake.log.actions == ["sign_in_failed"] * 4


@pytest.mark.parametrize("account", ["1001", "nobody"])
async def test_wrong_passwords_cost_their_sender_time(page: httpx.AsyncClient, fake: FakeHotline, account: str) -> None:
    """Too many wrong ones from one place: a growing delay there, whether there is such an account or not."""
    answers = [(await sign_in(page, account, "wrong")).status_code for _ in range(ACCESS.tries + 1)]
    assert answers == [401] * ACCESS.tries + [429]
    again = await sign_in(page, account)
    assert (again.status_code, again.headers["retry-after"]) == (429, "5")
    assert fake.log.actions.count("account_rests") == 1
    fake.now = NOON + timedelta(seconds=5)
    assert (await sign_in(page, account, "wrong")).status_code == 401
    assert (await sign_in(page, account)).headers["retry-after"] == "10"
    fake.now += timedelta(seconds=10)
    assert (await sign_in(page, account)).status_code == (200 if account == "1001" else 401)


async def test_strangers_lock_nobody_out(page: httpx.AsyncClient, app: ASGIApp, fake: FakeHotline) -> None:
    """However many wrong passwords for 1001 from elsewhere: the right one from her own place opens, and her open screen. Fifty from one
    address, of whomever: who sits behind the same one is let in, too."""
    inside = browser(app, signed_in(fake, "1001", "8001"), **{"X-Real-IP": "10.0.0.8"})
    assert (await inside.post("/api/session/lock")).status_code == 200
    page.headers["X-Real-IP"] = "10.0.0.7"
    for _ in range(12):
        await sign_in(page, "1001", "wrong")
    assert (await sign_in(page, "1001")).status_code == 429
    for n in range(50):
        await sign_in(page, f"nobody{n}", "wrong")
    assert (await sign_in(page, "1003")).status_code == 200
    page.cookies.clear()
    assert (await inside.post("/api/session/unlock", json={"password": PASSWORD})).status_code == 200
    page.headers["X-Real-IP"] = "10.0.0.8"
    assert (await sign_in(page, "1001")).status_code == 200


async def test_a_stranger_behind_the_same_address_locks_no_open_screen(
    page: httpx.AsyncClient, app: ASGIApp, fake: FakeHotline
) -> None:
    """Who is in proves the password as their session: failures at the log-in page of the same address are not theirs."""
    inside = browser(app, signed_in(fake, "1001", "8001"))
    assert (await inside.post("/api/session/lock")).status_code == 200
    for _ in range(12):
        await sign_in(page, "1001", "wrong")
    assert (await inside.post("/api/session/unlock", json={"password": PASSWORD})).status_code == 200


async def test_an_office_behind_one_address_has_a_share_for_each(
    page: httpx.AsyncClient, fake: FakeHotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred failures of others behind the same address keep 2001 out no more than none."""
    monkeypatch.setattr("accounts.passwords.Passwords._verifies", lambda _self, _hashed, plain: plain == PASSWORD)
    page.headers["X-Real-IP"] = "10.0.0.7"
    for n in range(100):
        assert (await sign_in(page, f"u{n}", "wrong")).status_code == 401
        if n < 5:
            await sign_in(page, "1001", "wrong")
    assert (await sign_in(page, "2001")).status_code == 200


async def test_a_flood_of_failures_does_not_fill_the_audit_log(page: httpx.AsyncClient, fake: FakeHotline) -> None:
    """Some rows a minute of one address; the next one tells how many were not written."""
    for n in range(60):
        await sign_in(page, f"u{n}", "wrong")
    assert fake.log.actions.count("sign_in_failed") == 20
    fake.now = NOON + timedelta(minutes=1)
    await sign_in(page, "u99", "wrong")
    assert "not_written=40" in fake.log.entries[-1].detail


async def test_a_network_of_one_machine_is_one_address(page: httpx.AsyncClient) -> None:
    """IPv6 gives everybody 2^64 addresses."""
    for n in range(ACCESS.tries):
        page.headers["X-Real-IP"] = f"2001:db8:1:2::{n:x}"
        assert (await sign_in(page, "1001", "wrong")).status_code == 401
    page.headers["X-Real-IP"] = "2001:db8:1:2:ffff::1"
    assert (await sign_in(page, "1001")).status_code == 429
    page.headers["X-Real-IP"] = "2001:db8:1:3::1"
    assert (await sign_in(page, "1001")).status_code == 200


async def test_an_account_guessed_from_everywhere_is_told(
    page: httpx.AsyncClient, fake: FakeHotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has very many addresses: a supervisor may see it."""
    monkeypatch.setattr("accounts.passwords.Passwords._verifies", lambda *_: False)
    for n in range(100):
        page.headers["X-Real-IP"] = f"10.0.{n}.7"
        assert (await sign_in(page, "1001", "wrong")).status_code == 401
    assert fake.log.actions.count("account_guessed") == 1


async def test_an_old_hash_is_made_anew(page: httpx.AsyncClient, fake: FakeHotline) -> None:
    """When the password is at hand and the parameters have changed."""
    old = PasswordHasher(1, 8 * 1024, 1).hash(PASSWORD)
    fake.people.rows["1001"] = replace(fake.people.rows["1001"], password_hash=old)
    assert (await sign_in(page)).status_code == 200
    assert "m=19456,t=2" in fake.people.rows["1001"].password_hash
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
async def test_foreign_pages(app: ASGIApp, fake: FakeHotline, headers: dict[str, str], status: int) -> None:
    """A person's cookie alone changes nothing: the page must be ours."""
    sent = {"Cookie": f"{NAME}={signed_in(fake, '1001')}"} | headers
    async with browser(app, **sent) as client:
        assert (await client.post("/api/session/lock")).status_code == status
    assert fake.kept.rows["s0"].locked is (status == 200)


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
async def test_sockets(fake: FakeHotline, headers: dict[str, str], allowed: str) -> None:
    """A WebSocket needs a session *and* our Origin: browsers let any page open one."""
    secret, seen, sent = signed_in(fake, "1001"), [], []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["state"]["who"].account)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message["type"])

    raw = [(n.encode(), (f"{NAME}={secret}" if v == "own" else v).encode()) for n, v in headers.items()]
    await Guard(inner, services(fake))({"type": "websocket", "path": "/stream", "headers": raw}, receive, send)
    assert seen == ([allowed] if allowed else [])
    assert sent == ([] if allowed else ["websocket.close"])


async def test_refusals_are_audited(app: ASGIApp, fake: FakeHotline) -> None:
    """Once a minute for each person and path."""
    async with browser(app, signed_in(fake, "1001")) as client:
        for _ in range(3):
            assert (await client.get("/api/audit")).status_code == 403
        fake.now = NOON + timedelta(minutes=2)
        await client.get("/api/audit")
    assert [(row.actor, row.action) for row in fake.log.entries] == [("1001", "refused")] * 2


async def test_refusals_on_ever_new_paths_are_counted(app: ASGIApp, fake: FakeHotline) -> None:
    """They do not fill the log: some a minute, then how many were left out."""
    async with browser(app, signed_in(fake, "1001")) as client:
        for n in range(60):
            assert (await client.put(f"/api/accounts/a{n}", json={"name": "x", "role": "agent"})).status_code == 403
        assert fake.log.actions == ["refused"] * 20
        fake.now = NOON + timedelta(minutes=2)
        await client.get("/api/audit")
    assert "not_written=40" in fake.log.entries[-1].detail


@pytest.mark.parametrize("said", ["x-real-ip", "x-forwarded-for", "forwarded"])
async def test_the_token_from_outside_opens_nothing(app: ASGIApp, fake: FakeHotline, said: str) -> None:
    """Through an edge, ours or a site's own, not even the right one: counted and audited."""
    async with command_line(app) as client:
        assert (await client.get("/api/accounts")).status_code == 200
        assert (await client.get("/api/accounts", headers={said: "10.0.0.7"})).status_code == 401
        assert (await client.get("/metrics", headers={said: "10.0.0.7"})).status_code == 401
        wrong = await client.get("/api/accounts", headers={"Authorization": "Bearer wrong"})
        assert wrong.status_code == 401
        metrics = (await client.get("/metrics")).text
    assert [row.action for row in fake.log.entries] == ["token_refused"] * 2  # the same reason: once a minute
    assert 'hotline_door_refusals{action="token_refused"} 3.0' in metrics


async def test_the_token_of_another_machine_opens_nothing(app: ASGIApp) -> None:
    """Should the daemon ever listen elsewhere than on loopback."""
    transport = httpx.ASGITransport(app, client=("10.0.0.7", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://hotline") as client:
        assert (await client.get("/api/accounts", headers={"Authorization": f"Bearer {TOKEN}"})).status_code == 401


# -- idleness -------------------------------------------------------------------------------------


async def test_locked_screens_show_nothing_and_cut_nothing(app: ASGIApp, fake: FakeHotline) -> None:
    """Locked: only the own session, unlocking and signing out; the telephone goes on with its key, and gets no new one."""
    fake.seats = lambda: [replace(FakeHotline.seats(fake)[0], device="browser")]  # type: ignore[method-assign]
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        assert (await client.post("/api/session/lock")).status_code == 200
        assert (await client.get("/api/session")).json()["locked"] is True
        for path in ("/api/board", "/api/calls/live", f"/api/calls/{CALL}", "/api/my/calls"):
            reply = await client.get(path)
            assert (reply.status_code, reply.json()["error"]) == (423, "locked")
        assert (await client.post("/api/seats/8001/hang-up")).status_code == 423
        assert (await client.get("/api/gate/sip")).status_code == 204
        assert (await client.post("/api/session/phone")).status_code == 423
        wrong = await client.post("/api/session/unlock", json={"password": "wrong"})
        assert (wrong.status_code, wrong.json()["error"]) == (422, "wrong_password")
        right = await client.post("/api/session/unlock", json={"password": PASSWORD})
        assert (right.status_code, right.json()["locked"]) == (200, False)
        assert (await client.get("/api/board")).status_code == 200
    assert fake.asked == []


@pytest.mark.parametrize(
    ("state", "asked"),
    [
        ("ready", commands.Pause(SeatId("8001"), "away")),
        ("wrap_up", commands.Pause(SeatId("8001"), "away")),
        ("ringing", commands.AfterCall(SeatId("8001"), Then.PAUSE, "away")),
        ("paused", None),
        ("talking", None),
    ],
)
async def test_a_screen_that_locks_itself_pauses_its_seat(
    app: ASGIApp, fake: FakeHotline, state: str, asked: commands.Request | None
) -> None:
    """No further call rings at an empty chair; who rests stays as they are, who talks is there. By hand it pauses nobody."""
    fake.seats = lambda: [replace(FakeHotline.seats(fake)[0], state=state)]  # type: ignore[method-assign]
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        assert (await client.post("/api/session/lock", json={"idle": False})).status_code == 200
        assert fake.asked == []
        assert (await client.post("/api/session/unlock", json={"password": PASSWORD})).status_code == 200
        assert (await client.post("/api/session/lock", json={"idle": True})).status_code == 200
    assert fake.asked == ([asked] if asked is not None else [])


async def test_idleness(app: ASGIApp, fake: FakeHotline) -> None:
    """What a person does keeps the screen open, what a page does by itself does not."""
    secret = signed_in(fake, "1001")
    half = timedelta(seconds=ACCESS.idle_lock_seconds // 2 + 60)
    async with browser(app, secret) as person, browser(app, secret, **{"X-Hotline": ""}) as poll:
        fake.now = NOON + half
        assert (await person.get("/api/board")).status_code == 200
        fake.now = NOON + 2 * half
        assert (await poll.get("/api/board")).status_code == 200
        fake.now = NOON + 3 * half
        assert (await poll.get("/api/board")).status_code == 423
        assert (await person.get("/api/session")).json()["locked"] is True


async def test_a_session_has_an_end(app: ASGIApp, fake: FakeHotline) -> None:
    async with browser(app, signed_in(fake, "1001")) as client:
        fake.now = NOON + timedelta(hours=12)
        assert (await client.get("/api/session")).status_code == 401


# -- out -------------------------------------------------------------------------------------------


async def test_revocation_works_at_once(app: ASGIApp, fake: FakeHotline) -> None:
    """A supervisor ends another's session: its next request is refused, its stream is told."""
    told: list[Event] = []
    given = services(fake)
    given.sessions.listeners.append(told.append)
    here = door(given)
    agent, chief = signed_in(fake, "1001", "8001"), signed_in(fake, "2001")
    async with browser(here, agent) as one, browser(here, chief) as other:
        rows = (await other.get("/api/sessions")).json()
        assert [(row["account"], row["seat"], row["current"]) for row in rows] == [
            ("2001", None, True), ("1001", "8001", False),
        ]  # fmt: skip
        assert [row["account"] for row in (await one.get("/api/sessions")).json()] == ["1001"]
        assert (await other.delete(f"/api/sessions/{rows[1]['id']}")).status_code == 428, "an open screen is no proof"
        assert (await other.post("/api/session/proof", json={"password": PASSWORD})).status_code == 200
        assert (await other.delete(f"/api/sessions/{rows[1]['id']}")).status_code == 200
        assert (await one.get("/api/session")).status_code == 401
        assert (await other.delete(f"/api/sessions/{rows[1]['id']}")).status_code == 404
    assert told == [SessionEnded("s0", "1001", "8001", "revoked")]
    assert fake.asked == [commands.LogOut("8001")]  # type: ignore[arg-type]
    assert fake.log.actions == ["seat_left", "revoked"]


async def test_ones_own_session_ends_without_proof_and_ones_other_with(app: ASGIApp, fake: FakeHotline) -> None:
    """A stolen cookie must not be able to put its owner out."""
    here, there = signed_in(fake, "1001"), signed_in(fake, "1001")
    async with browser(app, here) as one, browser(app, there) as other:
        assert (await one.delete("/api/sessions/s1")).status_code == 428
        assert (await one.delete("/api/sessions/s0")).status_code == 200
        assert (await other.get("/api/session")).status_code == 200


async def test_a_given_password_runs_out_unused(page: httpx.AsyncClient, fake: FakeHotline) -> None:
    """It opens nothing after a week, and who knows it is told why; a password of one's own choice does not run out."""
    fake.people.rows["1001"] = replace(fake.people.rows["1001"], must_change=True)
    days = ACCESS.given_password_days
    fake.now = NOON + timedelta(days=days, seconds=-1)
    assert (await sign_in(page)).status_code == 200
    fake.now = NOON + timedelta(days=days)
    over = await sign_in(page)
    assert (over.status_code, over.json()["error"]) == (401, "password_over")
    assert (await sign_in(page, password="not this one at all")).json()["error"] == "wrong_password"
    assert "given_password_over" in fake.log.actions
    fake.people.rows["1001"] = replace(fake.people.rows["1001"], must_change=False)
    assert (await sign_in(page)).status_code == 200


async def test_who_signs_in_is_told_what_was_before(app: ASGIApp, fake: FakeHotline) -> None:
    """When and where from the account was last used, and that it was changed since: also by its own person."""
    page = browser(app)
    assert (await sign_in(page)).json()["before"] is None
    fake.now = NOON + timedelta(hours=1)
    told = (await sign_in(page)).json()["before"]
    assert (told["at"], told["address"], told["changed_at"]) == ("2026-10-01T04:00:00Z", "127.0.0.1", None)
    fake.now = NOON + timedelta(hours=1, minutes=5)
    body = {"old": PASSWORD, "new": "Xue-Hua-Piao-77"}
    assert (await page.post("/api/session/password", json=body)).status_code == 200
    fake.now = NOON + timedelta(hours=3)
    told = (await sign_in(page, password="Xue-Hua-Piao-77")).json()["before"]
    assert (told["at"], told["changed_at"]) == ("2026-10-01T05:00:00Z", "2026-10-01T05:05:00Z")
    assert (await page.get("/api/session")).json()["before"] == told


async def test_an_account_has_only_so_many_sessions(app: ASGIApp, fake: FakeHotline) -> None:
    """Whoever signs in again and again ends their own oldest ones, and nobody else's."""
    other = signed_in(fake, "1003")
    first = browser(app)
    await sign_in(first)
    for n in range(SESSIONS_MOST - 1):
        fake.now = NOON + timedelta(seconds=n + 1)
        await sign_in(browser(app))
    assert (await first.get("/api/session")).status_code == 200
    fake.now = NOON + timedelta(seconds=SESSIONS_MOST)
    await sign_in(browser(app))
    assert (await first.get("/api/session")).status_code == 401
    async with browser(app, other) as another:
        assert (await another.get("/api/session")).status_code == 200


async def test_a_new_password_has_an_end(page: httpx.AsyncClient, fake: FakeHotline) -> None:
    """128 characters are taken, 129 are not; one that is longer from before still signs in."""
    await sign_in(page)
    words = "鼓浪屿的琴声" * 30
    assert (await page.post("/api/session/password", json={"old": PASSWORD, "new": words[:129]})).status_code == 422
    assert (await page.post("/api/session/password", json={"old": PASSWORD, "new": words[:128]})).status_code == 200
    long = "Lu-Deng-Bu-Liang-" * 11
    fake.people.rows["1003"] = replace(
        fake.people.rows["1003"], password_hash=PasswordHasher(2, 19 * 1024, 1).hash(long)
    )
    assert (await sign_in(page, "1003", long)).status_code == 200


# -- each session's own share ----------------------------------------------------------------


async def test_a_session_changes_things_at_a_pace(fake: FakeHotline) -> None:
    """Whatever is changed: beyond a burst nobody could type it is refused and audited once, of that session alone; what
    ends powers never is."""
    seconds = [1000.0]
    given = services(fake)
    app = Guard(routes_of(given), given, tick=lambda: seconds[0])
    quick, other = signed_in(fake, "1001", "8001"), signed_in(fake, "1003", "8002")
    async with browser(app, quick) as one, browser(app, other) as two, command_line(app) as machine:
        path = f"/api/calls/{CALL}/draft"
        for n in range(CHANGES_AT_ONCE):
            body = {"version": n + 1, "fields": {}}
            assert (await one.put(path, json=body)).status_code == 200
        for method, where in (("PUT", path), ("POST", "/api/seats/8001/ready"), ("DELETE", path)):
            refused = await one.request(method, where)
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        assert fake.log.actions.count("too_quick") == 1
        assert (await one.get("/api/session")).status_code == 200, "reading goes on"
        assert (await two.put(path, json={"version": 1, "fields": {}})).status_code == 200
        assert (await machine.post("/api/seats/8001/ready")).status_code == 200
        seconds[0] += 1.0
        assert (await one.delete(path)).status_code == 200
        while (await one.delete(path)).status_code == 200:
            pass
        assert (await one.post("/api/session/lock")).status_code == 200
        assert (await one.delete("/api/session")).status_code == 200


async def test_who_was_told_to_wait_and_does_not_asks_the_ledger_nothing(
    fake: FakeHotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood of one session's changes is refused before anybody looks up who it is; reading, ending and others are looked up."""
    seconds, looked = [1000.0], list[str]()
    given = services(fake)
    app = Guard(routes_of(given), given, tick=lambda: seconds[0])
    find = given.sessions.find

    async def noting(secret: str, *, person: bool = False) -> Session | None:
        looked.append(secret)
        return await find(secret, person=person)

    monkeypatch.setattr(given.sessions, "find", noting)
    quick, other = signed_in(fake, "1001", "8001"), signed_in(fake, "1003", "8002")
    async with browser(app, quick) as one, browser(app, other) as two:
        while (await one.post("/api/session/phone")).status_code != 429 or len(looked) <= CHANGES_AT_ONCE:
            pass
        before = len(looked)
        refused = [await one.post("/api/session/phone") for _ in range(100)]
        assert {(answer.status_code, answer.headers["retry-after"]) for answer in refused} == {(429, "1")}
        assert len(looked) == before
        assert (await two.put(f"/api/calls/{CALL}/draft", json={"version": 1, "fields": {}})).status_code == 200
        assert (await one.get("/api/session")).status_code == 200
        assert len(looked) == before + 2
        seconds[0] += 1.0
        await one.post("/api/session/phone")
        assert len(looked) == before + 3, "whoever waited is looked up"
        assert (await one.delete("/api/session")).status_code == 200


async def test_a_session_asks_for_keys_of_its_phone_at_a_pace(fake: FakeHotline, phones: Phones) -> None:
    """Each is a command to Asterisk, in which all telephones wait for their turn."""

    class Browsers(FakeHotline):
        def seats(self) -> Sequence[Seat]:
            return [replace(seat, device="browser") for seat in super().seats()]

    house = populate(Browsers())
    app = door(replace(services(house), phones=phones))
    quick, other = signed_in(house, "1001", "8001"), signed_in(house, "1003", "8002")
    async with browser(app, quick) as one, browser(app, other) as two:
        statuses = [(await one.post("/api/session/phone")).status_code for _ in range(KEYS_AT_ONCE + 3)]
        assert statuses == [200] * KEYS_AT_ONCE + [429] * 3
        assert (await two.post("/api/session/phone")).status_code == 200
    assert len(phones.issued) == KEYS_AT_ONCE + 1


async def test_what_costs_everybody_has_a_pace_of_its_own(fake: FakeHotline) -> None:
    """Tickets without a call, seats taken: each person, each kind by itself, and the machine's own programs not."""
    app = door(services(fake))
    ticket = {"kind": "help", "title": "积水", "content": "湖滨南路积水"}
    busy, calm = signed_in(fake, "1001", "8001"), signed_in(fake, "1003", "8002")
    async with browser(app, busy) as one, browser(app, calm) as two, command_line(app) as machine:

        async def file(who: httpx.AsyncClient, n: int) -> int:
            headers = {"Idempotency-Key": f"key-{n:06}"}
            return (await who.post("/api/tickets", json=ticket, headers=headers)).status_code

        statuses = [await file(one, n) for n in range(ACTS_AT_ONCE + 2)]
        assert statuses == [201] * ACTS_AT_ONCE + [429] * 2
        assert await file(two, 900) == 201
        assert {await file(machine, n) for n in range(1000, 1000 + ACTS_AT_ONCE + 2)} == {201}
        seats = [
            (await one.post("/api/session/seat", json={"seat": "8001"})).status_code for _ in range(ACTS_AT_ONCE + 1)
        ]
        assert seats == [200] * ACTS_AT_ONCE + [429], "another kind, another share"


async def test_json_is_no_page(page: httpx.AsyncClient) -> None:
    """A browser that is led to an answer as if it were a page keeps it as a file."""
    for path in ("/api/session/ways", "/api/session"):
        assert (await page.get(path)).headers["content-disposition"] == 'attachment; filename="hotline.json"'


@pytest.mark.parametrize(
    "change", [{"role": "supervisor"}, {"locked": True}, {"password": "Xue-Hua-Piao-77"}], ids=lambda c: next(iter(c))
)
async def test_a_changed_account_is_signed_out(app: ASGIApp, fake: FakeHotline, change: dict[str, object]) -> None:
    body = {"name": "黄雅婷", "role": "agent", "proof": PASSWORD} | change
    fake.people.rows["second"] = replace(fake.people.rows["admin"], account="second")
    async with browser(app, signed_in(fake, "1003")) as client, browser(app, signed_in(fake, "admin")) as operator:
        assert (await operator.put("/api/accounts/1003", json={"name": "黄", "role": "agent"})).status_code == 200
        assert (await client.get("/api/session")).status_code == 200
        reply = await operator.put("/api/accounts/1003", json=body)
        if reply.status_code == 202:
            async with browser(app, signed_in(fake, "second")) as second:
                path = f"/api/account-changes/{reply.json()['id']}/confirm"
                assert (await second.post(path, json={"proof": PASSWORD})).status_code == 200
        assert (await client.get("/api/session")).status_code == 401


async def test_nobody_changes_their_own_rights(app: ASGIApp, fake: FakeHotline) -> None:
    """An operator who would be a supervisor, or out of reach: another one does that."""
    async with browser(app, signed_in(fake, "admin")) as operator:
        for change in ({"role": "supervisor"}, {"locked": True}):
            reply = await operator.put("/api/accounts/admin", json={**change, "proof": PASSWORD})
            assert (reply.status_code, reply.json()["field"]) == (422, next(iter(change)))
        assert (await operator.put("/api/accounts/admin", json={"name": "运维一"})).status_code == 200
    assert fake.people.rows["admin"].role == "operator"


@pytest.mark.parametrize("change", [{"role": "supervisor"}, {"locked": True}, {"password": "Xue-Hua-Piao-77"}], ids=str)
async def test_rights_want_the_password_again(app: ASGIApp, fake: FakeHotline, change: dict[str, object]) -> None:
    """An open screen is no proof: none and a wrong one are refused, and nothing is changed. What is changed ends its sessions."""
    before = fake.people.rows["1003"]
    signed_in(fake, "1003")
    (theirs,) = (row.id for row in fake.kept.rows.values() if row.account == "1003")
    async with browser(app, signed_in(fake, "admin")) as operator:
        for proof, status in ((None, 428), ("", 422), ("wrong", 422)):
            reply = await operator.put("/api/accounts/1003", json={**change, "proof": proof})
            assert reply.status_code == status
        assert fake.people.rows["1003"] == before
        reply = await operator.put("/api/accounts/1003", json={**change, "proof": PASSWORD})
    waits = "role" in change  # for a second person: nothing is changed yet
    assert reply.status_code == (202 if waits else 200)
    assert fake.kept.ended == ({} if waits else {theirs: "revoked"})


async def test_what_is_absent_stays(app: ASGIApp, fake: FakeHotline) -> None:
    """A locked account whose name is mended is not opened by it; a new one wants name and role."""
    fake.people.rows["1003"] = replace(fake.people.rows["1003"], locked=True)
    async with browser(app, signed_in(fake, "admin")) as operator:
        assert (await operator.put("/api/accounts/1003", json={"name": "黄雅"})).status_code == 200
        new = await operator.put("/api/accounts/new1", json={"name": "新", "proof": PASSWORD})
        assert (new.status_code, new.json()["field"]) == (422, "role")
    row = fake.people.rows["1003"]
    assert (row.locked, row.role, row.name) == (True, "agent", "黄雅")


async def test_a_given_password_is_changed_first(page: httpx.AsyncClient, app: ASGIApp, fake: FakeHotline) -> None:
    """Set by an operator: it opens nothing but its own changing, no socket either."""
    given, own = "Xue-Hua-Piao-77", "Mei-Hua-San-Nong-5"
    async with browser(app, signed_in(fake, "admin")) as operator:
        await operator.put("/api/accounts/1003", json={"password": given, "proof": PASSWORD})
    me = await sign_in(page, "1003", given)
    assert (me.status_code, me.json()["must_change"]) == (200, True)
    refused = await page.get("/api/board")
    assert (refused.status_code, refused.json()["error"]) == (403, "password_change")
    assert (await page.post("/api/session/password", json={"old": given, "new": given})).status_code == 422
    assert (await page.post("/api/session/password", json={"old": given, "new": own})).status_code == 200
    assert (await page.get("/api/board")).status_code == 200
    assert (await page.get("/api/session")).json()["must_change"] is False


async def test_a_password_of_two_keyboards(page: httpx.AsyncClient, fake: FakeHotline) -> None:
    """Composed or decomposed, full-width or not: the same password (NFKC); one hashed before that still opens."""
    fake.people.rows["1001"] = replace(
        fake.people.rows["1001"], password_hash=PasswordHasher(2, 19 * 1024, 1).hash("Ａbc-Café-Lu-99")
    )
    assert (await sign_in(page, "1001", "Ａbc-Café-Lu-99")).status_code == 200
    changed = await page.post("/api/session/password", json={"old": "Ａbc-Café-Lu-99", "new": "Ｘue-Café-Piao-77"})
    assert changed.status_code == 200
    assert (await sign_in(page, "1001", "Xue-Cafe\u0301-Piao-77")).status_code == 200


async def test_a_key_that_stands_twice_is_refused(page: httpx.AsyncClient) -> None:
    """At any depth, of any route: one reader believes the first, another the last."""
    for text in ('{"account":"1001","account":"2001","password":"x"}', '{"account":"1001","x":[{"a":1,"a":2}]}'):
        reply = await page.post("/api/session", content=text, headers={"Content-Type": "application/json"})
        assert (reply.status_code, reply.json()["error"]) == (400, "bad_request")
        assert "twice" in reply.text or "\\u" in reply.text


async def test_signing_out_in_a_call(app: ASGIApp, fake: FakeHotline) -> None:
    """Nobody is cut off: the seat is left after the call, the session is over now."""
    asked: list[object] = []

    async def ask(request: commands.Request) -> commands.Answer:
        asked.append(request)
        return (
            Refused(Why.NOT_NOW, "talks") if isinstance(request, commands.LogOut) else commands.Accepted("after_call")
        )

    fake.ask = ask  # type: ignore[method-assign]
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        reply = await client.delete("/api/session")
        assert reply.json()["detail"] == "after_call"
        assert 'hotline=""' in reply.headers["set-cookie"]
        assert (await client.get("/api/session")).status_code == 401
    assert asked == [commands.LogOut("8001"), commands.AfterCall("8001", Then.LOG_OUT)]  # type: ignore[arg-type]


async def test_another_session_keeps_the_seat(app: ASGIApp, fake: FakeHotline) -> None:
    """Two browsers of one account at one seat: the first that goes leaves it to the other."""
    one, other = signed_in(fake, "1001", "8001"), signed_in(fake, "1001", "8001")
    async with browser(app, one) as first, browser(app, other) as second:
        await first.delete("/api/session")
        assert fake.asked == []
        await second.delete("/api/session")
    assert fake.asked == [commands.LogOut("8001")]  # type: ignore[arg-type]


@pytest.mark.parametrize("gone", ["locked", "long ago"])
async def test_a_session_nobody_is_at_keeps_no_seat(app: ASGIApp, fake: FakeHotline, gone: str) -> None:
    """A computer that died leaves its session behind: signing out elsewhere frees the seat all the same."""
    one = signed_in(fake, "1001", "8001")
    signed_in(fake, "1001", "8001")
    await (fake.kept.lock("s1", True) if gone == "locked" else fake.kept.seen("s1", fake.clock() - timedelta(hours=1)))
    async with browser(app, one) as client:
        await client.delete("/api/session")
    assert fake.asked == [commands.LogOut("8001")]  # type: ignore[arg-type]


async def test_signing_in_again(app: ASGIApp, fake: FakeHotline, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the same browser: the session before is over; the same person keeps the seat, another one's is left."""
    seats = [replace(FakeHotline.seats(fake)[0]), replace(FakeHotline.seats(fake)[1], agent="1003")]
    monkeypatch.setattr(fake, "seats", lambda: seats)
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        assert (await sign_in(client)).json()["seat"] == "8001"
        assert fake.kept.ended == {"s0": "signed_out"}
        assert fake.asked == []
        fake.log.entries.clear()
        assert (await sign_in(client, "2001")).json()["seat"] is None
    assert fake.asked == [commands.LogOut("8001")]  # type: ignore[arg-type]
    assert fake.log.actions == ["seat_left", "signed_out", "signed_in"]


async def test_time_over(fake: FakeHotline) -> None:
    """The tick's work: whoever's time is over leaves the seat."""
    signed_in(fake, "1001", "8001")
    given = services(fake)
    fake.now = NOON + timedelta(hours=13)
    for row in await given.sessions.overdue():
        await seat_sign_in.end(given, row, row.account, "expired")
    assert fake.kept.ended == {"s0": "expired"}
    assert fake.asked == [commands.LogOut("8001")]  # type: ignore[arg-type]


# -- seats, phones ------------------------------------------------------------------------------------


async def test_take_a_seat(app: ASGIApp, fake: FakeHotline, phones: Phones) -> None:
    """With proof, as oneself, whoever asks; the phone's key is made at each request."""
    fake.seats = lambda: [replace(FakeHotline.seats(fake)[0], device="browser")]  # type: ignore[method-assign]
    async with browser(app, signed_in(fake, "1001")) as client:
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
    assert fake.asked[1] == commands.LogIn("1001", "8001", True, proof=True)  # type: ignore[arg-type]
    assert phones.issued == [("8001", "s0")]


async def test_a_session_acts_as_itself(app: ASGIApp, fake: FakeHotline) -> None:
    """Whatever the body says: a ticket's author and a force's supervisor are who asks."""
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        ticket = {"kind": "help", "title": "积水", "content": "湖滨南路积水"}
        reply = await client.post(f"/api/calls/{CALL}/tickets?agent=2001&seat=8002", json=ticket)
        assert (reply.json()["ticket"]["agent"], reply.json()["ticket"]["seat"]) == ("1001", "8001")
    async with browser(app, signed_in(fake, "2001")) as chief:
        await chief.post("/api/seats/8001/force?by=1001", json={"force": "ready", "reason": "班次结束"})
    assert fake.asked[-1].by == "2001"  # type: ignore[union-attr]


# -- passwords, accounts, numbers -----------------------------------------------------------------


@pytest.mark.parametrize(
    "poor",
    [
        "short", "100110011001", "password1234", "aaaaaaaaaaaa", "012345678901", "Qwertyuiop12", "qwe123456789",
        "Spring2026!!", "1qaz@WSX3edc", "Admin@123456", "P@ssw0rd1234", "Lu-Deng-88",
        "correcthorsebatterystaple", "CorrectHorseBatteryStaple", "harrypotter20", "woshihaohaizi709", "gabriel1705111",
    ],
)  # fmt: skip
async def test_poor_passwords(app: ASGIApp, fake: FakeHotline, poor: str) -> None:
    async with browser(app, signed_in(fake, "1001")) as client:
        reply = await client.post("/api/session/password", json={"old": PASSWORD, "new": poor})
        assert (reply.status_code, reply.json()["field"]) == (422, "new")
    assert fake.people.rows["1001"].password_hash == HASH


async def test_change_the_password(app: ASGIApp, fake: FakeHotline) -> None:
    """The old one is asked for; other sessions of the account end, this one stays."""
    mine, other = signed_in(fake, "1001"), signed_in(fake, "1001")
    async with browser(app, mine) as client, browser(app, other) as elsewhere:
        wrong = await client.post("/api/session/password", json={"old": "wrong", "new": "Xue-Hua-Piao-77"})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "old")
        right = await client.post("/api/session/password", json={"old": PASSWORD, "new": "Xue-Hua-Piao-77"})
        assert right.status_code == 200
        assert (await client.get("/api/session")).status_code == 200
        assert (await elsewhere.get("/api/session")).status_code == 401
        assert (await sign_in(client, password="Xue-Hua-Piao-77")).status_code == 200


async def test_accounts(app: ASGIApp, fake: FakeHotline) -> None:
    """Made, listed without any hash; an agent of the settings keeps name and role; the token's name is taken."""
    async with command_line(app) as client:
        body = {"name": "话务二", "role": "agent", "password": PASSWORD}
        assert (await client.put("/api/accounts/1009", json=body)).json()["has_password"] is True
        assert "argon2" not in (await client.get("/api/accounts")).text
        settled = await client.put("/api/accounts/1001", json={"name": "陈晓岚", "role": "operator"})
        assert (settled.status_code, settled.json()["field"], settled.json()["allowed"]) == (422, "role", ["agent"])
        assert (await client.put("/api/accounts/operator", json=body)).status_code == 422
        assert (await client.put("/api/accounts/x", json=body | {"role": "king"})).status_code == 422
    assert [row.action for row in fake.log.entries] == ["account_made"]


async def test_numbers(app: ASGIApp, fake: FakeHotline) -> None:
    """The own open call in full; masked for whoever only reads; others' calls not at all."""
    seen = {}
    for account in ("1001", "1003", "2001", "audit", "admin"):
        async with browser(app, signed_in(fake, account)) as client:
            seen[account] = [call["caller"] for call in (await client.get("/api/board")).json()["calls"]]
    assert seen == {
        "1001": ["13800000001"], "1003": [], "2001": ["13800000001"], "audit": ["138****0001"], "admin": [],
    }  # fmt: skip
    fake.known[CALL] = replace(fake.known[CALL], ended_at=NOON, outcome="ticket")
    async with browser(app, signed_in(fake, "1001")) as client:
        assert (await client.get(f"/api/calls/{CALL}")).json()["caller"] == "138****0001"


async def test_an_idempotency_key_is_its_persons(app: ASGIApp, fake: FakeHotline) -> None:
    """Another agent's same key is another ticket, and tells nothing of the first; the own one again is the same ticket."""
    key, body = {"Idempotency-Key": "letter-0001"}, {"kind": "help", "title": "积水", "content": "湖滨南路积水"}
    async with browser(app, signed_in(fake, "1001")) as one, browser(app, signed_in(fake, "1003")) as other:
        first = await one.post("/api/tickets", json=body, headers=key)
        again = await one.post("/api/tickets", json=body, headers=key)
        theirs = await other.post("/api/tickets", json=body | {"title": "路灯"}, headers=key)
    assert [reply.status_code for reply in (first, again, theirs)] == [201, 200, 201]
    assert first.json()["id"] == again.json()["id"] != theirs.json()["id"]
