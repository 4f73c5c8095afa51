"""``hotline bench doors``: what a caller and a seat notice while one client floods each door.

A real daemon behind its own nginx and Asterisk, real calls all the time. Measured at rest and under each flood: how
long FastAGI takes to answer a journey's question, and how soon a seat's page knows that it rings. Floods, of eight
clients unless said: wrong passwords through the edge and past it, code search, drafts, keys of browser phones, streams
that say nothing (400), beginnings at an identity provider that does not answer (150).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accounts.cookie import NAME as COOKIE
from accounts.sessions import Sessions
from config.read import read
from hotline.bench.cpu_per_call import staff
from hotline.lab import ports
from hotline.lab.child import Child
from hotline.lab.hotline_instance import HotlineInstance, InstanceError, Table, derive, one_queue, shipped
from ledger.sessions import SessionShelf
from ledger.store import Store, url_of

from .console import run as console

SEATS, RATE = 8, 4.0
BROWSER, BROWSER_AGENT = "7999", "7998"
"""Whose telephone asks for keys; it is rung by nobody."""
SILENT, EACH = 60, 7
CLIENTS, STARTS = 8, 150
PROBE_SECONDS = 0.02
ASK = (
    "agi_network: yes\nagi_network_script: advice\nagi_request: agi://127.0.0.1/advice\nagi_channel: PJSIP/bench-1\n"
    "agi_uniqueid: bench-1790000000.{n}\nagi_callerid: 13805920001\nagi_extension: s\nagi_arg_1: {ask}\n"
    "agi_arg_2: {line}\nagi_arg_3: {queue}\n\n"
)
DOORS = ("rest", "log-ins by the edge", "log-ins past it", "code search", "drafts", "phone keys", "silent streams",
         "OIDC starts")  # fmt: skip


async def run(seconds: float) -> dict[str, dict[str, Any]]:
    """Door → figures, ``rest`` first; milliseconds. Raises InstanceError."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder, _silent_provider() as provider:
        block = ports.find()
        settings = derive(shipped(), block.base, lambda table: _changed(table, provider))
        stage = HotlineInstance(settings, Path(folder), base=block.base)
        console.short_notice(stage)
        try:
            await asyncio.to_thread(stage.start)
            return await _measured(stage, seconds)
        finally:
            await asyncio.to_thread(stage.close)  # an orderly end: a killed daemon would leave the phones' proxy
            block.free()


def _changed(table: Table, provider: int) -> None:
    queue = one_queue(table, 60, max_waiting=1000)
    staff(table, SEATS, {queue: 1})
    table["seat"].append({"id": BROWSER, "device": "browser"})
    table["agent"].append({"id": BROWSER_AGENT, "name": "话机", "role": "agent", "skills": {queue: 1}})
    table["seats"] |= {"wrap_up_seconds": 0}
    table["recording"] |= {"enabled": False}
    table["ports"] |= {"rtp_first": console.RTP_FIRST}
    table["oidc"] = {"issuer": f"http://127.0.0.1:{provider}/", "client_id": "hotline"}


async def _measured(stage: HotlineInstance, seconds: float) -> dict[str, dict[str, Any]]:
    trunk = stage.settings["trunk"][0]
    phones = Child("hotline.bench.console.phones", {
        "asterisk": ["127.0.0.1", stage.settings["ports"]["sip"]], "trunk": [trunk["host"], trunk["port"]],
        "desk": list(stage.fixed.desk), "ring": console.RING, "talk": console.TALK,
        "number": stage.settings["line"][0]["numbers"][0],
        "seats": {seat["id"]: stage.secret(f"sip-{seat['id']}") for seat in stage.settings["seat"]
                  if seat["device"] == "desk"},
    })  # fmt: skip
    cookies = await _sessions(stage)
    origin = f"https://{stage.settings['edge'].get('names', ['localhost'])[0]}:{stage.settings['edge']['port']}"
    pages = Child("hotline.bench.console.simulated_consoles", {
        "host": "127.0.0.1", "port": stage.settings["ports"]["api"], "origin": origin,
        "sessions": [(cookies[agent], True) for agent in _desk_agents(stage)],
    })  # fmt: skip
    flood = Child("hotline.bench.console.flood", {
        "origin": origin, "port": stage.settings["ports"]["api"], "each": EACH,
        "silent": [cookies[f"silent{n}"] for n in range(SILENT)], "doors": _doors(stage, cookies[BROWSER_AGENT]),
    })  # fmt: skip
    figures: dict[str, dict[str, Any]] = {}
    try:
        await phones.start(120.0)
        await _sit_down(stage)
        await pages.start(120.0)
        await flood.start(30.0)
        await console.calls(phones, RATE, console.WARM_SECONDS)
        for door in DOORS:
            await pages.ask("mark", 10.0)
            asked = asyncio.create_task(flood.ask(f"{door} {seconds}", seconds + 60.0))
            probe = asyncio.create_task(_probe(stage, seconds))
            told = await console.calls(phones, RATE, seconds)
            answers, got = await asked, await pages.ask("read", 10.0)
            agi, pops = sorted(await probe), sorted(got["pops"])
            if not agi or not pops:
                seen = {name: got[name] for name in ("messages", "snapshots", "byes")}
                raise InstanceError(
                    f"nothing was heard while {door!r} was flooded ({told}, {seen}, {len(agi)} answers):\n{stage.tail()}"
                )
            figures[door] = {
                "agi_p50_ms": console.percentile(agi, 0.5), "agi_p99_ms": console.percentile(agi, 0.99),
                "pop_p50_ms": console.percentile(pops, 0.5), "pop_p99_ms": console.percentile(pops, 0.99),
                "questions": len(agi), "pops": len(pops), "asked": answers["asked"], "answers": answers["answers"],
            }  # fmt: skip
    finally:
        await flood.close()
        await pages.close()
        await phones.close()
    return figures


