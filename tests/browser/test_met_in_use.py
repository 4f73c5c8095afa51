"""What agents and supervisors met when they used the pages (decision 0061), tried again with real calls; what other files hold is not here."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from cti.numbers import mask
from hotline.lab.phones import refusing
from tests.live.site import eventually

from .kit import ANNA, BAO, CHIEF, CITIZEN, MUSIC, BrowserHotline, heard
from .people import PASSWORD, Agent, Person, Supervisor
from .test_accessible import broken
from .test_desk_phone import idle_limit
from .test_pages import finished
from .test_transfers import two

pytestmark = pytest.mark.browser
LATIN = re.compile(r"[A-Za-z]{3,} [A-Za-z]{3,}")
HAN = re.compile(r"[\u4e00-\u9fff]")


async def day_of(agent: Agent) -> dict[str, Any]:
    told: dict[str, Any] = await (await agent.context.request.get(f"{agent.url}/api/my/day")).json()
    return told


async def booked(hotline: BrowserHotline, caller: str) -> None:
    """The ledger has the whole of this call."""

    def over() -> bool:
        return any(row.caller == caller and row.ended for row in hotline.site.ledger())

    await eventually(lambda: asyncio.to_thread(over), 20)


async def still(*parts: Locator) -> list[tuple[float, float]]:
    """Where they stand on the screen."""
    boxes = [await part.bounding_box() for part in parts]
    return [(box["x"], box["y"]) for box in boxes if box is not None]


@pytest.mark.bound(120)
async def test_a_colleague_puts_nobody_onto_an_agent(hotline: BrowserHotline) -> None:
    """In a talk: refused in Chinese, with ticket and pop where they were. Declined from a rest: who gave it is told. Neither is a miss."""
    async with hotline:
        anna, bao = await two(hotline)
        first = await hotline.talk(anna, "13805926301")
        await anna.write(content="路口积水")
        missed = (await day_of(anna))["missed"]
        await bao.ready()
        second = await hotline.talk(bao, "13805926302")
        await bao.part("transfer-to").fill("8001")
        await bao.part("transfer-to").press("Alt+b")
        await expect(bao.part("phone-said")).to_contain_text("8001")
        assert not LATIN.search(await bao.part("phone-said").inner_text())
        await asyncio.gather(bao.hears(CITIZEN), heard(second, BAO), heard(first, ANNA))
        await expect(anna.part("ticket-whose")).to_contain_text("138 0592 6301")
        await expect(anna.part("pop-number")).to_contain_text("13805926301")
        await expect(anna.part("forms")).to_have_count(0)
        await expect(anna.part("ticket-content")).to_have_value("路口积水")
        await anna.press("direct-answer")
        await anna.hang_up()
        await anna.press("end-wrap-up")
        await anna.pause()

        await bao.transfer("8001")
        await anna.rings()
        await anna.press("decline")
        await expect(bao.part("dialled")).to_contain_text("来电已回到队列")
        await expect(anna.part("offer-over")).not_to_contain_text("漏接")
        await expect(anna.part("ticket")).to_have_count(0)
        second.hang_up()
        await booked(hotline, "13805926302")
        assert (await day_of(anna))["missed"] == missed


@pytest.mark.bound(100)
async def test_one_number_on_every_screen(hotline: BrowserHotline) -> None:
    """A partner's call: the citizen whom it is about stands on the agent's card and pop, the supervisor's page and the wallboard."""
    async with hotline:
        anna, chief = await asyncio.gather(hotline.agent("1001", "8001", ANNA), hotline.supervisor())
        citizen, desk = "13805926303", "059211005"
        call = await hotline.floor.dial("1231912345", caller=desk, headers={"X-Origin-Number": citizen})
        await anna.answer()
        await anna.hears(CITIZEN)
        for part in ("pop-number", "call-who"):
            await expect(anna.part(part)).to_contain_text(citizen)
        await expect(anna.part("ticket-whose")).to_contain_text("138 0592 6303")
        await chief.visit("/watch")
        await chief.choose("8001")
        for part in ("panel-call", "seat-8001"):
            await expect(chief.part(part)).to_contain_text(citizen)
            await expect(chief.part(part)).not_to_contain_text(desk)
        await anna.press("direct-answer")
        await anna.hang_up()
        await call.until_ended(5)
        await booked(hotline, desk)
        await anna.press("tab-my")
        await anna.press("my-tab-calls")
        await expect(anna.part("my-calls")).to_contain_text(mask(citizen))  # it is settled: masked, and still theirs
        await expect(anna.part("my-calls")).not_to_contain_text(desk)
        await chief.visit("/wall")
        await chief.press("figure-answered")
        await expect(chief.part("drill-calls")).to_contain_text(mask(citizen))
        await expect(chief.part("drill-calls")).not_to_contain_text(desk)


