"""A citizen calls, is greeted, queued, answered, recorded and booked; on both lines, on both trunks."""

from __future__ import annotations

import asyncio

import pytest

from hotline.lab.phones import answering

from .site import SEAT_TONE, Site, SiteTelephones, eventually

pytestmark = pytest.mark.live

TICKET = {
    "kind": "complaint", "title": "路灯不亮", "content": "湖滨南路88号门口路灯三天不亮", "work_type": "general",
    "place": {"address_text": "思明区湖滨南路88号"}, "subject": {"code": "0102", "kind": "event"},
}  # fmt: skip


@pytest.mark.always
async def test_both_lines_talk_and_all_witnesses_agree(site: Site) -> None:
    """Two callers on two lines and trunks hear the notice and their seat, are heard, and are booked as they were."""
    async with SiteTelephones(site, 2) as floor:
        one = await floor.dial(caller="13805920001", name="王小明")
        headers = {"X-Work-Order": "FZ12345-20260101-0007", "X-Origin-Number": "13600001111"}
        two = await floor.dial("1231912345", trunk="unicom", caller="059212345", headers=headers)
        for call in (one, two):
            assert await call.until_answered(5)
            assert await call.until_heard(1.5, within=6), "no notice"
        seats = [await floor.seat_call(call.caller) for call in (one, two)]
        await asyncio.sleep(3)
        for call, seat in zip((one, two), seats, strict=True):
            assert call.ear.tone_level(620, since=seat.answered + 1) > 0.9, "the citizen does not hear the seat"  # type: ignore[operator]
            assert seat.ear.tone_level(440, since=seat.answered + 1) > 0.9, "the seat does not hear the citizen"  # type: ignore[operator]
        one.hang_up()  # the citizen ends the one call, the seat the other
        seats[1].hang_up()
        await two.until_ended(5)
        await seats[0].until_ended(5)
    assert site.settle() == []
    booked = {row.caller: row for row in site.ledger()}
    assert booked["13805920001"].line == "citizen"
    assert booked["13805920001"].name == "王小明"
    assert booked["059212345"].line == "partner"


@pytest.mark.always
async def test_a_ticket_filed_in_the_call_becomes_one_case(site: Site) -> None:
    """The agent files while talking; the case store has it once, the call's outcome is the ticket."""
    async with SiteTelephones(site, 1) as floor:
        call = await floor.dial(caller="13805920002")
        seat = await floor.seat_call(call.caller)
        name = await floor.rest.call_of("8001")
        assert name
        await floor.rest.file_ticket(name, TICKET, seat="8001")
        call.hang_up()
        await seat.until_ended(5)
        await eventually(lambda: _row(site, name)["outcome"] == "ticket", 10)
        await eventually(lambda: all(ticket["case"] for ticket in _row(site, name)["tickets"]), 15)  # type: ignore[attr-defined]
        assert len(_row(site, name)["tickets"]) == 1  # type: ignore[arg-type]
    assert site.settle() == []


async def test_wrap_up_ends_and_the_next_caller_gets_the_seat(site: Site) -> None:
    """After a talk the seat is in wrap-up, is not rung, then takes the caller who waited."""
    async with SiteTelephones(site, 1) as floor:
        first = await floor.dial(caller="13805920003")
        await asyncio.sleep(2)
        second = await floor.dial(caller="13805920004")
        seat = await floor.seat_call(first.caller, 25)
        first.hang_up()
        await floor.until_state("8001", "wrap_up", 3)
        again = await floor.seat_call(second.caller, 25)
        assert again.began - (seat.ended or 0) >= 1.5, "rung during wrap-up"
        second.hang_up()
        await again.until_ended(5)
    assert site.settle() == []


async def test_a_seat_that_does_not_answer_is_passed_over_and_paused(site: Site) -> None:
    """Two offers rung out pause the seat with a reason; the caller reaches the other seat."""

    async def deaf(call: object) -> None:
        return None

    async with SiteTelephones(site, 0) as floor:
        await floor.sit("8003", deaf)
        call = await floor.dial(caller="13805920005")
        assert await call.until_answered(5)
        await floor.until_state("8003", "ringing", 20)
        await floor.sit("8004", answering(0.2, 2.0, SEAT_TONE))
        seat = await floor.seat_call(call.caller, 40)
        assert seat.dialled == "8004"
        assert len(floor.desk.calls_to("8003")) <= 2
        await call.until_ended(10)
    assert site.settle() == []


def _row(site: Site, call: str) -> dict[str, object]:
    import json

    told = json.loads(site.hotline("report", "calls", "--json"))
    rows = told["calls"] if isinstance(told, dict) else told
    return next(row for row in rows if row["call"] == call)
