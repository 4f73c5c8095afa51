"""A telephone that nobody here has written (baresip, with its own defaults) as a seat's and as a citizen's."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import psutil
import pytest

from hotline.lab.phones import answering

from . import baresip
from .baresip import Baresip
from .site import SEAT_TONE, Site, SiteTelephones, eventually
from .test_endings_told import closed
from .test_recorded import kept
from .test_revocation import sits

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not baresip.PROGRAM, reason="no baresip here: apt-get install baresip-core"),
]

CITIZEN, SEAT, OURS = 440, 620, 830
OPERATING = Path(__file__).resolve().parents[2] / "docs" / "operating.md"


def desk_phone(site: Site, folder: Path, base: int, seat: str = "8001", way: str = "") -> Baresip:
    """By the worked example of docs/operating.md, read from there: address, seat and password are the site's, nothing else is known (X5)."""
    (example,) = re.findall(r"^<sip:8001@.*$", OPERATING.read_text("utf-8"), re.MULTILINE)
    here = {"10.0.0.5": "127.0.0.1", ":5060": f":{site.settings['ports']['sip']}", "8001": seat, "KEY": site.secret(f"sip-{seat}")}  # fmt: skip
    account = example
    for written, meant in here.items():
        assert written in account, f"{written} stands no more in the example {example}"
        account = account.replace(written, meant)
    if way:
        account = account.replace(">", f"{way}>")
        assert way in OPERATING.read_text("utf-8")
    return Baresip(folder, "127.0.0.1", base, f"{account};answermode=auto", OURS)  # nobody is there to lift the handset


async def sit(floor: SiteTelephones, seat: str = "8001", agent: str = "1001") -> None:
    """Once Asterisk knows the telephone: it registers as soon as it runs, before it tells anybody."""

    async def there() -> bool:
        told = await asyncio.to_thread(floor.site.hotline, "asterisk", "cli", "pjsip show contacts")
        return any(f"{seat}/sip:" in line and " Avail " in line for line in told.splitlines())

    await eventually(there, 20)
    await eventually(lambda: floor.rest.login(seat, agent), 15)
    floor.seats.append(seat)


@pytest.mark.parametrize("way", [pytest.param("", marks=pytest.mark.always), ";transport=tcp"], ids=["udp", "tcp"])
async def test_as_a_seats_telephone(site: Site, tmp_path: Path, base: int, way: str) -> None:
    """Registers, rings, both hear each other, hold and resume by the page, the phone hangs up; the recording is good. Then it calls a citizen."""
    caller, called = f"138059291{len(way):02}", f"138059292{len(way):02}"
    async with SiteTelephones(site) as floor, desk_phone(site, tmp_path / "phone", base, way=way) as phone:
        await sit(floor)
        lines = [one for one in psutil.net_connections("tcp") if one.laddr[1] == site.settings["ports"]["sip"]]
        assert any(one.status == psutil.CONN_ESTABLISHED for one in lines) == bool(way)
        call = await floor.dial(caller=caller)
        await floor.until_state("8001", "talking", 20)
        await eventually(
            lambda: call.ear.tone_level(OURS, since=call.ear._at[-1] - 1) > 0.3 and phone.hears(CITIZEN) > 0.3
        )
        await floor.rest.verb("8001", "hold")
        await floor.until_state("8001", "holding")
        await eventually(lambda: phone.hears(CITIZEN) < 0.1)
        await floor.rest.verb("8001", "resume")
        await eventually(lambda: phone.hears(CITIZEN) > 0.3)
        phone.say("hangup")
        await call.until_ended(10)
        for rack in floor.phones.trunks.values():
            rack.take("", answering(0.2, 20.0, SEAT_TONE))
        await floor.until_state("8001", "ready", 30)
        phone.say("dial", f"sip:{called}@127.0.0.1:{site.settings['ports']['sip']}")
        await eventually(lambda: phone.hears(SEAT) > 0.3, 20)
        await asyncio.sleep(1.2)  # a shorter talk is no answer
        phone.say("hangup")
        await floor.until_state("8001", "ready", 30)
    assert (await kept(site, caller))["faults"] == []
    assert (await closed(site, caller=caller))["ended_by"] == "seat"
    row = await closed(site, dialled=called)
    assert (row["direction"], row["seat"], row["ended_by"]) == ("outbound", "8001", "seat")


async def test_a_telephone_that_loses_its_power_and_comes_back_elsewhere(site: Site, tmp_path: Path, base: int) -> None:
    """In the middle of a talk: the citizen is told, stands at the head of the queue, and is answered by the same phone again."""
    async with SiteTelephones(site) as floor, desk_phone(site, tmp_path / "first", base) as first:
        await sit(floor)
        call = await floor.dial(caller="13805929002")
        await floor.until_state("8001", "talking", 20)
        await eventually(lambda: first.hears(CITIZEN) > 0.3)
        first.unplug()
        async with desk_phone(site, tmp_path / "second", base + 300) as second:
            await second.until("CALL_ESTABLISHED", 40)
            await eventually(lambda: second.hears(CITIZEN) > 0.3, 15)
            assert call.up
            call.hang_up()
            await second.until("CALL_CLOSED")
    row = await closed(site, caller="13805929002")
    assert row["answered_at"] is not None


async def test_it_gives_a_citizen_away_by_its_own_key(site: Site, tmp_path: Path, base: int) -> None:
    """REFER as baresip sends it, to a seat of ours that is free."""
    async with SiteTelephones(site) as floor, desk_phone(site, tmp_path / "phone", base) as phone:
        await sit(floor)
        call = await floor.dial(caller="13805929003")
        await floor.until_state("8001", "talking", 20)
        await asyncio.sleep(1.2)  # a shorter talk is no answer
        await floor.sit("8002", floor._manner)
        await eventually(lambda: sits(site, "8002"), 10)  # else nobody is there, and it comes by the queue
        phone.say("transfer", f"sip:8002@127.0.0.1:{site.settings['ports']['sip']}")
        await floor.until_state("8002", "talking", 20)
        await eventually(lambda: call.ear.tone_level(SEAT, since=call.ear._at[-1] - 1) > 0.3)
        await phone.until("CALL_CLOSED")
        call.hang_up()


async def test_as_a_citizens_telephone(site: Site, tmp_path: Path, base: int) -> None:
    """From a carrier's address, offering all its codecs: the notice, the queue, an agent; the citizen hangs up."""
    trunk = next(one for one in site.settings["trunk"] if one["id"] == "telecom")
    account = f"<sip:13805929004@{trunk['host']}:{base}>;regint=0"
    async with (
        SiteTelephones(site, 1) as floor,
        Baresip(tmp_path / "citizen", trunk["host"], base, account, OURS) as phone,
    ):
        phone.say("dial", f"sip:12319@127.0.0.1:{site.settings['ports']['sip']}")
        seat = await floor.seat_call("13805929004", 30)
        await eventually(
            lambda: phone.hears(SEAT) > 0.3 and seat.ear.tone_level(OURS, since=seat.ear._at[-1] - 1) > 0.3
        )
        phone.say("hangup")
        await seat.until_ended(10)
    assert (await closed(site, caller="13805929004"))["ended_by"] == "caller"
