"""What callers were promised and did by keys, counted: call-backs at a kept place (0047), self-service (0049). Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from agents.callbacks import OWED, State
from config.journey.steps import JOINED, TOLD

from . import tables as t
from .call_record import OfferEnd
from .expected_wait import within
from .store import Store


@dataclass(frozen=True, slots=True)
class PromisedCallbacks:
    """Call-backs instead of waiting that were promised in a period, of one queue; as they stand now."""

    queue: str
    promised: int
    talked: int
    """Called at his place, and there."""
    came_back: int
    """He called again himself, and took his place."""
    owed: int
    """Not reached there, or the place was lost: a call-back like any other. The next two are of these."""
    made_later: int
    due: int
    """Not made yet, and their time has come."""
    waiting: int
    """The place is kept still."""
    seconds_mean: float | None
    """From the promise to the talk at his place; None: none was had."""

    @property
    def kept(self) -> int:
        return self.talked + self.came_back + self.made_later


@dataclass(frozen=True, slots=True)
class SelfServiceUse:
    """Of one service at one line: tries by what came of them."""

    line: str
    service: str
    """'progress' or 'mass_event'."""
    calls: int
    tries: int
    helped: int
    """Calls that were told how far a case is, or joined an event."""
    results: dict[str, int]
    """told, wrong, refused, silent, unanswered; offered, joined → tries."""


async def promised_callbacks(
    store: Store, since: datetime | None, until: datetime | None, now: datetime
) -> list[PromisedCallbacks]:
    """By queue; a bound that is None is none. Raises ``LedgerUnavailable``."""
    o, b, k = t.callback_offers.c, t.callbacks.c, t.talks.c
    task = sa.and_(b.task_id == o.call_id, b.kind == "queue_offer")
    talk = sa.select(sa.func.min(k.began_at)).where(k.call_id == o.call_id).scalar_subquery()
    wanted = (
        sa.select(o.queue, o.result, o.taken_at, talk.label("talked_at"), b.state, b.due_at)
        .outerjoin_from(t.callback_offers, t.callbacks, task)
        .where(o.taken_at.is_not(None), *within(o.taken_at, since, until))
    )
    found: dict[str, list[Any]] = {}
    for row in await store.look(lambda db: db.execute(wanted).all()):
        found.setdefault(row.queue, []).append(row)
    return [_promised(queue, rows, now) for queue, rows in sorted(found.items())]


def _promised(queue: str, rows: list[Any], now: datetime) -> PromisedCallbacks:
    def ended(how: OfferEnd) -> list[Any]:
        return [row for row in rows if row.result == how]

    owed = ended(OfferEnd.OWED)
    talked = [(row.talked_at - row.taken_at).total_seconds() for row in ended(OfferEnd.TALKED) if row.talked_at]
    return PromisedCallbacks(
        queue, len(rows), len(ended(OfferEnd.TALKED)), len(ended(OfferEnd.CAME_BACK)), len(owed),
        sum(1 for row in owed if row.state == State.DONE),
        sum(1 for row in owed if row.state in list(map(str, OWED)) and row.due_at <= now),
        sum(1 for row in rows if not row.result), round(sum(talked) / len(talked), 1) if talked else None,
    )  # fmt: skip


async def self_service_use(store: Store, since: datetime | None, until: datetime | None) -> list[SelfServiceUse]:
    """By line and service; a bound that is None is none. Raises ``LedgerUnavailable``."""
    s = t.self_services.c
    in_time = sa.and_(sa.true(), *within(s.at, since, until))
    tries = sa.select(s.line, s.service, s.result, sa.func.count().label("n")).where(in_time)
    helped = sa.func.count(sa.distinct(sa.case((s.result.in_((TOLD, JOINED)), s.call_id))))
    calls = sa.select(s.line, s.service, sa.func.count(sa.distinct(s.call_id)).label("calls"), helped.label("helped"))

    def look(db: sa.Connection) -> list[SelfServiceUse]:
        results: dict[tuple[str, str], dict[str, int]] = {}
        for row in db.execute(tries.group_by(s.line, s.service, s.result).order_by(s.result)):
            results.setdefault((row.line, row.service), {})[row.result] = row.n
        grouped = calls.where(in_time).group_by(s.line, s.service).order_by(s.line, s.service)
        return [
            SelfServiceUse(
                row.line, row.service, row.calls, sum(results[row.line, row.service].values()), row.helped,
                results[row.line, row.service],
            )
            for row in db.execute(grouped)
        ]  # fmt: skip

    return await store.look(look)
