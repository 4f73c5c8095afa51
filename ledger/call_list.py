"""Which calls a page of the list of past calls holds: their ids, newest first. Reads only; asked by ``history.py``.

Each filter has a walk of its own down an index that ends when the page is full, so that a page costs what it shows
and not what the ledger holds. Two ways to the same call (caller or origin; first seat or a later one) are two walks
whose newest are put together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from cti.numbers import home
from recordings.states import State

from . import tables as t

OUTCOME_PENDING = "pending"
"""As a wanted outcome: closed inbound calls that have none yet."""
RARE = 8_000
"""So few calls with an outcome are all looked up and sorted; of a more frequent one a page is soon found by walking."""
SKEW = timedelta(hours=1)
"""An outcome is written after its call arrived, by a clock that may differ from Asterisk's."""

SOUNDLESS = (State.FAILED, State.DROPPED)
_C, _O, _K = t.calls.c, t.outcomes.c, t.talks.c
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which calls: '' and None ask for nothing; ``since`` <= arrived < ``until``."""

    since: datetime | None = None
    until: datetime | None = None
    line: str = ""
    seat: str = ""
    """Any seat that talked in the call."""
    caller: str = ""
    """The caller's number, or the citizen's own when a partner handed over; in whatever way it is written."""
    outcome: str = ""
    after: str = ""
    """The ``CallId`` the page before ended with."""
    most: int = 100
    outgoing: bool = False
    """``caller`` is sought among those whom we called, too."""
    case: str = ""
    """The number of a case that came of the call."""
    recorded: bool = False
    """Only calls of which some sound is, or will be, there to be heard."""


async def page(db: AsyncConnection, wanted: Filter, most: int) -> Sequence[str]:
    """At most ``most`` ids; none when ``wanted.after`` is no call of the ledger."""
    asked = _plain(wanted)
    if wanted.after:
        at = await db.scalar(sa.select(_C.arrived_at).where(_C.call_id == wanted.after))
        if at is None:
            return []
        asked.append(_before(at, wanted.after))
    walks = _walks(wanted)
    if wanted.outcome == OUTCOME_PENDING:
        asked += _pending()
    elif wanted.outcome:
        asked += await _outcome(db, wanted, walking=len(walks) > 1 or bool(wanted.line))
    if not walks:
        return []
    parts = [_newest(source, [*asked, *more], most) for source, more in walks]
    if len(parts) == 1:
        return [row.call_id for row in await db.execute(parts[0])]
    every = sa.union(*(sa.select(part.subquery()) for part in parts)).subquery()
    ordered = sa.select(every.c.call_id).order_by(every.c.arrived_at.desc(), every.c.call_id.desc()).limit(most)
    return list((await db.execute(ordered)).scalars())


def _plain(wanted: Filter) -> list[Condition]:
    asked: list[Condition] = []
    if wanted.since is not None:
        asked.append(_C.arrived_at >= wanted.since)
    if wanted.until is not None:
        asked.append(_C.arrived_at < wanted.until)
    if wanted.line:
        asked.append(_C.line == wanted.line)
    return [*asked, *_kept(wanted)]


def _kept(wanted: Filter) -> list[Condition]:
    asked: list[Condition] = []
    if wanted.case:
        k = t.cases.c
        asked.append(_C.call_id.in_(sa.select(k.call_id).where(k.number == wanted.case, k.call_id != "")))
    if wanted.recorded:
        r = t.recordings.c
        asked.append(_ended(r.call_id == _C.call_id, r.state.not_in([str(state) for state in SOUNDLESS])))
    return asked


def of_a_talk(wanted: Filter) -> list[Condition]:
    """What ``wanted`` asks of the calls an agent talked in, for a walk down the agent's talks: by when those began."""
    asked = _kept(wanted)
    if wanted.since is not None:
        asked.append(_K.began_at >= wanted.since)
    if wanted.until is not None:
        asked.append(_K.began_at < wanted.until)
    if wanted.line:
        asked.append(_C.line == wanted.line)
    if wanted.outcome == OUTCOME_PENDING:
        asked += _pending()
    elif wanted.outcome:
        asked.append(_ended(_O.call_id == _C.call_id, _O.outcome == wanted.outcome))
    if wanted.caller:
        number = home().read(wanted.caller).national
        theirs = sa.or_(_C.caller_national == number, _C.origin_national == number, _dialled(number))
        asked += [theirs, ~secret(_C.call_id)] if number else [sa.false()]
    return asked


def _pending() -> list[Condition]:
    """The mark finds them, and the outcome that stands beside it after all says no."""
    return [t.is_pending, ~_ended(_O.call_id == _C.call_id), _C.state == "closed"]


def _dialled(number: str) -> Condition:
    return sa.and_(t.went_out, _C.dialled == number)


def _walks(wanted: Filter) -> list[tuple[sa.FromClause, list[Condition]]]:
    """What each walk begins at. A caller's calls are few beside a seat's: with both, they are walked."""
    seat = wanted.seat
    if wanted.caller:
        sat: list[Condition] = []
        if seat:
            sat = [sa.or_(_C.seat == seat, sa.exists().where(_K.call_id == _C.call_id, _K.seat == seat))]
        found = [*sat, ~nobodys(_C.call_id)]
        number = home().read(wanted.caller).national
        if not number:  # nobody's: all who withheld theirs are no one caller
            return []
        ways: list[Condition] = [_C.caller_national == number, _C.origin_national == number]
        if wanted.outgoing:
            ways.append(_dialled(number))
        return [(t.calls, [way, *found]) for way in ways]
    if seat:
        later = t.talks.join(t.calls, _C.call_id == _K.call_id)
        return [(t.calls, [_C.seat == seat]), (later, [_K.seat == seat, t.talked_later, _C.seat != seat])]
    return [(t.calls, [])]


def nobodys(call: sa.ColumnElement[str]) -> Condition:
    """A call of somebody who stays anonymous: it is found by no number."""
    return sa.exists().where(t.tickets.c.call_id == call, t.tickets.c.anonymous)


def secret(call: sa.ColumnElement[str]) -> Condition:
    """The same of somebody who asked for confidence, too: an agent's own list does not show their number."""
    return sa.exists().where(t.tickets.c.call_id == call, sa.or_(t.tickets.c.anonymous, t.tickets.c.confidential))


async def _outcome(db: AsyncConnection, wanted: Filter, *, walking: bool) -> list[Condition]:
    """``walking``: the calls come from a walk anyway, and each is asked for its outcome."""
    mine = _O.outcome == wanted.outcome
    each = _ended(_O.call_id == _C.call_id, mine)
    if walking:
        return [each]
    some = sa.select(sa.literal(1)).where(mine).limit(RARE).subquery()
    if (await db.scalar(sa.select(sa.func.count()).select_from(some)) or 0) < RARE:
        return [_C.call_id.in_(sa.select(_O.call_id).where(mine))]
    newest: datetime | None = await db.scalar(sa.select(sa.func.max(_O.at)).where(mine))
    return [each] if newest is None else [each, _C.arrived_at <= newest + SKEW]


def _ended(*of: Condition) -> sa.Exists:
    return sa.exists().where(*of)


def _newest(source: sa.FromClause, asked: Sequence[Condition], most: int) -> sa.Select[Any]:
    wanted = sa.select(_C.call_id, _C.arrived_at).select_from(source).where(*asked)
    return wanted.order_by(_C.arrived_at.desc(), _C.call_id.desc()).limit(most)


def _before(at: datetime, call: str) -> Condition:
    return sa.and_(_C.arrived_at <= at, sa.or_(_C.arrived_at < at, _C.call_id < call))
