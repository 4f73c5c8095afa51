"""Every page in every state, at 1366 and 1920, light and dark, Chinese and English: for eyes, and for what a program can see of it.

`make pictures ALL=FOLDER` writes them there (none is kept in the repository). Whatever is drawn over an edge, or makes the page wider than
its window, is told with its picture's name. One test each for what stands still together: on a busy machine a picture takes seconds, and all
of them in one test never ended within any bound.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from hotline.demo.run import notice_seconds
from hotline.demo.scenario import MATTERS
from hotline.lab.phones import answering
from tests.live.site import MENU, SEAT_TONE

from .kit import ANNA, BAO, BrowserHotline
from .people import Agent, Person
from .test_callbacks import missed

FOLDER = os.environ.get("HOTLINE_ALL_PICTURES", "")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not FOLDER, reason="for eyes: make pictures ALL=FOLDER"),
    pytest.mark.bound(400),
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
  for (const one of document.querySelectorAll('.wall .debts > *')) {
    const over = one.getBoundingClientRect().bottom - one.closest('.panel').getBoundingClientRect().bottom
    if (over > 0) said.push(`${one.dataset.testid}: ${Math.ceil(over)} below its panel`)
  }
  for (const one of document.querySelectorAll('.wall .trunks')) {
    if (one.children.length <= 2 && one.scrollHeight > one.clientHeight + 1) said.push(`${one.dataset.testid}: ${one.scrollHeight} in ${one.clientHeight}`)
  }
  return said
}"""
"""What runs over its box, stands below its panel, or is cut though there are but two."""
Kept = Callable[[], Awaitable[None]]


class Pictures:
    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.over: list[str] = []

    async def take(self, person: Person, name: str, *, wall: bool = False, kept: Kept | None = None) -> None:
        """``kept`` brings back before each picture what lasts for seconds alone: a ring, a wrap-up."""
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
                    if kept is not None:
                        await kept()
                    await self._one(page, f"{name}-{width}-{theme}-{language}", wait=1.2 if wall else 0.1)
        if not wall:
            await person.part("language").select_option("zh")
        await page.emulate_media(color_scheme="light")
        await page.set_viewport_size({"width": 1366, "height": 768})

    async def _one(self, page: Page, name: str, *, wait: float) -> None:
        await asyncio.sleep(wait)  # curves are drawn with a motion of their own
        await page.screenshot(path=self.folder / f"{name}.png", animations="disabled")
        self.over += [f"{name}: {one}" for one in await page.evaluate(OVER)]


@pytest.fixture
def shots() -> Iterator[Pictures]:
    made = Pictures(Path(FOLDER))
    yield made
    assert made.over == []


async def _write(agent: Agent) -> None:
    matter = MATTERS[0]
    await agent.press(f"ticket-kind-{matter.kind}")
    await agent.write(title=matter.title, content=matter.content, address=matter.place, code="bllj")
    await agent.page.keyboard.press("Enter")
    await agent.saved()


async def test_before_and_between_calls(hotline: BrowserHotline, shots: Pictures) -> None:
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
        await anna.until("ready")
        await bao.ready()
        await shots.take(anna, "seat-idle")


async def test_a_call_that_rings(hotline: BrowserHotline, shots: Pictures) -> None:
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        await hotline.citizen("13806002320")

        async def rings() -> None:
            if await anna.part("presence").get_attribute("data-state") == "paused":  # it rang out twice
                await anna.ready()
            await anna.rings()

        await shots.take(anna, "seat-ringing", kept=rings)


async def test_a_talk_and_its_directory(hotline: BrowserHotline, shots: Pictures) -> None:
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        await hotline.agent("1002", "8002", BAO, ready=False)
        call = await hotline.talk(anna, "13806002319")
        await _write(anna)
        await shots.take(anna, "seat-talking")

        async def opened() -> None:
            await anna.part("transfer-to").focus()
            await expect(anna.part("target-agent-1002")).to_be_visible()

        await shots.take(anna, "seat-directory", kept=opened)
        call.hang_up()
        await anna.until("wrap_up")
        await anna.press("extend-wrap-up")
        await anna.press("extend-wrap-up")
        await shots.take(anna, "seat-wrap-up")


