"""How often something was tried in vain lately, a key: addresses, and accounts that do not exist. Pure, in memory.

The failures of real accounts are in the ledger and outlive the daemon; these need not.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

_KEYS = 10_000
"""Oldest are forgotten: somebody who makes up names by the million shall not fill the memory."""


class Attempts:
    def __init__(self, most: int, rest_seconds: float, forget_seconds: float) -> None:
        """Rests so long after ``most`` failures within the time after which the first is forgotten."""
        self._most, self._rest = most, timedelta(seconds=rest_seconds)
        self._forget = timedelta(seconds=forget_seconds)
        self._seen: OrderedDict[str, tuple[int, datetime]] = OrderedDict()
        """Key → failures, and when the first of them is forgotten (or the rest ends)."""

    def resting(self, key: str, now: datetime) -> bool:
        count, until = self._seen.get(key, (0, now))
        return count >= self._most and now < until

    def failed(self, key: str, now: datetime) -> bool:
        """True when it is the one too many: from now it rests."""
        count, until = self._seen.pop(key, (0, now))
        count = count + 1 if now < until else 1
        full = count >= self._most
        self._seen[key] = (count, now + self._rest if full else now + self._forget if count == 1 else until)
        while len(self._seen) > _KEYS:
            self._seen.popitem(last=False)
        return full
