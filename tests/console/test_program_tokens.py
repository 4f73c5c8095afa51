"""Programs with tokens of their own: made once, good for their scopes and their time, counted, slowed down, rotated, revoked."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from argon2 import PasswordHasher
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bridge.delivery_state import DeliveryState
from bridge.ports import Push
from config.render.edge import PROGRAMS
from console.access import Scope as TokenScope
from console.guard import Guard
from console.program_tokens import PREFIX, REQUESTS_A_MINUTE, Programs
from tests.bridge.made import ticket
from tests.fakes.accounts import MemoryPrograms
from tests.fakes.hotline import ACCESS, NOON, TOKEN, FakeHotline, door, services
from tests.fakes.people import browser, command_line, populate, program, signed_in

PASSWORD = "Lu-Deng-Bu-Liang-88"
HASH = PasswordHasher(2, 19 * 1024, 1).hash(PASSWORD)
WRONG = {"Authorization": f"Bearer {PREFIX}{'x' * 43}"}


@pytest.fixture
def fake() -> FakeHotline:
    fake = populate(FakeHotline())
    fake.people.rows["admin"] = replace(fake.people.rows["admin"], password_hash=HASH)
    fake.now = NOON
    return fake


@pytest.fixture
def app(fake: FakeHotline) -> ASGIApp:
    return door(services(fake))


def bearer(token: str, app: ASGIApp, address: str = "10.0.0.7") -> httpx.AsyncClient:
    """From another machine, through the edge."""
    headers = {"Authorization": f"Bearer {token}", "X-Real-IP": address}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://hotline", headers=headers)


async def made(client: httpx.AsyncClient, *scopes: str, name: str = "grafana", days: int = 90) -> str:
    reply = await client.post("/api/programs", json={"name": name, "scopes": list(scopes), "days": days})
    assert reply.status_code == 201, reply.text
    token: str = reply.json()["token"]
    return token


async def test_a_token_is_told_once_and_kept_as_a_hash(app: ASGIApp, fake: FakeHotline) -> None:
    """Its scopes open their routes from another machine; all else is 403, counted and audited with the program's name."""
    async with command_line(app) as operator:
        token = await made(operator, "metrics")
        async with bearer(token, app) as scraper:
            assert (await scraper.get("/metrics")).status_code == 200
            assert (await scraper.get("/api/health")).status_code in (200, 503)
            for path in ("/api/calls", "/api/accounts", "/api/session", "/api/board", "/api/my/calls"):
                refused = await scraper.get(path)
                assert refused.status_code == 403, path
        listed = (await operator.get("/api/programs")).text
        metrics = (await operator.get("/metrics")).text
    assert token.startswith(PREFIX)
    assert len(token) >= 43
    assert token not in listed
    assert token not in str(fake.programs.rows)
    assert token not in str(fake.log.entries)
    row = fake.programs.rows["grafana"]
    assert (row.used, row.refused, row.used_at) == (7, 5, NOON)
    assert {(one.actor, one.action) for one in fake.log.entries} == {
        ("operator", "program_made"), ("program:grafana", "refused"),
    }  # fmt: skip
    assert 'hotline_program_requests{how="used",program="grafana"} 7.0' in metrics
    assert 'hotline_program_requests{how="refused",program="grafana"} 5.0' in metrics


async def test_its_time_is_over(app: ASGIApp, fake: FakeHotline) -> None:
    async with command_line(app) as operator:
        token = await made(operator, "metrics", days=1)
    async with bearer(token, app) as scraper:
        fake.now = NOON + timedelta(hours=23, minutes=59)
        assert (await scraper.get("/metrics")).status_code == 200
        fake.now = NOON + timedelta(days=1)
        over = await scraper.get("/metrics")
    assert over.status_code == 401
    assert fake.log.entries[-1].actor == "program:grafana"
    assert "why=expired" in fake.log.entries[-1].detail


