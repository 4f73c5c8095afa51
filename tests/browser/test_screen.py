"""A television with a token of its own: the wallboard's figures, nobody's number, by itself for ever."""

from __future__ import annotations

import secrets

import pytest
from playwright.async_api import Route, expect

from .kit import BrowserHotline
from .people import Person

pytestmark = pytest.mark.browser
NUMBER = "13805924107"


async def test_a_television(hotline: BrowserHotline) -> None:
    """The token comes behind the # and goes from the address; no session; a lost daemon is waited for; revoked, it opens nothing."""
    async with hotline, hotline.site.rest() as machine:
        name = f"tv{secrets.randbelow(10**6):06}"
        made = await machine.post("/api/programs", json={"name": name, "scopes": ["screen"], "days": 1})
        made.raise_for_status()
        token = made.json()["token"]
        tv = await hotline.page(Person, "nobody", width=1920, height=1080)
        asked: list[str] = []
        tv.page.on("request", lambda one: asked.append(one.url))
        await tv.go("/tv.html")
        await expect(tv.part("tv-word")).to_contain_text("尚未授权")
        await tv.page.evaluate("(token) => { location.hash = token }", token)
        await expect(tv.part("tv-waiting")).to_have_text("0")
        assert token not in tv.page.url
        assert not any(token in url.partition("#")[0] for url in asked)
        assert not await tv.context.cookies()
        call = await hotline.citizen(NUMBER)
        await expect(tv.part("tv-waiting")).to_have_text("1", timeout=20_000)
        await expect(tv.part("tv-queue-mandarin")).to_contain_text("普通话")
        assert NUMBER[-8:] not in await tv.page.content()
        call.hang_up()
        await expect(tv.part("tv-waiting")).to_have_text("0", timeout=20_000)

        async def dead(route: Route) -> None:
            await route.abort()

        await tv.page.route("**/api/board", dead)
        await expect(tv.part("tv-away")).to_be_visible(timeout=20_000)
        await tv.page.unroute("**/api/board")
        await expect(tv.part("tv")).to_have_attribute("data-state", "here", timeout=30_000)
        await tv.page.reload()
        await expect(tv.part("tv-waiting")).to_have_text("0")
        for path in (
            "/api/calls/live",
            "/api/wall/calls?set=offered",
            "/api/wall/tickets",
            "/api/callbacks",
            "/api/alarms",
        ):
            headers = {"Authorization": f"Bearer {token}"}
            assert (await tv.context.request.get(f"{tv.url}{path}", headers=headers)).status == 403, path
        (await machine.delete(f"/api/programs/{name}")).raise_for_status()
        await expect(tv.part("tv-word")).to_contain_text("已吊销", timeout=20_000)
        assert not tv.faults
