"""Old rows of tables that grow and hold no call, ticket or recording: found by age, counted, deleted in bounded transactions.

A call, its parts and its ticket are never deleted here; recordings have rules of their own (``recordings/retention.py``).
The audit log is cut at its beginning by ``AuditLog.prune``, so that what is left can still be proved. Called by
``hotline/books/nightly_retention.py``, by night and by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from agents.presence import Presence

from . import tables as t
from .audit_log import AuditLog
from .store import Store

BATCH = 2000
"""Rows of one transaction: some ten milliseconds, in which nobody else writes."""
AUDIT = "audit"
_LATER = t.endpoint_reach.alias("later")


@dataclass(frozen=True, slots=True)
class Old:
    """Which rows of one table are over, before a moment."""

    table: sa.Table
    moment: sa.Column[Any]
    more: tuple[sa.ColumnElement[bool], ...] = ()

    def where(self, before: datetime) -> list[sa.ColumnElement[bool]]:
        extra: list[sa.ColumnElement[bool]] = list(self.more)
        if self.table is t.endpoint_reach:  # how each stood at that moment stays: an outage may have begun before it
            newer = (_LATER.c.endpoint == self.table.c.endpoint, _LATER.c.at > self.table.c.at, _LATER.c.at < before)
            extra.append(sa.exists(sa.select(sa.literal(1)).select_from(_LATER).where(*newer)))
        return [self.moment < before, *extra]


_S = t.seat_log.c
OLD: dict[str, Old] = {
    "line_checks": Old(t.line_checks, t.line_checks.c.at),
    "endpoint_reach": Old(t.endpoint_reach, t.endpoint_reach.c.at),
    "turned_away": Old(t.turned_away, t.turned_away.c.minute),
    "sessions": Old(t.sessions, t.sessions.c.expires_at),
    "account_changes": Old(t.account_changes, t.account_changes.c.settled_at),
    "alarms": Old(t.alarms, t.alarms.c.at, (t.alarms.c.cleared_at.is_not(None),)),
    "notices": Old(t.notices, t.notices.c.at),
    "notifications": Old(t.notifications, t.notifications.c.sent_at, (t.notifications.c.state == "sent",)),
    "nuisance_tags": Old(t.nuisance_tags, t.nuisance_tags.c.at, (t.nuisance_tags.c.state != "open",)),
    "nuisance_decisions": Old(t.nuisance_decisions, t.nuisance_decisions.c.until),
    "nuisance_appeals": Old(
        t.nuisance_appeals, t.nuisance_appeals.c.at, (t.nuisance_appeals.c.decided_at.is_not(None),)
    ),
    "graded_calls": Old(t.graded_calls, t.graded_calls.c.at),
    "seat_log": Old(t.seat_log, _S.since, (_S.state.in_([str(one) for one in Presence]), _S.until.is_not(None))),
}
"""Name, also of its setting (``[retention] NAME_days``; of nuisance callers one for all) → which rows."""


class Retention:
    def __init__(self, store: Store, audit: AuditLog) -> None:
        self._store, self._audit = store, audit

    async def count(self, name: str, before: datetime) -> int:
        """Rows that ``delete`` would take."""
        if name == AUDIT:
            return await self._audit.older(before)
        old = OLD[name]
        async with self._store.reading() as db:
            many = await db.scalar(sa.select(sa.func.count()).select_from(old.table).where(*old.where(before)))
        return int(many or 0)

    async def delete(self, name: str, before: datetime, most: int = BATCH) -> int:
        """One transaction of at most so many rows; how many it was: less than ``most`` means that none is left."""
        if name == AUDIT:
            return await self._audit.prune(before, most)
        old = OLD[name]
        keys = list(old.table.primary_key.columns)
        oldest = sa.select(*keys).where(*old.where(before)).order_by(old.moment).limit(most)
        gone = sa.delete(old.table).where((sa.tuple_(*keys) if len(keys) > 1 else keys[0]).in_(oldest))
        async with self._store.writing() as db:
            return int((await db.execute(gone)).rowcount)


def names() -> Sequence[str]:
    return (*OLD, AUDIT)
