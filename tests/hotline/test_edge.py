"""The edge's life and its doors: a real nginx before a small upstream."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import websockets
from cryptography import x509

from config.file_places import Places
from config.read import parse
from hotline import cli
from hotline.lab import ports
from hotline.lab.hotline_instance import derive, shipped
from hotline.programs import certificate, edge, process_table
from hotline.programs.edge import EdgeError, EmbeddedEdge
from tests.waiting import until

CONFIG = Path(__file__).resolve().parents[2] / "hotline.toml"
pytestmark = pytest.mark.skipif(edge.program() is None, reason="no nginx on this machine: .ci/prepare")


@dataclass
class Behind:
    """A daemon and an Asterisk that say what they were asked."""

    gate: int = 204
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    servers: dict[int, asyncio.Server] = field(default_factory=dict)
    links: set[asyncio.StreamWriter] = field(default_factory=set)

    async def open(self, port: int) -> None:
        self.servers[port] = await asyncio.start_server(self._one, "127.0.0.1", port)

    async def close(self, port: int) -> None:
        """As if killed."""
        self.servers.pop(port).close()
        for link in self.links:
            if link.get_extra_info("sockname")[1] == port:
                link.transport.abort()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.links.add(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                method, path, _version = head[0].split(" ")
                headers = {k.lower(): v for k, _c, v in (line.partition(": ") for line in head[1:] if line)}
                self.asked.append((method, path, headers))
                await reader.readexactly(int(headers.get("content-length", "0")))
                if headers.get("upgrade") == "websocket":
                    await self._echo(headers, reader, writer)
                    return
                status = self.gate if path.startswith("/api/gate") else 200
                body = b"" if status == 204 else b'{"fine": true}'
                kind = (
                    b"Content-Type: application/json\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
                )
                writer.write(b"HTTP/1.1 %d X\r\n%sContent-Length: %d\r\n\r\n%s" % (status, kind, len(body), body))
                await writer.drain()
        writer.close()

    async def _echo(self, headers: dict[str, str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Upgraded, every frame goes back as it came, unmasked: enough for one short message."""
        from websockets.utils import accept_key

        accept = accept_key(headers["sec-websocket-key"])
        chosen = (
            f"Sec-WebSocket-Protocol: {headers['sec-websocket-protocol']}\r\n"
            if "sec-websocket-protocol" in headers
            else ""
        )
        writer.write(
            f"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{chosen}Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
        )
        while True:
            first, size = await reader.readexactly(2)
            mask = await reader.readexactly(4)
            text = bytes(byte ^ mask[n % 4] for n, byte in enumerate(await reader.readexactly(size & 127)))
            writer.write(bytes([first, len(text)]) + text)
            if first & 15 == 8:
                writer.close()


@dataclass
class Here:
    var: Path
    base: int
    behind: Behind = field(default_factory=Behind)
    pages: Path = Path()

    def __post_init__(self) -> None:
        self.settings = parse(derive(shipped(), self.base))
        self.places = Places(self.var)
        self.pages = self.var / "dist"

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.settings.edge.port}"

    def build(self) -> None:
        (self.pages / "assets").mkdir(parents=True)
        (self.pages / "index.html").write_text("<!doctype html><p>page</p>")
        (self.pages / "assets" / "a-123.js").write_text("1;" * 2000)

    def program(self, **words: object) -> EmbeddedEdge:
        program = edge.program()
        assert program is not None
        return EmbeddedEdge(self.settings, self.places, program, pages=self.pages, **words)  # type: ignore[arg-type]

    def tls(self) -> ssl.SSLContext:
        """Trusts the edge's own certificate, and nothing else."""
        return ssl.create_default_context(cafile=self.places.edge / "certificate.pem")

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, verify=self.tls())

    def socket(self, path: str, **headers: str) -> websockets.connect:
        return websockets.connect(
            f"wss://127.0.0.1:{self.settings.edge.port}{path}", ssl=self.tls(), subprotocols=["sip"],  # type: ignore[list-item]
            origin=self.url, additional_headers=headers,  # type: ignore[arg-type]
        )  # fmt: skip


