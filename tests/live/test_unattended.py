"""Desk phones where nobody sits, by the setting that lets them dial (R3): what they do is booked to their seat."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from hotline.lab.hotline_instance import Table
from hotline.lab.phones import answering
from hotline.lab.sound import tone

from .site import SEAT_TONE, Site, SiteTelephones, usual
from .test_called_is_told import shelved
from .test_endings_told import everywhere, out_call
from .test_verbs import POLICE

pytestmark = pytest.mark.live

DESK, CALLED = "8005", "13805928905"


def anybody(table: Table) -> None:
    usual(table)
    table["seats"]["unattended_may_dial"] = "all"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("unattended"), anybody) as here:
        yield here


@pytest.mark.bound(90)
async def test_a_call_of_a_phone_where_nobody_sits_is_its_seats(site: Site) -> None:
    """It goes out; its row has the seat, no agent, and the trunk; the citizen was told, and nothing is owed for it."""
    async with SiteTelephones(site) as floor:
        await floor.desk.register(DESK, site.secret(f"sip-{DESK}"), answering(0.2, None, SEAT_TONE))
        await everywhere(floor, CALLED, answering(0.2, None, tone(POLICE)))
        call = await floor.desk.dial(CALLED, caller=DESK, secret=site.secret(f"sip-{DESK}"), sound=SEAT_TONE)
        far = await out_call(floor, CALLED)
        assert await call.until_answered(10)
        await asyncio.sleep(2.5)
        far.hang_up()
        await call.until_ended(5)
    row = await shelved(site, dialled=CALLED)
    assert (row["direction"], row["trunk"], row["seat"], row["agent"]) == ("outbound", "telecom", DESK, "")
    assert (row["notice_prompt"], row["ended_by"]) == ("outbound", "called")
    assert row["recordings"][0]["faults"] == []
    assert site.verify() == ()
