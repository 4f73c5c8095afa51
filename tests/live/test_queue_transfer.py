"""A seat gives its citizen to whoever has another skill: real calls, and what the ledger says of them."""

from __future__ import annotations

import asyncio

import pytest

from hotline.lab.daemon_client import RestRefused
from hotline.lab.phones import answering
from hotline.lab.sound import tone

from .site import Site, SiteTelephones, eventually
from .test_endings_told import closed, transfers
from .test_verbs import CITIZEN, TWO, hear, seats, talking

pytestmark = pytest.mark.live


async def waits(floor: SiteTelephones, caller: str, queue: str) -> None:
    async with asyncio.timeout(10):
        while not any((one["caller"], one["queue"]) == (caller, queue) for one in await floor.rest.live_calls()):
            await asyncio.sleep(0.05)


async def test_a_citizen_is_given_to_a_queue(site: Site) -> None:
    """She waits there and talks with who has the skill; a queue that nobody else
    serves takes nobody; the ledger knows it as a transfer to that queue, not as one to a number."""
    caller = "13805927001"
    async with SiteTelephones(site) as floor:
        await seats(floor, two=False)
        floor.desk.take("8002", answering(0.2, None, tone(TWO)))
        call, seat = await talking(floor, caller)
        with pytest.raises(RestRefused) as refused:
            await floor.rest.verb("8001", "transfer/queue", queue="emergency")
        assert refused.value.status == 409
        with pytest.raises(RestRefused) as refused:
            await floor.rest.verb("8001", "transfer/queue", queue="nowhere")
        assert refused.value.status == 422

        await floor.sit("8002", answering(0.2, None, tone(TWO)))
        await floor.rest.verb("8002", "pause", reason="小休")
        await asyncio.sleep(1.2)  # shorter counts as no answer
        await floor.rest.verb("8001", "transfer/queue", queue="emergency")
        await seat.until_ended(5)
        await floor.until_state("8001", "wrap_up")
        await waits(floor, caller, "emergency")

        await floor.rest.verb("8002", "ready")
        await eventually(lambda: any(one.up for one in floor.desk.calls_to("8002")), 20)
        answered = next(one for one in floor.desk.calls_to("8002") if one.up)
        await hear((call, {TWO}), (answered, {CITIZEN}))
        await asyncio.sleep(1.2)
        answered.hang_up()
        await call.until_ended(5)
    told = await closed(site, caller=caller)
    assert transfers(site, told["call"]) == [("queue", "8001", "emergency", "8002", "1002")]
    assert (told["transfers"], told["queue_result"], told["callback"]) == (1, "answered", "")
