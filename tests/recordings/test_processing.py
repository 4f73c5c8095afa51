"""The queue with its real child: due, done, settled, forgotten; and every way to be interrupted."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.file_places import Places
from recordings import processing
from recordings.child_messages import Answer
from recordings.child_process import RecordingChild
from recordings.events import RecordingDelayed, RecordingFailed, RecordingShelved
from recordings.ports import Due, Failed, Shelved
from recordings.processing import RecordingQueue
from tests.waiting import until

from .sound import DictBook, due, settings, spool, stereo

pytestmark = pytest.mark.slow


class RecordingRig:
    """A queue over a folder, with what it said."""

    def __init__(self, var: Path, book: DictBook, *, child: RecordingChild | None = None) -> None:
        self.places = Places(var)
        self.book = book
        self.said: list[object] = []
        self.child = child or RecordingChild(settings(), self.places)
        self.queue = RecordingQueue(self.child, book, self.said.append)
        self.places.make()

    def heard(self, kind: type) -> list[object]:
        return [event for event in self.said if isinstance(event, kind)]

    def raws(self) -> list[str]:
        return sorted(path.name for path in self.places.spool.iterdir())


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing, "GATHER_SECONDS", 0.01)
    monkeypatch.setattr(processing, "ROUND_FAILED_SECONDS", 0.05)


async def test_everything_due_is_shelved_and_forgotten(tmp_path: Path) -> None:
    """Calls that ended, before and after the start, end up on the shelf, each told once, and the spool is empty."""
    rig = RecordingRig(tmp_path, DictBook(due(0), due(1)))
    for number in range(3):
        spool(rig.places.spool, due(number), stereo(5.0))
    await rig.queue.start()
    await until(lambda: len(rig.book.ends) == 2)
    rig.book.jobs[due(2).id] = due(2)
    rig.queue.wake()
    await rig.queue.drained()
    await until(lambda: rig.raws() == [])
    await rig.queue.stop()
    assert [e.good for e in rig.book.ends.values() if isinstance(e, Shelved)] == [True, True, True]
    assert (rig.book.told, len(rig.heard(RecordingShelved))) == (3, 3)


async def test_parts_of_one_call_are_done_each_by_itself(tmp_path: Path) -> None:
    """One has no raw file and fails after its tries; the other is on the shelf all the while."""
    first, second = due(), due(part=2)
    rig = RecordingRig(tmp_path, DictBook(first, second))
    spool(rig.places.spool, second, stereo(5.0))
    await rig.queue.start()
    await until(lambda: len(rig.book.ends) == 2)
    await until(lambda: rig.raws() == [])
    await rig.queue.stop()
    ends = rig.book.ends
    assert isinstance(ends[first.id], Failed)
    assert isinstance(ends[second.id], Shelved)
    delays = [event.id for event in rig.said if isinstance(event, RecordingDelayed)]
    assert delays == [first.id]


async def test_the_child_dies_with_the_daemon(tmp_path: Path) -> None:
    """A daemon killed with -9 leaves no child behind, whatever the child was doing."""
    code = (
        "import asyncio, sys, time; from pathlib import Path; from tests.recordings.test_processing import RecordingRig;"
        "from tests.recordings.sound import DictBook\n"
        "async def main():\n"
        "    rig = RecordingRig(Path(sys.argv[1]), DictBook())\n"
        "    await rig.queue.start()\n"
        "    await rig.queue.drained()\n"
        "    print(rig.child.pid, flush=True)\n"
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
    rig = RecordingRig(tmp_path, DictBook())
    await rig.queue.start()
    await rig.queue.drained()
    first = rig.child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    spool(rig.places.spool, due(), stereo(5.0))
    rig.book.jobs[due().id] = due()
    rig.queue.wake()
    await until(lambda: rig.book.ends)
    assert rig.child.pid not in (None, first)
    await rig.queue.stop()


async def test_what_kills_every_child_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One recording that kills the child each time does not keep the others from the shelf."""
    monkeypatch.setattr(processing, "PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr("recordings.child_process.PAUSES", (0.0,))
    bad, good = due(0), due(1)
    code = (
        "import os, recordings.child as child, recordings.worker as worker\n"
        "old = worker.Worker.shelve\n"
        f"worker.Worker.shelve = lambda self, d: os._exit(9) if d.call == {str(bad.call)!r} else old(self, d)\n"
        "child.main()\n"
    )
    child = RecordingChild(settings(), Places(tmp_path), command=(sys.executable, "-c", code))
    rig = RecordingRig(tmp_path, DictBook(bad, good), child=child)
    for job in (bad, good):
        spool(rig.places.spool, job, stereo(5.0))
    await rig.queue.start()
    await until(lambda: len(rig.book.ends) == 2)
    await rig.queue.stop()
    end = rig.book.ends[bad.id]
    assert isinstance(end, Failed)
    assert end.reason == "gave_up"
    assert isinstance(rig.book.ends[good.id], Shelved)
    assert rig.raws() == [bad.file]


async def test_a_child_that_hangs_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer in time: the child is killed and the order is given to a new one."""
    monkeypatch.setattr("recordings.child_process.JOB_SECONDS", -4.0)  # plus the call's 5 s
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
    child = RecordingChild(settings("wav"), Places(tmp_path), command=(sys.executable, "-c", code))
    monkeypatch.setattr(child, "sweep", no_files)
    rig = RecordingRig(tmp_path, DictBook(due()), child=child)
    spool(rig.places.spool, due(), stereo(5.0))
    await rig.queue.start()
    await until(lambda: rig.book.ends)
    await rig.queue.stop()
    assert not hang.exists()
    assert [type(end) for end in rig.book.ends.values()] == [Shelved]


async def test_the_ledger_away_keeps_the_raw_file(tmp_path: Path) -> None:
    """Nothing is forgotten or told before the ledger took it; then it is, once."""
    book = DictBook(due())
    book.broken = 2
    rig = RecordingRig(tmp_path, book)
    raw = spool(rig.places.spool, due(), stereo(5.0))
    await rig.queue.start()
    await until(lambda: book.broken == 0)
    assert raw.exists()
    assert rig.heard(RecordingShelved) == []
    await until(lambda: rig.raws() == [])
    await rig.queue.stop()
    assert len(rig.heard(RecordingShelved)) == 1
    assert book.told == 1


class TwoAtOnce:
    """In place of children: the second order is answered when ``go`` is set."""

    width, pid = 2, None

    def __init__(self) -> None:
        self.go, self.cancelled = asyncio.Event(), 0
        self.asked: list[Due] = []

    async def shelve(self, one: Due) -> Answer:
        self.asked.append(one)
        try:
            if len(self.asked) == 2:
                await self.go.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        shelved = Shelved(one.id, f"{one.call}.opus", "opus", 5.0, 4, "aa", 4, "aa", False, one.ended)
        return Answer("shelve", one.id, facts=shelved)

    def forget(self, some: object) -> None:
        pass


async def test_a_ledger_that_is_away_for_a_moment_kills_nobody_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be settled is tried again when the others are through; nothing new is begun meanwhile."""
    monkeypatch.setattr(processing, "SETTLE_MOST", 1)
    book, children = DictBook(due(0), due(1), due(2)), TwoAtOnce()
    book.broken = 1
    queue = RecordingQueue(children, book, lambda _event: None)  # type: ignore[arg-type]
    doing = asyncio.ensure_future(queue._do([due(0), due(1), due(2)]))
    await until(lambda: book.broken == 0)
    assert not doing.done()
    children.go.set()
    await doing
    assert children.cancelled == 0
    assert set(book.ends) == {due(0).id, due(1).id, due(2).id}


async def test_a_ledger_that_stays_away_ends_the_round_when_all_are_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing, "SETTLE_MOST", 1)
    book, children = DictBook(due(0), due(1), due(2)), TwoAtOnce()
    book.broken = 100
    queue = RecordingQueue(children, book, lambda _event: None)  # type: ignore[arg-type]
    doing = asyncio.ensure_future(queue._do([due(0), due(1), due(2)]))
    await until(lambda: book.broken < 100)
    children.go.set()
    with pytest.raises(RuntimeError, match="the database is away"):
        await doing
    assert (children.cancelled, len(children.asked), book.ends) == (0, 2, {})


