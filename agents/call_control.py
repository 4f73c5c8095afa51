"""The telephone's verbs: whether a seat may do this now, and the command that does it.

Pure; asked by ``desk.py``. It looks at the seat's phone (``phones.py``) and the centre's
rules (``roster.py``) and answers with a refusal or with what to perform.
"""

from __future__ import annotations

from dataclasses import dataclass

from config.language import sentence
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
class CallControl:
    """One thing to do on the telephone for a seat."""

    verb: Verb
    seat: SeatId
    leg: LegId
    command: tel.Command


def decide(request: ask.VerbRequest, phones: Phones, roster: Roster, at: Instant) -> CallControl | Refused:
    """What to perform for this request, or why not."""
    match request:
        case ask.CallSeat() | ask.DialOut():
            return _call(request, phones, roster)
        case ask.HangUpCall():
            return _hang_up(request.seat, phones)
    leg = phones.talking(request.seat)
    if leg is None:
        return Refused(Why.NO_CALL, sentence("seat {seat} is not in a call", seat=request.seat))
    aside = phones.aside(leg, at)
    match request:
        case ask.TransferBlind() | ask.TransferAttended() | ask.TransferToQueue() | ask.HandOver():
            if aside is Aside.PARKED or leg.phase is Phase.HELD:
                return Refused(Why.ON_HOLD, sentence("resume the call first"))
            if aside is Aside.CONSULT:
                return Refused(Why.CONSULTING, sentence("a consultation is under way: complete, join or cancel it"))
            if isinstance(request, ask.TransferToQueue):
                return _to_queue(request, leg, phones, roster)
            if isinstance(request, ask.HandOver):
                return _hand_over(request, leg, phones)
            reached = _reached(request.seat, request.to, roster)
            if isinstance(reached, Refused):
                return reached
            if isinstance(request, ask.TransferBlind):
                return CallControl(Verb.BLIND_TRANSFER, leg.seat, leg.id, tel.BlindTransfer(leg.id, reached))
            return CallControl(Verb.CONSULT, leg.seat, leg.id, tel.AttendedTransfer(leg.id, reached))
        case ask.ConsultComplete():
            return _end(leg, aside, Verb.COMPLETE, tel.ConsultEnd.COMPLETE, begun=phones.consulting(leg))
        case ask.Conference():
            return _end(leg, aside, Verb.CONFERENCE, tel.ConsultEnd.CONFERENCE, begun=phones.consulting(leg))
        case ask.SwapConsult():
            if aside is not Aside.CONSULT or not phones.consulting(leg):
                return Refused(Why.NO_CONSULTATION, sentence("nobody is being consulted"))
            return CallControl(Verb.SWAP, leg.seat, leg.id, tel.SwapConsult(leg.id))
        case ask.DropParty(leg=party):
            if not phones.party(leg, party):
                return Refused(Why.NO_PARTY, sentence("{party!r} is no other party of this call", party=party))
            if not phones.has_call(leg):
                return Refused(Why.NOT_YOURS, sentence("only the seat whose call it is drops a party"))
            return CallControl(Verb.DROP, leg.seat, leg.id, tel.HangUp(party))
        case ask.ConsultCancel():
            return _end(leg, aside, Verb.CANCEL, tel.ConsultEnd.CANCEL)
        case ask.PressKeys(keys=keys):
            return CallControl(Verb.KEYS, leg.seat, leg.id, tel.SendDigits(leg.id, keys))
        case ask.HoldCall():
            return _hold(leg, aside)
        case ask.ResumeCall():
            if leg.phase is Phase.HELD:
                return Refused(Why.ON_HOLD, sentence("the phone itself holds the call: resume it there"))
            if aside is Aside.CONSULT and leg.aside is Aside.CONSULT:
                return Refused(Why.CONSULTING, sentence("a consultation is under way: complete, join or cancel it"))
            return CallControl(Verb.RESUME, leg.seat, leg.id, tel.Resume(leg.id))


