"""What a supervisor may do to a seat, said in the seat's own requests. Pure; asked by ``desk.py``.

Forcing never cuts a citizen off: in a call it becomes what shall be after the call.
Listening, whispering and barging are allowed and told here (``SupervisionAsked``); the
telephone part (ChanSpy on the rendered dialplan) hangs on that event.
"""

from __future__ import annotations

from cti.ids import Instant

from . import commands as ask
from .commands import Refused, Why
from .events import SupervisionAsked
from .ids import OwnReason
from .phones import Phones
from .presence import ON_PHONE, Presence
from .roster import Roster
from .seat import SeatState, Then


def forced(request: ask.ForceSeat, seat: SeatState, roster: Roster) -> ask.SeatRequest | Refused:
    """The request that forcing comes to, in the presence the seat is in."""
    if not roster.may_supervise(request.by):
        return Refused(Why.NOT_ALLOWED, f"{request.by!r} is no supervisor")
    if seat.presence is Presence.LOGGED_OUT:
        return Refused(Why.NOT_NOW, f"nobody sits at seat {seat.seat}")
    in_call = seat.presence in ON_PHONE
    reason = request.reason or OwnReason.FORCED
    match request.force:
        case ask.Force.READY:
            return ask.AfterCall(seat.seat, Then.READY) if in_call else ask.GoReady(seat.seat)
        case ask.Force.PAUSE:
            return ask.AfterCall(seat.seat, Then.PAUSE, reason) if in_call else ask.Pause(seat.seat, reason)
        case ask.Force.LOG_OUT:
            return ask.AfterCall(seat.seat, Then.LOG_OUT) if in_call else ask.LogOut(seat.seat)


def listening(request: ask.Supervise, phones: Phones, roster: Roster, at: Instant) -> SupervisionAsked | Refused:
    """Whether this supervisor may hear this seat now."""
    if not roster.may_supervise(request.by):
        return Refused(Why.NOT_ALLOWED, f"{request.by!r} is no supervisor")
    leg = phones.talking(request.seat)
    if leg is None:
        return Refused(Why.NO_CALL, f"seat {request.seat} is not in a call")
    return SupervisionAsked(request.by, request.seat, leg.call, request.mode, at)
