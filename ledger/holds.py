"""Holds: rows that forbid a deletion. Placing and lifting one is a person's act: whoever asks writes its audit row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cti.events import Direction
from cti.ids import CallId
from cti.numbers import ANYWHERE, Numbers
from recordings.holds import Hold, Subject

from . import tables as t
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
        c, k = t.calls.c, t.cases.c
        theirs = sa.select(c.caller, c.origin, c.dialled, c.direction).where(c.call_id == call)
        filed = sa.select(k.number).where(k.call_id == call)
        async with self._store.reading() as db:
            row = (await db.execute(theirs)).first()
            cases = [case for case in (await db.execute(filed)).scalars() if case]
            subjects = [sa.and_(_H.kind == Subject.CALL, _H.subject == call)]
            if cases:
                subjects.append(sa.and_(_H.kind == Subject.CASE, _H.subject.in_(cases)))
            if people := self._people(row):
                subjects.append(_H.kind == Subject.NUMBER)
            found = await db.execute(sa.select(t.holds).where(_standing(now), sa.or_(*subjects)).order_by(_H.since))
            holds = [_hold(one) for one in found]
        return [
            one for one in holds
            if one.kind is not Subject.NUMBER or self._numbers.read(one.subject).national in people
        ]  # fmt: skip

    def _people(self, row: Any) -> set[str]:
        """The citizen by number: who called, whom a partner named, whom we dialled."""
        if row is None:
            return set()
        theirs = [row.caller, row.origin] + [row.dialled] * (row.direction == Direction.OUTBOUND)
        return {number.national for number in map(self._numbers.read, theirs) if number.somebody}


def _placed(values: dict[str, Any]) -> sa.Executable:
    return sa.insert(t.holds).values(values).returning(_H.hold_id)


def _standing(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(_H.since <= now, sa.or_(_H.until.is_(None), _H.until > now))


def _hold(row: Any) -> Hold:
    return Hold(row.hold_id, Subject(row.kind), row.subject, row.by, row.why, row.since, row.until, row.lifted_by)
