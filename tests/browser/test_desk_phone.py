"""An agent whose seat has a desk phone: the page shows, steers and writes; the telephone rings and talks."""

from __future__ import annotations

import asyncio
import re
from typing import TypeVar

import pytest
from playwright.async_api import Route, expect

from hotline.lab.phones import Call
from hotline.lab.sound import tone
from tests.live.site import eventually

from .kit import ANNA, CITIZEN, MUSIC, BrowserHotline, heard, unheard, until_it_counts
from .people import PASSWORD, Agent, Supervisor

pytestmark = pytest.mark.browser

SEAT = "8005"
P = TypeVar("P", bound=Agent)


class DeskPhone:
    """Rings until somebody lifts it."""

    def __init__(self, hotline: BrowserHotline, endpoint: str = SEAT) -> None:
        self.hotline, self.lifted, self.endpoint = hotline, asyncio.Event(), endpoint

    async def plug_in(self) -> None:
        secret = self.hotline.site.secret(f"sip-{self.endpoint}")
        await self.hotline.floor.desk.register(self.endpoint, secret, self._ring)

    async def _ring(self, call: Call) -> None:
        call.ring()
        await self.lifted.wait()
        await call.answer(tone(ANNA))

    async def rings(self, times: int) -> None:
        await eventually(lambda: len(self.calls) == times and self.calls[-1].ended is None, 20)

    @property
    def calls(self) -> list[Call]:
        return self.hotline.floor.desk.lines[self.endpoint].calls


async def seated(hotline: BrowserHotline, kind: type[P] = Agent, account: str = "1001") -> tuple[P, DeskPhone]:  # type: ignore[assignment]
    """1001, or somebody else, at the desk phone's seat, ready."""
    telephone = DeskPhone(hotline)
    await telephone.plug_in()
    anna = await hotline.page(kind, account)
    await anna.sign_in()
    await anna.part("seat-choice").fill(SEAT)
    await anna.press("take-seat")
    await anna.registered()
    await anna.ready()
    return anna, telephone


async def test_a_call_at_a_desk_phone(hotline: BrowserHotline) -> None:
    """The page pops while the telephone rings; it is lifted there; hold, keys and hanging up are the page's."""
    async with hotline:
        anna, telephone = await seated(hotline)  # type: ignore[var-annotated]
        await expect(anna.part("self-test")).to_have_count(0)
        call = await hotline.citizen("13805924101")
        await anna.until("ringing", 20)
        await expect(anna.part("pop-number")).to_contain_text("13805924101")
        await expect(anna.part("ringing-said")).to_contain_text("13805924101")
        await expect(anna.part("answer")).to_have_count(0)
        await expect(anna.part("lift")).to_be_visible()
        telephone.lifted.set()
        await anna.until("talking")
        (own,) = telephone.calls
        await asyncio.gather(heard(call, ANNA), heard(own, CITIZEN))
        await anna.press("hold")
        await anna.until("holding")
        await heard(call, MUSIC)
        await anna.press("resume")
        await anna.until("talking")
        await asyncio.gather(heard(call, ANNA), unheard(call, MUSIC))
        await anna.press("keypad")
        await anna.press("key-5")
        await expect(anna.part("phone-said")).to_have_text("")
        await anna.write(title="路灯不亮")
        await anna.saved()
        await anna.hang_up()
        await asyncio.gather(call.until_ended(5), own.until_ended(5))


async def test_declining_at_a_desk_phone(hotline: BrowserHotline) -> None:
    """As at a softphone: an offer missed. It is not offered there for ever, and the citizen waits on for somebody else."""
    async with hotline:
        anna, telephone = await seated(hotline)  # type: ignore[var-annotated]
        call = await hotline.citizen("13805924102")
        for times in (1, 2):
            await anna.until("ringing", 20)
            await telephone.rings(times)
            await anna.press("decline")
            await telephone.calls[times - 1].until_ended(5)
        await anna.until("paused")
        await heard(call, MUSIC)
        call.hang_up()


