"""The telephone's verbs: whether a seat may do this now, and the command that does it.

Pure; asked by ``desk.py``. It looks at the seat's phone (``phones.py``) and the centre's
rules (``roster.py``) and answers with a refusal or with what to perform.
"""

from __future__ import annotations

from dataclasses import dataclass

from cti import commands as tel
from cti.ids import Instant, LegId, SeatId

from . import commands as ask
from .commands import Refused, Why
from .events import Verb
from .phones import Aside, Phase, Phones, SeatLeg
from .presence import Cue
from .roster import Roster

NO_LEG = LegId("")
NORMAL, DECLINED = 16, 21
"""Q.850. What rings and is declined by a button of the page is refused, as by the telephone's own: not rung out."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to do on the telephone for a seat."""

    verb: Verb
    seat: SeatId
    leg: LegId
    command: tel.Command


def decide(request: ask.VerbRequest, phones: Phones, roster: Roster, at: Instant) -> Deed | Refused:
    """What to perform for this request, or why not."""
    match request:
        case ask.CallSeat() | ask.DialOut():
            return _call(request, phones, roster)
        case ask.HangUpCall():
            return _hang_up(request.seat, phones)
    leg = phones.talking(request.seat)
    if leg is None:
        return Refused(Why.NO_CALL, f"seat {request.seat} is not in a call")
    aside = phones.aside(leg, at)
    match request:
        case ask.TransferBlind(to=to) | ask.TransferAttended(to=to):
            if aside is Aside.PARKED or leg.phase is Phase.HELD:
                return Refused(Why.ON_HOLD, "resume the call first")
            if aside is Aside.CONSULT:
                return Refused(Why.CONSULTING, "a consultation is under way: complete, join or cancel it")
            if not _may_reach(request.seat, to, roster):
                return Refused(Why.TARGET, f"{to!r} is no other seat and no allowed number")
            if isinstance(request, ask.TransferBlind):
                return Deed(Verb.BLIND_TRANSFER, leg.seat, leg.id, tel.BlindTransfer(leg.id, to))
            return Deed(Verb.CONSULT, leg.seat, leg.id, tel.AttendedTransfer(leg.id, to))
        case ask.ConsultComplete():
            return _end(leg, aside, Verb.COMPLETE, tel.ConsultEnd.COMPLETE)
        case ask.Conference():
            return _end(leg, aside, Verb.CONFERENCE, tel.ConsultEnd.CONFERENCE)
        case ask.ConsultCancel():
            return _end(leg, aside, Verb.CANCEL, tel.ConsultEnd.CANCEL)
        case ask.PressKeys(keys=keys):
            return Deed(Verb.KEYS, leg.seat, leg.id, tel.SendDigits(leg.id, keys))
        case ask.HoldCall():
            return _hold(leg, aside)
        case ask.ResumeCall():
            if leg.phase is Phase.HELD:
                return Refused(Why.ON_HOLD, "the phone itself holds the call: resume it there")
            if aside is Aside.CONSULT and leg.aside is Aside.CONSULT:
                return Refused(Why.CONSULTING, "a consultation is under way: complete, join or cancel it")
            return Deed(Verb.RESUME, leg.seat, leg.id, tel.Resume(leg.id))


def _end(leg: SeatLeg, aside: Aside, verb: Verb, how: tel.ConsultEnd) -> Deed | Refused:
    if aside is not Aside.CONSULT:
        return Refused(Why.NO_CONSULTATION, "nobody is being consulted")
    return Deed(verb, leg.seat, leg.id, tel.EndConsult(leg.id, how))


def _hold(leg: SeatLeg, aside: Aside) -> Deed | Refused:
    if aside is Aside.PARKED or leg.phase is Phase.HELD:
        return Refused(Why.ON_HOLD, "the call is on hold already")
    if aside is Aside.CONSULT:
        return Refused(Why.CONSULTING, "the caller already hears music: a consultation is under way")
    return Deed(Verb.HOLD, leg.seat, leg.id, tel.Hold(leg.id))


def _hang_up(seat: SeatId, phones: Phones) -> Deed | Refused:
    found = phones.state(seat)
    if found is None:
        return Refused(Why.NO_CALL, f"seat {seat} is not in a call")
    cue, leg = found
    cause = DECLINED if cue is Cue.RINGS else NORMAL
    return Deed(Verb.HANG_UP, seat, leg.id, tel.HangUp(leg.id, cause))


def _call(request: ask.CallSeat | ask.DialOut, phones: Phones, roster: Roster) -> Deed | Refused:
    seat = request.seat
    if phones.busy(seat):
        return Refused(Why.IN_CALL, f"seat {seat} is in a call")
    if seat in phones.away:
        return Refused(Why.PHONE_UNREACHABLE, f"the phone of seat {seat} does not answer")
    if isinstance(request, ask.CallSeat):
        if request.to not in roster.seats or request.to == seat:
            return Refused(Why.TARGET, f"{request.to!r} is no other seat")
        return Deed(Verb.CALL_SEAT, seat, NO_LEG, tel.CallSeat(seat, request.to))
    if not roster.may_dial(request.number):
        return Refused(Why.TARGET, f"{request.number!r} is not among the allowed numbers")
    return Deed(Verb.DIAL_OUT, seat, NO_LEG, tel.DialOut(seat, request.number))


def _may_reach(seat: SeatId, to: str, roster: Roster) -> bool:
    """AMI's BlindTransfer says Success for an extension that is not there and drops the citizen."""
    return (to in roster.seats and to != seat) or roster.may_dial(to)
