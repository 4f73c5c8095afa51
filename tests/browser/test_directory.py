"""Whom a citizen goes to, and what is said to them: found by initials in the seat's page; and the page itself at rest, by night."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .kit import ANNA, BAO, CITIZEN, BrowserHotline, heard
from .test_accessible import broken

pytestmark = pytest.mark.browser

DISABLED = """() => {
  const all = [...document.querySelectorAll('main button, main input, main select')].filter((one) => one.offsetParent)
  return [all.filter((one) => one.disabled).length, all.length]
}"""


@pytest.mark.bound(100)
async def test_a_citizen_goes_to_a_queue_by_its_initials(hotline: BrowserHotline) -> None:
    """A colleague is found by initials with presence; the queue yj is 应急, which is nobody to consult; who serves it answers. Dark,
    and clean by axe, idle, in the talk with the list open, and with a script to read from."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        bao = await hotline.agent("1002", "8002", BAO, ready=False)
        await anna.page.emulate_media(color_scheme="dark")
        await expect(anna.page.locator("html")).to_have_attribute("data-theme", "dark")
        off, all_ = await anna.page.evaluate(DISABLED)
        assert off * 3 <= all_, f"{off} of {all_} controls are disabled at rest"
        found = await broken(anna.page, "idle, dark")

        call = await hotline.talk(anna, "13805927101")
        await anna.page.keyboard.press("Alt+d")
        await anna.part("templates-search").fill("kcb")
        await anna.part("template-sample-greeting").click()
        await expect(anna.part("template-spoken")).to_contain_text("您好")
        found += await broken(anna.page, "script, dark")
        await anna.write(address="嘉禾路1号", code="0404")
        await expect(anna.part("ticket-code-list").get_by_role("option").first).to_contain_text("下水道")
        await anna.page.keyboard.press("Enter")
        await anna.press("templates-open")
        await anna.part("templates-search").fill("xsd")
        await anna.part("template-sample-0404").click()
        await expect(anna.part("ticket-content")).to_have_value(
            "市民反映：嘉禾路1号下水道堵塞/破损，污水外溢，已持续……，要求疏通修复。"
        )

        await anna.page.keyboard.press("Alt+t")
        await anna.part("transfer-to").fill("lzq")
        await expect(anna.part("target-agent-1002")).to_contain_text("示忙")
        found += await broken(anna.page, "directory, dark")
        await anna.part("transfer-to").fill("yj")
        await expect(anna.part("target-queue-emergency")).to_contain_text("应急")
        await anna.page.keyboard.press("Enter")
        await expect(anna.part("transfer-attended")).to_be_disabled()
        await anna.press("transfer-blind")
        await anna.until("wrap_up")
        await bao.ready()
        await bao.answer()
        await bao.hears(CITIZEN)
        await heard(call, BAO)
        await bao.hang_up()
        await call.until_ended(5)
        assert found == []


async def test_a_supervisor_keeps_what_is_said(hotline: BrowserHotline) -> None:
    """A sample says that it is one; changed, it is the centre's own, and who changed it stands there."""
    async with hotline:
        chief = await hotline.supervisor()
        await chief.visit("/templates")
        row = chief.part("template-row-sample-wait")
        await expect(row).to_contain_text("样例")
        found = await broken(chief.page, "templates")
        await row.get_by_role("button").click()
        await chief.part("template-text").fill("请稍等，我查一下。")
        await chief.press("template-keep")
        await expect(row).to_contain_text("请稍等，我查一下。")
        await expect(row).to_contain_text("2001")
        await expect(row).not_to_contain_text("样例")
        await chief.page.emulate_media(color_scheme="dark")
        found += await broken(chief.page, "templates, dark")
        await chief.visit("/watch")
        found += await broken(chief.page, "watch, dark")
        assert found == []