async def test_the_screen_does_not_lock_in_a_desk_phones_talk(hotline: BrowserHotline) -> None:
    """Nobody touches the page while they talk; locked by hand it tells of the call, and lets nobody sign out of it."""
    async with hotline:
        anna, telephone = await seated(hotline)  # type: ignore[var-annotated]
        await idle_limit(anna, 5)
        call = await hotline.citizen("13805924103")
        await anna.until("ringing", 20)
        telephone.lifted.set()
        await anna.until("talking")
        await expect(anna.part("call-time")).to_contain_text("0:13", timeout=20_000)
        await expect(anna.part("lock")).to_have_count(0)
        await anna.press("lock-now")
        await expect(anna.part("lock-call")).to_contain_text("通话中 0:")
        await expect(anna.part("lock-hang-up").or_(anna.part("lock-answer"))).to_have_count(0)
        await expect(anna.part("lock-sign-out")).to_have_count(0)
        telephone.calls[0].hang_up()
        await call.until_ended(5)
        await expect(anna.part("lock-sign-out")).to_be_visible()
        await anna.part("lock-password").fill(PASSWORD)
        await anna.press("lock-submit")
        await expect(anna.part("lock")).to_have_count(0)
        await expect(anna.part("lock")).to_be_visible(timeout=20_000)  # and now by itself


async def idle_limit(agent: Agent, seconds: int) -> None:
    """The daemon's answer with another limit: what may be set is minutes."""

    async def shorter(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, json={**await answer.json(), "idle_lock_seconds": seconds})

    await agent.page.route(re.compile("/api/session(/unlock)?$"), shorter)
    await agent.page.reload()
    await agent.registered()


async def test_the_bar_of_a_desk_phone(hotline: BrowserHotline) -> None:
    """Away from the seat's page: who rings, and that the handset answers; there is nothing to press in vain."""
    async with hotline:
        chief, telephone = await seated(hotline, Supervisor, "2001")
        await chief.visit("/watch")
        call = await hotline.citizen("13805924104")
        await expect(chief.part("lift")).to_have_text("请在话机上接听", timeout=20_000)
        await expect(chief.part("phone")).to_contain_text("13805924104")
        await expect(chief.part("answer").or_(chief.part("mute"))).to_have_count(0)
        telephone.lifted.set()
        await chief.until("talking")
        await heard(call, ANNA)
        await until_it_counts(telephone.calls[0])
        await chief.hang_up()
        await asyncio.gather(call.until_ended(5), telephone.calls[0].until_ended(5))


async def test_a_seat_with_two_devices(hotline: BrowserHotline) -> None:
    """One key changes where the next call rings, shown plainly and kept over a reload; in a call it is barred. The lost one offers the other."""
    async with hotline:
        anna = await hotline.agent("1001", "8004", ANNA)
        await expect(anna.part("device-rings")).to_have_text("来电在浏览器话机振铃")
        await expect(anna.part("change-device")).to_be_disabled()
        await expect(anna.part("device-bar")).to_contain_text("桌面话机不在线")
        telephone = DeskPhone(hotline, "8004-desk")
        await telephone.plug_in()
        await expect(anna.part("change-device")).to_be_enabled(timeout=15_000)
        await anna.page.keyboard.press("Alt+Shift+D")
        await expect(anna.part("devices")).to_have_attribute("data-rings", "desk")
        await anna.until("ready")
        await anna.page.reload()
        await anna.registered()
        await expect(anna.part("device-rings")).to_have_text("来电在桌面话机振铃")
        telephone.lifted.set()
        call = await hotline.citizen("13805924105")
        await anna.until("talking", 20)
        await expect(anna.part("pop-number")).to_contain_text("13805924105")
        (own,) = telephone.calls
        await asyncio.gather(heard(call, ANNA), heard(own, CITIZEN))
        await expect(anna.part("change-device")).to_be_disabled()
        await expect(anna.part("device-bar")).to_have_text("通话结束后可切换话机")
        await until_it_counts(own)
        await anna.hang_up()
        await asyncio.gather(call.until_ended(5), own.until_ended(5))
        await anna.until("ready")

        await anna.press("change-device")
        await expect(anna.part("devices")).to_have_attribute("data-rings", "browser")
        call = await hotline.citizen("13805924106")
        await anna.rings()
        await anna.answer()
        await heard(call, ANNA)
        await anna.hang_up()
        await call.until_ended(5)
        assert len(telephone.calls) == 1, "the telephone that was not chosen has rung"
