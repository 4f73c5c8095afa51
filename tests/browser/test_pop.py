"""What the screen pop says of callers who were forwarded to us, or who asked the network to hide them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.async_api import expect

from .kit import ANNA, CITIZEN, BrowserHotline, heard
from .test_accessible import broken

pytestmark = pytest.mark.browser

FORWARDER, HIDDEN = "05925929001", "13805929101"


async def picture(hotline: BrowserHotline, name: str) -> None:
    if folder := os.environ.get("HOTLINE_POP_PICTURES"):
        await hotline.people[0].page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled")


async def test_who_forwarded_the_call_stands_beside_who_calls(hotline: BrowserHotline) -> None:
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        headers = {"Diversion": f"<sip:{FORWARDER}@127.0.0.2>;reason=no-answer"}
        call = await hotline.floor.dial(caller="13805929100", headers=headers)
        await anna.rings()
        await expect(anna.part("pop-number")).to_contain_text("13805929100")
        await expect(anna.part("pop-diverted")).to_have_text(FORWARDER)
        await expect(anna.part("pop-private")).to_have_count(0)
        await anna.answer()
        await anna.hears(CITIZEN)
        await heard(call, ANNA)
        await expect(anna.part("pop-marks")).to_be_visible()
        await expect(anna.part("ticket-phones")).to_have_value("13805929100")
        await picture(hotline, "diverted")
        await anna.hang_up()


async def test_a_hidden_caller_is_nowhere_on_the_page(hotline: BrowserHotline) -> None:
    """Privacy with an identity beside it: the pop says that the caller hides, claims nothing of earlier calls, and the
    number is in no part of the page."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        headers = {"Privacy": "id", "P-Asserted-Identity": f"<sip:{HIDDEN}@127.0.0.2>"}
        await hotline.floor.dial(caller="anonymous", headers=headers)
        await anna.rings()
        await expect(anna.part("pop-private")).to_be_visible()
        await anna.answer()
        await anna.hears(CITIZEN)
        await expect(anna.part("pop-marks")).to_be_visible()
        await expect(anna.part("pop-number")).to_have_text("号码未显示")
        await expect(anna.part("pop-untold")).to_contain_text("没有号码")
        await expect(anna.part("pop-earlier")).to_have_count(0)
        await expect(anna.part("ticket-phones")).to_have_value("")
        await picture(hotline, "hidden")
        assert HIDDEN not in await anna.page.content()
        await anna.hang_up()


async def test_a_partners_work_order_is_supplemented_where_it_is_shown(hotline: BrowserHotline) -> None:
    """110 calls about a matter that another agent filed: the pop says what it is about, and takes a supplement before anything is filed."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        rest = hotline.floor.client
        filed = {
            "kind": "complaint",
            "title": "路面塌陷",
            "content": "路口塌了一块",
            "external_ids": {"110": "JJ-2026/7"},
        }
        made = await rest.post(
            "/api/tickets", params={"agent": "1002"}, json=filed, headers={"Idempotency-Key": "order-0001"}
        )
        assert made.status_code == 201, made.text
        ticket = made.json()["id"]
        headers = {"X-Work-Order": "JJ-2026/7", "X-Citizen": "<sip:+8613805929107@10.0.0.9>"}
        call = await hotline.floor.dial("12319110", caller="059211001", headers=headers)
        await anna.rings()
        await anna.answer()
        await anna.hears(CITIZEN)
        order = anna.part("pop-order")
        await expect(order).to_contain_text("路面塌陷", timeout=20_000)
        await expect(order).to_have_attribute("data-ticket", ticket)
        await expect(anna.part("pop-order-say")).to_be_disabled()
        await anna.part("pop-order-text").fill("现场已有人员被困")
        assert await broken(anna.page, "page") == []
        await picture(hotline, "work-order")
        await anna.press("pop-order-say")
        await expect(anna.part("supplemented")).to_be_visible()
        await expect(anna.part("pop-order-text")).to_have_value("")
        story = (await rest.get(f"/api/tickets/{ticket}/story")).json()
        said = [one["text"] for one in story["said"] if one["kind"] == "supplement"]
        assert said == ["现场已有人员被困"]
        call.hang_up()
        await anna.until("wrap_up")
