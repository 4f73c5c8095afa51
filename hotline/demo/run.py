"""One run of the demo: the daemon starts, robots sit down, citizens call, the account is made.

Called by ``hotline demo``. The daemon is a child process; the telephones live in this one.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sqlite3
import time
import wave
from argparse import Namespace
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from config.language import say
from config.secrets import CASESTORE
from config.sections.citizens import Callbacks
from hotline.lab import ports
from hotline.lab.daemon_client import Rest, RestRefused
from hotline.lab.hotline_instance import HotlineInstance, InstanceError, Table, Telephones, derive

from . import guests
from .case_figures import CaseFigures, case_figures
from .case_robots import MEASURED as MEASURED_CASES
from .case_robots import OPEN as OPEN_CASES
from .case_robots import CaseRobots
from .case_robots import Pace as CasePace
from .citizens import live
from .narrator import Narrator
from .reply_robot import ReplyRobot
from .robots import Robot
from .run_result import Account, Row, account_of
from .scenario import MEASURED, OPEN, Citizen, Intent, Numbers, play
from .voices import AGENT, spoken

REPLYING = 4
"""Seats that call citizens back about their results, where a number of calls is given."""
SETTLE_S = 120.0
"""After the last call: recordings are encoded, tickets delivered, cases go their way. What has not moved for so many seconds counts as lost."""
LOOK_S, START_AGAIN_S = 1.0, 5.0
"""Between two looks at the daemon; before it is tried again when it did not start."""
TELL_AGAIN = 15
"""Citizens of an open run between two times that it is said who may log in."""
CLOSED, MENU, SELF = "12319002", "12319001", "12319003"
ASKS, ASKED_FROM = "13606088888", 10
"""A citizen who asks by keys how far a case is, one of so many calls and more."""


def settings(shipped: Table, base: int | None, *, people: bool = False) -> Table:
    """The shipped settings plus a line that is closed now and one with a menu; short wrap-up.

    ``people``: browser seats stay such, for people.
    """

    def change(table: Table) -> None:
        table["seats"]["wrap_up_seconds"] = 3
        hours = [name for name in Callbacks.model_fields if name.endswith("hours")]
        table.setdefault("callbacks", {}).update(dict.fromkeys(hours, "always"))  # somebody may look at night
        table["callbacks"]["reply_minutes"] = 0
        if people:
            guests.make_room(table, shipped)
        now = datetime.now(ZoneInfo(table["centre"]["timezone"])) + timedelta(hours=12)
        night = f"Mon-Sun {now.hour:02}:00-{now.hour:02}:30"
        queue = table["line"][0]["queue"]
        plain = {"queue": queue, "capacity": 20, "check_seconds": 60}
        keys = {"1": queue, **{key: one["id"] for key, one in zip("20", table["queue"][1:], strict=False)}}
        table["line"] += [
            {"id": "menu", "name": "按键选择", "numbers": [MENU], "hours": "always", **plain, "menu": keys},
            {"id": "self", "name": "自助查询", "numbers": [SELF], "hours": "always", **plain, "journey": "self"},
            {"id": "night", "name": "夜间关闭", "numbers": [CLOSED], "hours": night, **plain},
        ]
        table.setdefault("journey", {})["self"] = {
            "notice": {"kind": "notice", "next": "progress"},
            "progress": {"kind": "self_service", "next": "bye", "otherwise": "people"},
            "bye": {"kind": "hang_up", "prompt": "survey_thanks"},
            "people": {"kind": "queue"},
        }
        table["queue"][0]["words_seconds"] = 20
        for line in table["line"]:
            line["voicemail"] = line["survey"] = True
            line["check_seconds"] = min(line.get("check_seconds", 60), 60)

    return derive(shipped, base, change)


def numbers(table: Table) -> Numbers:
    first = table["line"][0]
    partners = tuple(number for line in table["line"] for number in line.get("partners", {}))
    return Numbers(tuple(first["numbers"]), partners, MENU, CLOSED, tuple(trunk["id"] for trunk in table["trunk"]))


def make_instance(shipped: Table, var: Path, *, people: bool = False) -> tuple[HotlineInstance, ports.Block]:
    """A stage on the shipped ports when all are free, else on a block of its own."""
    block = ports.find()
    wanted = {port for name, port in shipped["ports"].items() if name != "rtp_first"} | {shipped["edge"]["port"]}
    busy = any(ports.taken(port) for port in wanted)
    busy = busy or any(ports.taken(trunk["port"], trunk["host"]) for trunk in shipped["trunk"])
    made = settings(shipped, block.base if busy else None, people=people)
    return HotlineInstance(made, var, base=block.base), block


class DemoRun:
    """The run itself: measured where a number of calls is given, else open for people to take part."""

    def __init__(self, on: HotlineInstance, told: Narrator, args: Namespace) -> None:
        self.stage, self.told, self.args = on, told, args
        self.open = not args.calls
        self.robots: list[Robot] = []
        self.clerks: CaseRobots | None = None
        self._play: dict[str, Citizen] = {}
        self._visitors: list[guests.Guest] = []

    async def run(self) -> Account | None:
        """All of it; the account, or None when it went on until somebody ended it."""
        begun = time.monotonic()
        async with self.stage.telephones(keep=False) as phones, self.stage.rest() as client:
            rest = Rest(client)
            await self._sit_down(phones, rest)
            if self.open:
                for rack in phones.trunks.values():
                    rack.take("", guests.subscriber(self.args.seed))
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._keep_up())
                    await self._admit(client)
                    group.create_task(self._work(OPEN_CASES))
                    group.create_task(self._replying(client)[0].run())
                    group.create_task(guests.prompt(rest, phones, self.args.seed))
                    group.create_task(self._call(phones))
                return None
            if not self.args.exit:
                await self._admit(client)
            for rack in phones.trunks.values():
                rack.take("", guests.subscriber(self.args.seed))
            replying = self._replying(client, REPLYING)
            others = [asyncio.create_task(one.run()) for one in replying]
            others.append(asyncio.create_task(self._work(MEASURED_CASES)))
            try:
                await self._call(phones)
                return await self._account(begun, replying)
            finally:
                for task in others:
                    task.cancel()
                await asyncio.gather(*others, return_exceptions=True)

    async def _admit(self, client: httpx.AsyncClient) -> None:
        """People's accounts; where the daemon was killed meanwhile, when it is back."""
        while not self._visitors:
            try:
                self._visitors = await guests.admit(client, self.stage.settings)
            except httpx.TransportError:
                if not self.open:
                    raise
                await asyncio.sleep(LOOK_S)
        guests.tell(self.told, self.stage, self._visitors)

    def _replying(self, client: httpx.AsyncClient, most: int = 1) -> list[ReplyRobot]:
        """The last of the seats call citizens back as well."""
        displeased: set[str] = set()
        return [
            ReplyRobot(self.stage, client, robot, self.args.seed, guests.password(), self.told.told, displeased)
            for robot in self.robots[-most:]
        ]

    async def _work(self, pace: CasePace) -> None:
        """Clerks and units at the case store, until cancelled."""
        headers = {"Authorization": f"Bearer {self.stage.secret(CASESTORE)}"}
        url = f"http://127.0.0.1:{self.stage.settings['ports']['casestore']}"
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=10.0, trust_env=False) as client:
            self.clerks = CaseRobots(client, self.args.seed, pace, lambda _command, told: self.told.case(told))
            await self.clerks.run()

    async def _keep_up(self) -> None:
        """Somebody killed the daemon, as they were told to try: it is started again, and says what it found."""
        while True:
            await asyncio.sleep(LOOK_S)
            daemon = self.stage.daemon
            if daemon is None or daemon.poll() is None:
                continue
            self.told.title(
                say("the daemon is gone (status {status}); calls go on; it is started again", status=daemon.returncode)
            )
            try:
                await asyncio.to_thread(self.stage.start)
            except InstanceError as fault:
                self.told.title(str(fault))
                await asyncio.sleep(START_AGAIN_S)
            else:
                self.told.title(say("the daemon is back"))

    async def _sit_down(self, phones: Telephones, rest: Rest) -> None:
        agents = [agent for agent in self.stage.settings["agent"] if agent.get("role", "agent") == "agent"]
        trunks = tuple(phones.trunks.values())
        voice = spoken(AGENT) if self.open else ()
        for seat, agent in zip(self.stage.settings["seat"], agents, strict=False):
            if seat["device"] != "desk":
                continue
            robot = Robot(seat["id"], agent["id"], rest, self.args.seed, self._play, trunks, self.told.seat, voice)
            await phones.desk.register(robot.seat, self.stage.secret(f"sip-{robot.seat}"), robot.manner)
            await self._log_in(robot, rest)
            self.robots.append(robot)
        self.told.title(say("{count} automatic seats are ready", count=len(self.robots)))

    async def _log_in(self, robot: Robot, rest: Rest) -> None:
        """The daemon learns of a new phone by an event: it may be a moment behind."""
        for attempt in range(50):
            try:
                await rest.login(robot.seat, robot.agent)
                return
            except RestRefused:
                if attempt == 49:
                    raise
                await asyncio.sleep(0.1)

    async def _call(self, phones: Telephones) -> None:
        notice = notice_seconds(self.stage)
        tasks: set[asyncio.Task[None]] = set()
        async for citizen in self._citizens():
            self._play[citizen.caller] = citizen
            if self.open and citizen.number % TELL_AGAIN == 0:
                guests.tell(self.told, self.stage, self._visitors)  # it went off the screen
            self.told.dials(citizen)
            task = asyncio.create_task(self._live(citizen, phones, notice))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
        if not self.open and self.args.calls >= ASKED_FROM:
            await self._asks(phones, notice)
        await asyncio.sleep(0.5)  # the seats' goodbyes

    async def _asks(self, phones: Telephones, notice: float) -> None:
        """One who helps himself: number and code of a case by keys, once there is one."""
        limit = time.monotonic() + SETTLE_S / 4
        case = None
        while case is None and time.monotonic() < limit:
            await asyncio.sleep(LOOK_S)
            case = await asyncio.to_thread(newest_case, self.stage)
        call = await next(iter(phones.trunks.values())).dial(SELF, caller=ASKS, name="", sound=())
        try:
            with contextlib.suppress(TimeoutError):
                if await call.until_answered(20.0):
                    # nobody filed anything: a person is asked for
                    for pause, keys in zip((notice + 1.0, 1.5), case or ("#",), strict=False):
                        with contextlib.suppress(TimeoutError):
                            await call.until_ended(pause)
                        await call.press(keys)
                    await call.until_ended(60.0)
        finally:
            call.hang_up()

    async def _live(self, citizen: Citizen, phones: Telephones, notice: float) -> None:
        end = await live(citizen, phones.trunks[citizen.trunk], notice, silent=self.open)
        self.told.gone(citizen, end)
        if self.open:
            self._play.pop(citizen.caller, None)

    async def _citizens(self) -> AsyncIterator[Citizen]:
        """The planned calls at their moments; without a number of calls, for ever."""
        known, seed, loop = numbers(self.stage.settings), self.args.seed, asyncio.get_running_loop()
        while True:
            begun = loop.time()
            planned = play(self.args.calls or 40, seed, known, OPEN if self.open else MEASURED)
            if not self.open and self.args.calls >= ASKED_FROM:
                planned = without_one(planned)  # the one who asks by keys comes last
            for citizen in planned:
                await asyncio.sleep(max(0.0, begun + citizen.at - loop.time()))
                yield citizen
            if not self.open:
                return
            seed = random.Random(seed).randrange(1 << 30)  # noqa: S311
            await asyncio.sleep(5.0)

    async def _account(self, begun: float, replying: Sequence[ReplyRobot]) -> Account:
        rows: list[Row] = []
        cases = CaseFigures()
        stood: object = None
        limit = time.monotonic() + SETTLE_S
        while time.monotonic() < limit:
            rows = json.loads(await asyncio.to_thread(self.stage.hotline, "report", "calls", "--json"))
            cases = await asyncio.to_thread(case_figures, self.stage.places.casestore)
            messages = await asyncio.to_thread(count_messages, self.stage)
            under_way = cases.waiting or messages or any([await one.owed() for one in replying])
            if settled(rows, cases.cases) and not under_way:
                break
            stands = (rows, cases, messages, [one.told for one in replying])
            if stands != stood:
                stood, limit = stands, time.monotonic() + SETTLE_S
            await asyncio.sleep(1.0)
        done = await asyncio.to_thread(self.stage.command, "verify", "--json")
        verdict = json.loads(done.stdout)
        breaches = verdict if isinstance(verdict, list) else verdict["breaches"]
        owed = await asyncio.to_thread(count_tasks, self.stage)
        liked = json.loads(await asyncio.to_thread(self.stage.hotline, "report", "satisfaction", "--json"))
        refusals = [fault for robot in self.robots for fault in robot.refusals]
        refusals += self.clerks.refusals if self.clerks else []
        return account_of(
            rows, phone_log(self.stage), cases=cases, verify=[str(breach) for breach in breaches],
            seconds=time.monotonic() - begun,
            refusals=refusals, replies=sum(one.told for one in replying), callbacks=owed, surveys=sum(row["scored"] for row in liked if row["of"] == "all"),
            self_service=await asyncio.to_thread(count_self_service, self.stage),
        )  # fmt: skip


