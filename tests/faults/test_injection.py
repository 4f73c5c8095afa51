"""Nobody talks to Asterisk through us, nobody lies to us through Asterisk (T20, T21)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hotline.lab.daemon_client import RestRefused
from hotline.lab.phones import answering
from tests.faults.proxy import Proxy
from tests.faults.test_ami_link_cut import PROXY_HOST, through_proxy
from tests.live.site import SEAT_TONE, Site, SiteTelephones

pytestmark = pytest.mark.fault

EVIL = (
    "8002\r\nAction: Hangup\r\nChannel: evil",
    "8002\r\n\r\nAction: Originate\r\nApplication: System\r\nData: evil",
    "8002\nAction: evil",
    "8002\0evil",
    "8002,1)&System(evil",
    "8002|evil;evil",
    "8002/n@evil",
    "${SHELL(evil)}",
    "8" * 2000,
)
FIELDS = (
    ("login", "agent"), ("pause", "reason"), ("transfer", "to"), ("call", "to"), ("dial", "number"),
)  # fmt: skip
ACTIONS = {
    "login", "ping", "logoff", "corestatus", "coreshowchannels", "status", "bridgelist", "bridgeinfo", "queuestatus",
    "devicestatelist", "queueadd", "queueremove", "queuepause", "queuepenalty", "originate", "blindtransfer", "atxfer",
    "cancelatxfer", "hangup", "redirect", "setvar", "getvar", "playdtmf", "bridge", "challenge", "events",
    "sorceryastdbshow", "pjsipshowcontacts", "queuechangeprioritycaller", "queuewithdrawcaller", "extensionstatelist",
}  # fmt: skip
FORGED = (
    b"Event: Hangup\r\nChannel: {channel}\r\nUniqueid: nobody-1.1\r\nLinkedid: nobody-1.1\r\nCause: 16\r\n\r\n"
    b"Event: UserEvent\r\nUserEvent: HotlineLine\r\nUniqueid: nobody-1.1\r\nLine: evil\r\nTrunk: evil\r\n\r\n"
    b"Event: UserEvent\r\nUserEvent: HotlineRefused\r\nReason: evil\r\n\r\n"
    b"Event: Newchannel\r\nChannel: \xff\xfe\r\n\r\n"
    b"Event: QueueMemberStatus\r\nQueue: mandarin\r\nInterface: PJSIP/evil\r\nPaused: x\r\n\r\n"
)


@pytest.mark.bound(120)
async def test_no_field_reaches_asterisk_as_more_than_a_value(tmp_path: Path) -> None:
    """Every hostile word in every field is refused; Asterisk is asked only what we ask, one action a message."""
    site = Site(tmp_path / "var", through_proxy)
    port = site.settings["ports"]["ami"]
    async with Proxy((PROXY_HOST, port), ("127.0.0.1", port)) as proxy:
        try:
            await asyncio.to_thread(site.start)
            async with SiteTelephones(site, 1, answering(0.2, None, SEAT_TONE)) as floor:
                call = await floor.dial(caller="13800100001")
                seat = await floor.seat_call(call.caller, 25)
                for verb, field in FIELDS:
                    for evil in EVIL:
                        with pytest.raises(RestRefused) as refused:
                            await floor.rest.verb("8001", verb, **{field: evil})
                        assert 400 <= refused.value.status < 500, (verb, evil, refused.value)
                await _lie(floor, proxy, call.caller)
                assert call.up
                assert seat.up
                call.hang_up()
                await seat.until_ended(5)
            assert await asyncio.to_thread(site.settle) == []
        finally:
            await asyncio.to_thread(site.close_all)
    _only_ours(bytes(proxy.asked))


async def _lie(floor: SiteTelephones, proxy: Proxy, caller: str) -> None:
    """Events that Asterisk never sent change nothing on the board."""
    before = [row for row in await floor.rest.live_calls() if row["caller"] == caller]
    proxy.forge(FORGED)
    await asyncio.sleep(1)
    rows = await floor.rest.live_calls()
    assert [row for row in rows if row["caller"] == caller] == before
    assert not [row for row in rows if "evil" in str(row)]
    assert await floor.state("8001") == "talking"


def _only_ours(said: bytes) -> None:
    assert b"queueadd" in said.lower()
    assert b"evil" not in said
    for message in said.split(b"\r\n\r\n"):
        lines = [line for line in message.split(b"\r\n") if line]
        actions = [line for line in lines if line.lower().startswith(b"action:")]
        assert not lines or len(actions) == 1, message
        for action in actions:
            name = action.partition(b":")[2].strip().decode().lower()
            assert name in ACTIONS, name
