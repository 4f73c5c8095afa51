"""What the seats were doing, in a small file beside the ledger: a start without the ledger knows them too.

Implements ``agents.ports.SeatLog`` round ``ledger.seats.SeatBook``. The file is written first, whole and
by renaming; the ledger stays the record, the file is only what the desk is restored from while the ledger is away.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from agents.ports import Page, SeatLog
from agents.seat import SeatState, pack, unpack
from cti.ids import SeatId
from ledger.errors import WRONG_OR_AWAY
from recordings.durable import write_new_durable

log = structlog.get_logger("seats")


class SeatMemory:
    def __init__(self, book: SeatLog, file: Path) -> None:
        self._book, self._file = book, file
        self._states: dict[str, object] = {}
        self._failing = False

    async def last(self) -> Mapping[SeatId, SeatState]:
        """By whichever knows the seat's later state; while the ledger is away by the file alone."""
        found = await asyncio.to_thread(self._read)
        try:
            for seat, state in (await self._book.last()).items():
                if seat not in found or found[seat].since <= state.since:
                    found[seat] = state
        except WRONG_OR_AWAY as fault:
            log.warning("seats are restored without the ledger", seats=len(found), fault=str(fault))
        self._states = {str(seat): pack(state) for seat, state in found.items()}
        return found

    async def write(self, pages: Sequence[Page]) -> None:
        newest = {str(page.seat): pack(page.state) for page in pages}
        if any(self._states.get(seat) != state for seat, state in newest.items()):
            self._states |= newest
            await asyncio.to_thread(self._keep, json.dumps(self._states, ensure_ascii=False))
        await self._book.write(pages)

    def _keep(self, text: str) -> None:
        try:
            write_new_durable(self._file, text.encode(), mode=0o600)
        except OSError as fault:  # a full disk: the ledger has it, or will
            if not self._failing:
                log.error("seats are not remembered", fault=str(fault))
            self._failing = True
        else:
            self._failing = False

    def _read(self) -> dict[SeatId, SeatState]:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            return {SeatId(seat): unpack(state) for seat, state in kept.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as fault:
            log.error("the memory of the seats cannot be read", file=str(self._file), fault=str(fault))
            return {}
