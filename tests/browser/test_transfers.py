"""A call goes on to somebody else, or three speak together: between browser seats, and to the police."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from hotline.lab.phones import answering
from hotline.lab.sound import tone
from tests.live.site import eventually

from .kit import ANNA, BAO, CITIZEN, MUSIC, BrowserHotline, heard, unheard
from .people import Agent

pytestmark = pytest.mark.browser

POLICE = 1490.0


async def two(hotline: BrowserHotline) -> tuple[Agent, Agent]:
    """1001 ready, 1002 paused: the first call comes to 1001."""
    anna, bao = await asyncio.gather(
        hotline.agent("1001", "8001", ANNA), hotline.agent("1002", "8002", BAO, ready=False)
    )
    return anna, bao


async def test_a_blind_transfer_reaches_the_other_seat(hotline: BrowserHotline) -> None:
    """The citizen is answered at 8002 and hears nobody but them; 8001 wraps up."""
    async with hotline:
        anna, bao = await two(hotline)
        call = await hotline.talk(anna, "13805922001")
        await anna.transfer("8002")
        await anna.until("wrap_up")
        await bao.answer()
        await bao.hears(CITIZEN)
        await heard(call, BAO)
        await unheard(call, ANNA)
        await bao.hang_up()
        await call.until_ended(5)


async def test_consulting_and_handing_over(hotline: BrowserHotline) -> None:
    """While the agents speak the citizen hears music; cancelled, they are back; asked again, the citizen goes over."""
    async with hotline:
        anna, bao = await two(hotline)
        call = await hotline.talk(anna, "13805922002")
        await anna.transfer("8002", "attended")
        await bao.answer()
        await asyncio.gather(anna.hears(BAO), bao.hears(ANNA), heard(call, MUSIC))
        await bao.hears_no(CITIZEN)
        await anna.press("transfer-cancel")
        await bao.until("paused")
        await asyncio.gather(anna.hears(CITIZEN), heard(call, ANNA))

        await anna.transfer("8002", "attended")
        await bao.answer()
        await bao.hears(ANNA)
        await anna.press("transfer-complete")
        await anna.until("wrap_up")
        await asyncio.gather(bao.hears(CITIZEN), heard(call, BAO))
        call.hang_up()
        await bao.until("wrap_up")


async def test_three_speak_together(hotline: BrowserHotline) -> None:
    """Citizen and two browsers: each hears the two others; when one leaves, two go on."""
    async with hotline:
        anna, bao = await two(hotline)
        call = await hotline.talk(anna, "13805922003")
        await anna.transfer("8002", "attended")
        await bao.answer()
        await anna.hears(BAO)
        await anna.press("transfer-conference")
        await asyncio.gather(anna.hears(CITIZEN), bao.hears(CITIZEN))
        await asyncio.gather(anna.hears(BAO), bao.hears(ANNA))
        await asyncio.gather(heard(call, ANNA, share=0.15), heard(call, BAO, share=0.15))
        await anna.hang_up()
        await asyncio.gather(bao.hears(CITIZEN), heard(call, BAO), unheard(call, ANNA))
        await bao.press("hang-up")
        await call.until_ended(5)


async def test_the_police_by_one_key(hotline: BrowserHotline) -> None:
    """110 by its key: the agent speaks to them, then all three together."""
    async with hotline:
        trunk = hotline.floor.phones.trunks["telecom"]
        trunk.take("110", answering(0.3, None, tone(POLICE)))
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805922004")
        await hotline.floor.reachable("telecom")
        await expect(anna.part("number-police")).to_have_count(0)  # one key for one deed
        await anna.press("handover-110")
        await anna.hears(POLICE)
        await eventually(lambda: bool(trunk.calls_to("110")))
        police = trunk.calls_to("110")[0]
        await anna.press("transfer-conference")
        await asyncio.gather(
            heard(call, POLICE, share=0.15), heard(call, ANNA, share=0.15),
            heard(police, CITIZEN, share=0.15), heard(police, ANNA, share=0.15),
            anna.hears(CITIZEN),
        )  # fmt: skip
        call.hang_up()
        police.hang_up()
        await anna.until("wrap_up")


async def test_a_call_is_handed_over_in_the_page(hotline: BrowserHotline) -> None:
    """One key to the partner: refused it comes back with the reason; asked again and accepted with the partner's number the agent
    leaves the two together. The box says each step, and the next call's pop tells of it."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        for rack in hotline.floor.phones.trunks.values():
            rack.take("12345", answering(0.3, None, tone(POLICE)))
        await hotline.floor.reachable("telecom")
        caller = "13805922031"
        call = await hotline.talk(anna, caller)
        step = anna.part("handover-step")
        await anna.part("handover-summary").fill("路面塌陷")
        await anna.press("handover-12345")
        await anna.hears(POLICE)
        await expect(step).to_have_attribute("data-step", "answered", timeout=15_000)
        await expect(anna.part("handover-refuse")).to_be_disabled()
        await anna.part("handover-reason").fill("不属于受理范围")
        await anna.press("handover-refuse")
        await expect(step).to_have_attribute("data-step", "refused", timeout=15_000)
        await expect(step).to_contain_text("不属于受理范围")
        await asyncio.gather(anna.hears(CITIZEN), heard(call, ANNA))

        await anna.press("handover-12345")
        await anna.hears(POLICE)
        await expect(step).to_have_attribute("data-step", "answered", timeout=15_000)
        await anna.part("handover-reference").fill("FZ-77 <b>x</b>")
        await anna.press("handover-accept")
        await anna.until("wrap_up")
        await heard(call, POLICE)
        call.hang_up()
        await anna.until("ready", 30)
        again = await hotline.talk(anna, caller)
        past = anna.part("pop-handover")
        await expect(past).to_have_count(2, timeout=20_000)
        await expect(past.first).to_contain_text("不属于受理范围")
        await expect(past.last).to_contain_text("FZ-77 <b>x</b>")
        again.hang_up()
        await anna.until("wrap_up")