def without_one(planned: tuple[Citizen, ...]) -> tuple[Citizen, ...]:
    """All but the last of those who only talk."""
    gone = [citizen for citizen in planned if citizen.intent is Intent.TALK][-1:]
    return tuple(citizen for citizen in planned if citizen not in gone)


def settled(rows: list[Row], cases: int) -> bool:
    """Nothing is under way any more."""
    calls = [row for row in rows if row["direction"] == "inbound"]
    tickets = sum(len(row.get("tickets") or []) for row in calls)
    over = all(row.get("ended_at") and row.get("outcome") for row in calls)
    kept = all(item.get("state") in ("shelved", "failed") for row in calls for item in row.get("recordings") or [])
    return over and kept and cases >= tickets


def count_tasks(on: HotlineInstance) -> dict[str, int]:
    """Call-backs that were made, by why they are owed, counted in the ledger itself."""
    with contextlib.closing(sqlite3.connect(f"file:{on.places.ledger}?mode=ro", uri=True)) as ledger:
        return dict(ledger.execute("SELECT kind, count(*) FROM callbacks GROUP BY kind ORDER BY kind"))


def count_messages(on: HotlineInstance) -> int:
    """Still owed to the case store, by the ledger's own count."""
    with contextlib.closing(sqlite3.connect(f"file:{on.places.ledger}?mode=ro", uri=True)) as ledger:
        return int(ledger.execute("SELECT count(*) FROM outbox WHERE state = 'waiting'").fetchone()[0])


