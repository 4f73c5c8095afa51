"""A citizen and an agent's browser: who hears whom, and what every key of the softphone does."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from hotline.lab.phones import answering
from tests.live.site import CALLER_TONE, eventually

from .kit import ANNA, BAO, CITIZEN, MUSIC, BrowserHotline, heard, unheard

pytestmark = pytest.mark.browser

ABROAD = "13805920001"


async def test_two_seats_talk_at_once(hotline: BrowserHotline) -> None:
    """Two citizens, two browsers: who calls stands there before the answer; each pair hears each other, energy both ways."""
    async with hotline:
        anna, bao = await asyncio.gather(hotline.agent("1001", "8001", ANNA), hotline.agent("1002", "8002", BAO))
        calls = [await hotline.citizen("13805921001"), await hotline.citizen("13805921002", trunk="unicom")]
        for agent in (anna, bao):
            await agent.rings()
            await expect(agent.part("presence")).to_have_attribute("data-state", "ringing")
            await expect(agent.part("pop-number")).to_contain_text("1380592100")
            await expect(agent.part("pop-area")).to_contain_text("福建")
            await expect(agent.part("pop-line")).to_contain_text("12319")
        await asyncio.gather(anna.answer(), bao.answer())
        for agent, pitch in ((anna, ANNA), (bao, BAO)):
            said = await agent.part("pop-number").inner_text()
            mine = calls[0] if "1001" in said else calls[1]
            await agent.hears(CITIZEN)
            await heard(mine, pitch)
            await agent.listens(1)
            figures = await agent.figures()
            assert figures["heard"] > 0, "no energy came from the citizen"
            assert figures["spoken"] > 0, "no energy came from the microphone"
            assert figures["sent"] > 0


@pytest.mark.always
async def test_the_keys_of_one_call(hotline: BrowserHotline) -> None:
    """Decline: it rings again. Mute, hold with music, resume, keys, hang up: each does what it says; then wrap-up counts down."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.citizen("13805921003")
        await anna.rings()
        await anna.press("decline")
        await expect(anna.part("answer")).not_to_be_enabled()
        await heard(call, MUSIC)
        await anna.answer()
        await anna.hears(CITIZEN)
        await heard(call, ANNA)

        await anna.press("mute")
        await unheard(call, ANNA)
        await anna.press("mute")
        await heard(call, ANNA)

        await anna.press("hold")
        await anna.until("holding")
        await heard(call, MUSIC)
        await anna.hears_no(CITIZEN)
        await anna.press("resume")
        await anna.until("talking")
        await anna.hears(CITIZEN)
        await heard(call, ANNA)

        await anna.press("keypad")
        for key in "5#":
            await anna.press(f"key-{key}")
        await eventually(lambda: call.media.keys == ["5", "#"])

        await anna.hang_up()
        await call.until_ended(5)
        left = await anna.part("wrap-up-left").inner_text()
        await expect(anna.part("wrap-up-left")).not_to_have_text(left)
        await anna.until("ready")


async def test_a_citizen_is_called(hotline: BrowserHotline) -> None:
    """Dialling out from a pause: ringing, talk both ways, the far end hangs up, and the pause is back."""
    async with hotline:
        hotline.floor.phones.trunks["telecom"].take(ABROAD, answering(0.8, None, CALLER_TONE))
        anna = await hotline.agent("1001", "8001", ANNA, ready=False)
        await hotline.floor.reachable("telecom")
        await anna.dial(ABROAD)
        await anna.until("dialling")
        await anna.until("talking")
        far = hotline.floor.phones.trunks["telecom"].calls_to(ABROAD)[0]
        await anna.hears(CITIZEN)
        await heard(far, ANNA)
        far.hang_up()
        await anna.until("wrap_up")
        await anna.press("end-wrap-up")
        await anna.until("paused")


async def test_a_wrong_number_is_explained(hotline: BrowserHotline) -> None:
    """What may not be dialled is refused with a sentence, and the phone stays as it was."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA, ready=False)
        await anna.dial("0019005551234")
        await expect(anna.part("phone-said")).not_to_be_empty()
        await anna.until("paused")