@pytest.fixture
def here(tmp_path: Path) -> object:
    block = ports.find()
    made = Here(tmp_path, block.base)
    made.build()
    yield made
    block.free()


@asynccontextmanager
async def running(here: Here) -> AsyncIterator[EmbeddedEdge]:
    program = here.program()
    await here.behind.open(here.settings.ports.api)
    await here.behind.open(here.settings.ports.phones)
    try:
        await program.start()
        yield program
    finally:
        await program.stop()
        for port in list(here.behind.servers):
            await here.behind.close(port)


async def test_pages(here: Here) -> None:
    """Any path is the page, never cached; assets stay for good and come compressed; headers stand on all of it."""
    async with running(here), here.client() as client:
        page = await client.get("/wall/whatever")
        asset = await client.get("/assets/a-123.js")
        lost = await client.get("/assets/none.js")
    assert (page.status_code, page.text) == (200, "<!doctype html><p>page</p>")
    assert page.headers["cache-control"] == "no-cache"
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["content-encoding"] == "gzip"
    assert lost.status_code == 404
    assert "immutable" not in lost.headers.get("cache-control", "")
    for reply in (page, asset, lost):
        policy = reply.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "strict-transport-security" not in reply.headers  # the certificate is our own
        assert "nginx/" not in reply.headers["server"]


async def test_pages_that_are_not_built(here: Here) -> None:
    """Browsers are told so, with the cure; building them needs no restart."""
    (here.pages / "index.html").rename(here.pages / "later")
    async with running(here), here.client() as client:
        told = await client.get("/")
        (here.pages / "later").rename(here.pages / "index.html")
        built = await client.get("/")
    assert (told.status_code, "make web" in told.text) == (503, True)
    assert "text/html" in told.headers["content-type"]
    assert built.status_code == 200


async def test_the_daemon_sees_who_asks(here: Here) -> None:
    """Host, Origin and cookie as sent; the address as it is, whatever the client claims."""
    headers = {"Origin": here.url, "Cookie": "__Host-hotline=x", "X-Forwarded-For": "1.2.3.4", "X-Real-IP": "1.2.3.4"}
    async with running(here), here.client() as client:
        reply = await client.post("/api/tickets?caller=138", headers=headers, json={})
    assert reply.json() == {"fine": True}
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers.get_list("x-content-type-options") == ["nosniff"]
    _method, path, seen = here.behind.asked[-1]
    assert path == "/api/tickets?caller=138"
    assert seen["host"] == f"127.0.0.1:{here.settings.edge.port}"
    assert (seen["origin"], seen["cookie"]) == (here.url, "__Host-hotline=x")
    assert (seen["x-forwarded-for"], seen["x-real-ip"], seen["x-forwarded-proto"]) == (
        "127.0.0.1",
        "127.0.0.1",
        "https",
    )
    log = (here.places.edge / "access.log").read_text()
    assert '"path":"/api/tickets"' in log
    assert "138" not in log


async def test_foreign_names_and_inner_doors(here: Here) -> None:
    """Another Host gets nothing; the gate and the metrics are not for browsers."""
    async with running(here), here.client() as client:
        foreign = await client.get("/api/calls", headers={"Host": "evil.example"})
        gate = await client.get("/api/gate/sip")
        other = await client.get("/api/gate/x")
        metrics = await client.get("/metrics")
        plain = await client.get(here.url.replace("https", "http") + "/x")
    assert [reply.status_code for reply in (foreign, gate, other, metrics)] == [421, 404, 404, 404]
    assert (plain.status_code, plain.headers["location"]) == (308, f"{here.url}/x")
    assert here.behind.asked == []


async def test_too_much(here: Here) -> None:
    """A body over the bound, and tries of one session in a flood, are refused in the daemon's own shape; another
    session behind the same address is not."""
    async with running(here), here.client() as client:
        large = await client.post("/api/tickets", content=b"x" * 70_000)
        flood = {"Cookie": "__Host-hotline=flood"}
        page = await client.get("/")
        tries = [await client.post("/api/session/unlock", json={}, headers=flood) for _ in range(20)]
        other = await client.post("/api/session/unlock", json={}, headers={"Cookie": "__Host-hotline=hers"})
    assert (large.status_code, large.json()["error"]) == (413, "too_large")
    assert {reply.status_code for reply in tries} == {200, 429}
    assert tries[-1].json()["error"] == "too_many"
    for refusal in (large, tries[-1]):
        assert refusal.headers["content-disposition"] == "attachment; filename=hotline.json"
    assert "content-disposition" not in page.headers
    assert other.status_code == 200


