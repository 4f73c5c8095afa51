"""Whose story a screen pop may tell, how often, and that the audit log knows of it first. Asked by ``routes/pop.py``.

A citizen who calls is in the agent's hands: their story is shown. Of a number that *we* dial only when a
call-back is owed, or the agent answered that citizen lately: else anybody's file were a dialled number away.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ledger.callers import Story

from .authorization import Who
from .ledger_ports import Books
from .ports import CallRow
from .visibility import Part, Sees, Whose, secrecy, sees

LATELY = timedelta(days=30)
ONE_SHOWING = timedelta(minutes=15)
"""The same person and call within this time is one showing."""
WINDOW = timedelta(minutes=10)
CALLING_MOST, DIALLED_MOST = 60, 10
"""Stories of different calls shown to one person within the window: of who calls (each ring may bring one), of whom we call."""
_KEPT = 5000


@dataclass(slots=True)
class CallerStories:
    """What was shown to whom lately; forgotten by a restart."""

    _shown: OrderedDict[tuple[str, str], datetime] = field(default_factory=OrderedDict)
    _times: dict[tuple[str, bool], deque[datetime]] = field(default_factory=dict)

    def fresh(self, account: str, call: str, now: datetime) -> bool:
        at = self._shown.get((account, call))
        return at is None or now - at >= ONE_SHOWING

    def room(self, account: str, now: datetime, *, dialled: bool) -> bool:
        times = self._times.setdefault((account, dialled), deque())
        while times and now - times[0] >= WINDOW:
            times.popleft()
        return len(times) < (DIALLED_MOST if dialled else CALLING_MOST)

    def told(self, account: str, call: str, now: datetime, *, dialled: bool) -> None:
        self._times.setdefault((account, dialled), deque()).append(now)
        self._shown[account, call] = now
        self._shown.move_to_end((account, call))
        while len(self._shown) > _KEPT:
            self._shown.popitem(last=False)


async def whose_story(books: Books, who: Who, row: CallRow, number: str, now: datetime, *, mine: bool) -> Whose:
    """``number``: the citizen's, national; ``mine``: the call is the own one, not just one they may see."""
    if row.direction != "inbound":
        owed = await books.callers.owed(number, who.account, now - LATELY)
        return Whose.OWED if owed else Whose.STRANGER
    return Whose.CALLING if mine else Whose.OTHERS


def may_tell(who: Who, row: CallRow, whose: Whose) -> bool:
    return sees(who, Part.STORY, whose, secrecy(row)) in (Sees.WHOLE, Sees.MASKED)


def is_empty(story: Story) -> bool:
    return not (story.calls or story.tickets or story.callback_open)
