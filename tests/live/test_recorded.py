"""What was said is on the shelf: both voices apart, through hold and transfer, and out of a dying Asterisk."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from .site import Floor, Site, eventually

pytestmark = pytest.mark.live

RATE = 8000


async def test_both_voices_through_hold_and_transfer(site: Site, tmp_path: Path) -> None:
    """One file holds the citizen on the left and every seat on the right until the citizen hangs up."""
    async with Floor(site, 2) as floor:
        call = await floor.dial(caller="13805990001")
        seat = await floor.seat_call(call.caller)
        await asyncio.sleep(2)
        await floor.rest.verb(seat.dialled, "hold")
        await asyncio.sleep(2)
        await floor.rest.verb(seat.dialled, "resume")
        await asyncio.sleep(1)
        to = next(one for one in floor.seats if one != seat.dialled)
        await floor.rest.verb(seat.dialled, "transfer", kind="blind", to=to)
        await eventually(lambda: len([one for one in floor.desk.calls if one.answered and not one.outgoing]) == 2, 15)
        await asyncio.sleep(2)
        call.hang_up()
    recording = await kept(site, "13805990001")
    assert recording["faults"] == []
    sound = export(site, recording, tmp_path / "out.opus")
    assert tone(sound[:, 0], 440) > 0.8, "the citizen is not on the left"
    assert tone(sound[:, 0], 620) < 0.05, "the seat leaks to the left"
    assert tone(sound[: 20 * RATE, 1], 620) > 0.2, "the seat is not on the right"
    assert tone(sound[-RATE:, 1], 620) > 0.8, "the second seat is not on the right"
    told = json.loads(site.hotline("recording", "verify", "--deep", "--json"))
    assert (told["ok"], told["findings"]) == (True, [])


async def test_a_killed_asterisk_leaves_a_playable_recording(site: Site, tmp_path: Path) -> None:
    """Of a call that dies with Asterisk at most the last moment is missing, and the file says so."""
    async with Floor(site, 1) as floor:
        call = await floor.dial(caller="13805990002")
        seat = await floor.seat_call(call.caller)
        await asyncio.sleep(4)
        assert seat.answered is not None
        talked = site.kill_asterisk() - seat.answered
    recording = await kept(site, "13805990002", 60)
    assert recording["faults"] == ["node_died"]
    sound = export(site, recording, tmp_path / "out.opus")
    assert tone(sound[-2 * RATE :, 0], 440) > 0.8
    assert tone(sound[-2 * RATE :, 1], 620) > 0.8
    assert recording["seconds"] > talked - 1.2


async def kept(site: Site, caller: str, seconds: float = 30.0) -> dict[str, Any]:
    """The recording of this caller's call, once it is on the shelf."""
    found: list[dict[str, Any]] = []

    def looked() -> bool:
        for row in json.loads(site.hotline("report", "calls", "--json")):
            if row["caller"] == caller:
                found[:] = [item | {"call": row["call"]} for item in row["recordings"] if item["state"] == "shelved"]
        return bool(found)

    await eventually(looked, seconds)
    return found[0]


def export(site: Site, recording: dict[str, Any], target: Path) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The samples of a recording, out of its seal."""
    site.hotline("recording", "export", recording["call"], str(target), "--purpose", "test", "--by", "test")
    sound, rate = soundfile.read(target, always_2d=True)
    assert (rate, sound.shape[1]) == (RATE, 2)
    return sound


def tone(channel: np.ndarray[Any, np.dtype[np.float64]], hertz: int) -> float:
    """The share of the channel's energy that lies within 20 Hz of ``hertz``."""
    power = np.abs(np.fft.rfft(channel)) ** 2
    at = np.fft.rfftfreq(len(channel), 1 / RATE)
    return float(power[np.abs(at - hertz) < 20].sum() / max(power.sum(), 1e-12))
