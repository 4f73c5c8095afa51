"""Callers who help themselves by keys: how far a case is, joining a mass event, and a person whatever has died (decision 0049)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from hotline.lab.hotline_instance import Table
from hotline.lab.phones import Call
from tests.config.journeys import HELPED

from .site import Site, SiteTelephones, eventually, usual
from .test_replies import UNIT, CaseStore, case_store, filed
from .tones import as_tone, tone_heard, unheard

pytestmark = pytest.mark.live

LINE = "12319007"
TONES = {
    "menu": 700, "progress_number": 830, "progress_code": 970, "progress_wrong": 1130, "progress_dispatch": 1310,
    "anything_else": 1510, "plus_one_joined": 1730, "sorry": 1990, "plus_one": 2290, "s_promised": 2410, "s_provisional": 2530,
}  # fmt: skip
"""Each prompt a tone of its own."""
EVENT = 2630
SECONDS = 40


def helped(table: Table) -> None:
    usual(table)
    table["journey"] = {"helped": HELPED}
    table["line"].append(
        {"id": "helped", "name": "自助", "numbers": [LINE], "queue": "mandarin", "journey": "helped", "hours": "always", "check_seconds": 0}
    )  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    here = Site(tmp_path_factory.mktemp("site"), helped)
    for name, hertz in TONES.items():
        as_tone(here.places.prompts, name, hertz, 0.8)
    with here:
        yield here


def rows(site: Site, query: str, **values: Any) -> list[tuple[Any, ...]]:
    engine = sa.create_engine(f"sqlite:///{site.places.ledger}")
    try:
        with engine.connect() as db:
            return [tuple(row) for row in db.execute(sa.text(query), values)]
    finally:
        engine.dispose()


def served(site: Site, caller: str) -> list[tuple[Any, ...]]:
    """(service, result, said) of this caller's calls, in their order."""
    return rows(
        site,
        "select service, result, said from self_services s join calls c using (call_id) where c.caller = :caller order by s.at, s.seq",
        caller=caller,
    )


class Keys:
    """A caller's ear and finger: what he hears, then what he presses."""

    def __init__(self, call: Call) -> None:
        self.call, self.heard = call, time.time()

    async def hear(self, hertz: int) -> Keys:
        self.heard = await tone_heard(self.call, hertz, self.heard, SECONDS)
        return self

    async def type(self, prompt: str, keys: str) -> None:
        await self.hear(TONES[prompt])
        await self.call.press(keys)

    async def asks(self, number: str, code: str) -> None:
        await self.type("progress_number", number)
        await self.type("progress_code", code)


async def calls(floor: SiteTelephones, caller: str) -> Keys:
    call = await floor.dial(LINE, caller=caller)
    assert await call.until_answered()
    return Keys(call)


async def dispatched(store: CaseStore, number: str) -> None:
    if (await store.case(number))["state"] == "reported":
        await store.does(number, "accept", "accepter")
    await store.does(
        number, "dispatch", "dispatcher", unit=UNIT, limit={"value": 5, "unit": "work_day"}, opinion="请处置"
    )


