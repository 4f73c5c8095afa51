"""Where finished recordings lie: layout, what stands beside each, and how they get there.

Called by ``worker.py`` (put) and by readers (list, find). One recording is::

    2026/11/23/xm1-1795435131.0.opus.sealed        the sound
    2026/11/23/xm1-1795435131.0.peaks.json         its waveform, 50 ms a step
    2026/11/23/xm1-1795435131.0.facts.json         ``Shelved``; written last: with it, the recording is kept

The day is the centre's local one. Never deletes a recording that has its facts.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, tzinfo
from pathlib import Path

from cti.ids import CallId

from . import letters
from .durable import make_folder, move_durable, write_new_durable
from .errors import Hopeless, TryLater
from .ports import Shelved

SEALED = ".sealed"
_SAFE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,150}")


def checked_name(name: str) -> str:
    """``name`` when it is safe as a file name. Raises ``Hopeless`` ('bad_name')."""
    if not _SAFE.fullmatch(name):
        raise Hopeless("bad_name", f"{name!r} is no file name of ours")
    return name


class Shelf:
    def __init__(self, folder: Path, zone: tzinfo) -> None:
        self.folder = folder
        self._zone = zone

    @property
    def work(self) -> Path:
        """Drafts; on the shelf's own file system, emptied at each start of the child."""
        return self.folder / ".work"

    def path(self, call: CallId, started: datetime, form: str, *, sealed: bool) -> str:
        """Where the recording of this call belongs, below the shelf."""
        day = started.astimezone(self._zone)
        return f"{day:%Y/%m/%d}/{checked_name(call)}.{form}{SEALED if sealed else ''}"

    def found(self, call: CallId, started: datetime) -> Shelved | None:
        """The facts of this call's recording when it is already kept, whole and of the right size."""
        stem = self.folder / f"{started.astimezone(self._zone):%Y/%m/%d}" / checked_name(call)
        facts = read_facts(stem.with_name(stem.name + ".facts.json"))
        return facts if facts is not None and facts.call == call and self.holds(facts.path) else None

    def holds(self, path: str) -> bool:
        """Does a recording lie at ``path``, with its facts and of the size they say?"""
        file = self.folder / path
        if ".." in Path(path).parts:
            return False
        facts = read_facts(facts_file(file))
        try:
            return facts is not None and facts.path == path and file.stat().st_size == facts.stored_bytes
        except FileNotFoundError:
            return False

    def put(self, draft: Path, peaks: bytes, facts: Shelved) -> None:
        """Move the finished ``draft`` to its place; durable on return. Doing it twice is the same as once."""
        target = self.folder / facts.path
        stem = _stem(target)
        write_new_durable(stem.with_name(stem.name + ".peaks.json"), peaks)
        move_durable(draft, target)
        write_new_durable(facts_file(target), json.dumps(letters.shelved(facts), indent=1).encode() + b"\n")

    def rivals(self, path: str) -> Iterator[Path]:
        """Other sound files of the same call in the same folder (another format, left by a crash)."""
        target = self.folder / path
        stem = _stem(target).name
        if target.parent.is_dir():
            for entry in target.parent.iterdir():
                if entry != target and _stem(entry).name == stem and not entry.name.endswith(".json"):
                    yield entry

    def all(self) -> Iterator[Shelved]:
        """Facts of every recording, oldest day first."""
        for file in sorted(self.folder.glob("[0-9]*/[0-9]*/[0-9]*/*.facts.json")):
            if (facts := read_facts(file)) is not None:
                yield facts

    def empty_work(self) -> None:
        make_folder(self.work, 0o700)
        for entry in self.work.iterdir():
            if entry.name != "lock":
                with suppress(FileNotFoundError):
                    entry.unlink()

    def room_for(self, size: int) -> None:
        """Raises ``TryLater`` ('disk_full') when less than ``size`` bytes are free."""
        if (free := free_bytes(self.folder)) < size:
            raise TryLater("disk_full", f"{free >> 20} MB free under {self.folder}, {(size >> 20) + 1} MB needed")


def free_bytes(folder: Path) -> int:
    """What an ordinary user may still write to the file system of ``folder``."""
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize


def facts_file(sound: Path) -> Path:
    stem = _stem(sound)
    return stem.with_name(stem.name + ".facts.json")


def peaks_file(sound: Path) -> Path:
    """The waveform that belongs to this sound file."""
    stem = _stem(sound)
    return stem.with_name(stem.name + ".peaks.json")


def read_facts(file: Path) -> Shelved | None:
    """What stands in a facts file; None when it is not there or damaged (it is then made again)."""
    try:
        return letters.kept(json.loads(file.read_bytes()))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _stem(sound: Path) -> Path:
    """The path without ``.opus`` or ``.opus.sealed``: a call id itself contains dots."""
    name = sound.name.removesuffix(SEALED)
    return sound.with_name(re.sub(r"\.(opus|mp3|wav|peaks\.json|facts\.json)$", "", name))
