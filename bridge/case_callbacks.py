"""What a case store calls back: its signature, that it is no replay, and its events; then into the ledger. Used by the console.

An answer that says it was taken stands for a commit: whoever gets none sends it again, under the same id, and nothing is
done twice (the ledger knows each event by its case and sequence).
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .drivers import CaseEvent
from .drivers.webhook import event
from .errors import Problem
from .webhook_signature import ID, Refusal, SeenIds, refusal

EVENTS_MOST = 200
KINDS = ("case.event", "case.events")


@dataclass(frozen=True, slots=True)
class Taken:
    events: int
    repeated: bool
    """A callback with this id had been taken before."""


@dataclass(slots=True)
class CaseCallbacks:
    """``keys``: those that may have signed, the newest first; ``take``: ``Hearing.take``."""

    keys: Sequence[bytes]
    take: Callable[[Sequence[CaseEvent]], Awaitable[None]]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    seen: SeenIds = field(default_factory=SeenIds)

    async def hear(
        self, headers: Mapping[str, str], body: bytes, spend: Callable[[int], None] = lambda _events: None
    ) -> Taken | Refusal | tuple[Problem, ...]:
        """``headers``: names in small letters; ``body``: as it came; ``spend``: told how many events are to be written, raises
        when that is too many. Raises what the ledger raises: it is to be sent again."""
        now = self.clock()
        if (why := refusal(self.keys, headers, body, now)) is not None:
            return why
        ident = headers[ID]
        if self.seen.known(ident, now):
            return Taken(0, repeated=True)
        events = read(body)
        if isinstance(events, tuple):
            return events
        spend(len(events))
        await self.take(events)
        self.seen.add(ident, now)
        return Taken(len(events), repeated=False)


def read(body: bytes) -> list[CaseEvent] | tuple[Problem, ...]:
    """All its events, or what is wrong with any of them."""
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        return (Problem("body", "is no JSON"),)
    if not isinstance(told, dict) or told.get("type") not in KINDS:
        return (Problem("type", "is another one", KINDS),)
    rows = [told.get("data")] if told["type"] == "case.event" else _rows(told.get("data"))
    if rows is None or not 0 < len(rows) <= EVENTS_MOST:
        return (Problem("data.events", f"from 1 to {EVENTS_MOST} are wanted"),)
    found, wrong = [], []
    for place, row in enumerate(rows):
        try:
            found.append(event(row))
        except (ValueError, KeyError, TypeError, OverflowError, AttributeError) as fault:
            where = "data" if told["type"] == "case.event" else f"data.events.{place}"
            missing = f"{fault.args[0]} is missing" if isinstance(fault, KeyError) else "is no event of a case"
            wrong.append(Problem(where, missing))
    return tuple(wrong[:20]) if wrong else found


def _rows(data: Any) -> list[Any] | None:
    rows = data.get("events") if isinstance(data, dict) else None
    return rows if isinstance(rows, list) else None
