"""What the edge hands a real browser: pages that keep its policy, and that are light."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, Request

from .kit import ANNA, BrowserHotline
from .people import Agent, Supervisor

pytestmark = pytest.mark.browser
MOST_BYTES = 1_000_000
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
    """Everything the log-in page and what it fetches ahead weigh, as it came over the wire."""
    async with hotline:
        person = await hotline.page(Agent, "1001")
        arrived: list[Request] = []
        person.page.on("requestfinished", lambda one: arrived.append(one))
        await person.page.goto(person.url, wait_until="networkidle")
        sizes = {one.url: (await one.sizes())["responseBodySize"] for one in arrived}
        assert sizes
        assert all(url.startswith(person.url) for url in sizes)
        assert sum(sizes.values()) < MOST_BYTES, sizes
