"""The door against those who have no key, and against nonsense."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import replace
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.cookie import NAME
from console.contract.rest import ErrorOut
from console.guard import OPEN
from console.server import Server, make_app, routes_of
from tests.fakes.hotline import ACCESS, CALL, ORIGIN, TOKEN, FakeHotline, services
from tests.fakes.people import PEOPLE, populate, signed_in
from tests.ports import free_port
from tests.sampling import examples, part_of

pytestmark = pytest.mark.slow

OPENAPI: dict[str, Any] = routes_of(services(FakeHotline())).openapi()
ROUTES = [(method, path) for path, item in OPENAPI["paths"].items() for method in item]


def filled(path: str) -> str:
    return path.format(
        call=CALL,
        seat="8001",
        ticket="0" * 26,
        ident="1",
        session="0",
        account="1001",
        task="t1",
        change="1",
        name="nobody",
        template="sample-0101",
        card="sample-lamp",
        version="1",
        sha256="0" * 64,
        event="0" * 26,
        handover="0" * 26,
        partner="12345",
        tag="0" * 26,
        decision="0" * 26,
        appeal="phone-1",
        report="kpi",
    )


@pytest.mark.always
@pytest.mark.parametrize(
    "header", ["", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}", "Bearer é"]
)
async def test_no_key(client: httpx.AsyncClient, fake: FakeHotline, header: str) -> None:
    """Without the right token every route, known or not, says 401 and does nothing; who goes on with wrong ones is told to wait."""
    statuses: list[int] = []
    client.headers = httpx.Headers([(b"authorization", header.encode())])
    for method, path in ROUTES:
        if (method.upper(), path) in OPEN:
            continue  # test_session.py: they ask for other proofs
        answer = await client.request(method, filled(path))
        assert answer.status_code in (401, 429), (method, path)
        statuses.append(answer.status_code)
        ErrorOut.model_validate(answer.json())
    waits = len(statuses) - ACCESS.tries if header else 0
    assert statuses == [401] * (len(statuses) - waits) + [429] * waits
    assert fake.asked == []
    assert fake.book.rows == {}


@pytest.mark.always
async def test_no_key_elsewhere(client: httpx.AsyncClient) -> None:
    """Not even which paths exist is told without the token."""
    del client.headers["Authorization"]
    for path in ("/", "/api/openapi.json", "/api/nothing", "/docs"):
        assert (await client.get(path)).status_code == 401


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 60_000, "application/json", 400),
        (b"[]", "application/json", 422),
        (b'{"kind": NaN}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b'{"\\ud800": 1}', "application/json", 422),
        (b"x" * 70_000, "application/json", 413),
        (b'{"content": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b"{" + b",".join(b'"%d":1' % n for n in range(6000)) + b"}", "application/json", 422),
    ],
)
async def test_bad_bodies(client: httpx.AsyncClient, body: bytes, kind: str, status: int) -> None:
    """A broken, huge or strange body gets its error in the common shape, and a small one."""
    answer = await client.post(f"/api/calls/{CALL}/tickets", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status
    ErrorOut.model_validate(answer.json())
    assert len(answer.content) < 40_000


@pytest.mark.always
async def test_seat_bodies(client: httpx.AsyncClient) -> None:
    """The same for the bodies that FastAPI reads."""
    for body in (b"{", b"[" * 60_000, b'{"agent": "\\ud800"}', b'{"agent": ["1001"]}', b'{"agent": "1001", "x": 1}'):
        answer = await client.post("/api/seats/8001/login", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422)
        ErrorOut.model_validate(answer.json())


@pytest.mark.always
async def test_route_fault(client: httpx.AsyncClient, fake: FakeHotline) -> None:
    """A fault of ours is a 500 in the common shape that tells nothing of the inside."""
    fake.book.broken = {"file": 1}
    answer = await client.post(f"/api/calls/{CALL}/tickets", json={"kind": "help", "title": "a", "content": "b"})
    assert answer.status_code == 500
    assert "disk" not in answer.text


@pytest.mark.always
async def test_no_ledger() -> None:
    """A database that is not there is a 503 that says nothing was written."""
    fake = FakeHotline()
    transport = httpx.ASGITransport(make_app(replace(services(fake), absent=(OSError,))), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://hotline", headers=headers) as client:
        fake.book.broken = {"file": 1}
        path, body = f"/api/calls/{CALL}/tickets", {"kind": "help", "title": "a", "content": "b"}
        assert (await client.post(path, json=body)).status_code == 503
        assert (await client.post(path, json=body)).status_code == 201


@pytest.mark.always
def test_openapi_is_complete() -> None:
    """Every route has a tag, a success answer with a shape, the error shape, and bodies where it takes one."""
    for path, item in OPENAPI["paths"].items():
        for method, route in item.items():
            assert route["tags"], path
            assert route["security"], path
            good = next(code for code in route["responses"] if code[0] in "23")
            assert good in ("204", "302") or route["responses"][good]["content"], (method, path)
            assert "401" in route["responses"], path
    assert "schema" in OPENAPI["paths"]["/api/tickets"]["post"]["requestBody"]["content"]["application/json"]


FAKE = populate(FakeHotline())
APP = make_app(services(FAKE))
TRIED = {path for _, path in part_of(ROUTES)}
"""Left out before schemathesis collects: what it prepares for a route, and for each worker, costs more than the route's own tests."""
schema = schemathesis.openapi.from_asgi("/api/openapi.json", APP, headers={"Authorization": f"Bearer {TOKEN}"}).include(
    lambda context: context.operation.path in TRIED
)


