"""The seat console beside the call: answering by itself, what comes after the call, the lock, keys, a tab in the background."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from .kit import ANNA, CITIZEN, BrowserHotline, heard
from .people import PASSWORD

pytestmark = pytest.mark.browser

HIDDEN = """(hidden) => {
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (hidden ? 'hidden' : 'visible') });
  document.dispatchEvent(new Event('visibilitychange'));
}"""
"""A headless browser has no tabs behind others: the page is told that it is one."""


async def test_it_answers_by_itself_where_the_agent_wants_it(hotline: BrowserHotline) -> None:
    """No press; levels move both ways, the network is judged; the key for after the call signs the seat off."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        await anna.press("auto-answer")
        call = await hotline.citizen("13805929001")
        await anna.until("talking", 20)
        await anna.hears(CITIZEN)
        await heard(call, ANNA)
        for meter in ("level-in", "level-out"):
            await expect(anna.part(meter)).not_to_have_attribute("data-level", "0.00")
        await expect(anna.part("network")).to_have_attribute("data-grade", "good")
        await anna.press("after-log_out")
        await expect(anna.part("after-log_out")).to_have_attribute("aria-pressed", "true")
        await anna.press("hang-up")
        await call.until_ended(5)
        await expect(anna.part("seat-choice")).to_be_visible(timeout=20_000)


async def test_signing_out_in_a_talk_waits_for_its_end(hotline: BrowserHotline) -> None:
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805929002")
        await anna.press("sign-out")
        await expect(anna.part("after-log_out")).to_have_attribute("aria-pressed", "true")
        await heard(call, ANNA)
        await anna.press("hang-up")
        await expect(anna.part("login-account")).to_be_visible(timeout=20_000)


async def test_a_locked_screen_hides_everything_but_the_call(hotline: BrowserHotline) -> None:
    """A call rings through the lock, is answered and put down there; the wrong password opens nothing."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        await anna.page.route("**/api/session/lock", lambda route: route.abort())  # the daemon is away just then
        await anna.press("lock-now")
        await expect(anna.part("lock-password")).to_be_focused()
        await expect(anna.part("lock-now")).to_have_count(0)  # what is covered is not in the document
        await anna.page.reload()
        await expect(anna.part("lock-password")).to_be_focused()
        await anna.page.unroute("**/api/session/lock")
        call = await hotline.citizen("13805929003")
        await anna.part("lock-answer").click(timeout=20_000)
        await anna.hears(CITIZEN)
        await heard(call, ANNA)
        await anna.until_it_counts()
        await anna.press("lock-hang-up")
        await call.until_ended(5)
        await anna.part("lock-password").fill("not the one")
        await anna.press("lock-submit")
        await expect(anna.part("lock")).to_be_visible()
        await anna.part("lock-password").fill(PASSWORD)
        await anna.press("lock-submit")
        await expect(anna.part("lock")).to_have_count(0)
        await expect(anna.part("lock-now")).to_be_visible()


async def test_a_call_by_keyboard_alone(hotline: BrowserHotline) -> None:
    """F2, F9, F8, F4; Alt+P with a reason, Alt+R; the cheat sheet names them."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        keys = anna.page.keyboard
        call = await hotline.citizen("13805929004")
        await anna.rings()
        await keys.press("F2")
        await anna.until("talking")
        await keys.press("F9")
        await expect(anna.part("phone")).to_have_attribute("data-muted", "true")
        await keys.press("F9")
        await heard(call, ANNA)
        await keys.press("F8")
        await anna.until("holding")
        await keys.press("F8")
        await anna.until("talking")
        await keys.press("Alt+/")
        await expect(anna.part("cheat-sheet")).to_contain_text("F4")
        await keys.press("Escape")
        await expect(anna.part("cheat-sheet")).to_have_count(0)
        await keys.press("F4")
        await anna.until("wrap_up")
        await keys.press("Alt+p")
        await keys.press("Enter")
        await anna.until("paused")
        await keys.press("Alt+r")
        await anna.until("ready")


async def test_a_tab_in_the_background_calls_for_its_agent(hotline: BrowserHotline) -> None:
    """Nobody looks at the page: its title flashes with the number until the call is answered."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        title = await anna.page.title()
        await anna.page.evaluate(HIDDEN, True)
        call = await hotline.citizen("13805929005")
        await expect(anna.page).to_have_title(re.compile("13805929005"), timeout=20_000)
        await anna.page.evaluate(HIDDEN, False)
        assert await anna.page.title() == title
        await anna.answer()
        await heard(call, ANNA)


async def test_the_other_language_stays(hotline: BrowserHotline) -> None:
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        await anna.part("language").select_option("en")
        await expect(anna.part("go-ready")).to_contain_text("Ready")
        await anna.page.reload()
        await expect(anna.part("go-ready")).to_contain_text("Ready")
        await anna.part("language").select_option("zh")
        await expect(anna.part("go-ready")).to_contain_text("示闲")
