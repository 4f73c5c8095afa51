"""A closed line with a seat on duty (decision 0059): who sits there is rung, the daemon dead, too; where nobody sits it is closed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest

from hotline.lab.hotline_instance import Table
from hotline.lab.phones import answering

from .site import CLOSED, SEAT_HERTZ, SEAT_TONE, Site, SiteTelephones, eventually, usual
from .tones import tone_heard

pytestmark = pytest.mark.live


def with_duty(table: Table) -> None:
    usual(table)
    table["queue"].append({"id": "duty", "name": "值班", "ring_seconds": 10, "max_wait_seconds": 30})
    next(line for line in table["line"] if line["id"] == "night")["duty_queue"] = "duty"
    for agent in table["agent"]:
        agent["skills"] = {"mandarin": 1}
    table["agent"][0]["skills"] = {"duty": 1}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Site(tmp_path_factory.mktemp("site"), with_duty) as here:
        yield here


async def talks(floor: SiteTelephones, caller: str) -> None:
    """Rung at the seat on duty, and both hear each other."""
    call = await floor.dial(CLOSED, caller=caller)
    assert await call.until_answered(10)
    seat = await floor.seat_call(caller)
    await tone_heard(call, SEAT_HERTZ, call.answered or 0.0, 20)
    call.hang_up()
    await seat.until_ended(5)


@pytest.mark.bound(150)
async def test_who_is_on_duty_is_rung_and_where_nobody_is_the_line_is_closed(site: Site) -> None:
    async with SiteTelephones(site, 0) as floor:
        turned = await floor.dial(CLOSED, caller="13805924001")
        await turned.until_ended(30)
        assert turned.by == "far"
        assert turned.ear.loud_seconds() > 3
        await floor.sit("8001", answering(0.2, None, SEAT_TONE))
        await talks(floor, "13805924002")
        await eventually(lambda: site.settle(1) == [], 40)
        site.kill()
        await talks(floor, "13805924003")
        await asyncio.to_thread(site.start)
    assert site.settle() == []
    told = {row.caller: (row.refusal, row.seat) for row in site.ledger()}
    assert [told[f"1380592400{n}"] for n in (1, 2, 3)] == [("closed", ""), ("", "8001"), ("", "8001")]
    rows = json.loads(site.hotline("report", "calls", "--json"))
    assert {row["caller"] for row in rows if row["queue"] == "duty"} == {"13805924002", "13805924003"}
