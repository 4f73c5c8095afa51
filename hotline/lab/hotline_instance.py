"""A whole hotline on loopback: derived settings, the daemon as a child, its REST, its telephones.

Used by ``hotline demo`` and by the live tests. The daemon runs as a program of its own
(``hotline run``), so that it can be killed, stopped and started like one. Everything it
writes is under one folder; ``close`` leaves nothing running.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx
import tomli_w

from config.file_places import Places
from hotline.programs import process_table

from .media import Metronome, RtpPorts
from .phones import Rack

Table = dict[str, Any]
KILLS = 20
"""So often what is left is killed again."""
DESK_HOST = "127.0.0.4"
"""Desk phones live here: an address that is no trunk's, with all its RTP ports to itself."""


class RunningDaemon(Protocol):
    """What an instance asks of its daemon; ``subprocess.Popen`` is one."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | Any: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def kill(self) -> None: ...


class InstanceError(RuntimeError):
    """The stage could not be set up; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """Where the telephones of the stage stand."""

    base: int
    """First port of the block; trunks at +5, +6 …, the desk rack at +9, the edge at +10, browsers' phones at +11, the case store at +12."""

    def ports(self) -> Table:
        names = ("sip", "ami", "http", "agi", "api")
        return {name: self.base + place for place, name in enumerate(names)} | {
            "phones": self.base + 11,
            "casestore": self.base + 12,
            "rtp_first": self.base + 100,
        }

    @property
    def desk(self) -> tuple[str, int]:
        return DESK_HOST, self.base + 9


def one_queue(table: Table, capacity: int, **changes: Any) -> str:
    """The first line and the first queue alone, with these changes of the queue; its id. What names the others goes with them."""
    queue: str = table["queue"][0]["id"]
    table["queue"] = [table["queue"][0] | changes]
    table["line"] = [table["line"][0] | {"queue": queue, "capacity": capacity, "check_seconds": 0}]
    table.pop("nuisance", None)
    return queue


def derive(shipped: Table, base: int | None, change: Callable[[Table], None] | None = None) -> Table:
    """The shipped settings with ports of their own and desk phones only (a robot speaks no WebRTC)."""
    settings: Table = json.loads(json.dumps(shipped))
    if base is not None:
        settings["ports"] = Fixed(base).ports()
        settings.setdefault("edge", {})["port"] = base + 10
        for place, trunk in enumerate(settings["trunk"]):
            trunk["port"] = base + 5 + place
    for seat in settings["seat"]:
        seat["device"] = "desk"
    # the telephones are on this machine too, and other programs: what has only the time that nobody needs might get none
    settings.setdefault("recording", {})["priority"] = "low"
    if change is not None:
        change(settings)
    return settings


