"""When an alarm begins and ends, and what stands. Pure; kept by ``alarm_service.py``.

Once a second the rules (``rule.py``) judge the house, and ``Alarms.step`` compares that with what stands: a fault
that has lasted its rule's time raises one alarm, one that has been away for its rule's time clears it. What cannot
be judged now (the telephone while the board is blind) stays as it is. What happens in one moment (a recording that
failed) is ``once``: raised and over, and shown until somebody has seen it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from ledger.alarms import AlarmRow

from .rule import Incident, Key, Rule, Wrong, judge
from .rules import Reading

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Restored:
    dropped: Sequence[int]
    """Raised here, not in the ledger, and the same as one that stands there: need not be written."""
    changed: Sequence[AlarmRow]
    """To be written as they are now."""


class Alarms:
    """What stands and what was not acknowledged yet. Every change is a whole row, to be shown and kept."""

    def __init__(self, rules: Sequence[Rule[Reading, Any]]) -> None:
        self._rules = rules
        self._lasts = {rule.id: timedelta(seconds=rule.lasts) for rule in rules}
        self._over = {rule.id: timedelta(seconds=rule.over) for rule in rules}
        self.rows: dict[int, AlarmRow] = {}
        self._standing: dict[Key, int] = {}
        self._since: dict[Key, datetime] = {}
        self._away: dict[Key, datetime] = {}
        self._last = 0

    def restore(self, rows: Sequence[AlarmRow], now: datetime) -> Restored:
        """What the ledger says is open; once.

        One fault may have several rows: raised here again while the ledger could not say that it stands, or by a daemon
        that began without its ledger. The eldest stands, acknowledged when any of them was; the others are over, or
        nobody could ever clear them.
        """
        kept = {row.id for row in rows}
        for row in rows:
            self.rows.setdefault(row.id, row)  # raised here and written since: what is here is newer
            self._last = max(self._last, row.id)
        same: dict[Key, list[AlarmRow]] = {}
        for row in sorted(self.rows.values(), key=lambda row: row.id):
            if row.cleared_at is None:
                same.setdefault((row.kind, row.subject), []).append(row)
        unwritten: list[int] = []
        changed: list[AlarmRow] = []
        for key, (first, *again) in same.items():
            self._standing[key] = first.id
            seen = next((one for one in again if one.acknowledged_at is not None), None)
            if seen is not None and first.acknowledged_at is None:
                changed.append(
                    self._put(
                        replace(
                            first,
                            acknowledged_at=seen.acknowledged_at,
                            acknowledged_by=seen.acknowledged_by,
                            note=seen.note,
                        )
                    )
                )
            for one in again:
                del self.rows[one.id]
                if one.id in kept:
                    changed.append(replace(one, cleared_at=now, acknowledged_at=one.acknowledged_at or now))
                else:
                    unwritten.append(one.id)
        return Restored(unwritten, changed)

    def step(self, reading: Reading, now: datetime) -> list[AlarmRow]:
        """The rows that changed."""
        told = judge(self._rules, reading)
        changed: list[AlarmRow] = []
        for key, fault in told.found.items():
            self._away.pop(key, None)
            if key in self._standing:
                continue
            since = self._since.setdefault(key, now)
            if now - since >= self._lasts[key[0]]:
                changed.append(self._raise(key, fault, now))
        for key in [key for key in self._since if key not in told.found and told.knows(key)]:
            del self._since[key]
        for key in [key for key in self._standing if key not in told.found and told.knows(key)]:
            since = self._away.setdefault(key, now)
            if now - since >= self._over.get(key[0], timedelta()):
                del self._away[key]
                changed.append(self._put(replace(self.rows[self._standing.pop(key)], cleared_at=now)))
        return changed

    def once(self, incident: Incident[F], subject: str, what: F, now: datetime, call: str = "") -> AlarmRow:
        """It happened and is over; somebody must see it."""
        text = incident.text(what)
        return self._put(
            AlarmRow(self._next(now), now, incident.id, incident.severity, subject, text, call, cleared_at=now)
        )

    def unseen(self, incident: Incident[Any], subject: str) -> bool:
        """It was told, and nobody has acknowledged it yet."""
        return any(
            row.kind == incident.id and row.subject == subject and not row.acknowledged_by for row in self.rows.values()
        )

    def acknowledge(self, ident: int, by: str, note: str, now: datetime) -> AlarmRow | None:
        """None: no such alarm is open. Acknowledged before: it stays as it was."""
        row = self.rows.get(ident)
        if row is None or row.acknowledged_at is not None:
            return row
        return self._put(replace(row, acknowledged_by=by, acknowledged_at=now, note=note))

    def forget(self, ident: int) -> None:
        """It is over and seen: only the ledger knows of it from now on."""
        self.rows.pop(ident, None)

    def _raise(self, key: Key, fault: Wrong, now: datetime) -> AlarmRow:
        del self._since[key]
        row = AlarmRow(self._next(now), now, key[0], fault.severity, key[1], fault.detail)
        self._standing[key] = row.id
        return self._put(row)

    def _next(self, now: datetime) -> int:
        """Milliseconds, so that no ledger need be asked for a number; never the same twice."""
        self._last = max(self._last + 1, int(now.timestamp() * 1000))
        return self._last

    def _put(self, row: AlarmRow) -> AlarmRow:
        self.rows[row.id] = row
        return row


def settled(row: AlarmRow) -> bool:
    return row.cleared_at is not None and row.acknowledged_at is not None
