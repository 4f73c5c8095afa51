"""The seats of the demo: robots that log in, answer, talk, file what was asked for, and hang up.

A robot is a desk phone (``phones.py``) and an agent at the REST door, as a person would be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import httpx

from hotline.lab.daemon_client import Rest, RestRefused, Row
from hotline.lab.phones import Call, Rack
from hotline.lab.sound import speech

from .scenario import Citizen, Filing, Matter, filing

CALLS_S = 25.0
"""So long a seat stays in a call that it made, ringing and all."""
EARLY = ("filed", "dispatched", "handling")
"""Of a case that another may still be merged into: who joins later is told nothing any more."""
JUDGES_S = 1.5
"""A caller who is asked something by the voice presses a key after so long."""


@dataclass(slots=True)
class Robot:
    """One seat with its agent; ``manner`` is how its phone deals with a call."""

    seat: str
    agent: str
    rest: Rest
    seed: int
    cast: Mapping[str, Citizen]
    """Caller's number → the part played."""
    callers: tuple[Rack, ...]
    say: Callable[[str, Call], None]
    voice: tuple[bytes, ...] = ()
    """What it says, over and over; none: something like speech."""
    calling: asyncio.Event | None = None
    """It calls a citizen (``reply_robot.py``): what rings it now is that call, until this is set."""
    filed: dict[Filing, int] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    """What the REST door refused: none are expected."""

    async def manner(self, call: Call) -> None:
        call.ring()
        self.say("ringing", call)
        await asyncio.sleep(1.0 + (int(self.seat) % 4) * 0.2)
        if call.ended is not None:
            return
        await call.answer(self.voice or speech(int(self.seat)))
        if not call.up:
            return
        self.say("talking", call)
        if self.calling is not None:  # the seat dialled: nothing is filed, and the citizen's phone rings only now
            with suppress(TimeoutError):
                async with asyncio.timeout(CALLS_S):
                    await self.calling.wait()
            call.hang_up()
            self.say("ended", call)
            return
        await asyncio.gather(self._talk(call), self._file(call))

    async def _talk(self, call: Call) -> None:
        part = self.cast.get(call.caller)
        with suppress(TimeoutError):
            await call.until_ended(part.talk if part else 4.0)
        if part is not None and part.caller_ends:
            for other in self._others(call):
                other.hang_up()
            with suppress(TimeoutError):
                await call.until_ended(3.0)
        call.hang_up()
        self.say("ended", call)
        await self._judge(call)

    def _others(self, call: Call) -> list[Call]:
        """The caller's end of this call."""
        return [other for rack in self.callers for other in rack.calls if other.caller == call.caller and other.up]

    async def _judge(self, call: Call) -> None:
        """The caller, left by the seat, is asked what he thought: most are content."""
        score = {"0": "1", "1": "2", "2": "3", "3": "4"}.get(call.caller[-1:], "5")
        for key in (score, "2" if score == "1" else "1"):
            await asyncio.sleep(JUDGES_S)
            for other in self._others(call):
                await other.press(key)

    async def _file(self, call: Call) -> None:
        """During the talk, as a practised agent does."""
        part = self.cast.get(call.caller)
        what, matter = filing(self.seed, (part.neighbour if part else "") or call.caller)
        try:
            name = await self._name_of(call)
            if what is Filing.TICKET:
                await self._ticket(name, matter, repeats=part is not None and part.neighbour != "")
            else:
                await self._word(name, what)
        except (RestRefused, LookupError, httpx.HTTPError) as fault:  # the last: a daemon that somebody killed
            self.refusals.append(str(fault) or type(fault).__name__)
            return
        self.filed[what] = self.filed.get(what, 0) + 1
        self.say(what.value, call)

    async def _name_of(self, call: Call) -> str:
        """The daemon's name of this call: what it shows at this seat."""
        for _ in range(50):
            name = await self.rest.call_of(self.seat)
            if name:
                return name
            await asyncio.sleep(0.1)
        raise LookupError(f"seat {self.seat} talks to {call.caller}, but the daemon shows no call there")

    async def _ticket(self, name: str, matter: Matter, *, repeats: bool) -> None:
        """One whose matter somebody else has just told goes on within theirs: both keep number and right to a reply."""
        fields: Row = {
            "kind": matter.kind, "title": matter.title, "content": matter.content,
            "subject": {"code": matter.code, "kind": "event"}, "place": {"address_text": matter.place},
        }  # fmt: skip
        ticket = str((await self.rest.file_ticket(name, fields, seat=self.seat))["id"])
        if repeats and (number := await self._earlier(name, matter)):
            await self.rest.merge(ticket, number)

    async def _earlier(self, name: str, matter: Matter) -> str:
        """Number of an open case of the same address, the likeliest; '' none, or its result is being told already."""
        found = await self.rest.repeats(name, {"code": matter.code, "code_kind": "event", "address": matter.place})
        return next(
            (
                str(one["case_number"])
                for one in found
                if one["case_number"]
                and not one["merged_into"]
                and one["case_state"] in EARLY
                and "address" in one["reasons"]
            ),
            "",
        )

    def _word(self, name: str, what: Filing) -> Awaitable[Row]:
        words = {"code": "other_authority"} if what is Filing.REFUSED else {}
        return self.rest.dispose(name, what.value, seat=self.seat, **words)
