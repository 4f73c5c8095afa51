"""The check of finished recordings that runs by itself: each is there with its facts and key, and is what was shelved.

Two marches through the ledger's rows, each with a mark of its own that outlives the daemon: one asks whether files are
there (cheap: all of them within hours), one opens seals (costly: so many a turn that all are through within
``WITHIN``). What is wrong stays noted until it is right again or was dropped on purpose; ``breaches`` tells it to
``hotline verify``, which looks again itself. Work is done in threads, a bounded piece a turn.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from config.file_places import Places
from config.language import say as _
from config.settings import Settings
from cti import background_task
from ledger.errors import WRONG_OR_AWAY
from ledger.invariant.rule import Breach
from ledger.recordings import RecordingTable
from ledger.store import Store
from recordings import shelf_check
from recordings.durable import write_new_durable
from recordings.ids import RecordingId
from recordings.ports import Dropped, Failed, Shelved
from recordings.shelf import Shelf
from recordings.storage import keys_of, storage_of
from recordings.vault import Keys

log = structlog.get_logger("shelf")

FIRST_SECONDS, EVERY_SECONDS = 20.0, 60.0
PRESENT_LEAST, PRESENT_MOST, PRESENT_WITHIN = 500, 10_000, timedelta(hours=1)
SEALS_LEAST, SEALS_MOST, WITHIN = 5, 200, timedelta(days=30)
BYTES_MOST = 64 << 20
"""Opened in one turn; one recording is opened whatever its size."""
COUNTED = timedelta(hours=1)
"""The ledger is asked so often how many there are: that reads all of its rows."""
AGAIN_MOST = 20
"""Faults that are looked at anew in one turn."""
FAULTS_MOST = 1000
ALARMS_MOST = 20
"""What is found in one turn is one alarm; while so many stand, what is found later belongs to the newest."""
KEY = "key"
"""The subject of the alarm about the master key; of the others it is the moment of their turn."""
NAMED = 3
VERIFY_BYTES = 512 << 20
"""``hotline verify`` opens every seal of a shelf up to this size; of a larger one what was found by itself."""


class Book(Protocol):
    """``ledger.recordings.RecordingTable``."""

    async def shelved_after(self, after: RecordingId | None, most: int) -> Sequence[Shelved]: ...
    async def kept(self, ident: RecordingId) -> Shelved | Failed | Dropped | None: ...
    async def shelved_count(self) -> tuple[int, int]: ...


class Notes:
    """The marks and what is wrong, as they stand in a file; one that cannot be read begins the marches anew."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.present: RecordingId | None = None
        self.sealed: RecordingId | None = None
        self.through: datetime | None = None
        """When every seal had been opened, the last time."""
        self.faults: dict[RecordingId, str] = {}
        """The stable word of ``recordings.shelf_check``."""
        self.turns: dict[RecordingId, str] = {}
        """Of each of them, when it was found: those of one turn are told as one."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            self._read(json.loads(file.read_bytes()))

    def _read(self, row: dict[str, object]) -> None:
        marks = [RecordingId.read(str(row[name])) if row[name] else None for name in ("present", "sealed")]
        through = datetime.fromisoformat(str(row["through"])) if row["through"] else None
        faults = {RecordingId.read(ident): str(word) for ident, word in dict(row["faults"]).items()}  # type: ignore[call-overload]
        found = dict(row.get("turns", {}))  # type: ignore[call-overload]
        (self.present, self.sealed), self.through, self.faults = marks, through, faults
        self.turns = {ident: str(found.get(str(ident), "")) for ident in faults}

    def tell(self, fresh: Collection[RecordingId], turn: str) -> None:
        """What this turn found; of what is no fault any more nothing is kept."""
        told = set(self.turns.values())
        turn = turn if len(told) < ALARMS_MOST else max(told)
        self.turns = {ident: self.turns.get(ident, turn) if ident not in fresh else turn for ident in self.faults}

    def write(self) -> None:
        row = {
            "present": str(self.present or ""), "sealed": str(self.sealed or ""),
            "through": self.through.isoformat() if self.through else "",
            "faults": {str(ident): word for ident, word in self.faults.items()},
            "turns": {str(ident): turn for ident, turn in self.turns.items()},
        }  # fmt: skip
        write_new_durable(self.file, json.dumps(row).encode() + b"\n", mode=0o600)


class ShelfInspection:
    def __init__(
        self, book: Book, shelf: Shelf, keys: Keys, notes: Callable[[], Notes],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._book, self._shelf, self._keys, self._load, self._now = book, shelf, keys, notes, now
        self._notes: Notes | None = None
        self.key_fault = ""
        """Why the master key cannot be used; '' it can."""
        self._many = 0
        self._counted: datetime | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = background_task.begin(self._run(), "shelf inspection")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @property
    def said(self) -> str:
        """What is wrong, for people; '' nothing."""
        faults = self._notes.faults if self._notes is not None else {}
        parts = [self.key_fault] if self.key_fault else []
        return "; ".join([*parts, _named(faults)] if faults else parts)

    @property
    def found(self) -> Mapping[str, str] | None:
        """What is wrong, each turn's finds by themselves, so that a later one is told too: subject → what to tell; None: not known yet."""
        if self._notes is None:
            return None
        by_turn: dict[str, dict[RecordingId, str]] = {}
        for ident, word in self._notes.faults.items():
            by_turn.setdefault(self._notes.turns.get(ident, ""), {})[ident] = word
        found = {turn: _named(faults) for turn, faults in by_turn.items()}
        return {KEY: self.key_fault} | found if self.key_fault else found

    async def look(self) -> None:
        """One turn. Raises ``LedgerUnavailable``."""
        if self._notes is None:
            self._notes = await asyncio.to_thread(self._load)
        notes = self._notes
        if self._counted is None or self._now() - self._counted >= COUNTED:
            (self._many, _size), self._counted = await self._book.shelved_count(), self._now()
        many = self._many
        before = dict(notes.faults)
        self.key_fault = await asyncio.to_thread(shelf_check.key_fault, self._keys)
        await self._again(notes)
        await self._presence(notes, budget(many, PRESENT_WITHIN, PRESENT_LEAST, PRESENT_MOST))
        await self._seals(notes, budget(many, WITHIN, SEALS_LEAST, SEALS_MOST))
        fresh = notes.faults.keys() - before.keys()
        notes.tell(fresh, self._now().isoformat(timespec="seconds"))
        for ident in fresh:
            log.error("a recording is not as it was shelved", recording=str(ident), fault=notes.faults[ident])
        await asyncio.to_thread(notes.write)

    async def _run(self) -> None:
        await asyncio.sleep(FIRST_SECONDS)
        while True:
            try:
                await self.look()
            except WRONG_OR_AWAY as away:
                log.warning("recordings are not checked while the ledger is away", fault=str(away))
            except Exception:  # loop top: whatever this turn stumbled over, the next one is made
                log.exception("recordings could not be checked")
            await asyncio.sleep(EVERY_SECONDS)

    async def _again(self, notes: Notes) -> None:
        """Those that were wrong, the longest unseen first: mended, put back or dropped on purpose they are wrong no more."""
        for ident in list(notes.faults)[:AGAIN_MOST]:
            kept = await self._book.kept(ident)
            word = await asyncio.to_thread(self._whole, kept) if isinstance(kept, Shelved) else ""
            if not word and self.key_fault and isinstance(kept, Shelved):
                word = notes.faults[ident]  # nobody can see now that it is mended
            del notes.faults[ident]  # to the end of the line, or away
            if isinstance(kept, Shelved):
                self._judge(notes, kept, word)

    async def _presence(self, notes: Notes, most: int) -> None:
        page = await self._book.shelved_after(notes.present, most)
        words = await asyncio.to_thread(lambda: [shelf_check.missing(self._shelf, self._keys, one) for one in page])
        for one, word in zip(page, words, strict=True):
            if word:
                await self._confirmed(notes, one, word)
        notes.present = page[-1].id if len(page) == most else None

    async def _seals(self, notes: Notes, most: int) -> None:
        page, opened, mark = await self._book.shelved_after(notes.sealed, most), 0, notes.sealed
        for one in page:
            if opened and opened + one.stored_bytes > BYTES_MOST:
                break
            if word := await asyncio.to_thread(self._whole, one):
                await self._confirmed(notes, one, word)
            opened, notes.sealed = opened + one.stored_bytes, one.id
        else:
            if len(page) < most and not self.key_fault:
                notes.sealed, notes.through = None, self._now()
        if self.key_fault:  # their files were looked at, no seal was opened: they come again
            notes.sealed = mark

    async def _confirmed(self, notes: Notes, one: Shelved, word: str) -> None:
        """Not what was dropped between the page and the look."""
        if isinstance(await self._book.kept(one.id), Shelved):
            self._judge(notes, one, word)

    def _judge(self, notes: Notes, one: Shelved, word: str) -> None:
        if word and len(notes.faults) < FAULTS_MOST:
            notes.faults[one.id] = word

    def _whole(self, one: Shelved) -> str:
        return shelf_check.whole(self._shelf, None if self.key_fault else self._keys, one)


