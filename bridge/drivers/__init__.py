"""The doors to case stores: one driver a file, all speaking ``CaseStore``. Chosen in ``build.py``.

A driver has two sides: it delivers messages, and it hears what becomes of cases. It never raises for what the store
says: every answer is a value. What it raises (a bug, a lost file) counts as ``Unreachable``, so that nothing is thrown
away for it. What every driver must do is tested by ``tests/bridge/test_driver_contract.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bridge.case_state import CaseState
from bridge.case_store_messages import Message, MessageKind
from bridge.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Receipt:
    """The store has the case, and has done what the message asked for."""

    case_number: str
    query_code: str
    """What the citizen needs beside the number to ask for it; '' when the store has none."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The store read the message and calls it wrong, or knows no such kind; the same again would be wrong again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No answer, a broken one, or 'not now': the store may or may not have it."""

    reason: str
    silent: bool = True
    """False: the store is there, and what was asked of it is on its way; that says nothing against its health."""


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """Something became of a case. (case, sequence) names it: the same again is a repeat, a smaller one is late."""

    key: str
    """Of the message that filed it, where the store gives it back; else ''."""
    case_number: str
    sequence: int
    """Grows with each change of one case, from 1; of a store without one, the milliseconds of its 'updated'."""
    state: CaseState
    at: datetime
    """When it became so, by the store's clock; aware, UTC."""
    word: str = ""
    """The store's own word for the state."""
    unit: str = ""
    """Who has it now; '' not said."""
    note: str = ""
    filed: Ticket | None = None
    """The ticket, where another program filed it at the store itself: nobody here has it yet."""
    query_code: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """``events`` in the store's order; ``mark``: where to go on (opaque, at most 200 letters)."""

    events: tuple[CaseEvent, ...]
    mark: str
    more: bool = False
    """True: there is more to hear at once."""


class CaseStore(Protocol):
    """``key``: ``Message.key``."""

    @property
    def carries(self) -> frozenset[MessageKind]:
        """What this store takes at all. Whatever else is said of a matter is never sent: ``DeliveryState.NOT_CARRIED``."""
        ...

    async def find(self, key: str) -> Receipt | Unreachable | None:
        """Has the store done what the message with this key asked for? None: no."""
        ...

    async def deliver(self, message: Message) -> Receipt | Rejected | Unreachable:
        """Give it the message; a key it has already must give the first receipt again where the store can do that."""
        ...

    async def hear(self, mark: str, most: int) -> Heard | Unreachable:
        """What became of cases since ``mark`` ('' : ever), at most ``most`` events.

        Asked about once a second; a mark the store does not know (it was restored, or is another) is answered from the
        beginning. A store that gives no keys back is asked again about the last day each time, since what comes before
        the receipt is nobody's yet: what was heard before changes nothing. What a store pushes comes to ``Hearing.take`` instead; such a driver answers with nothing.
        """
        ...
