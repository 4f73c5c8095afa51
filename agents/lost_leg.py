"""When a call is torn from its seat's page, and what becomes of the citizen. Pure; asked by ``desk.py``.

A page that is loaded anew, or a browser that dies, takes its SIP session along without a word:
to Asterisk the leg is up, and the citizen hears nobody. Here the pages' words are held against
the leg. Nothing is done without positive proof: a page that says it holds no session, or a
page that is gone together with its phone's registration. Silence alone (a daemon that was
away, a stream that broke) proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cti.ids import Instant, LegId

from .softphone_reports import Page

SETTLE: Final = 1.0
"""Seconds a page's word and the board's must contradict each other: they travel on different ways."""
LOST: Final = 6.0
"""The same for a page that held this very leg before: its phone may be about to tell."""
GONE: Final = 8.0
"""Seconds without any page and without registration until a talk is given up."""
GONE_TOGETHER: Final = 30.0
"""The same when many left at once, or the daemon has just begun: they may all come back."""
RINGS_FOR_NOBODY: Final = 3.0


class Fate(StrEnum):
    KEEP = "keep"
    REJOIN = "rejoin"  # the same seat is rung again
    QUEUE = "queue"  # the citizen goes to the head of the queue
    HANG_UP = "hang_up"  # nobody can answer what rings here


@dataclass(frozen=True, slots=True)
class LostLeg:
    fate: Fate
    again: Instant | None = None
    """When to ask again, though nothing was heard; None: the next word or event will do."""


def fate(
    pages: Sequence[Page], leg: LegId, since: Instant, *, ringing: bool, away_since: Instant | None,
    patience: float, began: Instant, now: Instant,
) -> LostLeg:  # fmt: skip
    """What to do with this leg of a browser seat, up or ringing ``since``.

    ``pages``: the one heard last stands last. ``away_since``: since when its phone is not registered;
    None: it is. ``patience``: ``GONE`` or ``GONE_TOGETHER``. ``began``: when we could hear the first word.
    """
    speaking = [page for page in pages if page.speaks(now)]
    if any(page.said.leg for page in speaking):
        return LostLeg(Fate.KEEP)
    if speaking:
        return _says_no(speaking[-1], leg, since, ringing=ringing, away_since=away_since, patience=patience, now=now)
    last = max((page.gone or page.at for page in pages), default=began)
    if away_since is None:
        if not ringing or not any(page.gone for page in pages):
            return LostLeg(Fate.KEEP)
        return _when(Fate.HANG_UP, Instant(max(last, since) + GONE), now)
    if ringing:
        return _when(Fate.HANG_UP, Instant(max(last, since, away_since) + RINGS_FOR_NOBODY), now)
    return _when(Fate.QUEUE, Instant(max(last, away_since) + patience), now)


def _says_no(
    page: Page, leg: LegId, since: Instant, *, ringing: bool, away_since: Instant | None, patience: float, now: Instant
) -> LostLeg:
    """The page is there and holds no session."""
    if page.at < since + SETTLE:
        return LostLeg(Fate.KEEP)  # said before it could know of this leg: its next word decides
    held = page.held == leg
    if held and page.at < page.since + LOST / 2:
        return LostLeg(Fate.KEEP)  # one word may be a slip
    settled = Instant(page.since + (LOST if held else SETTLE))
    if ringing:
        return _when(Fate.HANG_UP, settled, now)
    if page.said.registered:
        return _when(Fate.REJOIN, settled, now)
    if away_since is None:
        return LostLeg(Fate.KEEP)
    return _when(Fate.QUEUE, Instant(max(page.since, away_since) + patience), now)


def _when(become: Fate, at: Instant, now: Instant) -> LostLeg:
    return LostLeg(become) if now >= at else LostLeg(Fate.KEEP, at)