def _to_queue(request: ask.TransferToQueue, leg: SeatLeg, phones: Phones, roster: Roster) -> CallControl | Refused:
    if request.queue not in roster.queues:
        return Refused(Why.UNKNOWN_QUEUE, sentence("there is no queue {queue!r}", queue=request.queue))
    if phones.inside(leg.call):
        return Refused(
            Why.TARGET, sentence("seat {seat} talks with a colleague, not with a citizen", seat=request.seat)
        )
    return CallControl(Verb.QUEUE_TRANSFER, leg.seat, leg.id, tel.TransferToQueue(leg.id, request.queue))


def _hand_over(request: ask.HandOver, leg: SeatLeg, phones: Phones) -> CallControl | Refused:
    if phones.inside(leg.call) or leg.asked:
        return Refused(
            Why.TARGET, sentence("seat {seat} talks with a colleague, not with a citizen", seat=request.seat)
        )
    said = tel.HandOver(leg.id, request.to, request.handover, request.ticket, request.number, request.summary)
    return CallControl(Verb.CONSULT, leg.seat, leg.id, said)


def _end(leg: SeatLeg, aside: Aside, verb: Verb, how: tel.ConsultEnd, *, begun: bool = True) -> CallControl | Refused:
    if aside is not Aside.CONSULT:
        return Refused(Why.NO_CONSULTATION, sentence("nobody is being consulted"))
    if not begun:  # Asterisk still takes every key for a digit of the number
        return Refused(Why.NOT_RINGING, sentence("the consultation does not ring yet: ask again in a moment"))
    return CallControl(verb, leg.seat, leg.id, tel.EndConsult(leg.id, how))


def _hold(leg: SeatLeg, aside: Aside) -> CallControl | Refused:
    if aside is Aside.PARKED or leg.phase is Phase.HELD:
        return Refused(Why.ON_HOLD, sentence("the call is on hold already"))
    if aside is Aside.CONSULT:
        return Refused(Why.CONSULTING, sentence("the caller already hears music: a consultation is under way"))
    return CallControl(Verb.HOLD, leg.seat, leg.id, tel.Hold(leg.id))


def _hang_up(seat: SeatId, phones: Phones) -> CallControl | Refused:
    found = phones.state(seat)
    if found is None:
        return Refused(Why.NO_CALL, sentence("seat {seat} is not in a call", seat=seat))
    cue, leg = found
    cause = DECLINED if cue is Cue.RINGS else NORMAL
    return CallControl(Verb.HANG_UP, seat, leg.id, tel.HangUp(leg.id, cause))


def _call(request: ask.CallSeat | ask.DialOut, phones: Phones, roster: Roster) -> CallControl | Refused:
    seat = request.seat
    if phones.busy(seat):
        return Refused(Why.IN_CALL, sentence("seat {seat} is in a call", seat=seat))
    if phones.away(seat) is not None:
        return Refused(Why.PHONE_UNREACHABLE, sentence("the phone of seat {seat} does not answer", seat=seat))
    if isinstance(request, ask.CallSeat):
        if request.to not in roster.seats or request.to == seat:
            return Refused(Why.TARGET, sentence("{to!r} is no other seat", to=request.to))
        return CallControl(Verb.CALL_SEAT, seat, NO_LEG, tel.CallSeat(seat, request.to))
    number = _let_out(request.number, roster)
    if isinstance(number, Refused):
        return number
    return CallControl(Verb.DIAL_OUT, seat, NO_LEG, tel.DialOut(seat, number))


def _reached(seat: SeatId, to: str, roster: Roster) -> str | Refused:
    """Another seat, or a number that is let out, as it is dialled.

    AMI's BlindTransfer says Success for an extension that is not there and drops the citizen."""
    meant = roster.seat_meant(to)
    if meant is not None:
        return Refused(Why.TARGET, sentence("{to!r} is no other seat", to=to)) if meant == seat else meant
    return _let_out(to, roster)


def _let_out(text: str, roster: Roster) -> str | Refused:
    number = roster.dialled(text)
    if number is None:
        return Refused(
            Why.TARGET, sentence("{text} is not one telephone number: give one alone, as digits", text=repr(text[:40]))
        )
    if not number:
        return Refused(Why.TARGET, sentence("{text} is not among the allowed numbers", text=repr(text[:40])))
    return number
