"""``hotline bench calls``: CPU the daemon spends on a call, beside what Asterisk spends on the same.

A fresh stage (own ports, own folder), automatic seats, callers from the trunk; CPU is read
from the kernel's account of each process before the first call and after the last one is
closed in the ledger, less what the same processes spend while idle for as long. The recording
child (audio encoding) is counted apart, the telephones not at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

from hotline.lab import ports
from hotline.lab.hotline_instance import HotlineInstance, Telephones, derive, shipped
from hotline.lab.phones import Call, answering
from hotline.lab.sound import speech
from hotline.programs.process_table import children, cpu

FIRST_SEAT, FIRST_AGENT = 8001, 1001
WARM = 8
"""Calls made before the measured ones."""
IDLE_SECONDS = 20.0
"""As long as the run about: what is done every few seconds must weigh the same in both."""
CLOSED_SECONDS, SHELVED_SECONDS = 60.0, 240.0


class Meter:
    """CPU of the three since it was made."""

    def __init__(self, daemon: int, asterisk: int) -> None:
        self._daemon, self._asterisk = daemon, asterisk
        self._before = self._now()
        self._began = time.monotonic()

    def _now(self) -> tuple[float, float, float]:
        audio = sum(cpu(child) for child in children(self._daemon) if child != self._asterisk)
        return cpu(self._daemon), cpu(self._asterisk), audio

    def read(self) -> tuple[float, float, float, float]:
        """Daemon, Asterisk, audio, and the seconds that went by."""
        now = self._now()
        spent = [after - before for after, before in zip(now, self._before, strict=True)]
        return spent[0], spent[1], spent[2], time.monotonic() - self._began


async def run(calls: int, rate: float, talk: float, seats: int) -> dict[str, Any]:
    """``calls, daemon_ms_per_call, asterisk_ms_per_call, ratio`` and what stands beside them."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        block = ports.find()
        stage = HotlineInstance(
            derive(shipped(), block.base, lambda table: _changed(table, seats)), Path(folder), base=block.base
        )
        try:
            await asyncio.to_thread(stage.start)
            return await _measured(stage, calls, rate, talk)
        finally:
            await asyncio.to_thread(stage.close)
            block.free()


def _changed(table: dict[str, Any], seats: int) -> None:
    """Only the calls asked for; so many seats, each free again at once."""
    for line in table["line"]:
        line |= {"check_seconds": 0, "capacity": 4 * seats}
    table["seats"]["wrap_up_seconds"] = 0
    staff(table, seats, {queue["id"]: 1 for queue in table["queue"]})


def staff(table: dict[str, Any], seats: int, skills: dict[str, int]) -> None:
    """So many desk phones and as many agents, all with these skills, in place of the shipped ones."""
    table["seat"] = [{"id": str(FIRST_SEAT + n), "device": "desk"} for n in range(seats)]
    table["agent"] = [
        {"id": str(FIRST_AGENT + n), "name": f"座席{n}", "role": "agent", "skills": skills} for n in range(seats)
    ]


async def _measured(stage: HotlineInstance, calls: int, rate: float, talk: float) -> dict[str, Any]:
    asterisk = stage.asterisk_pid()
    assert stage.daemon is not None
    assert asterisk is not None
    async with stage.telephones() as phones, stage.rest() as rest:
        await _sit_down(stage, phones, rest, talk)
        await _dial(phones, WARM, rate)  # caches, the recording child
        await _shelved(stage, WARM)
        idle = Meter(stage.daemon.pid, asterisk)
        await asyncio.sleep(IDLE_SECONDS)
        idle_daemon, idle_asterisk, _, idle_seconds = idle.read()
        meter = Meter(stage.daemon.pid, asterisk)
        dialled = await _dial(phones, calls, rate)
        await _closed(stage, calls + WARM)
        daemon, pbx, _, seconds = meter.read()
        await _shelved(stage, calls + WARM)
        audio = meter.read()[2]
    daemon -= idle_daemon / idle_seconds * seconds
    pbx -= idle_asterisk / idle_seconds * seconds
    answered = sum(1 for call in dialled if call.ear.loud_seconds() > 1.0)
    return {
        "calls": calls,
        "heard_sound": answered,
        "daemon_ms_per_call": round(daemon / calls * 1000, 2),
        "asterisk_ms_per_call": round(pbx / calls * 1000, 2),
        "audio_ms_per_call": round(audio / calls * 1000, 2),
        "ratio": round(daemon / pbx, 3) if pbx > 0 else None,
        "idle_daemon_percent": round(idle_daemon / idle_seconds * 100, 2),
        "seconds": round(seconds, 1),
    }


async def _sit_down(stage: HotlineInstance, phones: Telephones, rest: Any, talk: float) -> None:
    agents = [agent["id"] for agent in stage.settings["agent"]]
    for seat, agent in zip(stage.settings["seat"], agents, strict=False):
        name = seat["id"]
        await phones.desk.register(name, stage.secret(f"sip-{name}"), answering(0.2, talk, speech(1)))
        for _ in range(100):
            reply = await rest.post(f"/api/seats/{name}/login", json={"agent": agent, "ready": True})
            if reply.status_code == 200:
                break
            await asyncio.sleep(0.1)
        else:
            raise RuntimeError(f"seat {name} could not log in: {reply.text}")


async def _dial(phones: Telephones, calls: int, rate: float) -> list[Call]:
    trunk = next(iter(phones.trunks.values()))
    dialled = []
    for number in range(calls):
        dialled.append(await trunk.dial("12319", caller=f"1380592{number:04d}", sound=speech(2)))
        await asyncio.sleep(1 / rate)
    for call in dialled:
        await call.until_ended(120.0)
    return dialled


async def _closed(stage: HotlineInstance, calls: int) -> None:
    """Until the ledger has closed them all: what the daemon does for them is done, but for their sound."""
    await _until(stage, "SELECT count(*) FROM calls WHERE ended_at IS NOT NULL", calls, "closed", CLOSED_SECONDS)


async def _shelved(stage: HotlineInstance, calls: int) -> None:
    """Until the recordings are shelved: by a child that rests while the cores are busy, so it is in nobody else's window."""
    question = "SELECT count(*) FROM recordings WHERE state = 'shelved'"
    await _until(stage, question, calls, "shelved", SHELVED_SECONDS)


async def _until(stage: HotlineInstance, question: str, calls: int, what: str, seconds: float) -> None:
    """Asked of the file, not of the daemon. RuntimeError when it is not so in time."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        with contextlib.closing(sqlite3.connect(f"file:{stage.places.ledger}?mode=ro", uri=True)) as ledger:
            if int(ledger.execute(question).fetchone()[0]) >= calls:
                return
        await asyncio.sleep(0.5)
    raise RuntimeError(f"not all of {calls} calls are {what} after {seconds:g} s")
