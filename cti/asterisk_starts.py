"""Where the lives of Asterisk begin among the rows of its CEL file. Pure.

queue_log dates a beginning in whole seconds by a clock that may have been wrong: at boot, before
it was set. CEL rows have no mark of a new life. So a beginning is placed by the moments of both
files, and by their order where moments contradict one another:

- A beginning that a later line of queue_log dates back was dated by a clock that was ahead: it
  lies no later than that later line.
- A beginning later than every row read so far ends what is open: nothing older can follow, for
  queue_log is read first. But when no life is known that these rows could belong to, they may be
  its own, written when the clock had been set right: it waits for the next row. An older one
  shows that the clock was ahead, and the beginning ends no call.
- Of two beginnings in one second the second is placed where the numbers of channels begin anew,
  else before the first row of a later second.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from .ids import Instant, LegId

SLACK = 5.0
"""Seconds that rows of two calls may stand out of the order of their times, and more."""
SECOND = 1.0
"""QUEUESTART is dated in whole seconds."""
MOMENT = 1e-6
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Beginning(Generic[P]):
    at: Instant
    place: P
    """Before its line."""
    same_second: bool = False
    """As the beginning before it."""
    back: Instant | None = None
    """The beginning before it, where that has a later moment: rows from then on are older than this one."""
    doubtful: bool = False
    """All rows were older when it was first met, and no other life of theirs is known."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A life to be told now."""

    at: Instant
    ends: Instant | None
    """What was open ended then; None: it ends nothing, its moment was told by a clock that was ahead."""


class AsteriskStarts(Generic[P]):
    def __init__(self, life: Instant, died: Callable[[Instant], Instant | None]) -> None:
        """``life``: the newest known, 0 none. ``died``: when the life before the one that began then was over."""
        self.newest = life
        self._died = died
        self._waiting: deque[Beginning[P]] = deque()
        self._highest = -1
        """Number of the newest channel of this life."""

    def __bool__(self) -> bool:
        return bool(self._waiting)

    @property
    def place(self) -> P | None:
        """Of the first one not told yet."""
        return self._waiting[0].place if self._waiting else None

    def add(self, at: Instant, place: P) -> float:
        """One more line of queue_log; how far the clock was set back before it, in seconds (0: it was not)."""
        before = self._waiting[-1].at if self._waiting else self.newest
        back = before if at < before else None
        self._waiting.append(Beginning(at, place, same_second=at == before, back=back))
        return at - before if back is not None else 0.0

    def born(self, leg: LegId) -> None:
        """A channel began while no beginning is awaited."""
        self._highest = max(_number(leg), self._highest)

    def reached(self, at: Instant, leg: LegId | None, last: Instant) -> list[Begun]:
        """Those that lie before a row of this moment; ``leg``: the channel it begins; ``last``: of the row before."""
        out: list[Begun] = []
        number = _number(leg) if leg is not None else -1
        anew = 0 <= number <= self._highest
        while self._waiting:
            first = self._waiting[0]
            until = min(one.at for one in self._waiting)
            if first.same_second and anew:
                out.append(self._begin(Instant(last + MOMENT), last))
            elif first.same_second and at < first.at + SECOND:
                break
            elif first.doubtful and at < until - SLACK:
                out.append(self._begin(None, last))
            elif at >= until and (first.back is None or at < first.back):
                out.append(self._begin(until, last))
            else:
                break
            anew = False
        self._highest = max(number, -1 if out or anew else self._highest)
        return out

    def at_the_end(self, any_open: bool, last: Instant) -> list[Begun]:
        """Everything there is was read."""
        out: list[Begun] = []
        while self._waiting:
            first = self._waiting[0]
            until = min(one.at for one in self._waiting)
            known = self.newest or self._death(first.at)
            if any_open and not out and (not known or first.same_second):
                self._waiting[0] = replace(first, doubtful=not known)
                break
            out.append(self._begin(until, last))
        return out

    def _death(self, life: Instant) -> Instant | None:
        died = self._died(life)
        return died if died is not None and died > self.newest else None

    def _begin(self, ends: Instant | None, last: Instant) -> Begun:
        at = self._waiting.popleft().at
        died = self._death(at)
        if ends is not None and died is not None:  # what it still wrote, it wrote alive
            ends = max(died, last)
        self.newest = at
        return Begun(at, ends)


def _number(leg: LegId) -> int:
    _, _, digits = leg.rpartition(".")
    return int(digits) if digits.isdigit() and len(digits) < 12 else -1
