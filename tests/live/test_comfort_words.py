"""Comfort words in the music of a queue (decision 0059): heard first and again, by Asterisk alone, and a free seat rings in mid-word."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from hotline.lab.hotline_instance import Table
from hotline.lab.phones import answering

from .site import SEAT_TONE, Site, SiteTelephones, usual
from .tones import as_tone, tone_heard

pytestmark = pytest.mark.live

WORDS = 1330
SECONDS = 6.0


def with_words(table: Table) -> None:
    usual(table)
    table["prompts"]["comfort"] = "您的来电很重要，请稍候。"
    table["queue"][0] |= {"comfort": "comfort", "ring_seconds": 15}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    here = Site(tmp_path_factory.mktemp("site"), with_words)
    as_tone(here.places.prompts, "comfort", WORDS, SECONDS)
    with here:
        yield here


async def test_comfort_words_are_heard_and_a_free_seat_rings_in_mid_word(site: Site) -> None:
    async with SiteTelephones(site, 0) as floor:
        call = await floor.dial(caller="13805925001")
        assert await call.until_answered(10)
        begun = await tone_heard(call, WORDS, call.answered or 0.0, 20)
        await floor.sit("8001", answering(0.2, None, SEAT_TONE))
        seat = await floor.seat_call(call.caller, 10)
        assert seat.began - begun < SECONDS, "the seat rang when the words were over"
        await asyncio.sleep(1)
        call.hang_up()
        await seat.until_ended(5)
    assert site.settle() == []
