"""Daemon, case store, database connections and the network between are killed again and again while cases go from ticket to reply.

Half of the kills fall at random moments, half at a commit or at an answer: before it, so that nothing was done, or between the
deed and its answer, so that nobody knows. Ten in ``make test``, two hundred in ``make test-long``. Citizens and clerks
insist (``case_actors.py``); ``case_checker.py`` compares what they were told with the ledger and the case store's database.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Container, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from tests import sampling
from tests.faults.case_actors import Actors
from tests.faults.case_checker import Row, Witnesses, check
from tests.faults.proxied_case_store import PORT
from tests.faults.tap import COMMIT, Tap, Trap
from tests.ledger.conftest import postgres, psycopg_url  # noqa: F401 - a fixture
from tests.live.site import Site, eventually

pytestmark = pytest.mark.fault

WHATS = ("casestore", "database", "network", "daemon")
KILLS, KILLS_LONG, KILLS_FILES = 10, 200, 100
AT_ONCE = 5
"""Matters on their way at the same time."""
SPRINGS_S, BACK_S = 90.0, 120.0
"""A moment that is waited for comes within so long, and whatever was killed is back."""
TABLES = ("tickets", "outbox", "cases", "case_history", "case_replies", "callbacks")
STORE_TABLES = ("cases", "case_events", "taken_keys")


@dataclass(frozen=True, slots=True)
class Moment:
    """At which words on which way, and whether what they ask for is done."""

    way: str
    """ledger, cases: to that database; store: from daemon and clerks to the case store; rest: to the daemon."""
    words: bytes
    answered: bool


COMMITS = [Moment(way, COMMIT, answered) for way in ("ledger", "cases") for answered in (False, True)]
MESSAGE, COMMAND, FILING = b"POST /messages", b"/commands HTTP", b"POST /api/tickets"
MOMENTS: dict[str, list[Moment]] = {
    "daemon": [
        Moment("ledger", COMMIT, True), Moment("store", MESSAGE, True), Moment("ledger", COMMIT, False),
        Moment("rest", FILING, True), Moment("store", b"GET /events", True),
    ],
    "casestore": [
        Moment("cases", COMMIT, True), Moment("store", MESSAGE, True), Moment("store", COMMAND, True),
        Moment("cases", COMMIT, False),
    ],
    "database": [COMMITS[1], COMMITS[3], COMMITS[0], COMMITS[2]],
    "network": [
        Moment("store", MESSAGE, True), Moment("store", COMMAND, True), Moment("store", b"GET /events", True),
        Moment("store", MESSAGE, False),
    ],
}  # fmt: skip
"""What is killed → where. The moments of a file's database cannot be seen from outside: there are none."""


@dataclass
class Killer:
    site: Site
    taps: dict[str, Tap]
    environ: dict[str, str]
    chance: random.Random
    done: list[str] = field(default_factory=list)

    async def kill(self, what: str, moment: Moment | None) -> None:
        """Once, and until all of it is back."""
        if moment is None:
            await asyncio.sleep(self.chance.uniform(0, 1))
            self._strike(what, "")
        else:
            trap = Trap(moment.words, moment.answered, lambda: self._strike(what, moment.way))
            self.taps[moment.way].trap = trap
            async with asyncio.timeout(SPRINGS_S):
                await trap.sprung.wait()
        struck = time.monotonic()
        await self._back(what)
        self.done.append(f"{what} {moment or 'at random'}, back after {time.monotonic() - struck:.1f} s")

    def _strike(self, what: str, way: str) -> None:
        match what:
            case "daemon":
                self.site.kill()
            case "casestore":
                if (pid := self.site.case_store_pid()) is not None:
                    os.kill(pid, signal.SIGKILL)
            case "database":
                for name in ("ledger", "cases") if not way else (way,):
                    self.taps[name].reset()
            case "network":
                self.taps["store"].refusing = True
                self.taps["store"].reset()

    async def _back(self, what: str) -> None:
        match what:
            case "daemon":
                await asyncio.to_thread(self.site.start, seconds=BACK_S, environ=self.environ)
            case "casestore":
                async with asyncio.timeout(BACK_S):
                    while not await self._store_answers():
                        await asyncio.sleep(0.05)
            case "database":
                await asyncio.sleep(self.chance.uniform(0, 0.5))  # how long between two of them: as it comes
            case "network":
                await asyncio.sleep(self.chance.uniform(0, 0.5))
                self.taps["store"].refusing = False

    async def _store_answers(self) -> bool:
        secret = self.site.secret("casestore")
        async with httpx.AsyncClient(
            headers={"Authorization": f"Bearer {secret}"}, trust_env=False, timeout=2
        ) as asking:
            try:
                told = await asking.get(f"http://127.0.0.1:{self.site.settings['ports']['casestore']}/health")
                return bool(told.json()["away"] == "")
            except (httpx.HTTPError, ValueError, KeyError):
                return False


