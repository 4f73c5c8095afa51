"""The orderly end under calls: within its time, whoever waits is answered until the cut, whoever is cut is owed a call-back."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from hotline.lab.phones import answering
from tests.live.site import SEAT_TONE, Site, SiteTelephones, eventually

pytestmark = pytest.mark.fault

MOST_SECONDS = 15.0
"""Promised by docs/operating.md: ten of grace, five of everything else."""


def rows(site: Site, *words: str) -> list[dict[str, object]]:
    return list(json.loads(site.hotline("report", "calls", "--json", *words)))


async def end_of(site: Site) -> float:
    """Seconds until the daemon is gone."""
    began = time.monotonic()
    assert site.daemon is not None
    assert await asyncio.to_thread(site.daemon.wait, 40) == 0
    return time.monotonic() - began


@pytest.mark.bound(120)
async def test_it_ends_in_time_and_books_whom_it_cut(site: Site) -> None:
    """One talks, one waits, one comes too late: 503 for him, both others cut at the end of the grace, all three owed a call."""
    async with SiteTelephones(site, 1, answering(0.3, None, SEAT_TONE)) as floor:
        talking = await floor.dial(caller="13800070001")
        await floor.seat_call(talking.caller, 20)
        waiting = await floor.dial(caller="13800070002")
        assert await waiting.until_answered(5)
        await asyncio.sleep(5)  # the notice is over: he waits in the queue
        site.signal(signal.SIGTERM)
        ending = asyncio.create_task(end_of(site))
        await asyncio.sleep(2)
        late = await floor.dial(caller="13800070003")
        await late.until_ended(3)
        assert late.code == 503
        assert talking.up
        assert waiting.up
        site.signal(signal.SIGTERM)  # told twice is told once
        took = await ending
        assert 9 < took < MOST_SECONDS, took
        await talking.until_ended(2)
        await waiting.until_ended(2)
        floor.seats.clear()
    assert site.running() == []
    assert "Traceback" not in site.tail(500)
    told = {row["caller"]: row for row in rows(site)}
    assert told["13800070001"]["ended_by"] == "stopped"
    assert told["13800070002"]["ended_by"] == "stopped"
    assert all(row["ended_at"] and not row["uncertain"] for row in told.values())
    assert owed(site) == {
        "13800070001": "stopped", "13800070002": "stopped", "13800070003": "stopped",
    }  # fmt: skip
    assert site.verify() == ()


def owed(site: Site) -> dict[str, str]:
    import sqlite3

    with sqlite3.connect(site.places.ledger) as db:
        return dict(db.execute("SELECT number, reason FROM callbacks WHERE state = 'open'"))


@pytest.mark.bound(120)
async def test_who_waits_is_answered_until_the_cut(site: Site) -> None:
    """The seat becomes free in the middle of the grace: the caller who waits is put through to it and talks."""
    async with SiteTelephones(site, 1, answering(0.3, None, SEAT_TONE)) as floor:
        talking = await floor.dial(caller="13800071001")
        seat = await floor.seat_call(talking.caller, 20)
        waiting = await floor.dial(caller="13800071002")
        assert await waiting.until_answered(5)
        await asyncio.sleep(5)
        site.signal(signal.SIGTERM)
        ending = asyncio.create_task(end_of(site))
        await asyncio.sleep(1)
        talking.hang_up()
        await seat.until_ended(3)
        second = await floor.seat_call(waiting.caller, 7)  # wrap-up is 2 s
        assert second.up
        waiting.hang_up()
        await second.until_ended(3)
        assert await ending < 10, "nobody talks any more: nothing to wait for"
        floor.seats.clear()
    told = {row["caller"]: row for row in rows(site)}
    assert [told[caller]["ended_by"] for caller in ("13800071001", "13800071002")] == ["caller", "caller"]
    assert owed(site) == {}


@pytest.mark.bound(60)
def test_sigterm_ends_a_daemon_that_is_starting(site: Site) -> None:
    """At whatever moment of its start: gone within seconds, with the Asterisk and nginx it had begun."""
    site.stop()
    for pause in (0.3, 0.8, 1.2, 1.6, 2.2):
        with site.log.open("ab") as out:
            daemon = subprocess.Popen(
                [sys.executable, "-m", "hotline.cli", "run", "--config", str(site.config), "--var", str(site.places.var)],
                stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        time.sleep(pause)
        os.kill(daemon.pid, signal.SIGTERM)
        assert daemon.wait(15) in (0, -signal.SIGTERM)
        assert site.running() == [], f"left after {pause} s"


async def both_booked(site: Site) -> bool:
    """Asked in a thread: two phones talk on this loop, and what they do not send is not recorded."""
    return len(await asyncio.to_thread(site.ledger)) == 2


@pytest.mark.bound(120)
async def test_usr1_leaves_the_calls_and_the_next_start_adopts(site: Site) -> None:
    """SIGUSR1: the daemon ends at once, a talk and a caller in the queue go on, and the next daemon has both."""
    async with SiteTelephones(site, 1, answering(0.3, None, SEAT_TONE)) as floor:
        talking = await floor.dial(caller="13800072001")
        seat = await floor.seat_call(talking.caller, 20)
        waiting = await floor.dial(caller="13800072002")
        assert await waiting.until_answered(5)
        asterisk = site.asterisk_pid()
        site.signal(signal.SIGUSR1)
        assert await end_of(site) < 5
        assert site.asterisk_pid() == asterisk
        await asyncio.to_thread(site.start)
        assert site.asterisk_pid() == asterisk
        assert talking.up
        assert waiting.up
        await eventually(lambda: both_booked(site))
        talking.hang_up()
        await seat.until_ended(3)
        second = await floor.seat_call(waiting.caller, 15)
        waiting.hang_up()
        await second.until_ended(3)
    assert site.settle() == []


def intervals(site: Site, seat: str) -> list[tuple[str, str, str | None]]:
    """State, agent and end of each, the oldest first."""
    import sqlite3

    with sqlite3.connect(site.places.ledger) as db:
        return list(
            db.execute("SELECT state, agent, until FROM seat_log WHERE seat = ? ORDER BY since, until IS NULL", (seat,))
        )


@pytest.mark.bound(120)
async def test_while_a_centre_stands_nobody_is_logged_in(site: Site) -> None:
    """OPS 20: an orderly end closes the seats' time, the next start goes on with who sat there; a kill closes nothing."""
    async with SiteTelephones(site, 1, answering(0.3, None, SEAT_TONE)) as floor:
        (seat,) = floor.seats
        await floor.until_state(seat, "ready")
        site.kill()
        await asyncio.to_thread(site.start)
        await floor.until_state(seat, "ready")
        assert "logged_out" not in [state for state, _agent, _until in intervals(site, seat)[1:]]
        agent = intervals(site, seat)[-1][1]
        assert await asyncio.to_thread(site.stop) == 0
        *_before, (state, who, until) = intervals(site, seat)
        assert (state, who, until) == ("logged_out", agent, None)
        stood = len(intervals(site, seat))
        await asyncio.to_thread(site.start)
        closed, again, *_more = intervals(site, seat)[stood - 1 :]
        assert closed[0] == "logged_out"
        assert closed[2] is not None
        assert again[:2] == ("ready", agent)
    assert site.verify() == ()
