"""Asterisk is killed under its calls (T5): each is closed with its cause, recordings are saved, the next call works."""

from __future__ import annotations

import asyncio

import pytest

from hotline.lab.phones import answering
from tests.faults.checker import Tolerances
from tests.live.site import SEAT_TONE, Site, SiteTelephones, eventually

pytestmark = pytest.mark.fault


@pytest.mark.bound(120)
async def test_calls_of_a_killed_asterisk_are_closed_and_kept(site: Site) -> None:
    """Two talks and one waiting caller die with Asterisk; the ledger says so; seats and lines come back by themselves."""
    async with SiteTelephones(site, 2, answering(0.3, None, SEAT_TONE)) as floor:
        calls = [await floor.dial(caller=f"1380006000{n}") for n in range(3)]
        for call in calls:
            assert await call.until_answered(5)
        async with asyncio.timeout(30):
            while sum(1 for call in floor.desk.calls if call.up) < 2:
                await asyncio.sleep(0.05)
        await asyncio.sleep(6)
        died = site.kill_asterisk()
        await asyncio.sleep(0.5)
        for call in (*calls, *floor.desk.calls):
            call.hang_up()

        numbers = (f"138000601{n:02}" for n in range(99))

        async def again() -> None:
            fresh = await floor.dial(caller=next(numbers))
            try:
                assert await fresh.until_answered(2)
                await floor.seat_call(fresh.caller, 25)
                await asyncio.sleep(1)
            except TimeoutError as late:
                raise AssertionError("not answered") from late
            finally:
                fresh.hang_up()

        await eventually(again, 60)
        await asyncio.sleep(1)
    breaches = site.settle(40, Tolerances(recording=3.0))
    assert breaches == []
    ended = {row.caller: row.ended for row in site.ledger()}
    assert all(abs((ended[call.caller] or 0) - died) < 2.0 for call in calls)