async def test_live_streams_of_one_session_have_a_pace(here: Here) -> None:
    """A handshake costs the daemon; who opens one after the other is refused here, and nobody else."""
    async with running(here):
        refused = 0
        for _ in range(40):
            try:
                async with here.socket("/stream", Cookie="__Host-hotline=greedy"):
                    pass
            except websockets.InvalidStatus as no:
                refused += no.response.status_code == 429
        assert refused > 0
        async with here.socket("/stream", Cookie="__Host-hotline=calm"):
            pass


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/session"), ("GET", "/api/oidc/start"), ("GET", "/api/session/ways")]
)
async def test_a_flood_of_log_ins_is_slowed_and_locks_nobody_out(here: Here, method: str, path: str) -> None:
    """Eight clients that never stop: the daemon is asked ten times a second, and another of their address is let in."""
    async with running(here), here.client() as client:

        async def flood() -> None:
            while True:
                await client.request(method, path)

        floods = [asyncio.create_task(flood()) for _ in range(8)]
        await asyncio.sleep(2.0)
        asked = len(here.behind.asked)
        honest = await asyncio.wait_for(client.request(method, path), 5.0)
        for task in floods:
            task.cancel()
        await asyncio.gather(*floods, return_exceptions=True)
    assert honest.status_code == 200
    assert asked <= 40


async def test_the_token_is_not_for_outside(here: Here) -> None:
    """What a browser says as Authorization reaches neither daemon nor Asterisk; that it came, the daemon is told."""
    async with running(here), here.client() as client:
        await client.get("/api/accounts", headers={"Authorization": "Bearer 0123456789abcdef"})
        await client.get("/api/accounts")
    told = [headers.get("authorization", "") for _method, _path, headers in here.behind.asked]
    assert told == ["outside", ""]


async def test_a_programs_token_goes_through(here: Here) -> None:
    """Told by its form; metrics are for those alone, the path of a phone's socket is for none."""
    token = "hlp_" + "aZ0_-" * 8
    async with running(here), here.client() as client:
        for path in ("/api/calls", "/metrics"):
            await client.get(path, headers={"Authorization": f"Bearer {token}"})
        for given in ({}, {"Authorization": "Bearer 0123456789abcdef"}, {"Authorization": f"Bearer {token} x"}):
            assert (await client.get("/metrics", headers=given)).status_code == 404
        assert (await client.get("/metrics/x", headers={"Authorization": f"Bearer {token}"})).status_code == 404
    told = [(path, headers.get("authorization", "")) for _method, path, headers in here.behind.asked]
    assert told == [("/api/calls", f"Bearer {token}"), ("/metrics", f"Bearer {token}")]


async def test_a_phone_is_let_through_once_asked(here: Here) -> None:
    """The gate is asked with cookie and Origin; then Asterisk gets the socket, without the cookie."""
    async with running(here):
        async with here.socket("/sip", Cookie="__Host-hotline=x") as socket:
            await socket.send("REGISTER")
            assert await socket.recv() == "REGISTER"
            assert socket.subprotocol == "sip"
        here.behind.gate = 403
        with pytest.raises(websockets.InvalidStatus) as refused:
            await here.socket("/sip").__aenter__()
    assert refused.value.response.status_code == 403
    gate, phone = here.behind.asked[0], here.behind.asked[1]
    assert gate[1] == "/api/gate/sip"
    assert (gate[2]["cookie"], gate[2]["origin"]) == ("__Host-hotline=x", here.url)
    assert phone[1] == "/ws"
    assert phone[2]["origin"] == here.url
    assert "cookie" not in phone[2]


