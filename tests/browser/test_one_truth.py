"""One truth on the seat's page: nobody's ticket takes another's place, offers that are over are gone, who is in the call stands there."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from hotline.lab.phones import refusing

from .kit import ANNA, BAO, CITIZEN, BrowserHotline, heard
from .people import Agent
from .test_transfers import two

pytestmark = pytest.mark.browser


SHOWN = """window.__shown = []
setInterval(() => {
  for (const one of document.querySelectorAll('[data-testid=presence] .state strong, [data-testid=rejoining], [data-testid=wrap-up-left]'))
    if (window.__shown.at(-1) !== one.innerText) window.__shown.push(one.innerText)
}, 20)"""
"""What a page says of the state while it comes back."""


async def picture(person: Agent, name: str) -> None:
    """For a person's eye, where HOTLINE_PICTURES names a folder."""
    if folder := os.environ.get("HOTLINE_PICTURES"):
        await person.page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.bound(100)
async def test_who_is_in_the_call_stands_in_the_card(hotline: BrowserHotline) -> None:
    """Asked, ringing, talking, swapped, joined, dropped: at both pages, and after a reload of the one that asks."""
    async with hotline:
        anna, bao = await two(hotline)
        call = await hotline.talk(anna, "13805926201")
        await expect(anna.part("ticket-whose")).to_contain_text("138 0592 6201")
        await expect(anna.part("transfer-complete")).to_have_count(0)
        await anna.transfer("8002", "attended")
        await expect(anna.part("party-8002")).to_have_attribute("data-state", "ringing")
        await expect(anna.part("party-8002")).to_contain_text("林志强")
        await expect(anna.part("transfer-conference")).to_be_disabled()
        await bao.rings()
        await expect(bao.part("call-asked")).to_contain_text("8001 陈晓岚")
        await expect(bao.part("call")).to_contain_text("138****6201")
        await expect(bao.part("call")).not_to_contain_text("13805926201")
        await picture(bao, "asked")
        await bao.answer()
        await expect(anna.part("party-8002")).to_have_attribute("data-state", "talking")
        await expect(anna.part("party-citizen")).to_have_attribute("data-state", "held")
        await expect(anna.part("hears")).to_contain_text("市民听音乐")
        await picture(anna, "consulting")
        for one in (anna, bao):  # a second consultation is refused, whoever asks: no key offers it
            await expect(one.page.locator(".actions.book button").first).to_be_visible()
            await expect(one.page.locator(".actions.book button:enabled")).to_have_count(0)

        await anna.press("transfer-swap")
        await asyncio.gather(anna.hears(CITIZEN), heard(call, ANNA))
        await expect(anna.part("party-8002")).to_have_attribute("data-state", "held")
        await anna.press("transfer-conference")
        await asyncio.gather(anna.hears(BAO), bao.hears(CITIZEN))
        await expect(anna.part("hears")).to_contain_text("各方都能听到")
        await expect(anna.part("transfer-complete")).to_have_count(0)
        await picture(anna, "three")
        await anna.press("drop-8002")
        await bao.until("paused")
        await expect(bao.part("ticket-whose")).to_contain_text("138 0592 6201")  # they had the citizen
        await expect(anna.part("participants")).to_have_count(0)
        await asyncio.gather(anna.hears(CITIZEN), heard(call, ANNA))
        call.hang_up()
        await anna.until("wrap_up")


async def test_who_was_only_asked_keeps_no_form(hotline: BrowserHotline) -> None:
    """The colleague gives advice and the citizen goes back: nothing of them is left on that screen."""
    async with hotline:
        anna, bao = await two(hotline)
        call = await hotline.talk(anna, "13805926212")
        await anna.transfer("8002", "attended")
        await bao.answer()
        await expect(bao.part("ticket-whose")).to_contain_text("138 **** 6212")
        await anna.press("transfer-cancel")
        await bao.until("paused")
        await expect(bao.part("ticket")).to_have_count(0)
        await asyncio.gather(anna.hears(CITIZEN), heard(call, ANNA))
        call.hang_up()
        await anna.until("wrap_up")


