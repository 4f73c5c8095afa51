"""Accounts and sessions of the case store's staff: made at the machine, signed in by the console's rules, ended with their rights."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from casestore import staff_records
from casestore.pages.guard import COOKIE
from casestore.staff import IDLE_SECONDS
from casestore.staff_tables import staff_audit, staff_sessions
from config import language
from tests.bridge.made import NOON
from tests.casestore.kit import cases_at
from tests.casestore.staff_kit import PASSWORD, UNIT, browser, make_account, make_staff

NEXT = "Hai-Feng-Chui-Lai-9"


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_language", "en")


async def test_signed_in_and_out(tmp_path: Path) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        await make_staff(cases)
        async with browser(cases, "unit_worker") as page:
            me = (await page.ask("GET", "/session")).json()
            assert me == {
                "account": "unit_worker",
                "name": "unit_worker",
                "role": "unit_worker",
                "unit": UNIT,
                "must_change": False,
            }
            assert list(page.client.cookies) == [COOKIE]
            kept = page.client.cookies[COOKIE]
            assert (await page.ask("DELETE", "/session")).status_code == 204
            again = await page.ask("GET", "/session", Cookie=f"{COOKIE}={kept}")
            assert again.status_code == 401


async def test_a_wrong_password_slows_the_one_who_tries_alone(tmp_path: Path) -> None:
    """The same words for an account that is not there; the owner elsewhere is let in all the while."""
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        await make_staff(cases)
        async with browser(cases) as page:
            tries = [
                await page.ask("POST", "/session", {"account": "judge", "password": f"wrong {n}"}) for n in range(6)
            ]
            nobody = await page.ask("POST", "/session", {"account": "nobody", "password": "wrong"})
            owner = await page.ask(
                "POST", "/session", {"account": "judge", "password": PASSWORD}, **{"X-Real-IP": "10.0.0.8"}
            )
        log = (await cases.client.get("/staff/log", headers=cases.headers)).json()["rows"]
    assert [one.status_code for one in tries] == [401] * 5 + [429]
    assert nobody.json() == tries[0].json()
    assert int(tries[-1].headers["retry-after"]) > 0
    assert owner.status_code == 200
    actions = [row["action"] for row in log if row["actor"] == "judge"]
    assert actions.count("sign_in_failed") == 5
    assert "account_rests" in actions


async def test_a_given_password_opens_nothing_but_its_change(tmp_path: Path) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        await make_account(cases, "new", "dispatcher", must_change=True)
        async with browser(cases, "new") as page, browser(cases, "new") as elsewhere:
            assert (await page.ask("GET", "/work")).json()["error"] == "password_change"
            poor = await page.ask("POST", "/session/password", {"old": PASSWORD, "new": "short"})
            same = await page.ask("POST", "/session/password", {"old": PASSWORD, "new": PASSWORD})
            wrong = await page.ask("POST", "/session/password", {"old": "no", "new": NEXT})
            done = await page.ask("POST", "/session/password", {"old": PASSWORD, "new": NEXT})
            assert (await page.ask("GET", "/work")).status_code == 200
            assert (await elsewhere.ask("GET", "/session")).status_code == 401  # every other session is over
            back = await page.ask("POST", "/session/password", {"old": NEXT, "new": PASSWORD})
        assert [one.status_code for one in (poor, same, wrong, done, back)] == [422, 422, 422, 204, 422]
        assert [one["field"] for one in (*poor.json()["fields"], *wrong.json()["fields"], *back.json()["fields"])] == [
            "new",
            "old",
            "new",
        ]
        late = await make_account(cases, "late", "dispatcher", must_change=True)
        assert late.status_code == 200
        cases.clock.now += timedelta(days=8)
        async with browser(cases) as page:
            over = await page.ask("POST", "/session", {"account": "late", "password": PASSWORD})
            assert (over.status_code, over.json()["error"]) == (401, "password_over")


@pytest.mark.parametrize("change", [{"locked": True}, {"role": "judge"}, {"password": NEXT}])
async def test_sessions_end_with_their_rights(tmp_path: Path, change: dict[str, Any]) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        await make_staff(cases)
        async with browser(cases, "dispatcher") as page:
            assert (
                await cases.client.put("/staff", json={"account": "dispatcher"} | change, headers=cases.headers)
            ).status_code == 200
            assert (await page.ask("GET", "/session")).status_code == 401


async def test_what_is_old_at_the_door_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the log all but the newest rows, and sessions that ended long ago."""
    monkeypatch.setattr(staff_records, "AUDIT_MOST", 3)

    async def count(table: sa.Table) -> int:
        wanted = sa.select(sa.func.count()).select_from(table)
        return await cases.database.read(lambda db: int(db.execute(wanted).scalar_one()))

    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        await make_staff(cases)
        assert await count(staff_audit) == 3
        for days in (0, 1, 40):
            cases.clock.now = NOON + timedelta(days=days)
            async with browser(cases, "judge"):
                pass
        assert await count(staff_sessions) == 1
        log = (await cases.client.get("/staff/log", headers=cases.headers)).json()["rows"]
        assert [row["actor"] for row in log] == ["judge"] * 3


async def test_a_browser_that_lies_idle_signs_in_again(tmp_path: Path) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        await make_staff(cases)
        async with browser(cases, "dispatcher") as page:
            cases.clock.now += timedelta(seconds=IDLE_SECONDS - 60)
            assert (await page.ask("GET", "/session")).status_code == 200
            cases.clock.now += timedelta(seconds=IDLE_SECONDS + 120)
            assert (await page.ask("GET", "/session")).status_code == 401


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"role": "centre"}, "role"), ({"role": "unit_office"}, "unit"), ({"unit": UNIT}, "unit"), ({"password": "12345678"}, "password"),
        ({"account": "a b"}, "account"), ({"account": "../x"}, "account"), ({"name": ""}, "name"), ({"surplus": 1}, "surplus"),
        ({"password": None}, "password"), ({"name": None}, "name"),
    ],
)  # fmt: skip
async def test_an_account_that_cannot_be_is_refused_by_field(tmp_path: Path, given: dict[str, Any], field: str) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        told = await make_account(cases, **{"account": "x", "role": "judge"} | given)
        assert told.status_code == 422
        assert [one["field"] for one in told.json()["fields"]] == [field]
        assert (await cases.client.get("/staff", headers=cases.headers)).json() == {"accounts": []}
