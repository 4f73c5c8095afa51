"""Recordings for the console: found in the ledger, opened in a thread, given out piece by piece.

Implements ``console.books.Tapes``; who may listen, and the audit row, are the console's.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from config.places import Places
from console.books import NotHere
from cti.ids import CallId
from ledger.shelfbook import ShelfBook
from recordings import listening
from recordings.errors import RecordingError, SealBroken
from recordings.ports import Failed, Shelved
from recordings.shelf import Shelf
from recordings.vault import Keys


class Sound:
    """``console.books.Sound``."""

    def __init__(self, sound: listening.Sound) -> None:
        self._sound = sound
        self.size, self.format = sound.size, sound.format

    async def read(self, first: int, last: int) -> AsyncIterator[bytes]:
        pieces = self._sound.pieces(first, last)
        try:
            while (piece := await asyncio.to_thread(_next, pieces)) is not None:
                yield piece
        finally:
            with contextlib.suppress(ValueError):  # a thread still reads; it lets go of the file by itself
                pieces.close()


class Tapes:
    def __init__(self, book: ShelfBook, places: Places, zone: ZoneInfo) -> None:
        self._book, self._places = book, places
        self._shelf = Shelf(places.shelf, zone)

    async def open(self, call: CallId) -> Sound:
        kept = await self._book.kept(call)
        if isinstance(kept, Failed):
            raise NotHere("failed", kept.reason)
        if kept is None:
            raise NotHere("raw" if await self._book.begun(call) else "none")
        try:
            return Sound(await asyncio.to_thread(self._opened, kept))
        except SealBroken as fault:
            raise NotHere("dropped" if fault.reason == "no_key" else "damaged", str(fault)) from fault
        except (RecordingError, OSError) as fault:
            missing = isinstance(fault, FileNotFoundError)
            raise NotHere("dropped" if missing else "damaged", str(fault)) from fault

    def _opened(self, kept: Shelved) -> listening.Sound:
        keys = Keys(self._places.recording_keys, Path(self._places.secrets / "recording-master"))
        return listening.Sound(self._shelf, keys, kept)


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)
