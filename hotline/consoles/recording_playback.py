"""Recordings for the console: found in the ledger, opened in a thread, given out piece by piece.

Implements ``console.ledger_ports.Tapes``; who may listen, and the audit row, are the console's.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime

from console.ledger_ports import NotHere
from cti.ids import CallId
from ledger.history import Tape
from ledger.holds import HoldBook
from ledger.recordings import RecordingTable
from recordings import listening
from recordings.errors import NotStored, RecordingError, SealBroken
from recordings.ids import RecordingId
from recordings.ports import Dropped, Failed, Shelved
from recordings.shelf import Shelf
from recordings.vault import Keys


class Sound:
    """``console.ledger_ports.Sound``."""

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


class RecordingSource:
    def __init__(self, book: RecordingTable, holds: HoldBook, shelf: Shelf, keys: Keys) -> None:
        self._book, self._holds, self._shelf, self._keys = book, holds, shelf, keys

    async def parts(self, call: CallId) -> Sequence[Tape]:
        return await self._book.parts(call)

    async def held(self, call: CallId) -> bool:
        return bool(await self._holds.over(call, datetime.now(UTC)))

    async def waveform(self, ident: RecordingId) -> bytes:
        kept = await self._shelved(ident)
        try:
            return await asyncio.to_thread(self._shelf.waveform, kept.path)
        except (RecordingError, OSError) as fault:
            raise NotHere("none", str(fault)) from fault

    async def _shelved(self, ident: RecordingId) -> Shelved:
        kept = await self._book.kept(ident)
        if isinstance(kept, Failed):
            raise NotHere("failed", kept.reason)
        if isinstance(kept, Dropped):
            raise NotHere("dropped", kept.why)
        if kept is None:
            raise NotHere("raw" if await self._book.begun(ident) else "none")
        return kept

    async def open(self, ident: RecordingId) -> Sound:
        kept = await self._shelved(ident)
        try:
            return Sound(await asyncio.to_thread(self._opened, kept))
        except SealBroken as fault:
            raise NotHere("dropped" if fault.reason == "no_key" else "damaged", str(fault)) from fault
        except NotStored as fault:
            raise NotHere("dropped", str(fault)) from fault
        except (RecordingError, OSError) as fault:
            raise NotHere("damaged", str(fault)) from fault

    def _opened(self, kept: Shelved) -> listening.Sound:
        return listening.Sound(self._shelf, self._keys, kept)


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)
