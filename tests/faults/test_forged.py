"""A stranger's number that holds whole AMI events (P4): nothing of it is believed, somebody is told, the seat goes on talking."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest

from hotline.lab.phones import answering
from tests.faults.proxy import Proxy
from tests.faults.test_ami_link_cut import PROXY_HOST, through_proxy
from tests.live.site import SEAT_TONE, Site, SiteTelephones, eventually
from tests.sampling import sampled

pytestmark = pytest.mark.fault

CITIZEN = "13800110001"
ROOT = Path(__file__).resolve().parents[2]


async def alarms(floor: SiteTelephones, kind: str) -> list[dict[str, Any]]:
    reply = await floor.client.get("/api/alarms")
    assert reply.status_code == 200, reply.text
    return [row for row in reply.json() if row["kind"] == kind]


async def states(floor: SiteTelephones) -> list[str]:
    """What the board says of the citizen's call; once."""
    return [str(row["state"]) for row in await floor.rest.live_calls() if row["caller"] == CITIZEN]


def hanging_up(leg: str) -> str:
    return f"1%0d%0a%0d%0aEvent%3a%20Hangup%0d%0aUniqueid%3a%20{leg}%0d%0a%0d%0a"


def in_his_own_event(leg: str) -> str:
    """No empty line: the second Uniqueid stands in each event of the caller's own leg, its true Hangup too."""
    return f"1%0d%0aUniqueid%3a%20{leg}%0d%0aX%3a%20"


def new_life(_leg: str) -> str:
    return "1%0d%0a%0d%0aEvent%3a%20FullyBooted%0d%0aPrivilege%3a%20s%0d%0aStatus%3a%20%0d%0aUptime%3a%200%0d%0aLastReload%3a%200%0d%0a%0d%0a"


FORGED = (hanging_up, in_his_own_event, new_life)


def forge(proxy: Proxy, said: str) -> None:
    """From now on the events of who calls over unicom hold this calling number.

    As an Asterisk wrote them that takes the number of a channel from the From header: ours names the channel
    after the trunk (``test_the_invite_itself_reaches_nobody``), so the proxy puts in what stood there, 79 bytes of it.
    """
    proxy.swapped[b"CallerIDNum: unicom\r\n"] = b"CallerIDNum: " + unquote_to_bytes(said)[:79] + b"\r\n"


@contextlib.asynccontextmanager
async def between(site: Site) -> AsyncIterator[Proxy]:
    """A site whose daemon hears Asterisk over the proxy; ended at the end."""
    port = site.settings["ports"]["ami"]
    async with Proxy((PROXY_HOST, port), ("127.0.0.1", port)) as proxy:
        try:
            await asyncio.to_thread(site.start)
            yield proxy
        finally:
            await asyncio.to_thread(site.close_all)


