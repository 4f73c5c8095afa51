"""An agent and a supervisor in a hurry: a reload in a wrap-up, the back key in a talk, a network that is gone in a consultation, two hands on
one call, a narrow window."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Final

import pytest
from playwright.async_api import Dialog, TimeoutError, WebSocketRoute, expect

from hotline.lab.phones import Call
from tests.live.site import eventually

from .kit import ANNA, BAO, CHIEF, CITIZEN, MUSIC, REJOIN, BrowserHotline, heard
from .people import LOUD_SHARE, Agent
from .test_every_picture import OVER
from .test_transfers import two

pytestmark = pytest.mark.browser
NARROW: Final = {"1280": (1280, 720), "1280 at 150 %": (853, 480)}


class Network:
    """Of one browser: its sockets pass through here, and can be cut."""

    def __init__(self) -> None:
        self.there = True
        self._open: list[tuple[WebSocketRoute, WebSocketRoute]] = []

    async def under(self, agent: Agent) -> None:
        """From the page's next load on."""
        await agent.context.route_web_socket("**", self._begun)
        await agent.page.reload()
        await agent.registered()

    async def _begun(self, page: WebSocketRoute) -> None:
        if not self.there:
            await page.close(code=1001)
            return
        self._open.append((page, page.connect_to_server()))

    async def cut(self, agent: Agent) -> None:
        self.there = False
        await agent.context.set_offline(True)
        for page, server in self._open:
            await page.close(code=1001)
            await server.close()
        self._open.clear()

    async def back(self, agent: Agent) -> None:
        self.there = True
        await agent.context.set_offline(False)


@pytest.mark.bound(120)
async def test_a_reload_in_a_wrap_up_loses_nothing(hotline: BrowserHotline) -> None:
    """The wrap-up goes on, its ticket is in front with every word, and is filed from the new page."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805928101")
        await anna.press("ticket-kind-complaint")
        await anna.write(title="路灯不亮", content="湖滨南路路灯三天不亮", address="湖滨南路88号")
        await anna.until_it_counts()
        call.hang_up()
        await anna.until("wrap_up")
        await anna.press("extend-wrap-up")
        await anna.part("ticket-content").press("End")
        await anna.page.keyboard.type("，请尽快修复")
        await anna.page.reload()
        await anna.until("wrap_up", 15)
        await expect(anna.part("wrap-up-left")).to_be_visible()
        await expect(anna.part("ticket-content")).to_have_value("湖滨南路路灯三天不亮，请尽快修复", timeout=10_000)
        await expect(anna.part("ticket")).to_contain_text("138 0592 8101")
        await anna.registered()
        await anna.press("end-wrap-up")
        await anna.until("ready")
        await expect(anna.part("ticket-content")).to_have_value("湖滨南路路灯三天不亮，请尽快修复")


async def test_the_back_key_asks_before_it_ends_a_talk(hotline: BrowserHotline) -> None:
    """Between our pages it only leads back; out of them the browser asks, and whoever stays talks on."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805928102")
        await anna.press("go-calls")
        await anna.page.go_back()
        await expect(anna.part("hang-up")).to_be_enabled()
        asked: asyncio.Queue[str] = asyncio.Queue()

        async def stay(dialog: Dialog) -> None:
            asked.put_nowait(dialog.type)
            await dialog.dismiss()

        anna.page.on("dialog", stay)
        await anna.page.evaluate("() => { setTimeout(() => { location.href = 'about:blank' }) }")
        assert await asyncio.wait_for(asked.get(), 10) == "beforeunload"
        await asyncio.gather(anna.hears(CITIZEN), heard(call, ANNA))
        await anna.until_it_counts()
        call.hang_up()
        await anna.until("wrap_up")
        await anna.page.evaluate("() => { setTimeout(() => { location.href = 'about:blank' }) }")
        await anna.page.wait_for_url("about:blank")
        assert asked.empty(), "nobody is lost by it after the talk"


@pytest.mark.bound(150)
async def test_a_network_that_is_gone_in_a_consultation(hotline: BrowserHotline) -> None:
    """Nobody speaks for the seat: the citizen is told, and answered by the next; the page that is back shows no talk. Before: a narrow window."""
    async with hotline:
        anna, bao = await two(hotline)
        network = Network()
        await network.under(anna)
        await anna.touch()
        await anna.until("ready")
        call = await hotline.talk(anna, "13805928103")
        await anna.transfer("8002", "attended")
        await bao.answer()
        await asyncio.gather(anna.hears(BAO), bao.hears(ANNA), heard(call, MUSIC))

        wide = anna.page.viewport_size
        for name, (width, height) in NARROW.items():
            await anna.page.set_viewport_size({"width": width, "height": height})
            assert await anna.page.evaluate(OVER) == [], name
            for part in ("transfer-complete", "transfer-cancel", "transfer-conference", "hang-up", "ticket-file"):
                await anna.part(part).scroll_into_view_if_needed()
                await expect(anna.part(part), f"{part} at {name}").to_be_in_viewport(ratio=1)
        assert wide is not None
        await anna.page.set_viewport_size(wide)

        await network.cut(anna)
        await heard(call, REJOIN, within=60)  # not at once: a network that is back within seconds has lost nobody
        await bao.until("paused", 15)
        await heard(call, MUSIC)
        await bao.ready()
        await bao.answer()
        await asyncio.gather(heard(call, BAO), bao.hears(CITIZEN))
        await network.back(anna)
        await expect(anna.part("stale")).to_have_count(0, timeout=30_000)
        await anna.registered(30)
        await expect(anna.part("hang-up")).to_be_disabled()
        await expect(anna.part("party-8002")).to_have_count(0)
        await bao.hang_up()
        await call.until_ended(5)


@pytest.mark.bound(120)
async def test_a_supervisor_takes_over_in_the_second_in_which_the_agent_hangs_up(hotline: BrowserHotline) -> None:
    """One of both is first. Either way nobody is left in a talk with nobody, and the call is over for both pages when it is."""
    async with hotline:
        anna, chief = await asyncio.gather(
            hotline.agent("1001", "8001", ANNA), hotline.supervisor("2001", "8004", CHIEF)
        )
        for caller in ("13805928104", "13805928105"):
            await chief.visit("/watch")  # a take-over led to the seat page
            call = await hotline.talk(anna, caller)
            await chief.choose("8001")
            await chief.watch("listen")
            await expect(chief.part("watching")).to_be_visible()
            await chief.press("take-over")
            await chief.part("because-reason").fill("质检")
            # as a finger does, which does not wait: the key of whoever was second may be grey by then
            keys = (chief.part("because-confirm"), anna.part("hang-up"))
            await asyncio.gather(*(key.evaluate("key => key.click()") for key in keys))
            await anna.until("wrap_up")

            def settled(call: Call = call) -> None:
                assert not call.up or call.ear.tone_level(CHIEF, since=time.time() - 1.0) > LOUD_SHARE

            await eventually(settled, 15)
            if call.up:
                call.hang_up()
            await call.until_ended(5)
            await hotline.floor.until_state("8004", "paused", 15)
            await expect(chief.part("watching")).to_have_count(0, timeout=10_000)
            if await chief.part("because").count():
                await chief.page.keyboard.press("Escape")
            with suppress(TimeoutError):  # on a busy machine it is over by itself
                await anna.part("end-wrap-up").click(timeout=2_000)
            await anna.until("ready")
