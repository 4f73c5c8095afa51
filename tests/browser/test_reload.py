"""The page of a talk is loaded anew, or closed, or its machine sleeps: the citizen is never left with nobody."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from tests.live.site import eventually

from .kit import ANNA, BAO, CITIZEN, MUSIC, REJOIN, BrowserHotline, agent_pitch, heard

pytestmark = pytest.mark.browser


@pytest.mark.always
async def test_a_reload_in_mid_call(hotline: BrowserHotline) -> None:
    """F5: the citizen hears the prompt, the same seat is rung and answers by itself; the same call goes on."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805923001")
        name = await hotline.at("8001")
        await anna.page.reload()
        await heard(call, REJOIN)
        await anna.until("talking", 20)
        await asyncio.gather(anna.hears(CITIZEN), heard(call, ANNA))
        assert await hotline.at("8001") == name
        await anna.hang_up()
        await call.until_ended(5)


async def test_hanging_up_right_after_a_reload(hotline: BrowserHotline) -> None:
    """Pressed as soon as the new page lets it be: it is the citizen's call that ends, and it does not come back."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805923004")
        await anna.page.reload()
        await anna.hang_up()
        await call.until_ended(5)
        await anna.until("wrap_up", 5)


async def test_hanging_up_while_the_call_comes_back(hotline: BrowserHotline) -> None:
    """The citizen hears that he is to hold on, and no telephone of the seat is in his call: it ends all the same."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805923005")
        await anna.page.reload()
        await heard(call, REJOIN)
        await hotline.floor.rest.post("/api/seats/8001/hang-up", {})
        await call.until_ended(5)
        await anna.until("wrap_up", 5)


@pytest.mark.bound(120)
async def test_a_closed_tab_gives_the_citizen_to_the_next(hotline: BrowserHotline) -> None:
    """The tab is closed and stays so: its citizen is the next to be answered, before one who waits already."""
    async with hotline:
        anna, bao = await asyncio.gather(
            hotline.agent("1001", "8001", ANNA), hotline.agent("1002", "8002", BAO, ready=False)
        )
        torn = await hotline.talk(anna, "13805923002")
        waiting = await hotline.citizen("13805923003", trunk="unicom")
        await heard(waiting, MUSIC)
        await anna.page.close()
        await heard(torn, MUSIC, within=50)  # a daemon that began less than 30 s ago waits longer for a page
        await bao.ready()
        await bao.answer()
        await heard(torn, agent_pitch(bao))
        await bao.hears(CITIZEN)
        assert waiting.up
        await bao.hang_up()
        await torn.until_ended(5)


async def _nobody_at(hotline: BrowserHotline, seat: str) -> bool:
    return await hotline.at(seat) == ""


def _words(process: psutil.Process) -> list[str]:
    """Its command line; of one that has just ended, none."""
    try:
        words: list[str] = process.cmdline()
    except psutil.NoSuchProcess:  # a zombie is one, too
        return []
    return words


@contextmanager
def asleep(pitch: float) -> Iterator[None]:
    """The machine of the browser with this voice: every process of it stands still, its sockets stay open."""
    ours = psutil.Process().children(recursive=True)
    browsers = [one for one in ours if any(part.endswith(f"/{pitch:.0f}.wav") for part in _words(one))]
    assert browsers, "no browser with this voice"
    processes = {one.pid: one for top in browsers for one in (top, *top.children(recursive=True))}
    for one in processes.values():
        one.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for one in processes.values():
            one.send_signal(signal.SIGCONT)


@pytest.mark.bound(150)
async def test_a_machine_that_sleeps_in_a_talk_gives_its_citizen_to_the_next(hotline: BrowserHotline) -> None:
    """X1: the lid is closed. Its citizen is told, and answered before one who waits already; the page that wakes shows no talk."""
    async with hotline:
        anna, bao = await asyncio.gather(
            hotline.agent("1001", "8001", ANNA), hotline.agent("1002", "8002", BAO, ready=False)
        )
        torn = await hotline.talk(anna, "13805923012")
        waiting = await hotline.citizen("13805923013", trunk="unicom")
        await heard(waiting, MUSIC)
        with asleep(ANNA):
            await heard(torn, REJOIN, within=70)
            await heard(torn, MUSIC)
            await bao.ready()
            await bao.answer()
            await heard(torn, agent_pitch(bao))
            await bao.hears(CITIZEN)
            assert waiting.up
            await eventually(lambda: _nobody_at(hotline, "8001"), 15)  # its agent's wrap-up first
        await anna.hears_no(CITIZEN, 20)
        await bao.hang_up()
        await torn.until_ended(5)
        waiting.hang_up()
