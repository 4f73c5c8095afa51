"""Callers nobody talks to: each is told honestly, and none is forgotten."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
import sqlalchemy as sa

from hotline.demo.run import notice_seconds

from .site import CLOSED, MENU, TINY, Site, SiteTelephones

pytestmark = pytest.mark.live


@pytest.mark.always
async def test_callers_who_leave_are_call_backs(site: Site) -> None:
    """Hung up in the notice, in the queue, nobody there at all: each missed call is owed a call-back."""
    async with SiteTelephones(site, 0) as floor:
        notice = await floor.dial(caller="13805921001")
        queue = await floor.dial(caller="13805921002", trunk="unicom")
        nobody = await floor.dial(TINY, caller="13805921003")
        assert await notice.until_heard(1.0)
        notice.hang_up()
        with suppress(TimeoutError):
            await queue.until_ended(14)
        assert queue.up, "nobody hung up on the waiting caller"
        queue.hang_up()
        await nobody.until_ended(40)
        assert nobody.by == "far"
        assert nobody.ear.loud_seconds(since=nobody.ended - 6) > 2, "not told that nobody came"  # type: ignore[operator]
    assert site.settle() == []
    outcomes = {row.caller: row.outcome for row in site.ledger()}
    assert {outcomes[f"1380592100{n}"] for n in (1, 2, 3)} == {"missed"}


async def test_a_closed_line_says_so(site: Site) -> None:
    """Outside opening hours the caller hears the closed prompt and the line hangs up."""
    async with SiteTelephones(site, 0) as floor:
        call = await floor.dial(CLOSED, caller="13805921004")
        await call.until_ended(30)
        assert call.by == "far"
        assert call.ear.loud_seconds() > 3
    assert site.settle() == []


async def test_a_full_line_is_honestly_busy(site: Site) -> None:
    """The third caller of a line for two hears the busy prompt, unanswered, and gets SIP busy."""
    async with SiteTelephones(site, 0) as floor:
        first, second = [await floor.dial(TINY, caller=f"1380592102{n}") for n in (1, 2)]
        assert await first.until_answered(5)
        assert await second.until_answered(5)
        third = await floor.dial(TINY, caller="13805921023")
        assert not await third.until_answered(30)
        assert (third.by, third.code) == ("refused", 486)
        assert third.ear.loud_seconds() > 2, "busy without a word"
        first.hang_up()
        second.hang_up()
    assert site.settle() == []
    third_row = next(row for row in site.ledger() if row.caller == "13805921023")
    assert third_row.outcome in {"missed", "refused"}


async def test_a_number_that_is_not_ours_is_told_so(site: Site) -> None:
    """Any other number on the trunk is refused as unallocated after a spoken word."""
    async with SiteTelephones(site, 0) as floor:
        call = await floor.dial("12320", caller="13805921005")
        assert not await call.until_answered(20)
        assert call.code == 404
        assert call.ear.loud_seconds() > 1


async def test_the_menu_takes_a_key(site: Site) -> None:
    """A key pressed in the menu chooses the queue; the seat with that skill answers."""
    async with SiteTelephones(site, 2) as floor:
        call = await floor.dial(MENU, caller="13805921006")
        with suppress(TimeoutError):
            await call.until_ended(notice_seconds(site) + 1.5)  # the menu is spoken after the notice
        await call.press("2")
        seat = await floor.seat_call(call.caller, 30)
        await asyncio.sleep(1)
        seat.hang_up()
        await call.until_ended(5)
    assert site.settle() == []
    log = site.places.queue_log.read_text()
    row = next(row for row in site.ledger() if row.caller == "13805921006")
    assert any(f"|{row.call}|minnan|" in line for line in log.splitlines())
    engine = sa.create_engine(f"sqlite:///{site.places.ledger}")
    with engine.connect() as db:
        steps = db.execute(sa.text("select step, way from journey_steps where call_id = :call"), {"call": row.call})
        assert [tuple(one) for one in steps] == [("menu", "2")]
    engine.dispose()
