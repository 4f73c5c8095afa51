"""A number is tagged at the pop, held back by a supervisor's decision, and its caller's appeal is judged: all by the pages."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .kit import ANNA, CITIZEN, BrowserHotline, heard
from .test_accessible import broken

pytestmark = pytest.mark.browser
CALLER = "13805928101"


@pytest.mark.bound(120)
async def test_tagged_decided_and_appealed(hotline: BrowserHotline) -> None:
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, CALLER)
        await anna.press("nuisance-tag")
        await anna.part("nuisance-reason").select_option("prank")
        await anna.part("nuisance-text").fill("反复恶作剧")
        await anna.press("nuisance-send")
        await expect(anna.part("nuisance-tagged")).to_have_text("已标记，等待班长处置")
        await expect(anna.part("nuisance-tag")).to_have_count(0)
        assert await broken(anna.page, "tagged") == []
        await anna.hang_up()
        await call.until_ended(5)

        chief = await hotline.supervisor()
        await chief.visit("/watch")
        panel = chief.part("nuisance-panel")
        await expect(panel).to_contain_text("反复恶作剧")
        await panel.get_by_test_id("nuisance-grade").select_option("quota")
        await panel.get_by_test_id("nuisance-days").fill("3")
        await panel.get_by_test_id("nuisance-decide").click()
        await chief.because("多次恶作剧")
        await expect(panel.locator("[data-testid^=nuisance-decision-]")).to_contain_text("每日限时")
        assert await broken(chief.page, "decided") == []

        # on a busy machine it may be over by itself meanwhile
        if await anna.part("end-wrap-up").count():
            await anna.press("end-wrap-up")
        await anna.until("ready")
        again = await hotline.citizen(CALLER)
        await anna.answer()
        await anna.hears(CITIZEN)
        await heard(again, ANNA)
        await expect(anna.part("nuisance-graded")).to_contain_text("每日限时")
        await anna.press("nuisance-appeal")
        await anna.part("nuisance-text").fill("号码刚刚过户")
        await anna.press("nuisance-send")
        await expect(anna.part("nuisance-said")).to_contain_text("申诉已登记")
        await anna.hang_up()
        await again.until_ended(5)

        await chief.page.reload()
        await expect(panel).to_contain_text("号码刚刚过户")
        await panel.get_by_test_id("nuisance-uphold").click()
        await chief.because("核实无误")
        await expect(panel.locator("[data-testid^=nuisance-decision-]")).to_have_count(0)
        await expect(panel).to_contain_text("申诉成立")
