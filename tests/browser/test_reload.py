"""The page of a talk is loaded anew, or closed: the citizen is never left with nobody."""

from __future__ import annotations

import asyncio

import pytest

from .kit import ANNA, BAO, CITIZEN, MUSIC, REJOIN, House, agent_pitch, heard

pytestmark = pytest.mark.browser


async def test_a_reload_in_mid_call(house: House) -> None:
    """F5: the citizen hears the prompt, the same seat is rung and answers by itself; the same call goes on."""
    async with house:
        anna = await house.agent("1001", "8001", ANNA)
        call = await house.talk(anna, "13805923001")
        name = await house.at("8001")
        await anna.page.reload()
        await heard(call, REJOIN)
        await anna.until("talking", 20)
        await asyncio.gather(anna.hears(CITIZEN), heard(call, ANNA))
        assert await house.at("8001") == name
        await anna.hang_up()
        await call.until_ended(5)


async def test_hanging_up_right_after_a_reload(house: House) -> None:
    """Pressed as soon as the new page lets it be: it is the citizen's call that ends, and it does not come back."""
    async with house:
        anna = await house.agent("1001", "8001", ANNA)
        call = await house.talk(anna, "13805923004")
        await anna.page.reload()
        await anna.hang_up()
        await call.until_ended(5)
        await anna.until("wrap_up", 5)


async def test_hanging_up_while_the_call_comes_back(house: House) -> None:
    """The citizen hears that he is to hold on, and no telephone of the seat is in his call: it ends all the same."""
    async with house:
        anna = await house.agent("1001", "8001", ANNA)
        call = await house.talk(anna, "13805923005")
        await anna.page.reload()
        await heard(call, REJOIN)
        await house.floor.rest.post("/api/seats/8001/hang-up", {})
        await call.until_ended(5)
        await anna.until("wrap_up", 5)


@pytest.mark.bound(90)
async def test_a_closed_tab_gives_the_citizen_to_the_next(house: House) -> None:
    """The tab is closed and stays so: its citizen is the next to be answered, before one who waits already."""
    async with house:
        anna, bao = await asyncio.gather(
            house.agent("1001", "8001", ANNA), house.agent("1002", "8002", BAO, ready=False)
        )
        torn = await house.talk(anna, "13805923002")
        waiting = await house.citizen("13805923003", trunk="unicom")
        await heard(waiting, MUSIC)
        await anna.page.close()
        await heard(torn, MUSIC, within=25)
        await bao.ready()
        await bao.answer()
        await heard(torn, agent_pitch(bao))
        await bao.hears(CITIZEN)
        assert waiting.up
        await bao.hang_up()
        await torn.until_ended(5)
