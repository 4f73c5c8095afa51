"""The worker: one recording from spool to shelf, whoever dies wherever."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import soundfile

from config.file_places import Places
from recordings import child_messages, drafts, durable, layout, local_storage, states, vault
from recordings.child import obey
from recordings.errors import Hopeless, SealBroken, TryLater
from recordings.local_storage import LocalStorage
from recordings.ports import Due, Interval
from recordings.storage import keys_of
from recordings.worker import Worker, listen

from .sound import STARTED, due, settings, spool, stereo

pytestmark = pytest.mark.slow

STEPS = ["complete", "measured", "encoded", "checked", "key kept", "sealed", "moved", "shelved"]
DEAD = 9


def worker(tmp_path: Path, form: str = "opus", **others: object) -> Worker:
    made = Worker(settings(form), Places(tmp_path), **others)  # type: ignore[arg-type]
    made.drafts.empty()
    return made


def keys(tmp_path: Path) -> vault.Keys:
    return keys_of(settings().recording, Places(tmp_path))


def lying(made: Worker) -> Path:
    """Where the shelf's files really lie."""
    assert isinstance(made.shelf.storage, LocalStorage)
    return made.shelf.storage.root


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(("form", "sealed"), [("opus", True), ("mp3", True), ("wav", True), ("opus", False)])
def test_a_good_recording(tmp_path: Path, form: str, sealed: bool) -> None:
    """It lies on the shelf with facts and waveform, opens to its sound, and only then the raw file goes."""
    job, made = due(), worker(tmp_path, form, sealed=sealed)
    raw = spool(Places(tmp_path).spool, job, stereo(5.0))
    facts = made.shelve(job)
    stem = f"2026/11/24/{job.call}"
    assert facts.path == f"{stem}.{form}" + (".sealed" if sealed else "")
    assert files(lying(made)) == sorted([facts.path, f"{stem}.facts.json", f"{stem}.peaks.json"])
    assert (facts.seconds, facts.faults, facts.good) == (5.0, (), True)
    assert vault.fingerprint(lying(made) / facts.path) == (facts.stored_bytes, facts.stored_sha256)
    listen(made.shelf, keys(tmp_path), facts, tmp_path / f"heard.{form}")
    assert vault.fingerprint(tmp_path / f"heard.{form}") == (facts.plain_bytes, facts.plain_sha256)
    assert soundfile.info(tmp_path / f"heard.{form}").channels == 2
    assert raw.exists()
    assert made.forget(job.file, facts.path)
    assert not raw.exists()


def test_two_recordings_of_one_call(tmp_path: Path) -> None:
    """Each has its own files, key and facts; forgetting one leaves the other's raw file."""
    first, second, made = due(), due(part=2), worker(tmp_path)
    raws = [
        spool(Places(tmp_path).spool, job, stereo(5.0, caller=hertz)) for job, hertz in ((first, 440), (second, 300))
    ]
    facts = [made.shelve(first), made.shelve(second)]
    assert facts[0].plain_sha256 != facts[1].plain_sha256
    assert [one.id for one in made.shelf.all()] == [first.id, second.id]
    assert len(list(keys(tmp_path).paths())) == 2
    assert made.forget(second.file, facts[1].path)
    assert [raw.exists() for raw in raws] == [True, False]
    assert [made.shelve(first), made.shelve(second)] == facts  # again: nothing new, though one raw file is gone
    keys(tmp_path).shred(facts[0].path)
    listen(made.shelf, keys(tmp_path), facts[1], tmp_path / "heard.opus")
    assert vault.fingerprint(tmp_path / "heard.opus")[1] == facts[1].plain_sha256


