"""Who may do what, route by route and role by role: one table, and every route of the app must stand in it.

A refusal is 403; whatever else an allowed person is answered (422 for a missing body, 404) proves
that the door let them through. Without a session every route answers 401, but the open ones.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIWebSocketRoute
from starlette.routing import WebSocketRoute
from starlette.types import ASGIApp

from console.access import RIGHTS, SCOPES, Right, Role, Scope
from console.guard import OPEN
from console.server import bare
from tests.fakes.hotline import CALL, FakeHotline, door, services
from tests.fakes.people import Phones, browser, command_line, populate, program, signed_in
from tests.fakes.said import said

# The letters: A an agent, at seat 8001, the call is theirs · O another agent, at 8002 · S supervisor · U auditor
# P operator · T the installation's token · programs, each of one scope: m metrics · r reports · c calls:read ·
# k tickets:read · f tickets:file · b callbacks:read · a audit:read · e cases:report · p partners:report · v screen
ALL, SIGNED = "AOSUPT", "AOSUP"
PROGRAMS = {
    "m": Scope.METRICS, "r": Scope.REPORTS, "c": Scope.CALLS_READ, "k": Scope.TICKETS_READ, "f": Scope.TICKETS_FILE,
    "b": Scope.CALLBACKS_READ, "a": Scope.AUDIT_READ, "e": Scope.CASES_REPORT, "p": Scope.PARTNERS_REPORT, "v": Scope.SCREEN,
}  # fmt: skip
ANY = ALL + "".join(PROGRAMS)
ACTS = ("supplement", "correct", "withdraw", "urge", "give-back", "plus-one", "merge", "unmerge")
MAY: dict[tuple[str, str], str] = {
    ("GET", "/api/openapi.json"): ANY,
    # -- the own session: the token has none
    ("GET", "/api/session/ways"): ANY,
    ("POST", "/api/session"): ANY,
    ("GET", "/api/session"): SIGNED,
    ("DELETE", "/api/session"): SIGNED,
    ("POST", "/api/session/lock"): SIGNED,
    ("POST", "/api/session/unlock"): SIGNED,
    ("POST", "/api/session/proof"): SIGNED,
    ("POST", "/api/session/password"): SIGNED,
    ("POST", "/api/session/seat"): "AOS",
    ("DELETE", "/api/session/seat"): SIGNED,
    ("POST", "/api/session/phone"): "A",  # O sits at a desk phone, S nowhere
    ("GET", "/api/gate/sip"): "A",
    ("GET", "/api/oidc/start"): ANY,
    ("GET", "/api/oidc/back"): ANY,
    # -- others' sessions, accounts, the log
    ("GET", "/api/sessions"): ALL,  # all, or one's own
    ("DELETE", "/api/sessions/{session}"): "ASPT",  # it is A's
    ("GET", "/api/accounts"): "PT",
    ("PUT", "/api/accounts/{account}"): "PT",
    ("GET", "/api/account-changes"): "PT",
    ("POST", "/api/account-changes/{change}/confirm"): "PT",
    ("DELETE", "/api/account-changes/{change}"): "PT",
    ("GET", "/api/programs"): "PT",
    ("GET", "/api/settings"): "PT",
    ("POST", "/api/programs"): "PT",
    ("POST", "/api/programs/{name}/rotate"): "PT",
    ("DELETE", "/api/programs/{name}"): "PT",
    ("GET", "/api/audit"): "UPTa",
    ("GET", "/api/audit/csv"): "UPTa",
    # -- the house
    ("GET", "/api/board"): ALL + "rv",  # calls: the own ones
    ("GET", "/api/health"): "PTm",
    ("GET", "/metrics"): "PTm",
    ("GET", "/api/codes"): ALL + "kf",
    ("GET", "/api/choices"): ALL + "kf",
    ("GET", "/api/places"): "AOSTf",
    ("GET", "/api/places/at"): "AOSTf",
    ("GET", "/api/places/divisions"): "AOSTf",
    ("GET", "/api/places/outlines"): "AOSTf",
    ("GET", "/api/phonebook"): ALL,
    ("GET", "/api/directory"): "AOST",
    ("GET", "/api/templates"): "AOST",
    ("POST", "/api/templates"): "ST",
    ("PUT", "/api/templates/{template}"): "ST",
    ("GET", "/api/knowledge"): "AOST",
    ("GET", "/api/knowledge/{card}"): "AOST",
    ("POST", "/api/knowledge"): "ST",
    ("POST", "/api/knowledge/{card}/versions"): "ST",
    ("PUT", "/api/knowledge/{card}/{version}/reads/{call}"): "AST",  # their own call's
    ("GET", "/api/calls/{call}/knowledge"): "ASUTc",
    ("GET", "/api/switches"): "SUPTr",
    ("POST", "/api/switches"): "ST",
    ("GET", "/api/calls/{call}/nuisance"): "ASUT",
    ("POST", "/api/calls/{call}/nuisance"): "AST",
    ("POST", "/api/calls/{call}/appeal"): "AST",
    ("GET", "/api/nuisance"): "SUPT",
    ("POST", "/api/nuisance/tags/{tag}/decide"): "ST",
    ("POST", "/api/nuisance/tags/{tag}/dismiss"): "ST",
    ("POST", "/api/nuisance/decisions/{decision}/end"): "ST",
    ("POST", "/api/nuisance/appeals/{appeal}/decide"): "ST",
    ("GET", "/api/nuisance/report"): "SUPT",
    ("GET", "/api/nuisance/report/csv"): "SUPT",
    ("GET", "/api/notices"): ALL,
    ("POST", "/api/notices"): "ST",
    ("GET", "/api/alarms"): "SPT",
    ("POST", "/api/alarms/{ident}/acknowledge"): "SPT",
    ("POST", "/api/case-events"): "Te",
    ("POST", "/api/partner-states/{partner}"): "Tp",
    # -- calls and tickets
    ("GET", "/api/calls"): "SUTc",
    ("GET", "/api/calls/csv"): "SUTc",
    ("GET", "/api/calls/live"): ALL,  # the own ones
    ("GET", "/api/calls/{call}"): "ASUTc",
    ("GET", "/api/calls/{call}/pop"): "ASUT",
    ("GET", "/api/calls/{call}/recording"): "ASUT",
    ("POST", "/api/calls/{call}/recording"): "ASUT",  # why, before it is heard
    ("GET", "/api/calls/{call}/recordings"): "ASUT",
    ("GET", "/api/calls/{call}/recording/waveform"): "ASUT",
    ("POST", "/api/calls/{call}/disposition"): "AST",
    ("POST", "/api/calls/{call}/tickets"): "AST",
    ("GET", "/api/calls/{call}/tickets"): "ASUT",
    ("GET", "/api/calls/{call}/repeats"): "ASUT",
    ("GET", "/api/calls/{call}/draft"): "AOST",  # each has a draft of their own
    ("PUT", "/api/calls/{call}/draft"): "AOST",
    ("DELETE", "/api/calls/{call}/draft"): "AOST",
    ("GET", "/api/my/drafts"): "AOST",
    ("POST", "/api/tickets"): "AOSTf",
    ("GET", "/api/tickets"): "SUTk",
    ("GET", "/api/tickets/{ticket}"): "ASUTk",
    # -- the ticket centre: an agent's own, a supervisor's all
    ("GET", "/api/tickets/search"): "AOSUTk",
    ("GET", "/api/tickets/search/csv"): "AOSUTk",
    ("GET", "/api/tickets/{ticket}/story"): "ASUT",
    ("GET", "/api/calls/{call}/progress"): "ASUT",
    ("POST", "/api/calls/{call}/tie"): "AST",
    **{("POST", f"/api/tickets/{{ticket}}/{act}"): "AST" for act in ACTS},
    ("POST", "/api/attachments/{ticket}"): "AST",
    ("GET", "/api/attachments/{ticket}/{sha256}"): "ASUT",
    ("GET", "/api/mass-events"): ALL,
    ("POST", "/api/mass-events"): "ST",
    ("DELETE", "/api/mass-events/{event}"): "ST",
    ("GET", "/api/tickets/{ticket}/text-messages"): "ASUT",
    ("POST", "/api/tickets/{ticket}/text-messages"): "AST",
    ("GET", "/api/dead-letters"): "SPT",
    ("POST", "/api/dead-letters/{ticket}/replay"): "SPT",
    ("GET", "/api/my/day"): "AOST",
    ("GET", "/api/my/calls"): "AOST",
    ("GET", "/api/my/calls/csv"): "AOST",
    ("GET", "/api/my/tickets"): "AOST",
    # -- call-backs: those who may call work at them, those who see all calls look; a token has no seat
    ("GET", "/api/callbacks"): "AOSUTb",
    ("GET", "/api/callbacks/csv"): "AOSUTb",
    ("GET", "/api/callbacks/{task}"): "AOSUTb",
    ("POST", "/api/callbacks/{task}/take"): "AOS",
    ("POST", "/api/callbacks/{task}/dial"): "AOS",
    ("POST", "/api/callbacks/{task}/result"): "AOST",
    ("POST", "/api/callbacks/{task}/reply"): "AOST",
    ("POST", "/api/callbacks/{task}/give-back"): "AOST",
    ("POST", "/api/callbacks/{task}/give-up"): "AOST",
    ("POST", "/api/callbacks/assign"): "ST",
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
                "transfer/queue",
                "transfer/complete",
                "transfer/cancel",
                "transfer/swap",
                "drop",
                "extend-wrap-up",
                "help",
                "device",
            ),
            *("transfer/conference", "hold", "resume", "hang-up", "call", "dial", "keys"),
        )
    },
    ("GET", "/api/partners"): ALL,
    ("POST", "/api/seats/{seat}/handover"): "AT",
    ("POST", "/api/seats/{seat}/handover/{handover}/accept"): "AT",
    ("POST", "/api/seats/{seat}/handover/{handover}/refuse"): "AT",
    ("GET", "/api/calls/{call}/handovers"): "ASUT",
    ("DELETE", "/api/seats/{seat}/help"): "AST",  # its agent, or a supervisor who has seen to it
    ("GET", "/api/seats/{seat}/day"): "ST",
    ("POST", "/api/seats/{seat}/watch"): "ST",
    ("DELETE", "/api/seats/{seat}/watch"): "ST",
    ("POST", "/api/seats/{seat}/take-over"): "ST",
    ("POST", "/api/seats/{seat}/force"): "ST",
    ("POST", "/api/calls/{call}/move"): "ST",
    # -- the wallboard
    ("GET", "/api/wall/day"): "SUPTrv",
    ("GET", "/api/wall/calls"): "SUTc",
    ("GET", "/api/reports/{report}"): "SUPTr",
    ("GET", "/api/wall/tickets"): "SUTk",
}
KEY = {"Idempotency-Key": "k-0000001"}
HEADER: dict[str, dict[str, str]] = {
    **{f"/api/tickets/{{ticket}}/{act}": KEY for act in ACTS},
    "/api/calls/{call}/recording": said(purpose="质检"),
    "/api/calls/{call}/recording/waveform": said(purpose="质检"),
    "/api/places": said(q="湖滨南路"),
    "/api/places/at": {"X-Hotline-Point": "118.1,24.47,WGS84"},
}
QUERY = {
    "/api/wall/calls": {"set": "offered"},
}
BODY: dict[str, dict[str, Any]] = {
    **{f"/api/tickets/{{ticket}}/{act}": {"text": "路灯也坏了"} for act in ("supplement", "give-back", "plus-one")},
    "/api/tickets/{ticket}/correct": {"changes": {"title": "路口积水"}},
    "/api/tickets/{ticket}/withdraw": {"reason": "已经修好"},
    "/api/tickets/{ticket}/merge": {"into": "20261001000001"},
    "/api/calls/{call}/tie": {"ticket": "01ARZ3NDEKTSV4RRFFQ69G5FAV"},
    "/api/mass-events": {
        "ticket": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "title": "湖滨北路停水",
        "words": "正在抢修",
        "ends_at": "2099-01-01T00:00:00Z",
    },
    "/api/calls/{call}/disposition": {"outcome": "direct"},
    "/api/knowledge": {"title": "路灯不亮", "text": "记下灯杆编号"},
    "/api/knowledge/{card}/versions": {"title": "路灯不亮", "text": "记下灯杆编号", "after": 1},
    "/api/calls/{call}/nuisance": {"reason": "prank"},
    "/api/calls/{call}/appeal": {"words": "号码是新买的"},
    "/api/calls/{call}/recording": {"purpose": "质检"},
    "/api/session/seat": {"seat": "8001"},
    "/api/session/unlock": {"password": "not this one"},
    "/api/session/proof": {"password": "not this one"},
    "/api/programs": {"name": "grafana", "scopes": ["metrics"]},
    "/api/session/password": {"old": "not this one", "new": "Xue-Hua-Piao-77"},
    "/api/seats/{seat}/login": {"agent": "1001"},
    "/api/callbacks/{task}/give-up": {"reason": "unreachable"},
    "/api/callbacks/{task}/result": {"result": "no_answer"},
    "/api/callbacks/{task}/reply": {"answer": "refused"},
    "/api/callbacks/assign": {"tasks": ["xm1-1.1"], "agent": "1001"},
}
WHO = {"A": ("1001", "8001"), "O": ("1003", "8002"), "S": ("2001", ""), "U": ("audit", ""), "P": ("admin", "")}
TICKET = {"kind": "help", "title": "积水", "content": "湖滨南路积水"}


class Mixed(FakeHotline):
    """8001 has a browser's phone."""

    def seats(self) -> Any:
        first, second = super().seats()
        return [replace(first, device="browser"), replace(second, agent="1003")]


