"""The pages beside the call: calls searched and heard, the desk between calls, administration, words, a daemon that hangs."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from config.workbooks import read_worksheets
from tests.live.site import eventually

from .kit import ANNA, BAO, CITIZEN, BrowserHotline
from .people import Agent, Person
from .test_accessible import broken
from .test_pictures import take

pytestmark = pytest.mark.browser

OVER = """[...document.querySelectorAll('.wall :is(.figure-label, .figure-value, .figure-note, thead th, .states li)')]
  .filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent.trim())"""
"""Texts of the wallboard that are wider than their place."""


def folder(tmp_path: Path) -> Path:
    found = Path(os.environ.get("HOTLINE_PICTURES") or tmp_path)
    found.mkdir(parents=True, exist_ok=True)
    return found


async def finished(hotline: BrowserHotline, anna: Agent, number: str) -> str:
    """A talk with a ticket, over, its recording on the shelf; its name."""
    call = await hotline.talk(anna, number)
    name = await hotline.at("8001")
    await anna.press("ticket-kind-complaint")
    await anna.write(content="湖滨南路路灯不亮", address="湖滨南路 88 号")
    await anna.page.keyboard.press("Control+Enter")
    await expect(anna.part("ticket-case")).to_contain_text("20")
    await anna.press("hang-up")
    await call.until_ended(5)
    await anna.until("ready")

    async def shelved() -> None:
        async with hotline.site.rest() as client:
            parts = (await client.get(f"/api/calls/{name}/recordings")).json()
        assert [one["state"] for one in parts] == ["shelved"]

    await eventually(shelved, 30)
    return name


@pytest.mark.bound(150)
async def test_calls_are_searched_heard_and_taken_as_a_file(hotline: BrowserHotline, tmp_path: Path) -> None:
    """By any spelling; the ticket is read; the player draws both sides, obeys keys, saves nothing, is silent in a call."""
    number, pictures = "13805936001", folder(tmp_path)
    async with hotline:
        anna, chief = await asyncio.gather(hotline.agent("1001", "8001", ANNA), hotline.supervisor())
        name = await finished(hotline, anna, number)
        await anna.press("go-calls")
        row = anna.part(f"row-{name}")
        await expect(row).to_contain_text("工单")
        await anna.part("calls-number").fill("+86 138-0593-6001")
        await anna.press("calls-search")
        await expect(row).to_contain_text("138****6001")
        await anna.part("calls-number").fill("13805930000")
        await anna.press("calls-search")
        await expect(anna.part("calls-none")).to_be_visible()
        await anna.part("calls-number").fill("")
        await anna.press("calls-search")
        await anna.press(f"ticket-{name}")
        await expect(anna.part("ticket-dialog")).to_contain_text("湖滨南路路灯不亮")
        await anna.page.keyboard.press("Escape")

        await anna.press(f"listen-{name}")
        await anna.part("purpose").fill("核对登记内容")
        await anna.press("purpose-open")
        await expect(anna.part("player-waveform")).to_have_attribute("data-drawn", "true")
        player, sound = anna.part("sound-player"), anna.part("player")
        assert await sound.get_attribute("controls") is None
        await player.focus()
        await anna.page.keyboard.press(" ")
        await expect(player).to_have_attribute("data-playing", "true")
        await anna.page.wait_for_function("() => document.querySelector('[data-testid=player]').currentTime > 0.3")
        await anna.page.keyboard.press("2")
        await expect(player).to_have_attribute("data-side", "citizen")
        await anna.page.keyboard.press("ArrowUp")
        assert await sound.evaluate("one => one.playbackRate") == 1.25
        await take(anna.page, pictures, "calls")
        found = await broken(anna.page, "calls")
        await sound.evaluate("one => { one.loop = true }")  # it would else be over before the citizen calls
        second = await hotline.citizen("13805936002")
        await expect(anna.part("player-in-call")).to_be_visible(timeout=20_000)
        assert await sound.evaluate("one => one.paused")
        await anna.page.keyboard.press("F2")
        await anna.hears(CITIZEN)
        await expect(anna.part("player-play")).to_be_disabled()
        await anna.until_it_counts()
        await anna.page.keyboard.press("F4")
        await second.until_ended(5)

        await chief.press("go-calls")
        await chief.part("calls-number").fill("138 0593 6001")
        await chief.press("calls-search")
        await expect(chief.part(f"row-{name}")).to_contain_text("13805936001")
        await expect(chief.part(f"row-{name}")).to_contain_text("陈晓岚")
        async with chief.page.expect_download() as downloading:
            await chief.press("calls-export")
        saved = tmp_path / "calls.csv"
        await (await downloading.value).save_as(saved)
        text = saved.read_text(encoding="utf-8-sig")
        assert "通话编号" in text
        assert f"\t{number}" in text
        assert name in text
        async with chief.page.expect_download() as downloading:
            await chief.press("calls-export-xlsx")
        await (await downloading.value).save_as(tmp_path / "calls.xlsx")
        (listed,) = read_worksheets(tmp_path / "calls.xlsx")
        assert number in [cell for _line, row in listed.rows for cell in row]
        await chief.part("reports").locator("summary").click()
        await chief.part("report-name").select_option("kpi")
        async with chief.page.expect_download() as downloading:
            await chief.press("report-xlsx")
        await (await downloading.value).save_as(tmp_path / "kpi.xlsx")
        (figures,) = read_worksheets(tmp_path / "kpi.xlsx")
        assert figures.rows[0][1][0] == "指标"
        found += await broken(chief.page, "reports")
        await chief.press("go-recordings")
        await expect(chief.part(f"row-{name}")).to_be_visible()
        found += await broken(chief.page, "recordings")
        assert found == []


@pytest.mark.bound(120)
async def test_the_desk_between_calls(hotline: BrowserHotline, tmp_path: Path) -> None:
    """Who waits, my day, what I have not settled (on the tab, too), who else is free, my last calls; opened from there."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA, ready=False)
        await hotline.agent("1002", "8002", BAO, ready=False)
        waiting = await hotline.citizen("13805936011")
        await expect(anna.part("idle-queues")).to_contain_text("1 人排队", timeout=20_000)
        await anna.ready()
        await anna.answer()
        name = await hotline.at("8001")
        await anna.hears(CITIZEN)
        await anna.until_it_counts()
        await anna.hang_up()
        await waiting.until_ended(5)
        await anna.page.reload()
        badge = anna.part("unfinished-badge")
        await expect(badge).to_be_visible(timeout=20_000)
        await expect(anna.part("idle-desk")).to_be_visible()
        await expect(anna.part("idle-day")).to_contain_text("接听")
        await expect(anna.part("idle-last").get_by_role("listitem").first).to_contain_text(
            "13805936011"
        )  # an own call that is not settled yet
        await expect(anna.part("idle-team")).to_be_visible()
        await take(anna.page, folder(tmp_path), "idle")
        found = await broken(anna.page, "idle")
        await anna.press(f"idle-write-{name}")
        await expect(anna.part("ticket")).to_be_visible()
        await anna.press("direct-answer")

        async def told() -> None:  # other tests may have left some, too
            day = await (await anna.context.request.get(f"{anna.url}/api/my/day")).json()
            left = [row["call"] for row in day["without_outcome"]]
            assert name not in left
            assert (await badge.inner_text() if await badge.count() else "0") == str(len(left))

        await eventually(told, 40)
        assert found == []


