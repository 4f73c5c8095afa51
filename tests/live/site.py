"""A whole hotline for a test: real Asterisk, real daemon, phones, and the witnesses' testimony.

A ``Site`` is a stage of the demo with a test's settings; a ``SiteTelephones`` is its telephones on the
running loop with agents logged in. Nothing is imported that the daemon decides with.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import tomli_w

from casestore import migrate
from hotline.lab import ports
from hotline.lab.daemon_client import Rest, RestRefused
from hotline.lab.hotline_instance import HotlineInstance, RunningDaemon, Table, Telephones, derive, shipped
from hotline.lab.phones import Call, Manner, Rack, answering
from hotline.lab.sound import tone
from tests import brief, new_ledger, shipped_gazetteer
from tests.faults import logs, witness
from tests.faults.checker import Plan, Tolerances, check, shown_as_it_is

from .forked import Commands
from .sipp import Connections, Sipp

SEAT_HERTZ = 620
CALLER_TONE, SEAT_TONE = tone(440), tone(SEAT_HERTZ)
ANSWER_SECONDS = 1.3
"""A talk of so long is an answer by every clock."""
SEES_SECONDS, HEARS_SECONDS = 3.0, 0.3
"""A daemon that was away sees after so long what goes on; telephones that were hear it after so long."""
CLOSED, MENU, TINY = "12319002", "12319001", "12319003"


def usual(table: Table) -> None:
    """A test's settings: quick wrap-up, and beside the shipped lines a menu, a closed one and a tiny one."""
    table["seats"] |= {"wrap_up_seconds": 2, "missed_before_pause": 2}
    table["targets"]["least_calls"] = 100000  # calls are missed on purpose: no target of a day is meant
    table["targets"]["silent_calls"] = 100000  # callers without sound are many here
    table["queue"][0]["ring_seconds"] = 5
    table["centre"]["timezone"] = "Asia/Shanghai"
    hour = (time.gmtime().tm_hour + 8 + 12) % 24  # Shanghai's clock, half a day from now
    queue = "mandarin"
    table["queue"].append({"id": "brief", "name": "短队", "ring_seconds": 3, "max_wait_seconds": 5, "max_waiting": 10})
    table["line"] += [
        {"id": "menu", "name": "按键", "numbers": [MENU], "queue": queue, "capacity": 10, "hours": "always",
         "check_seconds": 0, "menu": {"1": "mandarin", "2": "minnan", "0": "emergency"}},
        {"id": "night", "name": "夜间", "numbers": [CLOSED], "queue": queue, "capacity": 10, "check_seconds": 0,
         "hours": f"Mon-Sun {hour:02}:00-{hour:02}:30"},
        {"id": "tiny", "name": "小线", "numbers": [TINY], "queue": "brief", "capacity": 2, "hours": "always",
         "check_seconds": 0},
    ]  # fmt: skip
    for line in table["line"][:2]:
        line["check_seconds"] = 0


def known_years(table: Table) -> None:
    """The calendar knows this year and the next one, whenever a test runs: no alarm of its own. National Day is off anyway."""
    today = datetime.now(UTC).date()
    own = table.setdefault("calendar", {})
    own["holidays"] = [
        *own.get("holidays", ()),
        *(date(year, 10, 1).isoformat() for year in (today.year, today.year + 1)),
    ]


commands = cache(Commands)
"""One server of commands for each process of tests, from the first command on."""


