"""An agent whose seat has a desk phone: the page shows, steers and writes; the telephone rings and talks."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from hotline.demo.phones import Call
from hotline.demo.sound import tone
from tests.live.site import eventually

from .kit import ANNA, CITIZEN, MUSIC, House, heard, unheard
from .people import Agent

pytestmark = pytest.mark.browser

SEAT = "8005"


class DeskPhone:
    """Rings until somebody lifts it."""

    def __init__(self, house: House) -> None:
        self.house, self.lifted = house, asyncio.Event()

    async def plug_in(self) -> None:
        await self.house.floor.desk.register(SEAT, self.house.site.secret(f"sip-{SEAT}"), self._ring)

    async def _ring(self, call: Call) -> None:
        call.ring()
        await self.lifted.wait()
        await call.answer(tone(ANNA))

    async def rings(self, times: int) -> None:
        await eventually(lambda: len(self.calls) == times and self.calls[-1].ended is None, 20)

    @property
    def calls(self) -> list[Call]:
        return self.house.floor.desk.lines[SEAT].calls


async def seated(house: House) -> tuple[Agent, DeskPhone]:
    """1001 at the desk phone's seat, ready."""
    telephone = DeskPhone(house)
    await telephone.plug_in()
    anna = await house.page(Agent, "1001")
    await anna.sign_in()
    await anna.part("seat-choice").fill(SEAT)
    await anna.press("take-seat")
    await anna.registered()
    await anna.ready()
    return anna, telephone


async def test_a_call_at_a_desk_phone(house: House) -> None:
    """The page pops while the telephone rings; it is lifted there; hold, keys and hanging up are the page's."""
    async with house:
        anna, telephone = await seated(house)
        await expect(anna.part("self-test")).to_have_count(0)
        call = await house.citizen("13805924101")
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


async def test_declining_at_a_desk_phone(house: House) -> None:
    """As at a softphone: an offer missed. It is not offered there for ever, and the citizen waits on for somebody else."""
    async with house:
        anna, telephone = await seated(house)
        call = await house.citizen("13805924102")
        for times in (1, 2):
            await anna.until("ringing", 20)
            await telephone.rings(times)
            await anna.press("decline")
            await telephone.calls[times - 1].until_ended(5)
        await anna.until("paused")
        await heard(call, MUSIC)
        call.hang_up()
