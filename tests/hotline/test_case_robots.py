"""The demo's clerks and units on a real case store: whatever the seats filed goes through all seven steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bridge.case_store_messages import filing
from bridge.drivers import Receipt
from bridge.ticket import Person
from hotline.demo.case_figures import CaseFigures, case_figures
from hotline.demo.case_robots import MEASURED, CaseRobots, Row
from tests.bridge.made import ticket
from tests.casestore.kit import Cases, cases_at

MONDAY = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
COUNT = 12


async def reply(cases: Cases, n: int, round_: int, **said: object) -> None:
    one = ticket(n)
    body = {
        "id": f"r{n}-{round_}",
        "stream": one.key,
        "kind": "reply",
        "key": f"{one.key}/reply/{round_}",
        "payload": said,
    }
    (await cases.client.post("/messages", json=body, headers=cases.headers)).raise_for_status()


async def work(robots: CaseRobots) -> None:
    while await robots.look():
        pass


async def test_all_cases_go_through_all_steps(tmp_path: Path) -> None:
    """Some are given back, some done again, one is not solved at first; none is left and nothing was refused."""
    file = tmp_path / "casestore.db"
    assert case_figures(file) == CaseFigures()
    done: list[tuple[str, Row]] = []
    async with cases_at(file, MONDAY) as cases:
        cases.client.headers.update(cases.headers)
        later = cases.clock.now + timedelta(seconds=MEASURED.lies)
        robots = CaseRobots(
            cases.client, 281744, MEASURED, lambda command, told: done.append((command, told)), lambda: later
        )
        for n in range(COUNT):
            given = await cases.driver.deliver(filing(replace(ticket(n), person=Person(phones=("13806050001",)))))
            assert isinstance(given, Receipt)
        await work(robots)
        figures = case_figures(file)
        assert (figures.cases, figures.cases_closed, figures.waiting) == (COUNT, 0, 0), "they wait for the citizens"
        for n in range(COUNT):
            await reply(cases, n, 1, answer="unsolved" if n == 0 else "solved", by="8001")
        await work(robots)
        await reply(cases, 0, 2, answer="solved", satisfied=5, by="8001")
        await work(robots)
    figures = case_figures(file)
    assert (figures.cases_closed, figures.steps_complete, figures.waiting) == (COUNT, COUNT, 0)
    assert figures.returns >= 1
    assert {"return", "rework", "send_back", "evaluate"} <= {command for command, _told in done}
    assert robots.refusals == []
