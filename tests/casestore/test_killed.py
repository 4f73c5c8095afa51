"""The case store is killed again and again while tickets are filed: each is a case, once, and everybody is told the same.

Half of the kills fall at random moments of a filing; half between the commit and the answer: a proxy stands between
driver and store, and when the store's answer to a message comes, the store is killed and the answer thrown away.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from bridge.case_store_messages import filing
from bridge.courier import Courier
from bridge.delivery_retry import RetryRule
from bridge.drivers import Receipt
from bridge.drivers.native import Native
from bridge.ticket import Ticket
from hotline.programs import child_program
from tests.bridge.made import ticket
from tests.casestore.cutting_proxy import cutting
from tests.casestore.running import SECONDS, installation
from tests.fakes.book import MemoryBook

KILLS = 10


async def insist(driver: Native, one: Ticket) -> Receipt:
    """As a sender that never asks what the store has, and says the same again until it is told a number."""
    while not isinstance(answer := await driver.deliver(filing(one)), Receipt):
        await asyncio.sleep(0.02)
    return answer


@pytest.mark.slow
@pytest.mark.bound(540)
async def test_ten_kills_lose_and_double_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_program, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(child_program, "MOST_PAUSE", 0.05)
    here, chance = installation(tmp_path / "var"), random.Random(12319)
    book, tickets, told = MemoryBook(), [], []
    async with here.running() as program, cutting(here.port) as (proxy, port), here.driver(port) as driver:
        courier = Courier(book, driver, RetryRule(0.02, 0.1), lambda _: None, chance=lambda: 0.5)
        courier.start()
        for kill in range(KILLS):
            pid = program.pid
            assert pid is not None
            if kill % 2:
                proxy.armed = lambda: program.pid
            mine = [ticket(100 * kill + n) for n in range(6)]
            tickets += mine
            for one in mine[:3]:
                await book.file(one)
            courier.wake()
            insisting = [asyncio.create_task(insist(driver, one)) for one in mine[3:]]
            if not kill % 2:
                await asyncio.sleep(chance.random() * 0.15)
                os.kill(pid, signal.SIGKILL)
            told += await asyncio.gather(*insisting)
            async with asyncio.timeout(SECONDS):
                while program.pid in (pid, None) or program.away:
                    await program.settled(1)
                    await asyncio.sleep(0.01)
        async with asyncio.timeout(SECONDS):
            while (await book.backlog())[0]:
                await asyncio.sleep(0.01)
        await courier.stop()
        assert (program.restarts, proxy.cut) == (KILLS, KILLS // 2)
        again = [await insist(driver, one) for one in tickets]

    with closing(sqlite3.connect(here.places.casestore)) as db:
        cases = {key: (number, code) for key, number, code in db.execute("SELECT key, number, query_code FROM cases")}
        history = db.execute("SELECT seq, number, turn FROM case_events ORDER BY seq").fetchall()
    assert sorted(cases) == sorted(one.key for one in tickets)
    assert len({number for number, _code in cases.values()}) == len(tickets)
    filed = {push.ticket.key: (push.case_number, push.query_code) for push in book.rows.values()}
    assert filed == {key: cases[key] for key in filed}
    insisted = [one for n, one in enumerate(tickets) if n % 6 >= 3]
    assert [(one.case_number, one.query_code) for one in told] == [cases[one.key] for one in insisted]
    assert [(one.case_number, one.query_code) for one in again] == [cases[one.key] for one in tickets]
    assert [seq for seq, _number, _turn in history] == [*range(1, len(tickets) + 1)]
    assert {turn for _seq, _number, turn in history} == {1}


async def order(
    client: httpx.AsyncClient, number: str, command: str, role: str, key: str, **more: Any
) -> dict[str, Any]:
    """As a page that says the same again until it is answered: it looks anew before, and keeps the key."""
    while True:
        try:
            turn = (await client.get(f"/cases/{number}")).raise_for_status().json()["turn"]
            body = {"command": command, "role": role, "by": f"{role}-1", "turn": turn, "key": key} | more
            answer = await client.post(f"/cases/{number}/commands", json=body)
            told: dict[str, Any] = answer.json()
            if answer.status_code == 200:
                return told
            assert answer.status_code == 503, told
        except (httpx.HTTPError, ValueError):
            pass
        await asyncio.sleep(0.02)


@pytest.mark.slow
@pytest.mark.bound(540)
async def test_kills_in_the_middle_of_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half at random, half between the commit and the answer: each command is done once, and told as it was done."""
    monkeypatch.setattr(child_program, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(child_program, "MOST_PAUSE", 0.05)
    here, chance = installation(tmp_path / "var"), random.Random(281744)
    unit = {"unit": "思明区环卫", "limit": {"value": 5, "unit": "work_day"}}
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("accept", "accepter", {}), ("dispatch", "dispatcher", unit),
        ("finish", "unit_office", {"own_unit": "思明区环卫", "opinion": "已清运"}), ("confirm", "dispatcher", {}),
        ("close", "accepter", {"condition": "已清运"}), ("evaluate", "judge", {"score": 5}),
    ]  # fmt: skip
    async with here.running() as program, cutting(here.port) as (proxy, port), here.driver() as driver:
        proxy.cuts = b"/commands "
        headers, timeout = here.headers, httpx.Timeout(5)
        url = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=timeout, trust_env=False) as client:
            tickets = [ticket(n) for n in range(4)]
            numbers = [(await insist(driver, one)).case_number for one in tickets]
            for kill, (command, role, more) in enumerate(steps):
                pid = program.pid
                assert pid is not None
                if kill % 2:
                    proxy.armed = lambda: program.pid
                asking = [
                    asyncio.create_task(order(client, one, command, role, f"{one}/{command}", **more))
                    for one in numbers
                ]
                if not kill % 2:
                    await asyncio.sleep(chance.random() * 0.05)
                    os.kill(pid, signal.SIGKILL)
                told = await asyncio.gather(*asking)
                assert {one["state"] for one in told} == {told[0]["state"]}
                async with asyncio.timeout(SECONDS):
                    while program.pid in (pid, None) or program.away:
                        await program.settled(1)
                        await asyncio.sleep(0.01)
            assert proxy.cut == len(steps) // 2
    with closing(sqlite3.connect(here.places.casestore)) as db:
        done = db.execute("SELECT number, command, count(*) FROM case_events GROUP BY number, command").fetchall()
        states = db.execute("SELECT state FROM cases").fetchall()
    assert set(states) == {("evaluated",)}
    expected = {"file", "reply", *(command for command, _role, _more in steps)}
    assert {(number, command): n for number, command, n in done} == {
        (number, command): 1 for number in numbers for command in expected
    }