class HotlineInstance:
    """One daemon with its folder, from ``start`` to ``close``."""

    program: tuple[str, ...] = ("hotline.cli",)
    """The daemon's module; a test of the tests puts a broken one here."""

    def __init__(self, settings: Table, var: Path, *, base: int, config: Path | None = None) -> None:
        self.settings, self.places, self.fixed = settings, Places(var), Fixed(base)
        var.mkdir(parents=True, exist_ok=True)
        self.config = config or var / "hotline.toml"
        self.config.write_text(tomli_w.dumps(settings), encoding="utf-8")
        self.daemon: RunningDaemon | None = None
        self.log = var / "daemon.out"
        self._daemons: set[int] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings['ports']['api']}"

    @property
    def origin(self) -> str:
        """The one address of browsers."""
        return f"https://127.0.0.1:{self.settings['edge']['port']}"

    # -- the daemon ------------------------------------------------------------------

    def start(self, *, seconds: float = 60.0, environ: Mapping[str, str] | None = None) -> None:
        """Start the daemon and wait until it says it is live."""
        self.daemon = self.launch(environ or {})
        self._daemons.add(self.daemon.pid)
        self.until_live(seconds)

    def launch(self, environ: Mapping[str, str]) -> RunningDaemon:
        """The daemon's process, leader of a session of its own, its words in ``log``."""
        with self.log.open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-m", *self.program, *self.run_words()],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **environ},
            )  # fmt: skip

    def run_words(self) -> list[str]:
        return ["run", "--config", str(self.config), "--var", str(self.places.var)]

    def until_live(self, seconds: float = 60.0) -> None:
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if self.daemon is not None and self.daemon.poll() is not None:
                raise InstanceError(f"the daemon ended with status {self.daemon.returncode}:\n{self.tail()}")
            if self.live():
                return
            time.sleep(0.1)
        raise InstanceError(f"the daemon is not live after {seconds:.0f} s:\n{self.tail()}")

    def live(self) -> bool:
        """Whether the daemon says that its picture of the telephone is true."""
        try:
            headers = {"Authorization": f"Bearer {self.secret('api-token')}"}
            reply = httpx.get(f"{self.url}/api/health", timeout=2.0, headers=headers, verify=False)  # noqa: S501 - plain HTTP on loopback
            return bool(reply.json()["live"])
        except (httpx.HTTPError, OSError, KeyError, ValueError):
            return False

    def tail(self, lines: int = 30) -> str:
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def signal(self, number: signal.Signals) -> None:
        if self.daemon is not None and self.daemon.poll() is None:
            self.daemon.send_signal(number)

    def kill(self) -> None:
        """kill -9: no goodbye."""
        if self.daemon is not None:
            self.daemon.kill()
            self.daemon.wait()

    def stop(self, seconds: float = 30.0) -> int:
        """An orderly end; gives the exit status."""
        if self.daemon is None:
            return 0
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            return self.daemon.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise InstanceError(f"the daemon did not stop within {seconds:.0f} s:\n{self.tail()}") from None

    def close(self) -> None:
        """Stop the daemon and, should it have left it, its Asterisk and whatever else runs for this folder."""
        try:
            self.stop()
        finally:
            for _ in range(KILLS):  # a master whose worker is killed first begins another one
                for pid in (left := self.running()):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                if not left:
                    break
                time.sleep(0.05)  # a killed process is still there for a moment

    def running(self) -> list[int]:
        """Our Asterisk, nginx and case store, and processes of the daemon's own session (it leads one), should any be left."""
        alive = self.daemon is not None and self.daemon.poll() is None
        sessions = {daemon for daemon in self._daemons if not (alive and self.daemon and daemon == self.daemon.pid)}
        left = [pid for session in sessions for pid in process_table.of_session(session)]
        others = (self.places.asterisk_etc / "asterisk.conf", self.places.casestore_conf)
        return [*left, *(pid for file in others for pid in process_table.running_with(file)), *_edge_of(self.places)]

    def asterisk_pid(self) -> int | None:
        return next(iter(process_table.running_with(self.places.asterisk_etc / "asterisk.conf")), None)

    def case_store_pid(self) -> int | None:
        return next(iter(process_table.running_with(self.places.casestore_conf)), None)

    def hotline(self, *words: str, seconds: float = 60.0) -> str:
        """Run another ``hotline`` command on this stage and give its standard output."""
        done = self.command(*words, seconds=seconds)
        if done.returncode != 0:
            raise InstanceError(f"hotline {' '.join(words)}: status {done.returncode}: {done.stderr.decode()}")
        return done.stdout.decode()

    def command(self, *words: str, seconds: float = 60.0) -> subprocess.CompletedProcess[bytes]:
        where = ["--config", str(self.config), "--var", str(self.places.var)]
        return subprocess.run(
            [sys.executable, "-m", "hotline.cli", *words, *where], capture_output=True, timeout=seconds, check=False
        )

    def secret(self, name: str) -> str:
        return (self.places.secrets / name).read_text(encoding="ascii").strip()

    # -- telephones --------------------------------------------------------------------

    def telephones(self, *, keep: bool = True) -> Telephones:
        """``keep``: calls that are over stay to be asked what they heard."""
        return Telephones(self, keep)

    def rest(self) -> httpx.AsyncClient:
        """A client of the daemon's REST with the installation's own token."""
        token = self.secret("api-token")
        return httpx.AsyncClient(base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=10.0)


class Telephones:
    """The carriers and the desk of a stage, on the running loop. ``async with``."""

    def __init__(self, stage: HotlineInstance, keep: bool = True) -> None:
        metronome, registrar = Metronome(), ("127.0.0.1", stage.settings["ports"]["sip"])
        self.log = stage.places.var / "phones.jsonl"
        low = stage.fixed.base + 500
        ports = {
            host: RtpPorts(low, low + 398)
            for host in {trunk["host"] for trunk in stage.settings["trunk"]} | {DESK_HOST}
        }
        self.trunks: dict[str, Rack] = {
            trunk["id"]: Rack(
                trunk["id"], (trunk["host"], trunk["port"]), registrar,
                ports=ports[trunk["host"]], metronome=metronome, log=self.log, keep=keep,
            )
            for trunk in stage.settings["trunk"]
        }  # fmt: skip
        desk_ports = ports[DESK_HOST]
        self.desk = Rack(
            "desk", stage.fixed.desk, registrar, ports=desk_ports, metronome=metronome, log=self.log, keep=keep
        )

    async def power_cut(self, port: int) -> None:
        """The desk's phones lose their power and come back, knowing nothing, on another port; register them anew."""
        dead = self.desk
        await dead.die()
        self.desk = Rack(
            dead.name, (dead.host, port), dead.registrar, ports=dead.ports, metronome=dead.metronome, log=self.log
        )
        await self.desk.open()

    async def __aenter__(self) -> Telephones:
        for rack in (*self.trunks.values(), self.desk):
            await rack.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(rack.close() for rack in (*self.trunks.values(), self.desk)))


def shipped(config: Path | None = None) -> Table:
    """The settings a stage derives from: a file, or the one that came with the program."""
    file = config or Path(__file__).resolve().parents[2] / "hotline.toml"
    with file.open("rb") as source:
        return tomllib.load(source)


def _edge_of(places: Places) -> list[int]:
    """nginx with its workers, also those whose master is gone: each has our log open, whatever its title says."""
    titled = [pid for pid in process_table.running() if "nginx" in process_table.title(pid)]
    return [pid for pid in titled if process_table.at(pid, places.edge)]
