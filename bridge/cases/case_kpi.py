"""What cases of a period are judged by: counts, each a predicate that also gives its list, and rates that name their denominator. Pure.

Cities divide by different things and call all of it 结案率: by what was to be closed (应结案) or by what was accepted (受理); some leave
suspended cases (缓办) out. A rate here is never without the name of what it divides by. A case that was exempted from the statistic on
appeal keeps its fact (its moments stand): only the statistic counts it as in time, and ``EXEMPTED`` says how many those are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Period:
    """``start`` belongs to it, ``end`` does not."""

    start: datetime
    end: datetime

    def holds(self, moment: datetime | None) -> bool:
        return moment is not None and self.start <= moment < self.end


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """One case; None: it has not happened."""

    accepted_at: datetime
    filed_at: datetime | None = None
    dispatched_at: datetime | None = None
    handled_at: datetime | None = None
    closed_at: datetime | None = None
    handle_by: datetime | None = None
    """As the clock has it, suspensions and extensions in it."""
    suspended: bool = False
    """The clock stood at the period's end."""
    extensions: int = 0
    reworks: int = 0
    appeal: str = ""
    """Against 'overdue': '', 'open', 'granted' or 'dismissed'."""


class Count(StrEnum):
    ACCEPTED = "accepted"  # 受理
    FILED = "filed"  # 立案
    DISPATCHED = "dispatched"  # 派遣
    SHOULD_HANDLE = "should_handle"  # 应处置
    HANDLED = "handled"  # 已处置
    HANDLED_OF_DISPATCHED = "handled_of_dispatched"  # 已处置 of those dispatched in the period
    HANDLED_IN_TIME = "handled_in_time"  # 按期处置
    HANDLED_LATE = "handled_late"  # 超期处置
    PENDING_IN_TIME = "pending_in_time"  # 待处置, 期内
    PENDING_OVERDUE = "pending_overdue"  # 待处置, 超期
    EXTENDED = "extended"  # 延期
    SUSPENDED = "suspended"  # 挂账, 缓办
    REWORKED = "reworked"  # 返工
    SHOULD_CLOSE = "should_close"  # 应结案: due in the period
    SHOULD_CLOSE_CARRIED = "should_close_carried"  # 应结案: due by its end and not closed before it began
    CLOSED = "closed"  # 结案 of those due in the period
    CLOSED_CARRIED = "closed_carried"  # 结案 of those due by its end
    CLOSED_OF_ACCEPTED = "closed_of_accepted"  # 结案 of those accepted in the period
    CLOSED_IN_TIME = "closed_in_time"  # 按期结案
    CLOSED_LATE = "closed_late"  # 超期结案
    SUSPENDED_DUE = "suspended_due"  # 缓办 of those due in the period
    EXEMPTED = "exempted"  # 申诉通过
    DISMISSED = "dismissed"  # 申诉驳回


Belongs = Callable[[CaseFacts, Period], bool]


def _due(case: CaseFacts, when: Period) -> bool:
    return when.holds(case.handle_by)


def _carried(case: CaseFacts, when: Period) -> bool:
    by_its_end = case.handle_by is not None and case.handle_by < when.end
    return by_its_end and not _before(case.closed_at, when.start)


def _before(moment: datetime | None, than: datetime) -> bool:
    return moment is not None and moment < than


def _in_time(done: datetime | None, case: CaseFacts) -> bool:
    return done is not None and case.handle_by is not None and done <= case.handle_by


def _pending(case: CaseFacts, when: Period) -> bool:
    return _before(case.dispatched_at, when.end) and not _before(case.handled_at, when.end) and not case.suspended


def _exempted(case: CaseFacts) -> bool:
    return case.appeal == "granted"


