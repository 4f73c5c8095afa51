"""When to try a delivery again, and when a person must look. Pure; used by ``courier.py``.

Chance is passed in. A ticket the store calls wrong is tried again ``poison_after`` times
in all, since stores call things wrong that are right a minute later; an unreachable store
is tried for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

SOON_MOST = 20
"""Times ``RetryRule.first``: longer nobody waits whose store is back."""


@dataclass(frozen=True, slots=True)
class RetryRule:
    first: float = 1.0
    """Seconds to the second try."""
    most: float = 300.0
    """No wait is longer (jitter included)."""
    poison_after: int = 8

    def wait(self, tries: int, chance: float) -> float:
        """Seconds until the next try after ``tries`` (1, 2…) failed ones; ``chance`` in [0, 1).

        Doubles each time; between half of it and all of it, so that a backlog does not come back as one wave.
        """
        step = min(self.most, self.first * 2.0 ** min(max(tries, 1) - 1, 32))
        return step * (0.5 + 0.5 * chance)

    def soon(self, tries: int, now: datetime) -> datetime:
        """The next try of what was sent in vain ``tries`` times to a store that is back now: what failed most goes last, so that
        a message the store dies of keeps nobody behind it."""
        return now + timedelta(seconds=min(self.most, self.first * min(max(tries - 1, 0), SOON_MOST)))

    def next_try(self, tries: int, now: datetime, chance: float) -> datetime:
        return now + timedelta(seconds=self.wait(tries, chance))

    def is_poison(self, refusals: int) -> bool:
        """``refusals``: how often the store has called it wrong, the last time included."""
        return refusals >= self.poison_after


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """Is the store itself there? After ``limit`` tickets in a row without an answer it counts as lost, and then
    only one ticket at a time asks, so that a long outage costs a probe a few minutes and no ticket its patience."""

    silent: int = 0
    """Tickets without an answer in a row, up to ``limit``."""
    probes: int = 0
    """Questions asked in vain since it counts as lost."""
    asked_at: datetime | None = None
    """The last unanswered try that counted."""
    limit: int = 5

    @property
    def lost(self) -> bool:
        return self.silent >= self.limit

    def answered(self) -> StoreHealth:
        return StoreHealth(limit=self.limit)

    def unanswered(self, at: datetime, rule: RetryRule) -> StoreHealth:
        if not self.lost:
            return StoreHealth(self.silent + 1, 0, at, self.limit)
        if at < (self.may_ask_at(rule) or at):
            return self  # was on its way already when the store was given up: says nothing new
        return StoreHealth(self.silent, self.probes + 1, at, self.limit)

    def heard(self) -> StoreHealth:
        """Somebody else had an answer of it: the next ticket asks at once. It is back when that one is answered."""
        return replace(self, probes=0, asked_at=None)

    def may_ask_at(self, rule: RetryRule) -> datetime | None:
        """When the next try is due while the store is lost; None: at once."""
        if not self.lost or self.asked_at is None:
            return None
        return rule.next_try(self.probes + 1, self.asked_at, 0.0)
