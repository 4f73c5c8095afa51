"""The shelf: finished recordings in a storage, each with its waveform and its facts, whole or not there.

Called by ``worker.py`` (put) and by readers (list, open). What lies under which name is
``layout.py``, how names become bytes the storage. Never deletes a recording that has its facts.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import datetime, tzinfo
from itertools import groupby
from pathlib import Path

from . import child_messages, layout
from .errors import NotStored
from .ids import RecordingId
from .ports import Shelved, Storage, Stored
from .storage_reader import opened


class Shelf:
    def __init__(self, storage: Storage, zone: tzinfo) -> None:
        self.storage = storage
        self._zone = zone

    def path(self, ident: RecordingId, started: datetime, form: str, *, sealed: bool) -> str:
        """Where the sound of this recording belongs. Raises ``Hopeless`` ('bad_name')."""
        return layout.sound(ident, started, self._zone, form, sealed=sealed)

    def found(self, ident: RecordingId, started: datetime) -> Shelved | None:
        """The facts of this recording when it is already kept, whole and of the right size."""
        facts = self._facts(layout.facts_at(ident, started, self._zone))
        return facts if facts is not None and facts.id == ident and self.holds(facts.path) else None

    def holds(self, path: str) -> bool:
        """Does a recording lie at ``path``, with its facts and of the size they say?"""
        if not layout.safe(path):
            return False
        facts = self._facts(layout.facts_of(path))
        if facts is None or facts.path != path:
            return False
        stored = self.storage.stat(path)
        return stored is not None and stored.size == facts.stored_bytes

    def put(self, draft: Path, peaks: bytes, facts: Shelved) -> None:
        """Move the finished ``draft`` to its place; durable on return. Doing it twice is the same as once."""
        self.storage.put(layout.peaks_of(facts.path), [peaks])
        self.storage.put(facts.path, draft)
        told = json.dumps(child_messages.shelved(facts), indent=1).encode() + b"\n"
        self.storage.put(layout.facts_of(facts.path), [told])

    def rivals(self, path: str) -> Iterator[str]:
        """Other sounds of the same recording (another format, left by a crash)."""
        stem = layout.without_ending(path)
        for one in list(self.storage.list(stem + ".")):
            if one.name != path and layout.without_ending(one.name) == stem and not one.name.endswith(".json"):
                yield one.name

    def all(self) -> Iterator[Shelved]:
        """Facts of every recording, oldest day first, in a day by call and part."""
        for _, entries in groupby(self.storage.list(), key=lambda one: one.name.rpartition("/")[0]):
            names = [one.name for one in entries if one.name.endswith(layout.FACTS)]
            for name in sorted(names, key=_in_order):
                if (facts := self._facts(name)) is not None:
                    yield facts

    def has_day(self, day: str) -> bool:
        """Lies anything under this day (``YYYY/MM/DD``)? Asks for one name only."""
        return next(self.storage.list(f"{day}/"), None) is not None

    def waveform(self, path: str) -> bytes:
        """The waveform beside this sound, as ``audio.Measure.peaks_json`` made it. Raises ``NotStored``."""
        return b"".join(self.storage.open_range(layout.peaks_of(path)))

    def open(self, path: str) -> io.BufferedReader:
        """The stored file as it lies there. Raises ``NotStored``."""
        return opened(self.storage, path)

    def stat(self, path: str) -> Stored | None:
        return self.storage.stat(path)

    def _facts(self, name: str) -> Shelved | None:
        """What stands in a facts file; None when it is not there or damaged (it is then made again)."""
        try:
            return child_messages.kept(json.loads(b"".join(self.storage.open_range(name))))
        except (NotStored, ValueError, KeyError, TypeError):
            return None


def _in_order(name: str) -> tuple[str, int]:
    ident = layout.identified(name)
    return (ident.call, ident.part) if ident is not None else (name, 0)