def planned(
    kills: int, chance: random.Random, whats: Sequence[str], ways: Container[str]
) -> list[tuple[str, Moment | None]]:
    """As many of each kind, half of them at moments that are gone through one after the other; shuffled."""
    plan: list[tuple[str, Moment | None]] = []
    for place in range(kills):
        what, turn = whats[place % len(whats)], place // len(whats)
        at = (place + turn) % 2 == 0
        moments = [one for one in MOMENTS[what] if one.way in ways]
        plan.append((what, moments[turn // 2 % len(moments)] if at else None))
    chance.shuffle(plan)
    return plan


@pytest.mark.always
@pytest.mark.bound(3600)
async def test_kills_lose_double_and_disorder_nothing(idle: Site, postgres: str) -> None:  # noqa: F811
    """Both databases are a PostgreSQL's, whose connections can be cut at a commit."""
    names = {way: f"killed_{way}_{os.getpid()}" for way in ("ledger", "cases")}
    with psycopg.connect(postgres, autocommit=True) as admin:
        for name in names.values():
            admin.execute(f"CREATE DATABASE {name}")
    try:
        socket = Path(parse_qs(urlsplit(postgres).query)["host"][0]) / ".s.PGSQL.5432"
        async with AsyncExitStack() as stack:
            taps = {way: await stack.enter_async_context(Tap(socket)) for way in names}
            for way, section in (("ledger", "ledger"), ("cases", "casestore")):
                where = f"127.0.0.1:{taps[way].port}/{names[way]}"
                url = f"postgresql+psycopg://postgres@{where}?sslmode=disable&gssencmode=disable"
                idle.settings.setdefault(section, {})["url"] = url
            await killed(idle, KILLS_LONG if sampling.long_run() else KILLS, WHATS, taps, lambda: (
                rows_of(postgres, names["ledger"], TABLES), rows_of(postgres, names["cases"], STORE_TABLES)
            ))  # fmt: skip
    finally:
        with psycopg.connect(postgres, autocommit=True) as admin:
            for name in names.values():
                admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.mark.long
@pytest.mark.bound(3600)
async def test_kills_over_files(idle: Site) -> None:
    """The same where both are SQLite's files, as they are shipped: there is no connection to cut."""
    here = idle.places
    await killed(idle, KILLS_FILES, tuple(what for what in WHATS if what != "database"), {}, lambda: (
        rows_in(here.ledger, TABLES), rows_in(here.casestore, STORE_TABLES)
    ))  # fmt: skip


Tables = dict[str, list[Row]]


async def killed(
    site: Site, kills: int, whats: Sequence[str], taps: dict[str, Tap], read: Callable[[], tuple[Tables, Tables]]
) -> None:
    """``read``: the tables of the ledger and of the case store, when all is over."""
    chance = random.Random(sampling.seed())
    site.settings["outbox"] = {"retry_first_seconds": 0.1, "retry_most_seconds": 1, "per_second": 1000}
    site.write_settings()
    site.program = ("tests.faults.proxied_case_store",)
    ports = site.settings["ports"]
    async with Tap(ports["casestore"]) as store, Tap(ports["api"]) as rest:
        killer = Killer(site, taps | {"store": store, "rest": rest}, {PORT: str(store.port)}, chance)
        await asyncio.to_thread(site.start, seconds=BACK_S, environ=killer.environ)
        async with asking(site, rest, store) as actors:
            everybody = asyncio.create_task(actors.run(AT_ONCE))
            for what, moment in planned(kills, chance, whats, killer.taps):
                assert not everybody.done(), everybody.exception()
                await killer.kill(what, moment)
            actors.over.set()
            async with asyncio.timeout(BACK_S):
                await everybody
        breaches: list[str] = []

        async def settled() -> None:
            ledger, _ = await asyncio.to_thread(read)
            assert [row for row in ledger["outbox"] if row["state"] != "delivered"] == []
            assert {row["state"] for row in ledger["cases"]} == {"closed"}
            breaches[:] = await asyncio.to_thread(site.verify)
            assert breaches == []

        try:
            await eventually(settled, BACK_S)
        except AssertionError as late:
            breaches.append(f"does not come to rest: {late}")
        assert await asyncio.to_thread(site.stop) == 0
    ledger, cases = read()
    print(f"{len(actors.journal.filed)} matters, {len(actors.journal.done)} commands", *killer.done, sep="\n")
    assert len(killer.done) == kills
    assert len(actors.journal.filed) >= AT_ONCE
    stored = {f"store_{name.partition('_')[2] or name}": rows for name, rows in cases.items()}
    tables: dict[str, Any] = ledger | stored
    assert check(actors.journal, Witnesses(**tables, breaches=breaches)) == [], killer.done


@asynccontextmanager
async def asking(site: Site, rest: Tap, store: Tap) -> AsyncIterator[Actors]:
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(
                httpx.AsyncClient(
                    base_url=f"http://127.0.0.1:{tap.port}", headers={"Authorization": f"Bearer {site.secret(name)}"},
                    timeout=5, trust_env=False,
                )
            )
            for tap, name in ((rest, "api-token"), (store, "casestore"))
        ]  # fmt: skip
        hotline, cases = clients
        yield Actors(hotline, cases)


def rows_of(server: str, database: str, tables: Sequence[str]) -> Tables:
    where = psycopg_url(server, database).replace("+psycopg", "")
    with psycopg.connect(where, row_factory=dict_row) as db:
        return {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in tables}  # type: ignore[misc]


def rows_in(file: Path, tables: Sequence[str]) -> Tables:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        return {name: [dict(row) for row in db.execute(f"SELECT * FROM {name}")] for name in tables}
