"""Several recordings at once, no more than cores are spare; at rest while calls keep the cores busy, and never for good."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from config.file_places import Places
from cti.commands import Outcome
from recordings import child_pool
from recordings.build import build
from recordings.child_pool import RecordingChildren
from recordings.child_process import RecordingChild
from recordings.events import RecordingShelved
from recordings.processing import RecordingQueue
from recordings.spare_cores import CpuTimes, SpareCores, cpu_times, spare

from .sound import DictBook, due, settings, spool, stereo

STAT = "cpu  {user} {nice} {system} {idle} 0 0 0 0 0 0\ncpu0 1 1 1 1 0 0 0 0 0 0\n"


def test_what_the_recorder_spends_itself_keeps_nobody_from_a_core() -> None:
    before = cpu_times(STAT.format(user=1000, nice=0, system=0, idle=1000))
    assert spare(before, CpuTimes(before.others, before.total + 400), 4) == 3  # a core's share is always kept back
    niced = cpu_times(STAT.format(user=1000, nice=400, system=0, idle=1000))
    assert spare(before, niced, 4) == 3
    calls = cpu_times(STAT.format(user=1400, nice=0, system=0, idle=1000))
    assert spare(before, calls, 4) == 0
    half = cpu_times(STAT.format(user=1150, nice=0, system=50, idle=1200))
    assert spare(before, half, 4) == 1
    assert spare(before, before, 4) == 3  # looked twice at the same tick


def test_the_machine_is_looked_at_once_a_second(tmp_path: Path) -> None:
    stat, now = tmp_path / "stat", [0.0]
    stat.write_text(STAT.format(user=0, nice=0, system=0, idle=0))
    cores = SpareCores(4, stat=stat, clock=lambda: now[0])
    assert cores() == 4
    stat.write_text(STAT.format(user=400, nice=0, system=0, idle=0))
    assert cores() == 4
    now[0] = 1.0
    assert cores() == 0
    stat.unlink()
    now[0] = 2.0
    assert cores() == 4  # nobody says: nothing is held up


def test_a_quiet_hour_does_not_hide_the_first_second_of_a_storm(tmp_path: Path) -> None:
    """Nothing was asked for an hour: its mean says that all cores are free, while calls have them by now."""
    stat, now = tmp_path / "stat", [0.0]
    stat.write_text(STAT.format(user=0, nice=0, system=0, idle=0))
    cores = SpareCores(4, stat=stat, clock=lambda: now[0])
    now[0] = 3600.0
    stat.write_text(STAT.format(user=400, nice=0, system=0, idle=1_440_000))
    assert cores() == 0
    now[0] = 3601.0
    stat.write_text(STAT.format(user=800, nice=0, system=0, idle=1_440_000))
    assert cores() == 0
    now[0] = 3602.0
    stat.write_text(STAT.format(user=800, nice=0, system=0, idle=1_440_400))
    assert cores() == 3


def test_only_cores_that_it_may_run_on_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit's CPUAffinity, a container's set: the machine has more."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {3})
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert SpareCores(stat=tmp_path / "none")() == 1
    places = Places(tmp_path)
    made = build(settings("wav"), places, DictBook(), lambda _event: None, perform, {})
    assert made.queue._child.width == 1


async def perform(_command: object) -> Outcome:
    raise AssertionError("nothing is to be done")


@pytest.mark.slow
async def test_two_children_work_at_once_and_each_recording_is_shelved_once(tmp_path: Path) -> None:
    """Both orders are with a child before either is answered."""
    places = Places(tmp_path)
    places.make()
    children = [RecordingChild(settings("wav"), places, place=place) for place in range(2)]
    book = DictBook(*(due(number) for number in range(6)))
    for job in book.jobs.values():
        spool(places.spool, job, stereo(5.0))
    at_once: list[int] = []

    class Watched(RecordingChildren):
        async def _give(self, child: RecordingChild) -> None:
            at_once.append(self.width - len(self._free))
            await super()._give(child)

    pool = Watched(children, lambda: 2)
    said: list[object] = []
    queue = RecordingQueue(pool, book, said.append)
    await queue.start()
    try:
        await asyncio.wait_for(queue.drained(), 120)
        assert all(child.pid is not None for child in children)
    finally:
        await queue.stop()
    assert max(at_once) == 2
    assert len([one for one in said if isinstance(one, RecordingShelved)]) == 6
    assert not list(places.spool.iterdir())


@pytest.mark.slow
async def test_it_rests_while_no_core_is_spare_and_then_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_pool, "REST_SECONDS", 0.01)
    places = Places(tmp_path)
    places.make()
    spool(places.spool, due(0), stereo(5.0))
    cores = [0]
    pool = RecordingChildren([RecordingChild(settings("wav"), places)], lambda: cores[0])
    pool._begun_at = asyncio.get_running_loop().time()
    queue = RecordingQueue(pool, DictBook(due(0)), lambda _event: None)
    await queue.start()
    try:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(queue.drained()), 2)
        cores[0] = 1
        await asyncio.wait_for(queue.drained(), 60)
    finally:
        await queue.stop()


@pytest.mark.slow
async def test_it_does_not_rest_for_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_pool, "REST_SECONDS", 0.01)
    monkeypatch.setattr(child_pool, "REST_MOST_SECONDS", 0.5)
    places = Places(tmp_path)
    places.make()
    spool(places.spool, due(0), stereo(5.0))
    queue = RecordingQueue(
        RecordingChildren([RecordingChild(settings("wav"), places)], lambda: 0), DictBook(due(0)), lambda _event: None
    )
    await queue.start()
    try:
        await asyncio.wait_for(queue.drained(), 60)
    finally:
        await queue.stop()


@pytest.mark.slow
@pytest.mark.parametrize(("priority", "policy"), [("idle", os.SCHED_IDLE), ("low", os.SCHED_OTHER)])
async def test_a_child_works_in_the_class_that_the_settings_say(tmp_path: Path, priority: str, policy: int) -> None:
    places = Places(tmp_path)
    places.make()
    kept = settings("wav")
    kept = kept.model_validate(
        {**kept.model_dump(), "recording": {**kept.recording.model_dump(), "priority": priority}}
    )
    child = RecordingChild(kept, places)
    try:
        await child.sweep(0.0)
        assert child.pid is not None
        assert os.sched_getscheduler(child.pid) == policy
        assert os.getpriority(os.PRIO_PROCESS, child.pid) >= 10
        group = Path(f"/proc/{child.pid}/autogroup")
        if (
            group.exists()
        ):  # sessions are scheduled against each other: the child's own class says nothing to another one
            assert group.read_text().split("nice ")[1].strip() == ("19" if priority == "idle" else "10")
    finally:
        await child.close()
