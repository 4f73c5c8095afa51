"""The telephone's verbs under way: asked for, not yet answered. Kept by ``desk.py``.

Bounded by the commands' deadlines: each gets exactly one outcome from the switchboard.
"""

from __future__ import annotations

from collections import deque

from config.language import sentence
from cti import commands as tel
from cti.ids import Instant, SeatId

from .call_control import CallControl
from .commands import Refused, Why
from .events import Verb, VerbEnded
from .phones import Aside, Phones
from .roster import Roster

NEW_CALLS = (Verb.CALL_SEAT, Verb.DIAL_OUT, Verb.WATCH)
_BEGINS_ASIDE = {Verb.HOLD: Aside.PARKED, Verb.CONSULT: Aside.CONSULT}
_ENDS_ASIDE = (Verb.RESUME, Verb.CANCEL, Verb.CONFERENCE)


class PendingCallControl:
    def __init__(self) -> None:
        self._flying: list[tuple[CallControl, str]] = []
        self._dialled: dict[SeatId, deque[Instant]] = {}

    def dialling(self, seat: SeatId) -> bool:
        """A call of this seat's own is on its way, though its phone may not ring yet."""
        return any(deed.seat == seat and deed.verb in NEW_CALLS and not deed.leg for deed, _ in self._flying)

    def begin(self, deed: CallControl, phones: Phones, roster: Roster, now: Instant, by: str) -> Refused | None:
        """Take it on, unless this seat dials already or too much; the dialplan counts its telephone's own calls too."""
        if deed.verb in NEW_CALLS and not deed.leg and self.dialling(deed.seat):
            return Refused(Why.IN_CALL, sentence("seat {seat} is being called already", seat=deed.seat))
        paced = isinstance(deed.command, tel.DialOut) and deed.command.number not in roster.rules.urgent
        if paced and not self._may_dial(deed.seat, roster.rules.outbound_per_minute, now):
            return Refused(
                Why.TOO_MANY, sentence("too many outgoing calls of seat {seat} in this minute", seat=deed.seat)
            )
        if (aside := _BEGINS_ASIDE.get(deed.verb)) and (leg := phones.legs.get(deed.leg)):
            leg.aside, leg.aside_at = aside, now
        self._flying.append((deed, by))
        return None

    def end(self, outcome: tel.Outcome, phones: Phones, now: Instant) -> VerbEnded | None:
        """What this outcome ended; None when it was nothing of ours."""
        found = next((one for one in self._flying if one[0].command == outcome.command), None)
        if found is None:
            return None
        self._flying.remove(found)
        deed, by = found
        done = outcome.result is tel.Result.DONE
        leg = phones.legs.get(deed.leg)
        if leg is not None:
            if deed.verb in (_ENDS_ASIDE if done else _BEGINS_ASIDE):
                leg.aside = Aside.NONE
            if done and deed.verb in (Verb.COMPLETE, Verb.CONFERENCE):
                phones.joined(leg.call)
        return VerbEnded(deed.seat, now, deed.verb, deed.leg, done, outcome.reason, by)

    def _may_dial(self, seat: SeatId, most: int, now: Instant) -> bool:
        """Its own share and nobody else's."""
        dialled = self._dialled.setdefault(seat, deque())
        while dialled and dialled[0] <= now - 60:
            dialled.popleft()
        if len(dialled) >= most:
            return False
        dialled.append(now)
        return True
