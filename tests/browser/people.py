"""The people of a browser test: what an agent or a supervisor does with the pages, by ``data-testid``.

All names of the pages' parts are in this file. Nothing here sleeps: each step waits for
what it caused. Pitches are hertz; ``hears`` is judged by what the browser's own peer
connections received.
"""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlsplit

from playwright.async_api import BrowserContext, Locator, Page, expect

from config.answered_talk_rule import LEAST_SECONDS

PASSWORD = "Lu-Deng-Bu-Liang-88"
LOUD_SHARE = 0.15
"""A pitch counts as heard from this share of the received power on; three voices at once have a third each."""
SEAT_SECONDS = 10.0


class Person:
    """Someone signed in, in a browser context of their own."""

    def __init__(self, account: str, context: BrowserContext, page: Page, url: str) -> None:
        self.account, self.context, self.page, self.url = account, context, page, url
        self.faults: list[str] = []
        self.cut: list[str] = []
        """Paths of this page's sockets that were closed."""
        self.listen_to(page)

    def listen_to(self, page: Page) -> None:
        """Work with this page of the same browser from now on."""
        self.page = page
        page.on("pageerror", lambda error: self.faults.append(f"{self.account}: {error}"))
        page.on("websocket", lambda one: one.on("close", lambda _: self.cut.append(urlsplit(one.url).path)))

    async def another_page(self) -> None:
        """One more tab, with the same cookies; the one before stays."""
        self.listen_to(await self.context.new_page())
        await self.go("/")

    async def touch(self) -> None:
        """A page that nobody touched may not play sound."""
        await self.press("cheat-sheet-open")
        await self.page.keyboard.press("Escape")

    def part(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    async def press(self, name: str) -> None:
        await self.part(name).click()

    async def go(self, path: str) -> None:
        await self.page.goto(f"{self.url}{path}")

    async def sign_in(self, password: str = PASSWORD) -> None:
        await self.go("/")
        await self.part("login-account").fill(self.account)
        await self.part("login-password").fill(password)
        await self.press("login-submit")
        await expect(self.part("sign-out")).to_be_visible()

    async def hears(self, hertz: float, seconds: float = 10.0) -> None:
        """Wait until this pitch arrives."""
        await self.page.wait_for_function(
            "([hertz, share]) => window.__ears.share(hertz) > share", arg=[hertz, LOUD_SHARE], timeout=seconds * 1000
        )

    async def hears_no(self, hertz: float, seconds: float = 10.0) -> None:
        """Wait until this pitch has been away for a second."""
        await self.page.wait_for_function(
            """([hertz, share]) => {
                 const now = performance.now();
                 if (window.__ears.share(hertz) > share / 3) window.__quiet_since = undefined;
                 else window.__quiet_since ??= now;
                 return window.__quiet_since !== undefined && now - window.__quiet_since > 1000;
               }""",
            arg=[hertz, LOUD_SHARE],
            polling=50,
            timeout=seconds * 1000,
        )
        await self.page.evaluate("window.__quiet_since = undefined")

    async def listens(self, seconds: float) -> None:
        """Wait until so many seconds of sound, loud or not, were played since the call began."""
        await self.page.evaluate(
            """async (seconds) => {
                 while ((await window.__ears.figures()).seconds < seconds)
                   await new Promise((next) => setTimeout(next, 100));
               }""",
            seconds,
        )

    async def figures(self) -> dict[str, float]:
        """Energy, packets and seconds of this page's calls; see ``ears.js``."""
        told: dict[str, float] = await self.page.evaluate("window.__ears.figures()")
        return told


class Agent(Person):
    """An agent at a browser seat.

    Names of the parts, beside those below. Softphone: ``phone`` (data-registered, data-muted), ``answer``, ``decline``,
    ``hang-up``, ``hold``, ``resume``, ``mute`` (the same button unmutes), ``keypad``, ``key-0`` … ``key-*``,
    ``transfer-complete``, ``transfer-cancel``, ``transfer-conference``, ``number-ID`` (one-key, of [[phonebook]]),
    ``level-in``, ``level-out``, ``network``, ``auto-answer``, ``self-test``, ``phone-said`` (its last refusal or trouble).
    Seat: ``pause``, ``pause-REASON``, ``after-log_out``, ``wrap-up-left``, ``end-wrap-up``, ``sign-out``, ``warned``,
    ``notice``, ``ticket-said``, ``stale`` (the daemon is away), ``go-seat``, ``go-wall``, ``go-watch`` (links),
    ``language``, ``cheat-sheet``. Pop: ``pop`` (data-call) with ``pop-number``, ``pop-area``,
    ``pop-line``, ``pop-earlier``, ``pop-tickets``. Form: ``ticket``, ``draft`` (data-saved), ``ticket-file``,
    ``ticket-kind-KEY``, ``ticket-code``, ``fault-FIELD``, ``ticket-case`` (the case number), ``direct-answer``, ``refuse``, ``refusal-code``, ``refuse-confirm``.
    Lists: ``my-calls``, ``my-tickets``, ``my-day``. Another tab took the seat: ``another-tab``.
    """

    async def take_seat(self, seat: str) -> None:
        await self.part("seat-choice").fill(seat)
        await self.press("take-seat")
        await self.registered()
        await self.press("test-passed")

    async def registered(self, seconds: float = SEAT_SECONDS) -> None:
        await expect(self.part("phone")).to_have_attribute("data-registered", "true", timeout=seconds * 1000)

    async def ready(self) -> None:
        await self.press("go-ready")
        await self.until("ready")

    async def pause(self, reason: str = "小休") -> None:
        await self.press("pause")
        await self.press(f"pause-{reason}")
        await self.until("paused")

    async def until(self, state: str, seconds: float = SEAT_SECONDS) -> None:
        await expect(self.part("presence")).to_have_attribute("data-state", state, timeout=seconds * 1000)

    async def rings(self, seconds: float = 20.0) -> None:
        await expect(self.part("answer")).to_be_enabled(timeout=seconds * 1000)

    async def answer(self) -> None:
        """Lift, and stay until the talk counts."""
        await self.rings()
        await self.press("answer")
        await self.until("talking")
        await self.until_it_counts()

    async def until_it_counts(self) -> None:
        """Whoever hangs up sooner answered nobody, and the citizen goes back into the queue."""
        await self.listens(LEAST_SECONDS + 0.5)

    async def comes_back(self, seconds: float = 40.0) -> None:
        """The own call again, in a fresh page: it answers by itself, or rings when it took too long."""
        limit = time.monotonic() + seconds
        while await self.part("presence").get_attribute("data-state") != "talking":
            assert time.monotonic() < limit, "the call did not come back"
            if await self.part("answer").is_enabled():
                await self.press("answer")
            await asyncio.sleep(0.1)

    async def hang_up(self) -> None:
        await self.press("hang-up")
        await self.until("wrap_up")

    async def dial(self, number: str) -> None:
        await self.part("dial-number").fill(number)
        await self.press("dial")

    async def transfer(self, to: str, kind: str = "blind") -> None:
        await self.part("transfer-to").fill(to)
        await self.press(f"transfer-{kind}")

    async def write(self, **fields: str) -> None:
        """Fill parts of the ticket's form: title, content, address …"""
        for name, value in fields.items():
            await self.part(f"ticket-{name}").fill(value)

    async def saved(self) -> None:
        """Every keystroke so far is on the server."""
        await expect(self.part("draft")).to_have_attribute("data-saved", "true")


class Supervisor(Agent):
    """A supervisor, with a seat of their own where the test gives one."""

    async def visit(self, path: str) -> None:
        """Go by a link of the page, as a person does: the phone stays as it is."""
        await self.press(f"go-{path.strip('/') or 'seat'}")

    async def choose(self, seat: str) -> None:
        await self.press(f"seat-{seat}")
        await expect(self.part("seat-panel")).to_contain_text(seat)

    async def because(self, reason: str = "质检") -> None:
        await self.part("because-reason").fill(reason)
        await self.press("because-confirm")
        await expect(self.part("because")).to_have_count(0)

    async def watch(self, mode: str) -> None:
        await self.press(f"watch-{mode}")
        await self.because()

    async def force(self, what: str) -> None:
        await self.press(f"force-{what}")
        await self.because("班次结束")
