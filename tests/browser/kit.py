"""A town for all browser tests of a worker, and a house in it for each test.

``Town``: one Asterisk, daemon and edge; one loop; one Chromium for each voice. ``async with
house`` gives citizens with real sound (``house.floor``) and people (``house.agent``,
``house.supervisor``), and afterwards leaves every seat empty.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx
from playwright.async_api import Browser, Page, Playwright, async_playwright

from config.answered_talk_rule import LEAST_SECONDS
from hotline.lab.daemon_client import RestRefused
from hotline.lab.phones import Call
from tests.live.site import Site, SiteTelephones, eventually, usual

from . import chrome
from .people import PASSWORD, Agent, Person, Supervisor
from .screen_chromium import ScreenChromium

CITIZEN, ANNA, BAO, CHIEF = 440.0, 620.0, 830.0, 1130.0
"""Pitches of the voices: the citizen's is the live tests' caller tone; no one is another's harmonic."""
WELCOME, REJOIN, MUSIC = 350.0, 970.0, 1270.0
"""Pitches of what Asterisk plays in a town, so that it is known by ear who hears what; the prompts are a second long."""
OTHERS = (("3001", "auditor"), ("4001", "operator"))
"""Accounts of nobody who ever sits at a seat."""
P = TypeVar("P", bound=Person)


def settings(table: dict[str, Any]) -> None:
    """A test's settings with browser seats for people, 8001 to 8004."""
    usual(table)
    table["seats"]["wrap_up_seconds"] = 4
    for seat in table["seat"][:4]:
        seat["device"] = "browser"
    table["seat"][3]["second_device"] = "desk"
    table["queue"][0]["ring_seconds"] = 8
    table.setdefault("targets", {})["waiting_most"] = 2


def origin(site: Site) -> str:
    """The one origin of all pages, at the edge."""
    return f"https://127.0.0.1:{site.settings['edge']['port']}"


class SharedBrowsers:
    """``with``. Its loop outlives a test, so that the browsers do."""

    def __init__(self, var: Path) -> None:
        self.site = Site(var, settings)
        self._runner = asyncio.Runner()
        self._folder = tempfile.TemporaryDirectory(prefix="hotline-voices-")
        self._browsers: dict[float, Browser] = {}
        self._manager = async_playwright()
        self._playwright: Playwright | None = None
        self.run = self._runner.run

    def __enter__(self) -> SharedBrowsers:
        places = self.site.places
        for folder, name, hertz in (
            (places.prompts, "welcome", WELCOME),
            (places.prompts, "rejoin", REJOIN),
            (places.asterisk / "moh", "music", MUSIC),
        ):
            folder.mkdir(parents=True, exist_ok=True)
            chrome.voice(folder / f"{name}.wav", hertz, seconds=1, rate=8000)
        self.site.__enter__()
        try:
            self.run(give_passwords(self.site))
            self._playwright = self.run(self._manager.__aenter__())
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *error: Any) -> None:
        try:
            for browser in self._browsers.values():
                self.run(browser.close())
            if self._playwright is not None:
                self.run(self._manager.__aexit__(None, None, None))
            self._runner.close()
            self._folder.cleanup()
        finally:
            self.site.__exit__(*error)

    async def browser(self, voice: float = 0.0) -> Browser:
        """The browser that speaks with this pitch; 0: any that is there."""
        assert self._playwright is not None
        voice = voice or next(iter(self._browsers), ANNA)
        browser = self._browsers.get(voice)
        if browser is None or not browser.is_connected():
            microphone = chrome.voice(Path(self._folder.name) / f"{voice:.0f}.wav", voice)
            browser = self._browsers[voice] = await chrome.launch(self._playwright, microphone)
        return browser

    def on_a_screen(self, profile: Path, microphone: Path) -> ScreenChromium:
        """A browser with a window, to be hidden."""
        assert self._playwright is not None
        return ScreenChromium(self._playwright, profile, microphone)


