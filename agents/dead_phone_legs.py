"""Which of a desk phone's legs may be nobody's: phones that died in a talk, or never took a call. Kept by ``desk.py``.

A telephone that loses its power says nothing; to Asterisk its leg is up until no sound has come for
a minute. Sooner there are only suspicions: it registers anew from another place, or answers no
more OPTIONS. So the leg is listened to (``tel.HearLeg``), and only one that is silent is taken for
dead. A page's phone is judged by its page's words instead (``lost_leg.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cti import commands as tel
from cti import events as ev
from cti.equipment_events import EndpointReach, PhoneRegistered, Reach
from cti.ids import Instant, LegId, SeatId
from cti.numbering_plan import seat_at

from .phones import Phase, Phones, SeatLeg

DIALS_SECONDS: Final = 3.0
"""A telephone that is there has begun to ring by now."""
_UP = (Phase.TALKING, Phase.HELD)


class SilentLegs:
    """:param desk_phone: this endpoint of a seat is a telephone of its own, no page."""

    def __init__(self, phones: Phones, desk_phone: Callable[[str], bool]) -> None:
        self._phones, self._desk_phone = phones, desk_phone
        self._heard: set[LegId] = set()
        """Legs that are being listened to."""
        self._dead: set[LegId] = set()
        self._dialling: dict[LegId, Instant] = {}
        """Legs of calls a seat began, and when they must ring or talk."""

    def hear(self, event: ev.Event, now: Instant) -> list[tel.HearLeg]:
        """Legs that this event makes suspect."""
        match event:
            case ev.LegBegan(leg=leg, endpoint=endpoint) if str(leg) == str(event.call) and (
                event.second or self._desk_phone(endpoint)
            ):
                self._dialling[leg] = Instant(now + DIALS_SECONDS)
            case ev.LegEnded(leg=leg):
                self._dialling.pop(leg, None)
                self._dead.discard(leg)
            case PhoneRegistered(endpoint=endpoint) if self._desk_phone(endpoint):
                return self._suspect(endpoint, _UP)
            case EndpointReach(reach=Reach.UNREACHABLE, endpoint=endpoint) if self._desk_phone(endpoint):
                return self._suspect(endpoint, (*_UP, Phase.DIALLING))
        return []

    def due(self) -> Instant | None:
        return min(self._dialling.values(), default=None)

    def ripe(self, now: Instant) -> list[tel.HearLeg]:
        """Calls of a seat's own whose telephone has had its time to ring."""
        ripe = [leg for leg, at in self._dialling.items() if at <= now]
        for leg in ripe:
            del self._dialling[leg]
        legs = [found for leg in ripe if (found := self._phones.legs.get(leg)) and found.phase is Phase.DIALLING]
        return self._listen(legs)

    def outcome(self, outcome: tel.Outcome) -> SeatLeg | None:
        """The leg that is dead, when this is what was found out."""
        command = outcome.command
        assert isinstance(command, tel.HearLeg)
        self._heard.discard(command.leg)
        leg = self._phones.legs.get(command.leg)
        if leg is None or outcome.result is not tel.Result.REFUSED or outcome.reason != tel.SILENT:
            return None
        self._dead.add(leg.id)
        return leg

    def dead(self, leg: LegId) -> SeatLeg | None:
        """This leg, if it is known to be nobody's and is still there."""
        return self._phones.legs.get(leg) if leg in self._dead else None

    def _suspect(self, endpoint: str, phases: tuple[Phase, ...]) -> list[tel.HearLeg]:
        seat = SeatId(seat_at(endpoint))
        legs = [leg for leg in self._phones.of(seat) if leg.second is (seat != endpoint)]
        return self._listen([leg for leg in legs if leg.phase in phases])

    def _listen(self, legs: list[SeatLeg]) -> list[tel.HearLeg]:
        fresh = [leg.id for leg in legs if leg.id not in self._heard]
        self._heard.update(fresh)
        return [tel.HearLeg(leg) for leg in fresh]