async def test_rotated_and_revoked(app: ASGIApp, fake: FakeHotline) -> None:
    """The token before goes on as long as was said, or not at all; revoked, none does, and the name may be taken again."""
    async with command_line(app) as operator:
        first = await made(operator, "metrics")
        assert (
            await operator.post("/api/programs", json={"name": "grafana", "scopes": ["metrics"]})
        ).status_code == 409
        second = (await operator.post("/api/programs/grafana/rotate", json={"keep_hours": 2})).json()["token"]
        async with bearer(first, app) as one, bearer(second, app) as two:
            assert [(await client.get("/metrics")).status_code for client in (one, two)] == [200, 200]
            fake.now = NOON + timedelta(hours=2)
            assert [(await client.get("/metrics")).status_code for client in (one, two)] == [401, 200]
            third = (await operator.post("/api/programs/grafana/rotate", json={})).json()["token"]
            assert (await two.get("/metrics")).status_code == 401
            async with bearer(third, app) as three:
                assert (await three.get("/metrics")).status_code == 200
                assert (await operator.delete("/api/programs/grafana")).status_code == 200
                assert (await three.get("/metrics")).status_code == 401
        assert (await operator.delete("/api/programs/grafana")).status_code == 404
        assert (await operator.post("/api/programs/grafana/rotate", json={})).status_code == 404
        assert (await made(operator, "reports")) not in (first, second, third)
    actions = [row.action for row in fake.log.entries if row.action.startswith("program_")]
    assert actions == ["program_made", "program_rotated", "program_rotated", "program_revoked", "program_made"]


async def test_wrong_tokens_slow_down_who_sends_them(app: ASGIApp, fake: FakeHotline) -> None:
    """By address, a growing wait; a right token from the same address feels nothing; the log is not filled."""
    async with command_line(app) as operator:
        token = await made(operator, "metrics")
    async with bearer("x", app) as stranger, bearer(token, app) as scraper, bearer("x", app, "10.0.0.8") as another:
        stranger.headers.update(WRONG)
        another.headers.update(WRONG)
        answers = [(await stranger.get(f"/api/calls/{n}")).status_code for n in range(ACCESS.tries + 30)]
        assert answers == [401] * ACCESS.tries + [429] * 30
        assert (await stranger.get("/metrics")).headers["retry-after"] == "5"
        assert (await scraper.get("/metrics")).status_code == 200
        assert (await another.get("/metrics")).status_code == 401
        fake.now = NOON + timedelta(seconds=5)
        assert (await stranger.get("/metrics")).status_code == 401
        assert (await stranger.get("/metrics")).headers["retry-after"] == "10"
    rows = [row.detail for row in fake.log.entries if row.action == "token_refused"]
    assert len(rows) == 2, "one a minute of each address"


async def test_a_program_that_asks_too_often(app: ASGIApp, fake: FakeHotline) -> None:
    """Its share is its own."""
    async with program(app, fake, TokenScope.METRICS) as one, program(app, fake, TokenScope.METRICS) as other:
        answers = [(await one.get("/metrics")).status_code for _ in range(REQUESTS_A_MINUTE + 1)]
        assert answers == [200] * REQUESTS_A_MINUTE + [429]
        assert (await other.get("/metrics")).status_code == 200
        fake.now = NOON + timedelta(minutes=1)
        assert (await one.get("/metrics")).status_code == 200


async def test_nobody_gives_a_program_more_than_they_have(app: ASGIApp, fake: FakeHotline) -> None:
    """An operator sees no single calls: neither does a program that they make, nor rotate; the command line may."""
    async with browser(app, signed_in(fake, "admin")) as operator, command_line(app) as shell:
        body = {"name": "p", "scopes": ["metrics"]}
        assert (await operator.post("/api/programs", json=body)).status_code == 428
        wrong = await operator.post("/api/session/proof", json={"password": "wrong"})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "password")
        assert (await operator.post("/api/session/proof", json={"password": PASSWORD})).status_code == 200
        for scope in ("calls:read", "tickets:read", "tickets:file", "callbacks:read"):
            refused = await operator.post("/api/programs", json={"name": "p", "scopes": ["metrics", scope]})
            assert (refused.status_code, scope in refused.json()["message"]) == (403, True)
        assert (await operator.post("/api/programs", json=body)).status_code == 201
        await made(shell, "calls:read", name="statistics")
        assert (await operator.post("/api/programs/statistics/rotate", json={})).status_code == 403
        assert (await operator.delete("/api/programs/statistics")).status_code == 200
        fake.now = NOON + timedelta(minutes=5)
        assert (await operator.delete("/api/programs/p")).status_code == 428