async def _house() -> tuple[FakeHotline, ASGIApp, str]:
    """A house with a ticket of 1001's call; its id."""
    fake = populate(Mixed())
    app = door(replace(services(fake), phones=Phones()))
    async with browser(app, signed_in(fake, "1001", "8001")) as client:
        ticket: str = (await client.post(f"/api/calls/{CALL}/tickets", json=TICKET)).json()["id"]
    return fake, app, ticket


def routes() -> set[tuple[str, str]]:
    found = {(method.upper(), path) for path, item in bare().openapi()["paths"].items() for method in item}
    return {*found, ("GET", "/api/openapi.json")}


def test_every_route_stands_in_the_table() -> None:
    """A new route is decided upon before it is there."""
    assert routes() == set(MAY)


def test_no_route_is_kept_out_of_the_contract() -> None:
    """What the app serves is what the contract names, or the two tables would not know of it: a hidden route, a mounted
    program, a socket."""
    assert served(bare()) == routes() | {("WEBSOCKET", "/stream")}


def test_a_route_without_a_rule_is_found() -> None:
    """The tables fail on a new route of each kind: in the contract, hidden from it, mounted beside it, a socket."""
    hidden, mounted, socket, plain = bare(), bare(), bare(), bare()
    plain.add_api_route("/api/new", lambda: None)
    hidden.add_api_route("/api/new", lambda: None, include_in_schema=False)
    mounted.mount("/api/new", FastAPI())
    socket.add_api_websocket_route("/new", lambda: None)
    for app in (hidden, mounted, socket, plain):
        app.openapi_schema = None
        assert served(app) != routes() | {("WEBSOCKET", "/stream")}


