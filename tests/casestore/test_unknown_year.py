"""Kind K at the case store: a day that hangs on holidays nobody has announced is told as provisional wherever it is told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bridge.case_store_messages import filing
from bridge.drivers import Receipt
from bridge.ticket import Limit, Promise
from casestore.pages.case_view import seen_by
from casestore.states import Role
from casestore.work_lists import Asked, WorkLists
from config.calendar import WorkCalendar
from tests.bridge.made import ticket
from tests.casestore.kit import Cases, cases_at
from tests.casestore.test_georeport_api import served

UNKNOWN = next(year for year in range(2020, 2100) if not WorkCalendar().knows(year))
"""The first year whose holidays the package does not know."""
BEFORE = datetime(UNKNOWN - 1, 12, 18, 2, 0, tzinfo=UTC)
PAGE = "/pages/progress"


async def filed(cases: Cases, *, provisional: bool) -> Receipt:
    by = datetime(UNKNOWN, 1, 9, 10, 0, tzinfo=UTC)
    promise = Promise(by, by, provisional=provisional, limit=Limit(9, "work_day"), condition="", basis="catalogue")
    made = await cases.driver.deliver(filing(ticket(1, BEFORE, promise=promise)))
    assert isinstance(made, Receipt)
    return made


async def do(cases: Cases, made: Receipt, command: str, role: str, **said: object) -> None:
    turn = (await cases.client.get(f"/cases/{made.case_number}", headers=cases.headers)).json()["turn"]
    body = {"command": command, "role": role, "by": f"{role}-1", "turn": turn, "key": f"{command}/{turn}"}
    told = await cases.client.post(f"/cases/{made.case_number}/commands", json=body | said, headers=cases.headers)
    assert told.status_code == 200, told.text


async def of_work(cases: Cases, made: Receipt) -> dict[str, Any]:
    """The case as its unit sees it in its list, whole, and on its page: the three say the same."""
    listed = await WorkLists(cases.database, cases.store.work).of(Asked(Role.UNIT_OFFICE, own_unit="市政"))
    (row,) = listed.items
    whole = await cases.store.whole(made.case_number, BEFORE)
    assert whole is not None
    page = seen_by(whole, Role.UNIT_OFFICE, ())
    assert row.due_provisional == whole.due_provisional == page.due_provisional == whole.clock.provisional
    return row.model_dump()


@pytest.mark.parametrize(
    ("value", "unit", "provisional"),
    [(2, "work_day", False), (9, "work_day", True), (90, "work_hour", True), (24 * 20, "clock_hour", False), (300, "urgent_work_hour", False)],
)  # fmt: skip
async def test_a_units_day_in_a_year_nobody_announced(tmp_path: Path, value: int, unit: str, provisional: bool) -> None:
    """Working days and hours hang on the calendar; hours of the clock do not."""
    async with cases_at(tmp_path / "casestore.db", BEFORE) as cases:
        made = await filed(cases, provisional=False)
        await do(cases, made, "accept", "accepter")
        await do(cases, made, "dispatch", "dispatcher", unit="市政", limit={"value": value, "unit": unit})
        assert (await of_work(cases, made))["due_provisional"] is provisional


async def test_a_day_that_was_moved_into_such_a_year_is_told_so(tmp_path: Path) -> None:
    """The extension leads over the year's end; the first day did not, and is not called provisional."""
    async with cases_at(tmp_path / "casestore.db", BEFORE) as cases:
        made = await filed(cases, provisional=False)
        await do(cases, made, "accept", "accepter")
        await do(cases, made, "dispatch", "dispatcher", unit="市政", limit={"value": 5, "unit": "work_day"})
        asked = {"number": made.case_number, "code": made.query_code}
        assert "可能调整" not in (await cases.client.post(PAGE, data=asked)).text
        await do(cases, made, "ask_extension", "unit_office", own_unit="市政", reason="下雨")
        await do(cases, made, "grant_extension", "dispatcher", opinion="同意")
        page = (await cases.client.post(PAGE, data=asked)).text
        assert page.count("可能调整") == 1
        assert page.index("经批准延长") < page.index("可能调整")
        assert "may still move" in (await cases.client.post(f"{PAGE}?lang=en", data=asked)).text


@pytest.mark.parametrize("provisional", [True, False])
async def test_the_city_apps_are_told(tmp_path: Path, provisional: bool) -> None:
    """GeoReport's ``expected_datetime`` has no mark of its own: ``service_notice`` says it."""
    async with served(tmp_path) as city:
        made = await filed(city.cases, provisional=provisional)
        (row,) = await city.rows(f"requests/{made.case_number}.json")
        assert row["expected_datetime"].startswith(f"{UNKNOWN}-01-09")
        assert (row.get("service_notice") is not None) is provisional
