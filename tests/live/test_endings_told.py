"""Who ended a call, and whom it was given to: what the ledger tells of each way there is, by telephone and by page."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest

from hotline.lab.daemon_client import RestRefused
from hotline.lab.phones import Call, Manner, answering, ringing_out
from hotline.lab.sound import tone
from tests.sampling import sampled

from .site import Site, SiteTelephones, eventually
from .test_verbs import CITIZEN, ONE, POLICE, TWO, far_call, hear, seats, talking

pytestmark = pytest.mark.live


async def everywhere(floor: SiteTelephones, number: str, manner: Manner) -> None:
    """Who answers there, whichever carrier the call goes out by; once Asterisk knows that one is there."""
    for rack in floor.phones.trunks.values():
        rack.take(number, manner)
    await floor.reachable("telecom")


def world(floor: SiteTelephones, number: str = "") -> list[Call]:
    """Calls that went out, to this number or any."""
    calls = [call for rack in floor.phones.trunks.values() for call in rack.calls if not call.outgoing]
    return [call for call in calls if not number or call.dialled == number]


async def out_call(floor: SiteTelephones, number: str) -> Call:
    async with asyncio.timeout(40):
        while not (up := [call for call in world(floor, number) if call.up]):
            await asyncio.sleep(0.05)
    return up[0]


def rows(site: Site, **same: str) -> list[dict[str, Any]]:
    """Closed calls of the ledger that have these values."""
    told = json.loads(site.hotline("report", "calls", "--json"))
    return [one for one in told if one["ended_at"] and all(one[name] == value for name, value in same.items())]


async def closed(site: Site, **same: str) -> dict[str, Any]:
    """The one such call, once it is over."""
    await eventually(lambda: len(rows(site, **same)) == 1, 15)
    return rows(site, **same)[0]


def transfers(site: Site, call: str) -> list[tuple[Any, ...]]:
    """(kind, by, target, seat it became, agent there) of this call."""
    import sqlite3

    file = site.places.var / "ledger.sqlite3"
    if not file.exists():
        (file,) = [
            one
            for one in site.places.var.rglob("*")
            if one.suffix in (".db", ".sqlite", ".sqlite3") and "ledger" in one.name
        ]
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as db:
        asked = "select kind, by_seat, target, became_seat, became_agent from transfers where call_id = ? order by seq"
        return db.execute(asked, (call,)).fetchall()


@pytest.mark.parametrize(
    ("number", "how", "by"),
    sampled([(1, "page", "seat"), (2, "phone", "seat"), (3, "citizen", "caller")], 2, always=[(1, "page", "seat")]),
)
async def test_who_ended_a_talk(site: Site, number: int, how: str, by: str) -> None:
    """The agent's page or phone, or the citizen's."""
    async with SiteTelephones(site) as floor:
        await seats(floor, two=False)
        call, seat = await talking(floor, f"1380592510{number}")
        await asyncio.sleep(1.2)
        if how == "page":
            await floor.rest.verb("8001", "hang-up")
        else:
            (seat if how == "phone" else call).hang_up()
        await call.until_ended(5)
    assert (await closed(site, caller=f"1380592510{number}"))["ended_by"] == by


@pytest.mark.parametrize(
    ("number", "how", "by"),
    sampled([(1, "page", "seat"), (2, "phone", "seat"), (3, "citizen", "called"), (4, "ringing", "seat")], 2),
)
async def test_who_ended_an_outgoing_call(site: Site, number: int, how: str, by: str) -> None:
    """The seat's page or phone, or whom it called; in the talk or while it still rings."""
    dialled = f"1380592520{number}"
    async with SiteTelephones(site) as floor:
        await seats(floor, two=False)
        manner = ringing_out if how == "ringing" else answering(0.2, None, tone(POLICE))
        await everywhere(floor, dialled, manner)
        await floor.rest.verb("8001", "dial", number=dialled)
        if how == "ringing":
            await eventually(lambda: world(floor, dialled), 10)
            await asyncio.sleep(0.5)
            await floor.rest.verb("8001", "hang-up")
        else:
            far = await out_call(floor, dialled)
            seat = await far_call(floor.desk.calls)
            await hear((seat, {POLICE}), (far, {ONE}))
            await asyncio.sleep(1)
            if how == "page":
                await floor.rest.verb("8001", "hang-up")
            else:
                (seat if how == "phone" else far).hang_up()
    assert (await closed(site, dialled=dialled))["ended_by"] == by


