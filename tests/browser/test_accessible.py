"""The pages for everybody: WCAG 2.1 A and AA by axe, all of a ticket by keyboard, twice the size on the same screen."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from .kit import ANNA, BrowserHotline
from .people import Person

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
_RUN = """() => axe.run(document, {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'],
})"""


async def broken(page: Page, where: str) -> list[str]:
    """What axe finds wrong on the page as it stands: rule, element, why."""
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(AXE.read_text("utf-8"))
    await page.wait_for_function("() => document.getAnimations().every((one) => one.playState !== 'running')")
    told: dict[str, Any] = await page.evaluate(_RUN)
    return [
        f"{where}: {rule['id']}: {node['html'][:160]}: {node['failureSummary'][:200]}"
        for rule in told["violations"]
        for node in rule["nodes"]
    ]


async def test_the_seat_console(hotline: BrowserHotline) -> None:
    """Before the log-in, idle, in a talk, with an open list of codes, with a form at fault, filed, in English, locked."""
    async with hotline:
        anna = await hotline.page(Person, "1001")
        await anna.go("/")
        await expect(anna.part("login-account")).to_be_visible()
        found = await broken(anna.page, "log-in")

        seat = await hotline.agent("1001", "8001", ANNA)
        found += await broken(seat.page, "idle")
        await seat.press("tab-my")
        for tab in ("calls", "tickets", "day"):
            await seat.press(f"my-tab-{tab}")
            await expect(seat.part(f"my-{tab}")).to_be_visible()
            found += await broken(seat.page, f"my {tab}")
        await hotline.talk(seat, "13805927001")
        await expect(seat.part("pop")).to_have_attribute("data-complete", "true")
        found += await broken(seat.page, "talk")
        await seat.write(code="bl")
        await expect(seat.part("ticket-code-list").get_by_role("option").first).to_be_visible()
        found += await broken(seat.page, "codes")
        await seat.page.keyboard.press("Escape")
        await seat.press("ticket-more")
        await seat.part("ticket-lng").fill("118")
        await seat.press("ticket-file")
        await expect(seat.part("fault-kind")).to_be_visible()
        await expect(seat.part("fault-content")).to_be_visible()
        await seat.press("refuse")
        found += await broken(seat.page, "faults")
        await seat.press("ticket-kind-complaint")
        await seat.part("ticket-lng").fill("")
        await seat.write(content="路灯不亮")
        await seat.press("ticket-file")
        await expect(seat.part("ticket-case")).not_to_be_empty()
        found += await broken(seat.page, "filed")
        await seat.page.keyboard.press("?")
        await expect(seat.part("cheat-sheet")).to_be_visible()
        found += await broken(seat.page, "keys")
        await seat.page.keyboard.press("Escape")
        await seat.part("language").select_option("en")
        await expect(seat.part("ticket")).to_contain_text("Ticket filed")
        found += await broken(seat.page, "English")
        await seat.press("lock-now")
        await expect(seat.part("lock-submit")).to_be_visible()
        found += await broken(seat.page, "locked")
        assert found == []


async def test_the_wallboard_and_the_supervisors_page(hotline: BrowserHotline) -> None:
    """Dark and light, with somebody talking."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        await hotline.talk(anna, "13805927002")
        chief = await hotline.supervisor()
        await chief.visit("/watch")
        await chief.choose("8001")
        found = await broken(chief.page, "watch")
        await chief.page.set_viewport_size({"width": 1920, "height": 1080})
        await chief.visit("/wall")
        await expect(chief.part("curve")).to_be_visible()
        found += await broken(chief.page, "wall")
        await chief.press("theme")
        found += await broken(chief.page, "wall, other theme")
        assert found == []


async def test_a_ticket_by_keyboard_alone(hotline: BrowserHotline) -> None:
    """The first refusal leads to the field at fault; then kind, code, address and content are typed, and it is filed."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        await hotline.talk(anna, "13805927003")
        keys = anna.page.keyboard
        await keys.press("Control+Enter")
        kind = anna.part("ticket-kind").get_by_role("radio")
        await expect(kind.first).to_be_focused()
        await keys.press("2")
        await expect(anna.part("ticket-kind-complaint").get_by_role("radio")).to_be_checked()
        await keys.press("Alt+c")
        await keys.type("bllj")
        await keys.press("Enter")
        await expect(anna.part("ticket-code")).to_have_attribute("data-code", "0102")
        await keys.press("Alt+a")
        await keys.insert_text("思明区嘉莲街道莲花北路23号")
        await expect(anna.part("ticket-street")).to_have_value("嘉莲街道")
        await keys.press("Alt+n")
        await keys.insert_text("垃圾堆了三天没人清。")
        await expect(anna.part("ticket-title")).to_have_value("思明区嘉莲街道莲花北路23号暴露垃圾")
        await keys.press("Control+Enter")
        await expect(anna.part("ticket-case")).not_to_be_empty()


async def test_a_late_refusal_leaves_the_hands_where_they_are(hotline: BrowserHotline) -> None:
    """Filed too early, and gone on writing before the answer comes: the fields at fault are marked, the words stay."""

    async def late(route: Route) -> None:
        await answer.wait()
        await route.continue_()

    async with hotline:
        answer = asyncio.Event()
        anna = await hotline.agent("1001", "8001", ANNA)
        await hotline.talk(anna, "13805927005")
        await anna.page.route("**/tickets?part=1", late)
        keys = anna.page.keyboard
        async with anna.page.expect_request("**/tickets?part=1"):
            await keys.press("Control+Enter")
        await keys.press("Alt+c")
        await expect(anna.part("ticket-code")).to_be_focused()
        await keys.type("bl")
        answer.set()
        await expect(anna.part("fault-kind")).to_be_visible()
        await keys.type("lj")
        await keys.press("Enter")
        await expect(anna.part("ticket-code")).to_have_attribute("data-code", "0102")


async def test_at_twice_the_size(hotline: BrowserHotline) -> None:
    """1366x768 at 200 %: nothing is cut off to the right, and what a talk needs can be reached."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        await hotline.talk(anna, "13805927004")
        await anna.page.set_viewport_size({"width": 683, "height": 384})
        wide = await anna.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{wide} pixels stand out to the right"
        for name in ("hang-up", "hold", "ticket-content", "ticket-file", "pop-number"):
            await anna.part(name).scroll_into_view_if_needed()
            await expect(anna.part(name)).to_be_in_viewport()
