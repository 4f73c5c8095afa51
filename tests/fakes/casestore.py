"""A case store that does what its script says, with a table of its own as the witness.

It is *not* idempotent: a ticket given twice stands in the table twice. So a duplicate in
``table`` is the courier's fault.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from bridge.case_store_messages import Message, MessageKind
from bridge.drivers import Heard, Receipt, Rejected, Unreachable
from bridge.ticket import Ticket


@dataclass
class ScriptedStore:
    """``script(ticket, nth)`` says what happens at the nth delivery (from 1) of this ticket:

    ok · reject · down (Unreachable, not taken) · lost (taken, but the answer is lost) ·
    crash (raises, not taken) · hang (never answers, not taken).
    """

    script: Callable[[Ticket, int], str] = lambda _ticket, _nth: "ok"
    finds: Callable[[], bool] = lambda: True
    """False: the question 'have you got it' gets no answer either."""
    table: list[tuple[str, str]] = field(default_factory=list)
    """(key, title) of every case, in the order they were taken."""
    deliveries: list[str] = field(default_factory=list)

    carries: frozenset[MessageKind] = frozenset(MessageKind)

    async def find(self, key: str) -> Receipt | Unreachable | None:
        await asyncio.sleep(0)
        if not self.finds():
            return Unreachable("503")
        return self._receipt(key)

    async def hear(self, mark: str, most: int) -> Heard | Unreachable:
        return Heard((), mark)

    async def deliver(self, message: Message) -> Receipt | Rejected | Unreachable:
        key, ticket = message.key, message.ticket
        self.deliveries.append(key)
        await asyncio.sleep(0)
        match self.script(ticket, self.deliveries.count(key)):
            case "reject":
                return Rejected("unknown code")
            case "down":
                return Unreachable("500")
            case "crash":
                raise RuntimeError("a fault in the driver")
            case "hang":
                await asyncio.Event().wait()
            case "lost":
                self.table.append((key, ticket.title))
                raise TimeoutError
        self.table.append((key, ticket.title))
        receipt = self._receipt(key)
        assert receipt is not None
        return receipt

    def _receipt(self, key: str) -> Receipt | None:
        for serial, (taken, _) in enumerate(self.table, 1):
            if taken == key:
                return Receipt(f"GD20261001{serial:06d}", "ABCD2345")
        return None
