"""What a rule of the invariant is: what it works with, what it says, how long something may be owed before it counts as forgotten.

Each rule is one query, so that it never sees half a transaction. It knows what it would see if the daemon had lost, doubled or
forgotten something; it believes no counter.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.events import Direction

from .. import audit_log
from .. import tables as t


@dataclass(frozen=True, slots=True)
class Limits:
    """How long something may be owed before it counts as forgotten."""

    call: timedelta = timedelta(minutes=240)
    disposition: timedelta = timedelta(minutes=30)
    recording: timedelta = timedelta(minutes=10)
    outbox: timedelta = timedelta(minutes=10)
    stray: timedelta = timedelta(minutes=10)
    """An agent's word on a call the book has not read yet."""
    recorded: bool = True
    """[recording] enabled."""
    unattended: frozenset[str] | None = frozenset()
    """Numbers that a seat may dial where nobody sits; None: all that its agents may."""

    def strict(self) -> Limits:
        """Nothing may be owed at all: at the end of a run."""
        nothing = timedelta()
        return Limits(self.call, nothing, nothing, nothing, nothing, self.recorded, self.unattended)


@dataclass(frozen=True, slots=True)
class Breach:
    rule: str
    """Stable word, the name of the rule's function."""
    subject: str
    """Call, ticket, seat or audit row."""
    said: str
    alarm: str = ""
    """The kind of alarm that tells it in any case (``hotline/alarms/rules.py``); '' nobody else does."""

    def __str__(self) -> str:
        return f"{self.subject}: {self.said} [{self.rule}]"


@dataclass(frozen=True, slots=True)
class Look:
    """What a rule works with. ``most``: breaches it names before it stops."""

    db: AsyncConnection
    now: datetime
    limits: Limits
    most: int
    audit: audit_log.Proof
    """From outside the ledger."""
    since: datetime | None = None
    """Only what is new from then on; None: everything."""

    async def rows(self, statement: sa.Select[Any]) -> list[sa.Row[Any]]:
        if self.since is not None:
            statement = statement.order_by(None)  # else the order's index is walked from end to end to find nothing
        return list((await self.db.execute(statement.limit(self.most))).all())

    def before(self, limit: timedelta) -> datetime:
        return self.now - limit

    def new(self, moment: sa.ColumnElement[Any], limit: timedelta = timedelta()) -> sa.ColumnElement[bool]:
        """``moment`` is when it happened, and ``limit`` how long after that it can be judged."""
        return sa.true() if self.since is None else moment >= self.since - limit


Rule = Callable[[Look], AsyncIterator[Breach]]
RULES: list[Rule] = []


def rule(function: Rule) -> Rule:
    RULES.append(function)
    return function


CALL, OUTCOME, TICKET, PUSH, CASE = t.calls.c, t.outcomes.c, t.tickets.c, t.outbox.c, t.cases.c
INBOUND = CALL.direction == Direction.INBOUND.value


def going(direction: Direction) -> sa.ColumnElement[bool]:
    """Not by the column itself: nearly every call is inbound, and an index by that is the whole table."""
    return CALL.direction.concat("").in_([direction.value])


def calls_and_outcomes(*more: Any) -> sa.Select[Any]:
    """Calls with their outcome, if any."""
    joined = t.calls.outerjoin(t.outcomes, OUTCOME.call_id == CALL.call_id)
    columns = (
        CALL.call_id,
        CALL.arrived_at,
        CALL.ended_at,
        CALL.talk_began_at,
        CALL.seat,
        CALL.agent,
        OUTCOME.outcome,
        *more,
    )
    return sa.select(*columns).select_from(joined).order_by(CALL.arrived_at)
