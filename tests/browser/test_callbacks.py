"""Call-backs on the pages: a missed citizen is listed, taken by one of two, dialled by one key, reached, and owed no more."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Locator, Route, expect

from config.answered_talk_rule import LEAST_SECONDS
from hotline.lab.phones import answering, refusing
from tests.live.site import CALLER_TONE, eventually

from .kit import ANNA, BAO, CITIZEN, BrowserHotline, heard
from .people import Agent, Person
from .test_accessible import broken
from .test_pictures import take

pytestmark = pytest.mark.browser


def row(person: Person, call: str) -> Locator:
    return person.part(f"callback-{call}")


async def missed(hotline: BrowserHotline, number: str) -> str:
    """A citizen who hangs up in the queue; their task's id."""
    call = await hotline.citizen(number)
    calls: list[str] = []

    async def queued() -> None:
        rows = await hotline.floor.rest.live_calls()
        calls[:] = [str(one["call"]) for one in rows if one["caller"] == number and one["state"] == "queued"]
        assert calls

    await eventually(queued, 20)
    call.hang_up()
    return calls[0]


async def listed(person: Agent) -> None:
    await person.press("tab-callbacks")
    await expect(person.part("callbacks-list")).to_be_visible()


def answering_always(body: str) -> Callable[[Route], Awaitable[None]]:
    """A list that hears of nothing new."""

    async def answer(route: Route) -> None:
        await route.fulfill(body=body, content_type="application/json")

    return answer


