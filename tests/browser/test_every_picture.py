"""Every page in every state, at 1366 and 1920, light and dark, Chinese and English: for eyes, and for what a program can see of it.

`make pictures ALL=FOLDER` writes them there (seventy files, none is kept in the repository). Whatever is drawn over an edge, or makes
the page wider than its window, is told with its picture's name.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from hotline.demo.scenario import MATTERS
from hotline.lab.phones import answering
from tests.live.site import SEAT_TONE

from .kit import ANNA, BAO, BrowserHotline
from .people import Agent, Person

FOLDER = os.environ.get("HOTLINE_ALL_PICTURES", "")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not FOLDER, reason="for eyes: make pictures ALL=FOLDER"),
]
SIZES = ((1366, 768), (1920, 1080))
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LANGUAGES = ("zh", "en")
OVER = """() => {
  const said = []
  const root = document.documentElement
  if (root.scrollWidth > root.clientWidth + 1) said.push(`the page is ${root.scrollWidth} wide in ${root.clientWidth}`)
  for (const one of document.querySelectorAll('button, .tabs > *, h1, h2, .tile, th')) {
    const style = getComputedStyle(one)
    if (!one.offsetParent || style.textOverflow === 'ellipsis' || style.overflowX === 'auto') continue
    if (one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0) said.push(`${one.dataset.testid || one.textContent.trim().slice(0, 40)}: ${one.scrollWidth} in ${one.clientWidth}`)
  }
  return said
}"""
"""What runs over its box."""


class Pictures:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.over: list[str] = []

    async def take(self, person: Person, name: str, *, wall: bool = False) -> None:
        page = person.page
        for language in LANGUAGES:
            if wall:  # it has no switch of its own
                await person.press("go-calls")
            await person.part("language").select_option(language)
            if wall:
                await person.press("go-wall")
                await expect(person.part("curve")).to_be_visible(timeout=20_000)
            for theme in THEMES:
                await page.emulate_media(color_scheme=theme)
                if wall and await person.part("wall").get_attribute("data-theme") != theme:
                    await person.press("theme")
                for width, height in SIZES:
                    await page.set_viewport_size({"width": width, "height": height})
                    await self._one(page, f"{name}-{width}-{theme}-{language}", wait=1.2 if wall else 0.1)
        if not wall:
            await person.part("language").select_option("zh")
        await page.emulate_media(color_scheme="light")
        await page.set_viewport_size({"width": 1366, "height": 768})

    async def _one(self, page: Page, name: str, *, wait: float) -> None:
        await asyncio.sleep(wait)  # curves are drawn with a motion of their own
        await page.screenshot(path=self.folder / f"{name}.png", animations="disabled")
        self.over += [f"{name}: {one}" for one in await page.evaluate(OVER)]


async def _write(agent: Agent) -> None:
    matter = MATTERS[0]
    await agent.press(f"ticket-kind-{matter.kind}")
    await agent.write(title=matter.title, content=matter.content, address=matter.place, code="bllj")
    await agent.page.keyboard.press("Enter")
    await agent.saved()


@pytest.mark.bound(400)
async def test_every_picture(hotline: BrowserHotline) -> None:
    folder = Path(FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    shots = Pictures(folder)
    async with hotline:
        login = await hotline.page(Person, "1004")
        await login.go("/")
        await expect(login.part("login-account")).to_be_visible()
        await shots.take(login, "login")
        anna = await hotline.agent("1001", "8001", ANNA)
        bao = await hotline.agent("1002", "8002", BAO, ready=False)
        lost = await hotline.citizen("13806009012")
        await anna.rings()
        lost.hang_up()
        await shots.take(anna, "seat-idle")
        call = await hotline.talk(anna, "13806002319")
        await _write(anna)
        await shots.take(anna, "seat-talking")
        await anna.part("transfer-to").focus()
        await expect(anna.part("target-agent-1002")).to_be_visible()
        await shots.take(anna, "seat-directory")
        await anna.part("transfer-to").fill("8002")
        await anna.press("transfer-attended")
        await bao.answer()
        await expect(anna.part("party-8002")).to_have_attribute("data-state", "talking")
        await shots.take(anna, "seat-consulting")
        await anna.press("transfer-conference")
        await expect(anna.part("hears")).to_contain_text("各方都能听到")
        await shots.take(anna, "seat-conference")
        await bao.press("hang-up")
        await bao.until("paused")
        await anna.listens(1)
        await anna.transfer("8002")
        await anna.press("extend-wrap-up")
        await bao.rings()
        await shots.take(bao, "seat-ringing")
        await shots.take(anna, "seat-wrap-up")
        call.hang_up()

        for seat, caller in (("8005", "13806004471"), ("8006", "13806005508")):
            await hotline.floor.sit(seat, answering(0.4, None, SEAT_TONE))
            await hotline.citizen(caller)
            await hotline.floor.until_state(seat, "talking")
        await hotline.citizen("13806007163")
        chief = await hotline.supervisor()
        await chief.visit("/watch")
        await chief.choose("8005")
        await expect(chief.part("panel-call")).to_be_visible()
        await shots.take(chief, "supervisor")
        await chief.visit("/callbacks")
        await expect(chief.page.locator(".callbacks")).to_be_visible()
        await shots.take(chief, "callbacks")
        await chief.visit("/templates")
        await expect(chief.part("template-row-sample-greeting")).to_be_visible()
        await shots.take(chief, "templates")
        await chief.visit("/calls")
        await shots.take(chief, "calls")
        await shots.take(chief, "wall", wall=True)
    assert shots.over == []