def _doors(stage: HotlineInstance, cookie: str) -> dict[str, dict[str, Any]]:
    port, edge = stage.settings["ports"]["api"], stage.settings["edge"]["port"]
    inside, outside = f"http://127.0.0.1:{port}", f"https://127.0.0.1:{edge}"
    mine = {"Cookie": cookie}
    guess = {"account": "", "password": ""}
    return {
        "log-ins by the edge": {"base": outside, "method": "POST", "path": "/api/session", "json": guess, "clients": CLIENTS},
        "log-ins past it": {"base": inside, "method": "POST", "path": "/api/session", "json": guess, "clients": CLIENTS},
        "code search": {"base": inside, "method": "GET", "path": "/api/codes", "clients": CLIENTS,
                        "headers": mine | {"X-Hotline-Search": "lj"}},
        "drafts": {"base": inside, "method": "GET", "path": "/api/my/drafts", "headers": mine, "clients": CLIENTS},
        "phone keys": {"base": inside, "method": "POST", "path": "/api/session/phone", "headers": mine, "clients": CLIENTS},
        "OIDC starts": {"base": outside, "method": "GET", "path": "/api/oidc/start", "clients": STARTS},
    }  # fmt: skip


def _desk_agents(stage: HotlineInstance) -> list[str]:
    return [agent["id"] for agent in stage.settings["agent"] if agent["id"] != BROWSER_AGENT]


async def _probe(stage: HotlineInstance, seconds: float) -> list[float]:
    """Seconds from the connection to the command, of a question each ``PROBE_SECONDS``."""
    found: list[float] = []
    line, until, n = stage.settings["line"][0], time.monotonic() + seconds, 0
    while time.monotonic() < until:
        n += 1
        asked = ASK.format(n=n, ask="wait", line=line["id"], queue=line["queue"]).encode()
        began = time.monotonic()
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.settings["ports"]["agi"])
        writer.write(asked)
        if await reader.readline():
            found.append(time.monotonic() - began)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        await asyncio.sleep(PROBE_SECONDS)
    return found


async def _sessions(stage: HotlineInstance) -> dict[str, str]:
    """Account, or ``silentN`` → a cookie: signed in as the daemon itself signs people in, but for the password."""
    settings = read(stage.config)
    store = Store(url_of(settings, stage.places))
    sessions = Sessions(SessionShelf(store), settings.access, lambda: datetime.now(UTC))
    agents = [agent["id"] for agent in stage.settings["agent"]]
    names = {agent: agent for agent in agents} | {f"silent{n}": agents[n % SEATS] for n in range(SILENT)}
    try:
        made = {}
        for name, account in names.items():
            secret, row = await sessions.open(account, "127.0.0.1", "bench")
            made[name] = f"{COOKIE}={secret}"
            if name == BROWSER_AGENT:
                await SessionShelf(store).sit(row.id, BROWSER)
        return made
    finally:
        await store.close()


async def _sit_down(stage: HotlineInstance) -> None:
    """Every agent at a seat; those with telephones ready."""
    desk = [seat["id"] for seat in stage.settings["seat"] if seat["id"] != BROWSER]
    async with stage.rest() as rest:
        until = time.monotonic() + 60.0
        for seat, agent in [*zip(desk, _desk_agents(stage), strict=True), (BROWSER, BROWSER_AGENT)]:
            body = {"agent": agent, "ready": seat != BROWSER}
            while (reply := await rest.post(f"/api/seats/{seat}/login", json=body)).status_code != 200:
                if time.monotonic() > until:
                    raise InstanceError(f"seat {seat} could not log in: {reply.text}")
                await asyncio.sleep(0.2)
        while True:
            rows = [row for row in (await rest.get("/api/seats")).json() if row["seat"] != BROWSER]
            if all(row["state"] == "ready" and row["reachable"] for row in rows):
                break
            if time.monotonic() > until:
                raise InstanceError("not all seats are ready")
            await asyncio.sleep(0.5)
    await asyncio.sleep(1.0)


@contextlib.contextmanager
def _silent_provider() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        yield listening.getsockname()[1]
