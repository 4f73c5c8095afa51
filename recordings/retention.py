"""How long a recording is kept, and when it has to be lost.

Pure. No binding national number exists for hotline audio; the months are the operator's
(``[retention] recordings_months`` and its like). A hold outranks every term. Losing a recording is that its key is dropped
(``vault.Keys.shred``), not only the removal of a file. The ledger's half is ``ledger/recording_terms.py``.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from config.sections.records import Retention


class Kind(StrEnum):
    CITIZEN = "citizen"  # a caller talked to a seat, or left a message
    PENALTY = "penalty"  # belongs to a matter of enforcement or litigation: counts from its case's end
    UNANSWERED = "unanswered"  # abandoned in notice or queue
    NUISANCE = "nuisance"


SETTLED = timedelta(days=28)
"""So long after a call its ticket, outcome and what was decided about its caller are not settled: nothing is decided of its
recording. Shorter than a month, the shortest term."""
LEAST_MONTHS = 6
"""What is kept for less is warned of: 网络安全法 art. 21 wants records of a network that long, telecom operators keep as much, and a
complaint about a call may come that late."""
OPEN = "open"


@dataclass(frozen=True, slots=True)
class Terms:
    """Months of the calendar, per kind; 0: for ever."""

    citizen: int = 24
    penalty: int = 24
    unanswered: int = 6
    nuisance: int = 6

    def months(self, kind: Kind) -> int:
        return int(getattr(self, kind.value))

    def rule(self, kind: Kind) -> str:
        """By what a recording's term was decided: ``citizen:24``."""
        return f"{kind.value}:{self.months(kind)}"

    def rules(self) -> tuple[str, ...]:
        return tuple(self.rule(kind) for kind in Kind)


WAITS = f"{Kind.PENALTY.value}:{OPEN}"
"""The rule of one whose case goes on: nobody can say yet."""


def terms_of(kept: Retention) -> Terms:
    return Terms(
        kept.recordings_months, kept.recordings_penalty_months, kept.recordings_unanswered_months,
        kept.recordings_nuisance_months,
    )  # fmt: skip


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
    """The first moment it may be lost; None while nobody can say (hold, open penalty case), and for ever."""
    if kept.held or not terms.months(kept.kind):
        return None
    if kept.kind is Kind.PENALTY:
        if kept.case_ended is None:
            return None
        return _months_later(max(kept.started, kept.case_ended), terms.penalty)
    return _months_later(kept.started, terms.months(kept.kind))


def rule_of(kept: Kept, terms: Terms) -> str:
    """Noted beside the moment; other terms in the settings are another rule, and it is decided anew."""
    if kept.kind is Kind.PENALTY and kept.case_ended is None and terms.penalty:
        return WAITS
    return terms.rule(kept.kind)


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
