"""Hashing in turns: one lane's flood waits behind itself, and nothing of it is on the loop."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import Any

import pytest

from accounts.thread_lanes import Full, ThreadLanes, fitting


@pytest.mark.parametrize(("cores", "width"), [(1, 1), (2, 1), (4, 2), (64, 4)])
def test_half_of_the_cores_it_may_run_on(monkeypatch: pytest.MonkeyPatch, cores: int, width: int) -> None:
    """Not of those that the machine has: the others are not ours."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: set(range(cores)))
    monkeypatch.setattr(os, "cpu_count", lambda: 128)
    assert fitting() == width
    lanes = ThreadLanes()
    assert lanes._at_once == width


async def test_the_next_lane_comes_next() -> None:
    """Twenty wait in one lane: another's first comes second, not twenty-first."""
    turns, gate = ThreadLanes(at_once=1), threading.Event()
    done: list[Any] = []
    first = asyncio.create_task(turns.do("flood", gate.wait))
    await asyncio.sleep(0)
    flood = [asyncio.create_task(turns.do("flood", done.append, "flood")) for _ in range(20)]
    await asyncio.sleep(0)
    honest = asyncio.create_task(turns.do("office", done.append, "office"))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(first, honest, *flood)
    assert done.index("office") <= 1
    assert len(done) == 21


async def test_a_full_lane_sends_away_and_no_other() -> None:
    turns, gate = ThreadLanes(at_once=1, lane_most=2), threading.Event()
    tasks = [asyncio.create_task(turns.do("flood", gate.wait)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Full):
        await turns.do("flood", gate.wait)
    tasks.append(asyncio.create_task(turns.do("office", gate.wait)))
    await asyncio.sleep(0)
    gate.set()
    assert await asyncio.gather(*tasks) == [True] * 4


async def test_who_goes_away_takes_no_turn() -> None:
    """A browser that is closed while it waits, and one whose work runs: the turn goes on."""
    turns, gate = ThreadLanes(at_once=1), threading.Event()
    first = asyncio.create_task(turns.do("a", gate.wait))
    await asyncio.sleep(0)
    gone = asyncio.create_task(turns.do("a", gate.wait))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    gate.set()
    async with asyncio.timeout(5):
        assert await turns.do("b", gate.wait)
