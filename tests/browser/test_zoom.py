"""Zoomed pages of a small screen, the dark wall, and keys that a browser would like for itself (X7)."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, TimeoutError, expect

from .kit import ANNA, BrowserHotline
from .test_every_picture import OVER

pytestmark = pytest.mark.browser

ZOOMED = {"100 %": (1366, 768), "125 %": (1093, 614), "150 %": (911, 512)}
"""1366x768 in CSS pixels at these zooms."""


BELOW = """[...document.querySelectorAll('*')].filter(one => one.getBoundingClientRect().bottom > innerHeight + 2)
  .map(one => `${one.tagName}.${one.className} ${getComputedStyle(one).position} ${Math.round(one.getBoundingClientRect().bottom)}`)"""
"""What reaches below the window, for whoever reads of a failure."""


async def fits(page: Page, zoom: str) -> None:
    """Nothing hangs below the window, once the curve of the day has taken its new size (it follows a frame or two later)."""
    try:
        await page.wait_for_function("() => document.documentElement.scrollHeight - innerHeight <= 2", timeout=5_000)
    except TimeoutError:
        pytest.fail(f"at {zoom} the page is longer than its window: {await page.evaluate(BELOW)}")


async def test_the_form_s_foot_and_the_pop_stay_in_sight(hotline: BrowserHotline) -> None:
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.citizen("13805927001")
        await anna.answer()
        for zoom, (width, height) in ZOOMED.items():
            await anna.page.set_viewport_size({"width": width, "height": height})
            for part in ("ticket-file", "pop"):
                await expect(anna.part(part), f"{part} at {zoom}").to_be_in_viewport(ratio=0.2)
            await fits(anna.page, zoom)
        call.hang_up()
        await anna.until("wrap_up")


async def test_the_wall_fits_its_screen_and_is_dark_to_its_edges(hotline: BrowserHotline) -> None:
    async with hotline:
        chief = await hotline.supervisor()
        await chief.visit("/wall")
        wall = chief.page.locator(".wall")
        for zoom, (width, height) in ZOOMED.items():
            await chief.page.set_viewport_size({"width": width, "height": height})
            await fits(chief.page, zoom)
            assert await chief.page.evaluate(OVER) == [], zoom
        theme = await wall.get_attribute("data-theme")
        assert await wall.evaluate("one => getComputedStyle(one).colorScheme") == (
            "light" if theme == "light" else "dark"
        )


async def test_keys_that_a_browser_would_take(hotline: BrowserHotline) -> None:
    """`/` and `'` open Firefox's own search: not here, but where somebody types they are what they are."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA, ready=False)
        taken = "key => !document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))"
        for key in ("/", "'"):
            assert await anna.page.evaluate(taken, key)
        await anna.part("dial-number").fill("")
        await anna.part("dial-number").press("/")
        await expect(anna.part("dial-number")).to_have_value("/")
