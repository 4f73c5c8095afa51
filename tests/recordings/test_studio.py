"""The studio with its real child: due, done, settled, forgotten; and every way to be interrupted."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from config.places import Places
from recordings import studio as studio_file
from recordings.crew import Crew
from recordings.events import DiskFreed, DiskLow, OrphansFound, RecordingDelayed, RecordingFailed, RecordingShelved
from recordings.ports import Due, Failed, Shelved
from recordings.studio import Studio

from .sound import DictBook, due, settings, spool, stereo

pytestmark = pytest.mark.slow


class House:
    """A studio over a folder, with what it said."""

    def __init__(self, var: Path, book: DictBook, *, min_free_mb: int = 10, crew: Crew | None = None) -> None:
        self.places = Places(var)
        self.book = book
        self.said: list[object] = []
        self.crew = crew or Crew(settings(), self.places)
        self.studio = Studio(
            self.crew, book, self.said.append, shelf=self.places.shelf, min_free_mb=min_free_mb
        )  # fmt: skip
        self.places.make()

    def heard(self, kind: type) -> list[object]:
        return [event for event in self.said if isinstance(event, kind)]

    def raws(self) -> list[str]:
        return sorted(path.name for path in self.places.spool.iterdir())


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio_file, "GATHER_SECONDS", 0.01)
    monkeypatch.setattr(studio_file, "ROUND_FAILED_SECONDS", 0.05)


async def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


async def test_everything_due_is_shelved_and_forgotten(tmp_path: Path) -> None:
    """Calls that ended, before and after the start, end up on the shelf, each told once, and the spool is empty."""
    house = House(tmp_path, DictBook(due(0), due(1)))
    for number in range(3):
        spool(house.places.spool, due(number), stereo(5.0))
    await house.studio.start()
    await until(lambda: len(house.book.ends) == 2)
    house.book.jobs[due(2).call] = due(2)
    house.studio.wake()
    await house.studio.drained()
    await until(lambda: house.raws() == [])
    await house.studio.stop()
    assert [e.good for e in house.book.ends.values() if isinstance(e, Shelved)] == [True, True, True]
    assert (house.book.told, len(house.heard(RecordingShelved))) == (3, 3)


async def test_the_child_dies_with_the_daemon(tmp_path: Path) -> None:
    """A daemon killed with -9 leaves no child behind, whatever the child was doing."""
    code = (
        "import asyncio, sys, time; from pathlib import Path; from tests.recordings.test_studio import House;"
        "from tests.recordings.sound import DictBook\n"
        "async def main():\n"
        "    house = House(Path(sys.argv[1]), DictBook())\n"
        "    await house.studio.start()\n"
        "    await house.studio.drained()\n"
        "    print(house.crew.pid, flush=True)\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    daemon = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert daemon.stdout is not None
    child = int(await daemon.stdout.readline())
    assert alive(child)
    daemon.kill()
    await daemon.wait()
    await until(lambda: not alive(child))


async def test_a_killed_child_is_replaced(tmp_path: Path) -> None:
    """A child that dies costs nothing but time: the next one finishes."""
    house = House(tmp_path, DictBook())
    await house.studio.start()
    await house.studio.drained()
    first = house.crew.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    spool(house.places.spool, due(), stereo(5.0))
    house.book.jobs[due().call] = due()
    house.studio.wake()
    await until(lambda: house.book.ends)
    assert house.crew.pid not in (None, first)
    await house.studio.stop()


async def test_what_kills_every_child_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One recording that kills the child each time does not keep the others from the shelf."""
    monkeypatch.setattr(studio_file, "PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr("recordings.crew.PAUSES", (0.0,))
    bad, good = due(0), due(1)
    code = (
        "import os, recordings.child as child, recordings.worker as worker\n"
        "old = worker.Worker.shelve\n"
        f"worker.Worker.shelve = lambda self, d: os._exit(9) if d.call == {bad.call!r} else old(self, d)\n"
        "child.main()\n"
    )
    crew = Crew(settings(), Places(tmp_path), command=(sys.executable, "-c", code))
    house = House(tmp_path, DictBook(bad, good), crew=crew)
    for job in (bad, good):
        spool(house.places.spool, job, stereo(5.0))
    await house.studio.start()
    await until(lambda: len(house.book.ends) == 2)
    await house.studio.stop()
    end = house.book.ends[bad.call]
    assert isinstance(end, Failed)
    assert end.reason == "gave_up"
    assert isinstance(house.book.ends[good.call], Shelved)
    assert house.raws() == [bad.file]


async def test_a_child_that_hangs_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer in time: the child is killed and the order is given to a new one."""
    monkeypatch.setattr("recordings.crew.JOB_SECONDS", -4.0)  # plus the call's 5 s
    hang = tmp_path / "hang"
    hang.touch()
    code = (
        "import os, time, recordings.child as child, recordings.worker as worker\n"
        "old = worker.Worker.shelve\n"
        "def slow(self, d):\n"
        f"    if os.path.exists({str(hang)!r}):\n"
        f"        os.unlink({str(hang)!r}); time.sleep(60)\n"
        "    return old(self, d)\n"
        "worker.Worker.shelve = slow\n"
        "child.main()\n"
    )
    crew = Crew(settings("wav"), Places(tmp_path), command=(sys.executable, "-c", code))
    monkeypatch.setattr(crew, "sweep", no_files)
    house = House(tmp_path, DictBook(due()), crew=crew)
    spool(house.places.spool, due(), stereo(5.0))
    await house.studio.start()
    await until(lambda: house.book.ends)
    await house.studio.stop()
    assert not hang.exists()
    assert [type(end) for end in house.book.ends.values()] == [Shelved]


async def test_the_ledger_away_keeps_the_raw_file(tmp_path: Path) -> None:
    """Nothing is forgotten or told before the ledger took it; then it is, once."""
    book = DictBook(due())
    book.broken = 2
    house = House(tmp_path, book)
    raw = spool(house.places.spool, due(), stereo(5.0))
    await house.studio.start()
    await until(lambda: book.broken == 0)
    assert raw.exists()
    assert house.heard(RecordingShelved) == []
    await until(lambda: house.raws() == [])
    await house.studio.stop()
    assert len(house.heard(RecordingShelved)) == 1
    assert book.told == 1


async def test_a_sweep_finishes_what_a_crash_left(tmp_path: Path) -> None:
    """Settled but not forgotten: the next life deletes the raw file. Nobody's files are reported and kept."""
    house = House(tmp_path, DictBook(due(0)))
    spool(house.places.spool, due(0), stereo(5.0))
    await house.studio.start()
    await until(lambda: house.raws() == [])
    await house.studio.stop()

    again = spool(house.places.spool, due(0), stereo(5.0))
    orphan, young = spool(house.places.spool, due(7), stereo(1.0)), spool(house.places.spool, due(8), stereo(1.0))
    os.utime(orphan, (1e9, 1e9))
    next_life = House(tmp_path, house.book)
    await next_life.studio.start()
    await until(lambda: next_life.heard(OrphansFound))
    await until(lambda: not again.exists())
    await next_life.studio.stop()
    assert [event.files for event in next_life.said if isinstance(event, OrphansFound)] == [(orphan.name,)]
    assert orphan.exists()
    assert young.exists()


async def test_a_missing_file_fails_after_some_tries(tmp_path: Path) -> None:
    """A call without raw file is told as failed, with its reason, once."""
    house = House(tmp_path, DictBook(due()))
    await house.studio.start()
    await until(lambda: house.book.ends)
    await house.studio.drained()
    await house.studio.stop()
    assert [event.failed.reason for event in house.said if isinstance(event, RecordingFailed)] == ["missing"]
    assert len(house.heard(RecordingDelayed)) == 1


async def test_a_file_that_comes_back_is_shelved_after_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spool on a disk that was away: given up, until the sweep finds it. What no try can read stays failed."""
    monkeypatch.setattr(studio_file, "SWEEP_SECONDS", 0.2)
    monkeypatch.setattr(studio_file, "IDLE_SECONDS", 0.2)
    house = House(tmp_path, DictBook(due(0), due(1)))
    spool(house.places.spool, due(1), stereo(5.0)).write_bytes(b"")
    os.utime(house.places.spool / due(1).file, (1e9, 1e9))
    await house.studio.start()
    await until(lambda: len(house.book.ends) == 2)
    spool(house.places.spool, due(0), stereo(5.0))
    await until(lambda: isinstance(house.book.ends.get(due(0).call), Shelved))
    await house.studio.stop()
    failed = [event.failed for event in house.said if isinstance(event, RecordingFailed)]
    assert sorted((one.call, one.reason) for one in failed) == [(due(0).call, "missing"), (due(1).call, "empty")]


async def test_low_disk_is_said_once(tmp_path: Path) -> None:
    """Below the wanted room an alarm is said once, and once again when there is room."""
    house = House(tmp_path, DictBook(due(0), due(1)), min_free_mb=1 << 40)
    for number in range(2):
        spool(house.places.spool, due(number), stereo(5.0))
    await house.studio.start()
    await until(lambda: len(house.book.ends) == 2)
    house.studio._min_free_mb = 1
    house.book.jobs[due(2).call] = due(2)
    spool(house.places.spool, due(2), stereo(5.0))
    house.studio.wake()
    await until(lambda: house.heard(DiskFreed))
    await house.studio.stop()
    assert (len(house.heard(DiskLow)), len(house.heard(DiskFreed))) == (1, 1)


async def test_two_daemons_after_each_other_do_not_work_at_once(tmp_path: Path) -> None:
    """A second child waits for the lock of the first."""
    first, second = Crew(settings(), Places(tmp_path)), Crew(settings(), Places(tmp_path))
    Places(tmp_path).make()
    await first.sweep(0)
    waiting = asyncio.create_task(second.sweep(0))
    await until(lambda: second.pid is not None)
    done, _ = await asyncio.wait([waiting], timeout=0.5)
    assert not done
    await first.close()
    await waiting
    await second.close()


async def no_files(older: float) -> object:
    from recordings.letters import Answer

    return Answer("sweep", 10_000)


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_letters_keep_everything() -> None:
    """What the child reads is what the daemon wrote."""
    import json

    from recordings import letters

    job: Due = due(3, 61.25, node_died=True)
    assert letters.due(json.loads(letters.shelve(job))["due"]) == job
