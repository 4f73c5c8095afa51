"""One citizen, however carriers and agents write the number: from the INVITE to the search and the call back."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from hotline.lab.phones import answering
from tests.fakes.said import said

from .site import SEAT_TONE, Site, SiteTelephones, eventually

pytestmark = pytest.mark.live

CALLERS = {"+8613800000031": "138 0000 0031", "+8605922000031": "(0592)200-0031", "01000000031": "010-00000031"}
"""As the carrier writes a citizen → as an agent pastes them."""
NATIONAL = {"+8613800000031": "13800000031", "+8605922000031": "05922000031", "01000000031": "01000000031"}


async def _missed(floor: SiteTelephones, caller: str) -> None:
    """They wait for a moment, nobody sits there, and they hang up."""
    call = await floor.dial(caller=caller)
    await call.until_answered(15)
    await asyncio.sleep(6)
    call.hang_up()


async def test_called_back_in_another_spelling(site: Site) -> None:
    """A1, A6, A7, A9: missed as carriers write it, found by every spelling, dialled as an agent pastes it, and settled."""
    async with SiteTelephones(site, 0) as floor:
        await asyncio.gather(*(_missed(floor, caller) for caller in CALLERS))

        async def found(asked: str) -> list[dict[str, Any]]:
            rows: list[dict[str, Any]] = (await floor.client.get("/api/calls", headers=said(caller=asked))).json()
            return rows

        for caller, written in CALLERS.items():

            async def missed(caller: str = caller) -> None:
                assert [(row["caller"], row["outcome"]) for row in await found(caller)] == [(caller, "missed")]

            await eventually(missed, 20)
            for asked in (written, NATIONAL[caller]):
                assert [row["caller"] for row in await found(asked)] == [caller], asked
        assert await found("anonymous") == []
        await floor.sit("8001", answering(0.3, None, SEAT_TONE))
        for rack in floor.phones.trunks.values():
            rack.take("", answering(0.2, 3.0, SEAT_TONE))
        await floor.reachable()
        for written in CALLERS.values():
            await floor.until_state("8001", "ready", 30)
            await floor.rest.verb("8001", "dial", number=written)
            await floor.until_state("8001", "talking", 15)
        await floor.until_state("8001", "ready", 30)
        told = [call.dialled for rack in floor.phones.trunks.values() for call in rack.calls if not call.outgoing]
        assert sorted(told) == sorted(NATIONAL.values()), "whichever carrier it was"
        with pytest.raises(Exception, match="4"):
            await floor.rest.verb("8001", "dial", number="13800000031/13800000032")

    def settled() -> None:
        rows = json.loads(site.hotline("report", "calls", "--json"))
        assert {row["caller"]: row["callback"] for row in rows if row["caller"] in CALLERS} == dict.fromkeys(
            CALLERS, "done"
        )

    await eventually(settled, 20)
    (row,) = json.loads(site.hotline("report", "calls", "--json", "--mask", "--caller", "138-0000-0031"))
    assert row["caller"] == "138****0031"
