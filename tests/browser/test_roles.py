"""Who may not, may not: each page and the REST behind it, asked by each role in a real browser."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from console.access import RIGHTS, Right, Role

from .kit import ANNA, BrowserHotline, origin
from .people import Agent, Person

pytestmark = pytest.mark.browser

ACCOUNTS = {Role.AGENT: "1003", Role.SUPERVISOR: "2001", Role.AUDITOR: "3001", Role.OPERATOR: "4001"}
PAGES = {
    "/": ("seat-choice", {Right.SEAT}),
    "/wall": ("wall", {Right.WALL}),
    "/watch": ("watch", {Right.SUPERVISE}),
    "/callbacks": ("callbacks-page", {Right.SEAT, Right.CALLS_ALL}),
    "/calls": ("calls-page", {Right.SEAT, Right.CALLS_ALL}),
    "/recordings": ("calls-page", {Right.SEAT, Right.RECORDINGS_ALL}),
    "/admin": ("admin", {Right.ACCOUNTS, Right.SESSIONS_ALL, Right.AUDIT}),
}
"""Path → what stands there, and the rights of which one is wanted."""
LANDS = {Role.AUDITOR: "callbacks-page", Role.OPERATOR: "admin"}
"""Who has no seat is at work elsewhere: no page is empty."""
REASON = {"reason": "质检"}
DOORS: tuple[tuple[str, str, object, Right], ...] = (
    ("POST", "/api/session/seat", {"seat": "8003"}, Right.SEAT),
    ("GET", "/api/my/day", None, Right.SEAT),
    ("POST", "/api/tickets", {}, Right.FILE),
    ("GET", "/api/wall/day", None, Right.WALL),
    ("GET", "/api/wall/calls?set=offered", None, Right.CALLS_ALL),
    ("POST", "/api/alarms/999999/acknowledge", {}, Right.ALARMS),
    ("POST", "/api/seats/8001/watch", {"mode": "listen", **REASON}, Right.SUPERVISE),
    ("DELETE", "/api/seats/8001/watch", None, Right.SUPERVISE),
    ("POST", "/api/seats/8001/take-over", REASON, Right.SUPERVISE),
    ("POST", "/api/seats/8001/force", {"force": "ready", **REASON}, Right.SUPERVISE),
    ("POST", "/api/calls/nobody/move", {"queue": "mandarin", **REASON}, Right.SUPERVISE),
    ("GET", "/api/seats/8001/day", None, Right.SUPERVISE),
    ("POST", "/api/notices", {"text": ""}, Right.BROADCAST),
    ("DELETE", "/api/sessions/nobody", None, Right.SESSIONS_ALL),
    ("GET", "/api/accounts", None, Right.ACCOUNTS),
    ("PUT", "/api/accounts/1004", {}, Right.ACCOUNTS),
    ("GET", "/api/account-changes", None, Right.ACCOUNTS),
    ("POST", "/api/account-changes/999999/confirm", {}, Right.ACCOUNTS),
    ("GET", "/api/programs", None, Right.ACCOUNTS),
    ("POST", "/api/programs", {"name": "p", "scopes": ["metrics"]}, Right.ACCOUNTS),
    ("DELETE", "/api/programs/nobody", None, Right.ACCOUNTS),
    ("GET", "/api/audit", None, Right.AUDIT),
    ("GET", "/api/dead-letters", None, Right.DEAD_LETTERS),
)


async def at_door(person: Person, method: str, path: str, body: object, *, origin: str = "", word: bool = True) -> int:
    """The status of the answer; as our own pages ask, but for what is given."""
    headers = {"Origin": origin or person.url} | ({"X-Hotline": "1"} if word else {})
    reply = await person.context.request.fetch(f"{person.url}{path}", method=method, data=body, headers=headers)
    return reply.status


@pytest.mark.parametrize("role", Role)
async def test_each_role_before_each_door(hotline: BrowserHotline, role: Role) -> None:
    """A page without the right says so; its REST answers 403; with the right it never does."""
    async with hotline:
        person = await hotline.page(Person, ACCOUNTS[role])
        await person.sign_in()
        await expect(person.part("sign-out")).to_be_visible()
        for path, (part, wanted) in PAGES.items():
            await person.go(path)
            allowed = bool(wanted & RIGHTS[role])
            elsewhere = LANDS[role] if path == "/" and not allowed else "not-allowed"
            await expect(person.part(part if allowed else elsewhere)).to_be_visible()
        wrong = []
        for method, path, body, right in DOORS:
            status = await at_door(person, method, path, body)
            if (status == 403) == (right in RIGHTS[role]) or status in (401, 405):
                wrong.append(f"{role}: {method} {path} gave {status}")
        assert wrong == []


async def test_an_agent_steers_no_other_seat(hotline: BrowserHotline) -> None:
    """8001's agent may not hold, hang up, pause, log out 8002, nor read its call: by any route."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        for verb in ("hold", "resume", "hang-up", "ready", "end-wrap-up", "logout", "transfer/cancel"):
            assert await at_door(anna, "POST", f"/api/seats/8002/{verb}", None) == 403, verb
        assert await at_door(anna, "POST", "/api/seats/8002/pause", {"reason": "小休"}) == 403
        assert await at_door(anna, "POST", "/api/seats/8001/login", {"agent": "1002"}) == 403


async def test_the_wrong_origin_and_the_missing_word(hotline: BrowserHotline) -> None:
    """A foreign page with the agent's cookie: no change goes through, neither does one without our header."""
    async with hotline:
        anna = await hotline.page(Agent, "1001")
        await anna.sign_in()
        await expect(anna.part("seat-choice")).to_be_visible()
        body = {"seat": "8001"}
        assert await at_door(anna, "POST", "/api/session/seat", body, origin="https://evil.example") == 403
        assert await at_door(anna, "POST", "/api/session/seat", body, word=False) == 403
        stranger = await hotline.page(Person, "1002")
        statuses = await asyncio.gather(*(at_door(stranger, method, path, body) for method, path, body, _ in DOORS))
        assert set(statuses) == {401}, "nobody is in without a session"
        assert stranger.url == origin(hotline.site)
