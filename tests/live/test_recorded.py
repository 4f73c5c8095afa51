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

from hotline.lab.phones import Call, answering
from hotline.lab.sound import tone as sine

from .site import Site, SiteTelephones, eventually
from .test_endings_told import closed, everywhere, out_call, transfers
from .test_verbs import CITIZEN, ONE, POLICE, TWO, hear, seats, talking

pytestmark = pytest.mark.live
AS_OPERATORS_START_IT = True  # who reloads it finds it by its command line

RATE = 8000
CALLERS = itertools.count(13805990010)


@pytest.fixture(autouse=True)
def _later_phones_count_lower(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each phone's RTP begins below the one before, and above the middle: MixMonitor left out such a phone (asterisk issue 507),
    also behind mixed sound, which has no numbers."""
    numbers = itertools.count(60_000, -7_000)
    monkeypatch.setattr("aiortp.sender.random16", lambda: next(numbers) % 65_536)


@pytest.mark.parametrize("kind", ["blind", "attended", "blonde"])
async def test_both_voices_through_hold_and_transfer(site: Site, tmp_path: Path, kind: str) -> None:
    """One file holds the citizen on the left and every seat on the right until the citizen hangs up. The ledger has one answered
    call, which waited once and was given away once, and owes nobody anything."""
    caller = {"blind": "13805990001", "attended": "13805990003", "blonde": "13805990005"}[kind]
    async with SiteTelephones(site) as floor:
        await seats(floor)
        if kind == "blonde":
            floor.desk.take("8002", answering(2, None, sine(TWO)))
        call, seat = await talking(floor, caller)
        await asyncio.sleep(2)
        await floor.rest.verb("8001", "hold")
        await hear((call, set()))
        await asyncio.sleep(1.5)
        await floor.rest.verb("8001", "resume")
        await hear((call, {ONE}))
        await asyncio.sleep(1)
        await floor.rest.verb("8001", "transfer", kind="blind" if kind == "blind" else "attended", to="8002")
        await eventually(lambda: floor.desk.calls_to("8002"), 15)
        if kind == "attended":
            await hear((seat, {TWO}))
        if kind != "blind":
            await floor.rest.verb("8001", "transfer/complete")
        await seat.until_ended(10)
        await hear((call, {TWO}))
        await asyncio.sleep(4)
        assert call.up
        call.hang_up()
    recording = await kept(site, caller)
    assert recording["faults"] == []
    sound = export(site, recording, tmp_path / "out.opus")
    left, right = sound.T
    assert tone(left, CITIZEN) > 0.8, "the citizen is not on the left"
    assert max(tone(left, ONE), tone(left, TWO)) < 0.05, "a seat leaks to the left"
    before, after = spans(right, ONE)
    assert min(after[0] - before[1], before[1] - before[0], after[1] - after[0]) > 1, "the seat's voice through a hold"
    (second,) = spans(right, TWO)
    assert second[0] > after[1] - 0.2
    assert second[1] > len(right) / RATE - 0.5, "the second seat is not on the right to the end"
    assert (
        second[1] - second[0] > 3
    )  # of four and some: until the recording is begun anew, half a second of a new voice is lost
    assert tone(right[-2 * RATE :], TWO) > 0.8
    answered_once(await closed(site, caller=caller), seat, floor.desk.calls_to("8002")[-1])
    assert transfers(site, recording["call"]) == [(kind, "8001", "8002", "8002", "1002")]
    told = json.loads(site.hotline("recording", "verify", "--deep", "--json"))
    assert (told["ok"], told["findings"]) == (True, [])


@pytest.mark.bound(120)
@pytest.mark.parametrize(
    ("leaves", "reloaded"), [("seat", False), ("citizen", False), ("third", False), ("seat", True), ("third", True)]
)
async def test_all_voices_of_a_conference(site: Site, tmp_path: Path, leaves: str, reloaded: bool) -> None:
    """Citizen left; right the seat, then it and 110 together, then whoever has stayed. For the ledger it is no transfer, and
    the citizen was answered once. A daemon that begins anew in the middle knows of it only what Asterisk lists."""
    caller = str(next(CALLERS))
    async with SiteTelephones(site) as floor:
        await seats(floor, two=False)
        await everywhere(floor, "110", answering(0.2, None, sine(POLICE)))
        call, seat = await talking(floor, caller)
        await floor.rest.verb("8001", "transfer", kind="attended", to="110")
        police = await out_call(floor, "110")
        await hear((seat, {POLICE}), (call, set()))
        await asyncio.sleep(1)
        await floor.rest.verb("8001", "transfer/conference")
        await hear((call, {ONE, POLICE}), (seat, {CITIZEN, POLICE}), (police, {CITIZEN, ONE}))
        await asyncio.sleep(2)
        if reloaded:
            assert json.loads(await asyncio.to_thread(site.hotline, "reload", "--json"))["state"] == "done"
        who = {"seat": seat, "citizen": call, "third": police}[leaves]
        who.hang_up()
        stay = [one for one in (call, seat, police) if one is not who]
        own = {call: CITIZEN, seat: ONE, police: POLICE}
        await hear(*((one, {own[other]}) for one, other in (stay, stay[::-1])))
        await asyncio.sleep(4)
        assert all(one.up for one in stay), "who stayed was cut off"
        stay[0].hang_up()
        await stay[1].until_ended(5)
    recording = await kept(site, caller)
    assert recording["faults"] == []
    left, right = export(site, recording, tmp_path / "out.opus").T
    assert tone(left, CITIZEN) > 0.8, "the citizen is not on the left"
    end = len(right) / RATE
    (third,) = spans(right, POLICE)  # of the consultation he heard nothing
    alone, *mixed = spans(right, ONE)
    assert alone[1] < third[0], "the citizen heard the consultation"
    assert [abs(begin - third[0]) < 1 for begin, _ in mixed] == [True], "the three are not heard together"
    assert min(third[1], mixed[0][1]) - third[0] > 1.5
    ends = {"third": third[1], "seat": mixed[0][1]}
    stayed = {name for name, at in ends.items() if at > end - 0.5}
    assert stayed == {"seat", "third"} - {leaves}, f"on the right to the end ({end:.1f} s): {ends}"
    if leaves != "citizen":
        assert tone(right[-3 * RATE :], POLICE if leaves == "seat" else ONE) > 0.8, "who stayed is not on the right"
        assert end - ends[leaves] > 4
    told = await closed(site, caller=caller)
    answered_once(told, seat)
    assert told["transfers"] == 0
    assert told["ended_by"] == "caller"
    assert [(row[0], row[2]) for row in transfers(site, told["call"])] == [("conference", "110")]
    assert [breach for breach in site.verify() if told["call"] in breach] == []


def answered_once(told: dict[str, Any], *talks: Call) -> None:
    """A row of the ledger: he asked for a person once, had one (as long as the seats' phones say), and nobody owes him a call."""
    assert (told["queue_result"], told["callback"]) == ("answered", ""), told
    assert told["outcome"] in (None, ""), told
    assert told["seat"] == "8001"
    lived, reached = 0.0, 0.0
    for talk in sorted(talks, key=lambda one: one.answered or 0.0):
        begin, end = max(talk.answered or 0.0, reached), talk.ended or 0.0
        lived, reached = lived + max(end - begin, 0.0), max(end, reached)
    assert abs(told["talk_seconds"] - lived) < 1.5


async def test_a_killed_asterisk_leaves_a_playable_recording(site: Site, tmp_path: Path) -> None:
    """Of a call that dies with Asterisk at most the last moment is missing, and the file says so."""
    async with SiteTelephones(site, 1) as floor:
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
    site.hotline("recording", "export", recording["call"], str(target), "--purpose", "technical", "--words", "a test")
    sound, rate = soundfile.read(target, always_2d=True)
    assert (rate, sound.shape[1]) == (RATE, 2)
    return sound  # type: ignore[no-any-return]


def tone(channel: np.ndarray[Any, np.dtype[np.float64]], hertz: int) -> float:
    """The share of the channel's energy that lies within 20 Hz of ``hertz``."""
    power = np.abs(np.fft.rfft(channel)) ** 2
    at = np.fft.rfftfreq(len(channel), 1 / RATE)
    return float(power[np.abs(at - hertz) < 20].sum() / max(power.sum(), 1e-12))


def loud(channel: np.ndarray[Any, np.dtype[np.float64]], hertz: int) -> float:
    """Seconds of the channel, in tenths, that are this tone."""
    tenths = channel[: len(channel) // 800 * 800].reshape(-1, 800)
    return sum(float(np.abs(part).max()) > 0.01 and tone(part, hertz) > 0.5 for part in tenths) / 10


def spans(channel: np.ndarray[Any, np.dtype[np.float64]], hertz: int, gap: float = 0.8) -> list[tuple[float, float]]:
    """When this tone is in the channel, alone or beside another: (begin, end) in seconds. Shorter gaps, as at a new partner, count as sound."""
    tenth = RATE // 10
    found: list[tuple[float, float]] = []
    for at in range(0, len(channel) - tenth + 1, tenth):
        part = channel[at : at + tenth]
        if float(np.abs(part).max()) < 0.01 or tone(part, hertz) < 0.25:
            continue
        begin = at / RATE
        if found and begin - found[-1][1] <= gap:
            found[-1] = found[-1][0], begin + 0.1
        else:
            found.append((begin, begin + 0.1))
    return [(begin, end) for begin, end in found if end - begin > 0.3]