def _named(faults: Mapping[RecordingId, str]) -> str:
    names = ", ".join(f"{ident} ({word})" for ident, word in list(faults.items())[:NAMED])
    return _("{count} recordings: {names}", count=len(faults), names=names)


def inspection_of(store: Store, settings: Settings, places: Places) -> ShelfInspection:
    """Of this installation."""
    return ShelfInspection(*_kept(store, settings, places), lambda: Notes(places.shelf_checked))


async def breaches_of(
    store: Store, settings: Settings, places: Places, most: int, *, everything: bool
) -> list[Breach]:  # fmt: skip
    notes = Notes(places.shelf_checked)
    return await breaches(*_kept(store, settings, places), notes, most, everything=everything)


def _kept(store: Store, settings: Settings, places: Places) -> tuple[RecordingTable, Shelf, Keys]:
    shelf = Shelf(storage_of(places), ZoneInfo(settings.centre.timezone))
    return RecordingTable(store), shelf, keys_of(settings.recording, places)


def budget(many: int, within: timedelta, least: int, most: int) -> int:
    """So many a turn that ``many`` are through ``within``, as far as ``most`` allows."""
    turns = within.total_seconds() / EVERY_SECONDS
    return min(max(math.ceil(many / turns), least), most)


async def breaches(
    book: Book, shelf: Shelf, keys: Keys, notes: Notes, most: int, *, everything: bool
) -> list[Breach]:  # fmt: skip
    """For ``hotline verify``: what is wrong now. ``everything``: each recording is there, and each of a small shelf
    is opened; else only what was found before is looked at anew. Writes nothing."""
    fault = await asyncio.to_thread(shelf_check.key_fault, keys)
    open_with = None if fault else keys
    found: dict[RecordingId, str] = {}
    for ident in notes.faults:
        kept = await book.kept(ident)
        if isinstance(kept, Shelved) and (word := await asyncio.to_thread(shelf_check.whole, shelf, open_with, kept)):
            found[ident] = word
    after: RecordingId | None = None
    _many, size = await book.shelved_count()
    look = shelf_check.whole if size <= VERIFY_BYTES else shelf_check.missing
    while everything and len(found) < most and (page := await book.shelved_after(after, PRESENT_LEAST)):
        words = await asyncio.to_thread(lambda page=page: [look(shelf, open_with, one) for one in page])  # type: ignore[misc]
        found |= {one.id: word for one, word in zip(page, words, strict=True) if word}
        after = page[-1].id
    return [
        Breach("recording_damaged", str(ident), f"its sound on the shelf is not what was kept: {word}", "recordings")
        for ident, word in sorted(found.items())[:most]
    ]
