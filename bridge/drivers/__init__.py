"""The doors to case stores: one driver a file, all speaking ``CaseStore``. Chosen in ``hotline/app.py``.

A driver never raises for what the store says: every answer is a value. What it raises
(a bug, a lost file) counts as ``Unreachable``, so that nothing is thrown away for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bridge.ticket import Ticket, TicketId


@dataclass(frozen=True, slots=True)
class Receipt:
    """The store has the case."""

    case_number: str
    query_code: str
    """What the citizen needs beside the number to ask for it; '' when the store has none."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The store read the ticket and calls it wrong; the same again would be wrong again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No answer, a broken one, or 'not now': the store may or may not have it."""

    reason: str


class CaseStore(Protocol):
    async def find(self, key: TicketId) -> Receipt | Unreachable | None:
        """Has the store a case with this idempotency key? None: no."""
        ...

    async def deliver(self, key: TicketId, ticket: Ticket) -> Receipt | Rejected | Unreachable:
        """Give it the ticket; a key it has already must give the first receipt again where the store can do that."""
        ...