def served(app: FastAPI | APIRouter) -> set[tuple[str, str]]:
    """Method and path of everything the app answers, by its routing table; HEAD is GET without a body."""
    found: set[tuple[str, str]] = set()
    for route in app.routes:
        if isinstance(router := getattr(route, "original_router", None), APIRouter):
            found |= served(router)
            continue
        path = str(getattr(route, "path", route))
        if isinstance(route, WebSocketRoute | APIWebSocketRoute):
            found.add(("WEBSOCKET", path))
            continue
        methods = getattr(route, "methods", None) or {"MOUNTED"}
        found |= {(method, path) for method in methods - {"HEAD"}}
    return found


@pytest.mark.parametrize(("method", "path"), sorted(MAY), ids=lambda value: str(value))
async def test_each_route_both_ways(method: str, path: str) -> None:
    """Every role that may, does; every other one is refused; nobody at all is asked to sign in."""
    fake, app, ticket = await _house()
    theirs = signed_in(fake, "1001")
    where = path.format(
        call=CALL,
        seat="8001",
        ticket=ticket,
        task="xm1-1.1",
        ident="1",
        account="new1",
        change="1",
        name="nobody",
        template="sample-0101",
        card="sample-lamp",
        version="1",
        session=fake.kept.secrets and "s1",
        sha256="0" * 64,
        event="0" * 26,
        handover="0" * 26,
        partner="12345",
        tag="0" * 26,
        decision="0" * 26,
        appeal="phone-1",
        report="kpi",
    )
    asked: dict[str, Any] = {"params": QUERY.get(path), "headers": HEADER.get(path)}
    if method in ("POST", "PUT"):
        asked["json"] = BODY.get(path, {}) | ({"ticket": ticket} if path.endswith("/tie") else {})
    for letter, (account, seat) in WHO.items():
        async with browser(app, signed_in(fake, account, seat)) as client:
            reply = await client.request(method, where, **asked)
        _judge(reply.status_code, letter, method, path)
        if path == "/api/sessions/{session}":
            fake.kept.ended.pop("s1", None)
    async with command_line(app) as client:
        _judge((await client.request(method, where, **asked)).status_code, "T", method, path)
    for letter, scope in PROGRAMS.items():
        async with program(app, fake, scope) as client:
            _judge((await client.request(method, where, **asked)).status_code, letter, method, path)
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
    assert set().union(*RIGHTS.values(), *SCOPES.values()) == set(Right)


def test_programs_steer_nothing() -> None:
    """No scope gives a seat, a verb over others, accounts, recordings or whole numbers; each opens some route."""
    reading = {Right.HEALTH, Right.WALL, Right.SCREEN, Right.CALLS_ALL, Right.TICKETS_ALL, Right.CALLBACKS, Right.AUDIT}
    assert set(SCOPES) == set(Scope) == set(PROGRAMS.values())
    assert set().union(*SCOPES.values()) == reading | {Right.HAND_IN, Right.CASE_EVENTS, Right.PARTNER_STATES}
    for letter, scope in PROGRAMS.items():
        opened = [key for key, may in MAY.items() if letter in may and may is not ANY]
        assert opened, scope
        giving = (Scope.TICKETS_FILE, Scope.CASES_REPORT, Scope.PARTNERS_REPORT)
        assert all(method == "GET" or scope in giving for method, _path in opened), scope
