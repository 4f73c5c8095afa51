"""Cores that this process may run on: a unit's CPUAffinity, a container's set. The machine may have more."""

from __future__ import annotations

import os


def usable() -> int:
    return len(os.sched_getaffinity(0))