class BrowserHotline:
    """One test's people and telephones. ``async with``."""

    def __init__(self, shared: SharedBrowsers) -> None:
        self.shared, self.site = shared, shared.site
        self.people: list[Person] = []

    async def __aenter__(self) -> BrowserHotline:
        self.floor = SiteTelephones(self.site)
        await self.floor.__aenter__()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *error: object) -> None:
        try:
            if kind is not None:
                await self._testify()
            for rack in self.floor.phones.trunks.values():
                for call in rack.calls:
                    call.hang_up()
            for person in self.people:
                await self._leave(person)
            await self._empty()
        finally:
            await self.floor.__aexit__(kind, *error)
        if kind is None:
            assert self.faults() == [], "a page threw an error"

    async def _testify(self) -> None:
        """For whoever reads of a failure: what the daemon knew, and what stood on the screens."""
        with suppress(RestRefused, httpx.HTTPError):
            for row in [*await self.floor.rest.seats(), *await self.floor.rest.live_calls()]:
                if row.get("state") != "logged_out":
                    print({word: value for word, value in row.items() if value})
        for person in self.people:
            with suppress(Exception):  # a page that crashed shows nothing
                print(person.account, " ".join((await person.page.inner_text("body", timeout=1_000)).split())[:1500])
        print(self.site.tail(15))

    async def _leave(self, person: Person) -> None:
        """Sign out, so that the next test finds the seat free; the page may be gone or the daemon down."""
        with suppress(Exception):  # playwright's errors share no narrower root with the socket's
            await person.context.request.delete(
                f"{origin(self.site)}/api/session", headers={"X-Hotline": "1", "Origin": origin(self.site)}
            )
        for page in person.context.pages:  # an answer on its way to a page that goes is no error of the next test
            await page.unroute_all(behavior="ignoreErrors")
        await person.context.close()

    async def _empty(self) -> None:
        """Whatever a test left at the browser seats is put away."""
        for row in await self.floor.rest.seats():
            if row["state"] != "logged_out" and "browser" in (row["device"], row["other_device"]):
                with suppress(RestRefused):
                    await self.floor.rest.verb(str(row["seat"]), "logout")

        async def empty() -> None:
            rows = await self.floor.rest.seats()
            ours = [row for row in rows if "browser" in (row["device"], row["other_device"])]
            assert all(row["state"] == "logged_out" for row in ours), rows

        await eventually(empty, 10)

    async def page(self, kind: type[P], account: str, *, voice: float = 0.0, width: int = 1366, height: int = 768) -> P:
        """A person before the log-in page, signed in to nothing yet."""
        context = await chrome.context(await self.shared.browser(voice), width=width, height=height)
        page: Page = await context.new_page()
        person = kind(account, context, page, origin(self.site))
        self.people.append(person)
        return person

    async def agent(self, account: str, seat: str, voice: float, *, ready: bool = True) -> Agent:
        """An agent signed in, seated, with a registered phone."""
        person = await self.page(Agent, account, voice=voice)
        await person.sign_in()
        await person.take_seat(seat)
        if ready:
            await person.ready()
        return person

    async def supervisor(self, account: str = "2001", seat: str = "", voice: float = 0.0) -> Supervisor:
        """A supervisor at the supervision page; with a seat, their phone is registered first."""
        person = await self.page(Supervisor, account, voice=voice)
        await person.sign_in()
        if seat:
            await person.take_seat(seat)
        return person

    async def citizen(self, caller: str, number: str = "12319", *, trunk: str = "telecom") -> Call:
        """A caller with the citizen's tone; returns as soon as the INVITE is out."""
        return await self.floor.dial(number, trunk=trunk, caller=caller)

    async def talk(self, agent: Agent, caller: str) -> Call:
        """A citizen in a talk with this agent, sound proved in both directions."""
        call = await self.citizen(caller)
        await agent.answer()
        await agent.hears(CITIZEN)
        await heard(call, agent_pitch(agent))
        return call

    async def at(self, seat: str) -> str:
        """The name of the call at this seat, by the daemon's word; '' none."""
        return await self.floor.rest.call_of(seat)

    def faults(self) -> list[str]:
        """Errors no page caught."""
        return [fault for person in self.people for fault in person.faults]


_PITCHES: dict[str, float] = {"1001": ANNA, "1002": BAO, "2001": CHIEF}


def agent_pitch(person: Person) -> float:
    return _PITCHES[person.account]


async def until_it_counts(telephone: Call) -> None:
    """The same at a telephone that was lifted: see ``Agent.until_it_counts``."""
    await eventually(lambda: telephone.answered is not None and time.time() - telephone.answered > LEAST_SECONDS + 0.5)


async def heard(call: Call, hertz: float, *, within: float = 10.0, share: float = 0.25) -> None:
    """Wait until this phone hears this pitch in what came in during the last second."""
    await _until(call, lambda level: level > share, hertz, within, "is not heard")


async def unheard(call: Call, hertz: float, *, within: float = 10.0, share: float = 0.1) -> None:
    await _until(call, lambda level: level < share, hertz, within, "is still heard")


async def _until(call: Call, true: Callable[[float], bool], hertz: float, within: float, said: str) -> None:
    limit = time.monotonic() + within
    while True:
        level = call.ear.tone_level(hertz, since=time.time() - 1.0)
        if true(level):
            return
        assert time.monotonic() < limit, f"{hertz:.0f} Hz {said} at {call.dialled or call.caller} (share {level:.2f})"
        assert call.ended is None, f"the call ended ({call.by}, {call.code}) while listening for {hertz:.0f} Hz"
        await asyncio.sleep(0.05)


async def give_passwords(site: Site) -> None:
    """A password for everybody of the settings, and for ``OTHERS``, through the installation's own token."""
    people = [(row["id"], row["name"], row["role"]) for row in site.settings["agent"]]
    people += [(account, role, role) for account, role in OTHERS]
    async with site.rest() as client:
        for account, name, role in people:
            body = {"name": name, "role": role, "password": PASSWORD}
            reply: httpx.Response = await client.put(f"/api/accounts/{account}", json=body)
            assert reply.status_code < 300, reply.text
