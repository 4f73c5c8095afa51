"""A waiting caller hangs up and is called when his place comes up, before whoever came after him; the daemon alive or dead."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from hotline.lab.hotline_instance import Table
from hotline.lab.media import MULAW
from hotline.lab.phones import Call, answering, refusing
from hotline.lab.sound import tone
from tests.sampling import sampled

from .site import SEAT_TONE, Site, SiteTelephones, eventually, usual
from .test_endings_told import everywhere, out_call
from .tones import as_tone, tone_heard

pytestmark = [pytest.mark.live, pytest.mark.bound(200)]

OFFER, KEYS, TYPE, THANKS, SEAT_TOLD, CITIZEN, SEAT = 1010, 1130, 1270, 1390, 1510, 700, 620
"""Each prompt a tone of its own; and the citizen who is called; and ``SEAT_TONE``."""


def offering(table: Table) -> None:
    usual(table)
    table["queue"][0] |= {"words_seconds": 20, "call_back_seconds": 10, "ring_seconds": 15}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    here = Site(tmp_path_factory.mktemp("site"), offering)
    tones = {
        "callback_offer": OFFER, "callback_keys": KEYS, "callback_type": TYPE, "callback_thanks": THANKS, "callback_seat": SEAT_TOLD,
    }  # fmt: skip
    for name, hertz in tones.items():
        as_tone(here.places.prompts, name, hertz, 1.0)
    with here:
        yield here


def offers(site: Site, caller: str) -> list[dict[str, Any]]:
    """What the ledger has of this caller's offer, with his call, his call-back and its tries."""
    engine = sa.create_engine(f"sqlite:///{site.places.ledger}")
    try:
        with engine.connect() as db:
            found = db.execute(
                sa.text(
                    "select o.*, c.state, c.seat as talked_seat, c.talk_began_at, c.direction, b.kind, b.state as task, b.number as owed, b.tries, "
                    "(select count(*) from recordings r where r.call_id = o.call_id and r.state = 'shelved') as tapes, "
                    "(select group_concat(v.result) from queue_visits v where v.call_id = o.call_id) as visits, "
                    "(select count(*) from legs l where l.call_id = o.call_id) as legs "
                    "from callback_offers o join calls c using (call_id) left join callbacks b on b.task_id = o.call_id "
                    "where c.caller = :caller order by o.offered_at"
                ),
                {"caller": caller},
            )
            return [dict(row) for row in found.mappings()]
    finally:
        engine.dispose()


async def takes(call: Call, since: float, meanwhile: Callable[[], None] = lambda: None) -> None:
    """He hears the offer, presses 1, hears his number with the keys, confirms, is thanked and hangs up. ``meanwhile``: before he confirms."""
    offered = await tone_heard(call, OFFER, since, 60)
    await call.press("1")
    asked = await tone_heard(call, KEYS, offered, 30)
    meanwhile()
    await call.press("1")
    await tone_heard(call, THANKS, asked, 30)
    call.hang_up()


async def in_order(floor: SiteTelephones, *callers: str) -> list[Call]:
    """They dial one after the other, each once the one before is answered and stands in the queue."""
    waiting: list[Call] = []
    for caller in callers:
        if waiting:
            await asyncio.sleep(0.5)
        waiting.append(await floor.dial(caller=caller))
        assert await waiting[-1].until_answered(5)
    return waiting


async def test_the_first_hangs_up_and_is_called_before_the_second(site: Site) -> None:
    """Two wait, one seat: the first takes the offer; at his place the seat is told and he is called; then the second is served.

    He is one call in the ledger, with the wait, the talk of the seat, two parts of the recording, and no call-back owed.
    """
    async with SiteTelephones(site, 0) as floor:
        await floor.sit("8001", answering(0.2, None, SEAT_TONE))
        await everywhere(floor, "13805926002", answering(0.3, None, tone(CITIZEN)))
        talking = await floor.dial(caller="13805926001")
        seat = await floor.seat_call(talking.caller)
        first, second = await in_order(floor, "13805926002", "13805926003")
        assert first.answered is not None
        await takes(first, first.answered)
        await eventually(lambda: [one["number"] for one in offers(site, first.caller)] == [first.caller], 20)
        freed = time.time()
        seat.hang_up()
        back = await out_call(floor, first.caller)
        told = next(call for call in floor.desk.calls if call.caller == first.caller and call.answered is not None)
        await tone_heard(told, SEAT_TOLD, freed)
        await tone_heard(told, CITIZEN, freed)
        await tone_heard(back, SEAT, freed)
        assert not any(call.caller == second.caller and call.answered for call in floor.desk.calls), "overtaken"
        await asyncio.sleep(2)
        told.hang_up()
        await back.until_ended(10)
        last = await floor.seat_call(second.caller, 30)
        last.hang_up()
        await second.until_ended(10)
    await eventually(lambda: offers(site, first.caller)[0]["tapes"] == 2, 40)
    (kept,) = offers(site, first.caller)
    assert (kept["place"], kept["result"], kept["answered"], kept["seat"]) == (1, "talked", True, "8001")
    assert (kept["state"], kept["talked_seat"], kept["direction"], kept["task"]) == ("closed", "8001", "inbound", None)
    assert kept["visits"] == "moved,answered"
    assert kept["offered_at"] < kept["asked_at"] < kept["taken_at"] < kept["up_at"] < kept["talk_began_at"]
    assert site.settle() == []


