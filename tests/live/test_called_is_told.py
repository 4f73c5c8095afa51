"""Whom a seat calls is told, to him alone, that the call is recorded; what sound went over each leg stands in the ledger."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import pytest

from hotline.lab.phones import Call, answering
from hotline.lab.sound import tone

from .site import Site, SiteTelephones, eventually
from .test_endings_told import closed, everywhere, out_call, rows
from .test_verbs import CITIZEN, ONE, POLICE, far_call, hear, seats, talking

pytestmark = [pytest.mark.live, pytest.mark.bound(150)]

SILENT = {"13805928101": True, "13805928102": False}
"""Callers who say nothing → whether their sound, which is silence, comes at all."""


async def shelved(site: Site, **same: str) -> dict[str, Any]:
    """The row of this call, once its recording is on the shelf."""
    await eventually(
        lambda: any(tape["state"] == "shelved" for row in rows(site, **same) for tape in row["recordings"]), 30
    )
    return await closed(site, **same)


def heard_of(row: dict[str, Any], endpoint: str) -> dict[str, Any]:
    (leg,) = [leg for leg in row["legs"] if leg["endpoint"] == endpoint]
    return leg  # type: ignore[no-any-return]


async def test_a_called_citizen_is_told_and_verify_is_clean(site: Site) -> None:
    """O2: an ordinary call-back. He hears the notice before the agent does hear him; nothing is owed afterwards."""
    number = "13805928001"
    async with SiteTelephones(site) as floor:
        await seats(floor, two=False)
        await everywhere(floor, number, answering(0.2, None, tone(POLICE)))
        await floor.rest.verb("8001", "dial", number=number)
        far = await out_call(floor, number)
        seat = await far_call(floor.desk.calls)
        await hear((seat, {POLICE}), (far, {ONE}))
        told = far.ear.loud_seconds()
        await asyncio.sleep(2.5)
        far.hang_up()
        await seat.until_ended(5)
    assert told > 0.3, "nothing was played to him before the agent spoke"
    row = await shelved(site, dialled=number)
    assert (row["notice_prompt"], row["recordings"][0]["faults"]) == ("outbound", [])
    assert row["notice_at"] < row["talk_began_at"]
    assert [breach for breach in site.verify() if row["call"] in breach] == []
    for endpoint in ("8001", row["trunk"]):
        leg = heard_of(row, endpoint)
        assert leg["received"] > 50, leg
        assert leg["sent"] > 50, leg
        assert leg["jitter_ms"] is not None, leg


async def test_who_answers_an_urgent_number_waits_for_no_prompt(site: Site) -> None:
    """110 hears the agent at once; that the agent says it is what stands as the notice."""
    async with SiteTelephones(site) as floor:
        await seats(floor, two=False)
        await everywhere(floor, "110", answering(0.2, None, tone(POLICE)))
        await floor.rest.verb("8001", "dial", number="110")
        far = await out_call(floor, "110")
        seat = await far_call(floor.desk.calls)
        await hear((seat, {POLICE}), (far, {ONE}))
        await asyncio.sleep(1.5)
        far.hang_up()
        await seat.until_ended(5)
    row = await shelved(site, dialled="110")
    assert row["notice_prompt"] == "outbound"
    assert row["recordings"][0]["faults"] == []


async def test_a_silent_citizen_is_a_fact_and_no_breach(site: Site) -> None:
    """R2: one who says nothing, and one whose sound never comes: told apart by the numbers of his leg."""
    async with SiteTelephones(site) as floor:
        await seats(floor, two=False)
        for number, comes in SILENT.items():
            await floor.until_state("8001", "ready", 15)
            call = await floor.phones.trunks["telecom"].dial("12319", caller=number, sound=())
            if not comes:
                call.media.withhold()
            seat = await floor.seat_call(number)
            await asyncio.sleep(2.5)
            call.hang_up()
            await seat.until_ended(5)
    for number, comes in SILENT.items():
        row = await shelved(site, caller=number)
        assert row["recordings"][0]["faults"] == ["caller_silent"]
        assert [breach for breach in site.verify() if "recording" in breach and row["call"] in breach] == []
        citizen, agent = heard_of(row, "telecom"), heard_of(row, "8001")
        assert (citizen["received"] > 50) == comes, citizen
        assert agent["received"] > 50, agent


async def test_a_transfer_by_the_phones_own_second_line(site: Site) -> None:
    """R1: the seat calls an outside number on its second line and joins the two (REFER with Replaces): both recordings are good."""
    caller, number = "13805928201", "13805928202"
    async with SiteTelephones(site) as floor:
        await seats(floor, two=False)
        await everywhere(floor, number, answering(0.2, None, tone(POLICE)))
        call, first = await talking(floor, caller)
        await hear((call, {ONE}), (first, {CITIZEN}))
        first.hold()
        second = await floor.desk.dial(number, caller="8001", sound=tone(ONE), secret=site.secret("sip-8001"))
        far = await out_call(floor, number)
        await hear((far, {ONE}), (second, {POLICE}))
        await asyncio.sleep(2)
        join(floor, first, second, number)
        for line in (first, second):  # as a telephone does when its transfer is done
            await eventually(lambda line=line: 200 in first.progress or not line.up)  # type: ignore[misc]
            line.hang_up()
        await hear((call, {POLICE}), (far, {CITIZEN}))
        await asyncio.sleep(4)
        call.hang_up()
        await far.until_ended(10)
    row = await shelved(site, caller=caller)
    consulted = await shelved(site, dialled=number)
    assert consulted["merged_into"] == row["call"]
    assert (row["recordings"][0]["faults"], consulted["recordings"][0]["faults"]) == ([], [])
    assert [breach for breach in site.verify() if row["call"] in breach or consulted["call"] in breach] == []


def join(floor: SiteTelephones, first: Call, second: Call, to: str) -> None:
    side = second._out or second._in
    other = first._in or first._out
    assert side is not None
    assert other is not None
    dialog = side.dialog
    replaces = quote(f"{dialog.call_id};to-tag={dialog.remote_tag};from-tag={dialog.local_tag}", safe="")
    host, port = floor.desk.registrar
    floor.desk.dialler.send_refer(other.dialog, f"<sip:{to}@{host}:{port}?Replaces={replaces}>", (host, port))
