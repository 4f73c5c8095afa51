"""Callers who are asked what they thought of the service, after their agent has gone (好差评)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from hotline.lab.hotline_instance import Table
from hotline.lab.phones import Call, answering

from .site import ANSWER_SECONDS, SEAT_TONE, Site, SiteTelephones, eventually, usual
from .test_endings_told import everywhere, world
from .tones import as_tone, tone_heard

pytestmark = pytest.mark.live

SCORE, SOLVED, THANKS = 1130, 1390, 1630
"""Each prompt a tone of its own."""


def asking(table: Table) -> None:
    usual(table)
    table["line"][0]["survey"] = True


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    here = Site(tmp_path_factory.mktemp("site"), asking)
    for name, hertz in (("survey", SCORE), ("survey_solved", SOLVED), ("survey_thanks", THANKS)):
        as_tone(here.places.prompts, name, hertz, 1.0)
    with here:
        yield here


def told(site: Site, caller: str) -> list[tuple[object, ...]]:
    """Score, solved, seat, agent of this caller's survey, and the kind and reason of his call-back, as the ledger has them."""
    engine = sa.create_engine(f"sqlite:///{site.places.ledger}")
    try:
        with engine.connect() as db:
            rows = db.execute(
                sa.text(
                    "select s.score, s.solved, s.seat, s.agent, b.kind, b.reason from surveys s join calls c using (call_id) "
                    "left join callbacks b on b.call_id = c.call_id where c.caller = :caller"
                ),
                {"caller": caller},
            )
            return [tuple(row) for row in rows]
    finally:
        engine.dispose()


async def test_a_low_score_is_reviewed_and_the_seat_is_free_meanwhile(site: Site) -> None:
    """Two keys after the agent hung up; the ledger has them with the agent's name, a review is owed."""
    async with SiteTelephones(site, 1) as floor:
        call = await floor.dial(caller="13805923001")
        seat = await floor.seat_call(call.caller)
        gone = time.time()
        seat.hang_up()
        await seat.until_ended(5)
        await floor.until_state("8001", "wrap_up", 10)
        assert call.up, "the caller was not kept for the survey"
        asked = await tone_heard(call, SCORE, gone)
        await call.press("2")
        await tone_heard(call, SOLVED, asked)
        await call.press("1")
        await call.until_ended(15)
        assert call.by == "far"
        await eventually(lambda: told(site, call.caller) == [(2, "yes", "8001", "1001", "review", "low_score")], 20)
    assert site.settle() == []


async def test_a_score_with_the_daemon_dead_is_kept(site: Site) -> None:
    """Killed in the talk: the caller is asked, his key and his hanging up are read when it is there again; who is content is left alone."""
    async with SiteTelephones(site, 1) as floor:
        call = await floor.dial(caller="13805923002")
        seat = await floor.seat_call(call.caller)
        site.kill()
        gone = time.time()
        seat.hang_up()
        await seat.until_ended(5)
        asked = await tone_heard(call, SCORE, gone)
        await call.press("5")
        await tone_heard(call, SOLVED, asked)
        call.hang_up()
        await asyncio.to_thread(site.start)
        await eventually(lambda: told(site, call.caller) == [(5, "", "8001", "1001", None, None)], 20)
    assert site.settle() == []


def ended(site: Site, caller: str) -> bool:
    """Whatever he was asked is in the ledger by then: the row of it is written with the end of his call."""
    return [row.ended is not None for row in site.ledger() if row.caller == caller] == [True]


def kept(site: Site, caller: str, *wanted: tuple[object, ...]) -> None:
    assert told(site, caller) == list(wanted)


async def joined(calls: list[Call], but: Call | None, to: str) -> Call:
    """The telephone ``to`` once it has been in the call for as long as counts."""
    found: list[Call] = []

    def there() -> bool:
        found[:] = [
            one
            for one in calls
            if one is not but and not one.outgoing and to in ("", one.dialled) and one.answered and one.up
        ]
        return bool(found) and time.time() - (found[0].answered or 0) >= ANSWER_SECONDS

    await eventually(there, 20)
    return found[0]


async def scored(call: Call, since: float) -> None:
    assert call.up, "the caller was not kept for the survey"
    asked = await tone_heard(call, SCORE, since)
    await call.press("5")
    await tone_heard(call, SOLVED, asked)
    await call.press("1")
    await call.until_ended(15)


@pytest.mark.bound(200)
@pytest.mark.parametrize(
    ("how", "caller"), [("blind", "13805923011"), ("attended", "13805923012"), ("three", "13805923013")]
)
async def test_the_caller_stays_after_a_transfer(site: Site, how: str, caller: str) -> None:
    """Whoever of ours he talked with last is scored, and both seats are free meanwhile."""
    async with SiteTelephones(site, 2) as floor:
        call = await floor.dial(caller=caller)
        first = await floor.seat_call(caller)
        one = first.dialled
        other = "8002" if one == "8001" else "8001"
        await floor.rest.verb(one, "transfer", kind="blind" if how == "blind" else "attended", to=other)
        second = await joined(floor.desk.calls, first, other)
        if how != "blind":
            await floor.rest.verb(one, "transfer/complete" if how == "attended" else "transfer/conference")
            await asyncio.sleep(ANSWER_SECONDS)
        if how == "three":
            first.hang_up()
            await asyncio.sleep(ANSWER_SECONDS)
        await first.until_ended(10)
        gone = time.time()
        second.hang_up()
        await second.until_ended(5)
        await floor.until_state(other, "wrap_up", 10)
        await scored(call, gone)
        agent = "1001" if other == "8001" else "1002"
        await eventually(lambda: kept(site, caller, (5, "yes", other, agent, None, None)), 20)
    await eventually(lambda: site.verify() == ())


@pytest.mark.bound(200)
@pytest.mark.parametrize(
    ("how", "caller"), [("attended", "13805923021"), ("three", "13805923022"), ("ours", "13805923023")]
)
async def test_who_was_with_somebody_outside_last_scores_nobody(site: Site, how: str, caller: str) -> None:
    """Given to 110 by an attended transfer, or left with it by the seat; where 110 left first, ours served last and is scored."""
    async with SiteTelephones(site, 1) as floor:
        await everywhere(floor, "110", answering(0.3, None, SEAT_TONE))
        call = await floor.dial(caller=caller)
        first = await floor.seat_call(caller)
        await floor.rest.verb("8001", "transfer", kind="attended", to="110")
        await eventually(lambda: any(one.up for one in world(floor, "110")), 20)
        (outside,) = [one for one in world(floor, "110") if one.up]
        await asyncio.sleep(ANSWER_SECONDS)
        await floor.rest.verb("8001", "transfer/complete" if how == "attended" else "transfer/conference")
        await asyncio.sleep(ANSWER_SECONDS)
        if how == "three":
            first.hang_up()
            await first.until_ended(5)
            await asyncio.sleep(ANSWER_SECONDS)
        gone = time.time()
        outside.hang_up()
        if how == "ours":
            await outside.until_ended(5)
            await asyncio.sleep(ANSWER_SECONDS)
            gone = time.time()
            first.hang_up()
            await scored(call, gone)
            await eventually(lambda: kept(site, caller, (5, "yes", "8001", "1001", None, None)), 20)
        else:
            await call.until_ended(10)
            assert call.by == "far"
            assert call.ear.tone_level(SCORE, since=gone, until=time.time()) < 0.1
            await eventually(lambda: ended(site, caller))
            kept(site, caller)
