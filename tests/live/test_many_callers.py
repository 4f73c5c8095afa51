"""Many citizens at once, dialled by SIPp: each is told of by every witness, in the crowd as alone."""

from __future__ import annotations

import asyncio

import pytest

from hotline.lab.phones import answering

from .site import SEAT_TONE, Site, SiteTelephones

pytestmark = pytest.mark.live

CALLERS = tuple(f"138059940{number:02}" for number in range(16))


@pytest.mark.bound(120)
async def test_a_crowd_is_told_of_as_each_of_it_lived_it(site: Site) -> None:
    """Sixteen in four seconds for two seats: some talk, some give up, nobody is lost, doubled or told wrongly."""
    async with SiteTelephones(site, 2, answering(0.2, 2.0, SEAT_TONE)):
        crowd = site.sipp("telecom", "12319", CALLERS, rate=4.0, patience=12.0)
        assert await asyncio.to_thread(crowd.wait, 60.0) == 0, "a call did not go as its scenario says"
    crowd.testify(site.places.var / "phones.jsonl")
    assert site.settle() == []
    rows = [row for row in site.ledger() if row.caller in CALLERS]
    assert sorted(row.caller for row in rows) == sorted(CALLERS)
    talked = [row for row in rows if row.answered is not None]
    assert talked
    assert len(talked) < len(rows), "nobody had to wait: this was no crowd"
    assert all(row.outcome == "missed" for row in rows if row.answered is None)