def _as_documented(case: schemathesis.Case[Any], response: schemathesis.Response) -> None:
    """No fault, a status that the contract names, every error in the one shape."""
    # a method that is none of the path's: refused as such, or before, to who may not use what lies below that path at all
    route = OPENAPI["paths"][case.path].get(case.method.lower(), {"responses": {"403": {}, "405": {}}})
    assert response.status_code != 500
    assert response.status_code == 405 or str(response.status_code) in route["responses"]
    if response.status_code >= 400 and "json" in response.headers.get("content-type", [""])[0]:
        body = json.loads(response.content)
        if "vitals" not in body:
            ErrorOut.model_validate(body)


@pytest.mark.always  # of the routes in ``TRIED``
@schema.parametrize()
@settings(
    max_examples=examples(6),
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_fuzz(case: schemathesis.Case[Any]) -> None:
    """Whatever fits or breaks the OpenAPI: no fault, only documented answers, every error in the one shape."""
    response = case.call(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60)
    _as_documented(case, response)


@pytest.mark.always  # of the routes in ``TRIED``
@schema.parametrize()
@settings(
    max_examples=examples(2),
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_fuzz_signed_in(case: schemathesis.Case[Any]) -> None:
    """The same from a browser, as each role in turn; none gets past what its table says by strange input."""
    account = sorted(PEOPLE)[len(FAKE.kept.rows) % len(PEOPLE)]
    sent = {"Cookie": f"{NAME}={signed_in(FAKE, account)}", "Origin": ORIGIN, "X-Hotline": "1", "Authorization": ""}
    response = case.call(headers=sent, timeout=60)
    _as_documented(case, response)
    assert response.status_code != 401 or (case.method, case.path) in OPEN


@settings(max_examples=examples(40), deadline=None)
@given(st.binary(max_size=200), st.sampled_from(ROUTES))
def test_raw_bytes(noise: bytes, route: tuple[str, str]) -> None:
    """Raw bytes as a body never make a fault."""

    async def ask() -> int:
        transport = httpx.ASGITransport(APP)
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        async with httpx.AsyncClient(transport=transport, base_url="http://hotline", headers=headers) as client:
            return (await client.request(route[0], filled(route[1]), content=noise)).status_code

    assert asyncio.run(ask()) != 500


async def test_what_is_written_goes_out_at_once() -> None:
    """Nagle's algorithm is off on a console's connection: a pop behind a delta waits for no acknowledgement."""
    port = free_port()
    server = Server(make_app(services(FakeHotline())), port)
    await server.start()
    _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(5):
        while not (connections := server._server.server_state.connections):
            await asyncio.sleep(0.01)
    (connection,) = connections
    held = connection.transport.get_extra_info("socket")
    assert held.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    writer.close()
    await server.stop()


async def test_server_starts_and_stops() -> None:
    """The socket answers on loopback, a taken port is an OSError, and ``stop`` leaves no task and no socket."""
    before, port = asyncio.all_tasks(), free_port()
    server = Server(make_app(services(FakeHotline())), port)
    await server.start()
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False) as client:
        answer = await client.get(f"http://127.0.0.1:{port}/api/health")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        with pytest.raises(OSError):
            await Server(make_app(services(FakeHotline())), port).start()
        _, idle = await asyncio.open_connection("127.0.0.1", port)  # a client that never says anything
        await server.stop()
        idle.close()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
    again = Server(make_app(services(FakeHotline())), port)
    await again.start()
    await again.stop()
