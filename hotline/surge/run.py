"""A surge against an instance of its own, phase by phase: the hotline, with its recorder standing still, and Asterisk alone.

Seats are robots, callers are ``telephones.py``; both are a program beside the hotline. What callers lived through is judged by ``judge.py``
from their telephones and the ledger, for each phase; at the end the ledger proves itself (``hotline verify``).
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from hotline.bench.cpu_per_call import Meter
from hotline.lab import ports
from hotline.lab.child import Child
from hotline.lab.daemon_client import Rest, RestRefused
from hotline.lab.hotline_instance import HotlineInstance, InstanceError, Table, derive
from hotline.lab.sit_down import sit_down
from hotline.programs import process_table

from . import erlang_c, instance, ledger_rows
from .callers import CALLED_BACK_MORE_SECONDS, RING_SECONDS
from .facts import Citizen, Load
from .instance import Surge
from .judge import TARGET_SECONDS, Lived, judge
from .plan import MOST_PATIENCE, callers

HOTLINE, RECORDER_STOPPED, ALONE = "hotline", "recorder_stopped", "asterisk_alone"
LINGER_SECONDS = 90.0
"""After the last caller dialled at most, and as long as the most patient waits and the longest talks take."""
SETTLE_SECONDS = 90.0
DRAIN_SECONDS = 60.0
LOOK_SECONDS = 1.0
MUTE = re.compile(r": (short|caller_silent|seat_silent)( (short|caller_silent|seat_silent))* \[recording_missing\]$")
"""Telephones without sound: their recordings lack it, and no other."""


@dataclass(slots=True)
class Phase:
    """One phase of a run: what callers lived through, and how busy the hotline was."""

    name: str
    lived: Lived
    load: Load
    seat_invites_again: int = 0


@dataclass(slots=True)
class Account:
    """Of a whole run. ``lost``: what ``hotline verify`` found wrong, a sentence each."""

    surge: Surge
    notice_seconds: float
    phases: list[Phase] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    """That were raised, by their kinds."""
    switched_seconds: float | None = None
    """Until the mode was in force in Asterisk."""

    @property
    def clean(self) -> bool:
        """Nobody was lost, nobody is without an outcome, and the ledger agrees with the telephones."""
        return not self.lost and all(
            not (one.lived.lost or one.lived.no_outcome or one.lived.unmade or one.lived.differences)
            for one in self.phases
        )

    def json(self) -> dict[str, Any]:
        surge = self.surge
        busy = surge.talk + RING_SECONDS
        expected = erlang_c.answered_within(TARGET_SECONDS, surge.rate * busy, surge.seats, busy)
        return {
            "seats": surge.seats, "rate": surge.rate, "seconds": surge.seconds, "talk": surge.talk, "patience": surge.patience,
            "seed": surge.seed, "erlangs": round(surge.rate * busy, 2), "erlang_c_within_15": round(expected, 4),
            "mode": surge.mode, "switched_seconds": self.switched_seconds, "notice_seconds": round(self.notice_seconds, 2),
            "phases": {one.name: asdict(one.lived) | {"load": asdict(one.load), "seat_invites_again": one.seat_invites_again}
                       for one in self.phases},
            "alarms": self.alarms, "lost": self.lost, "clean": self.clean,
        }  # fmt: skip


async def run(
    shipped: Table, surge: Surge, change: Callable[[Table, Surge], None], told: Callable[[str], None]
) -> Account:
    """Raises InstanceError."""
    with tempfile.TemporaryDirectory(prefix="hotline-surge-") as folder:
        block = ports.find()
        stage = HotlineInstance(
            derive(shipped, block.base, lambda table: change(table, surge)), Path(folder), base=block.base
        )
        account = Account(surge, instance.lay_out(stage, surge))
        try:
            await asyncio.to_thread(stage.start, seconds=180.0)
            await _phases(stage, account, told)
            return account
        finally:
            stage.signal(signal.SIGCONT)
            await asyncio.to_thread(stage.close)
            block.free()


async def _phases(stage: HotlineInstance, account: Account, told: Callable[[str], None]) -> None:
    surge = account.surge
    trunks = [(trunk["host"], trunk["port"]) for trunk in stage.settings["trunk"]]
    seats = [seat["id"] for seat in stage.settings["seat"]]
    phones = Child("hotline.surge.telephones", {
        "asterisk": ["127.0.0.1", stage.settings["ports"]["sip"]], "trunks": trunks, "desk": list(stage.fixed.desk),
        "number": stage.settings["line"][0]["numbers"][0], "notice": account.notice_seconds, "sound": surge.sound,
        "seats": {seat: stage.secret(f"sip-{seat}") for seat in seats},
    })  # fmt: skip
    try:
        await phones.start(120.0)
        await sit_down(stage, seats, [agent["id"] for agent in stage.settings["agent"]])
        if surge.mode:
            account.switched_seconds = await _switch(stage, surge.mode)
        names = [HOTLINE, *([RECORDER_STOPPED] if surge.recorder_stopped else []), *([ALONE] if surge.alone else [])]
        for number, name in enumerate(names):
            told(name)
            account.phases.append(await _phase(stage, account, phones, number, name))
        await _judged(stage, account)
    finally:
        await phones.close()


async def _phase(stage: HotlineInstance, account: Account, phones: Child, number: int, name: str) -> Phase:
    surge = account.surge
    plan = callers(
        surge.seed,
        number,
        rate=surge.rate,
        seconds=surge.seconds,
        talk=surge.talk,
        patience=surge.patience,
        takes=surge.takes,
    )
    assert stage.daemon is not None
    recorders = _StoppedRecorders(lambda: _recorders(stage) if name == RECORDER_STOPPED else [])
    recorders.look()
    if name == ALONE:
        stage.kill()
    watch = _Watch(stage, recorders.look, alone=name == ALONE)
    looking = asyncio.create_task(watch.run())
    linger = LINGER_SECONDS + 8 * surge.talk + CALLED_BACK_MORE_SECONDS + MOST_PATIENCE * surge.patience
    try:
        order = {"callers": [asdict(one) for one in plan], "linger": linger}
        answer = await phones.ask(json.dumps(order), surge.seconds + linger + 120.0)
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        recorders.go_on()
    load = watch.load()
    if name == ALONE:
        await asyncio.to_thread(stage.start, seconds=120.0)
    citizens = [Citizen.of(row) for row in answer["citizens"]]
    await _settle(stage, _prefix(number), sum(one.answered is not None for one in citizens))
    if name == HOTLINE:
        load = await _drained(stage, load)
    await _say(stage, _prefix(number))
    rows = ledger_rows.calls(stage.places.ledger, _prefix(number))
    lived = judge(citizens, rows, account.notice_seconds, load)
    return Phase(name, lived, load, int(answer["seat_invites_again"]))


def _prefix(phase: int) -> str:
    return f"13900{phase:02d}"


def _recorders(stage: HotlineInstance) -> list[int]:
    assert stage.daemon is not None
    return [pid for pid in process_table.children(stage.daemon.pid) if "recordings.child" in process_table.title(pid)]


class _StoppedRecorders:
    """Those that run and those that come: a recorder is started when there is work, and again when it died."""

    def __init__(self, found: Callable[[], list[int]]) -> None:
        self._found = found
        self._stopped: set[int] = set()

    def look(self) -> None:
        """Stop whoever is new."""
        for pid in self._found():
            if pid not in self._stopped:
                self._stopped.add(pid)
                _signal(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """All of them; those that have ended meanwhile cost the run nothing."""
        for pid in self._stopped:
            _signal(pid, signal.SIGCONT)


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


class _Watch:
    """Looks at the hotline once a second, for as long as a phase lasts."""

    def __init__(self, stage: HotlineInstance, each: Callable[[], None], *, alone: bool) -> None:
        """``each``: done at each look."""
        asterisk = stage.asterisk_pid()
        assert asterisk is not None
        assert stage.daemon is not None
        self._stage, self._alone, self._each = stage, alone, each
        self._pid = stage.daemon.pid
        self._meter = None if alone else Meter(self._pid, asterisk)
        self._asterisk, self._before, self._began = asterisk, process_table.cpu(asterisk), time.monotonic()
        self._owed = self._most = 0
        self._read = (0.0, 0.0, 0.0, 1.0)
        self._memory = 0.0

    async def run(self) -> None:
        while True:
            self._look()
            await asyncio.sleep(LOOK_SECONDS)

    def _look(self) -> None:
        self._each()
        if self._meter is not None:
            self._owed = ledger_rows.owed_recordings(self._stage.places.ledger)
            self._most = max(self._most, self._owed)
            self._read = self._meter.read()
            self._memory = _resident_mb(self._pid)
        else:
            self._read = (0.0, process_table.cpu(self._asterisk) - self._before, 0.0, time.monotonic() - self._began)

    def load(self) -> Load:
        daemon, asterisk, audio, seconds = self._read
        return Load(
            daemon_percent=round(daemon / seconds * 100, 1), asterisk_percent=round(asterisk / seconds * 100, 1),
            recorder_percent=round(audio / seconds * 100, 1), owed_most=self._most, owed_after=self._owed,
            memory_mb=round(self._memory, 1),
        )  # fmt: skip


def _resident_mb(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    line = next((one for one in text.splitlines() if one.startswith("VmRSS:")), "VmRSS: 0")
    return int(line.split()[1]) / 1024


async def _settle(stage: HotlineInstance, prefix: str, expected: int) -> None:
    """Until the ledger has them all and none is open; what is missing then, the judge tells."""
    await _until(lambda: ledger_rows.settled(stage.places.ledger, prefix, expected), SETTLE_SECONDS)


async def _drained(stage: HotlineInstance, load: Load) -> Load:
    took = await _until(lambda: not ledger_rows.owed_recordings(stage.places.ledger), DRAIN_SECONDS)
    return replace(load, drained_seconds=took)


async def _until(there: Callable[[], bool], seconds: float) -> float | None:
    """The seconds it took; None: it did not come."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if there():
            return round(time.monotonic() - began, 1)
        await asyncio.sleep(0.5)
    return None


