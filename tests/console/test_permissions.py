"""Who may do what, route by route and role by role: one table, and every route of the app must stand in it.

A refusal is 403; whatever else an allowed person is answered (422 for a missing body, 404) proves
that the door let them through. Without a session every route answers 401, but the open ones.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from starlette.types import ASGIApp

from console.access import RIGHTS, Right, Role
from console.guard import OPEN
from console.server import bare
from tests.fakes.house import CALL, House, door, plugs
from tests.fakes.people import Phones, browser, command_line, populate, signed_in

# The letters: A an agent, at seat 8001, the call is theirs · O another agent, at 8002 · S supervisor · U auditor
# P operator · T the installation's token
ALL, SIGNED = "AOSUPT", "AOSUP"
MAY: dict[tuple[str, str], str] = {
    ("GET", "/api/openapi.json"): ALL,
    # -- the own session: the token has none
    ("GET", "/api/session/ways"): ALL,
    ("POST", "/api/session"): ALL,
    ("GET", "/api/session"): SIGNED,
    ("DELETE", "/api/session"): SIGNED,
    ("POST", "/api/session/lock"): SIGNED,
    ("POST", "/api/session/unlock"): SIGNED,
    ("POST", "/api/session/password"): SIGNED,
    ("POST", "/api/session/seat"): "AOS",
    ("DELETE", "/api/session/seat"): SIGNED,
    ("POST", "/api/session/phone"): "A",  # O sits at a desk phone, S nowhere
    ("GET", "/api/gate/sip"): "A",
    ("GET", "/api/oidc/start"): ALL,
    ("GET", "/api/oidc/back"): ALL,
    # -- others' sessions, accounts, the log
    ("GET", "/api/sessions"): ALL,  # all, or one's own
    ("DELETE", "/api/sessions/{session}"): "ASPT",  # it is A's
    ("GET", "/api/accounts"): "PT",
    ("PUT", "/api/accounts/{account}"): "PT",
    ("GET", "/api/audit"): "UPT",
    # -- the house
    ("GET", "/api/board"): ALL,  # calls: the own ones
    ("GET", "/api/health"): "PT",
    ("GET", "/metrics"): "PT",
    ("GET", "/api/codes"): ALL,
    ("GET", "/api/choices"): ALL,
    ("GET", "/api/phonebook"): ALL,
    ("GET", "/api/notices"): ALL,
    ("POST", "/api/notices"): "ST",
    ("GET", "/api/alarms"): "SPT",
    ("POST", "/api/alarms/{ident}/acknowledge"): "SPT",
    # -- calls and tickets
    ("GET", "/api/calls"): "SUT",
    ("GET", "/api/calls/live"): ALL,  # the own ones
    ("GET", "/api/calls/{call}"): "ASUT",
    ("GET", "/api/calls/{call}/pop"): "ASUT",
    ("GET", "/api/calls/{call}/recording"): "ASUT",
    ("POST", "/api/calls/{call}/disposition"): "AST",
    ("POST", "/api/calls/{call}/tickets"): "AST",
    ("GET", "/api/calls/{call}/tickets"): "ASUT",
    ("GET", "/api/calls/{call}/draft"): "AOST",  # each has a draft of their own
    ("PUT", "/api/calls/{call}/draft"): "AOST",
    ("DELETE", "/api/calls/{call}/draft"): "AOST",
    ("GET", "/api/my/drafts"): "AOST",
    ("POST", "/api/tickets"): "AOST",
    ("GET", "/api/tickets"): "SUT",
    ("GET", "/api/tickets/{ticket}"): "ASUT",
    ("GET", "/api/dead-letters"): "SPT",
    ("POST", "/api/dead-letters/{ticket}/replay"): "SPT",
    ("GET", "/api/my/day"): "AOST",
    ("GET", "/api/my/calls"): "AOST",
    ("GET", "/api/my/tickets"): "AOST",
    # -- seats: the own one; others' only by the supervisor's own verbs
    ("GET", "/api/seats"): ALL,
    ("GET", "/api/seats/{seat}"): ALL,
    ("POST", "/api/seats/{seat}/login"): "T",
    **{
        ("POST", f"/api/seats/{{seat}}/{verb}"): "AT"
        for verb in (
            *(
                "logout",
                "ready",
                "pause",
                "end-wrap-up",
                "after-call",
                "transfer",
                "transfer/complete",
                "transfer/cancel",
            ),
            *("transfer/conference", "hold", "resume", "hang-up", "call", "dial", "keys"),
        )
    },
    ("GET", "/api/seats/{seat}/day"): "ST",
    ("POST", "/api/seats/{seat}/watch"): "ST",
    ("DELETE", "/api/seats/{seat}/watch"): "ST",
    ("POST", "/api/seats/{seat}/take-over"): "ST",
    ("POST", "/api/seats/{seat}/force"): "ST",
    ("POST", "/api/calls/{call}/move"): "ST",
    # -- the wallboard
    ("GET", "/api/wall/day"): "SUPT",
    ("GET", "/api/wall/calls"): "SUPT",
    ("GET", "/api/wall/tickets"): "SUT",
}
QUERY = {
    "/api/calls/{call}/recording": {"purpose": "质检"},
    "/api/wall/calls": {"set": "offered"},
}
BODY: dict[str, dict[str, Any]] = {
    "/api/calls/{call}/disposition": {"outcome": "direct"},
    "/api/session/seat": {"seat": "8001"},
    "/api/session/unlock": {"password": "not this one"},
    "/api/session/password": {"old": "not this one", "new": "Xue-Hua-Piao-77"},
    "/api/seats/{seat}/login": {"agent": "1001"},
}
WHO = {"A": ("1001", "8001"), "O": ("1003", "8002"), "S": ("2001", ""), "U": ("audit", ""), "P": ("admin", "")}
TICKET = {"kind": "help", "title": "积水", "content": "湖滨南路积水"}


class Mixed(House):
    """8001 has a browser's phone."""

    def seats(self) -> Any:
        first, second = super().seats()
        return [replace(first, device="browser"), replace(second, agent="1003")]