async def untouched(floor: SiteTelephones, seconds: float = 4.0) -> None:
    """Asked again and again for so long, board and seat say that both talk."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        assert await floor.state("8001") == "talking"
        assert await states(floor) == ["talking"]
        await asyncio.sleep(0.2)


@pytest.mark.bound(120)
@pytest.mark.parametrize("forged", sampled(FORGED, 2))
async def test_a_talk_outlives_forged_events(tmp_path: Path, forged: Callable[[str], str]) -> None:
    """The seat talks on and the call is on the board, for as long as both phones talk; the alarm names trunk and address."""
    site = Site(tmp_path / "var", through_proxy)
    async with between(site) as proxy, SiteTelephones(site, 1, answering(0.2, None, SEAT_TONE)) as floor:
        call = await floor.dial(caller=CITIZEN)
        seat = await floor.seat_call(CITIZEN, 20)
        await floor.until_state("8001", "talking")
        (row,) = [row for row in await floor.rest.live_calls() if row["caller"] == CITIZEN]
        forge(proxy, forged(row["call"]))
        evil = await floor.dial("12319110", trunk="unicom", caller="13800110009")
        await eventually(lambda: alarms(floor, "forged"), 5)
        await untouched(floor)
        (told,) = await alarms(floor, "forged")
        assert told["subject"] == "unicom"
        assert site.settings["trunk"][1]["host"] in told["detail"]
        evil.hang_up()
        await asyncio.sleep(1)
        assert await floor.state("8001") == "talking"
        assert call.up
        assert seat.up
        call.hang_up()
        await seat.until_ended(5)
        await floor.until_state("8001", "wrap_up", 5)


UNHEARD = (b"Event: Hangup\r\nUniqueid:", b"\r\nX: ", b"Status: \r\nUptime: 0")
"""What would be in the stream if these words were written as they came."""


@pytest.mark.bound(150)
async def test_the_invite_itself_reaches_nobody(tmp_path: Path) -> None:
    """The same words in From, Diversion, P-Asserted-Identity and the called number, as strangers sent them.

    Talk, board and seat are untouched, and nothing of it comes over the AMI: there is nothing to be told. From a seat's
    own phone neither: what it dials, and where it would send its citizen.
    """
    site = Site(tmp_path / "var", through_proxy)
    async with between(site) as proxy, SiteTelephones(site, 1, answering(0.2, None, SEAT_TONE)) as floor:
        secret = site.secret("sip-8002")
        await floor.desk.register("8002", secret, answering())
        call = await floor.dial(caller=CITIZEN)
        seat = await floor.seat_call(CITIZEN, 20)
        await floor.until_state("8001", "talking")
        (row,) = [row for row in await floor.rest.live_calls() if row["caller"] == CITIZEN]
        for n, forged in enumerate(FORGED):
            words = forged(row["call"])
            headers = {"Diversion": f"<sip:{words}@x>;reason=unknown", "P-Asserted-Identity": f"<sip:{words}@x>"}
            evil = [
                await floor.dial("12319110", trunk="unicom", caller=words),
                await floor.dial("12319110", trunk="unicom", caller=f"1380011001{n}", headers=headers),
                await floor.dial(f"12319{words}", trunk="unicom", caller=f"1380011002{n}"),
                await floor.desk.dial(f"0{words}", caller="8002", secret=secret),
            ]
            seat.refer(f"0{words}")
            await untouched(floor, 2)
            for one in evil:
                one.hang_up()
        await asyncio.sleep(1)
        await untouched(floor, 1)
        assert await alarms(floor, "forged") == []
        assert b"CallerIDNum: unicom\r\n" in proxy.answered  # the proxy heard the strangers' channels
        assert [words for words in UNHEARD if words in proxy.answered] == []
        assert call.up
        assert seat.up
        call.hang_up()
        await seat.until_ended(5)
        await floor.until_state("8001", "wrap_up", 5)


class Trusting(Site):
    """Its daemon takes an event for what its first line says."""

    def start(self, **words: Any) -> None:
        self.program = ("tests.faults.broken", "trusting")
        super().start(environ={"PYTHONPATH": str(ROOT)}, **words)


@pytest.mark.bound(120)
async def test_a_trusting_daemon_is_fooled(tmp_path: Path) -> None:
    """The same caller and a daemon that looks at no headers: on the board nobody talks any more. So the test above can fail."""
    site = Trusting(tmp_path / "var", through_proxy)
    async with between(site) as proxy, SiteTelephones(site, 1, answering(0.2, None, SEAT_TONE)) as floor:
        call = await floor.dial(caller=CITIZEN)
        seat = await floor.seat_call(CITIZEN, 20)
        await floor.until_state("8001", "talking")
        (row,) = [row for row in await floor.rest.live_calls() if row["caller"] == CITIZEN]
        forge(proxy, hanging_up(row["call"]))
        await floor.dial("12319110", trunk="unicom", caller="13800110009")

        async def fooled() -> None:
            assert await states(floor) != ["talking"]

        await eventually(fooled, 10)
        assert call.up
        assert seat.up
        assert await alarms(floor, "forged") == []
