"""Tickets, outbox and cases in memory: what ``bridge.ports`` promises of the ledger, and it can be told to break."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bridge.case_state import CaseState, foreseen
from bridge.case_store_messages import Message, MessageId, filing
from bridge.delivery_state import HOLDS_BACK, DeliveryState
from bridge.disposition import CallOutcome, Disposition, may_replace
from bridge.drivers import CaseEvent
from bridge.ports import CaseKnown, CaseStep, Disposed, Filed, KeyTaken, NotDisposed, Outgoing, Push
from bridge.ticket import Ticket, TicketId
from bridge.ticket_json import dump, load, same_matter
from cti.ids import CallId


@dataclass
class Row:
    message: Message
    push: Push
    claim: int = 0


@dataclass
class MemoryBook:
    messages: dict[MessageId, Row] = field(default_factory=dict)
    """In the order they were added."""
    outcomes: dict[CallId, CallOutcome] = field(default_factory=dict)
    broken: dict[str, int] = field(default_factory=dict)
    """Method → how many times it still raises before it works."""
    marks: dict[str, str] = field(default_factory=dict)
    heard: dict[tuple[str, int], CaseEvent] = field(default_factory=dict)
    """(key, sequence) → event."""

    @property
    def rows(self) -> dict[TicketId, Push]:
        return {row.push.ticket.id: row.push for row in self.messages.values()}

    def put(self, push: Push) -> None:
        """As if it had become so."""
        row = self.messages.setdefault(push.id, Row(filing(push.ticket), push))
        row.push = push

    def _work(self, method: str) -> None:
        if self.broken.get(method, 0) > 0:
            self.broken[method] -= 1
            raise OSError(f"{method}: disk is full")

    # -- people's side --------------------------------------------------------------------

    async def file(self, ticket: Ticket, *, joins: bool = True) -> Filed | KeyTaken:
        self._work("file")
        for push in self.rows.values():
            if push.ticket.key == ticket.key:
                return Filed(push, False) if same_matter(push.ticket, ticket) else KeyTaken(push.ticket.id)
        if ticket.call:
            self.outcomes[ticket.call] = CallOutcome.TICKET
        return Filed(await self.add(filing(load(dump(ticket))), ticket.filed_at), True)

    async def add(self, message: Message, now: datetime) -> Push:
        push = Push(
            message.ticket, DeliveryState.WAITING, 0, 0, now, False, kind=message.kind, message=message.id,
            payload=message.payload,
        )  # fmt: skip
        self.messages[message.id] = Row(message, push)
        return push

    async def dispose(self, disposition: Disposition) -> Disposed | NotDisposed:
        old = self.outcomes.get(disposition.call)
        if old is not None and not may_replace(old, disposition.outcome):
            return NotDisposed(old)
        self.outcomes[disposition.call] = disposition.outcome
        return Disposed(disposition.outcome, old)

    async def find(self, ticket: TicketId) -> Push | None:
        return self.rows.get(ticket)

    async def case_history(self, ticket: TicketId) -> Sequence[CaseStep]:
        key = self.rows[ticket].ticket.key if ticket in self.rows else ""
        return [
            CaseStep(event.sequence, event.state, event.at, event.at, event.word, event.unit, event.note)
            for (of, _), event in sorted(self.heard.items())
            if of == key
        ]

    async def of_call(self, call: CallId) -> Sequence[Push]:
        return [push for _, push in sorted(self.rows.items()) if push.ticket.call == call]

    async def recent(self, most: int, before: TicketId | None = None) -> Sequence[Push]:
        rows = [push for key, push in sorted(self.rows.items(), reverse=True) if before is None or key < before]
        return rows[:most]

    async def dead_letters(self, most: int) -> Sequence[Push]:
        return [row.push for _, row in sorted(self.messages.items()) if row.push.state is DeliveryState.POISONED][:most]

    async def dead_letter(self, message: MessageId) -> Push | None:
        row = self.messages.get(message)
        return row.push if row is not None and row.push.state is DeliveryState.POISONED else None

    async def replay(
        self, message: MessageId, at: datetime, corrected: Ticket | None = None,
        payload: Mapping[str, object] | None = None,
    ) -> Push | None:  # fmt: skip
        push = await self.dead_letter(message)
        if push is None:
            return None
        row = self.messages[message]
        content = corrected or push.ticket
        said = row.message.payload if payload is None else payload
        row.message = replace(row.message, ticket=content, payload=said)
        row.push = replace(
            push, ticket=content, state=DeliveryState.WAITING, tries=0, refusals=0, next_try=at, error="",
            payload=said,
        )  # fmt: skip
        return row.push

    async def backlog(self) -> tuple[int, int]:
        states = [row.push.state for row in self.messages.values()]
        return states.count(DeliveryState.WAITING), states.count(DeliveryState.POISONED)

    # -- the courier's side -----------------------------------------------------------------

    async def due(self, now: datetime, most: int, but: frozenset[MessageId] = frozenset()) -> Sequence[Outgoing]:
        self._work("due")
        rows = [row for row in self._first(but) if row.push.next_try <= now]
        chosen = sorted(rows, key=lambda row: row.push.next_try)[:most]
        for row in chosen:
            row.claim += 1
        return [
            Outgoing(row.message, push.tries, push.refusals, push.next_try, push.ever_sent, row.claim)
            for row in chosen
            for push in (row.push,)
        ]

    async def next_due(self, but: frozenset[MessageId] = frozenset()) -> datetime | None:
        return min((row.push.next_try for row in self._first(but)), default=None)

    def _first(self, but: frozenset[MessageId]) -> list[Row]:
        """The first undelivered of each stream, where it may go."""
        first: dict[str, Row] = {}
        for row in self.messages.values():
            if row.push.state in HOLDS_BACK:
                first.setdefault(row.message.stream, row)
        return [row for row in first.values() if row.push.state is DeliveryState.WAITING and row.message.id not in but]

    async def begun(self, sent: Outgoing) -> bool:
        self._work("begun")
        row = self.messages[sent.message.id]
        if row.claim != sent.claim:
            return False
        row.push = replace(row.push, tries=row.push.tries + 1, ever_sent=True)
        return True

    async def delivered(self, sent: Outgoing, case_number: str, query_code: str, at: datetime) -> None:
        self._work("delivered")
        row = self.messages[sent.message.id]
        row.push = replace(
            row.push, state=DeliveryState.DELIVERED, case_number=case_number, query_code=query_code, delivered_at=at,
            error="", case_state=row.push.case_state or CaseState.FILED, case_since=row.push.case_since or at,
        )  # fmt: skip

    async def failed(self, sent: Outgoing, error: str, next_try: datetime, *, refused: bool) -> None:
        self._work("failed")
        row = self.messages[sent.message.id]
        row.push = replace(row.push, error=error, next_try=next_try, refusals=row.push.refusals + int(refused))

    async def poisoned(self, sent: Outgoing, error: str, at: datetime) -> None:
        self._work("poisoned")
        row = self.messages[sent.message.id]
        row.push = replace(row.push, state=DeliveryState.POISONED, error=error)

    async def store_back(self, now: datetime, soon: Callable[[int], datetime]) -> int:
        self._work("store_back")
        earlier = 0
        for row in self.messages.values():
            push = row.push
            waits = push.state is DeliveryState.WAITING and push.tries and not push.refusals
            if waits and push.next_try > now and soon(push.tries) < push.next_try:
                row.push = replace(push, next_try=soon(push.tries))
                earlier += 1
        return earlier

    async def not_carried(self, sent: Outgoing, at: datetime) -> None:
        self._work("not_carried")
        row = self.messages[sent.message.id]
        row.push = replace(row.push, state=DeliveryState.NOT_CARRIED)

    # -- what became of cases -----------------------------------------------------------------

    async def mark(self, store: str) -> str:
        return self.marks.get(store, "")

    async def hear(self, store: str, events: Sequence[CaseEvent], mark: str | None, now: datetime) -> list[CaseKnown]:
        self._work("hear")
        moved = {}
        for event in events:
            row = next((row for row in self.messages.values() if row.message.key == event.key), None)
            newest = max((n for key, n in self.heard if key == event.key), default=0)
            if row is None or (event.key, event.sequence) in self.heard:
                continue
            self.heard[event.key, event.sequence] = event
            old = row.push.case_state or CaseState.FILED
            if event.sequence < newest or old is event.state:
                continue
            row.push = replace(row.push, case_state=event.state, case_since=event.at, case_number=event.case_number)
            moved[event.key] = CaseKnown(
                row.push.id, row.push.ticket.id, row.push.ticket.agent, row.push.ticket.call, event.case_number, row.push.query_code,
                event.state, event.at, foreseen(old, event.state),
            )  # fmt: skip
        if mark is not None:
            self.marks[store] = mark
        return list(moved.values())
