"""What this room needs from others: plugged in by ``hotline/app.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from cti.commands import Command, Outcome
from cti.ids import SeatId

from .events import SeatStateChanged
from .seat import SeatState


class SeatLog(Protocol):
    """The durable book of presences (the ledger has it)."""

    async def record(self, change: SeatStateChanged) -> None:
        """End the seat's open interval at ``change.at`` and begin the new one; keep ``change.state``.

        Called in order per seat. Idempotent by (seat, at, new). May raise: the floor keeps
        the change, tries again and raises an alarm; nothing a seat does waits for it.
        """
        ...

    async def keep(self, state: SeatState) -> None:
        """The interval goes on; only the memory that a restart needs has changed."""
        ...

    async def last(self) -> Mapping[SeatId, SeatState]:
        """The newest kept state of every seat; seats never seen are missing."""
        ...


class Switchboard(Protocol):
    """The telephone (``cti.switchboard``)."""

    async def perform(self, command: Command) -> Outcome:
        """Do it; always answers with exactly one outcome before the command's deadline, never raises."""
        ...
