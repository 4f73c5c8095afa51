"""A citizen who hangs up in the very moment in which he is given back or joined: the seat is not left in a talk with nobody.

For a tenth of a second after ``CancelAtxfer`` Asterisk's bridge does not dissolve. Of six who hung up between 0.02 and 0.1 s after the
key, five left their seat 通话中 for as long as its agent liked.
"""

from __future__ import annotations

import asyncio
from typing import Final

import pytest

from agents.left_alone import ALONE_SECONDS
from hotline.lab.daemon_client import RestRefused
from hotline.lab.phones import Call

from .site import Site, SiteTelephones, eventually
from .test_endings_told import closed
from .test_verbs import ONE, TWO, far_call, hear, heard, seats, talking

pytestmark = [pytest.mark.live, pytest.mark.bound(150)]
DELAYS: Final = (0.03, 0.06, 0.09)
"""Seconds from the key to the citizen's BYE: before, the seat is hung up while it holds; later, as in any talk."""
FREED: Final = 3.0
"""Seconds after which the seat's telephone is free at the latest, on a busy machine."""


async def test_a_citizen_who_leaves_while_he_is_given_back_frees_the_seat(site: Site) -> None:
    """And it was he who ended the call, answered by this seat, in the ledger."""
    callers = [f"138059271{number:02d}" for number in range(len(DELAYS))]
    async with SiteTelephones(site) as floor:
        await seats(floor, two=False)
        for caller, delay in zip(callers, DELAYS, strict=True):
            call, seat = await talking(floor, caller)
            await asyncio.sleep(1.2)  # a shorter talk is no answer
            await floor.rest.verb("8001", "hold")
            await floor.until_state("8001", "holding")
            back = asyncio.create_task(floor.rest.verb("8001", "resume"))
            await asyncio.sleep(delay)
            call.hang_up()
            await asyncio.wait([back])
            assert isinstance(back.exception(), RestRefused | None), "taken, or too late: there is no call any more"
            await seat.until_ended(FREED)
            await floor.until_state("8001", "ready", 10)
    for caller in callers:
        told = await closed(site, caller=caller)
        assert (told["ended_by"], told["seat"]) == ("caller", "8001"), told


async def consulting(floor: SiteTelephones, caller: str) -> tuple[Call, Call, Call]:
    """Citizen, seat and the colleague who is asked; the citizen hears music."""
    call, seat = await talking(floor, caller)
    await asyncio.sleep(1.2)  # a shorter talk is no answer
    await floor.rest.verb("8001", "transfer", kind="attended", to="8002")
    other = await far_call(floor.desk.calls, seat)
    await hear((call, set()), (seat, {TWO}), (other, {ONE}))
    return call, seat, other


async def settled(seat: Call, other: Call) -> bool:
    """Within `FREED` both are free, or both talk with each other: True. One of them alone is what must not be."""

    def so() -> None:
        assert seat.up == other.up, "one of them is alone"
        if seat.up:
            assert (heard(seat), heard(other)) == ({TWO}, {ONE})

    await asyncio.sleep(1.2)  # `heard` tells of the last second
    await eventually(so, FREED)
    return seat.up


async def test_a_citizen_who_leaves_while_a_consultation_is_cancelled_leaves_nobody_alone(site: Site) -> None:
    """He was given back: both seats are free. He was gone before: the two talk on, and the last of them is let go."""
    given_back: list[str] = []
    callers = [f"138059272{number:02d}" for number in range(len(DELAYS))]
    async with SiteTelephones(site) as floor:
        await seats(floor)
        for caller, delay in zip(callers, DELAYS, strict=True):
            call, seat, other = await consulting(floor, caller)
            key = asyncio.create_task(floor.rest.verb("8001", "transfer/cancel"))
            await asyncio.sleep(delay)
            call.hang_up()
            await asyncio.wait([key])
            assert isinstance(key.exception(), RestRefused | None)
            if await settled(seat, other):
                other.hang_up()  # Asterisk may take the key and keep the two together, the citizen being gone
            else:
                given_back.append(caller)
            await other.until_ended(FREED)
            await seat.until_ended(FREED)
            await floor.until_state("8001", "ready", 10)
            await floor.until_state("8002", "paused", 10)
    for caller in given_back:
        told = await closed(site, caller=caller)
        assert (told["ended_by"], told["seat"]) == ("caller", "8001"), told


@pytest.mark.parametrize("last", ["8001", "8002"])
async def test_a_conference_whose_citizen_leaves_is_a_talk_of_two_and_its_last_is_let_go(site: Site, last: str) -> None:
    """In the moment of the key, and later: the two talk on for as long as they like, whoever of them goes first."""
    moments = (*DELAYS, 2.0)
    async with SiteTelephones(site) as floor:
        await seats(floor)
        for number, delay in enumerate(moments):
            call, seat, other = await consulting(floor, f"138059273{last[-1]}{number}")
            key = asyncio.create_task(floor.rest.verb("8001", "transfer/conference"))
            await asyncio.sleep(delay)
            call.hang_up()
            await asyncio.wait([key])
            assert isinstance(key.exception(), RestRefused | None)
            await hear((seat, {TWO}), (other, {ONE}))
            await asyncio.sleep(ALONE_SECONDS + FREED)
            assert (seat.up, other.up) == (True, True), "two who talk are left in peace"
            first, stays = (other, seat) if last == "8001" else (seat, other)
            first.hang_up()
            await stays.until_ended(FREED)
            await floor.until_state("8001", "ready", 10)
            await floor.until_state("8002", "paused", 10)