async def test_a_sweep_finishes_what_a_crash_left(tmp_path: Path) -> None:
    """Settled but not forgotten: the next life deletes the raw file. Nobody's files are kept."""
    rig = RecordingRig(tmp_path, DictBook(due(0)))
    spool(rig.places.spool, due(0), stereo(5.0))
    await rig.queue.start()
    await until(lambda: rig.raws() == [])
    await rig.queue.stop()

    again = spool(rig.places.spool, due(0), stereo(5.0))
    orphan, young = spool(rig.places.spool, due(7), stereo(1.0)), spool(rig.places.spool, due(8), stereo(1.0))
    os.utime(orphan, (1e9, 1e9))
    next_life = RecordingRig(tmp_path, rig.book)
    await next_life.queue.start()
    await until(lambda: not again.exists())
    await next_life.queue.stop()
    assert orphan.exists()
    assert young.exists()


async def test_a_missing_file_fails_after_some_tries(tmp_path: Path) -> None:
    """A call without raw file is told as failed, with its reason, once."""
    rig = RecordingRig(tmp_path, DictBook(due()))
    await rig.queue.start()
    await until(lambda: rig.book.ends)
    await rig.queue.drained()
    await rig.queue.stop()
    assert [event.failed.reason for event in rig.said if isinstance(event, RecordingFailed)] == ["missing"]
    assert len(rig.heard(RecordingDelayed)) == 1


