"""The telephone's verbs on a real Asterisk: who hears whom afterwards, each phone with a tone of its own."""

from __future__ import annotations

import asyncio

import pytest

from hotline.lab.daemon_client import RestRefused
from hotline.lab.phones import Call, answering, refusing
from hotline.lab.sound import tone

from .site import Site, SiteTelephones, eventually

pytestmark = pytest.mark.live

CITIZEN, ONE, TWO, POLICE = 440, 620, 810, 1030
TONES = {CITIZEN, ONE, TWO, POLICE}


async def seats(floor: SiteTelephones, *, two: bool = True) -> None:
    """8001 and 8002, told apart by their tones; who answers at 110 has one, too."""
    await floor.sit("8001", answering(0.2, None, tone(ONE)))
    if two:
        await floor.sit("8002", answering(0.2, None, tone(TWO)))
        await floor.rest.verb("8002", "pause", reason="小休")
    floor.phones.trunks["telecom"].take("110", answering(0.2, None, tone(POLICE)))


async def talking(floor: SiteTelephones, caller: str) -> tuple[Call, Call]:
    call = await floor.dial(caller=caller)
    seat = await floor.seat_call(caller)
    await floor.until_state("8001", "talking")
    return call, seat


def heard(call: Call) -> set[int]:
    """The tones of the last second in this phone's ear."""
    since = call.ear._at[-1] - 1.0 if call.ear._at else 0.0
    return {hertz for hertz in TONES if call.ear.tone_level(hertz, since=since) > 0.15}


async def hear(*pairs: tuple[Call, set[int]]) -> None:
    """Each of these phones comes to hear exactly these tones."""

    def so() -> None:
        assert [heard(call) for call, _ in pairs] == [tones for _, tones in pairs]

    await eventually(so, 10)


async def far_call(calls: list[Call], but: Call | None = None) -> Call:
    async with asyncio.timeout(15):
        while True:
            for call in calls:
                if call.up and not call.outgoing and call is not but:
                    return call
            await asyncio.sleep(0.05)


async def test_hold_lasts_until_resumed(site: Site) -> None:
    """Held for five seconds: the citizen hears no seat, the seat nobody; afterwards each other again."""
    async with SiteTelephones(site) as floor:
        await seats(floor, two=False)
        call, seat = await talking(floor, "13805923001")
        await hear((call, {ONE}), (seat, {CITIZEN}))
        await floor.rest.verb("8001", "hold")
        await floor.until_state("8001", "holding")
        await hear((call, set()))
        await asyncio.sleep(5)
        assert await floor.state("8001") == "holding"
        assert not heard(call) - {CITIZEN}  # his own tone is in the music now and then
        with pytest.raises(RestRefused):
            await floor.rest.verb("8001", "hold")
        await floor.rest.verb("8001", "resume")
        await floor.until_state("8001", "talking")
        await hear((call, {ONE}), (seat, {CITIZEN}))
        call.hang_up()
        await seat.until_ended(5)


async def test_a_citizen_who_leaves_on_hold_frees_the_seat(site: Site) -> None:
    """Nobody is left to come back to: the seat's phone is hung up and wraps up."""
    async with SiteTelephones(site) as floor:
        await seats(floor, two=False)
        call, seat = await talking(floor, "13805923002")
        await floor.rest.verb("8001", "hold")
        await hear((call, set()))
        call.hang_up()
        await seat.until_ended(5)
        await floor.until_state("8001", "ready")


async def test_a_cancelled_consultation_gives_the_citizen_back(site: Site) -> None:
    """While the seat consults, the citizen hears neither; afterwards all is as before."""
    async with SiteTelephones(site) as floor:
        await seats(floor)
        call, seat = await talking(floor, "13805923003")
        await floor.rest.verb("8001", "transfer", kind="attended", to="8002")
        other = await far_call(floor.desk.calls, seat)
        await hear((call, set()), (seat, {TWO}), (other, {ONE}))
        await floor.rest.verb("8001", "transfer/cancel")
        await other.until_ended(5)
        await hear((call, {ONE}), (seat, {CITIZEN}))
        await floor.until_state("8002", "paused")
        call.hang_up()
        await seat.until_ended(5)


async def test_conference_with_the_police_is_recorded(site: Site) -> None:
    """Citizen, seat and 110 hear each other; when the seat leaves, the two go on, in one recording."""
    async with SiteTelephones(site) as floor:
        await seats(floor, two=False)
        call, seat = await talking(floor, "13805923004")
        await floor.reachable("telecom")
        await floor.rest.verb("8001", "transfer", kind="attended", to="110")
        police = await far_call(floor.phones.trunks["telecom"].calls)
        await hear((call, set()), (seat, {POLICE}), (police, {ONE}))
        await floor.rest.verb("8001", "transfer/conference")
        await hear((call, {ONE, POLICE}), (seat, {CITIZEN, POLICE}), (police, {CITIZEN, ONE}))
        seat.hang_up()
        await hear((call, {POLICE}), (police, {CITIZEN}))
        await floor.until_state("8001", "ready")
        call.hang_up()
        await police.until_ended(5)
    rows = [row for row in site.ledger() if row.caller == "13805923004"]
    assert len(rows) == 1


async def test_a_blind_transfer_that_is_refused_comes_back(site: Site) -> None:
    """The target says busy: the citizen is in the queue again and reaches a seat."""
    async with SiteTelephones(site) as floor:
        await seats(floor)
        call, seat = await talking(floor, "13805923005")
        floor.desk.take("8002", refusing(486))
        await floor.rest.verb("8001", "transfer", kind="blind", to="8002")
        await seat.until_ended(5)
        again = await far_call(floor.desk.calls, seat)
        assert again.dialled == "8001"
        await hear((call, {ONE}), (again, {CITIZEN}))
        call.hang_up()
        await again.until_ended(5)


async def test_nonsense_is_refused_and_nobody_is_dropped(site: Site) -> None:
    """AMI would say Success and drop the citizen: the desk does not let it come to that."""
    async with SiteTelephones(site) as floor:
        await seats(floor, two=False)
        call, seat = await talking(floor, "13805923006")
        for to in ("8001", "777", "0019005551234"):
            with pytest.raises(RestRefused):
                await floor.rest.verb("8001", "transfer", kind="blind", to=to)
        with pytest.raises(RestRefused):
            await floor.rest.verb("8001", "transfer/complete")
        await hear((call, {ONE}), (seat, {CITIZEN}))
        call.hang_up()
        await seat.until_ended(5)