async def test_a_program_files_and_reads_its_own(app: ASGIApp, fake: FakeHotline) -> None:
    """As itself, whoever it says it is; another's ticket and a call's outcome are closed to it."""
    ticket = {"kind": "help", "title": "积水", "content": "湖滨南路积水"}
    async with (
        program(app, fake, TokenScope.TICKETS_FILE, name="wechat") as wechat,
        program(app, fake, TokenScope.TICKETS_FILE, name="app") as other,
    ):
        key = {"Idempotency-Key": "letter-0001"}
        filed = await wechat.post("/api/tickets?agent=1001", json=ticket, headers=key)
        again = await wechat.post("/api/tickets", json=ticket, headers=key)
        theirs = await other.post("/api/tickets", json=ticket, headers=key)
        assert [reply.status_code for reply in (filed, again, theirs)] == [201, 200, 201]
        assert filed.json()["ticket"]["agent"] == "program:wechat"
        ident = filed.json()["id"]
        assert (await wechat.get(f"/api/tickets/{ident}")).status_code == 200
        assert (await other.get(f"/api/tickets/{ident}")).status_code == 403


async def test_a_programs_matter_tells_no_cases(app: ASGIApp, fake: FakeHotline) -> None:
    """That it goes on within another case is told for one that it filed itself: for all others there is one answer, whether there is one or not."""
    body = {"kind": "help", "title": "积水", "content": "湖滨南路积水"}
    mine = ticket(1, agent="program:wechat", key="own/1")
    for one, number in ((mine, "C1"), (ticket(7, agent="1003", key="other/1"), "C7")):
        fake.book.put(Push(one, DeliveryState.DELIVERED, 1, 0, NOON, True, case_number=number))
    async with program(app, fake, TokenScope.TICKETS_FILE, name="wechat") as wechat:

        async def within(number: str) -> httpx.Response:
            key = {"Idempotency-Key": f"letter-{number.encode().hex():>08}"}
            return await wechat.post("/api/tickets", json={**body, "merged_into": number}, headers=key)

        others = [await within(number) for number in ("C7", "C8", "C\u200b7")]
        assert [(one.status_code, one.json()["error"]) for one in others] == [(403, "not_its_case")] * 3
        assert len({one.text for one in others}) == 1
        assert (await within("C1")).status_code == 201


@pytest.mark.parametrize("path", ["/stream", "/sip"])
async def test_no_socket_is_a_programs(fake: FakeHotline, path: str) -> None:
    plugged, seen, sent = services(fake), [], []
    async with program(door(plugged), fake, *TokenScope) as client:
        given = client.headers["authorization"].encode()

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message["type"])

    headers = [(b"authorization", given)]
    await Guard(inner, plugged)({"type": "websocket", "path": path, "headers": headers}, receive, send)
    assert (seen, sent) == ([], ["websocket.close"])


class Away(Exception):
    pass


class Gone(MemoryPrograms):
    """The ledger goes away after it was read once."""

    away = False

    async def counted(self, *told: object) -> None:
        if self.away:
            raise Away
        await super().counted(*told)  # type: ignore[arg-type]


async def test_metrics_go_on_without_the_ledger(fake: FakeHotline) -> None:
    """A token is recognised from memory, and what could not be written is written later."""
    book = Gone()
    programs = Programs(book, fake.log, fake.clock, (Away,))
    told = await programs.make("operator", "grafana", [TokenScope.METRICS], 1)
    assert told is not None
    book.away = True
    for _ in range(3):
        assert await programs.find(told[0]) is not None
        await programs.used("grafana")
    book.away = False
    fake.now = NOON + timedelta(minutes=1)
    await programs.used("grafana")
    assert book.rows["grafana"].used == 4


async def test_the_edge_knows_a_token_by_its_form(fake: FakeHotline) -> None:
    """What ``config/render/edge.py`` lets through is what is made here, and never the installation's own."""
    told = await Programs(fake.programs, fake.log, fake.clock).make("operator", "grafana", [TokenScope.METRICS], 1)
    assert told is not None
    form = re.compile(PROGRAMS.strip('"').removeprefix("~"))
    assert form.match(f"Bearer {told[0]}")
    assert not form.match(f"Bearer {TOKEN}")