async def test_a_file_that_comes_back_is_shelved_after_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spool on a disk that was away: given up, until the sweep finds it. What no try can read stays failed."""
    monkeypatch.setattr(processing, "SWEEP_SECONDS", 0.2)
    monkeypatch.setattr(processing, "IDLE_SECONDS", 0.2)
    rig = RecordingRig(tmp_path, DictBook(due(0), due(1)))
    spool(rig.places.spool, due(1), stereo(5.0)).write_bytes(b"")
    os.utime(rig.places.spool / due(1).file, (1e9, 1e9))
    await rig.queue.start()
    await until(lambda: len(rig.book.ends) == 2)
    spool(rig.places.spool, due(0), stereo(5.0))
    await until(lambda: isinstance(rig.book.ends.get(due(0).id), Shelved))
    await rig.queue.stop()
    failed = [event.failed for event in rig.said if isinstance(event, RecordingFailed)]
    assert sorted((one.call, one.reason) for one in failed) == [(due(0).call, "missing"), (due(1).call, "empty")]


async def test_two_daemons_after_each_other_do_not_work_at_once(tmp_path: Path) -> None:
    """A second child waits for the lock of the first."""
    first, second = RecordingChild(settings(), Places(tmp_path)), RecordingChild(settings(), Places(tmp_path))
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
    from recordings.child_messages import Answer

    return Answer("sweep", 10_000)  # type: ignore[arg-type]


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_letters_keep_everything() -> None:
    """What the child reads is what the daemon wrote."""
    import json

    from recordings import child_messages

    job: Due = due(3, 61.25, part=2, node_died=True)
    assert child_messages.due(json.loads(child_messages.shelve(job))["due"]) == job


def test_a_child_that_is_told_nothing_ends_in_silence() -> None:
    """Its daemon was ended between starting it and telling it who it is: that is no fault."""
    ended = subprocess.run([sys.executable, "-m", "recordings.child"], stdin=subprocess.DEVNULL, capture_output=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")
