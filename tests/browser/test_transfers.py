"""A call goes on to somebody else, or three speak together: between browser seats, and to the police."""

from __future__ import annotations

import asyncio

import pytest

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
        await anna.press("number-police")
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
