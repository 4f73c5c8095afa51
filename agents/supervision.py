"""What a supervisor may do to a seat or a waiting caller. Pure; asked by ``desk.py``.

Forcing never cuts a citizen off: in a call it becomes what shall be after the call, and who was put out so cannot
take it back (``seat_requests.put_out``).
Watching rings the supervisor's own seat and lets it hear the watched seat's leg (ChanSpy in
the rendered dialplan); listening, whispering and barging are one watch with another mode.
Taking over gives the citizen to the supervisor's own seat as the agent's own blind transfer would.
"""

from __future__ import annotations

from dataclasses import dataclass

from config.language import sentence
from cti import commands as tel
from cti import events as ev
from cti.ids import CallId, Instant, LegId, QueueId, SeatId

from . import commands as ask
from .call_control import NO_LEG, CallControl
from .commands import Refused, Why
from .events import Verb, Warned, WatchEnded
from .own_reasons import AgentId, OwnReason
from .phones import Aside, Phase, Phones, SeatLeg
from .presence import ON_PHONE, Presence
from .roster import Roster
from .seat_state import NO_CALL, SeatState, Then

NO_SEAT = SeatId("")


@dataclass(frozen=True, slots=True)
class Told:
    """What audit log and agent are told of a request that was agreed to."""

    action: str
    seat: SeatId
    call: CallId
    detail: str
    warned: Warned | None


def told(request: ask.Supervision, phones: Phones) -> Told:
    """Listening alone is not told to the agent."""
    if isinstance(request, ask.MoveCall):
        where = f"{request.queue} {'head' if request.urgent else 'end'}"
        return Told("move", NO_SEAT, request.call, _detail(where, request.reason), None)
    leg = phones.talking(request.seat)
    call = leg.call if leg else NO_CALL
    match request:
        case ask.ForceSeat():
            return Told("force", request.seat, call, _detail(request.force, request.reason), Warned.FORCED)
        case ask.Watch():
            warned = None if request.mode is tel.Listening.LISTEN else Warned.WATCHED
            return Told("watch", request.seat, call, _detail(request.mode, request.reason), warned)
        case ask.Unwatch():
            return Told("unwatch", request.seat, call, "", None)
        case ask.TakeOver():
            return Told("take_over", request.seat, call, _detail("", request.reason), Warned.TAKEN_OVER)


def _detail(what: str, reason: str) -> str:
    return f"{what}: {reason}" if what and reason else what or reason


def forced(request: ask.ForceSeat, seat: SeatState, roster: Roster) -> ask.SeatRequest | Refused:
    """The request that forcing comes to, in the presence the seat is in."""
    if seat.presence is Presence.LOGGED_OUT:
        return Refused(Why.NOT_NOW, sentence("nobody sits at seat {seat}", seat=seat.seat))
    in_call = seat.presence in ON_PHONE
    reason = request.reason if request.reason in roster.rules.pause_reasons else OwnReason.FORCED
    match request.force:
        case ask.Force.READY:
            return ask.AfterCall(seat.seat, Then.READY) if in_call else ask.GoReady(seat.seat)
        case ask.Force.PAUSE:
            return ask.AfterCall(seat.seat, Then.PAUSE, reason) if in_call else ask.Pause(seat.seat, reason)
        case ask.Force.LOG_OUT:
            return ask.AfterCall(seat.seat, Then.LOG_OUT) if in_call else ask.LogOut(seat.seat)


@dataclass(frozen=True, slots=True)
class Watched:
    """A supervisor hears a seat."""

    supervisor: AgentId
    own: SeatId
    """The supervisor's."""
    seat: SeatId
    call: CallId
    leg: LegId
    """The seat's, that is heard."""
    by: LegId = NO_LEG
    """The supervisor's; '' while their phone rings."""


class Watches:
    """Who hears whom: one watch a supervisor."""

    def __init__(self) -> None:
        self._by: dict[AgentId, Watched] = {}

    def of(self, supervisor: AgentId) -> Watched | None:
        return self._by.get(supervisor)

    def begin(self, watched: Watched) -> None:
        self._by[watched.supervisor] = watched

    def found(self, event: ev.WatchBegan, supervisor: AgentId, phones: Phones) -> None:
        """A watch that went on while we were away."""
        target = phones.legs.get(event.watched)
        if supervisor and target is not None and supervisor not in self._by:
            self.begin(Watched(supervisor, event.seat, target.seat, target.call, target.id, event.leg))

    def failed(self, own: SeatId) -> None:
        """The supervisor's phone did not answer."""
        for one in list(self._by.values()):
            if one.own == own and not one.by:
                del self._by[one.supervisor]

    def hear(self, event: ev.Event, at: Instant) -> WatchEnded | None:
        """Follow the telephone; what ended, if a watch did."""
        match event:
            case ev.WatchBegan(leg=leg, seat=own, watched=target):
                for one in self._by.values():
                    if one.own == own and one.leg == target:
                        self.begin(Watched(one.supervisor, own, one.seat, one.call, target, leg))
                        break
            case ev.LegEnded(leg=leg):
                for one in list(self._by.values()):
                    if one.by == leg:
                        del self._by[one.supervisor]
                        return WatchEnded(one.supervisor, at, one.seat, one.call)
            case _:
                pass
        return None


