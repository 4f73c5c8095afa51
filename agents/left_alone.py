"""A seat's leg that talked and is the last telephone in its call is ended. Kept by ``desk.py``.

Asterisk ends the other leg when one of two hangs up. It does not where it is just giving a citizen back: for a tenth of a second after
``CancelAtxfer`` (a resume) his bridge does not dissolve, so that a citizen who hangs up then leaves the seat in
a talk with nobody for as long as its agent likes. Whatever the way there: who is alone in a call is let go. Halves of Local channels count
for nobody, so music alone keeps no seat.
"""

from __future__ import annotations

from typing import Final

from cti import events as ev
from cti.ids import CallId, Instant, LegId

from .phones import Phones, SeatLeg

ALONE_SECONDS: Final = 1.0
"""Asterisk's own ending takes some hundredths of it."""
AGAIN_SECONDS: Final = 3.0
"""After which a leg that is still there is ended once more."""


class LeftAlone:
    def __init__(self, phones: Phones) -> None:
        self._phones = phones
        self._due: dict[LegId, Instant] = {}

    def hear(self, event: ev.Event, now: Instant) -> None:
        if isinstance(event, ev.LegBegan | ev.LegEnded | ev.TalkBegan | ev.CallsMerged):
            self.look(event.call, now)

    def look(self, call: CallId, now: Instant) -> None:
        """Who is in this call has changed."""
        for leg in self._phones.seats_in(call):
            if self._phones.alone(leg):
                self._due.setdefault(leg.id, Instant(now + ALONE_SECONDS))
            else:
                self._due.pop(leg.id, None)

    def due(self) -> Instant | None:
        return min(self._due.values(), default=None)

    def ripe(self, now: Instant) -> list[SeatLeg]:
        """Legs to be ended now."""
        found = []
        for leg_id in [leg_id for leg_id, at in self._due.items() if at <= now]:
            leg = self._phones.legs.get(leg_id)
            if leg is None or not self._phones.alone(leg):
                del self._due[leg_id]
                continue
            self._due[leg_id] = Instant(now + AGAIN_SECONDS)
            found.append(leg)
        return found
