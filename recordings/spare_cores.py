"""How many cores nobody needs just now: told by what the machine spends on everything but niced programs, as the recorder's are.

Reads ``/proc/stat``; where there is none, all cores count as spare. Decides nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.cores import usable

STAT = Path("/proc/stat")
LOOK_SECONDS = 1.0
LOOK_MOST_SECONDS = 5.0
"""What lies further back says nothing of now: the mean of a quiet hour hides the first second of a storm."""
KEPT = 0.15
"""Share of all cores that is never counted as spare: a call's needs come in bursts."""


@dataclass(frozen=True, slots=True)
class CpuTimes:
    """Since the machine's start, in ticks."""

    others: int
    """Spent at ordinary priority, and by the kernel, and by what steals the processor."""
    total: int


def cpu_times(text: str) -> CpuTimes:
    """From ``/proc/stat``: user, nice, system, idle, iowait, irq, softirq, steal. Raises ValueError, IndexError."""
    fields = [int(word) for word in text.split("\n", 1)[0].split()[1:9]]
    user, nice, system, idle, iowait, irq, softirq, steal = fields
    return CpuTimes(user + system + irq + softirq + steal, user + nice + system + idle + iowait + irq + softirq + steal)


def spare(before: CpuTimes, after: CpuTimes, cores: int) -> int:
    """Whole cores that were free or niced between two looks, less what is kept back."""
    total = after.total - before.total
    busy = (after.others - before.others) / total if total > 0 else 0.0
    return max(0, int((1.0 - KEPT - busy) * cores + 0.5))


class SpareCores:
    """Asked as often as one likes; the machine is looked at once a second. Who asks after a longer silence is told none until a second was looked at."""

    def __init__(
        self, cores: int | None = None, *, stat: Path = STAT, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._cores = cores or usable()
        self._stat, self._clock = stat, clock
        self._before = self._read()
        self._at = clock()
        self._spare = self._cores

    def __call__(self) -> int:
        now = self._clock()
        if now - self._at >= LOOK_SECONDS:
            after = self._read()
            if self._before is None or after is None:
                self._spare = self._cores
            else:
                stale = now - self._at > LOOK_MOST_SECONDS
                self._spare = 0 if stale else spare(self._before, after, self._cores)
            self._before, self._at = after, now
        return self._spare

    def _read(self) -> CpuTimes | None:
        try:
            return cpu_times(self._stat.read_text("ascii"))
        except (OSError, ValueError, IndexError):
            return None
