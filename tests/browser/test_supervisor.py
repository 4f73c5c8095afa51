"""What a supervisor hears, says and does; what the wallboard shows of real calls."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from playwright.async_api import expect

from cti.numbers import mask
from tests.live.site import eventually

from .kit import ANNA, BAO, CHIEF, CITIZEN, BrowserHotline, heard, unheard
from .people import Supervisor

pytestmark = pytest.mark.browser


async def settled(hotline: BrowserHotline, chief: Supervisor) -> tuple[int, int]:
    """Answered and abandoned so far, once the ledger and the wallboard have come to rest on the same figures."""

    def over() -> bool:
        return all(row.ended for row in hotline.site.ledger())

    await eventually(lambda: asyncio.to_thread(over), 15)
    rows = [row for row in hotline.site.ledger() if row.direction == "inbound" and row.queued]
    answered = sum(bool(row.answered) for row in rows)
    for figure, count in (("answered", answered), ("abandoned", len(rows) - answered)):
        await expect(chief.part(f"value-{figure}")).to_have_text(str(count), timeout=10_000)
    return answered, len(rows) - answered


async def in_the_audit_log(client: httpx.AsyncClient, action: str) -> bool:
    return action in [row["action"] for row in (await client.get("/api/audit")).json()["rows"]]


@pytest.mark.bound(100)
async def test_listening_whispering_barging_taking_over(hotline: BrowserHotline) -> None:
    """Each mode lets exactly those hear the supervisor who should; taken over, the agent is done."""
    async with hotline:
        anna, chief = await asyncio.gather(
            hotline.agent("1001", "8001", ANNA), hotline.supervisor("2001", "8004", CHIEF)
        )
        call = await hotline.talk(anna, "13805927001")
        await chief.visit("/watch")
        await chief.choose("8001")
        await expect(chief.part("panel-call")).to_contain_text("13805927001")

        await chief.watch("listen")
        await expect(chief.part("watching")).to_be_visible()
        await asyncio.gather(chief.hears(CITIZEN), chief.hears(ANNA))
        await asyncio.gather(anna.hears_no(CHIEF), unheard(call, CHIEF))

        await chief.watch("whisper")
        await anna.hears(CHIEF)
        await expect(anna.part("warned")).to_contain_text("耳语")
        await unheard(call, CHIEF)

        await chief.watch("barge")
        await asyncio.gather(heard(call, CHIEF, share=0.15), anna.hears(CHIEF), chief.hears(CITIZEN))

        await chief.press("take-over")
        await chief.because()
        await anna.until("wrap_up")
        await asyncio.gather(heard(call, CHIEF), unheard(call, ANNA), chief.hears(CITIZEN, 20))
        call.hang_up()
        audit = await chief.context.request.get(f"{hotline.site.origin}/api/audit")
        assert audit.status == 403, "a supervisor reads no audit log"
        async with hotline.site.rest() as client:
            await eventually(lambda: in_the_audit_log(client, "take_over"))


async def test_forcing_a_seat(hotline: BrowserHotline) -> None:
    """Ready, paused, logged off by a supervisor's word; whoever sits there is told each time."""
    async with hotline:
        anna, chief = await asyncio.gather(hotline.agent("1001", "8001", ANNA, ready=False), hotline.supervisor())
        await chief.visit("/watch")
        await chief.choose("8001")
        for what, state in (("ready", "ready"), ("pause", "paused"), ("log-out", "logged_out")):
            await chief.force(what)
            await expect(chief.part("seat-8001")).to_have_attribute("data-state", state)
            if state != "logged_out":
                await anna.until(state)
                await expect(anna.part("warned")).not_to_be_empty()
        await expect(anna.part("seat-choice")).to_be_visible()


async def test_who_waits_is_moved_and_an_alarm_is_acknowledged(hotline: BrowserHotline) -> None:
    """Three wait, which is too many: the alarm is acknowledged; the last of them is moved up and served first; a notice is read."""
    async with hotline:
        bao, chief = await asyncio.gather(hotline.agent("1002", "8002", BAO, ready=False), hotline.supervisor())
        await chief.visit("/watch")
        callers = ["13805927011", "13805927012", "13805927013"]
        calls = {}
        for place, caller in enumerate(callers, 1):
            calls[caller] = await hotline.citizen(caller)
            await expect(chief.part("waiting-list").get_by_role("listitem")).to_have_count(place)
        await expect(chief.part("watch-alarms")).to_contain_text("排队", timeout=15_000)
        row = chief.part("waiting-list").get_by_role("listitem").filter(has_text=callers[2])
        await row.get_by_test_id("move-up").click()
        await chief.because()
        await chief.part("notice-text").fill("台风蓝色预警：先登记，后派单")
        await chief.press("notice-send")
        await expect(bao.part("notice")).to_contain_text("台风蓝色预警")

        await chief.visit("/wall")
        alarm = chief.part("alarm-queue_threshold").filter(has_not_text="已恢复").first
        await alarm.get_by_role("button", name="确认").last.click()
        await expect(alarm).to_contain_text("2001")

        await bao.ready()
        await bao.rings()
        await expect(bao.part("pop-number")).to_contain_text(callers[2])
        await bao.answer()
        await heard(calls[callers[2]], BAO)


async def test_the_wallboard_follows_a_call(hotline: BrowserHotline) -> None:
    """Waiting, answered, and each figure's calls behind it; an abandoned one is counted as such."""
    async with hotline:
        anna, chief = await asyncio.gather(hotline.agent("1001", "8001", ANNA, ready=False), hotline.supervisor())
        await chief.visit("/wall")
        await expect(chief.part("value-waiting")).to_have_text("0")
        answered, abandoned = await settled(hotline, chief)
        await hotline.citizen("13805927021")
        leaver = await hotline.citizen("13805927022")
        await expect(chief.part("value-waiting")).to_have_text("2")
        leaver.hang_up()
        await expect(chief.part("value-waiting")).to_have_text("1")
        await anna.ready()
        await anna.answer()
        await anna.hears(CITIZEN)
        await expect(chief.part("value-waiting")).to_have_text("0")
        await expect(chief.part("state-talking")).to_contain_text("1")
        await anna.hang_up()
        await expect(chief.part("value-answered")).to_have_text(str(answered + 1), timeout=10_000)
        await expect(chief.part("value-abandoned")).to_have_text(str(abandoned + 1), timeout=10_000)
        for figure, caller in (("answered", "13805927021"), ("abandoned", "13805927022")):
            await chief.press(f"figure-{figure}")
            await expect(chief.part("drill-calls")).to_contain_text(mask(caller))
            await expect(chief.part("drill-calls")).not_to_contain_text(caller)
            await chief.press("drill-close")
        await chief.press("backlog")
        await expect(chief.part("tickets-state")).to_have_value("undelivered")


async def test_a_line_is_closed_by_hand(hotline: BrowserHotline) -> None:
    """By its supervisor, with a reason, until it keeps its hours again; every seat sees it."""
    async with hotline:
        anna, chief = await asyncio.gather(
            hotline.agent("1001", "8001", ANNA), hotline.supervisor("2001", "8004", CHIEF)
        )
        await chief.visit("/watch")
        row = chief.part("switch-hours-tiny")
        for state, shown in (("closed", 1), ("clock", 0)):
            await row.get_by_test_id(f"switch-{state}").click()
            await chief.because("系统维护")
            await expect(anna.part("switched")).to_have_count(shown)
            if shown:
                await expect(anna.part("switched")).to_contain_text("小线：已临时停止受理")
                await expect(row).to_contain_text("由")
