"""What is done about calls that were torn from their page; kept by ``desk.py``. Pure.

``rejoin.fate`` says what is true of one leg; here that becomes one deed on the telephone, and
the seat is remembered for as long as its own call is on its way back to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cti import commands as tel
from cti import events as ev
from cti.ids import CallId, Instant, LegId, SeatId

from . import lost_leg as rejoin
from .call_control import CallControl
from .events import RejoinBegan, Verb, VerbEnded
from .lost_leg import Fate
from .phones import Aside, Phase, Phones, SeatLeg
from .softphone_reports import SoftphoneReports

RETURN_SECONDS = 35.0
"""Prompt, ringing and some: later the seat is free for others."""
AGAIN_SECONDS = 3.0
"""After a deed that Asterisk refused, or one that had to come first."""
NOT_THERE = 20
"""Q.850, subscriber absent: the queue takes it for a refusal."""
_RINGING = (Phase.RINGING, Phase.DIALLING)
_UP = (Phase.TALKING, Phase.HELD)


@dataclass(frozen=True, slots=True)
class Recovered:
    deed: CallControl
    rejoin: RejoinBegan | None


class LostLegRecovery:
    def __init__(self, consoles: SoftphoneReports, phones: Phones, proves: Callable[[SeatId], bool]) -> None:
        """``proves``: this seat has a page that is a phone (a leg at a desk phone needs no mending)."""
        self._consoles = consoles
        self._phones = phones
        self._proves = proves
        self._under_way: set[LegId] = set()
        self._returning: dict[SeatId, tuple[CallId, Instant]] = {}

    def returning(self, seat: SeatId, now: Instant) -> bool:
        """Its own call is on its way back: it may not be offered another."""
        return self.own(seat, now) is not None

    def own(self, seat: SeatId, now: Instant) -> CallId | None:
        """The call that is on its way back to this seat, until they talk again."""
        found = self._returning.get(seat)
        return found[0] if found is not None and found[1] > now else None

    def hands_off(self, leg: LegId) -> None:
        """A person ends this leg: nothing is to be mended."""
        self._under_way.add(leg)

    def hear(self, event: ev.Event, now: Instant) -> None:
        match event:
            case ev.CallOffered(seat=seat):
                self._settle(seat, now)
            case ev.TalkBegan(seat=seat, call=call):
                if self._returning.get(seat, ("",))[0] == call:
                    del self._returning[seat]
                self._settle(seat, now)
            case ev.CallQueued(call=call) | ev.CallEnded(call=call):
                for seat in [seat for seat, (own, _) in self._returning.items() if own == call]:
                    del self._returning[seat]
                    self._consoles.look(seat, now)
            case ev.LegEnded(leg=leg):
                self._under_way.discard(leg)

    def _settle(self, seat: SeatId, now: Instant) -> None:
        """A page needs a moment to say that it has the leg."""
        if self._proves(seat):
            self._consoles.look(seat, Instant(now + rejoin.SETTLE))

    def ended(self, deed: VerbEnded) -> None:
        """A deed of ours was answered: where the leg still is, look again."""
        if deed.leg in self._under_way:
            if not deed.done or deed.verb is Verb.CANCEL:
                self._under_way.discard(deed.leg)
                self._returning.pop(deed.seat, None)
            self._consoles.look(deed.seat, Instant(deed.at + AGAIN_SECONDS))

    def torn(self, leg: SeatLeg, now: Instant) -> Recovered:
        """What to do about a leg whose telephone is known to be dead."""
        self._under_way.add(leg.id)
        return self._mended(leg, Fate.QUEUE if leg.phase in _UP else Fate.HANG_UP, now)

    def look(self, seat: SeatId, now: Instant) -> list[Recovered]:
        """What to do about this seat's legs now."""
        if (found := self._returning.get(seat)) is not None and found[1] <= now:
            del self._returning[seat]
        out = []
        for leg in self._phones.of(seat):
            if leg.id in self._under_way or leg.second or leg.phase not in (*_RINGING, *_UP):
                continue
            torn = self._fate(leg, now)
            if torn.again is not None:
                self._consoles.look(seat, torn.again)
            if torn.fate is not Fate.KEEP:
                self._under_way.add(leg.id)
                out.append(self._mended(leg, torn.fate, now))
        return out

    def _fate(self, leg: SeatLeg, now: Instant) -> rejoin.LostLeg:
        pages = self._consoles.pages(leg.seat)
        doubtful = now < self._consoles.began + rejoin.GONE_TOGETHER
        if not doubtful and not any(page.speaks(now) for page in pages):
            doubtful = self._consoles.together(now)
        doubtful = doubtful and bool(self._phones.outside(leg.call))  # else no citizen is lost by ending it too soon
        return rejoin.fate(
            pages, leg.id, leg.since, ringing=leg.phase in _RINGING,
            away_since=self._phones.away(leg.seat), began=self._consoles.began, now=now,
            patience=rejoin.GONE_TOGETHER if doubtful else rejoin.GONE,
        )  # fmt: skip

    def _mended(self, leg: SeatLeg, fate: Fate, now: Instant) -> Recovered:
        if fate is not Fate.HANG_UP and self._phones.aside(leg, now) is not Aside.NONE:
            # the citizen is not at this leg's other end just now: back first, then again from the beginning
            return Recovered(
                CallControl(Verb.CANCEL, leg.seat, leg.id, tel.EndConsult(leg.id, tel.ConsultEnd.CANCEL)), None
            )  # fmt: skip
        if fate is Fate.HANG_UP or self._phones.others(leg) > 1 or not self._phones.outside(leg.call):
            # nobody waits for just this seat: a queue tries elsewhere, a conference goes on, colleagues are no citizens
            return Recovered(CallControl(Verb.HANG_UP, leg.seat, leg.id, tel.HangUp(leg.id, NOT_THERE)), None)
        command: tel.Command = tel.ToHead(leg.id)
        if fate is Fate.REJOIN:
            command = tel.Rejoin(leg.id, leg.seat)
            self._returning[leg.seat] = (leg.call, Instant(now + RETURN_SECONDS))
            self._consoles.look(leg.seat, Instant(now + RETURN_SECONDS))
        told = RejoinBegan(leg.seat, now, leg.call, to_queue=fate is Fate.QUEUE)
        return Recovered(CallControl(Verb.REJOIN, leg.seat, leg.id, command), told)
