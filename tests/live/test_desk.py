"""What an agent does with a call through REST: hold, transfers, conference, calls to seats and the world."""

from __future__ import annotations

import asyncio
import json

import pytest

from hotline.lab.phones import Call, answering, refusing

from .site import SEAT_TONE, Site, SiteTelephones

pytestmark = pytest.mark.live


async def talking(floor: Site | SiteTelephones, caller: str) -> tuple[Call, Call]:
    assert isinstance(floor, SiteTelephones)
    call = await floor.dial(caller=caller)
    seat = await floor.seat_call(caller)
    await floor.until_state(seat.dialled, "talking")
    return call, seat


async def other_seat(floor: SiteTelephones, seat: Call, seconds: float = 15) -> Call:
    """The first answered call at another seat than ``seat``."""
    async with asyncio.timeout(seconds):
        while True:
            for call in floor.desk.calls:
                if call is not seat and call.up and not call.outgoing and call.dialled != seat.dialled:
                    return call
            await asyncio.sleep(0.05)


async def test_hold_and_resume(site: Site) -> None:
    """On hold the citizen hears music instead of the seat, the seat hears nobody; then both hear each other again."""
    async with SiteTelephones(site, 1) as floor:
        call, seat = await talking(floor, "13805922001")
        await floor.rest.verb("8001", "hold")
        await floor.until_state("8001", "holding")
        begun = asyncio.get_running_loop().time()
        await asyncio.sleep(2)
        now = call.ear._at[-1] if call.ear._at else 0
        assert call.ear.tone_level(620, since=now - 1.5) < 0.5
        await floor.rest.verb("8001", "resume")
        await floor.until_state("8001", "talking")
        await asyncio.sleep(2)
        assert call.ear.tone_level(620, since=call.ear._at[-1] - 1) > 0.9
        assert asyncio.get_running_loop().time() - begun < 30
        call.hang_up()
        await seat.until_ended(5)
    assert site.settle() == []


async def test_blind_transfer_to_a_seat(site: Site) -> None:
    """The citizen goes on with the other seat; the first is done at once."""
    async with SiteTelephones(site, 2) as floor:
        call, seat = await talking(floor, "13805922002")
        to = "8002" if seat.dialled == "8001" else "8001"
        await floor.rest.verb(seat.dialled, "transfer", kind="blind", to=to)
        other = await other_seat(floor, seat)
        assert other.dialled == to
        await seat.until_ended(5)
        await asyncio.sleep(1.5)
        assert call.up
        assert call.ear.tone_level(620, since=(other.answered or 0) + 0.5) > 0.9
        call.hang_up()
        await other.until_ended(5)
    assert [row.caller for row in site.ledger()].count("13805922002") == 1


async def test_attended_transfer_completed(site: Site) -> None:
    """The seat consults a colleague while the citizen hears music, then leaves the two together."""
    async with SiteTelephones(site, 2) as floor:
        call, seat = await talking(floor, "13805922003")
        to = "8002" if seat.dialled == "8001" else "8001"
        await floor.rest.verb(seat.dialled, "transfer", kind="attended", to=to)
        other = await other_seat(floor, seat)
        await asyncio.sleep(1)
        await floor.rest.verb(seat.dialled, "transfer/complete")
        await seat.until_ended(8)
        await asyncio.sleep(1.5)
        assert call.up
        assert other.ear.tone_level(440, since=other.ear._at[-1] - 1) > 0.8
        call.hang_up()
        await other.until_ended(5)
    assert [row.caller for row in site.ledger()].count("13805922003") == 1


async def test_a_call_to_the_world_and_to_none_of_it(site: Site) -> None:
    """An allowed number rings at the carrier; one that is not allowed reaches no trunk."""
    async with SiteTelephones(site, 1) as floor:
        for rack in floor.phones.trunks.values():
            rack.take("", answering(0.3, 3.0, SEAT_TONE))
        await floor.reachable("telecom")
        await floor.rest.verb("8001", "dial", number="13605920099")
        async with asyncio.timeout(15):
            while not any(not call.outgoing and call.up for call in floor.phones.trunks["telecom"].calls):
                await asyncio.sleep(0.05)
        told = [call.dialled for rack in floor.phones.trunks.values() for call in rack.calls]
        assert told == ["13605920099"]
        await asyncio.sleep(4)
        with pytest.raises(Exception, match="4"):
            await floor.rest.verb("8001", "dial", number="0019005551234")
        assert len([call for rack in floor.phones.trunks.values() for call in rack.calls]) == 1
    rows = [row for row in json.loads(site.hotline("report", "calls", "--json")) if row["direction"] == "outbound"]
    assert [(row["caller"], row["dialled"]) for row in rows][-1:] == [("8001", "13605920099")]


async def test_a_carrier_that_is_down_is_passed_over(site: Site) -> None:
    """The first trunk refuses with 503: the call goes out on the second."""
    async with SiteTelephones(site, 1) as floor:
        floor.phones.trunks["telecom"].take("", refusing(503))
        floor.phones.trunks["unicom"].take("", answering(0.3, 2.0, SEAT_TONE))
        await floor.reachable()
        await floor.rest.verb("8001", "dial", number="13605920098")
        async with asyncio.timeout(15):
            while not any(not call.outgoing and call.answered for call in floor.phones.trunks["unicom"].calls):
                await asyncio.sleep(0.05)
        await asyncio.sleep(3)
