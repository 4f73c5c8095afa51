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
    assert [seq for seq, _number, _turn in history] == [*range(1, 2 * len(tickets) + 1)]
    assert sorted(history, key=lambda row: row[1:]) == sorted(
        ((seq, number, turn) for seq, number, turn in history if turn in (1, 2)), key=lambda row: row[1:]
    )
