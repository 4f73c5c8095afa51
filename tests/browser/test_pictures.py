"""Screenshots from real calls: the console in a talk, the wallboard, the supervision page. For the documents.

With HOTLINE_PICTURES=docs/pictures they are written there, else into the test's folder.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from hotline.demo.scenario import MATTERS, Matter
from hotline.lab.daemon_client import Row
from hotline.lab.phones import answering
from tests.live.site import SEAT_TONE

from .kit import ANNA, BrowserHotline, until_it_counts
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
CALLERS = [f"1380600{number}" for number in (2319, 4471, 5508, 7163, 8820, 9012, 3377)]
LEAST_BYTES = 12_000


def written(matter: Matter) -> Row:
    return {
        "kind": matter.kind, "title": matter.title, "content": matter.content,
        "subject": {"code": matter.code, "kind": "event"}, "place": {"address_text": matter.place},
    }  # fmt: skip


async def take(page: Page, folder: Path, name: str) -> None:
    assert not await page.evaluate(SAME), "no Chinese font: apt-get install fonts-wqy-microhei"
    picture = await page.screenshot(path=folder / f"{name}.png", animations="disabled")
    assert len(picture) > LEAST_BYTES, f"{name} is all but empty"


@pytest.mark.bound(120)
async def test_pictures_of_real_calls(hotline: BrowserHotline, tmp_path: Path) -> None:
    """A talk at a browser seat with its half-filled form, and the wallboard beside it with other seats' calls."""
    folder = Path(os.environ.get("HOTLINE_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    async with hotline:
        chief = await hotline.supervisor()
        for seat, caller, matter in zip(("8005", "8006", "8007"), CALLERS, MATTERS[1:], strict=False):
            await hotline.floor.sit(seat, answering(0.4, None, SEAT_TONE))
            talk = await hotline.citizen(caller)
            answered = await hotline.floor.seat_call(caller)
            await hotline.floor.until_state(seat, "talking")
            await hotline.floor.rest.file_ticket(await hotline.at(seat), written(matter), seat=seat)
            if seat == "8007":
                await hotline.floor.rest.verb(seat, "after-call", then="log_out")
                await until_it_counts(answered)
                answered.hang_up()
                await talk.until_ended(5)

        anna = await hotline.agent("1001", "8001", ANNA)
        await hotline.talk(anna, CALLERS[3])
        matter = MATTERS[0]
        await anna.press(f"ticket-kind-{matter.kind}")
        await anna.write(title=matter.title, content=matter.content, address=matter.place, code="bllj")
        await anna.page.keyboard.press("Enter")
        await anna.saved()
        for caller in CALLERS[4:]:
            await hotline.citizen(caller, trunk="unicom")
        await expect(anna.part("network")).to_contain_text("0%", timeout=10_000)
        await take(anna.page, folder, "console")

        await chief.visit("/watch")
        await chief.choose("8001")
        await expect(chief.part("panel-call")).to_be_visible()
        await expect(chief.part("seat-day")).to_have_attribute("data-seat", "8001")
        await take(chief.page, folder, "supervision")
        await chief.page.set_viewport_size({"width": 1920, "height": 1080})
        await chief.visit("/wall")
        await expect(chief.part("state-talking")).to_contain_text("3")
        await expect(chief.part("value-waiting")).to_have_text("3")
        await expect(chief.part("alarm-queue_threshold").first).to_be_visible(timeout=15_000)
        await expect(chief.part("curve")).to_be_visible()
        await asyncio.sleep(1)  # the curve is drawn with a motion of its own
        await take(chief.page, folder, "wallboard")
        await chief.press("theme")
        await asyncio.sleep(1)
        await take(chief.page, folder, "wallboard-light")
        login = await hotline.page(Person, "1004")
        await login.go("/")
        await expect(login.part("login-account")).to_be_visible()
        await take(login.page, folder, "login")
