"""A citizen's question by case number and query code, and the count of wrong tries.

A try is written down before anything is compared, in the same transaction: many at once are counted as many. Number
unknown and code wrong get the same answer.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from . import numbers
from .contract import ProgressOut, StepOut
from .database import Database
from .states import CHINESE, STEP_OF, EventKind, State, Step
from .tables import case_events, cases, inquiry_tries
from .try_limits import KEPT_SECONDS, LIMITS, Scope, Wait, refusal

_C, _E, _T = cases.c, case_events.c, inquiry_tries.c


@dataclass(frozen=True, slots=True)
class Mistyped:
    """No case can have this number: nothing was looked at and nothing counted."""


@dataclass(frozen=True, slots=True)
class NoSuchCase:
    """Number and code do not belong together."""


class Inquiries:
    """:param secret: what callers are hashed with, so that the table names nobody."""

    def __init__(self, database: Database, secret: str, clock: Callable[[], float]) -> None:
        """``clock``: seconds since 1970."""
        self._db, self._secret, self._clock = database, secret.encode(), clock

    async def ask(self, number: str, code: str, caller: str) -> ProgressOut | Mistyped | NoSuchCase | Wait:
        """Raises ``Away``."""
        typed = numbers.typed_number(number)
        if typed is None:
            return Mistyped()
        who = hmac.new(self._secret, caller.encode(), hashlib.sha256).hexdigest()
        return await self._db.write(lambda db: _ask(db, typed, numbers.typed_code(code), who, self._clock()))


def _ask(db: sa.Connection, number: str, code: str, caller: str, now: float) -> ProgressOut | NoSuchCase | Wait:
    db.execute(sa.delete(inquiry_tries).where(_T.at <= now - KEPT_SECONDS))
    if (wait := refusal(_wrong(db, number, caller), now)) is not None:
        return wait
    row = db.execute(sa.select(cases).where(_C.number == number)).one_or_none()
    right = secrets.compare_digest((row.query_code if row is not None else "").encode(), code.encode())
    found = row is not None and right
    db.execute(sa.insert(inquiry_tries).values(at=now, number=number, caller=caller, wrong=not found))
    if row is None or not found:
        return NoSuchCase()
    moved = db.execute(
        sa.select(_E.state, _E.at).where(_E.number == number, _E.kind == EventKind.MOVED).order_by(_E.turn)
    ).all()
    reached = [(State(one.state), datetime.fromisoformat(one.at)) for one in moved]
    state = reached[-1][0]
    changed = db.execute(sa.select(sa.func.max(_E.at)).where(_E.number == number)).scalar_one()
    return ProgressOut(
        number=number, state=state, step=STEP_OF[state], word=CHINESE[STEP_OF[state]],
        accepted_at=datetime.fromisoformat(row.accepted_at), changed_at=datetime.fromisoformat(changed),
        steps=steps_of(reached),
    )  # fmt: skip


def steps_of(reached: Sequence[tuple[State, datetime]]) -> list[StepOut]:
    """All seven, each with the moment it, or one behind it, was first reached: a unit that needs no worker skips none."""
    order = {step: place for place, step in enumerate(Step)}
    found: list[StepOut] = []
    for step in Step:
        at = next((when for state, when in reached
                   if STEP_OF[state] is step or (state is not State.VOIDED and order[STEP_OF[state]] > order[step])), None)  # fmt: skip
        found.append(StepOut(step=step, word=CHINESE[step], at=at))
    return found


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
