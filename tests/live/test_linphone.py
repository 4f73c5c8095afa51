"""A second telephone that nobody here has written (Linphone, with its own offers) as a seat's and as a citizen's."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hotline.lab.phones import Call, answering

from . import linphone
from .linphone import Linphone
from .site import SEAT_TONE, Site, SiteTelephones, eventually
from .test_endings_told import closed
from .test_recorded import kept
from .test_revocation import sits
from .test_telephones import CITIZEN, OURS, SEAT, sit

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not linphone.PROGRAM, reason="no Linphone here: apt-get install linphone-cli"),
]


def address(site: Site, number: str) -> str:
    return f"sip:{number}@127.0.0.1:{site.settings['ports']['sip']}"


def desk_phone(site: Site, folder: Path, base: int) -> Linphone:
    registrar = f"127.0.0.1:{site.settings['ports']['sip']}"
    return Linphone(folder, "127.0.0.1", base, "8001", OURS, registrar, site.secret("sip-8001"))


def voice(call: Call) -> float:
    """Of the telephone, at the citizen's ear, in the last second."""
    return call.ear.tone_level(OURS, since=call.ear._at[-1] - 1)


async def hold(floor: SiteTelephones, phone: Linphone, by_its_keys: bool, on: bool) -> None:
    if by_its_keys:
        phone.say("pause" if on else "resume")
    else:
        await floor.rest.verb("8001", "hold" if on else "resume")


registers = pytest.mark.skipif(not linphone.NETWORK, reason="Linphone registers nowhere without a network")


@registers
@pytest.mark.always
async def test_as_a_seats_telephone(site: Site, tmp_path: Path, base: int) -> None:
    """Registers, is rung, both hear each other, hold and resume by its own keys and by the page, it hangs up; the recording is good. Then it
    calls a citizen."""
    caller, called = "13805929201", "13805929202"
    async with SiteTelephones(site) as floor, desk_phone(site, tmp_path / "phone", base) as phone:
        await sit(floor)
        call = await floor.dial(caller=caller)
        await floor.until_state("8001", "talking", 20)
        await eventually(lambda: voice(call) > 0.3 and phone.hears(CITIZEN) > 0.3)
        for by_its_keys in (True, False):
            await hold(floor, phone, by_its_keys, True)
            await eventually(lambda: voice(call) < 0.1)
            assert call.up
            await hold(floor, phone, by_its_keys, False)
            await eventually(lambda: voice(call) > 0.3 and phone.hears(CITIZEN) > 0.3)
        phone.say("terminate")
        await call.until_ended(10)
        for rack in floor.phones.trunks.values():
            rack.take("", answering(0.2, 20.0, SEAT_TONE))
        await floor.until_state("8001", "ready", 30)
        phone.dial(address(site, called))
        await eventually(lambda: phone.hears(SEAT) > 0.3, 20)
        await asyncio.sleep(1.2)  # a shorter talk is no answer
        phone.say("terminate")
        await floor.until_state("8001", "ready", 30)
    assert (await kept(site, caller))["faults"] == []
    assert (await closed(site, caller=caller))["ended_by"] == "seat"
    row = await closed(site, dialled=called)
    assert (row["direction"], row["seat"], row["ended_by"]) == ("outbound", "8001", "seat")


@registers
async def test_it_gives_a_citizen_away_by_its_own_key(site: Site, tmp_path: Path, base: int) -> None:
    """REFER as Linphone sends it, to a seat of ours that is free."""
    async with SiteTelephones(site) as floor, desk_phone(site, tmp_path / "phone", base) as phone:
        await sit(floor)
        call = await floor.dial(caller="13805929203")
        await floor.until_state("8001", "talking", 20)
        await asyncio.sleep(1.2)  # a shorter talk is no answer
        await floor.sit("8002", floor._manner)
        await eventually(lambda: sits(site, "8002"), 10)  # else nobody is there, and it comes by the queue
        phone.say(f"transfer {address(site, '8002')}")
        await floor.until_state("8002", "talking", 20)
        await eventually(lambda: call.ear.tone_level(SEAT, since=call.ear._at[-1] - 1) > 0.3)
        await phone.until("ended")
        call.hang_up()


async def test_as_a_citizens_telephone(site: Site, tmp_path: Path, base: int) -> None:
    """From a carrier's address, offering all its codecs: the notice, the queue, an agent; the citizen hangs up."""
    trunk = next(one for one in site.settings["trunk"] if one["id"] == "telecom")
    async with (
        SiteTelephones(site, 1) as floor,
        Linphone(tmp_path / "citizen", trunk["host"], base, "13805929204", OURS) as phone,
    ):
        phone.dial(address(site, "12319"))
        seat = await floor.seat_call("13805929204", 30)
        await eventually(
            lambda: phone.hears(SEAT) > 0.3 and seat.ear.tone_level(OURS, since=seat.ear._at[-1] - 1) > 0.3
        )
        phone.say("terminate")
        await seat.until_ended(10)
    assert (await closed(site, caller="13805929204"))["ended_by"] == "caller"
