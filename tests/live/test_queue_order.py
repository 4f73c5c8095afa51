"""Queues that share a seat: the emergency's callers first, and of the others whoever waited longest, in whichever queue (decision 0059)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import pytest

from hotline.lab.hotline_instance import Table
from hotline.lab.phones import Call, answering

from .site import MENU, SEAT_TONE, Site, SiteTelephones, eventually, usual
from .tones import as_tone, tone_heard

pytestmark = pytest.mark.live

ASKED = 1010


def shared(table: Table) -> None:
    usual(table)
    table["queue"][0]["ring_seconds"] = 15
    table["agent"][0]["skills"] = {"mandarin": 1, "minnan": 1, "emergency": 1}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    here = Site(tmp_path_factory.mktemp("site"), shared)
    as_tone(here.places.prompts, "menu", ASKED, 0.8)
    with here:
        yield here


async def waits(floor: SiteTelephones, site: Site, caller: str, key: str, queue: str, count: int) -> Call:
    """He has come to this queue, where so many stand with him."""
    call = await floor.dial(MENU, caller=caller)
    assert await call.until_answered(10)
    await tone_heard(call, ASKED, call.answered or 0.0)
    await call.press(key)

    def there() -> bool:
        found = re.search(rf"{queue} +has (\d+) calls", site.hotline("asterisk", "cli", f"queue show {queue}"))
        return found is not None and int(found[1]) == count

    await eventually(there, 20)
    return call


@pytest.mark.bound(150)
async def test_emergencies_first_and_of_the_others_whoever_waited_longest(site: Site) -> None:
    """One seat for three queues; callers come in turn to two of them, and last of all one with an emergency."""
    order = [("2", "minnan", 1), ("1", "mandarin", 1), ("2", "minnan", 2), ("1", "mandarin", 2), ("0", "emergency", 1)]
    async with SiteTelephones(site, 0) as floor:
        await floor.sit("8001", answering(0.2, None, SEAT_TONE))
        talking = await floor.dial(caller="13805929700")
        seat = await floor.seat_call(talking.caller)
        callers: list[str] = []
        for key, queue, count in order:
            callers.append(f"138059297{len(callers) + 1:02}")
            await waits(floor, site, callers[-1], key, queue, count)
            await asyncio.sleep(1.1)
        served: list[str] = []
        for _turn in callers:
            seat.hang_up()
            await seat.until_ended(5)
            known = len(floor.desk.calls)

            def rung(known: int = known) -> bool:
                return any(one.answered is not None for one in floor.desk.calls[known:])

            await eventually(rung, 30)
            seat = next(one for one in floor.desk.calls[known:] if one.answered is not None)
            served.append(seat.caller)
            await asyncio.sleep(1.5)
        seat.hang_up()
        await seat.until_ended(5)
    assert served == [callers[-1], *callers[:-1]]
    assert site.settle() == []
