"""The figures a centre is judged on, from the ledger alone (D8). Reads only.

A figure is a ratio of two *sets* of calls, or a mean over one; the sets are the
conditions of ``SETS``, so what a figure counts and which calls those are (``members``)
can never differ. Every figure carries its numerator and denominator. A period is
half-open, by the moment a call arrived; nothing is estimated: calls marked uncertain
are counted like others and their number is said beside.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bridge.disposition import CallOutcome
from cti.events import Alone, Direction, EndedBy
from cti.ids import CallId

from . import tables as t
from .closed_call_counts import PROMPT_SECONDS
from .outages import Outage, outages
from .seat_times import SeatTimes, seat_times, wrap_up_of
from .store import Store

_c, _o = t.calls.c, t.outcomes.c
_answered = _c.talk_began_at.is_not(None)
_over = _c.state == "closed"
_let_go = sa.func.coalesce(_o.detail, "") == Alone.LET_GO.value
_message = sa.exists().where(t.voicemails.c.call_id == _c.call_id)
"""Nobody came, and he was asked for a message: however that ended, it was not he who gave up."""
_gave_up = sa.and_(_over, ~_answered, _c.refusal == "", _c.ended_by == EndedBy.CALLER.value, ~_let_go, ~_message)


def _handed(how: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(t.handovers.c.call_id == _c.call_id, how)


_requested = sa.or_(_answered, _c.queued_at.is_not(None), _c.refusal == "full")

SETS: Mapping[str, sa.ColumnElement[bool]] = {
    "offered": sa.true(),
    "requests": _requested,
    "requests_but_short": sa.and_(_requested, sa.not_(sa.and_(_gave_up, _c.short_abandon))),
    "answered": _answered,
    "answered_15s": sa.and_(_answered, _c.wait_seconds <= PROMPT_SECONDS),
    "answered_15s_ring": sa.and_(_answered, _c.ring_seconds <= PROMPT_SECONDS),
    "unanswered": sa.and_(_over, ~_answered),
    "abandoned": _gave_up,
    "abandoned_before_notice": sa.and_(_gave_up, _c.queued_at.is_(None), _c.notice_at.is_(None)),
    "abandoned_in_notice": sa.and_(_gave_up, _c.queued_at.is_(None), _c.notice_at.is_not(None)),
    "abandoned_in_queue": sa.and_(_gave_up, _c.queued_at.is_not(None)),
    "abandoned_short": sa.and_(_gave_up, _c.short_abandon),
    "closed": _c.refusal == "closed",
    "full": _c.refusal == "full",
    "unknown_number": _c.refusal == "unknown_number",
    "unserved": sa.and_(
        _over, ~_answered, _c.refusal == "", sa.or_(_c.ended_by != EndedBy.CALLER.value, _let_go, _message)
    ),
    "open": ~_over,
    "pending": sa.and_(_over, _o.outcome.is_(None)),
    "transferred": _c.transfers > 0,
    "handed_over": _handed(sa.true()),
    "handed_over_accepted": _handed(t.handovers.c.how == "accepted"),
    "uncertain": _c.uncertain,
}
"""Name → condition on an inbound call (joined with its outcome). ``requests``: asked for a person, which is
entering a queue, being answered, or being turned away because the line was full. ``unanswered``: over, whyever;
who waits still is not among them. ``unserved``: queued, but ended by the system (nobody there, waited too long,
Asterisk died), asked for a message instead, or a seat's phone let go at once: ``answered`` is a talk of a second at least (``config.answered_talk_rule``),
here as in the talks of an agent's day."""