@pytest.mark.bound(120)
async def test_a_missed_citizen_is_called_back(hotline: BrowserHotline, tmp_path: Path) -> None:
    """Busy at first: the try is written, they stay owed. Then they answer: done, by nobody's hand; the invariant holds."""
    number, other = "13805928001", "13805928002"
    folder = Path(os.environ.get("HOTLINE_PICTURES") or tmp_path)
    async with hotline:
        telecom = hotline.floor.phones.trunks["telecom"]
        telecom.take(number, refusing(486))
        anna, bao, chief = await asyncio.gather(
            hotline.agent("1001", "8001", ANNA, ready=False),
            hotline.agent("1002", "8002", BAO, ready=False),
            hotline.supervisor(),
        )
        await asyncio.gather(listed(anna), listed(bao))
        task = await missed(hotline, number)
        for person in (anna, bao):  # the list is live
            await expect(row(person, task)).to_be_visible(timeout=15_000)
            await expect(row(person, task).get_by_test_id("callback-number")).to_have_text("138****8001")
            await expect(row(person, task)).to_contain_text("排队时挂断")

        # both at once, neither list having heard of the other: one has it, one is told who
        stale = {
            person: await person.page.evaluate("fetch('/api/callbacks').then((r) => r.text())")
            for person in (anna, bao)
        }
        for person, body in stale.items():
            await person.page.route("**/api/callbacks?*", answering_always(body))
        await asyncio.gather(*(row(person, task).get_by_test_id("callback-take").click() for person in (anna, bao)))
        names = {anna: "1001 陈晓岚", bao: "1002 林志强"}
        owner = await _owner(hotline, task)
        has, asks = (anna, bao) if owner == "1001" else (bao, anna)
        await expect(asks.part("callbacks-refused")).to_contain_text(names[has])
        for person in (anna, bao):
            await person.page.unroute("**/api/callbacks?*")
            await person.press("callbacks-refresh")
        await expect(row(has, task).get_by_test_id("callback-number")).to_have_text(number)
        await expect(row(asks, task).get_by_test_id("callback-number")).to_have_text("138****8001")
        await expect(row(asks, task).get_by_test_id("callback-dial")).to_have_count(0)

        await has.page.keyboard.press("F7")
        await has.until("dialling")
        await has.until("paused", 20)
        await listed(has)
        await expect(row(has, task).get_by_test_id("callback-tries")).to_contain_text("忙线", timeout=15_000)
        await expect(row(has, task)).to_have_attribute("data-state", "open")
        await expect(row(has, task).get_by_test_id("callback-owner")).to_have_text("无人")
        left = await missed(hotline, other)
        await expect(row(has, left)).to_be_visible(timeout=15_000)
        await take(has.page, folder, "callbacks")
        found = await broken(has.page, "call-backs of an agent")
        await row(has, task).get_by_test_id("callback-result").click()
        await expect(has.part("result-dialog")).to_be_visible()
        found += await broken(has.page, "result")
        await has.page.keyboard.press("Escape")

        telecom.take(number, answering(0.5, None, CALLER_TONE))
        await row(has, task).get_by_test_id("callback-dial").click()
        await has.until("talking", 20)
        far = telecom.calls_to(number)[-1]
        await has.hears(CITIZEN)
        await heard(far, ANNA if has is anna else BAO)
        await eventually(lambda: talked(hotline, number), 15)
        await asyncio.sleep(
            LEAST_SECONDS + 0.5
        )  # answered is before the notice; the talk has to last from when they hear each other
        far.hang_up()
        await has.until("wrap_up")

        await chief.visit("/callbacks")
        await expect(row(chief, left).get_by_test_id("callback-number")).to_have_text(other)  # the list is there
        await expect(row(chief, task)).to_have_count(0, timeout=15_000)
        await chief.press("callbacks-done")
        await expect(row(chief, task).get_by_test_id("callback-how")).to_have_text("已接通")
        await expect(row(chief, task).get_by_test_id("callback-tries")).to_contain_text("2 次")

        # a supervisor hands the other one out, and then gives it up with a reason
        await chief.press("callbacks-owed")
        await chief.part(f"select-{left}").check()
        await chief.part("assign-agent").select_option("1001")
        await chief.press("assign")
        await expect(row(chief, left)).to_have_attribute("data-state", "assigned")
        await take(chief.page, folder, "callbacks-supervisor")
        found += await broken(chief.page, "call-backs of a supervisor")
        assert found == []
        if has is not anna:  # her list stands open
            await expect(row(anna, left).get_by_test_id("callback-owner")).to_contain_text("我")
        await row(chief, left).get_by_test_id("callback-give-up").click()
        await chief.press("give-up-other")
        await chief.part("give-up-note").fill("市民已到窗口办理")
        await chief.press("give-up-save")
        await expect(row(chief, left)).to_have_count(0)
        await chief.visit("/wall")
        async with hotline.site.rest() as client:  # other tests' citizens may be owed one
            rows = (await client.get("/api/callbacks", params={"most": 500})).json()
        owed = [str(one["id"]) for one in rows]
        due = sum(1 for one in rows if datetime.fromisoformat(one["due_at"]) <= datetime.now(UTC))
        assert not {task, left} & set(owed)
        await expect(chief.part("callbacks").locator("b")).to_have_text(str(len(owed)), timeout=15_000)
        await expect(chief.part("callbacks-due").locator("b")).to_have_text(str(due))
        await expect(chief.part("places-kept").locator("b")).to_have_text("0")
        await chief.press("callbacks")
        await expect(row(chief, owed[0]) if owed else chief.part("callbacks-none")).to_be_visible()
        await expect(row(chief, left)).to_have_count(0)

        async def clean() -> None:
            breaches = await asyncio.to_thread(hotline.site.verify)
            assert [one for one in breaches if task in one or left in one or "callback" in one] == []

        await eventually(clean, 30)


async def talked(hotline: BrowserHotline, number: str) -> bool:
    """The daemon has them in a talk that counts as an answer."""
    rows = await hotline.floor.rest.live_calls()
    began = [str(one["answered_at"]) for one in rows if one["dialled"] == number and one["answered_at"]]
    return bool(began) and time.time() - datetime.fromisoformat(began[0]).timestamp() > LEAST_SECONDS + 0.5


async def _owner(hotline: BrowserHotline, task: str) -> str:
    async with hotline.site.rest() as client:
        found: str = (await client.get(f"/api/callbacks/{task}")).json()["owner"]
    return found