async def test_a_dead_daemon(here: Here) -> None:
    """Its answers are 503 in its own shape, the pages still load, an open phone goes on, a new one is refused."""
    async with running(here), here.client() as client, here.socket("/sip") as socket:
        await here.behind.close(here.settings.ports.api)
        told = await client.get("/api/calls")
        page = await client.get("/")
        await socket.send("still here")
        assert await socket.recv() == "still here"
        with pytest.raises(websockets.InvalidStatus) as refused:
            await here.socket("/sip").__aenter__()
    assert (told.status_code, told.json()["error"], told.headers["retry-after"]) == (503, "unavailable", "2")
    assert set(told.json()) == {"error", "field", "message", "allowed", "problems"}
    assert "content-security-policy" in told.headers
    assert page.status_code == 200
    assert refused.value.response.status_code == 503


async def test_it_outlives_a_daemon_and_is_adopted(here: Here) -> None:
    """The next daemon adopts it; a changed configuration is taken up by a reload that cuts no socket."""
    async with running(here) as first, here.socket("/sip") as socket:
        pid = first.pid
        assert pid is not None
        assert os.getsid(pid) == pid != os.getsid(0)
        assert await first.leave() == pid
        conf = here.places.edge / "nginx.conf"
        conf.write_text(conf.read_text().replace("server_tokens off", "server_tokens on"))
        second = here.program()
        assert await second.start()
        assert second.pid == pid
        async with here.client() as client:
            assert (await client.get("/")).status_code == 200
        await socket.send("through it all")
        assert await socket.recv() == "through it all"
        await second.stop()
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("adopted", [False, True])
async def test_killed_by_a_daemon_whose_end_took_too_long_it_leaves_no_worker(here: Here, *, adopted: bool) -> None:
    """A killed master tells its workers nothing: they would hold the port. Whoever looks for what is left sees them by their open log."""
    async with running(here) as first:
        program = first
        if adopted:
            await first.leave()
            program = here.program()
            await program.start()
        assert program.pid is not None
        await until(lambda: edge._workers(program.pid or 0) != [])  # each takes its title a moment after it was begun
        assert set(edge._workers(program.pid)) < set(process_table.running_at(here.places.edge))
        await program.kill()
        await until(lambda: process_table.running_at(here.places.edge) == [])


async def test_it_is_started_again_when_it_dies(here: Here) -> None:
    """After kill -9 another comes up on the same port; the workers left behind keep their sockets, and end at the end."""
    async with running(here) as program, here.socket("/sip") as socket:
        first = program.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: program.pid not in (None, first))
        assert program.restarts >= 1
        async with here.client() as client:
            assert (await client.get("/")).status_code == 200
        await socket.send("still here")
        assert await socket.recv() == "still here"
        await program.stop()
        assert edge._workers(first) == []


@pytest.mark.slow
async def test_a_taken_port_is_told_with_the_cure(here: Here) -> None:
    """Somebody else's port: not ours to share."""
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", here.settings.edge.port)
    try:
        with pytest.raises(EdgeError, match=r"edge\.port"):
            await here.program().start()
    finally:
        server.close()


async def test_our_own_certificate(here: Here) -> None:
    """For the names of the edge, for its owner only, and made anew a month before it ends or when a name is added."""
    where, key = here.places.edge / "certificate.pem", here.places.edge / "key.pem"
    here.places.make()
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert certificate.keep(where, key, ("localhost", "127.0.0.1"), now)
    assert key.stat().st_mode & 0o777 == 0o600
    seen = certificate.look(where, key)
    assert seen is not None
    assert seen.fits_key
    assert seen.names == {"localhost", "127.0.0.1"}
    assert not certificate.keep(where, key, ("localhost",), now + timedelta(days=360))
    assert certificate.keep(where, key, ("localhost",), now + timedelta(days=368))
    assert certificate.keep(where, key, ("localhost", "seat.example"), now + timedelta(days=368))
    parsed = x509.load_pem_x509_certificate(where.read_bytes())
    assert parsed.not_valid_after_utc > now + timedelta(days=700)