_RATIOS = (
    ("connect_rate", "answered", "requests"),
    ("connect_rate_but_short", "answered", "requests_but_short"),
    ("service_level_15s", "answered_15s", "requests"),
    ("service_level_15s_ring", "answered_15s_ring", "requests"),
    ("abandon_rate", "abandoned", "offered"),
    ("abandon_rate_short", "abandoned_short", "offered"),
    ("transfer_rate", "transferred", "answered"),
    ("handover_rate", "handed_over", "answered"),
    ("handover_accepted_rate", "handed_over_accepted", "handed_over"),
)
_MEANS = (
    ("wait_seconds_mean", _c.wait_seconds, "answered"),
    ("ring_seconds_mean", _c.ring_seconds, "answered"),
    ("talk_seconds_mean", _c.talk_seconds, "answered"),
    ("held_seconds_mean", _c.held_seconds, "answered"),
    ("abandon_seconds_mean", _c.wait_seconds, "abandoned_in_queue"),
)


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` = ``numerator`` / ``denominator``; None where the denominator is 0."""

    name: str
    value: float | None
    numerator: float
    denominator: float
    of: str
    """What was divided by what: names of sets, or 'sum of …'."""


@dataclass(frozen=True, slots=True)
class Period:
    since: datetime
    until: datetime
    queue: str = ""
    """Of calls that stood in this queue last; '' of all."""


@dataclass(frozen=True, slots=True)
class KpiReport:
    period: Period
    line: str
    counts: Mapping[str, int]
    """Set → calls in it."""
    outcomes: Mapping[str, int]
    by_line: Mapping[str, int]
    """Offered."""
    by_queue: Mapping[str, int]
    """Offered, by the last queue a call stood in; '' none."""
    figures: Sequence[Figure]
    blind: Sequence[tuple[datetime, datetime | None]]
    """Intervals that touch the period in which Asterisk's record was lost."""
    outages: Sequence[Outage]
    """Of the line's trunks: callers who did not come stand in no figure."""


async def kpi_report(
    store: Store, period: Period, now: datetime, line: str = "", trunks: Sequence[str] = (), lines: Sequence[str] = ()
) -> KpiReport:
    """All figures of a period; ``line`` '' means all lines (seats' times are always of the whole floor).

    ``trunks`` and ``lines``: those of the settings, for the outages.
    """
    async with store.reading() as db:
        counts, sums, outcomes = await _count(db, period, line)
        by_line, by_queue = await _offered(db, period, line)
        owed = await _owed(db, period, line)
        times = await seat_times(db, period.since, period.until, now)
        wrapped = await wrap_up_of(db, within(period, line), period.since, now)
        lost = await db.run_sync(blind, period)
        dark = await db.run_sync(outages, period.since, period.until, trunks, lines)
    figures = [_ratio(name, a, b, counts) for name, a, b in _RATIOS]
    figures += [_mean(name, sums[name], of, counts) for name, _, of in _MEANS]
    figures += [*owed, *_seats(times, figures, wrapped)]
    spans = [(began, ended) for began, ended, _ in lost]
    return KpiReport(
        period, line, counts, outcomes, by_line, by_queue, figures, spans, [one for one in dark if one.of(line)]
    )


async def members(
    store: Store, period: Period, of: str, line: str = "", after: str = "", most: int = 1000
) -> list[CallId]:
    """The calls of one set, by id; KeyError when there is no such set. ``after``: the id a page ended with."""
    asked = sa.select(_c.call_id).select_from(joined()).where(*within(period, line), SETS[of])
    async with store.reading() as db:
        found = await db.execute(asked.where(_c.call_id > after).order_by(_c.call_id).limit(most))
        return [CallId(call) for call in found.scalars()]


def joined() -> sa.Join:
    return t.calls.outerjoin(t.outcomes, _o.call_id == _c.call_id)


def within(period: Period, line: str) -> list[sa.ColumnElement[bool]]:
    asked = [
        _c.direction == Direction.INBOUND.value,
        _c.arrived_at >= period.since,
        _c.arrived_at < period.until,
    ]
    if line:
        asked.append(_c.line == line)
    if period.queue:
        asked.append(_c.queue == period.queue)
    return asked


async def _count(
    db: AsyncConnection, period: Period, line: str
) -> tuple[dict[str, int], dict[str, float], dict[str, int]]:
    """Every set, every sum and every outcome in one pass."""
    columns: list[Any] = [
        sa.func.coalesce(sa.func.sum(sa.case((test, 1), else_=0)), 0).label(name) for name, test in SETS.items()
    ]
    columns += [
        sa.func.coalesce(sa.func.sum(sa.case((SETS[of], column), else_=0.0)), 0.0).label(name)
        for name, column, of in _MEANS
    ]
    words = sorted(str(one) for one in CallOutcome)
    columns += [sa.func.sum(sa.case((_o.outcome == word, 1), else_=0)).label(f"outcome_{word}") for word in words]
    row = (await db.execute(sa.select(*columns).select_from(joined()).where(*within(period, line)))).one()._mapping
    outcomes = {word: int(row[f"outcome_{word}"]) for word in words if row[f"outcome_{word}"]}
    return {name: int(row[name]) for name in SETS}, {name: float(row[name]) for name, _, _ in _MEANS}, outcomes


async def _offered(db: AsyncConnection, period: Period, line: str) -> tuple[dict[str, int], dict[str, int]]:
    """By line and by queue, from ``ix_calls_kpi`` alone: by the line itself SQLite would walk each line's calls in the table."""
    of_line = _c.line.concat(sa.literal_column("''")).label("of_line")
    counted = sa.select(of_line, _c.queue, sa.func.count().label("many")).where(*within(period, line))
    by_line, by_queue = Counter[str](), Counter[str]()
    for row in await db.execute(counted.group_by(of_line, _c.queue)):
        by_line[row.of_line] += row.many
        by_queue[row.queue] += row.many
    return dict(sorted(by_line.items())), dict(sorted(by_queue.items()))


async def _owed(db: AsyncConnection, period: Period, line: str) -> list[Figure]:
    """Call-backs made of those due, cases opened of the tickets filed: each of the period's own."""
    b, k, c = t.callbacks.c, t.tickets.c, t.cases.c
    done = sa.func.coalesce(sa.func.sum(sa.case((b.state == "done", 1), else_=0)), 0)
    due = sa.select(done, sa.func.count()).where(b.made_at >= period.since, b.made_at < period.until)
    made = sa.func.coalesce(sa.func.sum(sa.case((c.number != "", 1), else_=0)), 0)
    filed = sa.select(made, sa.func.count(k.ticket_id)).select_from(t.tickets.outerjoin(t.cases, c.stream == k.key))
    filed = filed.where(k.filed_at >= period.since, k.filed_at < period.until)
    if line:
        due, filed = due.where(b.line == line), filed.where(k.line == line)
    if period.queue:
        due, filed = (
            one.where(sa.exists().where(_c.call_id == of, _c.queue == period.queue))
            for one, of in ((due, b.call_id), (filed, k.call_id))
        )
    back, opened = (await db.execute(due)).one(), (await db.execute(filed)).one()
    return [
        _figure("callback_rate", back[0], back[1], "call-backs done / call-backs due"),
        _figure("filing_rate", opened[0], opened[1], "cases opened / tickets filed"),
    ]


def blind(db: sa.Connection, period: Period) -> list[tuple[datetime, datetime | None, str]]:
    """Intervals that touch the period in which Asterisk's record was lost, and why."""
    i = t.blind_intervals.c
    touching = sa.and_(i.began_at < period.until, sa.or_(i.ended_at.is_(None), i.ended_at > period.since))
    wanted = sa.select(i.began_at, i.ended_at, i.reason).where(i.source == "book", touching).order_by(i.began_at)
    return [(began, ended, reason) for began, ended, reason in db.execute(wanted)]


def _seats(times: SeatTimes, so_far: Sequence[Figure], wrapped: float) -> list[Figure]:
    """Wrap-up, handling time (of the asked calls alone), occupancy 占线率 (of the time free for calls), utilisation 工时利用率 (of all time logged in)."""
    wrap = _figure("wrap_up_seconds_mean", times.wrap_up, times.wrap_ups, "sum of wrap-up seconds / wrap-ups")
    talk = next(figure for figure in so_far if figure.name == "talk_seconds_mean")
    handled = talk.numerator + wrapped
    return [
        wrap,
        _figure("handle_seconds_mean", handled, talk.denominator, "sum of talk and wrap-up seconds / answered"),
        _figure("occupancy", times.busy, times.busy + times.ready, "busy seconds / busy and ready seconds"),
        _figure("utilisation", times.busy, times.logged_in, "busy seconds / logged-in seconds"),
    ]


def _ratio(name: str, a: str, b: str, counts: Mapping[str, int]) -> Figure:
    return _figure(name, counts[a], counts[b], f"{a} / {b}")


def _mean(name: str, total: float, of: str, counts: Mapping[str, int]) -> Figure:
    return _figure(name, total, counts[of], f"sum of {name.removesuffix('_mean')} / {of}")


def _figure(name: str, numerator: float, denominator: float, of: str) -> Figure:
    numerator, denominator = round(numerator, 3), round(denominator, 3)
    return Figure(name, round(numerator / denominator, 6) if denominator else None, numerator, denominator, of)
