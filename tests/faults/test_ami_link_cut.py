"""The wire to Asterisk is cut, half-open, or dribbles (T1, T2, T4): the book stays true, the board comes back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hotline.lab.hotline_instance import Table
from hotline.lab.phones import answering
from tests.faults.proxy import Proxy
from tests.live.site import SEAT_TONE, Site, SiteTelephones, eventually, usual
from tests.sampling import sampled

pytestmark = pytest.mark.fault

PROXY_HOST = "127.0.0.9"


def through_proxy(table: Table) -> None:
    """The daemon's AMI goes over the proxy: same port, another address."""
    usual(table)
    table["asterisk"]["ami_host"] = PROXY_HOST


async def one_talk(floor: SiteTelephones, caller: str) -> None:
    call = await floor.dial(caller=caller)
    seat = await floor.seat_call(caller, 30)
    await asyncio.sleep(1.5)
    call.hang_up()
    await seat.until_ended(5)


@pytest.mark.bound(150)
@pytest.mark.parametrize("fault", sampled(["cut", "half_open"], 1))
async def test_calls_while_the_wire_is_gone_are_in_the_ledger(tmp_path: Path, fault: str) -> None:
    """Calls that began, were answered or ended while the daemon was blind are booked as they were; it sees again soon."""
    site = Site(tmp_path / "var", through_proxy)
    port = site.settings["ports"]["ami"]
    async with Proxy((PROXY_HOST, port), ("127.0.0.1", port)) as proxy:
        try:
            await asyncio.to_thread(site.start)
            async with SiteTelephones(site, 3, answering(0.3, None, SEAT_TONE)) as floor:
                before = await floor.dial(caller="13800070001")
                await floor.seat_call(before.caller, 20)
                if fault == "cut":
                    proxy.refusing = True
                    proxy.reset()
                else:
                    proxy.half_open = True
                during = await floor.dial(trunk="unicom", caller="13800070002")
                await floor.seat_call(during.caller, 20)
                before.hang_up()
                async with asyncio.timeout(15):  # noticed by the ping's deadline at the latest
                    while site.live():
                        await asyncio.sleep(0.2)
                proxy.heal()
                await eventually(lambda: site.live(), 15)
                during.hang_up()
                await one_talk(floor, "13800070003")
            breaches = await asyncio.to_thread(site.settle)
            assert breaches == []
        finally:
            left = await asyncio.to_thread(site.close_all)
    assert left == []


@pytest.mark.bound(120)
async def test_names_split_at_any_byte_stay_whole(tmp_path: Path) -> None:
    """AMI dribbles byte by byte: 王小明 is 王小明 on the board and in the book."""
    site = Site(tmp_path / "var", through_proxy)
    port = site.settings["ports"]["ami"]
    async with Proxy((PROXY_HOST, port), ("127.0.0.1", port)) as proxy:
        try:
            proxy.dribbling = True
            await asyncio.to_thread(site.start)
            async with SiteTelephones(site, 1, answering(0.3, None, SEAT_TONE)) as floor:
                call = await floor.dial(caller="13800080001", name="王小明")
                seat = await floor.seat_call(call.caller, 30)
                rows = await floor.rest.live_calls()
                assert [row.get("caller_name", "王小明") for row in rows if row["caller"] == call.caller] == ["王小明"]
                await asyncio.sleep(1.5)
                call.hang_up()
                await seat.until_ended(5)
            assert await asyncio.to_thread(site.settle) == []
            assert [row.name for row in site.ledger()] == ["王小明"]
        finally:
            await asyncio.to_thread(site.close_all)
