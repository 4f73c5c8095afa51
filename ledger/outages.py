"""When trunks did not answer, and which lines had callers by them: windows made of the log of the equipment. Reads only.

A trunk belongs to no line by the settings; a line's trunks are those that brought it calls lately. A window begins when
a trunk was first found not to answer and ends when it answered again, whatever daemon noted it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from cti.equipment_events import Reach
from cti.events import Direction

from . import tables as t

LATELY = timedelta(days=30)
"""So long before the end of a period a trunk's calls say whose trunk it is."""
_C, _R = t.calls.c, t.endpoint_reach.c


@dataclass(frozen=True, slots=True)
class Outage:
    trunk: str
    began: datetime
    ended: datetime | None
    """None: it does not answer yet."""
    lines: tuple[str, ...]
    """Those of the asked ones that had calls by this trunk lately; none: nobody knows whose it is."""

    def of(self, line: str) -> bool:
        """Whether callers of this line may have been kept out; '' all lines."""
        return not line or not self.lines or line in self.lines


def outages(
    db: sa.Connection, since: datetime, until: datetime, trunks: Iterable[str], lines: Sequence[str]
) -> list[Outage]:
    """Of these trunks, what touches the period; the oldest first."""
    found: list[Outage] = []
    for trunk in trunks:
        if silent := _windows(db, trunk, since, until):
            served = tuple(line for line in lines if _serves(db, trunk, line, until))
            found += [Outage(trunk, began, ended, served) for began, ended in silent]
    return sorted(found, key=lambda one: (one.began, one.trunk))


def windows(rows: Iterable[tuple[datetime, str]]) -> list[tuple[datetime, datetime | None]]:
    """Of what was said of one trunk, oldest first; the same said twice changes nothing."""
    found: list[tuple[datetime, datetime | None]] = []
    began: datetime | None = None
    for at, reach in rows:
        if reach == Reach.UNREACHABLE:
            began = began or at
        elif began is not None:
            found.append((began, at))
            began = None
    return found if began is None else [*found, (began, None)]


def _windows(db: sa.Connection, trunk: str, since: datetime, until: datetime) -> list[tuple[datetime, datetime | None]]:
    """From the last time it answered before the period until the first time after it. Of what was said before the period only the
    first silence is read: a trunk that never answers is said so again by every daemon that begins."""
    its = _R.endpoint == trunk
    well = sa.and_(its, _R.reach == Reach.REACHABLE.value)
    first = db.scalar(sa.select(_R.at).where(well, _R.at <= since).order_by(_R.at.desc()).limit(1))
    last = db.scalar(sa.select(_R.at).where(well, _R.at >= until).order_by(_R.at).limit(1))
    silence = sa.select(_R.at, _R.reach).where(its, _R.at <= since).order_by(_R.at).limit(1)
    within = sa.select(_R.at, _R.reach).where(its, _R.at > since).order_by(_R.at)
    if first is not None:
        silence = silence.where(_R.at > first)
    if last is not None:
        within = within.where(_R.at <= last)
    rows = [(row.at, row.reach) for wanted in (silence, within) for row in db.execute(wanted)]
    return [one for one in windows(rows) if one[0] < until and (one[1] is None or one[1] > since)]


def _serves(db: sa.Connection, trunk: str, line: str, until: datetime) -> bool:
    lately = (_C.line == line, _C.arrived_at >= until - LATELY, _C.arrived_at < until)
    brought = sa.select(sa.literal(1)).where(*lately, _C.trunk == trunk, _C.direction == Direction.INBOUND.value)
    return db.execute(brought.limit(1)).first() is not None