@pytest.mark.parametrize(
    ("number", "to", "target"), sampled([(1, "8002", ("8002", "8002", "1002")), (2, "110", ("110", "", ""))], 1)
)
@pytest.mark.parametrize("blonde", [False, True])
async def test_an_attended_transfer_says_to_whom(
    site: Site, number: int, to: str, target: tuple[str, str, str], blonde: bool
) -> None:
    """By REST, completed while the other one talks or while his phone still rings; asked for a second after it began."""
    caller = f"138059253{number}{int(blonde)}"
    async with SiteTelephones(site) as floor:
        await seats(floor)
        await everywhere(floor, "110", answering(0.2, None, tone(POLICE)))
        if blonde:
            floor.desk.take("8002", answering(4, None, tone(TWO)))
            await everywhere(floor, "110", answering(4, None, tone(POLICE)))
        sound = TWO if to == "8002" else POLICE
        call, seat = await talking(floor, caller)
        begun = time.monotonic()
        await floor.rest.verb("8001", "transfer", kind="attended", to=to)
        await eventually(lambda: floor.desk.calls_to(to) or world(floor, to), 10)
        assert time.monotonic() - begun < 3, "the consultation rings too late"
        if not blonde:
            await asyncio.sleep(1)
        await floor.rest.verb("8001", "transfer/complete")
        await seat.until_ended(5)
        await hear((call, {sound}))
        await asyncio.sleep(1.5)
        call.hang_up()
    told = await closed(site, caller=caller)
    assert [row[1:] for row in transfers(site, told["call"])] == [("8001", *target)]
    assert told["ended_by"] == "caller"
    assert (told["queue_result"], told["outcome"] or "", told["callback"]) == ("answered", "", "")


async def test_a_consultation_completed_before_it_rings_is_refused_or_done(site: Site) -> None:
    """Never 200 and nothing done: whatever is answered is so."""
    async with SiteTelephones(site) as floor:
        await seats(floor)
        call, seat = await talking(floor, "13805925401")
        await floor.rest.verb("8001", "transfer", kind="attended", to="8002")
        refusals = []
        for _ in range(20):
            try:
                await floor.rest.verb("8001", "transfer/complete")
                break
            except RestRefused as no:
                refusals.append(no.status)
                await asyncio.sleep(0.1)
        assert set(refusals) <= {409}
        assert len(refusals) < 20
        await seat.until_ended(5)
        await hear((call, {TWO}))
        await asyncio.sleep(1.2)
        call.hang_up()
    await closed(site, caller="13805925401")


async def test_a_conference_is_no_transfer(site: Site) -> None:
    """The seat joins 110 and leaves later: a conference, and no transfer in the figures."""
    async with SiteTelephones(site) as floor:
        await seats(floor, two=False)
        await everywhere(floor, "110", answering(0.2, None, tone(POLICE)))
        call, seat = await talking(floor, "13805925501")
        await floor.rest.verb("8001", "transfer", kind="attended", to="110")
        police = await out_call(floor, "110")
        await hear((seat, {POLICE}))
        await floor.rest.verb("8001", "transfer/conference")
        await hear((call, {ONE, POLICE}), (seat, {CITIZEN, POLICE}))
        await asyncio.sleep(1.5)
        seat.hang_up()
        await hear((call, {POLICE}))
        call.hang_up()
        await police.until_ended(5)
    told = await closed(site, caller="13805925501")
    assert told["transfers"] == 0
    assert [(row[0], row[2]) for row in transfers(site, told["call"])] == [("conference", "110")]


async def test_a_blind_transfer_says_to_whom(site: Site) -> None:
    """By REST and by REFER, to the world: the number."""
    for number, how in ((1, "page"), (2, "refer")):
        async with SiteTelephones(site) as floor:
            await seats(floor, two=False)
            await everywhere(floor, "110", answering(0.2, None, tone(POLICE)))
            call, seat = await talking(floor, f"1380592560{number}")
            await asyncio.sleep(1.2)
            if how == "page":
                await floor.rest.verb("8001", "transfer", kind="blind", to="110")
            else:
                seat.refer("110")
            await out_call(floor, "110")
            seat.hang_up()
            await hear((call, {POLICE}))
            await asyncio.sleep(1.2)
            call.hang_up()
        told = await closed(site, caller=f"1380592560{number}")
        assert transfers(site, told["call"]) == [("blind", "8001", "110", "", "")]
        assert told["outcome"] is None or told["outcome"] == ""


