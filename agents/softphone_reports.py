"""What the seats' pages say of their softphones, and since when. Pure; kept by ``desk.py``.

A page speaks every 5 s and whenever something changes (``PhoneSaid``); its last word counts
for ``HEARD``. Two tabs, or a page and the one it was loaded anew from, are told apart by
their instance. Silence proves nothing while nobody could have spoken: after a start of the
daemon, and after it was stopped for a while, a seat has the benefit of the doubt.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Final

from cti.ids import Instant, LegId, SeatId

from .commands import ConsoleGone, PhoneSaid

HEARD: Final = 12.0
"""Seconds a page's word counts."""
GRACE: Final = 20.0
"""Seconds after a start in which pages find the daemon again."""
STALL: Final = 3.0
"""Nobody looked for so long: we were stopped, not they silent."""
MOST_PAGES: Final = 4
"""Of one seat; older ones are forgotten."""
FOREVER: Final = Instant(float("inf"))


@dataclass(slots=True)
class Page:
    said: PhoneSaid
    at: Instant
    """Heard last."""
    since: Instant
    """Since when it says what it says about its leg."""
    gone: Instant | None = None
    held: LegId = LegId("")  # noqa: RUF009 - a NewType is its value
    """The seat's leg it said it held."""

    def speaks(self, now: Instant) -> bool:
        return self.gone is None and now - self.at <= HEARD


class SoftphoneReports:
    def __init__(self) -> None:
        self._pages: dict[SeatId, dict[str, Page]] = {}
        self._benefit: dict[SeatId, Instant] = {}
        self._looks: list[tuple[Instant, SeatId]] = []
        """A heap: when to look at a seat again. Too early or in vain is harmless."""
        self._looked = Instant(0.0)
        self.began = FOREVER
        """When the board was live for the first time."""

    # -- hearing -------------------------------------------------------------------------

    def hear(self, word: PhoneSaid, leg: LegId, now: Instant) -> None:
        """``leg``: what the board says the seat has; '' nothing."""
        pages = self._pages.setdefault(word.seat, {})
        page = pages.pop(word.instance, None)
        if page is None:
            page = Page(word, now, now)
        elif page.said.leg != word.leg:
            page.since = now
        page.said, page.at, page.gone = word, now, None
        if word.leg and leg:
            page.held = leg
        pages[word.instance] = page  # the one heard last stands last
        if len(pages) > MOST_PAGES:
            del pages[next(iter(pages))]
        self._benefit.pop(word.seat, None)
        self.look(word.seat, Instant(now + HEARD + 0.01))

    def gone(self, word: ConsoleGone, now: Instant) -> None:
        page = self._pages.get(word.seat, {}).get(word.instance)
        if page is not None and page.gone is None:
            page.gone = now

    def doubt(self, seat: SeatId) -> None:
        """The daemon has just begun: nobody could have spoken."""
        self._benefit[seat] = FOREVER

    def begin(self, now: Instant) -> None:
        """The board is live for the first time: the time of grace runs."""
        if self.began is not FOREVER:
            return
        self.began = now
        for seat in self._benefit:
            self._benefit[seat] = Instant(now + GRACE)
            self.look(seat, Instant(now + GRACE))

    # -- looking -------------------------------------------------------------------------

    def pages(self, seat: SeatId) -> list[Page]:
        """The one heard last stands last."""
        return list(self._pages.get(seat, {}).values())

    def lacks(self, seat: SeatId, now: Instant) -> str:
        """What keeps the page from proving that it can ring, in words with commas; '' nothing does."""
        if self._benefit.get(seat, now) > now:
            return ""
        pages = self._pages.get(seat)
        page = next(reversed(pages.values())) if pages else None
        if page is None or now - page.at > HEARD:
            return "silent"
        said = page.said
        words = (("registration", said.registered), ("audio", said.audio), ("microphone", said.microphone))
        return ",".join(word for word, there in words if not there)

    def together(self, now: Instant) -> bool:
        """Half of all pages, and more than one, went lately: that was no browser, but the way to them."""
        lately = speaking = 0
        for pages in self._pages.values():
            page = next(reversed(pages.values()))
            if page.speaks(now):
                speaking += 1
            elif now - (page.gone or page.at) < 60:
                lately += 1
        return lately >= 2 and lately >= speaking

    # -- time ----------------------------------------------------------------------------

    def look(self, seat: SeatId, at: Instant) -> None:
        heapq.heappush(self._looks, (at, seat))

    def due(self) -> Instant | None:
        return self._looks[0][0] if self._looks else None

    def ripe(self, now: Instant) -> set[SeatId]:
        """Seats to look at now; every look is given once."""
        if self._looks and now - self._looked > STALL and self._looks[0][0] < now - STALL:
            self._stalled(now)
        self._looked = now
        found: set[SeatId] = set()
        while self._looks and self._looks[0][0] <= now:
            found.add(heapq.heappop(self._looks)[1])
        return found

    def _stalled(self, now: Instant) -> None:
        """We did not run: who had proved it before has time to say so again."""
        before = self._looked
        for seat, pages in self._pages.items():
            if next(reversed(pages.values())).at >= before - HEARD:
                self._benefit[seat] = Instant(now + HEARD)
                self.look(seat, Instant(now + HEARD))