LOOKS = """() => {
  const words = ['display', 'fontSize', 'fontWeight', 'color', 'backgroundColor', 'paddingTop', 'paddingLeft', 'marginTop', 'borderTopStyle', 'borderTopColor', 'borderTopLeftRadius', 'minHeight', 'justifyContent']
  const found = {}
  for (const one of document.querySelectorAll('main.seat [data-testid], main.seat h2, main.seat .small, main.seat .tabs')) {
    const style = getComputedStyle(one)
    const name = `${one.tagName} ${one.dataset.testid ?? one.className} ${one.closest('[data-testid]')?.dataset.testid ?? ''}`
    if (one.offsetParent) found[name] = words.map((word) => style[word]).join(' | ')
  }
  return found
}"""


@pytest.mark.bound(100)
async def test_the_seats_page_looks_the_same_after_every_other_page(hotline: BrowserHotline) -> None:
    """No page's style reaches another's: at rest and in a talk, before and after a visit to each."""
    async with hotline:
        chief = await hotline.supervisor("2001", "8004", CHIEF)
        await chief.ready()
        call = await hotline.citizen("13805926304")
        await chief.rings()
        await chief.press("answer")
        await chief.hears(CITIZEN)
        before = await chief.page.evaluate(LOOKS)
        assert len(before) > 40
        for page in ("watch", "callbacks", "calls", "tickets", "recordings", "templates", "wall"):
            await chief.visit(f"/{page}")
            await chief.page.wait_for_function("(path) => location.pathname === path", arg=f"/{page}")
            await chief.page.wait_for_load_state("networkidle")
        await chief.visit("/")
        await expect(chief.part("ticket")).to_be_visible()
        await chief.page.mouse.move(5, 5)
        after = await chief.page.evaluate(LOOKS)
        other = {name: (look, after[name]) for name, look in before.items() if name in after and after[name] != look}
        assert len(before.keys() & after.keys()) > 40
        assert other == {}
        call.hang_up()
        await chief.until("wrap_up")


@pytest.mark.bound(100)
async def test_the_ways_out_of_a_consultation_are_the_daemons_word(hotline: BrowserHotline) -> None:
    """Without a consultation there are none, after a reload and after another page either; with one they are there again."""
    async with hotline:
        anna, bao = await two(hotline)
        call = await hotline.talk(anna, "13805926305")
        ways = [anna.part(f"transfer-{way}") for way in ("complete", "cancel", "conference")]

        async def none() -> None:
            for way in ways:
                await expect(way).to_have_count(0)

        await none()
        await anna.page.reload()
        await anna.until("talking", 20)
        await anna.hears(CITIZEN, 20)
        await none()
        await anna.press("go-calls")
        await anna.press("go-seat")
        await none()
        await anna.transfer("8002", "attended")
        await bao.answer()
        await anna.press("go-calls")
        await anna.press("go-seat")
        await expect(anna.part("party-8002")).to_have_attribute("data-state", "talking")
        for way in ways:
            await expect(way).to_be_enabled()
        await anna.press("transfer-cancel")
        await bao.until("paused")
        await anna.hears(CITIZEN)
        await none()
        call.hang_up()
        await anna.until("wrap_up")