async def _house() -> tuple[House, ASGIApp, str]:
    """A house with a ticket of 1001's call; its id."""
    house = populate(Mixed())
    app = door(replace(plugs(house), phones=Phones()))
    async with browser(app, signed_in(house, "1001", "8001")) as client:
        ticket: str = (await client.post(f"/api/calls/{CALL}/tickets", json=TICKET)).json()["id"]
    return house, app, ticket


def routes() -> set[tuple[str, str]]:
    found = {(method.upper(), path) for path, item in bare().openapi()["paths"].items() for method in item}
    return {*found, ("GET", "/api/openapi.json")}


def test_every_route_stands_in_the_table() -> None:
    """A new route is decided upon before it is there."""
    assert routes() == set(MAY)


@pytest.mark.parametrize(("method", "path"), sorted(MAY), ids=lambda value: str(value))
async def test_each_route_both_ways(method: str, path: str) -> None:
    """Every role that may, does; every other one is refused; nobody at all is asked to sign in."""
    house, app, ticket = await _house()
    theirs = signed_in(house, "1001")
    where = path.format(
        call=CALL, seat="8001", ticket=ticket, ident="1", account="new1", session=house.kept.secrets and "s1"
    )
    asked: dict[str, Any] = {"params": QUERY.get(path)}
    if method in ("POST", "PUT"):
        asked["json"] = BODY.get(path, {})
    for letter, (account, seat) in WHO.items():
        async with browser(app, signed_in(house, account, seat)) as client:
            reply = await client.request(method, where, **asked)
        _judge(reply.status_code, letter, method, path)
        if path == "/api/sessions/{session}":
            house.kept.ended.pop("s1", None)
    async with command_line(app) as client:
        _judge((await client.request(method, where, **asked)).status_code, "T", method, path)
    async with browser(app) as client:
        status = (await client.request(method, where, **asked)).status_code
        assert (status == 401 and path != "/api/session/ways") if (method, path) not in OPEN else status != 403
    assert theirs


def _judge(status: int, letter: str, method: str, path: str) -> None:
    assert status != 500, (method, path, letter)
    if letter in MAY[method, path]:
        assert status not in (401, 403, 423), f"{letter} may {method} {path}, but was answered {status}"
    else:
        assert status == 403, f"{letter} may not {method} {path}, but was answered {status}"


def test_supervision_is_never_an_agents() -> None:
    """By the table itself, and auditors steer nothing."""
    steering = {Right.SUPERVISE, Right.BROADCAST, Right.ALARMS, Right.ACCOUNTS, Right.SESSIONS_ALL, Right.DEAD_LETTERS}
    everyones = {Right.RECORDINGS_ALL, Right.CALLS_ALL, Right.TICKETS_ALL, Right.NUMBERS, Right.AUDIT}
    assert not RIGHTS[Role.AGENT] & (steering | everyones)
    assert not RIGHTS[Role.AUDITOR] & (steering | {Right.SEAT, Right.FILE})
    assert not RIGHTS[Role.OPERATOR] & {Right.RECORDINGS_ALL, Right.SUPERVISE, Right.TICKETS_ALL, Right.NUMBERS}
    assert set(RIGHTS) == set(Role)
    assert set().union(*RIGHTS.values()) == set(Right)