async def test_a_seat_that_is_not_free_gets_nobody_blindly(site: Site) -> None:
    """Wrapping up, in a talk, or with nobody there: refused, with who is free."""
    async with SiteTelephones(site) as floor:
        await seats(floor)
        call, seat = await talking(floor, "13805925701")
        await floor.sit("8003", answering(0.2, None, tone(TWO)))
        with pytest.raises(RestRefused) as nobody:
            await floor.rest.verb("8001", "transfer", kind="blind", to="8004")
        assert nobody.value.status == 409
        assert "8003" in str(nobody.value.said)  # who is free
        await floor.rest.verb("8003", "call", to="8002")
        await floor.until_state("8003", "talking")
        with pytest.raises(RestRefused):
            await floor.rest.verb("8001", "transfer", kind="blind", to="8003")
        await hear((call, {ONE}), (seat, {CITIZEN}))
        call.hang_up()
        await floor.rest.verb("8003", "hang-up")


def _newest(floor: SiteTelephones, seat: str) -> Call | None:
    """The talk at this seat."""
    return next((one for one in reversed(floor.desk.calls_to(seat)) if one.up), None)


async def _refused_by_its_key(floor: SiteTelephones, caller: str, to: str) -> int:
    """8001 gives its citizen to ``to`` by REFER: told a final answer, it wraps up, and is his again. What it was told."""
    before = len(floor.desk.calls_to("8002"))
    await floor.until_state("8001", "ready")
    call, seat = await talking(floor, caller)
    await asyncio.sleep(1.2)
    seat.refer(to)

    def told() -> None:
        assert max(seat.progress, default=0) >= 200, seat.progress

    await eventually(told, 10)
    seat.hang_up()
    # his seat wraps up, and is the first that is free
    await eventually(lambda: _newest(floor, "8001") not in (None, seat), 20)
    again = _newest(floor, "8001")
    assert again is not None
    await hear((call, {ONE}), (again, {CITIZEN}))
    await asyncio.sleep(1.2)
    call.hang_up()
    await again.until_ended(5)
    assert (floor.desk.calls_to("8004"), len(floor.desk.calls_to("8002"))) == ([], before)
    return max(seat.progress)


async def test_a_telephones_own_key_gives_nobody_to_a_seat_that_is_not_free(site: Site) -> None:
    """REFER to a seat that talks, where nobody sits, or to a number that is not allowed: nobody is rung, the telephone is told,
    the citizen waits and is answered.

    Asterisk itself tells a telephone 200 when a packet of the talk is played out after the REFER was done with, as happens
    on a busy machine (decision 0028): one of the three may be told so.
    """
    told = []
    async with SiteTelephones(site) as floor:
        await seats(floor)
        await floor.sit("8003", answering(0.2, None, tone(TWO)))
        await floor.desk.register("8004", site.secret("sip-8004"), answering(0.2, None, tone(TWO)))
        await floor.rest.verb("8003", "call", to="8002")
        await floor.until_state("8003", "talking")
        for number, to in ((1, "8004"), (2, "8002"), (3, "0085223456789")):
            told.append(await _refused_by_its_key(floor, f"1380592575{number}", to))
        await floor.rest.verb("8003", "hang-up")
    assert sum(status >= 400 for status in told) >= 2, told
    for number in (1, 2, 3):
        assert (await closed(site, caller=f"1380592575{number}"))["ended_by"] == "caller"


async def test_who_cancels_at_once_has_a_line(site: Site) -> None:
    """CANCEL right behind INVITE: line and trunk are known from the channel; no notice had begun."""
    async with SiteTelephones(site) as floor:
        calls = [await floor.dial(caller=f"138059258{n:02}") for n in range(40)]
        for call in calls:
            call.hang_up()
        await asyncio.sleep(3)
    told = [
        one for one in json.loads(site.hotline("report", "calls", "--json")) if one["caller"].startswith("138059258")
    ]
    assert told
    assert {(one["line"], one["trunk"]) for one in told} == {("citizen", "telecom")}
    unheard = {one["outcome_detail"] for one in told if not one["notice_at"]}
    assert unheard <= {"abandoned_before_notice"}


async def test_an_unplugged_phone_is_told_in_seconds(site: Site) -> None:
    """Its agent dials: within a few seconds the call is over, and nothing is left dialling."""
    async with SiteTelephones(site) as floor:
        await seats(floor, two=False)
        await floor.phones.power_cut(site.fixed.base + 8)
        begun = time.monotonic()
        await floor.rest.verb("8001", "dial", number="13805925901")
        await floor.until_state("8001", "dialling", 3)
        await floor.until_state("8001", "ready", 10)
        assert time.monotonic() - begun < 8
        assert site.channels() == 0
