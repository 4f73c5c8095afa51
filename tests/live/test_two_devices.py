"""A seat with a browser's phone and a desk phone: one of them rings and dials, its agent says which; an end ends both."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from hotline.lab.hotline_instance import Table
from hotline.lab.phones import answering, refusing

from .site import SEAT_TONE, Site, SiteTelephones, eventually, usual
from .test_edge import PASSWORD, Person
from .test_revocation import sits
from .wsphone import Phone

pytestmark = pytest.mark.live
SEAT, DESK, AGENT, CITIZEN, NEXT = "8001", "8001-desk", "1001", "13912345744", "13912345745"


def two(table: Table) -> None:
    usual(table)
    table["seat"][0] |= {"device": "browser", "second_device": "desk"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("two"), two) as here:
        asyncio.run(_account(here))
        yield here


async def _account(site: Site) -> None:
    async with site.rest() as operator:
        body = {"name": "陈晓岚", "role": "agent", "password": PASSWORD}
        (await operator.put(f"/api/accounts/{AGENT}", json=body)).raise_for_status()


async def _row(floor: SiteTelephones) -> dict[str, object]:
    return next(row for row in await floor.rest.seats() if row["seat"] == SEAT)


async def _use(agent: Person, device: str) -> str:
    """'' agreed; else why not."""
    reply = await agent.http.post(f"/api/seats/{SEAT}/device", json={"device": device})
    return "" if reply.status_code == 200 else str(reply.json()["error"])


@pytest.mark.bound(120)
async def test_the_chosen_device_alone_rings_and_dials(site: Site) -> None:
    """Not before it is there, not in a call, kept over a killed daemon; the other one dials nobody; signed out, neither does."""
    agent = Person(site)
    await agent.sign_in(SEAT, AGENT)
    key = await agent.key()
    async with SiteTelephones(site) as floor, agent.socket() as socket:
        phone = Phone(socket, SEAT)
        assert await phone.register(key) == 200
        for rack in floor.phones.trunks.values():
            rack.take("", refusing(486))
        await floor.reachable()
        assert await _use(agent, "desk") == "phone_unreachable"
        await floor.desk.register(DESK, site.secret(f"sip-{DESK}"), answering(0.3, None, SEAT_TONE))

        async def chosen() -> None:
            assert not await _use(agent, "desk")

        await eventually(chosen, 10)
        row = await _row(floor)
        assert (row["device"], row["other_device"], row["reachable"]) == ("desk", "browser", True)
        (await agent.http.post(f"/api/seats/{SEAT}/ready")).raise_for_status()
        call = await floor.dial(caller=CITIZEN)
        own = await floor.seat_call(CITIZEN)
        assert await _use(agent, "browser") == "in_call"
        assert (await _row(floor))["state"] == "talking"
        await floor.rest.verb(SEAT, "hold")
        await floor.until_state(SEAT, "holding")
        await floor.rest.verb(SEAT, "resume")
        await floor.until_state(SEAT, "talking")

        site.kill()
        await asyncio.to_thread(site.start)
        await floor.until_state(SEAT, "talking")
        own.hang_up()
        await call.until_ended(10)
        await floor.until_state(SEAT, "ready")
        assert (await _row(floor))["device"] == "desk"
        # by the daemon's wish, and by its own keys
        await eventually(lambda: sits(site, SEAT))
        await floor.reachable()
        await agent.http.post(f"/api/seats/{SEAT}/dial", json={"number": CITIZEN})
        await eventually(lambda: _went_out(floor) == 1)
        await eventually(lambda: not _busy(floor))
        # nothing ever rang at the browser's phone, and it dials nobody while the other is chosen
        assert " 200 " not in (await phone.invite(CITIZEN, key)).split("\r\n")[0]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await socket.recv()
        await floor.until_state(SEAT, "ready")
        second = await floor.dial(caller=NEXT)
        again = await floor.seat_call(NEXT)
        again.hang_up()
        await second.until_ended(10)

        (await agent.http.delete("/api/session")).raise_for_status()
        await eventually(lambda: not sits(site, SEAT))
        refused = await floor.desk.dial(CITIZEN, caller=DESK, secret=site.secret(f"sip-{DESK}"))
        await refused.until_ended(20)
        assert refused.code not in (200, 486)
        assert _went_out(floor) == 1
    await agent.http.aclose()
    assert site.verify() == ()


def _went_out(floor: SiteTelephones) -> int:
    return sum(
        call.dialled == CITIZEN for rack in floor.phones.trunks.values() for call in rack.calls if not call.outgoing
    )


def _busy(floor: SiteTelephones) -> bool:
    return any(call.ended is None for call in floor.desk.calls)
