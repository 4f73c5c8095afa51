"""A ticket that is filed into another's case (并单): what it goes on within, and the message that tells the case store.

The message stands behind the one that files the ticket, in the same transaction; where the other case has no number yet (the case
store is away), in the transaction that opens it. Used by ``tickets.py``, ``casebook.py`` and ``missing_cases.py`` inside theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bridge import ticket_json
from bridge.case_state import OVER
from bridge.case_store_messages import MessageKind
from bridge.ticket import Ticket, TicketId

from . import tables as t
from .outbox_rows import say

_T, _C = t.tickets.c, t.cases.c
CHAIN = 8
"""So many cases are followed from one that was merged to the one it goes on within."""
AT_FILING = "filed"
"""Name of the message, in its key: of each ticket there is one at most."""
_ROW = sa.select(_T.ticket_id, _T.merged_into, _T.call_id, _C.number, _C.state).outerjoin_from(
    t.tickets, t.cases, _C.stream == _T.key
)


@dataclass(frozen=True, slots=True)
class Root:
    """The case that one goes on within in the end."""

    ticket: TicketId
    number: str
    """'' it has none yet."""
    over: bool

    @property
    def name(self) -> str:
        return self.number or self.ticket


def root_of(db: sa.Connection, name: str) -> Root | None:
    """``name``: a case's number or a ticket's id. None: there is no such case."""
    row, seen = _named(db, name), set[str]()
    while row is not None and row.merged_into and len(seen) < CHAIN:
        seen.add(row.ticket_id)
        above = _named(db, row.merged_into)
        if above is None or above.ticket_id in seen:
            break
        row = above
    if row is None:
        return None
    return Root(TicketId(row.ticket_id), row.number or "", row.state in {str(one) for one in OVER})


def _named(db: sa.Connection, name: str) -> Any:
    if not name:
        return None
    by_number = _ROW.where(_C.number == name).order_by(_T.ticket_id).limit(1)
    return db.execute(by_number).first() or db.execute(_ROW.where(_T.ticket_id == name)).first()


def resolved(db: sa.Connection, ticket: Ticket) -> Ticket:
    """With the case it goes on within at the end of the chain. One that is over takes nothing in any more: then the ticket goes
    on by itself and is related to it. One that nobody knows (yet) stays as it was said."""
    root = root_of(db, ticket.merged_into)
    if root is None or root.ticket == ticket.id:
        return ticket
    if (
        not root.number
    ):  # whoever opens it now waits until this ticket is there, or has opened it before this looks again
        db.execute(sa.select(_T.ticket_id).where(_T.ticket_id == root.ticket).with_for_update())
        root = root_of(db, ticket.merged_into) or root
    if root.over:
        related = tuple(dict.fromkeys((*ticket.related_cases, root.name)))
        return replace(ticket, merged_into="", related_cases=related)
    return replace(ticket, merged_into=root.name)


def same_target(db: sa.Connection, standing: Ticket, asked: Ticket) -> bool:
    """Whether the same request again, of which the ledger made ``standing``, asks for what was done with it."""
    if asked.merged_into in ("", standing.merged_into):
        return True  # by itself, or as it was said
    wanted, done = root_of(db, asked.merged_into), root_of(db, standing.merged_into)
    if not standing.merged_into:
        return wanted is not None and wanted.name in standing.related_cases
    return wanted is not None and wanted == done


def told(db: sa.Connection, ticket: Ticket, now: datetime) -> None:
    """The message that it goes on within another case, where that has a number. Said before: nothing."""
    root = root_of(db, ticket.merged_into)
    if root is None or not root.number or root.ticket == ticket.id:
        return
    if root.number != ticket.merged_into:
        ticket = replace(ticket, merged_into=root.number)
        values = {"merged_into": root.number, "body": ticket_json.dump(ticket)}
        db.execute(sa.update(t.tickets).where(_T.ticket_id == ticket.id).values(values))
    said = {"into": root.number, "at": now.isoformat(), "by": ticket.agent} | (
        {"call": ticket.call} if ticket.call else {}
    )
    say(db, ticket.id, MessageKind.MERGE, AT_FILING, said, now)


def numbered(db: sa.Connection, ticket: str, number: str, now: datetime) -> None:
    """This ticket's case has its number now: those that were filed into it meanwhile go on within it."""
    if not number:
        return
    db.execute(sa.select(_T.ticket_id).where(_T.ticket_id == ticket).with_for_update())
    waiting = sa.select(_T.body).where(t.merged, _T.merged_into.in_((ticket, number))).order_by(_T.ticket_id)
    for body in list(db.execute(waiting).scalars()):
        child = ticket_json.load(body)
        if not _said(db, child):
            told(db, child, now)


def _said(db: sa.Connection, ticket: Ticket) -> bool:
    """By whoever: one that a person merged later has that person's message."""
    mine = sa.and_(t.outbox.c.stream == ticket.key, t.outbox.c.kind == str(MessageKind.MERGE))
    return db.execute(sa.select(t.outbox.c.message_id).where(mine).limit(1)).first() is not None