async def _say(stage: HotlineInstance, prefix: str) -> None:
    """Each robot's word on its call: answered on the spot. Agents say it while they talk; robots afterwards, lest they take part in the load."""
    async with stage.rest() as client:
        rest = Rest(client)
        for call in ledger_rows.without_word(stage.places.ledger, prefix):
            try:
                await rest.dispose(call, "direct")
            except RestRefused as refused:
                raise InstanceError(str(refused)) from refused


async def _switch(stage: HotlineInstance, mode: str) -> float:
    """The mode on; gives the seconds until Asterisk had it. Raises InstanceError."""
    began = time.monotonic()
    async with stage.rest() as client:
        body = {"kind": "mode", "target": mode, "state": "on", "reason": "rehearsal"}
        reply = await client.post("/api/switches", json=body)
    if reply.status_code >= 300 or not reply.json()["in_force"]:
        raise InstanceError(f"mode {mode}: {reply.status_code} {reply.text[:200]}")
    return round(time.monotonic() - began, 2)


async def _judged(stage: HotlineInstance, account: Account) -> None:
    done = await asyncio.to_thread(stage.command, "verify", "--json", seconds=300.0)
    try:
        breaches = list(json.loads(done.stdout)["breaches"])
        account.lost = [one for one in breaches if account.surge.sound or not MUTE.search(one)]
    except (ValueError, KeyError):
        account.lost = [done.stderr.decode(errors="replace")[-300:] or f"hotline verify: {done.returncode}"]
    async with stage.rest() as client:
        told = (await client.get("/api/alarms")).json()
    rows = told if isinstance(told, list) else next((one for one in told.values() if isinstance(one, list)), [])
    account.alarms = sorted({str(row.get("rule") or row.get("kind") or row.get("key")) for row in rows})
