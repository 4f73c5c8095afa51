"""The day the database is lost, on a real Asterisk: a backup in the middle of calls, a killed daemon, a restore."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from hotline.lab.phones import Call, answering

from .site import SEAT_TONE, Site, SiteTelephones

pytestmark = pytest.mark.live

TICKET = {"kind": "投诉", "title": "路灯不亮", "content": "湖滨南路 12 号门前的路灯三天不亮了"}


async def talk(floor: SiteTelephones, caller: str) -> str:
    """One caller is answered, talks, goes; the agent files the ticket. The call's id."""
    call: Call = await floor.dial(caller=caller)
    seat = await floor.seat_call(caller)
    await floor.until_state("8001", "talking")
    name = await floor.rest.call_of("8001")
    await asyncio.sleep(1.5)
    call.hang_up()
    await seat.until_ended(5)
    await floor.rest.file_ticket(name, TICKET, seat="8001")
    await floor.until_state("8001", "ready", 15)
    return name


@pytest.mark.bound(180)
async def test_an_older_ledger_is_restored_without_loss_or_second_case(site: Site, tmp_path: Path) -> None:
    """Backed up under a call, killed hours of calls later, restored: calls, recordings, tickets all there, one case each."""
    backup = tmp_path / "backup"
    async with SiteTelephones(site, 1, answering(0.3, None, SEAT_TONE)) as floor:
        before = await talk(floor, "13800020001")
        standing = await floor.dial(caller="13800020002")
        seat = await floor.seat_call("13800020002")
        done = await asyncio.to_thread(site.command, "backup", str(backup), "--json")
        assert done.returncode == 0, done.stderr
        under = await floor.rest.call_of("8001")
        standing.hang_up()
        await seat.until_ended(5)
        await floor.rest.file_ticket(under, TICKET, seat="8001")
        await floor.until_state("8001", "ready", 15)
        later = [await talk(floor, f"1380002001{n}") for n in range(2)]
        assert await asyncio.to_thread(site.settle) == []
        cases = {one.call: one.number for one in site.history().cases}
        assert set(cases) == {before, under, *later}

        refused = await asyncio.to_thread(site.command, "restore", str(backup))
        assert refused.returncode == 3, "restored under a running daemon"
        site.kill()
        done = await asyncio.to_thread(site.command, "restore", str(backup), "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["tickets_taken_back"] == 3
        await asyncio.to_thread(site.start)

        await floor.until_state("8001", "ready", 20)  # whoever sits there is known again
        again = await floor.rest.file_ticket(later[0], TICKET, seat="8001")  # the agent presses the button once more
        assert again["case_number"] == cases[later[0]], again
    assert site.settle() == []
    assert {one.call: one.number for one in site.history().cases} == cases