async def test_a_colleague_is_asked_and_joins(hotline: BrowserHotline, shots: Pictures) -> None:
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        bao = await hotline.agent("1002", "8002", BAO, ready=False)
        await hotline.talk(anna, "13806002321")
        await _write(anna)
        await anna.transfer("8002", "attended")
        await bao.answer()
        await expect(anna.part("party-8002")).to_have_attribute("data-state", "talking")
        await shots.take(anna, "seat-consulting")
        await shots.take(bao, "seat-consulted")
        await anna.press("transfer-conference")
        await expect(anna.part("hears")).to_contain_text("各方都能听到")
        await shots.take(anna, "seat-conference")
        for one in (anna, bao):  # two agents alone in a room would talk on
            await one.press("hang-up")


async def test_a_hand_over_and_what_the_partner_says(hotline: BrowserHotline, shots: Pictures) -> None:
    """The box while the partner talks, refused, accepted; the next call's pop with what became of it there."""
    caller, number = "13806002322", "FZ-2026-0077"
    async with hotline:
        for rack in hotline.floor.phones.trunks.values():
            rack.take("12345", answering(0.3, None, SEAT_TONE))
        anna = await hotline.agent("1001", "8001", ANNA)
        await hotline.floor.reachable("telecom")
        call = await hotline.talk(anna, caller)
        await _write(anna)
        step = anna.part("handover-step")
        await anna.press("handover-12345")
        await expect(step).to_have_attribute("data-step", "answered", timeout=15_000)
        await shots.take(anna, "handover-answered")
        await anna.part("handover-reason").fill("不属于受理范围")
        await anna.press("handover-refuse")
        await expect(step).to_have_attribute("data-step", "refused", timeout=15_000)
        await shots.take(anna, "handover-refused")
        await anna.press("handover-12345")
        await expect(step).to_have_attribute("data-step", "answered", timeout=15_000)
        await anna.part("handover-reference").fill(number)
        await anna.press("handover-accept")
        await anna.until("wrap_up")
        call.hang_up()
        await anna.press("direct-answer")
        await anna.until("ready", 30)
        await hotline.talk(anna, caller)
        await expect(anna.part("pop-handover")).to_have_count(2, timeout=20_000)
        await shots.take(anna, "handover-next-pop")


async def test_the_supervisors_pages(hotline: BrowserHotline, shots: Pictures) -> None:
    async with hotline:
        for seat, caller in (("8005", "13806004471"), ("8006", "13806005508")):
            await hotline.floor.sit(seat, answering(0.4, None, SEAT_TONE))
            await hotline.citizen(caller)
            await hotline.floor.until_state(seat, "talking")
        await missed(hotline, "13806009013")
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
        for page in ("calls", "tickets"):
            await chief.visit(f"/{page}")
            await expect(chief.part(f"{page}-page")).to_be_visible()
            await shots.take(chief, page)


async def test_the_wall(hotline: BrowserHotline, shots: Pictures) -> None:
    async with hotline:
        for seat, caller in (("8005", "13806004472"), ("8006", "13806005509")):
            await hotline.floor.sit(seat, answering(0.4, None, SEAT_TONE))
            await hotline.citizen(caller)
            await hotline.floor.until_state(seat, "talking")
        await hotline.citizen("13806007164")
        chief = await hotline.supervisor()
        await chief.visit("/wall")
        await shots.take(chief, "wall", wall=True)


async def test_the_administration(hotline: BrowserHotline, shots: Pictures) -> None:
    async with hotline:
        admin = await hotline.page(Person, "4001")
        await admin.sign_in()
        for tab in ("accounts", "audit", "settings"):
            await admin.press(f"tab-{tab}")
            await shots.take(admin, f"admin-{tab}")


async def test_a_pop_with_the_menus_key(hotline: BrowserHotline, shots: Pictures) -> None:
    """What the citizen pressed on the way stands at the pop, while it rings and in the talk."""
    caller = "13806002324"
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA, ready=False)
        call = await hotline.citizen(caller, MENU)
        with suppress(TimeoutError):
            await call.until_ended(notice_seconds(hotline.floor.site) + 1.5)  # the menu is spoken after the notice
        await call.press("2")
        await anna.ready()
        await anna.answer()
        await expect(anna.part("pop-went-through")).to_contain_text("菜单按 2 键", timeout=20_000)
        await shots.take(anna, "seat-menu-key")


async def test_calls_that_rang_out(hotline: BrowserHotline, shots: Pictures) -> None:
    """Until nobody is offered to this seat any more; and its own list of calls."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        await hotline.citizen("13806002325")
        await anna.rings()
        await anna.until("paused", 60)
        await shots.take(anna, "seat-rang-out")
        await anna.press("tab-my")
        await anna.press("my-tab-calls")
        await expect(anna.part("my-calls")).to_be_visible()
        await shots.take(anna, "my-calls")