@pytest.mark.bound(90)
async def test_administration_is_in_words(hotline: BrowserHotline, tmp_path: Path) -> None:
    """An operator and an auditor land where their work is; the log names people and deeds, is filtered, and taken as a file."""
    async with hotline:
        admin = await hotline.page(Person, "4001")
        await admin.sign_in()
        await expect(admin.part("admin")).to_be_visible()
        await expect(admin.part("go-seat")).to_have_count(0)
        await admin.press("tab-health")
        await expect(admin.part("health")).to_contain_text("台账")
        await admin.press("tab-settings")
        await expect(admin.part("settings-line")).to_contain_text("12319")
        await expect(admin.part("settings-line")).to_contain_text(re.compile(r"\.toml 第 \d+ 行"))
        for section in ("queue", "seat", "phonebook", "refusal", "prompts"):
            await admin.part(f"settings-{section}").locator("summary").click()
            await expect(admin.part(f"settings-{section}").locator("tbody tr").first).to_be_visible()
        assert await broken(admin.page, "settings") == []
        await admin.press("tab-dead")
        await expect(admin.part("dead-letters")).to_be_visible()
        await admin.press("tab-audit")
        row = admin.part("audit").locator("tr[data-action=signed_in]").first
        await expect(row).to_contain_text("登录")
        await expect(row).to_contain_text("operator 4001")
        await expect(admin.part("chain")).to_contain_text("完整")
        await admin.part("audit-action").select_option("signed_in")
        await admin.part("audit-actor").fill("4001")
        await admin.press("audit-search")
        rows = admin.part("audit").locator("tbody tr")
        await expect(rows.first).to_have_attribute("data-action", "signed_in")
        async with admin.page.expect_download() as downloading:
            await admin.press("audit-export")
        assert (await downloading.value).suggested_filename == "audit.csv"
        await take(admin.page, folder(tmp_path), "audit")
        found = await broken(admin.page, "audit")
        await admin.press("tab-health")
        found += await broken(admin.page, "health")
        assert found == []


