"""The ticket centre: how far a matter is, in two keys from the pop; found by words, and more said of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import expect

from .kit import ANNA, BrowserHotline
from .people import Agent
from .test_accessible import broken

pytestmark = pytest.mark.browser

NUMBER = "13805937001"


async def picture(anna: Agent, name: str) -> None:
    if folder := os.environ.get("HOTLINE_PICTURES"):
        await anna.page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled")


@pytest.mark.bound(150)
async def test_how_far_a_matter_is_and_more_said_of_it(hotline: BrowserHotline) -> None:
    """The citizen calls again: F6 and a digit tell it and urge the case, once; then it is found by its words and supplemented."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        first = await hotline.talk(anna, NUMBER)
        await anna.press("ticket-kind-complaint")
        await anna.write(title="路灯不亮", content="湖滨南路一段路灯三天不亮。", address="湖滨南路 88 号")
        await anna.page.keyboard.press("Control+Enter")
        await expect(anna.part("ticket-case")).to_contain_text("20")
        case = (await anna.part("ticket-case").inner_text()).strip()
        await anna.press("hang-up")
        await first.until_ended(5)
        await anna.until("ready")

        again = await hotline.talk(anna, NUMBER)
        await anna.page.keyboard.press("F6")
        await expect(anna.part("progress-list")).to_contain_text(case)
        await expect(anna.part("progress-list")).to_contain_text("“路灯不亮”")
        await anna.page.keyboard.press("1")
        await expect(anna.part("tied")).to_be_visible()
        await expect(anna.part("progress-list")).to_contain_text("已催办 1 次")
        assert await broken(anna.page, "page") == []
        await picture(anna, "progress")
        await anna.page.keyboard.press("Escape")
        await expect(anna.part("progress")).to_have_count(0)
        await anna.press("hang-up")
        await again.until_ended(5)

        await anna.press("go-tickets")
        await anna.part("tickets-box").fill("路灯 湖滨南路")
        await anna.press("tickets-search")
        row = anna.part("tickets").locator("tbody tr").filter(has_text=case)
        await picture(anna, "tickets")
        await row.get_by_role("button").click()
        await expect(anna.part("fact-number")).to_have_text(case)
        await anna.press("act-supplement")
        await anna.part("act-text").fill("对面那一排也不亮。")
        await anna.press("act-send")
        await expect(anna.part("story-timeline")).to_contain_text("对面那一排也不亮。")
        await expect(anna.part("fact-counts")).to_contain_text("催办 1 次")
        await anna.press("act-correct")
        await anna.part("correct-title").fill("两排路灯不亮")
        await anna.press("act-send")
        await expect(anna.part("story-versions")).to_contain_text("路灯不亮 → 两排路灯不亮")
        assert await broken(anna.page, "page") == []
        await picture(anna, "story")
        assert anna.faults == []
