"""Holds: rows that forbid a deletion. Placing and lifting one is a person's act: whoever asks writes its audit row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cti.events import Direction
from cti.ids import CallId
from cti.numbers import ANYWHERE, Numbers
from recordings.holds import Hold, Subject

from . import tables as t
from .chunks import chunks
from .store import Store

_H = t.holds.c


class HoldBook:
    def __init__(self, store: Store, numbers: Numbers = ANYWHERE) -> None:
        self._store, self._numbers = store, numbers

    async def place(
        self, kind: Subject, subject: str, *, by: str, why: str, since: datetime, until: datetime | None = None
    ) -> Hold:
        """Raises ``ValueError`` for an empty subject, actor or reason, or an end before its beginning."""
        named = {"subject": subject, "by": by, "why": why}
        for name, value in named.items():
            if not value.strip():
                raise ValueError(f"a hold needs its {name}")
        if until is not None and until <= since:
            raise ValueError("a hold ends after it began")
        values = {"kind": kind.value, **named, "since": since, "until": until}
        ident = await self._store.transact(lambda db: int(db.execute(_placed(values)).scalar_one()), lasting=True)
        return Hold(ident, kind, subject, by, why, since, until)

    async def lift(self, ident: int, *, by: str, at: datetime) -> bool:
        """False: it does not stand at this moment."""
        lifted = sa.update(t.holds).where(_H.hold_id == ident, _standing(at)).values(until=at, lifted_by=by)
        return await self._store.transact(lambda db: bool(db.execute(lifted).rowcount), lasting=True)

    async def standing(self, now: datetime) -> Sequence[Hold]:
        """Oldest first."""
        async with self._store.reading() as db:
            rows = await db.execute(sa.select(t.holds).where(_standing(now)).order_by(_H.since, _H.hold_id))
            return [_hold(row) for row in rows]

    async def over(self, call: CallId, now: datetime) -> Sequence[Hold]:
        """Those that hold this call's recordings now: by its name, its cases, its citizen's number."""
        held = await self._store.look(lambda db: over_calls(db, [call], now, self._numbers))
        return held.get(call, [])

    async def get(self, ident: int) -> Hold | None:
        async with self._store.reading() as db:
            row = (await db.execute(sa.select(t.holds).where(_H.hold_id == ident))).first()
        return None if row is None else _hold(row)


def over_calls(db: sa.Connection, calls: Collection[str], now: datetime, numbers: Numbers) -> Mapping[str, list[Hold]]:
    """Call → what holds its recordings now, the oldest first; calls that nothing holds are not there.

    A call that went on in another one is held with it: its caller is heard in both.
    """
    standing = [
        _hold(row) for row in db.execute(sa.select(t.holds).where(_standing(now)).order_by(_H.since, _H.hold_id))
    ]
    if not standing:
        return {}
    c, k = t.calls.c, t.cases.c
    found: dict[str, list[Hold]] = {}
    for ids in chunks(calls):
        wanted = sa.select(c.call_id, c.merged_into, c.caller, c.origin, c.dialled, c.direction).where(
            c.call_id.in_(ids)
        )
        theirs = db.execute(wanted).all()
        known = [*ids, *(row.merged_into for row in theirs if row.merged_into)]
        filed: dict[str, set[str]] = {}
        for some in chunks(known):
            for row in db.execute(sa.select(k.call_id, k.number).where(k.call_id.in_(some), k.number != "")):
                filed.setdefault(row.call_id, set()).add(row.number)
        by_call = {row.call_id: row for row in theirs}
        for call in ids:
            its = by_call.get(call)
            names = {call} | ({its.merged_into} if its is not None and its.merged_into else set())
            cases = set().union(*(filed.get(name, set()) for name in names))
            people = _people(its, numbers)
            if holds := [one for one in standing if _holds(one, names, cases, people, numbers)]:
                found[call] = holds
    return found


def _holds(hold: Hold, calls: set[str], cases: set[str], people: set[str], numbers: Numbers) -> bool:
    match hold.kind:
        case Subject.CALL:
            return hold.subject in calls
        case Subject.CASE:
            return hold.subject in cases
    return bool(people) and numbers.read(hold.subject).national in people


def _people(row: Any, numbers: Numbers) -> set[str]:
    """The citizen by number: who called, whom a partner named, whom we dialled."""
    if row is None:
        return set()
    theirs = [row.caller, row.origin] + [row.dialled] * (row.direction == Direction.OUTBOUND)
    return {number.national for number in map(numbers.read, theirs) if number.somebody}


def _placed(values: dict[str, Any]) -> sa.Executable:
    return sa.insert(t.holds).values(values).returning(_H.hold_id)


def _standing(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(_H.since <= now, sa.or_(_H.until.is_(None), _H.until > now))


def _hold(row: Any) -> Hold:
    return Hold(row.hold_id, Subject(row.kind), row.subject, row.by, row.why, row.since, row.until, row.lifted_by)
