"""A whole hotline for a test: real Asterisk, real daemon, phones, and the witnesses' testimony.

A ``Site`` is a stage of the demo with a test's settings; a ``Floor`` is its telephones on the
running loop with agents logged in. Nothing is imported that the daemon decides with.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import httpx

from hotline.demo import ports
from hotline.demo.phones import Call, Manner, Rack, answering
from hotline.demo.rest import Rest, RestRefused
from hotline.demo.sound import tone
from hotline.demo.stage import Stage, Table, Telephones, derive, shipped
from tests import brief
from tests.faults import witness
from tests.faults.checker import Plan, Tolerances, check

from .sipp import Crowd, Sipp

CALLER_TONE, SEAT_TONE = tone(440), tone(620)
CLOSED, MENU, TINY = "12319002", "12319001", "12319003"


def usual(table: Table) -> None:
    """A test's settings: quick wrap-up, and beside the shipped lines a menu, a closed one and a tiny one."""
    table["seats"] |= {"wrap_up_seconds": 2, "missed_before_pause": 2}
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


class Site(Stage):
    """One daemon and one Asterisk under a temporary folder, on ports of their own."""

    def __init__(self, var: Path, change: Callable[[Table], None] = usual) -> None:
        self.block = ports.find()
        table = derive(shipped(), self.block.base, change)
        super().__init__(table, var, base=self.block.base)
        brief.notices(self.places.prompts)
        self.began = time.time()
        self.deaths: list[float] = []
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

    def close_all(self) -> list[int]:
        """End everything; gives the processes that had to be killed."""
        for crowd in self.crowds:
            crowd.close()
        try:
            self.stop()
            left = self._gone()
        finally:
            self.close()
            self.block.free()
        return left

    def _gone(self, seconds: float = 10.0) -> list[int]:
        limit = time.monotonic() + seconds
        while (left := self.running()) and time.monotonic() < limit:
            time.sleep(0.1)
        return left

    # -- breaking things ---------------------------------------------------------------

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)

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
        crowd = Crowd(trunk, host, port, number, callers, media_port=media, **words)
        folder = self.places.var / f"sipp{len(self.crowds)}"
        self.crowds.append(Sipp(crowd, ("127.0.0.1", self.settings["ports"]["sip"]), folder))
        return self.crowds[-1]

    # -- judging -----------------------------------------------------------------------

    def ledger(self) -> tuple[witness.LedgerCall, ...]:
        return witness.ledger(self.hotline("report", "calls", "--json"))

    def verify(self) -> tuple[str, ...]:
        done = self.command("verify", "--json")
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
        )

    def plan(self) -> Plan:
        lines = {
            number: line["id"]
            for line in self.settings["line"]
            for number in (*line.get("numbers", ()), *line.get("partners", {}))
        }
        return Plan(lines, self.settings.get("recording", {}).get("enabled", True), tuple(self.deaths))

    def settle(self, seconds: float = 30.0, tolerances: Tolerances | None = None, **changes: object) -> list[str]:
        """Breaches, once recordings and the book have come to rest, or when time is over."""
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


class Floor:
    """Telephones and agents of a site, for one test. ``async with``."""

    def __init__(self, site: Site, seats: int = 0, manner: Manner | None = None, *, queues: str = "") -> None:
        self.site, self._count = site, seats
        self._manner = manner or answering(0.3, None, SEAT_TONE)
        self.phones: Telephones = site.telephones()
        self._client: httpx.AsyncClient = site.rest()
        self.rest = Rest(self._client)
        self.seats: list[str] = []

    @property
    def desk(self) -> Rack:
        return self.phones.desk

    async def __aenter__(self) -> Floor:
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

    async def state(self, seat: str) -> str:
        return next(str(row["state"]) for row in await self.rest.seats() if row["seat"] == seat)

    async def until_state(self, seat: str, state: str, seconds: float = 10.0) -> None:
        async def same() -> None:
            assert await self.state(seat) == state

        await eventually(same, seconds)

    async def seat_call(self, caller: str, seconds: float = 20.0) -> Call:
        """The seat's end of this caller's call, once a seat has answered it."""
        async with asyncio.timeout(seconds):
            while True:
                for call in self.desk.calls:
                    if not call.outgoing and call.caller == caller and call.answered is not None:
                        return call
                await asyncio.sleep(0.02)


async def eventually(attempt: Callable[[], object], seconds: float = 10.0) -> None:
    """Repeat until it neither raises nor is false; the last failure is the test's."""
    limit = time.monotonic() + seconds
    while True:
        try:
            done = attempt()
            if asyncio.iscoroutine(done):
                done = await done
            if done is None or done:
                return
            raise AssertionError("never came true")
        except (AssertionError, RestRefused, httpx.HTTPError):
            if time.monotonic() > limit:
                raise
            await asyncio.sleep(0.1)
