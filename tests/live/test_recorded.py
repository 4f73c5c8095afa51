"""What was said is on the shelf: both voices apart, through hold and transfer, and out of a dying Asterisk."""

from __future__ import annotations

import asyncio
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from .site import Floor, Site, eventually

pytestmark = pytest.mark.live

RATE = 8000


@pytest.fixture(autouse=True)
def _later_phones_count_lower(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each phone's RTP begins below the one before: MixMonitor left out such a phone (asterisk issue 507)."""
    numbers = itertools.count(60_000, -7_000)
    monkeypatch.setattr("aiortp.sender.random16", lambda: next(numbers) % 65_536)


@pytest.mark.parametrize("kind", ["blind", "attended"])
async def test_both_voices_through_hold_and_transfer(site: Site, tmp_path: Path, kind: str) -> None:
    """One file holds the citizen on the left and every seat on the right until the citizen hangs up."""
    caller = {"blind": "13805990001", "attended": "13805990003"}[kind]
    async with Floor(site, 2) as floor:
        call = await floor.dial(caller=caller)
        seat = await floor.seat_call(call.caller)
        await floor.until_state(seat.dialled, "talking")
        await asyncio.sleep(2)
        await floor.rest.verb(seat.dialled, "hold")
        await asyncio.sleep(2)
        await floor.rest.verb(seat.dialled, "resume")
        await floor.until_state(seat.dialled, "talking")
        await asyncio.sleep(1)
        to = next(one for one in floor.seats if one != seat.dialled)
        await floor.rest.verb(seat.dialled, "transfer", kind=kind, to=to)
        await eventually(lambda: any(one.up for one in floor.desk.calls if one.dialled == to), 15)
        if kind == "attended":
            await asyncio.sleep(1)
            await floor.rest.verb(seat.dialled, "transfer/complete")
        await seat.until_ended(10)
        await asyncio.sleep(4)
        assert call.up
        call.hang_up()
    recording = await kept(site, caller)
    assert recording["faults"] == []
    sound = export(site, recording, tmp_path / "out.opus")
    assert tone(sound[:, 0], 440) > 0.8, "the citizen is not on the left"
    assert tone(sound[:, 0], 620) < 0.05, "the seat leaks to the left"
    assert loud(sound[:, 1], 620) > 4, "the seats are not on the right"
    assert tone(sound[-2 * RATE :, 1], 620) > 0.8, "the second seat is not on the right"
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


def loud(channel: np.ndarray[Any, np.dtype[np.float64]], hertz: int) -> float:
    """Seconds of the channel, in tenths, that are this tone."""
    tenths = channel[: len(channel) // 800 * 800].reshape(-1, 800)
    return sum(float(np.abs(part).max()) > 0.01 and tone(part, hertz) > 0.5 for part in tenths) / 10
