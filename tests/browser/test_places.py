"""Places offered while an address is typed, and the matter that another citizen reported before."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .kit import ANNA, BrowserHotline

pytestmark = pytest.mark.browser


async def test_a_chosen_place_fills_the_form_and_finds_the_matter_again(hotline: BrowserHotline) -> None:
    """By initials and two keys; its codes are in the ticket. The next citizen's same place brings that ticket, to be merged."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        first = await hotline.talk(anna, "13805926021")
        await anna.press("ticket-kind-complaint")
        await anna.write(content="路灯三天不亮。", address="hbnl")
        await expect(anna.part("ticket-places")).to_contain_text("湖滨南路")
        await anna.page.keyboard.press("ArrowDown")
        await anna.page.keyboard.press("Enter")
        await expect(anna.part("ticket-address")).to_have_attribute("data-place", "湖滨南路")
        await expect(anna.part("ticket-address")).to_have_value("湖滨南路")
        await expect(anna.part("ticket-district")).to_have_value("思明区")
        await expect(anna.part("ticket-repeats")).to_have_count(0)
        cell = await anna.part("ticket-grid").inner_text()
        await anna.page.keyboard.press("Control+Enter")
        await expect(anna.part("ticket-case")).to_contain_text("20")
        told = await anna.context.request.get(f"{hotline.site.origin}/api/my/tickets")
        place = (await told.json())[0]["ticket"]["place"]
        assert place["division"].startswith("350203")
        assert place["grid_code"] in cell
        assert place["area"][0] == "思明区"
        assert (place["crs"], place["accuracy"], place["address_text"]) == ("WGS84", "D", "湖滨南路")
        ticket = (await told.json())[0]["id"]
        await anna.press("hang-up")
        await first.until_ended(5)
        await anna.until("ready")

        second = await hotline.talk(anna, "13805926022")
        await anna.write(address="湖滨南路")
        await anna.page.keyboard.press("Escape")
        await expect(anna.part(f"repeat-{ticket}")).to_be_visible()
        await expect(anna.part(f"repeat-{ticket}")).to_contain_text("同一地址")
        assert "13805926021" not in await anna.part("ticket-repeats").inner_text()
        await anna.press(f"repeat-merge-{ticket}")
        await expect(anna.part("ticket-ties")).to_be_visible()
        await anna.press("ticket-map-open")
        await anna.part("ticket-map").click(position={"x": 150, "y": 150})
        await expect(anna.part("ticket-lng")).not_to_have_value("")
        await expect(anna.part("ticket-crs")).to_have_value("WGS84")
        await anna.write(address="厦禾路 1 号")
        await expect(anna.part("ticket-repeats")).to_have_count(0)
        await anna.press("hang-up")
        await second.until_ended(5)