@pytest.mark.bound(240)
async def test_a_caller_hears_how_far_his_case_is_joins_an_event_and_always_comes_to_a_person(site: Site) -> None:
    """Wrong, then right; +1 once however often; the daemon hung, then dead: a person. The ledger has each step."""
    async with SiteTelephones(site, 1) as floor, case_store(site) as store:
        _call, number = await filed(floor)
        await dispatched(store, number)

        def known() -> list[tuple[Any, ...]]:
            return rows(
                site, "select query_code from cases where number = :number and state = 'dispatched'", number=number
            )

        await eventually(known, SECONDS)
        ((code,),) = known()

        wrong = f"{(int(code) + 1) % 10**8:08}"
        asking = await calls(floor, "13805927001")
        await asking.type("menu", "3")
        await asking.asks(number, wrong)
        await asking.hear(TONES["progress_wrong"])
        await asking.asks(number, code)
        await asking.hear(TONES["progress_dispatch"])
        await asking.type("anything_else", "1")
        seat = await floor.seat_call("13805927001", SECONDS)
        asking.call.hang_up()
        await seat.until_ended(SECONDS)
        told = [("progress", "wrong", ""), ("progress", "told", "dispatch")]
        await eventually(lambda: served(site, "13805927001") == told, SECONDS)
        await floor.until_state("8001", "ready", SECONDS)

        ((ticket,),) = rows(site, "select ticket_id from cases where number = :number", number=number)
        ends = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
        body = {"ticket": ticket, "title": "停水", "words": "湖滨南路一带停水，正在抢修", "ends_at": ends}
        opened = await floor.client.post("/api/mass-events", json=body)
        assert opened.status_code == 201, opened.text
        event = opened.json()["id"]
        as_tone(site.places.prompts, f"event_{event.lower()}", EVENT, 0.8)
        for time_ in range(2):
            joining = await calls(floor, "13805927002")
            await joining.hear(EVENT)
            await joining.type("plus_one", "1")
            await joining.hear(TONES["plus_one_joined"])
            if not time_:
                joining.call.hang_up()  # he wants nobody
            await joining.call.until_ended(SECONDS)
        offered = [("mass_event", "offered", ""), ("mass_event", "joined", "")]
        await eventually(lambda: served(site, "13805927002") == offered * 2, SECONDS)
        ended = "select outcome, detail from outcomes o join calls c using (call_id) where c.caller = '13805927002'"
        await eventually(lambda: rows(site, ended) == [("direct", "self_service")] * 2, SECONDS)
        joined = rows(site, "select number, said from mass_event_joins where event_id = :event", event=event)
        assert joined == [("13805927002", 1)]

        async def counted() -> None:
            assert (await store.case(number))["plus_ones"] == 1

        await eventually(counted, SECONDS)
        (await floor.client.delete(f"/api/mass-events/{event}")).raise_for_status()

        for caller, ill, well in (("13805927003", site.freeze, site.thaw), ("13805927004", site.kill, site.start)):
            lost = await calls(floor, caller)
            await lost.hear(TONES["menu"])
            ill()
            try:
                await lost.call.press("3")
                await lost.asks(number, code)
                await lost.hear(TONES["sorry"])
                seat = await floor.seat_call(caller, SECONDS)
            finally:
                well()
            lost.call.hang_up()
            await seat.until_ended(SECONDS)
            await eventually(lambda who=caller: served(site, who) == [("progress", "unanswered", "")], SECONDS)  # type: ignore[misc]
            await floor.until_state("8001", "ready", SECONDS)
    assert site.settle() == []


@pytest.mark.bound(240)
async def test_a_day_that_may_move_is_told_as_such(site: Site) -> None:
    """Promised into a year whose holidays nobody has announced: the day, and that it is provisional. Of one within known years he hears the
    day alone."""
    async with SiteTelephones(site, 1) as floor, case_store(site) as store:
        for caller, days, may_move in (("13805927011", 700, True), ("13805927012", 5, False)):
            _call, number = await filed(floor, handle_limit={"value": days, "unit": "work_day"})
            await dispatched(store, number)

            def codes(of: str = number) -> list[tuple[Any, ...]]:
                return rows(site, "select query_code from cases where number = :of and state = 'dispatched'", of=of)

            await eventually(codes, SECONDS)
            ((code,),) = codes()
            asking = await calls(floor, caller)
            await asking.type("menu", "3")
            await asking.asks(number, code)
            promised = (await asking.hear(TONES["s_promised"])).heard
            if may_move:
                await asking.hear(TONES["s_provisional"])
            await asking.hear(TONES["anything_else"])
            assert unheard(asking.call, TONES["s_provisional"], promised, asking.heard) is not may_move
            asking.call.hang_up()
            await eventually(lambda who=caller: served(site, who) == [("progress", "told", "dispatch")], SECONDS)  # type: ignore[misc]
    assert site.settle() == []
