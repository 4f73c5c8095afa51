"""Screenshots from real calls: the console in a talk, the wallboard, the supervision page. For the documents.

With HOTLINE_PICTURES=docs/pictures they are written there, else into the test's folder.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from hotline.demo.cast import MATTERS
from hotline.demo.phones import answering
from tests.live.site import SEAT_TONE

from .kit import ANNA, House
from .people import Person

pytestmark = pytest.mark.browser

SAME = """() => {
  const drawn = ['城', '管'].map((sign) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 48;
    const pen = canvas.getContext('2d');
    pen.font = `32px ${getComputedStyle(document.body).fontFamily}`;
    pen.fillText(sign, 4, 40);
    return canvas.toDataURL();
  });
  return drawn[0] === drawn[1];
}"""
"""Two signs that look the same are two empty boxes."""
LEAST_BYTES = 12_000


async def take(page: Page, folder: Path, name: str) -> None:
    assert not await page.evaluate(SAME), "no Chinese font: apt-get install fonts-wqy-microhei"
    picture = await page.screenshot(path=folder / f"{name}.png", animations="disabled")
    assert len(picture) > LEAST_BYTES, f"{name} is all but empty"


@pytest.mark.bound(120)
async def test_pictures_of_real_calls(house: House, tmp_path: Path) -> None:
    """A talk at a browser seat with its half-filled form, and the wallboard beside it with other seats' calls."""
    folder = Path(os.environ.get("HOTLINE_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    async with house:
        chief = await house.supervisor()
        await house.floor.sit("8005", answering(0.4, None, SEAT_TONE))
        early = await house.citizen("13805928101")
        (await house.floor.seat_call(early.caller)).hang_up()
        await house.floor.sit("8006", answering(0.4, None, SEAT_TONE))
        for caller in ("13805928102", "13805928103"):
            await house.citizen(caller)
            await house.floor.seat_call(caller)

        anna = await house.agent("1001", "8001", ANNA)
        await house.talk(anna, "13805928001")
        matter = MATTERS[0]
        await anna.write(title=matter.title, content=matter.content, address=matter.place, code="bllj")
        await anna.page.keyboard.press("Enter")
        await anna.saved()
        waiting = await house.citizen("13805928009")
        await take(anna.page, folder, "console")

        await chief.visit("/watch")
        await chief.choose("8001")
        await expect(chief.part("panel-call")).to_be_visible()
        await take(chief.page, folder, "supervision")
        await chief.page.set_viewport_size({"width": 1920, "height": 1080})
        await chief.visit("/wall")
        await expect(chief.part("state-talking")).to_contain_text("3")
        await expect(chief.part("curve")).to_be_visible()
        await asyncio.sleep(1)  # the curve is drawn with a motion of its own
        await take(chief.page, folder, "wallboard")
        await chief.press("theme")
        await asyncio.sleep(1)
        await take(chief.page, folder, "wallboard-light")
        assert waiting.ended is None
        login = await house.page(Person, "1004")
        await login.go("/")
        await expect(login.part("login-account")).to_be_visible()
        await take(login.page, folder, "login")
