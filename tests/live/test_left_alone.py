"""A citizen who hangs up in the very moment in which he is given back: the seat is not left in a talk with nobody.

For a tenth of a second after ``CancelAtxfer`` Asterisk's bridge does not dissolve. Of six who hung up between 0.02 and 0.1 s after the
key, five left their seat 通话中 for as long as its agent liked.
"""

from __future__ import annotations

import asyncio
from typing import Final

import pytest

from hotline.lab.daemon_client import RestRefused

from .site import Site, SiteTelephones
from .test_endings_told import closed
from .test_verbs import seats, talking

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
