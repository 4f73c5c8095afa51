"""A ticket book in memory: what ``bridge.ports.TicketBook`` promises, and it can be told to break."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bridge.disposition import CallOutcome, Disposition, may_replace
from bridge.ports import Disposed, Filed, KeyTaken, NotDisposed, Push, PushState
from bridge.ticket import Ticket, TicketId
from bridge.ticket_json import dump, load, same_matter
from cti.ids import CallId


class MemoryBook:
    def __init__(self) -> None:
        self.rows: dict[TicketId, Push] = {}
        self.outcomes: dict[CallId, CallOutcome] = {}
        self.broken: dict[str, int] = {}
        """Method → how many times it still raises before it works."""

    def _work(self, method: str) -> None:
        if self.broken.get(method, 0) > 0:
            self.broken[method] -= 1
            raise OSError(f"{method}: disk is full")

    async def file(self, ticket: Ticket) -> Filed | KeyTaken:
        self._work("file")
        for push in self.rows.values():
            if push.ticket.key == ticket.key:
                return Filed(push, False) if same_matter(push.ticket, ticket) else KeyTaken(push.ticket.id)
        push = Push(load(dump(ticket)), PushState.WAITING, 0, 0, ticket.filed_at, False)
        self.rows[ticket.id] = push
        if ticket.call:
            self.outcomes[ticket.call] = CallOutcome.TICKET
        return Filed(push, True)

    async def dispose(self, disposition: Disposition) -> Disposed | NotDisposed:
        old = self.outcomes.get(disposition.call)
        if old is not None and not may_replace(old, disposition.outcome):
            return NotDisposed(old)
        self.outcomes[disposition.call] = disposition.outcome
        return Disposed(disposition.outcome, old)

    async def find(self, ticket: TicketId) -> Push | None:
        return self.rows.get(ticket)

    async def of_call(self, call: CallId) -> Sequence[Push]:
        return [push for _, push in sorted(self.rows.items()) if push.ticket.call == call]

    async def recent(self, most: int, before: TicketId | None = None) -> Sequence[Push]:
        rows = [push for key, push in sorted(self.rows.items(), reverse=True) if before is None or key < before]
        return rows[:most]

    async def due(self, now: datetime, most: int, but: frozenset[TicketId] = frozenset()) -> Sequence[Push]:
        self._work("due")
        rows = [push for push in self._waiting(but) if push.next_try <= now]
        return sorted(rows, key=lambda push: push.next_try)[:most]

    async def next_due(self, but: frozenset[TicketId] = frozenset()) -> datetime | None:
        return min((push.next_try for push in self._waiting(but)), default=None)

    def _waiting(self, but: frozenset[TicketId]) -> list[Push]:
        return [p for p in self.rows.values() if p.state is PushState.WAITING and p.ticket.id not in but]

    async def begun(self, ticket: TicketId) -> None:
        self._work("begun")
        push = self.rows[ticket]
        self.rows[ticket] = replace(push, tries=push.tries + 1, ever_sent=True)

    async def delivered(self, ticket: TicketId, case_number: str, query_code: str, at: datetime) -> None:
        self._work("delivered")
        self.rows[ticket] = replace(
            self.rows[ticket],
            state=PushState.DELIVERED,
            case_number=case_number,
            query_code=query_code,
            delivered_at=at,
            error="",
        )

    async def failed(self, ticket: TicketId, error: str, next_try: datetime, *, refused: bool) -> None:
        self._work("failed")
        push = self.rows[ticket]
        self.rows[ticket] = replace(push, error=error, next_try=next_try, refusals=push.refusals + int(refused))

    async def poisoned(self, ticket: TicketId, error: str, at: datetime) -> None:
        self._work("poisoned")
        self.rows[ticket] = replace(self.rows[ticket], state=PushState.POISONED, error=error)

    async def dead_letters(self, most: int) -> Sequence[Push]:
        return [push for _, push in sorted(self.rows.items()) if push.state is PushState.POISONED][:most]

    async def replay(self, ticket: TicketId, at: datetime, corrected: Ticket | None = None) -> Push | None:
        push = self.rows.get(ticket)
        if push is None or push.state is not PushState.POISONED:
            return None
        content = corrected or push.ticket
        self.rows[ticket] = replace(
            push, ticket=content, state=PushState.WAITING, tries=0, refusals=0, next_try=at, error=""
        )
        return self.rows[ticket]

    async def backlog(self) -> tuple[int, int]:
        states = [push.state for push in self.rows.values()]
        return states.count(PushState.WAITING), states.count(PushState.POISONED)
