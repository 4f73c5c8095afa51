"""The stage of ``hotline bench console``: a real Asterisk, a real daemon, telephones and consoles beside them.

Calls come over a trunk as SIP, hear a short notice, wait in a queue and ring a seat whose
telephone answers and hangs up; there is no sound and no recording, so that the machine's cores
go to what is measured. Nine consoles of ten are agents' at the seats that ring, one is a
supervisor's wallboard that sees every call. All speak to the daemon's own port.
"""

from __future__ import annotations

import asyncio
import math
import tempfile
import time
import wave
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accounts.cookie import NAME as COOKIE
from accounts.sessions import Sessions
from config.read import read
from hotline.bench.cpu_per_call import FIRST_AGENT, staff
from hotline.lab import ports
from hotline.lab.child import Child
from hotline.lab.hotline_instance import HotlineInstance, InstanceError, Table, derive, one_queue, shipped
from hotline.lab.sit_down import sit_down
from hotline.lab.sound import beep
from hotline.programs.process_table import cpu
from ledger.sessions import SessionShelf
from ledger.store import Store, url_of

FIRST_CHIEF = 9001
WALLBOARDS = 0.1
NOTICE_SECONDS = 0.2
RING, TALK = 1.0, 1.0
RTP_FIRST = 9000
"""So many seats need more ports than a stage's block has."""
WARM_SECONDS = 3.0
BASE_SECONDS = 8.0


def people(consoles: int) -> tuple[int, int]:
    """Agents and wallboards."""
    walls = int(consoles * WALLBOARDS)
    return consoles - walls, walls


def changed(table: Table, consoles: int) -> None:
    """As many seats and people, one queue for all, nothing that takes time from what is measured."""
    agents, walls = people(consoles)
    queue = one_queue(table, 150, max_waiting=1000)
    skills = {queue: 1}
    staff(table, agents, skills)
    table["agent"] += [
        {"id": str(FIRST_CHIEF + n), "name": f"班长{n}", "role": "supervisor", "skills": skills} for n in range(walls)
    ]
    table["seats"] |= {"wrap_up_seconds": 0}
    table["recording"] |= {"enabled": False}
    table["edge"] |= {"mode": "external"}
    table["ports"] |= {"rtp_first": RTP_FIRST}


