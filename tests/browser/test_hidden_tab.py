"""A seat whose tab has been in the background so long that Chromium wakes it once a minute: offered calls as ever, and nothing typed is lost.

On a real screen, with Chromium's own throttling (``screen_chromium.py``).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.live.site import eventually

from . import chrome
from .kit import ANNA, CITIZEN, BrowserHotline, heard, origin
from .people import Agent
from .screen_chromium import GRACE_SECONDS, XVFB, ScreenChromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.skipif(not XVFB, reason="no Xvfb (Debian: xvfb)"),
]
CALLER = "13805928001"
PLAIN = "data:text/html,no telephone"
"""A tab beside the seat's, by which one sees that Chromium slows hidden tabs down; one whose microphone is held it spares the worst."""
CLOCK = """window.__turns = [performance.now()];
setInterval(() => window.__turns.push(performance.now()), 1000)"""
SLOWEST = "Math.max(...window.__turns.slice(1).map((at, n) => at - window.__turns[n]), performance.now() - window.__turns.at(-1))"


@pytest.mark.bound(300)
async def test_a_hidden_seat_is_offered_calls_and_loses_nothing(hotline: BrowserHotline, tmp_path: Path) -> None:
    async with (
        hotline,
        hotline.shared.on_a_screen(tmp_path / "profile", chrome.voice(tmp_path / "anna.wav", ANNA)) as screen,
    ):
        anna = await _at(hotline, screen)
        await anna.sign_in()
        await anna.take_seat("8001")
        await anna.ready()
        plain = await anna.context.new_page()
        await plain.goto(PLAIN)
        await plain.evaluate(CLOCK)
        await screen.hide(origin(hotline.site))

        async def throttled() -> None:
            assert await screen.evaluate(SLOWEST, at=PLAIN) > 2 * GRACE_SECONDS * 1000

        await eventually(throttled, 150)  # else this test would say nothing

        call = await hotline.citizen(CALLER)

        async def rings() -> None:
            assert await hotline.at("8001")
            assert CALLER in await screen.evaluate("document.querySelector('[data-testid=pop]')?.innerText ?? ''")
            assert "☎" in await screen.evaluate("document.title")

        await eventually(rings, 10)
        name = await hotline.at("8001")
        anna = await _at(hotline, screen)
        await anna.answer()
        await anna.hears(CITIZEN)
        await heard(call, ANNA)
        await anna.write(title="路灯不亮")
        await anna.saved()
        await anna.hang_up()
        await anna.write(content="厦禾路路口两盏路灯不亮")
        await screen.hide(origin(hotline.site))  # at once: the page's own timer has not come round yet

        async def saved() -> None:
            assert await screen.evaluate("document.querySelector('[data-testid=draft]').dataset.saved") == "true"

        await eventually(saved, 70)
        screen.kill()
        again = await hotline.page(Agent, "1001", voice=ANNA)
        await again.sign_in()  # to the seat that is still theirs
        await again.press("test-passed")
        await again.press("tab-my")
        await again.press(f"my-write-{name}")
        await expect(again.part("ticket-content")).to_have_value("厦禾路路口两盏路灯不亮")


async def _at(hotline: BrowserHotline, screen: ScreenChromium) -> Agent:
    """The agent at the screen, at the tab that is there."""
    context = await screen.join()
    seats = [page for page in context.pages if page.url.startswith(origin(hotline.site))]
    person = Agent("1001", context, (seats or context.pages)[0], origin(hotline.site))
    await context.add_init_script(path=chrome.EARS)
    return person
