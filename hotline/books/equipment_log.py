"""Carries events of the equipment from the board bus to the ledger's log of it, in order, nobody waiting for it.

A ledger that is away costs these rows nothing but lateness, up to a bound: phones and trunks are told
again from live state, but not for how long nothing was seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cti.ordered_writer import Kept, OrderedWriter
from ledger.equipment import EquipmentTable
from ledger.errors import WRONG_OR_AWAY

MOST = 10_000
GRACE_SECONDS = 2.0


class EquipmentLog:
    """``note`` is the bus's listener; ``start``, then ``stop``."""

    def __init__(self, table: EquipmentTable, kept: Kept[Any] | None = None) -> None:
        """``kept``: what the ledger has not taken, over the daemon's end."""
        self._table = table
        self._writer = OrderedWriter("equipment", self._write, WRONG_OR_AWAY, most=MOST, grace=GRACE_SECONDS, kept=kept)
        self.note, self.start, self.stop = self._writer.put, self._writer.start, self._writer.stop

    async def _write(self, events: Sequence[Any]) -> None:
        for event in events:
            await self._table.note(event)