async def test_a_consultation_that_fails_is_said_and_opens_no_way(hotline: BrowserHotline) -> None:
    async with hotline:
        for trunk in hotline.floor.phones.trunks.values():
            trunk.take("110", refusing(486))
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805926202")
        await hotline.floor.reachable("telecom")
        await anna.press("handover-110")
        await expect(anna.part("dialled")).to_contain_text("对方忙")
        await expect(anna.part("party-consulted")).to_have_attribute("data-state", "failed")
        for way in ("complete", "cancel", "conference"):
            await expect(anna.part(f"transfer-{way}")).to_have_count(0)
        await asyncio.gather(anna.hears(CITIZEN), heard(call, ANNA))
        await picture(anna, "not-reached")
        call.hang_up()
        await anna.until("wrap_up")
        await anna.ready()
        # at rest one press dials nobody
        await anna.press("number-police")
        await expect(anna.part("number-police")).to_contain_text("再按一次")
        await anna.press("number-police")
        await expect(anna.part("unreached")).to_contain_text("对方忙")
        await picture(anna, "dial-failed")


@pytest.mark.bound(100)
async def test_a_new_call_leaves_the_form_under_ones_fingers(hotline: BrowserHotline) -> None:
    """Half written in wrap-up, the next call opens beside, the focus stays; answered, it comes to the front; one key goes back."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805926203")
        call.hang_up()
        await anna.until("wrap_up")
        await anna.write(content="湖滨南路积水，没过脚踝")
        await anna.press("end-wrap-up")
        await anna.part("ticket-content").focus()
        second = await hotline.citizen("13805926204")
        await anna.rings()
        await expect(anna.part("incoming")).to_contain_text("13805926204")
        await anna.page.keyboard.type("，车辆熄火")
        await expect(anna.part("ticket-content")).to_have_value("湖滨南路积水，没过脚踝，车辆熄火")
        await expect(anna.part("ticket-whose")).to_contain_text("138 0592 6203")
        await picture(anna, "beside")
        await anna.page.keyboard.press("F2")
        await anna.until("talking")
        await anna.until_it_counts()
        await expect(anna.part("ticket-whose")).to_contain_text("138 0592 6204")
        await expect(anna.part("forms").get_by_role("button", name="138 0592 6203", exact=True)).to_be_visible()
        await anna.part("forms").get_by_role("button", name="138 0592 6203", exact=True).click()
        await expect(anna.part("ticket-content")).to_have_value("湖滨南路积水，没过脚踝，车辆熄火")
        await expect(anna.part("back-to-call")).to_be_visible()
        await picture(anna, "not-in-hand")
        await anna.page.keyboard.press("F3")
        await expect(anna.part("ticket-whose")).to_contain_text("138 0592 6204")
        second.hang_up()
        await anna.until("wrap_up")


async def test_a_missed_offer_is_gone_and_said(hotline: BrowserHotline) -> None:
    """Nobody answers: its form closes, the number is masked in what is said of it."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.citizen("13805926205")
        await anna.rings()
        await expect(anna.part("ticket-whose")).to_contain_text("138 0592 6205")
        await expect(anna.part("offer-over")).to_contain_text(
            "漏接 1 个来电（138****6205），已回到排队", timeout=20_000
        )
        await expect(anna.part("ticket")).to_have_count(0)
        await expect(anna.part("pop")).to_have_count(0)
        await picture(anna, "missed")
        call.hang_up()


