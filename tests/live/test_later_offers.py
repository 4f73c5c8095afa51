"""One leg's odd offer in mid-talk is refused, or taken in part; it never ends the other's talk."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hotline.lab.phones import Call
from tests.sampling import sampled

from .rawsip import offer
from .site import Site, SiteTelephones

pytestmark = pytest.mark.live


def audio(formats: str, name: str, proto: str = "RTP/AVP", lines: str = "") -> str:
    return f"m=audio {{port}} {proto} {formats}\r\na=rtpmap:{formats} {name}/8000\r\n{lines}"


ODD = {
    "pcmu": (audio("0", "PCMU"),),
    "g729": (audio("18", "G729"),),
    "hold-with-pcmu": (audio("0", "PCMU", lines="a=sendonly\r\n"),),
    "unhold-with-g729": (audio("18", "G729", lines="a=sendrecv\r\n"),),
    "t38": ("m=image {port} udptl t38\r\n",),
    "video": ("m=video {port} RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n",),
    "srtp": (audio("8", "PCMA", "RTP/SAVP"),),
    "port-0": ("m=audio 0 RTP/AVP 8\r\n",),
    "events-alone": (audio("101", "telephone-event"),),
    "dtls": (audio("8", "PCMA", "UDP/TLS/RTP/SAVPF"),),
    "nothing": (),
}


async def reinvite(who: Call, body: str) -> int:
    """The final status of this offer, sent in the running call; acknowledged."""
    rack, got = who.rack, asyncio.get_running_loop().create_future()
    dialog = who._out.dialog if who._out else who._in.dialog if who._in else None
    assert dialog is not None
    usual = rack.dialler.handle_response

    def heard(response: Any, address: tuple[str, int]) -> None:
        if response.cseq.method != "INVITE" or response.call_id != dialog.call_id:
            return usual(response, address)
        if response.status_code >= 200:
            refused = response.status_code >= 300
            rack.dialler._send("ACK", response, address, branch=response.via[0].branch if refused else None)
            if not got.done():
                got.set_result(response.status_code)
        return None

    rack.dialler.handle_response = heard  # type: ignore[assignment, method-assign]
    try:
        rack.dialler._send_in_dialog(dialog, "INVITE", rack.registrar, body=body, content_type="application/sdp")
        async with asyncio.timeout(8):
            return int(await got)
    finally:
        await asyncio.sleep(1)  # repeated answers are acknowledged too
        rack.dialler.handle_response = usual  # type: ignore[method-assign]


async def both_hear(call: Call, seat: Call) -> None:
    before = call.ear.packets, seat.ear.packets
    await asyncio.sleep(1)
    assert call.up
    assert seat.up
    assert call.ear.packets - before[0] > 25
    assert seat.ear.packets - before[1] > 25


def body_of(name: str, who: Call) -> str:
    if name == "nothing":
        return "v=0\r\no=- 1 3\r\nhello\r\n"
    return offer(who.rack.host, *ODD[name], port=who.media.port)


@pytest.mark.parametrize("side", sampled(["seat", "citizen"], 1, always=["seat"]))
async def test_an_odd_offer_ends_nobodys_talk(site: Site, side: str) -> None:
    """Each of them in one talk, from this side: refused, and both go on hearing each other."""
    async with SiteTelephones(site, 1) as floor:
        call = await floor.dial(caller="13805928001")
        seat = await floor.seat_call("13805928001")
        who = seat if side == "seat" else call
        for name in ODD:
            if side == "citizen" and "pcmu" in name:
                continue  # a carrier may: it is transcoded
            status = await reinvite(who, body_of(name, who))
            # a carrier may change to SRTP, or only says that it does, and is answered alike
            assert 400 <= status < 500 or (side == "citizen" and name in ("srtp", "dtls")), (name, status)
            await both_hear(call, seat)
        call.hang_up()
        await seat.until_ended(5)


async def test_an_odd_offer_of_a_called_citizen_ends_nobodys_talk(site: Site) -> None:
    """The same of a leg that we dialled through a carrier."""
    from hotline.lab.phones import Line, answering

    async with SiteTelephones(site, 1) as floor:
        telecom = floor.phones.trunks["telecom"]
        from .site import CALLER_TONE

        telecom.lines[""] = Line(answering(0.2, None, CALLER_TONE))
        await floor.reachable("telecom")
        await floor.rest.verb("8001", "dial", number="13805928002")
        async with asyncio.timeout(20):
            while not any(one.up for one in telecom.calls):
                await asyncio.sleep(0.1)
        citizen = next(one for one in telecom.calls if one.up)
        seat = next(one for one in floor.desk.calls if one.up)
        await asyncio.sleep(1)
        for name in ("g729", "t38", "events-alone", "nothing", "unhold-with-g729"):
            status = await reinvite(citizen, body_of(name, citizen))
            assert 400 <= status < 500, (name, status)
            await both_hear(citizen, seat)
        citizen.hang_up()
        await seat.until_ended(5)
