"""The daemon is killed in the middle of a talk: the sound goes on, and the page finds its way back."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from .kit import ANNA, CITIZEN, MUSIC, BrowserHotline, heard

pytestmark = pytest.mark.browser

BACK_S = 20.0
"""The page asks every five seconds at most whether the daemon is back; the rest is a busy machine's."""


@pytest.mark.bound(120)
async def test_a_talk_outlives_the_daemon(hotline: BrowserHotline) -> None:
    """kill -9: sound both ways, no /sip socket cut; after the restart hold and hang-up work and the form is there."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805924001")
        name = await hotline.at("8001")
        await anna.write(title="路灯不亮")
        await anna.saved()
        hotline.site.kill()
        await expect(anna.part("stale")).to_be_visible()
        await asyncio.gather(anna.hears(CITIZEN), heard(call, ANNA))
        packets = (await anna.figures())["received"]
        await asyncio.sleep(2)
        assert (await anna.figures())["received"] > packets + 60, "the citizen's sound stopped with the daemon"
        await anna.write(content="整条路都是黑的")
        await asyncio.to_thread(hotline.site.start)

        await expect(anna.part("hold")).to_be_enabled(timeout=BACK_S * 1000)
        await anna.press("hold")
        await anna.until("holding", BACK_S)
        await heard(call, MUSIC)
        await anna.press("resume")
        await anna.until("talking")
        await asyncio.gather(anna.hears(CITIZEN), heard(call, ANNA))
        assert await hotline.at("8001") == name
        await anna.saved()
        await expect(anna.part("stale")).to_have_count(0)
        await anna.hang_up()
        await call.until_ended(5)
        assert "/sip" not in anna.cut
        assert await anna.part("ticket-content").input_value() == "整条路都是黑的"
