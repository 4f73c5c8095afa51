"""A house for one browser test: telephones of the city, and people at browsers of their own.

``async with House(site) as house`` gives citizens with real sound (``house.floor``) and
people (``house.agent``, ``house.supervisor``). Each distinct voice is a Chromium of its own.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import httpx
from playwright.async_api import Browser, Page, Playwright, async_playwright

from hotline.demo.phones import Call
from tests.live.site import Floor, Site

from . import chrome
from .people import PASSWORD, Agent, Person, Supervisor

CITIZEN, ANNA, BAO, CHIEF = 440.0, 620.0, 830.0, 1130.0
"""Pitches of the voices: the citizen's is the live tests' caller tone; no one is another's harmonic."""
P = TypeVar("P", bound=Person)


def origin(site: Site) -> str:
    """The one origin of all pages, at the edge."""
    return f"https://127.0.0.1:{site.settings['edge']['port']}"


class House:
    """One test's people and telephones. ``async with``."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.floor = Floor(site)
        self.people: list[Person] = []
        self._browsers: dict[float, Browser] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="hotline-voices-")
        self._manager = async_playwright()
        self._playwright: Playwright | None = None

    async def __aenter__(self) -> House:
        self._playwright = await self._manager.__aenter__()
        await self.floor.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        try:
            for person in self.people:
                await self._leave(person)
            for browser in self._browsers.values():
                await browser.close()
        finally:
            await self.floor.__aexit__(*error)
            await self._manager.__aexit__(*error)
            self._folder.cleanup()

    async def _leave(self, person: Person) -> None:
        """Sign out, so that the next test finds the seat free; the page may be gone or the daemon down."""
        try:
            await person.context.request.delete(
                f"{origin(self.site)}/api/session", headers={"X-Hotline": "1", "Origin": origin(self.site)}
            )
        except Exception as gone:  # playwright's errors share no narrower root with the socket's
            person.faults.append(f"{person.account} could not sign out: {gone}")
        await person.context.close()

    async def browser(self, voice: float = 0.0) -> Browser:
        """The browser that speaks with this pitch; 0: with no voice worth telling apart."""
        assert self._playwright is not None
        if voice not in self._browsers:
            folder = Path(self._folder.name)
            microphone = chrome.voice(folder / f"{voice:.0f}.wav", voice) if voice else None
            self._browsers[voice] = await chrome.launch(self._playwright, microphone)
        return self._browsers[voice]

    async def page(self, kind: type[P], account: str, *, voice: float = 0.0, width: int = 1366, height: int = 768) -> P:
        """A person before the log-in page, signed in to nothing yet."""
        context = await chrome.context(await self.browser(voice), width=width, height=height)
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

    def faults(self) -> list[str]:
        """Errors any page logged."""
        return [fault for person in self.people for fault in person.faults]


_PITCHES: dict[str, float] = {"1001": ANNA, "1002": BAO, "2001": CHIEF}


def agent_pitch(person: Person) -> float:
    return _PITCHES[person.account]


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


async def give_passwords(site: Site, *accounts: str) -> None:
    """Passwords for these accounts, through the installation's own token."""
    async with site.rest() as client:
        for account in accounts or [row["id"] for row in site.settings["agent"]]:
            row = next(one for one in site.settings["agent"] if one["id"] == account)
            body = {"name": row["name"], "role": row["role"], "password": PASSWORD}
            reply: httpx.Response = await client.put(f"/api/accounts/{account}", json=body)
            reply.raise_for_status()
