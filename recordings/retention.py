"""How long a recording is kept, and when it has to be lost.

Pure. No binding national number exists for hotline audio; the months are the operator's
(``Terms``), the defaults those of DOMAIN 2.6. A legal hold outranks every term. Losing a
recording is ``vault.shred`` (its key is dropped), not only the removal of a file.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    CITIZEN = "citizen"  # a caller talked to a seat
    PENALTY = "penalty"  # belongs to a penalty or illegal-building case: counts from the case's end
    UNANSWERED = "unanswered"  # abandoned in notice or queue
    NUISANCE = "nuisance"


@dataclass(frozen=True, slots=True)
class Terms:
    """Months of the calendar, per kind."""

    citizen: int = 24
    penalty: int = 24
    unanswered: int = 6
    nuisance: int = 6

    def months(self, kind: Kind) -> int:
        return int(getattr(self, kind.value))


@dataclass(frozen=True, slots=True)
class Kept:
    """What retention has to know of one recording."""

    kind: Kind
    started: datetime
    case_ended: datetime | None = None
    """Of a penalty case; None: still open, or no such case."""
    held: bool = False
    """Somebody with the right to do so forbade its deletion."""


def kind_of(*, talked: bool, nuisance: bool, penalty_case: bool) -> Kind:
    """The strongest reason to keep it decides."""
    if penalty_case:
        return Kind.PENALTY
    if nuisance:
        return Kind.NUISANCE
    return Kind.CITIZEN if talked else Kind.UNANSWERED


def keep_until(kept: Kept, terms: Terms) -> datetime | None:
    """The first moment it may be lost; None while nobody can say (hold, open penalty case)."""
    if kept.held:
        return None
    if kept.kind is Kind.PENALTY:
        if kept.case_ended is None:
            return None
        return _months_later(max(kept.started, kept.case_ended), terms.penalty)
    return _months_later(kept.started, terms.months(kept.kind))


def expired(kept: Kept, terms: Terms, now: datetime) -> bool:
    """Must it be lost by ``now``? Never under a hold, never before its time."""
    until = keep_until(kept, terms)
    return until is not None and now >= until


def _months_later(moment: datetime, months: int) -> datetime:
    """The same day of the month, or its last one: 31 January + 1 month = 28 or 29 February."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
