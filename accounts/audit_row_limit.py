"""How many rows of one kind may be written a minute, and how many were left out. Pure.

What a stranger can bring about at will (wrong passwords, refusals, wrong tokens) is audited, but may
not fill the log, nor cost a write to the disk each time: the first of each minute are written, the
others counted, and the next row that is written says how many there were.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
_KEYS = 2000


class Pace:
    def __init__(self, each: int, total: int) -> None:
        """Rows a minute: of one key, and of all together."""
        self._each, self._total = each, total
        self._keys: OrderedDict[str, tuple[datetime, int]] = OrderedDict()
        self._all: tuple[datetime, int] | None = None
        self._left_out = 0

    def may(self, key: str, now: datetime) -> bool:
        began, count = self._keys.get(key, (now, 0))
        began, count = (now, 0) if now - began >= MINUTE else (began, count)
        all_began, all_count = self._all or (now, 0)
        all_began, all_count = (now, 0) if now - all_began >= MINUTE else (all_began, all_count)
        if count >= self._each or all_count >= self._total:
            self._left_out += 1
            return False
        self._keys[key] = (began, count + 1)
        self._keys.move_to_end(key)
        while len(self._keys) > _KEYS:
            self._keys.popitem(last=False)
        self._all = (all_began, all_count + 1)
        return True

    def left_out(self) -> dict[str, str]:
        """For the row that is written now: how many were not since the last one that was."""
        count, self._left_out = self._left_out, 0
        return {"not_written": str(count)} if count else {}
