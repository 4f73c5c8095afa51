"""All that a mode changes at once, with callers waiting when it is switched on, by each way there is, heard at their ears (decisions 0048, 0059)."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from hotline.lab.hotline_instance import Table
from hotline.lab.phones import Call, answering
from hotline.lab.sound import tone
from tests.sampling import sampled

from .site import SEAT_TONE, Site, SiteTelephones, eventually, usual
from .test_call_back import CITIZEN
from .test_endings_told import everywhere, out_call
from .test_replies import case_store, filed
from .test_self_service import rows, served
from .test_switches import PIN, by_telephone
from .tones import as_tone, tone_heard

pytestmark = [pytest.mark.live, pytest.mark.bound(240)]

PARTNER = "1231912345"
TYPHOON, SIMING, WAITING, NEXT, OFFER, KEYS, THANKS, MENU, ON, EVENT, PLUS_ONE, JOINED = (
    1010, 1070, 1130, 1190, 1250, 1310, 1390, 1510, 1570, 1630, 1690, 1750,
)  # fmt: skip
TONES = {
    "typhoon": TYPHOON, "typhoon_siming": SIMING, "typhoon_waiting": WAITING, "s_next": NEXT, "callback_offer": OFFER,
    "callback_keys": KEYS, "callback_thanks": THANKS, "switch_pin": PIN, "switch_menu": MENU, "switch_on": ON,
    "plus_one": PLUS_ONE, "plus_one_joined": JOINED,
}  # fmt: skip
"""Each prompt a tone of its own."""
AT_ONCE = 5.0
"""Seconds from the switch to what a caller meets of it."""


def stormy(table: Table) -> None:
    """The shipped mode, with a prompt of a district and a journey that tells of a mass event; one seat, and one of the reserve."""
    usual(table)
    table["queue"][0]["ring_seconds"] = 15
    table["agent"][1] |= {"skills": {"minnan": 1}, "reserve": {"mandarin": 1}}
    table["prompts"]["typhoon_siming"] = "思明区沿海道路已封闭。"
    (mode,) = table["mode"]
    mode["districts"] = {"siming": "typhoon_siming"}
    mode["line"]["citizen"]["journey"] = "storm"
    table["journey"] = {
        "storm": {
            "notice": {"kind": "notice", "next": "event"},
            "event": {"kind": "mass_event", "joined": "bye", "otherwise": "people"},
            "people": {"kind": "queue"},
            "bye": {"kind": "hang_up"},
        }
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    here = Site(tmp_path_factory.mktemp("site"), stormy)
    for name, hertz in TONES.items():
        as_tone(here.places.prompts, name, hertz, 0.8)
    with here:
        yield here


def waiting(site: Site, count: int) -> bool:
    """So many stand in the queue, as Asterisk counts them."""
    found = re.search(r"mandarin +has (\d+) calls", site.hotline("asterisk", "cli", "queue show mandarin"))
    return found is not None and int(found[1]) == count


async def waits(floor: SiteTelephones, site: Site, caller: str, count: int, number: str = "12319") -> Call:
    """He has come to the queue, where so many stand with him."""
    call = await floor.dial(number, caller=caller)
    assert await call.until_answered(10)
    await eventually(lambda: waiting(site, count), 20)
    return call


async def heard(call: Call, *hertz: int, within: float = 20.0) -> float:
    """These in their order from his answer on; when the last was."""
    assert call.answered is not None
    at = call.answered
    for one in hertz:
        at = await tone_heard(call, one, at, within)
    return at


Act = Callable[[SiteTelephones, Site, str], Awaitable[float]]
"""Switches the mode; gives the moment at which it was said."""


async def by_rest(floor: SiteTelephones, site: Site, state: str) -> float:
    began = time.time()
    body = {"kind": "mode", "target": "typhoon", "state": state, "reason": "台风红色预警"}
    reply = await floor.client.post("/api/switches", json=body | ({"district": "siming"} if state == "on" else {}))
    assert reply.status_code == 200, reply.text
    return began


async def by_command(floor: SiteTelephones, site: Site, state: str) -> float:
    began = time.time()
    words = ["mode", state, "typhoon", "--reason", "台风红色预警"] + (["--district", "siming"] if state == "on" else [])
    await asyncio.to_thread(site.hotline, *words)
    return began


async def by_phone(floor: SiteTelephones, site: Site, state: str) -> float:
    """With the daemon dead; no district can be said by keys."""
    call = await by_telephone(floor, site, site.secret("switch-pin"))
    asked = await tone_heard(call, MENU, call.answered or 0.0)
    began = time.time()
    await call.press("4" if state == "on" else "5")
    if state == "on":
        await tone_heard(call, ON, asked)
    await call.until_ended(10)
    return began


WAYS: dict[str, Act] = {"rest": by_rest, "command": by_command, "telephone": by_phone}


@pytest.mark.parametrize(
    ("way", "number"),
    sampled([("rest", 1), ("command", 2), ("telephone", 3)], 2, always=[("rest", 1), ("telephone", 3)]),
    ids=["rest", "command", "telephone-with-the-daemon-dead"],
)
async def test_a_mode_changes_all_of_it_at_once_for_who_waits_and_who_comes(site: Site, way: str, number: int) -> None:
    """A partner's call waits, then a citizen's. From the switch on, within five seconds: the seat of the reserve rings for the first, and
    who waits on is told. The citizen then hears that he is the next and the offer, and takes it. Who comes now hears the mode's notice and
    the district's prompt (not by telephone), and waits before a partner's call that came a little earlier, and behind who waits already.
    """
    dead = way == "telephone"
    partner, citizen, later, newcomer = (f"138059270{number}{n}" for n in range(4))
    async with SiteTelephones(site, 0) as floor:
        for sits in ("8001", "8002"):
            await floor.sit(sits, answering(0.2, None, SEAT_TONE))
        await everywhere(floor, citizen, answering(0.3, None, tone(CITIZEN)))
        talking = await floor.dial(caller=f"138059279{number}0")
        seat = await floor.seat_call(talking.caller)
        assert seat.dialled == "8001", "a seat of the reserve serves before it is called in"
        first = await waits(floor, site, partner, 1, PARTNER)
        second = await waits(floor, site, citizen, 2)
        await asyncio.sleep(2)
        assert not any(one.dialled == "8002" for one in floor.desk.calls), (
            "a seat of the reserve rang before it was called in"
        )
        if dead:
            site.kill()
        began = await WAYS[way](floor, site, "on")
        told = await tone_heard(second, WAITING, began)
        assert told - began < AT_ONCE
        await eventually(lambda: [one.caller for one in floor.desk.calls if one.dialled == "8002"] == [partner], 10)
        rung = next(one for one in floor.desk.calls if one.dialled == "8002")
        assert rung.began - began < AT_ONCE, "the reserve came late"
        said = await tone_heard(second, NEXT, began, 30)
        offered = await tone_heard(second, OFFER, said, 15)
        assert offered - began < 20

        behind = await waits(floor, site, later, 2, PARTNER)
        before = await waits(floor, site, newcomer, 3)
        await heard(before, *([TYPHOON] if dead else [TYPHOON, SIMING]))
        await heard(behind, *([TYPHOON] if dead else [TYPHOON, SIMING]))

        await second.press("1")
        asked = await tone_heard(second, KEYS, offered, 30)
        await second.press("1")
        await tone_heard(second, THANKS, asked, 30)
        second.hang_up()
        seat.hang_up()
        back = await out_call(floor, citizen)
        mine = next(one for one in floor.desk.calls if one.caller == citizen and one.answered is not None)
        await tone_heard(mine, CITIZEN, back.began)
        assert not any(one.caller in (later, newcomer) and one.answered for one in floor.desk.calls), (
            "a place was overtaken"
        )
        back.hang_up()
        await mine.until_ended(15)
        served_next = await floor.seat_call(newcomer, 30)
        assert not any(one.caller == later and one.answered for one in floor.desk.calls), (
            "the mode's order does not hold"
        )
        served_next.hang_up()
        last = await floor.seat_call(later, 30)
        if dead:
            await asyncio.to_thread(site.start)
        await by_rest(floor, site, "off")
        for call in (first, behind):
            call.hang_up()
        await last.until_ended(10)
    assert site.settle() == []


async def test_after_a_mode_nobody_passes_who_came_in_it(site: Site) -> None:
    """A partner's call that came in the mode waits; it is switched off; a citizen who comes then waits behind it. Asterisk dies in the
    mode meanwhile: who comes then hears the mode's notice all the same."""
    async with SiteTelephones(site, 0) as floor:
        await floor.sit("8001", answering(0.2, None, SEAT_TONE))
        await by_rest(floor, site, "on")
        await asyncio.sleep(
            1.5
        )  # AstDB writes to its disk once a second: what was switched in the last one dies with Asterisk, and is told again
        site.kill_asterisk()
        numbers = (f"138059280{n:02}" for n in range(99))

        async def in_the_mode() -> Call:
            """As soon as it takes calls again, which are not counted."""
            call = await floor.dial(caller=next(numbers))
            try:
                assert await call.until_answered(3)
            except TimeoutError as early:
                call.hang_up()
                raise AssertionError("not answered") from early
            return call

        found: list[Call] = []

        async def answered() -> None:
            found.append(await in_the_mode())

        await eventually(answered, 60)
        await heard(found[-1], TYPHOON, SIMING)
        found[-1].hang_up()
        await floor.until_state("8001", "ready", 60)
        await eventually(lambda: site.offers_to("8001"), 30)
        talking = await floor.dial(caller="13805928100")
        seat = await floor.seat_call(talking.caller, 30)
        early = await waits(floor, site, "13805928101", 1, PARTNER)
        await by_rest(floor, site, "off")
        late = await waits(floor, site, "13805928102", 2)
        seat.hang_up()
        first = await floor.seat_call(early.caller, 30)
        assert not any(one.caller == late.caller for one in floor.desk.calls)
        first.hang_up()
        second = await floor.seat_call(late.caller, 30)
        second.hang_up()
        await late.until_ended(10)
    assert site.settle() == []


