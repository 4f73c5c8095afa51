"""The form beside the call: kept on the server with every keystroke, filed once, or the call ends without one."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from playwright.async_api import Error, expect

from .kit import ANNA, CITIZEN, BrowserHotline, heard

pytestmark = pytest.mark.browser

MATTER = {"title": "路灯不亮", "content": "湖滨南路一段路灯三天不亮，晚上很危险。", "address": "思明区湖滨南路88号"}


@pytest.mark.always
async def test_a_draft_outlives_the_browser_and_is_filed(hotline: BrowserHotline) -> None:
    """Typed during the talk; a reload and a crash lose nothing; coded by its initials; no kind, no ticket; then the case number comes."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805926001")
        await anna.write(title=MATTER["title"])
        await anna.saved()
        await anna.page.reload()
        await expect(anna.part("ticket-title")).to_have_value(MATTER["title"])
        await anna.hears(CITIZEN, 20)

        await anna.write(content=MATTER["content"])
        await anna.saved()
        with suppress(Error):  # the page has no time to answer
            await anna.page.goto("chrome://crash", timeout=2_000)
        await anna.another_page()
        await anna.touch()
        await anna.comes_back()
        await expect(anna.part("ticket-title")).to_have_value(MATTER["title"])
        await expect(anna.part("ticket-content")).to_have_value(MATTER["content"])
        await asyncio.gather(anna.hears(CITIZEN), heard(call, ANNA))

        await anna.write(address=MATTER["address"], code="lu")
        await anna.page.keyboard.press("Enter")
        await expect(anna.part("ticket-code")).not_to_have_attribute("data-code", "")
        await anna.write(code="bllj")  # over the choice: nothing of it is lost
        await expect(anna.part("ticket-code")).to_have_value("bllj")
        await anna.page.keyboard.press("Enter")
        await anna.saved()
        name = await hotline.at("8001")
        await anna.press("ticket-file")
        await expect(anna.part("fault-kind")).to_be_visible()
        await anna.press("ticket-kind-complaint")
        await anna.press("ticket-file")
        await expect(anna.part("ticket-case")).to_contain_text("20")
        case = (await anna.part("ticket-case").inner_text()).strip()
        await expect(anna.part("ticket-promise")).to_contain_text("4 工作时")
        promised = await anna.part("ticket-promise").get_attribute("data-by")
        told = await anna.context.request.get(f"{hotline.site.origin}/api/my/tickets")
        mine = [row for row in await told.json() if row["call"] == name]
        assert len(mine) == 1
        assert mine[0]["case_number"] in case
        assert mine[0]["ticket"]["content"] == MATTER["content"]
        assert mine[0]["ticket"]["place"]["address_text"] == MATTER["address"]
        assert mine[0]["ticket"]["subject"]["code"] == "0102"
        assert (mine[0]["promise"]["by"], mine[0]["promise"]["basis"]) == (promised, "sample")


