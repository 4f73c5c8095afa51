"""Callers whose numbers, names and headers try to be more than they are."""

from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from .site import Site, SiteTelephones, eventually

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
    async with SiteTelephones(site, 0) as floor:
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


async def test_idle_connections_hold_nobody_up(site: Site) -> None:
    """Hundreds of SIP's TCP connections that say nothing: calls come as ever, and TCP is there again after Asterisk's death."""
    address = ("127.0.0.1", site.settings["ports"]["sip"])
    with ExitStack() as idle:
        for _ in range(500):
            idle.enter_context(socket.create_connection(address, 3))
        async with SiteTelephones(site, 1) as floor:
            call = await floor.dial(caller="13805923099")
            seat = await floor.seat_call("13805923099")
            assert await seat.until_heard(1)
            call.hang_up()
        site.kill_asterisk()
        await eventually(lambda: listens(address), 60)


def listens(address: tuple[str, int]) -> bool:
    with suppress(OSError):
        socket.create_connection(address, 1).close()
        return True
    return False