async def test_the_transfer_box_is_empty_for_the_next_citizen(hotline: BrowserHotline) -> None:
    """And a wrap-up is made longer by its agent; filing does not end it."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805926206")
        await anna.part("transfer-to").fill("8002")
        call.hang_up()
        await anna.until("wrap_up")
        await anna.press("extend-wrap-up")
        await anna.press("direct-answer")
        await expect(anna.part("ticket-disposed")).to_be_visible()
        await anna.until("wrap_up")
        await picture(anna, "wrap-up")
        await anna.press("end-wrap-up")
        await hotline.talk(anna, "13805926207")
        await expect(anna.part("transfer-to")).to_have_value("")


async def test_help_is_asked_for_with_one_key(hotline: BrowserHotline) -> None:
    """The supervisor is told, sees the seat first, and answers by a text into the page."""
    async with hotline:
        anna, chief = await asyncio.gather(hotline.agent("1001", "8001", ANNA), hotline.supervisor())
        await chief.visit("/watch")
        call = await hotline.talk(anna, "13805926208")
        await anna.page.keyboard.press("F10")
        await expect(anna.part("help")).to_have_attribute("aria-pressed", "true")
        await expect(chief.part("help-8001")).to_contain_text("8001 陈晓岚 求助班长")
        await expect(chief.part("help-mark-8001")).to_be_visible()
        await picture(chief, "help")
        await chief.choose("8001")
        await chief.part("notice-text").fill("请告知市民今日内回复")
        await chief.part("notice-form").get_by_role("checkbox").last.check()  # to this seat alone
        await chief.press("notice-send")
        await expect(anna.part("notice")).to_contain_text("请告知市民今日内回复")
        await chief.press("help-done")
        await expect(anna.part("help")).to_have_attribute("aria-pressed", "false")
        await expect(chief.part("help-8001")).to_have_count(0)
        call.hang_up()
        await anna.until("wrap_up")


async def test_a_locked_screens_telephone_is_answered_by_its_key(hotline: BrowserHotline) -> None:
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        await anna.press("lock-now")
        call = await hotline.citizen("13805926209")
        await expect(anna.part("lock-answer")).to_be_visible(timeout=15_000)
        await expect(anna.part("lock-call")).to_contain_text("138****6209")
        await anna.page.keyboard.press("F2")
        await anna.hears(CITIZEN)
        await picture(anna, "locked")
        await anna.until_it_counts()
        await anna.page.keyboard.press("F4")
        await call.until_ended(5)


async def test_a_reload_keeps_the_calls_clock(hotline: BrowserHotline) -> None:
    """No wrap-up is shown while the call is on its way back, and its clock goes on."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805926210")
        await expect(anna.part("call-time")).to_contain_text(re.compile(r"0:(0[5-9]|1\d)"), timeout=10_000)
        await anna.page.add_init_script(SHOWN)
        await anna.page.reload()
        await anna.until("talking", 20)
        await expect(anna.part("call-time")).not_to_contain_text("0:00")
        await expect(anna.part("rejoined")).to_be_visible()
        shown = await anna.page.evaluate("window.__shown")
        assert "正在接回通话…" in shown
        assert not [one for one in shown if "话后处理" in one], shown
        await asyncio.gather(anna.hears(CITIZEN), heard(call, ANNA))
        await anna.until_it_counts()
        call.hang_up()
        await anna.until("wrap_up")


@pytest.mark.bound(120)
async def test_a_ticket_goes_by_itself_when_the_daemon_is_back(hotline: BrowserHotline) -> None:
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805926211")
        await anna.press("ticket-kind-complaint")
        await anna.write(title="路灯不亮", content="整条路都是黑的")
        await anna.saved()
        hotline.site.kill()
        await expect(anna.part("stale")).to_be_visible()
        await anna.press("ticket-file")
        await expect(anna.part("ticket-queued")).to_be_visible(timeout=20_000)
        await picture(anna, "queued")
        await asyncio.to_thread(hotline.site.start)
        await expect(anna.part("ticket-filed")).to_be_visible(timeout=30_000)
        await expect(anna.part("ticket-queued")).to_have_count(0)
        call.hang_up()
        await anna.until("wrap_up", 20)
