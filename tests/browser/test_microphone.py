"""A page knows when its microphone is mute or gone: it says so at once, and its seat is offered no calls until it can talk."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from hotline.lab.sound import tone

from .kit import ANNA, CITIZEN, BrowserHotline
from .people import Agent

pytestmark = pytest.mark.browser

HANDS = """
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const tracks = [];
  let plugged = true;
  navigator.mediaDevices.getUserMedia = async (wish) => {
    if (!plugged) throw new DOMException('unplugged', 'NotFoundError');
    const stream = await real(wish);
    tracks.push(...stream.getAudioTracks());
    return stream;
  };
  /* what a key of a headset does, or the system */
  window.__mute = (on) => {
    for (const track of tracks) {
      Object.defineProperty(track, 'muted', { configurable: true, value: on });
      track.dispatchEvent(new Event(on ? 'mute' : 'unmute'));
    }
  };
  window.__unplug = () => {
    plugged = false;
    for (const track of tracks.splice(0)) { track.stop(); track.dispatchEvent(new Event('ended')); }
  };
  window.__plug = () => { plugged = true; navigator.mediaDevices.dispatchEvent(new Event('devicechange')); };
"""


async def seated(hotline: BrowserHotline) -> Agent:
    anna = await hotline.page(Agent, "1001", voice=ANNA)
    await anna.page.add_init_script(f"(() => {{ {HANDS} }})()")
    await anna.sign_in()
    await anna.take_seat("8001")
    await anna.ready()
    return anna


async def not_offered(hotline: BrowserHotline, anna: Agent, caller: str) -> None:
    """Asterisk itself keeps the seat out of the queue: who calls now does not ring here."""
    await anna.until("paused", 15)
    assert not await asyncio.to_thread(hotline.site.offers_to, "8001")
    call = await hotline.citizen(caller)
    assert await call.until_answered()
    await call.until_heard(0.5)
    await expect(anna.part("answer")).to_be_disabled()


async def test_muted_outside_the_page(hotline: BrowserHotline) -> None:
    """N1. The call that waits meanwhile rings as soon as the microphone is heard again."""
    async with hotline:
        anna = await seated(hotline)
        await anna.page.evaluate("__mute(true)")
        await expect(anna.part("muted-outside")).to_contain_text("静音")
        await not_offered(hotline, anna, "13805926101")
        await anna.page.evaluate("__mute(false)")
        await expect(anna.part("muted-outside")).to_have_count(0)
        await anna.answer()
        await anna.hears(CITIZEN)
        await anna.page.evaluate("__mute(true)")
        await expect(anna.part("muted-outside")).to_be_visible()
        await anna.until("talking")  # said, and nobody is cut off by it
        await anna.page.evaluate("__mute(false)")
        await anna.hang_up()


async def test_unplugged(hotline: BrowserHotline) -> None:
    """Gone, and there is no other one; plugged in again, the seat is there again."""
    async with hotline:
        anna = await seated(hotline)
        await anna.page.evaluate("__unplug()")
        await expect(anna.part("phone-trouble")).to_contain_text("没有找到麦克风")
        await not_offered(hotline, anna, "13805926102")
        await anna.page.evaluate("__plug()")
        await expect(anna.part("phone-trouble")).to_have_count(0)
        await anna.answer()
        await anna.hears(CITIZEN)
        await anna.hang_up()


async def test_no_loudspeaker(hotline: BrowserHotline) -> None:
    """X6: a touch that changes nothing is not asked for for ever."""
    async with hotline:
        anna = await hotline.page(Agent, "1001", voice=ANNA)
        await anna.page.add_init_script(
            "Object.defineProperty(AudioContext.prototype, 'state', { get: () => 'suspended' });"
            "AudioContext.prototype.resume = async () => {}"
        )
        await anna.sign_in()
        await anna.take_seat("8001")
        await anna.touch()
        await expect(anna.part("phone-trouble")).to_contain_text("没有找到扬声器")


async def test_a_silent_citizen_is_told_to_the_agent(hotline: BrowserHotline) -> None:
    """R2: while it lasts, and no longer."""
    async with hotline:
        anna = await seated(hotline)
        call = await hotline.floor.phones.trunks["telecom"].dial("12319", caller="13805926103", sound=())
        await anna.answer()
        await expect(anna.part("unheard")).to_contain_text("对方无声音", timeout=15_000)
        call.speak(tone(CITIZEN))
        await expect(anna.part("unheard")).to_have_count(0)
        await anna.hang_up()
