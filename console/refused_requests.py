"""What was refused at the door: each kind counted for the metrics, the first of each minute audited.

Kept by the guard, read by ``metrics.py``. A row that could not be written is in the daemon's log.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping
from datetime import datetime

import structlog

from accounts.audit_row_limit import MINUTE, Pace

from .ports import Audit

log = structlog.get_logger("console")

_SAME_KEPT = 1000


class Refusals:
    def __init__(self, each: int = 20, total: int = 120) -> None:
        """Rows a minute: of one actor, and of all together."""
        self.counted: Counter[str] = Counter()
        """Action → how many since the start."""
        self._pace = Pace(each, total)
        self._same: OrderedDict[tuple[str, str, str], datetime] = OrderedDict()

    async def tell(
        self, audit: Audit, absent: tuple[type[Exception], ...], now: datetime, actor: str, action: str, what: str,
        detail: Mapping[str, str],
    ) -> None:  # fmt: skip
        """``what``: the same of the same actor is written once a minute: a page that asks for ever must not fill the log."""
        self.counted[action] += 1
        key = (actor, action, what)
        if key in self._same and now - self._same[key] < MINUTE:
            return
        if not self._pace.may(f"{actor} {detail.get('address', '')}", now):
            return
        self._same[key] = now
        self._same.move_to_end(key)
        while len(self._same) > _SAME_KEPT:
            self._same.popitem(last=False)
        try:
            await audit.append(now, actor, action, detail={**detail, **self._pace.left_out()})
        except absent as gone:
            log.warning("a refusal was not audited", actor=actor, action=action, fault=str(gone))
