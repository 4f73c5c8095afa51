"""A browser that is too old for the pages is told so, in words it understands, instead of an empty page (X4)."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from .kit import BrowserHotline
from .people import Person

pytestmark = pytest.mark.browser

OLDER = {
    "no modules": "delete HTMLScriptElement.prototype.noModule",
    "Chromium 91": "delete Array.prototype.at; delete Crypto.prototype.randomUUID",
    "Firefox 94": "delete Crypto.prototype.randomUUID",
    "no telephone": "delete window.RTCPeerConnection",
}


async def test_an_old_browser_is_told_which_one_is_needed(hotline: BrowserHotline) -> None:
    """Each lack by itself; the page that has all of it says nothing of the kind."""
    async with hotline:
        for lack in OLDER.values():
            someone = await hotline.page(Person, "1001")
            await someone.page.add_init_script(lack)
            await someone.go("/")
            await expect(someone.part("too-old")).to_contain_text("Chromium 92, Firefox 95")
            await expect(someone.part("login-account")).to_have_count(0)
            someone.faults.clear()  # what runs all the same finds nothing to stand in
        ours = await hotline.page(Person, "1001")
        await ours.go("/")
        await expect(ours.part("login-account")).to_be_visible()
        await expect(ours.part("too-old")).to_have_count(0)
