"""How a seat's end of a talk reaches the citizen: phones that let go at once, lose their power, or are not there."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from config.render.pjsip import SILENT_SECONDS
from hotline.lab.phones import Call, answering, refusing, ringing_out
from hotline.lab.sound import tone
from tests.sampling import sampled

from .site import Site, SiteTelephones, eventually
from .test_endings_told import everywhere
from .test_verbs import CITIZEN, ONE, TWO, far_call, hear, heard, seats, talking

pytestmark = pytest.mark.live

MUSIC_SECONDS = 15


def row(site: Site, caller: str) -> dict[str, object]:
    """The one row the ledger has of this caller."""
    rows = [one for one in json.loads(site.hotline("report", "calls", "--json")) if one["caller"] == caller]
    assert len(rows) == 1, rows
    return rows[0]  # type: ignore[no-any-return]


async def test_a_phone_that_lets_go_at_once_is_no_answer(site: Site) -> None:
    """It answers and says BYE at once: the citizen is told, stands at the head of the queue, and a person comes."""
    async with SiteTelephones(site) as floor:
        await floor.sit("8001", answering(0.1, 0.0, tone(ONE)))
        call = await floor.dial(caller="13805924001")
        async with asyncio.timeout(40):
            while len([one for one in floor.desk.calls_to("8001") if one.answered]) < 2:
                assert call.ended is None, "the citizen was cut off"
                await asyncio.sleep(0.05)
        await eventually(lambda: _paused(floor, "8001", "missed"), 10)
        await floor.sit("8002", answering(0.2, None, tone(TWO)))
        await hear((call, {TWO}))
        await asyncio.sleep(1.5)
        call.hang_up()
        await eventually(lambda: row(site, "13805924001")["ended_at"] is not None, 10)
    told = row(site, "13805924001")
    assert (told["seat"], told["ended_by"]) == ("8002", "caller")
    assert float(str(told["wait_seconds"])) > 3


NOBODY = [
    ("refer", "8003"), ("refer", "8002"), ("refer", "110"), ("refer", "emergency"), ("page", "8002"), ("page", "110"),
    ("blonde", "8002"), ("blonde", "110"),
]  # fmt: skip
"""Ways to give a citizen away, and to whom: the first is off, the others are busy or ring out; nobody is in the queue."""


def _all(floor: SiteTelephones) -> list[Call]:
    """Calls that phones and carriers were asked to take."""
    racks = (floor.desk, *floor.phones.trunks.values())
    return [call for rack in racks for call in rack.calls if not call.outgoing]


async def _waiting(floor: SiteTelephones, count: int) -> bool:
    return sum(1 for one in await floor.rest.live_calls() if one["queue"]) == count


async def _paused(floor: SiteTelephones, seat: str, reason: str) -> bool:
    return any(one["seat"] == seat and one["reason"] == reason for one in await floor.rest.seats())


async def test_a_citizen_let_go_at_once_who_gives_up_is_owed_a_call(site: Site) -> None:
    """Nobody else comes: missed by a word of its own, no answer in any figure, and a call-back is owed."""
    async with SiteTelephones(site) as floor:
        await floor.sit("8001", answering(0.1, 0.0, tone(ONE)))
        call = await floor.dial(caller="13805924002")
        await eventually(lambda: _paused(floor, "8001", "missed"), 40)
        await asyncio.sleep(1)
        assert call.ended is None, "the citizen was cut off"
        call.hang_up()
        await eventually(lambda: row(site, "13805924002")["ended_at"] is not None, 10)
        told = row(site, "13805924002")
        assert (told["outcome"], told["outcome_detail"]) == ("missed", "let_go"), told
        assert told["talk_began_at"] is None
        assert told["seat"] == ""
        assert told["callback"] == "open"
    assert not [breach for breach in site.verify() if "outcome" in breach]


async def test_a_phone_that_loses_its_power_gives_its_citizen_back(site: Site) -> None:
    """It dies in the talk and registers anew 3 s later from another port: the citizen is told and is served first."""
    async with SiteTelephones(site) as floor:
        await seats(floor, two=False)
        call, seat = await talking(floor, "13805924003")
        waiting = await floor.dial(caller="13805924004")
        await hear((call, {ONE}), (seat, {CITIZEN}))
        await floor.rest.verb("8001", "after-call", then="pause", reason="小休")
        died = time.time()
        await floor.phones.power_cut(site.fixed.base + 8)
        await asyncio.sleep(3)
        await floor.desk.register("8001", site.secret("sip-8001"), answering(0.2, None, tone(ONE)))
        await eventually(lambda: _waiting(floor, 2), 10)
        assert time.time() - died < 15
        await floor.until_state("8001", "paused")
        await floor.rest.verb("8001", "ready")
        again = await far_call(floor.desk.calls, seat)
        assert again.caller == "13805924003", "somebody else was served before him"
        await hear((call, {ONE}), (again, {CITIZEN}))
        call.hang_up()
        waiting.hang_up()


@pytest.mark.bound(150)
async def test_a_phone_that_loses_its_power_for_good_gives_its_citizen_to_another(site: Site) -> None:
    """X1, and it never comes back: after a minute without sound at the latest the citizen is told and stands at the head of the queue."""
    async with SiteTelephones(site) as floor:
        await seats(floor, two=False)
        call, _seat = await talking(floor, "13805924005")
        await floor.phones.power_cut(site.fixed.base + 8)
        await eventually(lambda: _waiting(floor, 1), SILENT_SECONDS + 20)
        assert call.up
        await floor.desk.register("8002", site.secret("sip-8002"), answering(0.2, None, tone(TWO)))
        await floor.sit("8002", answering(0.2, None, tone(TWO)))
        await hear((call, {TWO}))
        call.hang_up()
        await eventually(lambda: row(site, "13805924005")["ended_at"] is not None, 10)
    assert (row(site, "13805924005")["seat"], row(site, "13805924005")["ended_by"]) == ("8001", "caller"), (
        "who answered first"
    )


@pytest.mark.parametrize(("way", "to"), sampled(NOBODY, 3))
async def test_a_citizen_given_to_nobody_is_missed(site: Site, way: str, to: str) -> None:
    """He waits again, or hears it ring, and gives up: he is owed a call. The phone that sent him away is told."""
    caller = f"1380592{6000 + NOBODY.index((way, to))}"
    async with SiteTelephones(site) as floor:
        await seats(floor)
        manner = ringing_out if way == "blonde" else refusing(486)
        floor.desk.take("8002", manner)
        await everywhere(floor, "110", manner)
        call, seat = await talking(floor, caller)
        await asyncio.sleep(1.2)
        await floor.rest.verb("8001", "after-call", then="pause", reason="小休")
        if way == "refer":
            seat.refer(to)
            await asyncio.sleep(2)
            assert to == "emergency" or max(seat.progress, default=0) >= 400, seat.progress
            seat.hang_up()
        elif way == "page":
            await floor.rest.verb("8001", "transfer", kind="blind", to=to)
        else:
            await floor.rest.verb("8001", "transfer", kind="attended", to=to)
            await eventually(lambda: any(one.dialled == to for one in _all(floor)), 5)
            await floor.rest.verb("8001", "transfer/complete")
        await asyncio.sleep(3)
        assert call.ended is None
        assert not heard(call) - {CITIZEN}  # his own tone is in the music now and then
        call.hang_up()
        await eventually(lambda: row(site, caller)["ended_at"] is not None, 10)
        told = row(site, caller)
        assert (told["outcome"], told["outcome_detail"]) == ("missed", "given_to_nobody"), told
        assert told["callback"] == "open"
    assert not [breach for breach in site.verify() if "outcome" in breach]
