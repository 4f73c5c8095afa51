"""Callers whose numbers, names and headers try to be more than they are."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from .site import Floor, Site

pytestmark = pytest.mark.live

NAMES = (
    '王小明"; drop table calls; --',
    "${SHELL(touch /tmp/owned)}",
    "$[1/0],s,1)Hangup(",
    "a|b,c;d&e",
    "王\u202e小明",
    "x" * 300,
)
NUMBERS = ("13800%24%7BEXTEN%7D", "1380,0%7C59%3B2%0d%0aX", "-_-", "00000000000000000000000000000000000000000000")


async def test_hostile_callers_are_just_callers(site: Site) -> None:
    """Every one is greeted and booked once, and nothing they wrote was executed."""
    async with Floor(site, 0) as floor:
        calls = [
            await floor.dial(caller=f"138059230{n:02}", name=name, headers={"X-Work-Order": name[:200]})
            for n, name in enumerate(NAMES)
        ]
        calls += [await floor.dial("12319110", trunk="unicom", caller=number) for number in NUMBERS]
        unheard = []
        for call in calls:
            with suppress(TimeoutError):
                await call.until_answered(5)
            if not call.up:
                unheard.append(call.line())
        assert not unheard
        await asyncio.sleep(2)
        assert all(call.up for call in calls)
        for call in calls:
            call.hang_up()
    named = calls[: len(NAMES)]
    # SIP hands a name on escaped, and the ledger keeps its beginning: only the rest must be exact
    about = [breach for breach in site.settle(8) if any(call.caller in breach for call in named)]
    assert not [breach for breach in about if ": name " not in breach]
    rows = site.ledger()
    assert len(rows) == len(calls)
    # the ledger keeps the number as the trunk gave it, in one line; the dialplan saw only its digits
    assert all(row.caller.isprintable() and len(row.caller) <= 80 for row in rows)
    log = site.places.queue_log.read_text(encoding="utf-8")
    entered = [line.split("|")[6] for line in log.splitlines() if "|ENTERQUEUE|" in line]
    assert all(set(number) <= set("0123456789+*#") for number in entered)
    assert not Path("/tmp/owned").exists()
    assert site.live()
