"""A citizen's question by case number and query code, and the count of wrong tries.

A try is written down before anything is compared, in the same transaction: many at once are counted as many. Number
unknown and code wrong get the same answer.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from accounts.query_code_limits import KEPT_SECONDS, LIMITS, Scope, Wait, refusal
from config.work_time import WorkTime

from . import clock_effects, numbers
from .command_runner import DUE
from .contract import ProgressOut
from .database import Database
from .progress_steps import MOVED, changes_of, promised_by, steps_of
from .states import CHINESE, STEP_OF, Command, EventKind, State
from .tables import case_events, cases, inquiry_tries

_C, _E, _T = cases.c, case_events.c, inquiry_tries.c


@dataclass(frozen=True, slots=True)
class Mistyped:
    """No case can have this number: nothing was looked at and nothing counted."""


@dataclass(frozen=True, slots=True)
class NoSuchCase:
    """Number and code do not belong together."""


@dataclass(frozen=True, slots=True)
class _Found:
    """Of the right case; said in words later, in the language of whoever asks, which a thread does not know."""

    case: sa.Row[Any]
    reached: Sequence[tuple[State, datetime]]
    changed_at: datetime
    moved: Sequence[tuple[Command, datetime, datetime]]
    """What moved the day by which a unit is to be done, when, and to which."""


class Inquiries:
    """:param secret: what callers are hashed with, so that the table names nobody; ``work``: the units' working time."""

    def __init__(self, database: Database, secret: str, clock: Callable[[], float], work: WorkTime) -> None:
        """``clock``: seconds since 1970."""
        self._db, self._secret, self._clock, self._work = database, secret.encode(), clock, work

    async def ask(self, number: str, code: str, caller: str) -> ProgressOut | Mistyped | NoSuchCase | Wait:
        """Raises ``Away``."""
        typed = numbers.typed_number(number)
        if typed is None:
            return Mistyped()
        who = hmac.new(self._secret, caller.encode(), hashlib.sha256).hexdigest()
        found = await self._db.write(lambda db: _ask(db, typed, numbers.typed_code(code), who, self._clock()))
        return _told(found, self._work) if isinstance(found, _Found) else found


def _ask(db: sa.Connection, number: str, code: str, caller: str, now: float) -> _Found | NoSuchCase | Wait:
    db.execute(sa.delete(inquiry_tries).where(_T.at <= now - KEPT_SECONDS))
    if (wait := refusal(_wrong(db, number, caller), now)) is not None:
        return wait
    row = db.execute(sa.select(cases).where(_C.number == number)).one_or_none()
    right = secrets.compare_digest((row.query_code if row is not None else "").encode(), code.encode())
    found = row is not None and right
    db.execute(sa.insert(inquiry_tries).values(at=now, number=number, caller=caller, wrong=not found))
    if row is None or not found:
        return NoSuchCase()
    history = db.execute(
        sa.select(_E.kind, _E.state, _E.at, _E.command, _E.body).where(_E.number == number).order_by(_E.turn)
    ).all()
    reached = [(State(one.state), datetime.fromisoformat(one.at)) for one in history if one.kind == EventKind.MOVED]
    moved = _moved(history)
    if row.state == State.MERGED:  # it is done when its parent is: by that one's days
        above = sa.select(_E.at, _E.command, _E.body).where(_E.number == row.parent, _E.command.in_(list(MOVED)))
        moved = sorted([*moved, *_moved(db.execute(above.order_by(_E.turn)).all())], key=lambda one: one[1])
    return _Found(row, reached, max(datetime.fromisoformat(one.at) for one in history), moved)


def _moved(history: Sequence[Any]) -> list[tuple[Command, datetime, datetime]]:
    return [
        (Command(one.command), datetime.fromisoformat(one.at), datetime.fromisoformat(due))
        for one in history
        if one.command in MOVED and (due := json.loads(one.body or "{}").get(DUE))
    ]


def _told(found: _Found, work: WorkTime) -> ProgressOut:
    case, state = found.case, found.reached[-1][0]  # of a merged case: its parent's
    by_calendar = clock_effects.load(case.clock).by_calendar(State.DISPATCHED)  # the unit's clock, whatever runs now
    promised, provisional = promised_by(json.loads(case.ticket))
    return ProgressOut(
        number=case.number, state=state, step=STEP_OF[state], word=CHINESE[STEP_OF[state]],
        accepted_at=datetime.fromisoformat(case.accepted_at), changed_at=found.changed_at,
        steps=steps_of(found.reached), promised_by=promised, provisional=provisional,
        changes=changes_of(found.moved, lambda due: by_calendar and work.provisional(due)),
    )  # fmt: skip


def _wrong(db: sa.Connection, number: str, caller: str) -> dict[Scope, list[float]]:
    """The newest wrong tries of each scope, as many as its limits ask for."""
    where = {Scope.NUMBER: _T.number == number, Scope.CALLER: _T.caller == caller, Scope.ALL: sa.true()}
    most = {scope: max(limit.tries for limit in LIMITS if limit.scope is scope) for scope in where}
    return {
        scope: list(db.execute(
            sa.select(_T.at).where(_T.wrong, mine).order_by(_T.at.desc()).limit(most[scope])
        ).scalars())
        for scope, mine in where.items()
    }  # fmt: skip