@cache
def new_case_store() -> bytes:
    """As its program makes it at a first start: half a second of a core."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "casestore.db")
        migrate.upgrade(f"sqlite:///{file}")
        return file.read_bytes()


class Site(HotlineInstance):
    """One daemon and one Asterisk under a temporary folder, on ports of their own."""

    as_operators_start_it = False
    """Where the daemon's own command line matters; else it is forked, which saves two seconds of a core."""

    def __init__(self, var: Path, change: Callable[[Table], None] = usual) -> None:
        self.block = ports.find()
        table = derive(shipped(), self.block.base, change)
        known_years(table)
        super().__init__(table, var, base=self.block.base)
        brief.notices(self.places.prompts)
        shipped_gazetteer.lay(self.places.gazetteer)
        if not self.places.ledger.exists():
            new_ledger.make(self.places.ledger)
        if not self.places.casestore.exists():
            self.places.casestore.touch(0o600)
            self.places.casestore.write_bytes(new_case_store())
        self.began = time.time()
        self.deaths: list[float] = []
        self.away: list[tuple[float, float]] = []
        """When no daemon ran, or it stood still."""
        self.deaf: list[tuple[float, float]] = []
        """When the telephones' own loop waited for a command, and a moment more: what they noted then, they noted late."""
        self.provoked: list[str] = []
        """Words of the faults that a test means to cause, as the logs say them."""
        self._gone_at: float | None = None
        self.crowds: list[Sipp] = []

    def __enter__(self) -> Site:
        try:
            self.start(seconds=60)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        left = self.close_all()
        if kind is None and left:
            raise AssertionError(f"still running after close: {left}")

    def judge(self) -> None:
        """What holds in every test, whatever it is about: raises AssertionError."""
        wrong = [*shown_as_it_is(self.seen(), self.plan()), *logs.of_site(self.log, self.places.var, self.provoked)]
        if wrong:
            raise AssertionError("\n".join(wrong))

    def seen(self) -> witness.History:
        """The telephones and what the seats were shown as; costs no program."""
        return witness.History(
            phones=witness.phones(self.places.var / "phones.jsonl"), cel=(), queue=(), ledger=(),
            free=witness.free(self.places.ledger), blind=witness.blind(self.places.ledger),
        )  # fmt: skip

    def close_all(self) -> list[int]:
        """End everything, then judge what holds in every test; gives the processes that had to be killed."""
        for crowd in self.crowds:
            crowd.close()
        try:
            self.stop()
            left = self._gone()
        finally:
            self.close()
            self.block.free()
        if sys.exc_info()[0] is None:  # a test that failed has said why
            self.judge()
        return left

    def _gone(self, seconds: float = 10.0) -> list[int]:
        limit = time.monotonic() + seconds
        while (left := self.running()) and time.monotonic() < limit:
            time.sleep(0.1)
        return left

    # -- breaking things ---------------------------------------------------------------

    def write_settings(self) -> None:
        """What ``settings`` holds now, for the daemon to read."""
        self.config.write_text(tomli_w.dumps(self.settings), encoding="utf-8")

    def freeze(self) -> None:
        self._leave()
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)
        self._back()

    @contextmanager
    def slow(self) -> Iterator[None]:
        """It gets a fifth of each second, as on a machine that has no time."""
        self._leave()
        over = threading.Event()

        def beat() -> None:
            while not over.is_set():
                self.signal(signal.SIGSTOP)
                over.wait(0.8)
                self.signal(signal.SIGCONT)
                over.wait(0.2)

        beating = threading.Thread(target=beat)
        beating.start()
        try:
            yield
        finally:
            over.set()
            beating.join()
            self.thaw()

    def start(self, **words: Any) -> None:
        super().start(**words)
        self._back()

    def launch(self, environ: Mapping[str, str]) -> RunningDaemon:
        """Forked; one with an environment or a program of its own is started as everybody starts it."""
        if environ or self.as_operators_start_it or self.program != HotlineInstance.program:
            return super().launch(environ)
        return commands().daemon(self.run_words(), self.log)

    def stop(self, seconds: float = 30.0) -> int:
        self._leave()
        return super().stop(seconds)

    def kill(self) -> None:
        self._leave()
        super().kill()

    def _leave(self) -> None:
        if self._gone_at is None:
            self._gone_at = time.time()

    def _back(self) -> None:
        """It has a moment to see what it missed."""
        if self._gone_at is not None:
            self.away.append((self._gone_at, time.time() + SEES_SECONDS))
            self._gone_at = None

    def kill_asterisk(self) -> float:
        """kill -9; gives and remembers the moment."""
        pid = self.asterisk_pid()
        assert pid is not None, "Asterisk is not running"
        os.kill(pid, signal.SIGKILL)
        self.deaths.append(time.time())
        return self.deaths[-1]

    def sipp(self, trunk: str, number: str, callers: tuple[str, ...], **words: float) -> Sipp:
        """Start a crowd of callers on one trunk."""
        place = next(n for n, one in enumerate(self.settings["trunk"]) if one["id"] == trunk)
        host = self.settings["trunk"][place]["host"]
        port, media = self.fixed.base + 20 + len(self.crowds), self.fixed.base + 900 - 40 * len(self.crowds)
        crowd = Connections(trunk, host, port, number, callers, media_port=media, **words)
        folder = self.places.var / f"sipp{len(self.crowds)}"
        self.crowds.append(Sipp(crowd, ("127.0.0.1", self.settings["ports"]["sip"]), folder))
        return self.crowds[-1]

    # -- judging -----------------------------------------------------------------------

    def command(self, *words: str, seconds: float = 60.0) -> subprocess.CompletedProcess[bytes]:
        """Called on a loop, it keeps the telephones of that loop from hearing: the judge is told when."""
        began = time.time()
        try:
            return commands().run([*words, "--config", str(self.config), "--var", str(self.places.var)], seconds)
        finally:
            if _on_a_loop():
                self.deaf.append((began, time.time() + HEARS_SECONDS))

    def ledger(self) -> tuple[witness.LedgerCall, ...]:
        return witness.ledger(self.hotline("report", "calls", "--json"))

    def verify(self) -> tuple[str, ...]:
        done = self.command("verify", "--json")
        assert done.stdout, done
        told = json.loads(done.stdout)
        return tuple(str(breach) for breach in (told if isinstance(told, list) else told["breaches"]))

    def history(self) -> witness.History:
        """What all witnesses say now."""
        trunks, seats = ([one["id"] for one in self.settings[kind]] for kind in ("trunk", "seat"))
        return witness.History(
            phones=witness.phones(self.places.var / "phones.jsonl"),
            cel=witness.cel(self.places.cel, trunks, seats),
            queue=witness.queue_log(self.places.queue_log),
            ledger=self.ledger(),
            breaches=self.verify(),
            cases=witness.cases(self.places.casestore),
            free=witness.free(self.places.ledger),
            blind=witness.blind(self.places.ledger),
        )

    def plan(self) -> Plan:
        lines = {
            number: line["id"]
            for line in self.settings["line"]
            for number in (*line.get("numbers", ()), *line.get("partners", {}))
        }
        away = [*self.away, *self.deaf, *([(self._gone_at, math.inf)] if self._gone_at is not None else [])]
        return Plan(lines, self.settings.get("recording", {}).get("enabled", True), tuple(self.deaths), tuple(away))

    def settle(self, seconds: float = 90.0, tolerances: Tolerances | None = None, **changes: object) -> list[str]:
        """Breaches, once recordings and the book have come to rest, or when time is over: who makes recordings of sound rests while all cores are busy."""
        plan = replace(self.plan(), **changes)  # type: ignore[arg-type]
        limit = time.monotonic() + seconds
        while True:
            breaches = check(self.history(), plan, tolerances)
            if not breaches or time.monotonic() > limit:
                return breaches
            time.sleep(0.5)

    def offers_to(self, seat: str, queue: str = "mandarin") -> bool:
        """Whether Asterisk itself would ring this seat for the queue's next caller: the desk's word may be on its way."""
        members = self.hotline("asterisk", "cli", f"queue show {queue}").splitlines()
        mine = [line for line in members if f"PJSIP/{seat}" in line]
        return any("paused" not in line and "Not in use" in line for line in mine)

    def channels(self) -> int:
        """Channels Asterisk has up right now."""
        said = self.hotline("asterisk", "cli", "core show channels count")
        return int(said.split()[0])


