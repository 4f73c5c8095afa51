"""Every route of the staff's pages, asked as every role and as nobody: who may is the one table, and nothing is served beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.routing import Route

from bridge.case_store_messages import filing
from bridge.drivers import Receipt
from casestore.pages.app import Pages, make_pages
from casestore.pages.guard import PREFIX, PagesGuard
from casestore.pages.permissions import RULES, Who
from casestore.progress_query import Inquiries
from casestore.staff import Staff
from casestore.states import STAFF
from config.sections.access import Access
from tests.bridge.made import NOON, ticket
from tests.casestore.kit import SEAL, SECRET, Cases, cases_at
from tests.casestore.staff_kit import browser, make_staff

PUBLIC = {("GET", "/progress"), ("POST", "/progress"), ("GET", "/progress.css")}
REFUSED = (401, 403)


async def test_each_route_asks_for_its_role(tmp_path: Path) -> None:
    """Whoever may is never told 401 or 403, whoever may not is told nothing else."""
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        await make_staff(cases)
        made = await cases.driver.deliver(filing(ticket(1)))
        assert isinstance(made, Receipt)
        wrong = []
        for role in ("", *STAFF):
            for (method, path), rule in RULES.items():
                if path == "/session" and method == "POST":
                    continue  # what makes one
                async with browser(cases, str(role)) as page:
                    told = await page.ask(method, path.format(number=made.case_number, sha256="0" * 64), {})
                may = bool(role) and (rule is Who.SIGNED_IN or (isinstance(rule, frozenset) and role in rule))
                if (told.status_code not in REFUSED) != may:
                    wrong.append(f"{role or 'nobody'} {method} {path}: {told.status_code}")
        assert wrong == []


async def test_nothing_is_served_that_has_no_rule(tmp_path: Path) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        served = {
            (method, route.path.removeprefix(PREFIX))
            for route in routes(cases)
            for method in route.methods or ()
            if method != "HEAD"
        }
    assert served == PUBLIC | {(method, f"/api{path}") for method, path in RULES}


def routes(cases: Cases) -> list[Route]:
    staff = Staff(cases.database, Access(), cases.clock)
    inquiries = Inquiries(cases.database, SECRET, lambda: 0.0, cases.store.work)
    app = make_pages(
        Pages(cases.database, cases.store, inquiries, staff, cases.clock, frozenset(), "Asia/Shanghai", SEAL)
    )
    assert isinstance(app, PagesGuard)
    found = [route for route in app._app.routes if isinstance(route, Route)]  # type: ignore[attr-defined]
    assert len(found) == len(app._app.routes)  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize(("method", "path"), [key for key in RULES if key[0] != "GET"])
async def test_another_sites_page_changes_nothing(tmp_path: Path, method: str, path: str) -> None:
    async with cases_at(tmp_path / "casestore.db", NOON) as cases:
        await make_staff(cases)
        async with browser(cases, "dispatcher") as page:
            foreign = await page.ask(method, path.format(number="1"), {}, Origin="https://evil.example")
            del page.client.headers["X-Hotline"]
            bare = await page.ask(method, path.format(number="1"), {})
            still = await page.ask("GET", "/session")
    assert (foreign.status_code, foreign.json()["error"]) == (403, "origin")
    assert (bare.status_code, bare.json()["error"]) == (403, "csrf")
    assert still.status_code == 200
