"""How much of one thing one spender may ask for: so much at once, then at a steady rate. Pure; knows no clock.

Each has a share of their own, so whoever asks too often waits alone and stops nobody else. Used by the guard
(changes and live streams of a session) and by the route that makes telephones' keys.
"""

from __future__ import annotations

from collections import OrderedDict
from math import ceil

_KEPT = 5000


class Waits:
    """Who was told to wait, and until when. Pure; knows no clock."""

    def __init__(self) -> None:
        self._until: OrderedDict[str, float] = OrderedDict()

    def begin(self, who: str, now: float, seconds: float) -> None:
        self._until[who] = now + seconds
        self._until.move_to_end(who)
        while len(self._until) > _KEPT:
            self._until.popitem(last=False)

    def left(self, who: str, now: float) -> int:
        """Whole seconds; 0: nobody told them, or it is over."""
        until = self._until.get(who)
        if until is None or until <= now:
            self._until.pop(who, None)
            return 0
        return ceil(until - now)


class Shares:
    def __init__(self, a_second: float, at_once: int) -> None:
        """``at_once``: of a spender who asked for nothing lately."""
        self._rate, self._most = a_second, float(at_once)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Spender → what was left, and when (seconds of the asker's clock)."""

    def take(self, spender: str, now: float, cost: int = 1) -> int:
        """0: it is theirs. Else whole seconds until they may ask again; what is refused costs nothing. ``cost``: at most what
        is had at once."""
        left, since = self._left.get(spender, (self._most, now))
        left = min(self._most, left + max(0.0, now - since) * self._rate)
        wait = 0 if left >= cost else ceil((cost - left) / self._rate)
        self._left[spender] = (left if wait else left - cost, now)
        self._left.move_to_end(spender)
        while len(self._left) > _KEPT:
            self._left.popitem(last=False)
        return wait
