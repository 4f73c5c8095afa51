"""What the edge hands a real browser: pages that keep its policy, and that are light."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Request

from .kit import ANNA, BrowserHotline
from .people import Agent, Supervisor

pytestmark = pytest.mark.browser
MOST_BYTES = 260_000
"""A working seat as it comes over the wire: the log-in page, what it fetches ahead, the seat's page and its telephone."""
WATCHED = """
window.__broken = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.__broken.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""


async def broken(page: Page) -> list[str]:
    """Where this page broke the edge's policy."""
    told: list[str] = await page.evaluate("window.__broken")
    return told


async def test_no_page_breaks_the_policy(hotline: BrowserHotline) -> None:
    """Console in a call with its self-test open, wallboard and supervision: no inline style, no inline script, no foreign address."""
    async with hotline:
        agent = await hotline.page(Agent, "1001", voice=ANNA)
        await agent.page.add_init_script(WATCHED)
        await agent.sign_in()
        await agent.take_seat("8001")
        await agent.ready()
        call = await hotline.talk(agent, "13806020811")
        assert await broken(agent.page) == []
        call.hang_up()
        chief = await hotline.page(Supervisor, "2001")
        await chief.page.add_init_script(WATCHED)
        await chief.sign_in()
        for path, part in (("/wall", "wall"), ("/watch", "seat-8001")):
            await chief.visit(path)
            await chief.part(part).first.wait_for()
            assert await broken(chief.page) == [], path


async def test_the_first_load_is_light(hotline: BrowserHotline) -> None:
    """All files up to a seat whose telephone is registered, as they came over the wire, pressed."""
    async with hotline:
        person = await hotline.page(Agent, "1001", voice=ANNA)
        arrived: list[Request] = []
        person.page.on("requestfinished", lambda one: arrived.append(one))
        await person.sign_in()
        await person.take_seat("8001")
        await person.ready()
        await person.page.wait_for_load_state("networkidle")
        files = [one for one in arrived if not urlsplit(one.url).path.startswith("/api/")]
        sizes = {one.url: (await one.sizes())["responseBodySize"] for one in files}
        assert any("JsSIP" in url for url in sizes), "the telephone is not among them"
        assert all(url.startswith(person.url) for url in sizes)
        assert sum(sizes.values()) < MOST_BYTES, sizes
