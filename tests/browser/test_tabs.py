"""One agent, several tabs; and a tab in the background that no longer can ring."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .kit import ANNA, CITIZEN, BrowserHotline, heard

pytestmark = pytest.mark.browser


async def test_two_tabs_of_one_agent(hotline: BrowserHotline) -> None:
    """The newer tab is the phone, the older one says so; it says at once that it cannot ring yet; then it alone rings."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        first = anna.page
        await anna.another_page()
        await expect(first.get_by_test_id("another-tab")).to_be_visible()
        await expect(anna.part("warned")).to_contain_text("暂不派话")
        await anna.touch()
        await anna.until("ready")
        await first.evaluate("window.dispatchEvent(new Event('online'))")  # a cable that wobbles wakes no parked tab
        call = await hotline.citizen("13805925001")
        await anna.answer()
        await anna.hears(CITIZEN)
        await heard(call, ANNA)
        await expect(first.get_by_test_id("answer")).to_have_count(0)
        await anna.hang_up()


async def test_a_supervisors_two_pages(hotline: BrowserHotline) -> None:
    """The phone moves to the newer one; both go on showing what is."""
    async with hotline:
        chief = await hotline.supervisor(seat="8003")
        await chief.visit("/watch")
        first = chief.page
        await chief.another_page()
        await chief.registered()
        await chief.visit("/watch")
        for page in (first, chief.page):
            await expect(page.get_by_test_id("seat-8001")).to_contain_text("签出")
        await hotline.agent("1001", "8001", ANNA)
        for page in (first, chief.page):
            await expect(page.get_by_test_id("seat-8001")).to_contain_text("示闲", timeout=10_000)
        await expect(first.get_by_test_id("phone")).to_have_count(0)
        await expect(chief.part("phone")).to_be_visible()


async def test_a_second_tab_in_mid_talk(hotline: BrowserHotline) -> None:
    """The talk moves to the newer tab; nobody is cut off, the older one falls silent."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        first = anna.page
        call = await hotline.talk(anna, "13805925003")
        await anna.another_page()
        await expect(first.get_by_test_id("another-tab")).to_be_visible()
        await anna.until("talking", 25)
        await expect(anna.part("hang-up")).to_be_enabled()
        await anna.hears(CITIZEN, 25)
        await heard(call, ANNA)
        await anna.hang_up()
        await call.until_ended(5)


@pytest.mark.bound(100)
async def test_a_tab_that_cannot_ring_gets_no_calls(hotline: BrowserHotline) -> None:
    """A frozen tab: taken out of rotation, the supervisor is alarmed; awake again, it gets calls."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        chief = await hotline.supervisor()
        await chief.visit("/wall")
        pipe = await anna.context.new_cdp_session(anna.page)
        await pipe.send("Debugger.enable")
        await pipe.send("Debugger.pause")
        await hotline.floor.until_state("8001", "paused", 25)
        await expect(chief.part("alarm-seat_phone").first).to_contain_text("8001", timeout=15_000)
        await pipe.send("Debugger.resume")
        await anna.until("ready", 20)
        await hotline.talk(anna, "13805925002")