@pytest.mark.bound(120)
async def test_each_language_is_one(hotline: BrowserHotline, tmp_path: Path) -> None:
    """Refusals and alarms come in the page's language; the English wallboard fits its places; names stay names."""
    async with hotline:
        anna, chief = await asyncio.gather(hotline.agent("1001", "8001", ANNA, ready=False), hotline.supervisor())
        await anna.part("dial-number").fill("8001")
        await anna.press("dial")
        said = anna.part("phone-said")
        await expect(said).to_contain_text("不是其他座席的号码")
        assert not re.search(r"[A-Za-z]{3,} [A-Za-z]{3,}", await said.inner_text())
        await anna.part("language").select_option("en")
        await anna.part("dial-number").fill("8001")
        await anna.press("dial")
        await expect(said).to_contain_text("is no other seat")

        await chief.part("language").select_option("en")
        for caller in ("13805936021", "13805936022", "13805936023"):
            await hotline.citizen(caller)
        await chief.visit("/wall")
        await expect(chief.part("alarm-queue_threshold").first).to_contain_text("callers wait", timeout=20_000)
        for width, height in ((1366, 768), (1920, 1080)):
            await chief.page.set_viewport_size({"width": width, "height": height})
            assert await chief.page.evaluate(OVER) == []
        await asyncio.sleep(1)  # the curve is drawn with a motion of its own
        await take(chief.page, folder(tmp_path), "wallboard-english")
        await chief.press("go-watch")
        await take(chief.page, folder(tmp_path), "supervision-english")
        await chief.press("go-calls")
        await expect(chief.part("calls-page")).to_be_visible()
        await expect(chief.part("before")).to_have_count(0, timeout=10_000)  # said in the language of a moment ago
        names = [str(row["name"]) for kind in ("agent", "line", "queue") for row in hotline.site.settings[kind]]
        left = await chief.page.inner_text("body")
        for name in (*names, "中文", str(hotline.site.settings["centre"]["name"])):
            left = left.replace(name, "")
        assert re.findall(r"[\u4e00-\u9fff]+", left) == []


@pytest.mark.bound(90)
async def test_a_hung_daemon_is_told_and_its_figures_stand_still(hotline: BrowserHotline, tmp_path: Path) -> None:
    """Within 12 s of the last word, on the seat's page and on the wall, whose clocks stop; it goes on when the daemon does."""
    async with hotline:
        anna, chief = await asyncio.gather(hotline.agent("1001", "8001", ANNA), hotline.supervisor())
        await chief.visit("/wall")
        await hotline.citizen("13805936031")
        hotline.site.freeze()
        try:
            await asyncio.gather(
                expect(anna.part("stale")).to_be_visible(timeout=12_500),
                expect(chief.part("stale")).to_be_visible(timeout=12_500),
            )
            await expect(chief.page.locator(".wall.stale")).to_have_count(1)
            before = await chief.part("value-longest").inner_text()
            await asyncio.sleep(2.5)
            assert await chief.part("value-longest").inner_text() == before
            await take(chief.page, folder(tmp_path), "wallboard-stale")
        finally:
            hotline.site.thaw()
        await expect(chief.part("stale")).to_have_count(0, timeout=20_000)