async def test_answered_on_the_spot_and_refused(hotline: BrowserHotline) -> None:
    """Two calls without a ticket: one answered directly, one refused with a code; the ledger says which is which."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        ends = {"13805926002": "direct-answer", "13805926003": "refuse"}
        for caller, key in ends.items():
            call = await hotline.citizen(caller)
            await anna.answer()
            await anna.press(key)
            if key == "refuse":
                await anna.part("refusal-code").select_option(index=1)
                await anna.press("refuse-confirm")
            await anna.press("hang-up")
            await call.until_ended(5)
            await anna.until("ready")
        ledger = {row.caller: row.outcome for row in hotline.site.ledger()}
        assert [ledger[caller] for caller in ends] == ["direct", "refused"]


async def test_the_same_citizen_again(hotline: BrowserHotline) -> None:
    """The second call knows the first: its ticket is merged with one key, its recording is heard after a purpose was said."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        first = await hotline.talk(anna, "13805926004")
        await anna.press("ticket-kind-complaint")
        await anna.write(content=MATTER["content"], address=MATTER["address"])
        await anna.page.keyboard.press("Control+Enter")
        await expect(anna.part("ticket-case")).to_contain_text("20")
        case = (await anna.part("ticket-case").inner_text()).strip()
        await anna.press("hang-up")
        await first.until_ended(5)
        await anna.until("ready")

        await hotline.citizen("13805926004", trunk="unicom")
        await anna.answer()
        name = await hotline.at("8001")
        await expect(anna.part("pop")).to_have_attribute("data-call", name)
        tickets = anna.part("pop-tickets").get_by_role("listitem")
        await expect(tickets).to_have_count(1)
        await expect(tickets).to_contain_text(case)
        await tickets.get_by_role("button", name="并单").click()
        await expect(anna.part("ticket-ties")).to_contain_text(case)
        listen = anna.part("pop-earlier").get_by_role("button", name="听录音")
        await listen.click()
        await anna.part("purpose").fill("核对上次所说")
        await anna.press("purpose-open")
        await anna.page.wait_for_function("() => document.querySelector('[data-testid=player]')?.readyState >= 2")
        await expect(anna.part("player-in-call")).to_be_visible()  # never into a live call
        await expect(anna.part("player-play")).to_be_disabled()

        await anna.press("ticket-kind-complaint")
        await anna.write(content="路灯还是不亮。")
        await anna.page.keyboard.press("Control+Enter")
        await expect(anna.part("ticket-case")).not_to_contain_text(case)
        filed = await anna.context.request.get(f"{hotline.site.origin}/api/calls/{name}/tickets")
        assert [row["ticket"]["merged_into"] for row in await filed.json()] == [case]


async def test_two_matters_of_one_call(hotline: BrowserHotline) -> None:
    """A second matter has the citizen and nothing else of the first; both are filed; the call opened again shows both."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805926005")
        cases = []
        for place, kind in enumerate(("complaint", "help")):
            await anna.press(f"ticket-kind-{kind}")
            await anna.write(content=f"第{place + 1}件事")
            if not place:
                await anna.write(name="林阿明")
            await anna.press("ticket-file")
            await expect(anna.part("ticket-case")).to_contain_text("20")
            cases.append(await anna.part("ticket-case").inner_text())
            if not place:
                await anna.press("ticket-another")
                await expect(anna.part("ticket-name")).to_have_value("林阿明")
                await expect(anna.part("ticket-content")).to_have_value("")
        assert len(set(cases)) == 2
        await anna.page.reload()
        await anna.hears(CITIZEN, 20)
        for place, case in enumerate(cases):
            await anna.press(f"ticket-part-{place + 1}")
            await expect(anna.part("ticket-case")).to_have_text(case)
        await anna.press("hang-up")
        await call.until_ended(5)


async def test_written_down_later(hotline: BrowserHotline) -> None:
    """A call that ended with nothing said of it is in my day, opens with its draft, and is gone from there once filed."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805926006")
        name = await hotline.at("8001")
        await anna.write(content="井盖松动")
        await anna.saved()
        await anna.press("hang-up")
        await call.until_ended(5)
        await anna.until("ready")
        await anna.page.reload()
        await anna.registered()
        await anna.press("tab-my")
        await anna.press(f"my-write-{name}")
        await expect(anna.part("ticket-content")).to_have_value("井盖松动")
        await anna.press("ticket-kind-help")
        await anna.page.keyboard.press("Control+Enter")
        await expect(anna.part("ticket-case")).to_contain_text("20")
        case = await anna.part("ticket-case").inner_text()
        await anna.press("tab-my")
        await expect(anna.part("my-day")).to_be_visible()
        await expect(anna.part(f"my-write-{name}")).to_have_count(0)
        await anna.press("my-tab-tickets")
        await expect(anna.part("my-tickets")).to_contain_text(case)
        await anna.press("my-tab-calls")
        await expect(anna.part(f"my-call-{name}")).to_contain_text("工单")
