"""A citizen asks what is to be done: the card is found in the talk, read to him, noted, cited; a supervisor's new word is a version more."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from playwright.async_api import expect

from tests.live.site import eventually

from .kit import ANNA, CHIEF, BrowserHotline
from .test_accessible import broken

pytestmark = pytest.mark.browser


@pytest.mark.bound(120)
async def test_a_question_is_answered_from_a_card(hotline: BrowserHotline) -> None:
    """Answered on the spot, and the outcome names card and version; clean by axe in the talk and on the page."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805929101")
        await anna.page.keyboard.press("Alt+e")
        await anna.part("knowledge-search").fill("门头")
        await anna.page.keyboard.press("Enter")
        await expect(anna.part("knowledge-card")).to_contain_text("设置店招牌匾怎么办")
        await expect(anna.part("knowledge-card").get_by_role("listitem").first).to_contain_text("营业执照")
        await expect(anna.part("knowledge-card").get_by_role("alert")).to_have_count(0)
        await anna.press("knowledge-cite")
        await expect(anna.part("knowledge-uncite")).to_be_visible()
        assert await broken(anna.page, "a card in the talk") == []
        await anna.press("direct-answer")
        call.hang_up()
        await anna.until("wrap_up")

        chief = await hotline.supervisor("2001", "8004", CHIEF)
        await chief.visit("/knowledge")
        row = chief.part("knowledge-row-sample-shop-sign")
        await expect(row).to_contain_text("样例")
        await row.get_by_role("button", name="修改").click()
        await chief.part("knowledge-text").fill("登录市政务服务网，当场登记。")
        await chief.press("knowledge-keep")
        await expect(row).to_contain_text("第 2 版")
        await row.get_by_role("button", name="查看").click()
        await expect(chief.part("knowledge-versions").get_by_role("article")).to_have_count(2)
        assert await broken(chief.page, "the page of cards") == []
        assert await chief.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")

        def noted() -> None:
            with sa.create_engine(f"sqlite:///{hotline.site.places.ledger}").connect() as db:
                read = db.execute(sa.text("select card_id, version, agent from knowledge_reads")).all()
                said = db.execute(sa.text("select outcome, knowledge from outcomes where agent = '1001'")).all()
            assert [tuple(one) for one in read] == [("sample-shop-sign", 1, "1001")]
            assert [(one.outcome, one.knowledge) for one in said] == [("direct", '["sample-shop-sign:1"]')]

        await eventually(noted, 10)
