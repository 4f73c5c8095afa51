"""The agent of the demo who calls citizens about the results of their cases, and writes down what they say.

A person signs in at the web door and at a robot's seat, as an agent does: the console lets nobody else answer for a citizen. The
same seed, the same answers.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from hotline.lab.daemon_client import Rest, RestRefused, Row
from hotline.lab.hotline_instance import HotlineInstance

from .robots import Robot

LOOK_S = 1.0
CALL_S = 25.0
"""So long one call may take, ringing and all."""
TALK_S = 2.0
"""So long the result is told."""
TRIES = 3
"""Calls to one citizen in whom nobody answered: then it is left to people."""
WRITES = 5
"""Tries to write one answer."""
UNSOLVED = 0.1
"""Share of results that do not please."""


@dataclass(slots=True)
class ReplyRobot:
    """``robot``: at whose seat, and as which agent. ``say`` hears of seat, case number and answer."""

    on: HotlineInstance
    operator: httpx.AsyncClient
    """Makes the account; carries the installation's token."""
    robot: Robot
    seed: int
    password: str
    say: Callable[[str, str, str], None]
    displeased: set[str]
    """Cases whose citizen was not content once; shared by all who call: the second result pleases everybody."""
    told: int = 0
    tried: dict[str, int] = field(default_factory=dict)
    _person: Rest | None = None

    async def run(self) -> None:
        """Until cancelled."""
        async with httpx.AsyncClient(
            base_url=self.on.origin, headers={"X-Hotline": "1", "Origin": self.on.origin}, timeout=10.0, trust_env=False,
            verify=ssl.create_default_context(cafile=self.on.places.edge / "certificate.pem"),
        ) as http:  # fmt: skip
            while True:
                # a daemon that is away, or a seat that has just taken a call: later again
                with suppress(RestRefused, httpx.HTTPError):
                    self._person = self._person or await self._signed_in(http)
                    for task in await self._due():
                        await self._tell(task)
                await asyncio.sleep(LOOK_S)

    async def owed(self) -> bool:
        """Somebody is still to be called."""
        try:
            return bool(await self._due())
        except (RestRefused, httpx.HTTPError):
            return True

    async def _due(self) -> list[Row]:
        if self._person is None:
            return []
        tasks = await self._person.callbacks("reply")
        mine = ("", self.robot.agent)
        return [
            task for task in tasks if self.tried.get(task["id"], 0) < TRIES and str(task.get("owner") or "") in mine
        ]

    async def _signed_in(self, http: httpx.AsyncClient) -> Rest:
        agent = next(one for one in self.on.settings["agent"] if one["id"] == self.robot.agent)
        body = {"name": agent["name"], "role": "agent", "password": self.password, "locked": False}
        made = await self.operator.put(f"/api/accounts/{self.robot.agent}", json=body)
        if made.status_code != 200:
            raise RestRefused("PUT account", made.status_code, made.text[:300])
        person = Rest(http)
        await person.post("/api/session", {"account": self.robot.agent, "password": self.password})
        await person.post("/api/session/seat", {"seat": self.robot.seat})
        return person

    async def _tell(self, task: Row) -> None:
        person, seat, name = self._person, self.robot.seat, str(task["id"])
        if person is None or await self._state() != "ready":
            return
        self.robot.calling = asyncio.Event()
        try:
            number = str((await person.post(f"/api/callbacks/{name}/take", {})).get("dials") or task["number"])
            await person.post(f"/api/callbacks/{name}/dial", {"number": number})
            self.tried[name] = self.tried.get(name, 0) + 1
            await self._until("talking")
            await asyncio.sleep(TALK_S)
            self.robot.calling.set()
            await self._until("ready")
        finally:
            self.robot.calling = None
        answer, satisfied = self._answer(str(task.get("case_number") or name))
        await self._write(person, name, {"answer": answer, "satisfied": satisfied})
        self.told += 1
        self.say(seat, str(task.get("case_number", "")), answer)

    async def _write(self, person: Rest, task: str, said: Row) -> None:
        """The ledger may have the end of the call a moment later."""
        for attempt in range(WRITES):
            try:
                await person.post(f"/api/callbacks/{task}/reply", said)
                return
            except RestRefused as fault:
                if fault.status != 409 or attempt == WRITES - 1:
                    raise
            await asyncio.sleep(LOOK_S)

    async def _until(self, state: str) -> None:
        """The seat is so, or the call takes too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CALL_S):
                while await self._state() != state:  # noqa: ASYNC110 - REST is asked, nothing tells
                    await asyncio.sleep(0.2)

    async def _state(self) -> str:
        rows = await Rest(self.operator).seats()
        return next((str(row["state"]) for row in rows if row["seat"] == self.robot.seat), "")

    def _answer(self, name: str) -> tuple[str, int]:
        chance = random.Random(f"{self.seed}/{name}")  # noqa: S311 - a play
        if chance.random() < UNSOLVED and name not in self.displeased:
            self.displeased.add(name)
            return "unsolved", 2
        return "solved", chance.choice((3, 4, 5, 5))