@pytest.mark.bound(100)
async def test_nobody_at_the_desk_is_offered_nobody(hotline: BrowserHotline) -> None:
    """The screen locked itself: the seat is paused as away, and a citizen waits for somebody else. A break goes on since it began."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        await idle_limit(anna, 5)
        await expect(anna.part("lock")).to_be_visible(timeout=20_000)

        async def away() -> None:
            (row,) = [one for one in await hotline.floor.rest.seats() if one["seat"] == "8001"]
            assert (row["state"], row["reason"]) == ("paused", "away")

        await eventually(away, 10)
        call = await hotline.citizen("13805926306")
        await heard(call, MUSIC)
        assert await hotline.at("8001") == ""
        await anna.page.unroute_all(behavior="ignoreErrors")
        await anna.part("lock-password").fill(PASSWORD)
        await anna.press("lock-submit")
        await expect(anna.part("presence")).to_contain_text("离席")
        call.hang_up()

        began = (await anna.part("presence").locator("time").inner_text()).split(":")
        for trunk in hotline.floor.phones.trunks.values():
            trunk.take("110", refusing(486))
        await hotline.floor.reachable("telecom")
        await anna.press("number-police")
        await anna.press("number-police")
        await expect(anna.part("unreached")).to_be_visible()
        await anna.until("paused")
        now = (await anna.part("presence").locator("time").inner_text()).split(":")
        assert [int(one) for one in now] > [int(one) for one in began]


@pytest.mark.bound(120)
async def test_a_recording_that_cannot_be_had_says_why(hotline: BrowserHotline, tmp_path: Path) -> None:
    """Its file is gone: that is said, and not what it was wanted for."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        name = await finished(hotline, anna, "13805926307")
        files = [one for one in hotline.site.places.shelf.rglob("*") if name in one.name and one.is_file()]
        assert files
        for n, file in enumerate(files):
            file.rename(tmp_path / str(n))
        try:
            await anna.press("go-calls")
            await anna.press(f"listen-{name}")
            await anna.part("purpose").fill("投诉复核")
            await anna.press("purpose-open")
            said = anna.part("player-trouble")
            await expect(said).to_contain_text("加载失败")
            await expect(said).not_to_contain_text("投诉复核")
            assert not LATIN.search(await said.inner_text())
        finally:
            for n, file in enumerate(files):
                (tmp_path / str(n)).rename(file)


@pytest.mark.bound(150)
async def test_a_chosen_tab_is_read_under_the_mouse(hotline: BrowserHotline) -> None:
    """On the supervisor's page, the administration's and a seat's, by axe, in both themes."""
    async with hotline:
        anna, chief = await asyncio.gather(hotline.agent("1001", "8001", ANNA, ready=False), hotline.supervisor())
        admin = await hotline.page(Person, "4001")
        await admin.sign_in()
        await chief.visit("/watch")
        found: list[str] = []
        for person in (anna, chief, admin):
            for theme in ("light", "dark"):
                await person.page.emulate_media(color_scheme=theme)
                await expect(person.page.locator("html")).to_have_attribute("data-theme", theme)
                chosen = person.page.locator("main :is([aria-selected=true], [aria-pressed=true])").first
                await chosen.hover()
                found += await broken(person.page, f"{person.account}, {theme}")
        assert found == []


async def test_what_cannot_be_pressed_looks_so(hotline: BrowserHotline) -> None:
    """While it rings the linkage keys are as grey as any other that cannot be pressed."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        keys = anna.page.locator(".actions.book button")
        look = "all => all.map((one) => { const s = getComputedStyle(one); return [one.disabled, s.color, s.borderTopColor].join() })"
        rest = set(await keys.evaluate_all(look))
        assert len(rest) == 2, "linkage and the others"
        call = await hotline.citizen("13805926308")
        await anna.rings()
        ringing = set(await keys.evaluate_all(look))
        assert len(ringing) == 1
        assert next(iter(ringing)).startswith("true")
        call.hang_up()


@pytest.mark.bound(120)
async def test_who_listens_is_in_no_talk_and_who_takes_over_is_named(hotline: BrowserHotline) -> None:
    """Figures and grid do not move by supervision; the agent is told who and why, without the page moving; the supervisor has
    all of the call's panel."""
    async with hotline:
        anna, chief = await asyncio.gather(
            hotline.agent("1001", "8001", ANNA), hotline.supervisor("2001", "8004", CHIEF)
        )
        call = await hotline.talk(anna, "13805926309")
        await chief.visit("/watch")
        await chief.choose("8001")
        await chief.watch("listen")
        await chief.hears(CITIZEN)
        await expect(chief.part("seat-8004")).to_have_attribute("data-state", "watching")
        await expect(chief.part("seat-8004")).not_to_contain_text("13805926309")
        await chief.visit("/wall")
        await expect(chief.part("state-talking")).to_contain_text("1")
        await expect(chief.part("state-watching")).to_contain_text("1")
        await chief.visit("/watch")
        await chief.choose("8001")
        before = await still(anna.part("tab-ticket"), anna.part("sign-out"))
        await chief.press("take-over")
        await chief.because("应急")
        await expect(anna.part("warned")).to_contain_text(re.compile("班长 .+ 已接管您的通话，原因：应急"))
        assert await still(anna.part("tab-ticket"), anna.part("sign-out")) == before
        await chief.until("talking", 20)
        for part in ("hold", "transfer-to", "ticket", "pop", "hang-up"):
            await expect(chief.part(part)).to_be_visible()
        await heard(call, CHIEF)
        await expect(anna.part("warned")).to_have_count(0, timeout=25_000)
        call.hang_up()
        await chief.until("wrap_up")


