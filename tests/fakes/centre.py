"""The ticket centre behind the door, in memory: over the same book as everything else there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bridge.case_store_messages import KINDS, Message, MessageKind, key_of, lacking
from bridge.delivery_state import DeliveryState
from bridge.ports import (
    AttachedFile,
    Changed,
    Counted,
    FurtherMessage,
    MatterStory,
    Overtaken,
    Push,
    SaidMessage,
    TiedCall,
    Version,
)
from bridge.ticket import TicketId
from cti.ids import CallId
from ledger.mass_events import MassEvent
from ledger.ticket_search import FoundTickets, Sought

from .book import MemoryBook, Row


@dataclass
class Matters:
    book: MemoryBook
    tied: list[tuple[TicketId, TiedCall]] = field(default_factory=list)
    files: list[tuple[TicketId, AttachedFile]] = field(default_factory=list)
    old: list[tuple[TicketId, Version]] = field(default_factory=list)
    meanwhile: bool = False
    """True: somebody else changed whatever is changed."""

    async def say(
        self, message: FurtherMessage, *, changed: Changed | None = None, file: AttachedFile | None = None,
        call: CallId | None = None, agent: str = "",
    ) -> SaidMessage | Overtaken | None:  # fmt: skip
        push = self.book.rows.get(message.ticket)
        if push is None:
            return None
        assert not lacking(message.kind, message.payload)
        assert not KINDS[message.kind].opens
        ticket = push.ticket
        key = key_of(ticket.key, message.kind, message.name)
        for one in await self.said(message.ticket):
            if one.key == key:
                return one
        if changed is not None and (self.meanwhile or changed.before != ticket):
            return Overtaken()
        if changed is not None:
            self.old.append((message.ticket, Version(ticket, message.at, changed.by, str(changed.why))))
            filed = self.book.messages[push.id]
            filed.push = replace(filed.push, ticket=changed.after)
        if file is not None:
            self.files.append((message.ticket, file))
        if call is not None:
            await self.tie(call, message.ticket, agent, message.at)
        said = Message(message.id, ticket.key, message.kind, key, ticket, message.payload)
        waiting = Push(
            ticket, DeliveryState.WAITING, 0, 0, message.at, False, kind=message.kind, message=message.id
        )  # fmt: skip
        first = dict(self.book.messages)
        self.book.messages = {message.id: Row(said, waiting), **first}  # ``rows`` keeps the filing of each
        return replace((await self.said(message.ticket))[-1], new=True)

    async def said(self, ticket: TicketId) -> Sequence[SaidMessage]:
        rows = [row for row in self.book.messages.values() if row.push.ticket.id == ticket]
        rows.sort(key=lambda row: (row.message.kind is not MessageKind.FILE, row.push.next_try, row.message.id))
        return [
            SaidMessage(
                row.message.id, ticket, row.message.kind, row.message.key, row.push.next_try, row.message.payload,
                row.push.state, row.push.tries, row.push.error, row.push.delivered_at,
            )
            for row in rows
        ]  # fmt: skip

    async def tie(self, call: CallId, ticket: TicketId, agent: str, at: datetime) -> bool:
        new = all((call, ticket) != (one.call, of) for of, one in self.tied)
        if new:
            self.tied.append((ticket, TiedCall(call, at, agent)))
        return new

    async def file(self, ticket: TicketId, sha256: str) -> AttachedFile | None:
        return next((one for of, one in self.files if (of, one.sha256) == (ticket, sha256)), None)

    async def story(self, ticket: TicketId) -> MatterStory | None:
        push = self.book.rows.get(ticket)
        if push is None:
            return None
        root = await self.root(push)
        names = {push.case_number, ticket} - {""}
        return MatterStory(
            await self.said(ticket), [*(one for of, one in self.old if of == ticket), Version(push.ticket, None)],
            [one for of, one in self.tied if of == ticket], [one for of, one in self.files if of == ticket],
            [one for one in self.book.rows.values() if one.ticket.merged_into in names],
            root if root.ticket.id != ticket else None,
        )  # fmt: skip

    async def of_case(self, number: str) -> Push | None:
        return next((one for one in self.book.rows.values() if number in (one.case_number, one.ticket.id)), None)

    async def root(self, push: Push) -> Push:
        above = await self.of_case(push.ticket.merged_into) if push.ticket.merged_into else None
        return above or push

    async def counted(self, tickets: Sequence[TicketId]) -> Mapping[TicketId, Counted]:
        found = {}
        for one in tickets:
            kinds = [said.kind for said in await self.said(one)]
            push = self.book.rows[one]
            merged = sum(
                bool(push.case_number) and other.ticket.merged_into == push.case_number
                for other in self.book.rows.values()
            )
            found[one] = Counted(kinds.count(MessageKind.URGE), kinds.count(MessageKind.PLUS_ONE), merged)
        return found


@dataclass
class Search:
    book: MemoryBook
    wanted: list[Sought] = field(default_factory=list)

    async def find(self, sought: Sought) -> FoundTickets:
        self.wanted.append(sought)
        rows = [one for one in self.book.rows.values() if not sought.agent or one.ticket.agent == sought.agent]
        return FoundTickets(rows[: sought.most], "", None)


@dataclass
class Events:
    rows: list[MassEvent] = field(default_factory=list)

    async def open(self, event: MassEvent) -> bool:
        self.rows.append(event)
        return True

    async def close(self, event: str, by: str, at: datetime) -> MassEvent | None:
        for n, one in enumerate(self.rows):
            if one.id == event:
                self.rows[n] = replace(one, closed_at=one.closed_at or at, closed_by=one.closed_by or by)
                return self.rows[n]
        return None

    async def running(self, now: datetime) -> Sequence[MassEvent]:
        return [one for one in self.rows if one.closed_at is None and one.ends_at > now]

    async def of_ticket(self, ticket: TicketId) -> Sequence[MassEvent]:
        return [one for one in self.rows if one.ticket == ticket]


@dataclass
class Files:
    kept: dict[str, bytes] = field(default_factory=dict)

    async def put(self, sha256: str, data: bytes) -> None:
        self.kept[sha256] = data

    async def get(self, sha256: str) -> bytes | None:
        return self.kept.get(sha256)
