"""Those who wait hear their true place and a time, in words recognised at their ear; the daemon alive or dead."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from hotline.lab.hotline_instance import Table
from hotline.lab.phones import Call, answering

from .site import SEAT_TONE, Site, SiteTelephones, eventually, usual
from .tones import as_tone

pytestmark = pytest.mark.live

WORDS = {
    "s_next": 1010,
    "s_ahead": 1130,
    "n_1": 1270,
    "s_waiting": 1390,
    "s_wait_about": 1510,
    "n_liang": 1630,
    "n_3": 1750,
    "s_minutes": 1870,
}
"""Each word a tone of its own."""
LONG, STEP = 0.8, 0.4
RINGS_SECONDS = 4.5
"""After the wrap-up of two seconds."""


def speaking(table: Table) -> None:
    usual(table)
    table["queue"][0] |= {"words_seconds": 20, "ring_seconds": 15}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    here = Site(tmp_path_factory.mktemp("site"), speaking)
    for name, hertz in WORDS.items():
        as_tone(here.places.prompts, name, hertz, LONG)
    with here:
        yield here


def heard(call: Call) -> list[str]:
    """The words at this ear since it was answered, in their order."""
    assert call.answered is not None
    begin, out = call.answered, list[str]()
    while begin < time.time():
        found = [
            name for name, hertz in WORDS.items() if call.ear.tone_level(hertz, since=begin, until=begin + STEP) > 0.3
        ]
        if len(found) == 1 and out[-1:] != found:
            out += found
        begin += STEP
    return out


async def hears(call: Call, *words: str) -> None:
    """These first of all; what is whispered may come to the ear a moment after Asterisk has read it."""

    def begins() -> None:
        assert heard(call)[: len(words)] == list(words)

    await eventually(begins, 10)


def said(site: Site) -> int:
    """Announcements that came to their end, as Asterisk wrote them."""
    return site.places.cel.read_text().count('"PROMISED"')


def promised(site: Site, caller: str) -> list[tuple[object, ...]]:
    engine = sa.create_engine(f"sqlite:///{site.places.ledger}")
    try:
        with engine.connect() as db:
            rows = db.execute(
                sa.text("select p.queue, p.place, p.minutes, p.waited_seconds from wait_promises p join calls c using (call_id) "
                        "where c.caller = :caller order by p.seq"),
                {"caller": caller},
            )  # fmt: skip
            return [tuple(row) for row in rows]
    finally:
        engine.dispose()


@pytest.mark.bound(150)
async def test_place_and_time_are_told_and_a_free_seat_rings_in_mid_word(site: Site) -> None:
    """Two wait for one seat: the first is the next, the second has one before him; what they were told is held against what they waited."""
    async with SiteTelephones(site, 0) as floor:
        await floor.sit("8001", answering(0.2, None, SEAT_TONE))
        talking = await floor.dial(caller="13805924001")
        seat = await floor.seat_call(talking.caller)
        pace = f"dialplan set global HOTLINE_PACE_mandarin {int(time.time())}-90"
        await asyncio.to_thread(site.hotline, "asterisk", "cli", pace)
        first = await floor.dial(caller="13805924002")
        assert await first.until_answered(5)
        await asyncio.sleep(0.5)
        second = await floor.dial(caller="13805924003")
        assert await second.until_answered(5)
        await eventually(lambda: said(site) >= 2, 30)
        await hears(first, "s_next", "s_wait_about", "n_liang", "s_minutes")
        await hears(second, "s_ahead", "n_1", "s_waiting", "s_wait_about", "n_3", "s_minutes")
        await eventually(lambda: first.ear.tone_level(WORDS["s_next"], since=time.time() - 0.5) > 0.3, 30)
        seat.hang_up()  # in mid-word
        answered = await floor.seat_call(first.caller, 20)
        assert answered.began - seat.ended < RINGS_SECONDS, "the free seat rang late"  # type: ignore[operator]

        async def shown() -> None:
            """The agent sees what he went through."""
            pop = (await floor.client.get(f"/api/calls/{await floor.rest.call_of('8001')}/pop")).json()
            passed = [(one["what"], one["queue"], one["place"], one["minutes"]) for one in pop["went_through"]]
            assert passed[:3] == [("notice", "", 0, None), ("queue", "mandarin", 0, None), ("told", "mandarin", 1, 2)]

        await eventually(shown, 10)
        answered.hang_up()
        last = await floor.seat_call(second.caller, 20)
        last.hang_up()
        await second.until_ended(5)
    await eventually(lambda: len(promised(site, second.caller)) >= 1, 20)
    (queue, place, minutes, waited), *_ = promised(site, first.caller)
    assert (queue, place, minutes) == ("mandarin", 1, 2)
    assert isinstance(waited, float)
    assert all(row[3] is not None for row in promised(site, first.caller)), "spoken to, with an agent"
    assert (promised(site, second.caller)[0])[:3] == ("mandarin", 2, 3)
    assert site.settle() == []


@pytest.mark.bound(150)
async def test_the_place_is_told_with_the_daemon_dead(site: Site) -> None:
    """Without a fresh figure no time is said; the place is counted by Asterisk."""
    site.hotline("asterisk", "cli", "dialplan set global HOTLINE_PACE_mandarin 1-70")
    site.kill()
    before = said(site)
    async with SiteTelephones(site, 0) as floor:
        first = await floor.dial(caller="13805924004")
        assert await first.until_answered(5)
        await asyncio.sleep(0.5)
        second = await floor.dial(caller="13805924005")
        assert await second.until_answered(5)
        await eventually(lambda: said(site) >= before + 2, 30)
        await hears(first, "s_next")
        await hears(second, "s_ahead", "n_1", "s_waiting")
        first.hang_up()
        second.hang_up()
        await asyncio.to_thread(site.start)
        await eventually(lambda: [row[:3] for row in promised(site, second.caller)] == [("mandarin", 2, None)], 20)
    assert site.settle() == []