def _between(
    request: ask.Watch | ask.TakeOver, own: SeatState | None, phones: Phones
) -> tuple[SeatLeg, SeatState] | Refused:
    """The leg that talks at the seat that is asked for, and the supervisor's own seat."""
    leg = phones.talking(request.seat)
    if leg is None:
        return Refused(Why.NO_CALL, sentence("seat {seat} is not in a call", seat=request.seat))
    if own is None:
        return Refused(Why.NO_SEAT, sentence("{by!r} sits at no seat: take one first", by=request.by))
    if own.seat == request.seat:
        return Refused(Why.TARGET, sentence("that is your own seat"))
    return leg, own


def watch(request: ask.Watch, own: SeatState | None, phones: Phones, watches: Watches) -> CallControl | Refused:
    """Ring the supervisor's phone, or change the mode of the watch that is."""
    found = _between(request, own, phones)
    if isinstance(found, Refused):
        return found
    target, own = found
    mode = request.mode
    known = watches.of(request.by)
    if known is not None and known.leg == target.id and known.by:
        return CallControl(Verb.WATCH, own.seat, known.by, tel.ChangeWatch(known.by, mode))
    if phones.busy(own.seat) or known is not None:
        return Refused(Why.IN_CALL, sentence("your own phone at seat {seat} is in a call", seat=own.seat))
    if phones.away(own.seat) is not None:
        return Refused(Why.PHONE_UNREACHABLE, sentence("the phone of seat {seat} does not answer", seat=own.seat))
    return CallControl(Verb.WATCH, own.seat, NO_LEG, tel.WatchSeat(own.seat, target.id, mode))


def unwatch(request: ask.Unwatch, phones: Phones, watches: Watches) -> CallControl | Refused:
    known = watches.of(request.by)
    if known is None or known.seat != request.seat:
        return Refused(Why.NOT_WATCHING, sentence("you do not hear seat {seat}", seat=request.seat))
    leg = known.by or phones.leg_of(known.own)
    if not leg:
        return Refused(Why.NOT_NOW, sentence("your phone does not ring yet"))
    return CallControl(Verb.HANG_UP, known.own, leg, tel.HangUp(leg))


def take_over(
    request: ask.TakeOver, own: SeatState | None, phones: Phones, watches: Watches, at: Instant
) -> CallControl | Refused:
    """The citizen at ``request.seat`` comes to the supervisor's own seat."""
    found = _between(request, own, phones)
    if isinstance(found, Refused):
        return found
    leg, own = found
    if phones.inside(leg.call):
        return Refused(
            Why.NO_CALL, sentence("seat {seat} talks with a colleague, not with a citizen", seat=request.seat)
        )
    if (refused := _engaged(leg, phones, at)) is not None:
        return refused
    known = watches.of(request.by)
    ear = known.by if known is not None else NO_LEG
    if any(other.id != ear for other in phones.of(own.seat)):
        return Refused(Why.IN_CALL, sentence("your own phone at seat {seat} is in a call", seat=own.seat))
    if phones.away(own.seat) is not None:
        return Refused(Why.PHONE_UNREACHABLE, sentence("the phone of seat {seat} does not answer", seat=own.seat))
    return CallControl(Verb.TAKE_OVER, leg.seat, leg.id, tel.TakeOver(leg.id, own.seat, ear))


def _engaged(leg: SeatLeg, phones: Phones, at: Instant) -> Refused | None:
    aside = phones.aside(leg, at)
    if aside is Aside.PARKED or leg.phase is Phase.HELD:
        return Refused(Why.ON_HOLD, sentence("the citizen is on hold: the agent must resume first"))
    if aside is Aside.CONSULT:
        return Refused(Why.CONSULTING, sentence("a consultation is under way"))
    return None


def move(request: ask.MoveCall, phones: Phones, roster: Roster) -> CallControl | Refused:
    """A caller who waits, to the head or end of a queue."""
    if request.queue not in roster.queues:
        return Refused(Why.UNKNOWN_QUEUE, sentence("there is no queue {queue!r}", queue=request.queue))
    if not phones.alive(request.call):
        return Refused(Why.UNKNOWN_CALL, sentence("there is no call {call!r} now", call=request.call))
    queue = phones.waiting.get(request.call)
    if queue is None:
        return Refused(Why.NOT_WAITING, sentence("this caller does not wait"))
    leg = LegId(request.call)
    command = tel.MoveWaiting(leg, QueueId(queue), request.queue, urgent=request.urgent)
    return CallControl(Verb.MOVE, NO_SEAT, leg, command)