async def test_a_mode_tells_of_its_mass_event_and_groups_who_joins(site: Site) -> None:
    """Outside of the mode nobody is asked; in it a caller hears what it is about, joins by a key, and is counted at the case."""
    async with SiteTelephones(site, 1) as floor, case_store(site) as store:
        call, case = await filed(floor)
        ((ticket,),) = rows(site, "select ticket_id from tickets where call_id = :call", call=call)
        ends = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
        body = {"ticket": ticket, "title": "倒树", "words": "湖滨南路倒树，正在清理", "ends_at": ends}
        opened = await floor.client.post("/api/mass-events", json=body)
        assert opened.status_code == 201, opened.text
        event = opened.json()["id"]
        as_tone(site.places.prompts, f"event_{event.lower()}", EVENT, 0.8)
        said = {"kind": "mode", "target": "typhoon", "state": "on", "reason": "台风", "event": event}
        reply = await floor.client.post("/api/switches", json=said)
        assert reply.status_code == 200, reply.text

        async def asked() -> None:
            """The sound is taken up within seconds."""
            joins = await floor.dial(caller="13805928200")
            try:
                assert await joins.until_answered(5)
                heard_at = await heard(joins, TYPHOON, EVENT, PLUS_ONE)
                await joins.press("1")
                await tone_heard(joins, JOINED, heard_at)
                await joins.until_ended(15)
            finally:
                joins.hang_up()

        await eventually(asked, 60)
        await eventually(lambda: served(site, "13805928200")[-1] == ("mass_event", "joined", ""), 40)

        async def counted() -> None:
            assert (await store.case(case))["plus_ones"] == 1

        await eventually(counted, 40)
        await by_rest(floor, site, "off")
        usual_ = await floor.dial(caller="13805928201")
        seat = await floor.seat_call(usual_.caller)
        assert usual_.ear.tone_level(EVENT, since=usual_.answered or 0.0) < 0.1, "asked outside of the mode"
        usual_.hang_up()
        await seat.until_ended(10)
    assert site.settle() == []