def count_self_service(on: HotlineInstance) -> int:
    with contextlib.closing(sqlite3.connect(f"file:{on.places.ledger}?mode=ro", uri=True)) as ledger:
        told = "SELECT count(DISTINCT call_id) FROM self_services WHERE result IN ('told', 'joined')"
        return int(ledger.execute(told).fetchone()[0])


def newest_case(on: HotlineInstance) -> tuple[str, str] | None:
    """Number and query code of a case that some citizen may ask about; None: there is none yet."""
    with contextlib.closing(sqlite3.connect(f"file:{on.places.ledger}?mode=ro", uri=True)) as ledger:
        known = "SELECT number, query_code FROM cases WHERE length(number) = 14 AND length(query_code) = 8 ORDER BY case_id DESC LIMIT 1"
        found = ledger.execute(known).fetchone()
    return None if found is None else (str(found[0]), str(found[1]))


def phone_log(on: HotlineInstance) -> list[Row]:
    log = on.places.var / "phones.jsonl"
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def notice_seconds(on: HotlineInstance) -> float:
    """How long the notice of the first line is, as Asterisk plays it."""
    prompt = on.places.sounds / "hotline" / f"{on.settings['line'][0].get('notice', 'welcome')}.wav"
    with contextlib.suppress(OSError, wave.Error), wave.open(str(prompt)) as sound:
        return float(sound.getnframes() / sound.getframerate())
    return 8.0
