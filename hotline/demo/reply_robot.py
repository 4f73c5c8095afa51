"""The agent of the demo who calls citizens about the results of their cases, and writes down what they say.

It does so as far as there are such call-backs (``kind`` ``reply``): a robot's seat dials the citizen, and after the call the answer is
written. The same seed, the same answers.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from hotline.lab.rest import Rest, RestRefused, Row

from .robots import Robot

LOOK_S = 1.0
CALL_S = 25.0
"""So long one call may take, ringing and all."""
UNSOLVED = 0.1
"""Share of results that do not please."""


@dataclass(slots=True)
class ReplyRobot:
    """``say`` hears of seat, case number and answer."""

    rest: Rest
    robots: Sequence[Robot]
    seed: int
    say: Callable[[str, str, str], None]
    told: int = 0
    refused: set[str] = field(default_factory=set)
    """Call-backs whose answer could not be written: people have to look."""

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            with suppress(
                RestRefused, httpx.HTTPError
            ):  # a daemon that is away, or a seat that took a call: later again
                for task in await self._due():
                    if task["id"] not in self.refused:
                        await self._tell(task)
            await asyncio.sleep(LOOK_S)

    async def owed(self) -> bool:
        """Somebody is still to be called. A daemon without such call-backs owes nobody anything."""
        try:
            return any(task["id"] not in self.refused for task in await self._due())
        except (RestRefused, httpx.HTTPError):
            return False

    async def _due(self) -> list[Row]:
        return await self.rest.callbacks("reply")

    async def _tell(self, task: Row) -> None:
        robot = await self._idle()
        if robot is None:
            return
        robot.calling = True
        try:
            await self.rest.verb(robot.seat, "dial", number=str(task["number"]))
            await self._call_is_over(robot.seat)
        finally:
            robot.calling = False
        answer, satisfied = self._answer(str(task.get("case_number") or task["id"]))
        try:
            await self.rest.post(f"/api/callbacks/{task['id']}/reply", {"answer": answer, "satisfied": satisfied})
        except RestRefused:  # nobody answered: not dialled for ever
            self.refused.add(str(task["id"]))
            return
        self.told += 1
        self.say(robot.seat, str(task.get("case_number", "")), answer)

    async def _idle(self) -> Robot | None:
        free = {row["seat"] for row in await self.rest.seats() if row["state"] == "ready" and not row.get("call")}
        return next((robot for robot in self.robots if robot.seat in free), None)

    async def _call_is_over(self, seat: str) -> None:
        """It began, and nobody talks any more."""
        for busy in (True, False):
            with suppress(TimeoutError):
                async with asyncio.timeout(CALL_S):
                    while bool(await self.rest.call_of(seat)) is not busy:  # noqa: ASYNC110 - REST is asked, nothing tells
                        await asyncio.sleep(0.2)

    def _answer(self, name: str) -> tuple[str, int]:
        chance = random.Random(f"{self.seed}/{name}")  # noqa: S311 - a play
        return ("unsolved", 2) if chance.random() < UNSOLVED else ("solved", chance.choice((3, 4, 5, 5)))