BELONGS: Mapping[Count, Belongs] = {
    Count.ACCEPTED: lambda case, when: when.holds(case.accepted_at),
    Count.FILED: lambda case, when: when.holds(case.accepted_at) and _before(case.filed_at, when.end),
    Count.DISPATCHED: lambda case, when: when.holds(case.dispatched_at),
    Count.SHOULD_HANDLE: lambda case, when: _due(case, when) and case.dispatched_at is not None,
    Count.HANDLED: lambda case, when: when.holds(case.handled_at),
    Count.HANDLED_OF_DISPATCHED: lambda case, when: (
        when.holds(case.dispatched_at) and _before(case.handled_at, when.end)
    ),
    Count.HANDLED_IN_TIME: lambda case, when: when.holds(case.handled_at) and _in_time(case.handled_at, case),
    Count.HANDLED_LATE: lambda case, when: when.holds(case.handled_at) and not _in_time(case.handled_at, case),
    Count.PENDING_IN_TIME: lambda case, when: _pending(case, when) and not _before(case.handle_by, when.end),
    Count.PENDING_OVERDUE: lambda case, when: _pending(case, when) and _before(case.handle_by, when.end),
    Count.EXTENDED: lambda case, when: _due(case, when) and case.extensions > 0,
    Count.SUSPENDED: lambda case, _when: case.suspended,
    Count.REWORKED: lambda case, when: when.holds(case.handled_at) and case.reworks > 0,
    Count.SHOULD_CLOSE: _due,
    Count.SHOULD_CLOSE_CARRIED: _carried,
    Count.CLOSED: lambda case, when: _due(case, when) and _before(case.closed_at, when.end),
    Count.CLOSED_CARRIED: lambda case, when: _carried(case, when) and _before(case.closed_at, when.end),
    Count.CLOSED_OF_ACCEPTED: lambda case, when: when.holds(case.accepted_at) and _before(case.closed_at, when.end),
    Count.CLOSED_IN_TIME: lambda case, when: (
        _due(case, when) and _before(case.closed_at, when.end) and (_in_time(case.closed_at, case) or _exempted(case))
    ),
    Count.CLOSED_LATE: lambda case, when: (
        _due(case, when)
        and _before(case.closed_at, when.end)
        and not _in_time(case.closed_at, case)
        and not _exempted(case)
    ),
    Count.SUSPENDED_DUE: lambda case, when: _due(case, when) and case.suspended,
    Count.EXEMPTED: lambda case, when: _due(case, when) and _exempted(case),
    Count.DISMISSED: lambda case, when: _due(case, when) and case.appeal == "dismissed",
}


def listed(cases: Iterable[CaseFacts], when: Period, count: Count) -> list[CaseFacts]:
    """The cases behind a figure."""
    return [case for case in cases if BELONGS[count](case, when)]


def counted(cases: Iterable[CaseFacts], when: Period) -> dict[Count, int]:
    found = dict.fromkeys(Count, 0)
    for case in cases:
        for count, belongs in BELONGS.items():
            found[count] += belongs(case, when)
    return found


@dataclass(frozen=True, slots=True)
class Rate:
    """``of`` ÷ (``divided_by`` − ``without``)."""

    of: Count
    divided_by: Count
    without: Count | None = None


RATES: Mapping[str, Rate] = {
    "filed_of_accepted": Rate(Count.FILED, Count.ACCEPTED),  # 立案率
    "closed_of_should_close": Rate(Count.CLOSED, Count.SHOULD_CLOSE),  # 结案率
    "closed_of_should_close_carried": Rate(Count.CLOSED_CARRIED, Count.SHOULD_CLOSE_CARRIED),
    "closed_of_accepted": Rate(Count.CLOSED_OF_ACCEPTED, Count.ACCEPTED),  # 结案率, 按受理
    "in_time_of_should_close": Rate(Count.CLOSED_IN_TIME, Count.SHOULD_CLOSE),  # 按期结案率
    "in_time_of_should_close_without_suspended": Rate(Count.CLOSED_IN_TIME, Count.SHOULD_CLOSE, Count.SUSPENDED_DUE),
    "handled_of_dispatched": Rate(Count.HANDLED_OF_DISPATCHED, Count.DISPATCHED),  # 处置率
    "handled_in_time_of_handled": Rate(Count.HANDLED_IN_TIME, Count.HANDLED),  # 按期处置率
}


def rate(name: str, counts: Mapping[Count, int]) -> Fraction | None:
    """Of ``RATES``; None where there is nothing to divide by: no rate is not 0 %. Raises KeyError."""
    one = RATES[name]
    under = counts[one.divided_by] - (counts[one.without] if one.without else 0)
    return share(counts[one.of], under)


def share(part: int, whole: int) -> Fraction | None:
    """Of any two counts, such as filed by a source ÷ filed."""
    return Fraction(part, whole) if whole > 0 else None


def percent(value: Fraction, places: int = 2) -> Decimal:
    """As it is published: halves go up."""
    exact = Decimal(value.numerator) * 100 / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