async def test_one_clock_and_the_hold_s_own(hotline: BrowserHotline) -> None:
    """State and card show one time after a hold; how long it is held stands there; the meter rests; mute moves nothing."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        call = await hotline.talk(anna, "13805926310")
        keys = anna.part("hang-up"), anna.part("hold"), anna.part("transfer-blind")
        before = await still(*keys)
        await anna.press("mute")
        await expect(anna.part("muted")).to_be_visible()
        assert await still(*keys) == before
        await anna.press("mute")
        await anna.press("hold")
        await anna.until("holding")
        await expect(anna.part("held-for")).to_contain_text(re.compile("已保持 0:0[1-9]"))
        await expect(anna.part("level-out")).to_have_attribute("data-level", "0.00")
        await anna.press("resume")
        await anna.until("talking")
        await expect(anna.part("held-for")).to_have_count(0)
        await anna.hears(CITIZEN)
        both = """() => ['[data-testid=presence] time', '[data-testid=call-time]'].map((one) => {
          const [minutes, seconds] = document.querySelector(one).innerText.match(/(\\d+):(\\d+)/).slice(1).map(Number)
          return minutes * 60 + seconds
        })"""
        state, card = await anna.page.evaluate(both)
        assert abs(state - card) <= 1
        assert card >= 3
        call.hang_up()
        await anna.until("wrap_up")


async def test_a_call_without_a_ticket_says_how_it_was_settled(hotline: BrowserHotline) -> None:
    """A refusal with its reason; a nuisance by two presses; later calls name who talked."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        caller = "13805926311"
        call = await hotline.talk(anna, caller)
        said = anna.part("ticket-disposed")
        await anna.press("nuisance")
        await expect(anna.part("nuisance")).to_contain_text("再按一次")
        await expect(said).to_have_count(0)
        await anna.press("nuisance")
        await expect(said).to_contain_text("骚扰电话")
        await anna.press("refuse")
        await anna.part("refusal-code").select_option(index=2)
        reason = await anna.part("refusal-code").evaluate("one => one.selectedOptions[0].text")
        await anna.press("refuse-confirm")
        await expect(said).to_contain_text(f"不予受理：{reason}")
        await anna.hang_up()
        await call.until_ended(5)
        await anna.press("end-wrap-up")
        again = await hotline.talk(anna, caller)
        await expect(anna.part("pop-earlier")).to_contain_text("陈晓岚")
        await expect(anna.part("pop-earlier")).not_to_contain_text("1001")
        again.hang_up()
        await anna.until("wrap_up")


async def test_an_urgent_notice_is_in_nobodys_way(hotline: BrowserHotline) -> None:
    """It covers no key at twice the size, goes when it is read, and is not shown to whoever signs in next."""
    async with hotline:
        anna, chief = await asyncio.gather(hotline.agent("1001", "8001", ANNA), hotline.supervisor())
        call = await hotline.talk(anna, "13805926312")
        await chief.visit("/watch")

        async def tell(text: str) -> None:
            await chief.part("notice-text").fill(text)
            await chief.part("notice-form").get_by_role("checkbox").first.check()
            await chief.press("notice-send")
            await expect(anna.part("notice")).to_contain_text(text)

        await tell("停水通知已发布")
        await anna.page.set_viewport_size({"width": 683, "height": 384})
        for part in ("hang-up", "hold", "ticket-another"):
            await anna.part(part).scroll_into_view_if_needed()
            await anna.part(part).click(trial=True, timeout=5_000)
        await anna.page.set_viewport_size({"width": 1366, "height": 768})
        await anna.press("notices")
        await expect(anna.part("notice")).to_have_count(0)
        await anna.page.keyboard.press("Escape")
        await tell("台风红色预警")
        await anna.press("direct-answer")
        await anna.hang_up()
        await call.until_ended(5)
        await anna.press("sign-out")
        await expect(anna.part("login-account")).to_be_visible()
        await expect(anna.part("notice")).to_have_count(0)