async def run(consoles: int, rate: float, seconds: float) -> dict[str, Any]:
    """The figures; see ``hotline bench console --json``."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        block = ports.find()
        stage = HotlineInstance(
            derive(shipped(), block.base, lambda table: changed(table, consoles)), Path(folder), base=block.base
        )
        short_notice(stage)
        try:
            await asyncio.to_thread(stage.start)
            return await _measured(stage, consoles, rate, seconds)
        finally:
            stage.kill()  # nobody waits for an orderly end of what is thrown away
            await asyncio.to_thread(stage.close)
            block.free()


async def _measured(stage: HotlineInstance, consoles: int, rate: float, seconds: float) -> dict[str, Any]:
    assert stage.daemon is not None
    asterisk = stage.asterisk_pid()
    assert asterisk is not None
    trunk = stage.settings["trunk"][0]
    phones = Child("hotline.bench.console.phones", {
        "asterisk": ["127.0.0.1", stage.settings["ports"]["sip"]], "trunk": [trunk["host"], trunk["port"]],
        "desk": list(stage.fixed.desk), "ring": RING, "talk": TALK, "number": stage.settings["line"][0]["numbers"][0],
        "seats": {seat["id"]: stage.secret(f"sip-{seat['id']}") for seat in stage.settings["seat"]},
    })  # fmt: skip
    pages = Child("hotline.bench.console.simulated_consoles", await _sessions(stage, consoles))
    try:
        await phones.start(120.0)
        await _sit_down(stage)
        await calls(phones, rate, WARM_SECONDS)
        before = (cpu(stage.daemon.pid), time.monotonic())
        await calls(phones, rate, BASE_SECONDS)
        alone = (cpu(stage.daemon.pid) - before[0]) / (time.monotonic() - before[1])
        await pages.start(120.0)
        await calls(phones, rate, WARM_SECONDS)
        marked = await pages.ask("mark", 10.0)
        spent, queued = (cpu(stage.daemon.pid), cpu(asterisk), time.monotonic()), waited(stage.daemon.pid)
        told = await calls(phones, rate, seconds)
        took = time.monotonic() - spent[2]
        queued = waited(stage.daemon.pid) - queued
        daemon, pbx = cpu(stage.daemon.pid) - spent[0], cpu(asterisk) - spent[1]
        got = await pages.ask("read", 10.0)
    finally:
        await pages.close()
        await phones.close()
    pops, messages = sorted(got["pops"]), got["messages"]
    if not pops:
        raise InstanceError(f"no pop was heard of {told['dialled']} calls:\n{stage.tail()}")
    return {
        "consoles": consoles,
        "calls_per_second": round(told["dialled"] / seconds, 2),
        "pop_p50_ms": percentile(pops, 0.50),
        "pop_p99_ms": percentile(pops, 0.99),
        "cpu_us_per_message": round(daemon / messages * 1e6, 2),
        "pop_most_ms": round(pops[-1] * 1000, 2),
        "pops": len(pops),
        "calls_popped": len(got["calls"]),
        "pops_after_their_delta": got["late"],
        "messages_per_second": round(messages / took, 1),
        "bytes_per_message": round(got["octets"] / messages, 1),
        "fanout_us_per_message": round((daemon - alone * took) / messages * 1e6, 2),
        "daemon_percent": round(daemon / took * 100, 1),
        "daemon_waits_for_cpu_percent": round(queued / took * 100, 1),
        "daemon_percent_without_consoles": round(alone * 100, 1),
        "asterisk_percent": round(pbx / took * 100, 1),
        "pages_percent": round((got["cpu"] - marked["cpu"]) / took * 100, 1),
        "gaps": got["gaps"],
        "snapshots_again": got["snapshots"],
        "lost_consoles": got["byes"],
        "calls": "real SIP calls through a real Asterisk",
    }


def waited(pid: int) -> float:
    """Seconds this process could have run and no core was free: what others on the machine cost it."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9


async def calls(phones: Child, rate: float, seconds: float) -> Any:
    return await phones.ask(f"{rate} {seconds}", seconds + 30.0)


def percentile(ordered: Sequence[float], share: float) -> float:
    return round(ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)] * 1000, 2)


async def _sessions(stage: HotlineInstance, consoles: int) -> dict[str, Any]:
    """Signed in as the daemon itself signs people in, but for the password: 500 of them would take a minute to check."""
    settings = read(stage.config)
    agents, walls = people(consoles)
    accounts = [(str(FIRST_AGENT + n), True) for n in range(agents)] + [
        (str(FIRST_CHIEF + n), False) for n in range(walls)
    ]
    store = Store(url_of(settings, stage.places))
    sessions = Sessions(SessionShelf(store), settings.access, lambda: datetime.now(UTC))
    try:
        made = []
        for account, speaks in accounts:
            secret, _row = await sessions.open(account, "127.0.0.1", "bench")
            made.append((f"{COOKIE}={secret}", speaks))
    finally:
        await store.close()
    edge = settings.edge
    return {
        "host": "127.0.0.1", "port": settings.ports.api, "origin": f"https://{edge.names[0]}:{edge.port}", "sessions": made,
    }  # fmt: skip


async def _sit_down(stage: HotlineInstance) -> None:
    """Every agent at a seat of their own, ready."""
    agents = [agent["id"] for agent in stage.settings["agent"] if agent["role"] == "agent"]
    await sit_down(stage, [seat["id"] for seat in stage.settings["seat"]], agents)


def short_notice(stage: HotlineInstance) -> None:
    stage.places.prompts.mkdir(parents=True, exist_ok=True)
    name = stage.settings["line"][0]["notice"]
    with wave.open(str(stage.places.prompts / f"{name}.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(beep(NOTICE_SECONDS))
