"""Callers who are asked what they thought of the service, after their agent has gone (好差评)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from hotline.lab.hotline_instance import Table

from .site import Site, SiteTelephones, eventually, usual
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