async def test_hands_on_the_keyboard(hotline: BrowserHotline) -> None:
    """Yesterday's seat by Enter; the keys lead on after the self-test and after the answer; kind, name and telephones have keys."""
    async with hotline:
        anna = await hotline.page(Agent, "1001", voice=ANNA)
        await anna.sign_in()
        await expect(anna.part("seat-choice")).to_be_focused()
        await expect(anna.part("seat-form")).to_contain_text("浏览器软电话")  # what the sign behind a seat means
        await anna.part("seat-choice").fill("8001")
        await anna.page.keyboard.press("Enter")
        await anna.registered()
        await expect(anna.part("test-own-voice")).to_be_visible()
        await anna.part("test-passed").focus()
        await anna.page.keyboard.press("Enter")
        await expect(anna.part("go-ready")).to_be_focused()
        await expect(anna.part("idle-signed-in")).to_contain_text("签入于")
        await anna.page.keyboard.press("Enter")
        await anna.until("ready")
        call = await hotline.citizen("13805926313")
        await anna.rings()
        await anna.page.keyboard.press("F2")
        await anna.until("talking")
        await expect(anna.part("ticket-kind").get_by_role("radio").first).to_be_focused()
        for keys, part in (("Alt+Shift+U", "ticket-name"), ("Alt+Shift+F", "ticket-phones")):
            await anna.page.keyboard.press(keys)
            await expect(anna.part(part)).to_be_focused()
        await anna.page.keyboard.press("Alt+Shift+C")
        await expect(anna.part("ticket-kind").get_by_role("radio").first).to_be_focused()
        await anna.listens(2)
        call.hang_up()
        await anna.until("wrap_up")
        await anna.press("sign-out")
        await anna.sign_in()
        await expect(anna.part("seat-choice")).to_have_value("8001")
        await expect(anna.part("seat-choice")).to_be_focused()
        await anna.page.keyboard.press("Enter")
        await anna.registered()


async def test_the_door_speaks_the_pages_language(hotline: BrowserHotline) -> None:
    async with hotline:
        person = await hotline.page(Supervisor, "2001")
        await person.go("/")
        for language, other in (("en", HAN), ("zh", LATIN)):
            await person.part("language").select_option(language)
            await person.part("login-account").fill("2001")
            await person.part("login-password").fill("wrong-password-1")
            await person.press("login-submit")
            said = person.part("login-trouble")
            await expect(said).to_be_visible()
            assert not other.search(await said.inner_text())
            await person.page.reload()


@pytest.mark.long
@pytest.mark.bound(300)
async def test_nothing_of_a_call_stays_behind(hotline: BrowserHotline) -> None:
    """Listeners and nodes of the page, once as many forms were open as are ever kept: as many after four more calls."""
    async with hotline:
        anna = await hotline.agent("1001", "8001", ANNA)
        tool = await anna.context.new_cdp_session(anna.page)
        await tool.send("Performance.enable")

        async def calls(numbers: range) -> dict[str, float]:
            for number in numbers:
                call = await hotline.citizen(f"138059264{number:02}")
                await anna.answer()
                await anna.press("direct-answer")
                await anna.hang_up()
                await call.until_ended(5)
                await anna.press("end-wrap-up")
                await anna.until("ready")
            await anna.press("tab-my")
            await expect(anna.part("my-day")).to_be_visible()
            await tool.send("HeapProfiler.collectGarbage")
            told = await tool.send("Performance.getMetrics")
            return {one["name"]: one["value"] for one in told["metrics"]}

        before = await calls(range(10))
        after = await calls(range(10, 14))
        assert after["JSEventListeners"] - before["JSEventListeners"] < 4, (before, after)
        assert after["Nodes"] - before["Nodes"] < 0.1 * before["Nodes"], (before, after)