async def test_a_place_is_kept_with_the_daemon_dead_and_who_is_not_there_is_owed(site: Site) -> None:
    """Killed while two hang up, the second after typing another number: both are called all the same, in their order; one does not answer.

    What was promised stands in the ledger when it is there again, with the try, and the call-back is due.
    """
    other = "13805926012"
    async with SiteTelephones(site, 0) as floor:
        await floor.sit("8001", answering(0.2, None, SEAT_TONE))
        await everywhere(floor, "13805926011", refusing(486))
        await everywhere(floor, other, answering(0.3, None, tone(CITIZEN)))
        talking = await floor.dial(caller="13805926010")
        seat = await floor.seat_call(talking.caller)
        first, second = await in_order(floor, "13805926011", "13805926013")
        assert first.answered is not None
        assert second.answered is not None
        site.kill()
        await takes(first, first.answered)
        offered = await tone_heard(second, OFFER, second.answered, 60)
        await second.press("1")
        asked = await tone_heard(second, KEYS, offered, 30)
        await second.press("2")
        typed = await tone_heard(second, TYPE, asked, 30)
        await second.press(other + "#")
        asked = await tone_heard(second, KEYS, typed + 1, 40)
        await second.press("1")
        await tone_heard(second, THANKS, asked, 30)
        second.hang_up()
        freed = time.time()
        seat.hang_up()
        back = await out_call(floor, other)
        told = next(
            call for call in reversed(floor.desk.calls) if call.caller == second.caller and call.answered is not None
        )
        await tone_heard(told, CITIZEN, freed)
        await tone_heard(back, SEAT, freed)
        await asyncio.sleep(1.5)
        back.hang_up()
        await told.until_ended(20)
        tried = [call for rack in floor.phones.trunks.values() for call in rack.calls if call.dialled == first.caller]
        assert len(tried) == 1, "who is busy is not rung by the next carrier"
        assert tried[0].began < back.began, "out of order"
        await asyncio.to_thread(site.start)
        await eventually(lambda: [one["result"] for one in offers(site, first.caller)] == ["owed"], 30)
        await eventually(lambda: [one["result"] for one in offers(site, second.caller)] == ["talked"], 30)
    (owed,), (kept,) = offers(site, first.caller), offers(site, second.caller)
    assert (owed["kind"], owed["task"], owed["owed"], owed["tries"]) == ("queue_offer", "open", first.caller, 1)
    assert (owed["cause"], owed["place"], kept["place"], kept["number"]) == (17, 1, 2, other)
    assert site.settle() == []


@pytest.mark.long
async def test_second_thoughts_and_whoever_calls_again_stand_where_they_stood(site: Site) -> None:
    """The first asks and waits on; the second hangs up and calls again, behind a third: all are served in the order in which they came."""
    async with SiteTelephones(site, 0) as floor:
        await floor.sit("8001", answering(0.2, None, SEAT_TONE))
        talking = await floor.dial(caller="13805926020")
        seat = await floor.seat_call(talking.caller)
        first, second, third = await in_order(floor, "13805926021", "13805926022", "13805926023")
        assert first.answered is not None
        assert second.answered is not None
        offered = await tone_heard(first, OFFER, first.answered, 60)
        await first.press("1")
        await tone_heard(first, KEYS, offered, 30)
        await first.press("3")
        await takes(second, second.answered)
        again = await floor.dial(caller=second.caller)
        assert await again.until_answered(5)
        await eventually(lambda: [one["result"] for one in offers(site, second.caller)] == ["came_back"], 30)
        for call in (first, again, third):
            seat.hang_up()
            await seat.until_ended(5)
            seat = await floor.seat_call(call.caller, 30)
        seat.hang_up()
        for call in (first, again, third):
            await call.until_ended(10)
    assert [one["result"] for one in offers(site, first.caller)] == ["declined"]
    assert site.settle() == []


TALK_SECONDS = 4


