"""How many RTP ports the installation needs. Pure; used by ``references`` and ``render/pjsip``."""

from __future__ import annotations

import math
from collections.abc import Sequence

PER_CALL = 4
"""RTP and RTCP, towards the trunk and towards the seat."""
SPARE = 1.2


def told_full(capacity: int) -> int:
    """How many callers over a line's capacity may hear the busy prompt at once."""
    return max(10, capacity // 4)


def rtp_count(capacities: Sequence[int], seats: int) -> int:
    """For every line full, its callers over capacity being told so, every seat calling out; and a fifth more."""
    calls = sum(PER_CALL * capacity + 2 * told_full(capacity) for capacity in capacities) + PER_CALL * seats
    return 2 * math.ceil(calls * SPARE / 2)
