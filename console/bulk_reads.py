"""Who reads lists row after row: counted by person and day; each so many rows are a row of the audit log and an alarm.

A list is shown to who may see all of it; that somebody goes through it page by page, or row by row by the ids that it gave, is no
single showing, and leaves no trace otherwise. Kept in memory: a restart begins to count anew, which nobody below an operator brings about.
"""

from __future__ import annotations

from collections.abc import Callable, Sized
from datetime import date, datetime

from .authorization import Who
from .ports import Audit
from .published_events import Event, ReadInBulk

SINGLES_MOST = 50_000
"""Remembered; of more, the same again counts again."""


class BulkReads:
    def __init__(self, each: int = 500, tell: Callable[[Event], None] = lambda _event: None) -> None:
        """``each``: ``access.read_rows_alarm``."""
        self._each, self._tell = each, tell
        self._day: date | None = None
        self._rows: dict[tuple[str, str], int] = {}
        """Who and of what → rows, today."""
        self._singles: set[tuple[str, str, str]] = set()
        """Who, of what and which: read one by one today."""

    async def count(self, audit: Audit, now: datetime, who: Who, what: str, rows: Sized) -> None:
        """Before they are shown; ``what``: calls, tickets, callbacks, repeats, decisions (about nuisance callers). Of the installation's token nothing: it reads what it wants."""
        if who.token or not len(rows):
            return
        if self._day != now.date():
            self._day, self._rows, self._singles = now.date(), {}, set()
        before = self._rows.get((who.account, what), 0)
        total = self._rows[who.account, what] = before + len(rows)
        if total // self._each > before // self._each:
            await audit.append(now, who.account, "read_in_bulk", detail={"what": what, "rows_today": str(total)})
            self._tell(ReadInBulk(who.account, what, total))

    async def one(self, audit: Audit, now: datetime, who: Who, what: str, ident: str) -> None:
        """One that is read by itself: counted like a row of a list, the same again that day is not one more."""
        key = (who.account, what, ident)
        if self._day == now.date() and key in self._singles:
            return
        await self.count(audit, now, who, what, (ident,))
        if len(self._singles) < SINGLES_MOST:
            self._singles.add(key)
