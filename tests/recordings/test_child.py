"""How the child makes room for the telephone, and what it takes away at its start."""

from __future__ import annotations

import asyncio
import fcntl
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from config.file_places import Places
from config.settings import Settings
from recordings import child, child_messages, child_process
from recordings.child_process import ChildLost, RecordingChild
from recordings.drafts import LOCK
from recordings.storage import drafts_of, empty_left_drafts

from .sound import due, settings, spool, stereo


def test_its_session_is_lowered_too(tmp_path: Path) -> None:
    group = tmp_path / "autogroup"
    group.touch()
    child.lower_session(19, group)
    assert group.read_text() == "19"


def test_a_kernel_that_wants_a_moment_between_two_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several children begin together, and it takes one value in a tenth of a second."""
    told, write = [0], Path.write_text

    def busy(self: Path, *words: Any) -> int:
        told[0] += 1
        if told[0] < 4:
            raise BlockingIOError
        return write(self, *words)

    monkeypatch.setattr(child, "AUTOGROUP_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(Path, "write_text", busy)
    child.lower_session(10, tmp_path / "autogroup")
    assert (tmp_path / "autogroup").read_text() == "10"


def test_a_kernel_without_such_groups_or_that_forbids_it_stops_no_child(tmp_path: Path) -> None:
    child.lower_session(19, tmp_path / "no-proc" / "autogroup")
    child.lower_session(19, tmp_path)


def left(places: Places, place: int) -> Path:
    """A plain draft that a killed child left."""
    drafts = drafts_of(places, place)
    drafts.make()
    drafts.file("77.xm1-1.1.opus").write_bytes(b"plain sound")
    return drafts.file("77.xm1-1.1.opus")


def test_plain_drafts_of_children_that_are_no_more_are_taken_away(tmp_path: Path) -> None:
    """One whose lock is held is at work; a link is nobody's folder."""
    places = Places(tmp_path / "var")
    places.make()
    first, third, at_work = (left(places, place) for place in (0, 3, 5))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    (places.shelf / ".work-9").symlink_to(elsewhere)
    with open(at_work.with_name(LOCK), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        empty_left_drafts(places)
    assert [one.exists() for one in (first, third, at_work, elsewhere / "kept")] == [False, False, True, True]
    empty_left_drafts(places)
    assert not at_work.exists()


def test_one_folder_that_cannot_be_emptied_keeps_no_other(tmp_path: Path) -> None:
    places = Places(tmp_path)
    empty_left_drafts(places)  # no storage at all yet
    places.make()
    drafts = [left(places, place) for place in range(1, 4)]
    for draft in drafts[:2]:
        (draft.parent / "a-folder").mkdir()
    empty_left_drafts(places)
    assert not drafts[2].exists()


@pytest.mark.slow
async def test_the_first_child_takes_away_what_the_others_left(tmp_path: Path) -> None:
    places = Places(tmp_path)
    places.make()
    draft = left(places, 3)
    one = RecordingChild(settings("wav"), places)
    try:
        await one.sweep(0.0)
    finally:
        await one.close()
    assert not draft.exists()


def of_priority(priority: str) -> Settings:
    kept = settings()
    return kept.model_validate(
        {**kept.model_dump(), "recording": {**kept.recording.model_dump(), "priority": priority}}
    )


@pytest.mark.parametrize(("priority", "seconds"), [("idle", "10"), ("low", "1")])
async def test_who_is_given_the_processor_last_is_waited_for_longer(
    tmp_path: Path, priority: str, seconds: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The idle class may get nothing while calls keep the cores busy: it is not hung for that."""
    monkeypatch.setattr(child_process, "START_SECONDS", 0.01)
    monkeypatch.setattr(child_process, "IDLE_TIMES", 10.0)
    silent = RecordingChild(of_priority(priority), Places(tmp_path), command=("sleep", "60"))
    monkeypatch.setattr(asyncio, "timeout", told := Told())
    with pytest.raises(ChildLost, match="no answer"):
        await silent.sweep(0.0)
    assert [f"{one * 100:.0f}" for one in told.seconds] == [seconds]


class Told:
    """In place of ``asyncio.timeout``: keeps what it was asked for, and is over at once."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> Told:
        self.seconds.append(seconds)
        return self

    async def __aenter__(self) -> None:
        raise TimeoutError

    async def __aexit__(self, *_fault: object) -> None:
        pass


@pytest.mark.parametrize(("priority", "seconds"), [("idle", 650.0), ("low", 65.0)])
def test_its_encoder_is_waited_for_longer_too(
    tmp_path: Path, priority: str, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what the daemon tells the child, up to the encoder's own limit."""
    monkeypatch.setattr(child_process, "IDLE_TIMES", 10.0)
    places = Places(tmp_path)
    places.make()
    spool(places.spool, due(), stereo(5.0))
    limits: list[float] = []

    def run(*_words: Any, timeout: float, **_more: Any) -> None:
        limits.append(timeout)
        raise subprocess.TimeoutExpired("ffmpeg", timeout)

    setting = RecordingChild(of_priority(priority), places)._setting | {"parent": os.getppid()}
    orders = io.BytesIO(json.dumps(setting).encode() + b"\n" + child_messages.shelve(due()))
    answers = io.BytesIO()
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(orders))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(answers))
    for harmless in ("nice", "sched_setscheduler"):
        monkeypatch.setattr(os, harmless, lambda *_words: None)
    monkeypatch.setattr(child, "lower_session", lambda _nice: None)
    monkeypatch.setattr(child, "_die_with", lambda _parent: None)
    child.main()
    assert limits == [seconds]
    assert json.loads(answers.getvalue().splitlines()[-1])["later"] == "encoder_hung"