class SiteTelephones:
    """Telephones and agents of a site, for one test. ``async with``."""

    def __init__(self, site: Site, seats: int = 0, manner: Manner | None = None, *, queues: str = "") -> None:
        self.site, self._count = site, seats
        self._manner = manner or answering(0.3, None, SEAT_TONE)
        self.phones: Telephones = site.telephones()
        self._client = self.client = site.rest()
        self.rest = Rest(self._client)
        self.seats: list[str] = []

    @property
    def desk(self) -> Rack:
        return self.phones.desk

    async def __aenter__(self) -> SiteTelephones:
        await self.phones.__aenter__()
        try:
            for seat in self.site.settings["seat"][: self._count]:
                await self.sit(seat["id"], self._manner)
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        for seat in self.seats:
            try:
                await self.rest.verb(seat, "logout")
            except (RestRefused, httpx.HTTPError):
                continue  # the test broke the daemon on purpose; the next one logs in anew
        await self._client.aclose()
        await self.phones.__aexit__(None, None, None)

    async def sit(self, seat: str, manner: Manner) -> None:
        """Register the seat's phone and log its agent in (agent 1001 at 8001 …)."""
        await self.desk.register(seat, self.site.secret(f"sip-{seat}"), manner)
        place = [one["id"] for one in self.site.settings["seat"]].index(seat)
        agent = self.site.settings["agent"][place]["id"]
        await eventually(lambda: self.rest.login(seat, agent), 10)
        self.seats.append(seat)

    async def dial(self, number: str = "12319", *, trunk: str = "telecom", caller: str, **words: object) -> Call:
        return await self.phones.trunks[trunk].dial(
            number, caller=caller, sound=CALLER_TONE, **words,  # type: ignore[arg-type]
        )  # fmt: skip

    async def reachable(self, *trunks: str) -> None:
        """Once Asterisk knows that these carriers (or all) answer: it would not dial them else.

        What it says may still be of carriers before these, so each must have been asked since.
        """
        wanted = trunks or tuple(self.phones.trunks)

        def known() -> bool:
            said = self.site.hotline("asterisk", "cli", "pjsip show contacts").splitlines()
            return all(any(f"{name}/" in line and " Avail " in line for line in said) for name in wanted)

        await eventually(lambda: all(self.phones.trunks[name].asked for name in wanted))
        await eventually(lambda: asyncio.to_thread(known))  # in a thread: the carriers answer on this loop

    async def state(self, seat: str) -> str:
        return next(str(row["state"]) for row in await self.rest.seats() if row["seat"] == seat)

    async def until_state(self, seat: str, state: str, seconds: float = 30.0) -> None:
        async def same() -> None:
            assert await self.state(seat) == state

        await eventually(same, seconds)

    async def seat_call(self, caller: str, seconds: float = 20.0) -> Call:
        """The seat's end of this caller's call, once a seat has answered it and it counts as an answer.

        A talk under a second is none (``config/answered_talk_rule.py``); one that ended sooner is returned at its end.
        """
        async with asyncio.timeout(seconds):
            while True:
                for call in self.desk.calls:
                    if call.outgoing or call.caller != caller or call.answered is None:
                        continue
                    if call.ended is not None or time.time() - call.answered >= ANSWER_SECONDS:
                        return call
                await asyncio.sleep(0.02)


def _on_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def eventually(attempt: Callable[[], object], seconds: float = 30.0) -> None:
    """Repeat until it neither raises nor is false; the last failure is the test's. What is no coroutine only looks."""
    limit = time.monotonic() + seconds
    while True:
        try:
            # in a thread, because many ask a program, and telephones live on this loop
            done = attempt() if inspect.iscoroutinefunction(attempt) else await asyncio.to_thread(attempt)
            if asyncio.iscoroutine(done):
                done = await done
            if done is None or done:
                return
            raise AssertionError("never came true")
        except (AssertionError, RestRefused, httpx.HTTPError):
            if time.monotonic() > limit:
                raise
            await asyncio.sleep(0.1)
