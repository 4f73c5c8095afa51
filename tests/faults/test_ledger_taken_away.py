"""The ledger is locked, removed or replaced, and folders vanish, under a running daemon (Q3, Q4, V1, V2): it says so at once."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import time
from contextlib import closing

import pytest

from hotline.lab.daemon_client import RestRefused
from hotline.lab.phones import answering
from tests.faults.test_forged import alarms
from tests.live.site import SEAT_TONE, Site, SiteTelephones, eventually
from tests.sampling import sampled

pytestmark = pytest.mark.fault

SAID_WITHIN_S = 15
"""As long as a page waits for an answer; the ledger is given up after two seconds, the rest is a busy machine's."""


async def answered(floor: SiteTelephones, caller: str) -> str:
    """A talk of this caller with a seat; its call."""
    call = await floor.dial(caller=caller)
    seat = await floor.seat_call(caller, 20)
    (row,) = [row for row in await floor.rest.live_calls() if row["caller"] == caller]
    call.hang_up()
    await seat.until_ended(5)
    return str(row["call"])


async def vital(floor: SiteTelephones, name: str) -> bool:
    reply = await floor.client.get("/api/health")
    return next(bool(one["ok"]) for one in reply.json()["vitals"] if one["name"] == name)


async def until_ill(floor: SiteTelephones, name: str, seconds: float) -> float:
    """How long until health says that this is not well."""
    began = time.monotonic()
    while await vital(floor, name):
        assert time.monotonic() - began < seconds, f"{name} counts as well after {seconds:g} s"
        await asyncio.sleep(0.2)
    return time.monotonic() - began


def doors_of(call: str) -> list[tuple[str, str, dict[str, object] | None]]:
    """What pages ask and write, all at once: a room full of agents."""
    return [
        ("POST", f"/api/calls/{call}/disposition", {"outcome": "direct"}),
        ("POST", f"/api/calls/{call}/tickets", {"kind": "help", "content": "路灯不亮", "title": "路灯"}),
        ("PUT", f"/api/calls/{call}/draft", {"version": 1, "fields": {"content": "路灯"}}),
        ("POST", "/api/session", {"account": "1001", "password": "not this one"}),
        ("POST", "/api/notices", {"text": "系统维护"}),
        ("GET", f"/api/calls/{call}/pop", None),
        *(
            ("GET", path, None)
            for path in ("/api/calls", "/api/callbacks", "/api/audit", "/api/wall/day", "/api/codes")
        ),
    ]


async def asked(
    floor: SiteTelephones, method: str, path: str, body: dict[str, object] | None
) -> tuple[float, str, int]:
    began = time.monotonic()
    reply = await floor.client.request(method, path, json=body)
    return time.monotonic() - began, f"{method} {path}", reply.status_code


@pytest.mark.bound(150)
async def test_a_locked_ledger_is_said_while_pages_wait(site: Site) -> None:
    """Another program holds SQLite's lock: health, an alarm that can be read meanwhile, and no page waits without a word."""
    async with SiteTelephones(site, 1, answering(0.2, None, SEAT_TONE)) as floor:
        call = await answered(floor, "13800130001")
        with closing(sqlite3.connect(site.places.ledger, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            try:
                assert await until_ill(floor, "ledger", 10) < 5
                began = time.monotonic()
                with pytest.raises(RestRefused) as refused:
                    await floor.rest.dispose(call, "direct")
                assert refused.value.status == 503
                assert time.monotonic() - began < SAID_WITHIN_S
                waits = []
                for path in ("/api/seats", "/api/calls/live", "/api/alarms", "/api/health", "/api/board"):
                    began = time.monotonic()
                    await floor.client.get(path)
                    waits.append((time.monotonic() - began, path))
                assert max(waits)[0] < SAID_WITHIN_S, waits
                together = await asyncio.gather(*(asked(floor, *one) for one in doors_of(call) for _twice in range(2)))
                assert max(together)[0] < SAID_WITHIN_S, sorted(together)
                assert {503} <= {status for _took, _what, status in together}, "nothing of it asked the ledger"
                await eventually(lambda: alarms(floor, "ledger"), 10)
            finally:
                other.execute("ROLLBACK")
        await eventually(lambda: vital(floor, "ledger"), 10)
        await floor.rest.dispose(call, "direct")
    assert site.settle() == []


@pytest.mark.bound(150)
@pytest.mark.parametrize("how", sampled(["removed", "replaced", "a folder", "a device"], 1))
async def test_a_ledger_that_is_gone_takes_no_word(site: Site, how: str) -> None:
    """Nothing is acknowledged that would be lost; health and an alarm say so; put back, it goes on."""
    async with SiteTelephones(site, 1, answering(0.2, None, SEAT_TONE)) as floor:
        call = await answered(floor, "13800130002")
        await asyncio.sleep(2)
        ledger, aside = site.places.ledger, site.places.var / "aside.db"
        ledger.rename(aside)
        if how == "replaced":
            shutil.copy(aside, ledger)
        elif how == "a folder":
            ledger.mkdir()
        elif how == "a device":
            ledger.symlink_to("/dev/full")
        with pytest.raises(RestRefused) as refused:
            await floor.rest.dispose(call, "direct")
        assert refused.value.status == 503
        await until_ill(floor, "ledger", 15)
        await eventually(lambda: alarms(floor, "files"), 20)
        if how == "a folder":
            ledger.rmdir()
        aside.rename(ledger)
        await eventually(lambda: vital(floor, "ledger"), 10)
        await floor.rest.dispose(call, "direct")
    assert site.settle() == []
    assert [row.outcome for row in site.ledger()] == ["direct"]


@pytest.mark.bound(150)
async def test_recordings_that_are_gone_are_named(site: Site) -> None:
    """``rm -r recordings``: an alarm within half a minute says how many of which days; verify says so too, restarted or not."""
    async with SiteTelephones(site, 1, answering(0.2, None, SEAT_TONE)) as floor:
        await answered(floor, "13800130003")
        await eventually(
            lambda: asyncio.to_thread(lambda: [row.recorded_seconds or 0 for row in site.ledger()] > [0.0]), 30
        )
        shutil.rmtree(site.places.shelf)

        async def named() -> None:
            told = [row["detail"] for row in await alarms(floor, "files") if row["cleared_at"] is None]
            assert len(told) == 1
            assert str(site.places.shelf) in told[0]
            assert "1 " in told[0]

        await eventually(named, 30)
    assert [breach for breach in site.verify() if "[recordings_gone]" in breach]
    await asyncio.to_thread(site.stop)
    await asyncio.to_thread(site.start)
    async with SiteTelephones(site, 0) as floor:
        await eventually(lambda: alarms(floor, "files"), 30)
    assert [breach for breach in site.verify() if "[recordings_gone]" in breach]