async def both_heard(told: Call, back: Call) -> None:
    """Second after second, from the moment at which the seat hears the citizen."""
    met = await tone_heard(told, CITIZEN, back.began)
    await asyncio.sleep(max(0.0, met + TALK_SECONDS + 0.5 - time.time()))
    for second in range(TALK_SECONDS):
        window = {"since": met + second, "until": met + second + 1}
        levels = told.ear.tone_level(CITIZEN, **window), back.ear.tone_level(SEAT, **window)
        assert min(levels) > 0.4, (second, levels)


@pytest.mark.parametrize(
    ("dies", "number"),
    sampled([("never", 3), ("confirming", 4), ("place up", 5)], 1, always=[("confirming", 4)]),
    ids=["never", "confirming", "place-up"],
)
async def test_over_a_carrier_of_mu_law_both_hear_each_other(site: Site, dies: str, number: int) -> None:
    """Two places are kept over carriers that speak nothing but PCMU, to citizens who are called by them: each pair hears each other in
    every second. The daemon lives; is killed while the citizens confirm; or as the first place has come up and the seat rings."""
    async with SiteTelephones(site, 0) as floor:
        for rack in floor.phones.trunks.values():
            rack.codec = MULAW
        await floor.sit("8001", answering(0.2, None, SEAT_TONE))
        talking = await floor.dial(caller=f"1380592603{number}")
        seat = await floor.seat_call(talking.caller)
        callers = [f"138059260{number}{n}" for n in (1, 2)]
        waiting: list[Call] = []
        for caller in callers:
            await everywhere(floor, caller, answering(0.3, None, tone(CITIZEN)))
            waiting.append(await floor.dial(caller=caller))
            assert await waiting[-1].until_answered(5)
            await asyncio.sleep(0.5)

        alive = True

        def kill() -> None:
            nonlocal alive
            if alive:
                site.kill()
            alive = False

        while_confirming = kill if dies == "confirming" else lambda: None
        await asyncio.gather(*(takes(call, call.answered or 0.0, while_confirming) for call in waiting))
        assert await talking.until_heard(2.0), "an ordinary call of such a carrier is silent"
        for caller in callers:
            seat.hang_up()
            await seat.until_ended(10)
            if dies == "place up" and alive:
                rung = lambda who=caller: any(one.caller == who for one in floor.desk.calls)  # noqa: E731
                await eventually(rung, 20)
                kill()
            back = await out_call(floor, caller)
            told = next(one for one in reversed(floor.desk.calls) if one.caller == caller and one.answered is not None)
            await both_heard(told, back)
            seat = told
        seat.hang_up()
        await back.until_ended(10)
        if not alive:
            await asyncio.to_thread(site.start)
        for caller in callers:
            await eventually(lambda who=caller: [one["result"] for one in offers(site, who)] == ["talked"], 30)  # type: ignore[misc]
            await eventually(lambda who=caller: offers(site, who)[0]["tapes"] == 2, 40)  # type: ignore[misc]
    assert site.settle() == []


async def test_an_agent_who_hangs_up_before_the_citizen_is_called_does_not_use_the_place_up(site: Site) -> None:
    """The seat takes the place and lets go in the words to it: the place comes up again at once, before whoever came later; then citizen
    and agent talk, and the agent hangs up."""
    async with SiteTelephones(site, 0) as floor:
        await floor.sit("8001", answering(0.2, None, SEAT_TONE))
        await everywhere(floor, "13805926091", answering(0.3, None, tone(CITIZEN)))
        talking = await floor.dial(caller="13805926090")
        seat = await floor.seat_call(talking.caller)
        first, second = await in_order(floor, "13805926091", "13805926092")
        await takes(first, first.answered or 0.0)
        seat.hang_up()

        def taken() -> list[Call]:
            return [call for call in floor.desk.calls if call.caller == first.caller and call.answered is not None]

        await eventually(taken, 30)
        await tone_heard(taken()[0], SEAT_TOLD, taken()[0].answered or 0.0)
        taken()[0].hang_up()
        assert not [
            call for rack in floor.phones.trunks.values() for call in rack.calls if call.dialled == first.caller
        ]
        await eventually(lambda: len(taken()) == 2, 30)
        back = await out_call(floor, first.caller)
        again = taken()[1]
        await tone_heard(again, CITIZEN, again.answered or 0.0)
        await tone_heard(back, SEAT, back.answered or 0.0)
        assert not any(call.caller == second.caller and call.answered for call in floor.desk.calls), "overtaken"
        await asyncio.sleep(1.5)
        again.hang_up()
        await back.until_ended(10)
        last = await floor.seat_call(second.caller, 30)
        last.hang_up()
        await second.until_ended(10)
        await eventually(lambda: [one["result"] for one in offers(site, first.caller)] == ["talked"], 30)
    assert site.settle() == []
