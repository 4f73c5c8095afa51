"""What this room needs from others: plugged in by ``hotline/app.py``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from cti.commands import Command, Outcome
from cti.ids import CallId, SeatId

from .events import SeatNoted, SeatStateChanged
from .seat_state import SeatState

Page = SeatStateChanged | SeatNoted
"""What the seats' book is told."""


class SeatLog(Protocol):
    """The durable book of presences (the ledger has it)."""

    async def write(self, pages: Sequence[Page]) -> None:
        """All of them or none, in order; durable against a crash of the daemon when it returns.

        A ``SeatStateChanged`` ends the seat's open interval at its moment and begins the new one,
        idempotently by (seat, at, new); both kinds keep ``state`` as what ``last`` gives back. While the
        book is away (``SeatService``'s ``away``) the floor keeps the pages, tries again and raises an
        alarm; a page of which anything else is raised is given up. Nothing a seat does waits.
        """
        ...

    async def last(self) -> Mapping[SeatId, SeatState]:
        """The newest kept state of every seat; seats never seen are missing."""
        ...


class Switchboard(Protocol):
    """The telephone (``cti.asterisk_connection``)."""

    async def perform(self, command: Command) -> Outcome:
        """Do it; always answers with exactly one outcome before the command's deadline, never raises."""
        ...


class FiledCall(Protocol):
    """A call of which was written down what it was about (``bridge.events``)."""

    @property
    def call(self) -> CallId | None: ...
    @property
    def seat(self) -> str: ...
