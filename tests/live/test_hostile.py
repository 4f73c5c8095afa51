"""Callers whose numbers, names and headers try to be more than they are."""

from __future__ import annotations

import asyncio

import pytest

from .site import Floor, Site

pytestmark = pytest.mark.live

NAMES = (
    '王小明"; drop table calls; --',
    "${SHELL(touch /tmp/owned)}",
    "$[1/0],s,1)Hangup(",
    "a|b,c;d&e",
    "\t王\u202e小明",
    "x" * 300,
)
NUMBERS = ("13800${EXTEN}", "1380,0|59;2", "-_-", "00000000000000000000000000000000000000000000")


async def test_hostile_callers_are_just_callers(site: Site) -> None:
    """Every one is greeted, booked once with a filtered number, and nothing they wrote was executed."""
    async with Floor(site, 0) as floor:
        calls = [
            await floor.dial(caller=f"138059230{n:02}", name=name, headers={"X-Work-Order": name[:200]})
            for n, name in enumerate(NAMES)
        ]
        calls += [await floor.dial("12319110", trunk="unicom", caller=number) for number in NUMBERS]
        for call in calls:
            assert await call.until_answered(10), call.line()
        await asyncio.sleep(2)
        assert all(call.up for call in calls)
        for call in calls:
            call.hang_up()
    named = calls[: len(NAMES)]
    assert not [breach for breach in site.settle(20) if any(call.caller in breach for call in named)]
    rows = site.ledger()
    assert len(rows) == len(calls)
    allowed = set("0123456789+*#")
    assert all(set(row.caller) <= allowed for row in rows)
    assert site.live()