def test_sealed_means_unreadable(tmp_path: Path) -> None:
    """Nothing on the shelf plays; without its key, or altered, nothing comes out."""
    job, made = due(), worker(tmp_path, "wav")
    spool(Places(tmp_path).spool, job, stereo(5.0))
    facts = made.shelve(job)
    sealed = lying(made) / facts.path
    assert b"WAVE" not in sealed.read_bytes()
    content = bytearray(sealed.read_bytes())
    content[len(content) // 2] ^= 1
    sealed.write_bytes(content)
    with pytest.raises(SealBroken):
        listen(made.shelf, keys(tmp_path), facts, tmp_path / "out.wav")
    keys(tmp_path).shred(facts.path)
    with pytest.raises(SealBroken, match="no_key"):
        listen(made.shelf, keys(tmp_path), facts, tmp_path / "out.wav")
    assert [name for name in files(tmp_path) if "out" in name] == []


@pytest.mark.parametrize("form", ["opus", "wav"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step(tmp_path: Path, step: str, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a kill at this step the raw file is still there, and the next life ends as if nothing had been."""
    job = due()
    content = stereo(5.0)
    raw = spool(Places(tmp_path).spool, job, content)
    plain = worker(tmp_path / "other", form)
    spool(plain.spool, job, content)
    wanted = plain.shelve(job)

    if step == "moved":  # between the sound and its facts

        def move_and_die(source: Path, target: Path) -> None:
            durable.move_durable(source, target)
            if target.name.endswith((form, ".sealed")):
                os._exit(DEAD)

        monkeypatch.setattr(local_storage, "move_durable", move_and_die)
    dies(lambda: worker(tmp_path, form, passed=die_at(step)).shelve(job))
    monkeypatch.undo()
    assert raw.read_bytes() == content

    made = worker(tmp_path, form)
    facts = made.shelve(job)
    assert replace(facts, shelved_at=STARTED, stored_sha256="") == replace(wanted, shelved_at=STARTED, stored_sha256="")
    assert files(lying(made)) == files(lying(plain))
    assert len(list(keys(tmp_path).paths())) == 1
    listen(made.shelf, keys(tmp_path), facts, tmp_path / "heard")
    assert made.shelve(job) == facts
    assert raw.exists()
    assert made.forget(job.file, facts.path)
    assert not made.forget(job.file, facts.path)
    assert made.shelve(job) == facts  # the raw file is gone, the answer is the same


def test_killed_while_forgetting(tmp_path: Path) -> None:
    """A kill right after the deletion leaves the recording and its facts."""
    job = due()
    spool(Places(tmp_path).spool, job, stereo(5.0))
    facts = worker(tmp_path).shelve(job)
    dies(lambda: worker(tmp_path, passed=die_at("forgotten")).forget(job.file, facts.path))
    assert worker(tmp_path).shelve(job) == facts


def test_another_format_after_the_crash_leaves_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator changed the format between crash and restart: one recording, one key."""
    job = due()
    spool(Places(tmp_path).spool, job, stereo(5.0))
    monkeypatch.setattr(layout, "facts_of", lambda sound: os._exit(DEAD))
    dies(lambda: worker(tmp_path, "mp3").shelve(job))
    monkeypatch.undo()
    made = worker(tmp_path, "opus")
    facts = made.shelve(job)
    assert [name for name in files(lying(made)) if not name.endswith(".json")] == [facts.path]
    assert len(list(keys(tmp_path).paths())) == 1


def test_the_raw_file_outlives_a_missing_recording(tmp_path: Path) -> None:
    """Told to forget what does not lie on the shelf, the worker does not."""
    job, made = due(), worker(tmp_path)
    raw = spool(Places(tmp_path).spool, job, stereo(5.0))
    assert not made.forget(job.file, f"2026/11/24/{job.call}.opus.sealed")
    facts = made.shelve(job)
    (lying(made) / facts.path).unlink()
    assert not made.forget(job.file, facts.path)
    assert not made.forget(job.file, "../../../etc/passwd")
    assert raw.exists()


@pytest.mark.parametrize(
    ("job", "content", "faults"),
    [
        (due(seconds=5), stereo(2.9), ("short",)),
        (due(seconds=5), stereo(3.1), ()),
        (due(seconds=5), stereo(7.1), ("long",)),
        (due(seconds=5), stereo(5, caller=0), ("caller_silent",)),
        (due(seconds=5), stereo(5, seat=0), ("seat_silent",)),
        (due(seconds=5), stereo(5, level=0.002), ("caller_silent", "seat_silent")),
        (due(seconds=5, talk_from=3.5), stereo(5, seat=0), ()),  # too short a talk to judge
        (due(seconds=5, talks=()), stereo(5, caller=0), ()),  # nobody answered
        (due(seconds=8, talk_from=4), stereo(3.8) + stereo(4.2, seat=0), ("seat_silent",)),  # music before the talk
        (due(seconds=30, node_died=True), stereo(5), ("node_died",)),
        (due(notice=""), stereo(5), ("no_notice",)),
        (due(notice="hello"), stereo(5), ("no_notice",)),
    ],
)
def test_names_what_is_wrong(tmp_path: Path, job: Due, content: bytes, faults: tuple[str, ...]) -> None:
    """A recording that is not as the ledger says is kept all the same, with its faults named."""
    spool(Places(tmp_path).spool, job, content)
    assert worker(tmp_path, "wav").shelve(job).faults == faults


def test_a_talk_after_unrecorded_time_is_found(tmp_path: Path) -> None:
    """When the file is shorter than the call, the talk is looked for earlier in it."""
    talk = Interval(STARTED + timedelta(seconds=10), STARTED + timedelta(seconds=13))
    job = due(seconds=13, talks=(talk,))
    spool(Places(tmp_path).spool, job, stereo(4, 0, 0) + stereo(3))
    assert worker(tmp_path, "wav").shelve(job).faults == ("short",)


def test_refuses_what_it_cannot_do(tmp_path: Path) -> None:
    """Missing, empty and ill-named raw files are hopeless; one still open is for later."""
    job, made = due(), worker(tmp_path)
    with pytest.raises(Hopeless, match="missing"):
        made.shelve(job)
    raw = spool(made.spool, job, b"")
    with pytest.raises(Hopeless, match="empty"):
        made.shelve(job)
    with pytest.raises(Hopeless, match="bad_name"):
        made.shelve(replace(job, file="../spool/x.raw"))
    with raw.open("ab") as file:
        file.write(stereo(5.0))
        with pytest.raises(TryLater, match="still_open"):
            made.shelve(job)
    assert made.shelve(job).good


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without room the job is for later, leaves no litter, and works once there is room."""
    job, made = due(), worker(tmp_path)
    raw = spool(made.spool, job, stereo(5.0))
    with no_room(monkeypatch), pytest.raises(TryLater, match="disk_full"):
        made.shelve(job)
    assert raw.exists()
    assert files(lying(made)) == []
    assert made.shelve(job).good


@pytest.mark.parametrize("kilobytes", [16, 200, 500, 900])
def test_a_disk_that_is_really_full(tmp_path: Path, kilobytes: int) -> None:
    """On a disk that runs full at any step the job is for later, and done once there is room."""
    place = tmp_path / "small"
    place.mkdir()
    job = due(seconds=20)
    with small_disk(place, kilobytes):
        made = worker(place, "wav")
        made.spool = tmp_path / "spool"
        raw = spool(made.spool, job, stereo(20))
        with pytest.raises(TryLater, match="disk_full"):
            made.shelve(job)
        assert raw.exists()
        assert made.shelf.found(job.id, job.started) is None
        subprocess.run(["mount", "-o", "remount,size=20m", place], check=True)
        assert made.shelve(job).good


def test_the_encoder_that_hits_the_end_of_the_disk(tmp_path: Path) -> None:
    """A file that could not be written whole is never shelved."""
    job, made = due(), worker(tmp_path, "wav")
    raw = spool(made.spool, job, stereo(5.0))
    (made.drafts.folder / f"{os.getpid()}.{job.call}.wav").symlink_to("/dev/full")
    with pytest.raises(TryLater):
        made.shelve(job)
    assert raw.exists()
    assert made.shelve(job).good


@contextmanager
def small_disk(place: Path, kilobytes: int) -> Iterator[None]:
    command = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", place]
    if os.geteuid() or subprocess.run(command, check=False, capture_output=True).returncode:  # type: ignore[arg-type]
        pytest.skip("may not mount a file system here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def die_at(wanted: str):  # type: ignore[no-untyped-def]
    def passed(step: str) -> None:
        if step == wanted:
            os._exit(DEAD)

    return passed


def dies(deed) -> None:  # type: ignore[no-untyped-def]
    """Do ``deed`` in a process of its own, which must die on the way without any clean-up."""
    pid = os.fork()
    if pid == 0:
        try:
            deed()
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == DEAD


@contextmanager
def no_room(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(drafts, "free_bytes", lambda folder: 1000)
        yield


def test_a_master_key_that_is_away_is_waited_for(tmp_path: Path) -> None:
    """A volume that is not mounted: the raw file stays, the daemon tries for ever, and a person is wanted; then it is sealed."""
    file, job = tmp_path / "volume" / "master", due()
    how = settings().recording.model_copy(update={"master_key": str(file)})
    made = Worker(settings().model_copy(update={"recording": how}), Places(tmp_path))
    made.drafts.empty()
    raw = spool(Places(tmp_path).spool, job, stereo(5.0))
    order = json.loads(child_messages.shelve(job))
    told = obey(made, order)
    assert told is not None
    assert told["later"] == "no_master"
    assert str(file) in told["detail"]
    assert states.delay("no_master") == states.Delay(states.Patience.FOR_EVER, operator=True)
    assert raw.exists()
    file.parent.mkdir()
    file.write_text("ab" * 32)
    told = obey(made, order)
    assert told is not None
    assert told["facts"]["sealed"]
    assert not (Places(tmp_path).secrets / "recording-master").exists()
