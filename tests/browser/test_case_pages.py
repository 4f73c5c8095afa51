"""The case store's pages in a real browser, behind a real nginx, on a real case store: a case followed by clicks, and a citizen's look.

No telephone and no daemon: these pages need neither.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, Route, async_playwright, expect

from bridge.case_store_messages import filing
from bridge.drivers import Receipt
from bridge.ticket import Limit, Place
from hotline.lab import ports
from hotline.lab.hotline_instance import derive, shipped
from hotline.programs import edge
from hotline.programs.edge import EmbeddedEdge
from tests.bridge.made import ticket
from tests.casestore.running import Installation, installation
from tests.casestore.staff_kit import PASSWORD, UNIT

from . import chrome
from .test_accessible import broken as unreadable
from .test_edge import WATCHED, broken

pytestmark = [pytest.mark.browser, pytest.mark.bound(180)]
ACCOUNTS = (
    ("zhang", "accepter", ""), ("li", "dispatcher", ""), ("smcg", "unit_office", UNIT), ("wang", "unit_worker", UNIT), ("zhao", "judge", ""),
)  # fmt: skip
WIDTH, HEIGHT = 390, 844
"""A telephone's."""


@dataclass
class Clerk:
    page: Page
    url: str

    def part(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    async def sign_in(self, account: str) -> None:
        await self.page.goto(f"{self.url}/cases/")
        await self.part("account").fill(account)
        await self.part("password").fill(PASSWORD)
        await self.part("sign-in").click()
        await expect(self.part("who")).to_contain_text(account)

    async def open(self, number: str) -> None:
        """From the list, as it is now."""
        await self.page.goto(f"{self.url}/cases/#/")
        await self.part("refresh").click()
        await self.part(f"case-{number}").click()
        await expect(self.part("title")).to_be_visible()

    async def do(self, command: str, **fields: str) -> None:
        await self.part(f"do-{command}").click()
        for name, value in fields.items():
            await self.part(f"field-{name}").fill(value)
        await self.send()

    async def send(self) -> None:
        """Until it was taken."""
        async with self.page.expect_response(
            lambda one: one.url.endswith("/commands") and one.request.method == "POST"
        ) as sent:
            await self.part("send").click()
        response = await sent.value
        assert response.ok, await response.text()

    async def narrow(self) -> bool:
        """Nothing stands out to the side."""
        return bool(await self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@dataclass
class Pages:
    stores: Installation
    browser: Browser
    url: str
    opened: list[Page] = field(default_factory=list)

    async def clerk(self) -> Clerk:
        context = await chrome.context(self.browser, width=WIDTH, height=HEIGHT)
        page = await context.new_page()
        await page.add_init_script(WATCHED)
        self.opened.append(page)
        return Clerk(page, self.url)

    async def filed(self) -> Receipt:
        """A case of the demo's kind, with a limit and a unit the directory named."""
        place = Place(address_text="湖滨南路 8 号", area=("厦门市", "思明区", "梧村街道"))
        made = ticket(1, datetime.now(UTC), handle_limit=Limit(5, "work_day"), unit_suggested=UNIT, place=place)
        async with self.stores.driver() as driver:
            told = await driver.deliver(filing(made))
        assert isinstance(told, Receipt)
        return told

    async def replied(self, number: str) -> None:
        """As the centre says that the citizen was called."""
        async with self.stores.client() as client:
            key = (await client.get(f"/cases/{number}")).json()["key"]
            payload = {
                "answer": "solved",
                "satisfied": 5,
                "text": "",
                "at": datetime.now(UTC).isoformat(),
                "by": "1001",
            }
            body = {"id": "reply-1", "stream": key, "kind": "reply", "key": "reply-1", "payload": payload}
            assert (await client.post("/messages", json=body)).is_success


@asynccontextmanager
async def served(var: Path) -> AsyncIterator[Pages]:
    program = edge.program()
    assert program is not None
    block = ports.find()
    made = installation(var)
    made.table = derive(shipped(), block.base)
    nginx = EmbeddedEdge(made.settings, made.places, program)
    try:
        async with made.running(), async_playwright() as playwright:
            async with made.client() as client:
                for account, role, unit in ACCOUNTS:
                    body = {
                        "account": account,
                        "name": account,
                        "role": role,
                        "unit": unit,
                        "password": PASSWORD,
                        "must_change": False,
                    }
                    assert (await client.put("/staff", json=body)).is_success
            await nginx.start()
            browser = await chrome.launch(playwright)
            pages = Pages(made, browser, f"https://127.0.0.1:{made.settings.edge.port}")
            try:
                yield pages
                for page in pages.opened:
                    assert await broken(page) == []
            finally:
                await browser.close()
    finally:
        await nginx.stop()
        block.free()


async def test_a_case_is_followed_by_clicks_from_acceptance_to_evaluation(tmp_path: Path) -> None:
    """Each on a telephone's screen; the worker's photo is sent over a line that breaks, and names the report only when it has arrived."""
    async with served(tmp_path) as pages:
        number = (await pages.filed()).case_number
        zhang, li, smcg, wang, zhao = [await pages.clerk() for _ in ACCOUNTS]
        faults: list[str] = []
        await zhang.page.goto(f"{pages.url}/cases/")
        await expect(zhang.part("account")).to_be_visible()
        faults += await unreadable(zhang.page, "sign-in")
        await zhang.sign_in("zhang")
        await zhang.open(number)
        await zhang.do("accept")

        await li.sign_in("li")
        faults += await unreadable(li.page, "list")
        await li.open(number)
        await li.part("do-dispatch").click()
        await expect(li.part("hint-middle")).to_be_visible()
        faults += await unreadable(li.page, "dispatch")
        await li.part("send").click()
        await expect(li.part("command-wrong")).to_be_visible()  # no unit is chosen by itself
        await li.part("hint-middle").check()
        await li.send()

        await smcg.sign_in("smcg")
        await smcg.open(number)
        await smcg.part("do-assign").click()
        await smcg.part("field-worker").select_option("wang")
        await smcg.send()

        await wang.sign_in("wang")
        await wang.open(number)
        await wang.part("do-report").click()
        broken_line = True

        async def photo(route: Route) -> None:
            await (route.abort() if broken_line else route.continue_())

        await wang.page.route("**/photos", photo)
        picture = await wang.page.screenshot(type="jpeg", quality=60)
        await wang.part("photo-file").set_input_files(
            {"name": "after.jpg", "mimeType": "image/jpeg", "buffer": picture}
        )
        await expect(wang.part("photo-0")).to_have_class("state waiting")
        await wang.part("field-opinion").fill("已清理，路面无积水")
        await wang.part("send").click()
        await expect(wang.part("command-wrong")).to_be_visible()
        await wang.page.reload()  # the telephone was put away: photo and words are still there
        await expect(wang.part("field-opinion")).to_have_value("已清理，路面无积水")
        await expect(wang.part("photo-0")).to_have_class("state waiting")
        broken_line = False
        await expect(wang.part("photo-0")).to_have_class("state kept", timeout=30_000)
        faults += await unreadable(wang.page, "report")
        assert await wang.narrow()
        await wang.send()

        await smcg.open(number)
        await smcg.do("finish", opinion="已处置完毕")
        await li.open(number)
        await li.do("confirm", opinion="情况属实")
        await pages.replied(number)
        await zhang.open(number)
        await zhang.do("close", condition="积水已排除")
        await zhao.sign_in("zhao")
        await zhao.open(number)
        assert await zhao.page.locator(".photos img").count() == 1
        await zhao.do("evaluate", score="5")
        await expect(zhao.part("state")).to_have_text("已评价")
        faults += await unreadable(zhao.page, "evaluated")
        assert await zhao.narrow()
        await zhao.part("sign-out").click()
        await expect(zhao.part("account")).to_be_visible()
        assert faults == []


async def test_a_citizen_looks_by_number_and_code(tmp_path: Path) -> None:
    """Without a script; a wrong code says nothing; in English too; both colours can be read."""
    async with served(tmp_path) as pages:
        case = await pages.filed()
        citizen = (await pages.clerk()).page
        await citizen.goto(f"{pages.url}/cases/progress")
        faults = await unreadable(citizen, "form")
        await citizen.fill("#number", case.case_number)
        await citizen.fill("#code", f"{(int(case.query_code) + 1) % 10**8:08d}")
        await citizen.click("main button")
        await expect(citizen.get_by_role("alert")).to_contain_text("对不上")
        faults += await unreadable(citizen, "wrong")
        assert await citizen.input_value("#number") == case.case_number
        await citizen.fill("#code", case.query_code)
        await citizen.click("main button")
        await expect(citizen.locator("ol li")).to_have_count(7)
        await expect(citizen.locator("[aria-current=step] time")).to_be_visible()
        assert case.query_code not in await citizen.content()
        assert "?" not in citizen.url
        faults += await unreadable(citizen, "steps")
        await citizen.emulate_media(color_scheme="dark")
        faults += await unreadable(citizen, "steps in the dark")
        assert await citizen.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert await citizen.evaluate("document.scripts.length") == 0
        await citizen.click("text=English")
        await expect(citizen.locator("h1")).to_have_text("How far is my case?")
        assert faults == []
