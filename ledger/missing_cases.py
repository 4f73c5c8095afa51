"""The ledger beside its case store: what an older ledger that was put back lacks, and how it gets that again.

A case is made from a ticket of the ledger, so a case whose matter no ticket has says that the ledger is older than
its case store. The case holds the whole ticket: ``adopt`` writes it back, as delivered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge.case_store_messages import MessageKind, filing
from bridge.delivery_state import DeliveryState
from bridge.disposition import CallOutcome
from bridge.ticket import Ticket

from . import merges, partner_matters
from . import tables as t
from .casebook import opened
from .outbox import add
from .outcomes import Said, put
from .store import Store
from .tickets import found_by, ticket_row

_T, _C, _X, _D = t.tickets.c, t.cases.c, t.outbox.c, t.drafts.c


class Known(Protocol):
    """``hotline.verbs.backups.case_reader.KnownCase``."""

    @property
    def number(self) -> str: ...
    @property
    def key(self) -> str: ...
    @property
    def ticket_id(self) -> str: ...


class Whole(Protocol):
    """``hotline.verbs.backups.case_reader.WholeCase``."""

    @property
    def number(self) -> str: ...
    @property
    def query_code(self) -> str: ...
    @property
    def accepted_at(self) -> datetime: ...
    @property
    def ticket(self) -> Ticket: ...


@dataclass(frozen=True, slots=True)
class Compared:
    lacking: Sequence[str]
    """Numbers of cases whose matter no ticket of the ledger has."""
    twice: Sequence[tuple[str, str]]
    """(case, the case its ticket has in the ledger): two cases of one matter."""


async def compare(store: Store, cases: Sequence[Known]) -> Compared:
    """At most some hundreds at a time."""
    of = sa.select(_T.key, _T.ticket_id, _C.number).outerjoin_from(t.tickets, t.cases, _C.stream == _T.key)
    async with store.reading() as db:
        rows = (await db.execute(of.where(_T.key.in_({case.key for case in cases})))).all()
    held = {row.key: row for row in rows}
    return Compared(
        [case.number for case in cases if case.key not in held],
        [
            (case.number, held[case.key].number)
            for case in cases
            if case.key in held and held[case.key].number not in ("", None, case.number)
        ],
    )


async def delivered(store: Store, cases: Sequence[Known]) -> dict[str, str]:
    """What was said of these cases later and reached the case store, by the ledger's word: key of the message → case."""
    numbers = {case.key: case.number for case in cases}
    later = sa.and_(_X.kind != str(MessageKind.FILE), _X.state == str(DeliveryState.DELIVERED))
    said = sa.select(_X.key, _X.stream, _C.number).join_from(t.outbox, t.cases, _C.stream == _X.stream)
    async with store.reading() as db:
        rows = (await db.execute(said.where(_X.stream.in_(numbers), later))).all()
    return {row.key: row.number for row in rows if row.number == numbers[row.stream]}


async def taken_in(
    store: Store, db: AsyncConnection, ticket: Ticket, number: str, query_code: str, at: datetime
) -> bool:  # fmt: skip
    """A ticket that the case store has and the ledger has not, as filed and delivered. False: there is one of its matter."""
    fresh = store.insert(t.tickets).values(ticket_row(ticket)).returning(_T.ticket_id)
    if (await db.execute(fresh.on_conflict_do_nothing())).first() is None:
        return False
    await found_by(db, ticket)
    message = filing(ticket)
    await add(db, message, ticket.filed_at)
    row = {
        "state": str(DeliveryState.DELIVERED), "tries": 1, "next_try": at, "ever_sent": True, "delivered_at": at,
    }  # fmt: skip
    await db.execute(sa.update(t.outbox).where(_X.message_id == message.id).values(row))
    await opened(store, db, ticket, number, query_code, at)
    await db.run_sync(lambda one: _tied(store, one, ticket, at))
    return True


def _tied(store: Store, db: sa.Connection, ticket: Ticket, at: datetime) -> None:
    """To the matter at its partner, and to the case it was filed into: what is told again under its key changes nothing."""
    if ticket.external_ids:
        partner_matters.filed(store, db, ticket, at)
    if ticket.merged_into:
        merges.told(db, ticket, at)


async def adopt(store: Store, cases: Sequence[Whole]) -> int:
    """The tickets of these cases, as filed and delivered then, where the ledger has none of that matter; how many.

    One transaction. The outcome of each call becomes ``ticket`` again, as when it was filed.
    """
    done = 0
    async with store.writing() as db:
        for case in cases:
            ticket = case.ticket
            if not await taken_in(store, db, ticket, case.number, case.query_code, case.accepted_at):
                continue
            if ticket.call is not None:
                said = Said(ticket.call, CallOutcome.TICKET, ticket.filed_at, ticket.agent, ticket.seat, ticket.id)
                await put(store, db, said)
                await db.execute(sa.delete(t.drafts).where(_D.call_id == ticket.call, _D.agent == ticket.agent))
            done += 1
        if done:  # what became of them is heard again
            await db.execute(sa.delete(t.case_marks))
    return done
