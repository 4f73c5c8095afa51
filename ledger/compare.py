"""The witnesses held against one another: rules over what each of them says. Pure.

Called by ``hotline/books/witness_comparison.py`` each few seconds for what is new, and at the start. The wire
saw calls end (``seen.Seen``), the book has calls open, the ledger has legs; what does not agree
after ``PATIENCE`` is a difference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field

from cti.call import Call
from cti.ids import CallId, Instant, LegId

from .ami_only_calls import SeenCall

PATIENCE = 60.0
"""Seconds the book may be behind the wire: Asterisk writes each row in the moment it happens."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger has of some legs: leg → its call, and which calls are closed there with a talk."""

    legs: Mapping[LegId, CallId] = field(default_factory=dict)
    talked: Set[CallId] = frozenset()
    accounted: Set[CallId] = frozenset()
    """Calls whose difference was noted before: they were written from the wire."""
    numberless: Set[CallId] = frozenset()
    """Calls whose citizen's number the ledger does not have."""
    lineless: Set[CallId] = frozenset()


def unbooked(seen: Iterable[SeenCall], known: Known) -> list[SeenCall]:
    """Calls that the wire saw end and the ledger has not, or has only in part.

    One whose beginning the wire heard is missing when its first leg is, or when somebody talked in it and the
    ledger says nobody did; one found by a snapshot only when none of its legs is known: its name may be another there.
    """
    return [call for call in seen if not _has(call, known)]


def _has(seen: SeenCall, known: Known) -> bool:
    call = seen.record.call
    if call in known.accounted or seen.record.merged_into:
        return True
    if not seen.whole:
        return any(leg in known.legs for leg in seen.legs)
    if LegId(call) not in known.legs:
        return False
    theirs = known.legs[LegId(call)]
    if (seen.citizen and theirs in known.numberless) or (seen.record.line and theirs in known.lineless):
        return False  # the row that said whose call it is is lost: a disk was full
    return not seen.talked() or theirs in known.talked


@dataclass(slots=True)
class Stale:
    """Calls open in the book that the wire does not list, each since when that is so."""

    since: dict[CallId, float] = field(default_factory=dict)

    def look(self, open_: Mapping[CallId, Call], listed: Collection[LegId], now: float) -> list[CallId]:
        """Those that have been so for ``PATIENCE``. Ask only while the board is live and the book is read to its end."""
        gone = {call for call, one in open_.items() if not any(leg in listed for leg in one.legs)}
        self.since = {call: self.since.get(call, now) for call in gone}
        return [call for call, since in self.since.items() if now - since >= PATIENCE]


def end_of(call: Call, seen: SeenCall | None, now: Instant) -> Instant:
    """When a call was over whose end is not written: as the wire saw it, else now; never before it began."""
    last = max([call.arrived, *(leg.up or leg.born for leg in call.legs.values())])
    return max(seen.ended if seen is not None and seen.ended else now, last)
