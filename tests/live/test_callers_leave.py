"""Callers who hang up at each step of what they do by keys, two at once at each; and who is right at the second try (decision 0059)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from functools import partial

import pytest

from hotline.lab.hotline_instance import Table
from hotline.lab.phones import Call, answering
from hotline.lab.sound import tone

from . import test_what_fails as steps
from .site import SEAT_TONE, TINY, Site, SiteTelephones, eventually
from .test_call_back import CITIZEN, offers
from .test_endings_told import everywhere, out_call
from .test_survey import told as surveyed
from .test_voicemail import BEEP
from .test_what_fails import (
    ASKED,
    CASE,
    CODE,
    CODE_KEYS,
    HELPED_LINE,
    KEYS,
    LEAVE,
    MENU,
    NUMBER,
    OFFER,
    SCORE,
    SOLVED,
    WRONG,
    task,
)
from .tones import as_tone, tone_heard, tone_over

pytestmark = [pytest.mark.live, pytest.mark.bound(240)]

TYPE, WRONG_NUMBER = 1870, 1930
TONES = steps.TONES | {"callback_type": TYPE, "callback_wrong": WRONG_NUMBER}


def all_of_it(table: Table) -> None:
    steps.all_of_it(table)
    table["agent"][2]["skills"] = {"emergency": 1}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    here = Site(tmp_path_factory.mktemp("site"), all_of_it)
    for name, hertz in TONES.items():
        as_tone(here.places.prompts, name, hertz, 0.8)
    with here:
        yield here


async def goes(floor: SiteTelephones, number: str, who: str, *path: int | str) -> tuple[Call, float]:
    """He dials, waits for each of these tones, and presses what stands between them; then it is up to the test."""
    call = await floor.dial(number, caller=who)
    assert await call.until_answered(10)
    at = call.answered or 0.0
    for one in path:
        if isinstance(one, str):
            await call.press(one)
        else:
            at = await tone_heard(call, one, at, 60)
    return call, at


HELPED: dict[str, tuple[int | str, ...]] = {
    "menu": (MENU,),
    "number": (MENU, "3", NUMBER),
    "code": (MENU, "3", NUMBER, CASE, CODE),
    "answer": (MENU, "3", NUMBER, CASE, CODE, CODE_KEYS, WRONG),
}
WAITING: dict[str, tuple[int | str, ...]] = {
    "offer": (OFFER,),
    "confirm": (OFFER, "1", KEYS),
    "type": (OFFER, "1", KEYS, "2", TYPE),
}


def is_owed(site: Site, who: str) -> bool:
    return [(one["number"], one["result"]) for one in offers(site, who)] == [(who, "owed")]


def has_task(site: Site, who: str, kind: str) -> bool:
    return task(site, who) == [(kind, "open")]


def has_scored(site: Site, who: str, score: int | None) -> bool:
    return [row[:2] for row in surveyed(site, who)] == [(score, "")]


async def test_two_hang_up_at_each_step_and_nobody_is_lost(site: Site) -> None:
    """At the menu, the number, the code and the answer; asked for a message, at the tone, in it; at the offer, asked for his number,
    typing another; asked for a score, and whether it is solved. Each call is whole in the ledger, with what it was owed and no more."""
    numbers = iter(f"138059295{n:02}" for n in range(100))

    def pair() -> tuple[str, str]:
        return next(numbers), next(numbers)

    async def leaves(line: str, who: str, *path: int | str) -> None:
        call, _at = await goes(floor, line, who, *path)
        call.hang_up()

    async def leaves_a_message(who: str, *, at: str) -> None:
        call, heard = await goes(floor, TINY, who, LEAVE)
        if at != "asked":
            await tone_over(call, BEEP, 0.4, heard, 30)
        if at == "speaking":
            await asyncio.sleep(
                4.0
            )  # three seconds and less may have been silence: a missed call (``Voicemail.said_seconds``)
        call.hang_up()

    async def is_rated(call: Call, seat: Call, *, both: bool) -> None:
        gone = time.time()
        seat.hang_up()
        asked = await tone_heard(call, SCORE, gone)
        if both:
            await call.press("4")
            await tone_heard(call, SOLVED, asked)
        call.hang_up()

    async with SiteTelephones(site, 0) as floor:
        for sits in ("8001", "8002", "8003"):
            await floor.sit(sits, answering(0.2, None, SEAT_TONE))
        talks = await floor.dial(caller=next(numbers))
        busy = await floor.seat_call(talks.caller)
        helped = {step: pair() for step in HELPED}
        waited = {step: pair() for step in WAITING}
        messages = {at: pair() for at in ("asked", "tone", "speaking")}
        rated = {both: pair() for both in (False, True)}
        jobs = [leaves(HELPED_LINE, who, *HELPED[step]) for step, two in helped.items() for who in two]
        jobs += [leaves("12319", who, *WAITING[step]) for step, two in waited.items() for who in two]
        await asyncio.gather(*jobs)
        for at, two in messages.items():  # the line takes two
            await asyncio.gather(*(leaves_a_message(who, at=at) for who in two))
        for both, two in rated.items():
            calls = [await floor.dial(ASKED, caller=who) for who in two]
            seats = [await floor.seat_call(who, 30) for who in two]
            await asyncio.gather(*(is_rated(call, seat, both=both) for call, seat in zip(calls, seats, strict=True)))
        # nobody answers at their numbers: each place comes up, is dialled, and the citizen is owed
        busy.hang_up()
        for who in (*waited["confirm"], *waited["type"]):
            await eventually(partial(is_owed, site, who), 60)

    for two, kind in ((waited["offer"], "missed"), (waited["confirm"], "queue_offer"), (waited["type"], "queue_offer"),
                      (messages["asked"], "missed"), (messages["speaking"], "voicemail")):  # fmt: skip
        for who in two:
            await eventually(partial(has_task, site, who, kind), 30)
    for both, two in rated.items():
        for who in two:
            await eventually(partial(has_scored, site, who, 4 if both else None), 30)
    assert site.settle() == []


async def test_the_second_try_counts(site: Site) -> None:
    """A number that cannot be called, then one that can; a key that is no score, then one."""
    kept, other, rates = "13805929601", "13805929602", "13805929603"
    async with SiteTelephones(site, 0) as floor:
        for sits in ("8001", "8002"):
            await floor.sit(sits, answering(0.2, None, SEAT_TONE))
        await everywhere(floor, other, answering(0.3, None, tone(CITIZEN)))
        talks = await floor.dial(caller="13805929600")
        busy = await floor.seat_call(talks.caller)
        call, at = await goes(
            floor, "12319", kept, OFFER, "1", KEYS, "2", TYPE, "123#", WRONG_NUMBER, TYPE, other + "#", KEYS
        )
        await call.press("1")
        await tone_heard(call, steps.THANKS, at, 15)
        call.hang_up()
        busy.hang_up()
        back = await out_call(floor, other)
        await asyncio.sleep(2)
        back.hang_up()
        await eventually(
            lambda: [(one["number"], one["result"]) for one in offers(site, kept)] == [(other, "talked")], 30
        )

        rating = await floor.dial(ASKED, caller=rates)
        seat = await floor.seat_call(rates)
        gone = time.time()
        seat.hang_up()
        asked = await tone_heard(rating, SCORE, gone)
        await rating.press("9")
        again = await tone_heard(rating, SCORE, asked + 1)
        await rating.press("3")
        await tone_heard(rating, SOLVED, again)
        await rating.press("2")
        await rating.until_ended(15)
        await eventually(lambda: [row[:2] for row in surveyed(site, rates)] == [(3, "no")], 30)
    assert site.settle() == []
