"""How often a query code may be guessed. Pure: a table of limits and one rule; kept and counted by ``casestore/progress_query.py`` (the page)
and ``ledger/case_progress.py`` (the telephone).

Wrong tries count: of one case's number, of one caller, and in all. While a limit is reached even the right code is not
looked at, or guessing would go on. At 200 in an hour, and 10^8 codes, a year of guessing finds one code with a chance
of less than 2 in 100.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    NUMBER = "number"
    CALLER = "caller"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Limit:
    scope: Scope
    tries: int
    seconds: int


LIMITS = (
    Limit(Scope.NUMBER, 5, 3600),
    Limit(Scope.CALLER, 10, 3600),
    Limit(Scope.ALL, 200, 3600),
)
OWN = tuple(limit for limit in LIMITS if limit.scope is Scope.CALLER)
"""What alone holds up who asks from the telephone that the case came from, and knows the code: strangers' tries are not theirs. With a
wrong code they hear what everybody hears meanwhile, or it would be told whose case it is."""
KEPT_SECONDS = max(limit.seconds for limit in LIMITS)
"""Older tries decide nothing and are forgotten."""


@dataclass(frozen=True, slots=True)
class Wait:
    scope: Scope
    seconds: int
    """Until the next try may be made; at least 1."""


def refusal(
    wrong: Mapping[Scope, Sequence[float]], now: float, limits: Sequence[Limit] = LIMITS
) -> Wait | None:  # fmt: skip
    """Whether a try made ``now`` must wait.

    :param wrong: of each scope, the moments of its wrong tries (seconds, any order; at least the newest of each limit).
    :returns: the longest of the waits that apply; None: try.
    """
    waits = []
    for limit in limits:
        recent = sorted((at for at in wrong.get(limit.scope, ()) if at > now - limit.seconds), reverse=True)
        if len(recent) >= limit.tries:  # the oldest of the last ``tries`` must have passed
            left = recent[limit.tries - 1] + limit.seconds - now
            waits.append(Wait(limit.scope, max(1, int(left + 0.999))))
    return max(waits, key=lambda one: one.seconds, default=None)