async def test_a_renewed_certificate_is_taken_up(here: Here, monkeypatch: pytest.MonkeyPatch) -> None:
    """A month before ours ends another is made, and browsers get it from a running nginx that cut nobody."""
    monkeypatch.setattr(edge, "CERTIFICATE_SECONDS", 0.05)
    now = [datetime.now(UTC)]
    where = here.places.edge / "certificate.pem"
    await here.behind.open(here.settings.ports.api)
    await here.behind.open(here.settings.ports.phones)
    program = here.program(now=lambda: now[0])
    try:
        await program.start()
        first = where.read_bytes()
        async with here.socket("/sip") as socket:
            now[0] += timedelta(days=380)
            await until(lambda: where.read_bytes() != first)
            given = await _until_given(here, x509.load_pem_x509_certificate(where.read_bytes()))
            assert given
            await socket.send("still here")
            assert await socket.recv() == "still here"
    finally:
        await program.stop()
        for port in list(here.behind.servers):
            await here.behind.close(port)


async def _until_given(here: Here, wanted: x509.Certificate, seconds: float = 10.0) -> bool:
    """Whether new connections are handed this certificate before the time is over."""
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE  # it is not valid before a year from now
    async with asyncio.timeout(seconds):
        while True:
            _reader, writer = await asyncio.open_connection("127.0.0.1", here.settings.edge.port, ssl=unchecked)
            given = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            writer.close()
            if x509.load_der_x509_certificate(given) == wanted:
                return True
            await asyncio.sleep(0.02)


def test_the_part_for_a_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """hotline edge render: what to include, the pages or that there are none, a certificate, how to go on."""
    assert cli.main(["edge", "render", str(tmp_path / "site"), "--config", str(CONFIG)]) == 0
    assert "README" in capsys.readouterr().out
    part = (tmp_path / "site" / "hotline.conf").read_text(encoding="utf-8")
    assert f'ssl_certificate "{tmp_path}/site/certificate.pem";' in part
    assert f'root "{tmp_path}/site/pages";' in part
    assert "worker_processes" not in part
    assert "edge.mode" in (tmp_path / "site" / "README").read_text(encoding="utf-8")
    assert (tmp_path / "site" / "unbuilt.html").is_file()


async def test_the_case_stores_pages_and_nothing_else_of_it(here: Here) -> None:
    """What is asked under /cases/ goes to its pages, without token or another program's cookie; away, that is said on a page."""
    cookie = "__Host-hotline=agent; __Host-hotline-cases=clerk; x=y"
    async with running(here), here.client() as client:
        away = await client.get("/cases/progress")
        await here.behind.open(here.settings.ports.casestore)
        asked = (
            "/cases/progress",
            "/cases/api/x",
            "/cases/../messages",
            "/cases/%2e%2e/messages",
            "/cases/%2e%2e%2fmessages",
        )
        replies = [
            await client.get(
                path, headers={"Cookie": cookie, "Authorization": "Bearer 0123456789abcdef", "X-Real-IP": "1.2.3.4"}
            )
            for path in asked
        ]
        moved = await client.get("/cases")
    assert (away.status_code, "12319" in away.text, "text/html" in away.headers["content-type"]) == (503, True, True)
    assert (moved.status_code, moved.headers["location"][-7:]) == (308, "/cases/")
    assert [path for _method, path, _headers in here.behind.asked if "pages" in path] == [
        "/pages/progress",
        "/pages/api/x",
    ]
    assert not [path for _method, path, _headers in here.behind.asked if "messages" in path]
    seen = here.behind.asked[0][2]
    assert (seen["cookie"], seen.get("authorization", ""), seen["x-real-ip"]) == (
        "__Host-hotline-cases=clerk",
        "",
        "127.0.0.1",
    )
    assert "script-src" not in replies[0].headers["content-security-policy"]
    assert "default-src 'none'" in replies[0].headers["content-security-policy"]
    assert "script-src 'self'" in replies[1].headers["content-security-policy"]


@pytest.mark.parametrize("what", ["pipe", "folder", "endless", "loop", "workbook"])
def test_a_certificate_that_is_no_file_is_seen_at_once(tmp_path: Path, what: str) -> None:
    """Kind I: no pipe is waited for, no device read until memory is full; it is what nginx could not read either."""
    path = tmp_path / "certificate.pem"
    match what:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "endless":
            path.symlink_to("/dev/zero")
        case "loop":
            path.symlink_to(path)
        case _:
            path.write_bytes(b"PK\x03\x04" + b"x" * 90)
    assert certificate.look(path, path) is None
