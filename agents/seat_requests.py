"""What people ask for a seat → the seat's next memory, or why not. Pure; asked by ``desk.py``.

``IllegalCue`` from the presence table passes through: the desk turns it into a refusal.
"""

from __future__ import annotations

from dataclasses import replace

from config.language import listed, sentence
from cti.ids import Instant

from . import commands as ask
from .after_call import left, next_state
from .commands import Refused, Why
from .own_reasons import OwnReason
from .presence import ON_PHONE, Cue, Presence, after
from .roster import Rules
from .seat_state import NO_CALL, SeatState, Then

SeatRequest = (
    ask.LogOut | ask.GoReady | ask.Pause | ask.AfterCall | ask.EndWrapUp | ask.ExtendWrapUp | ask.AskHelp | ask.EndHelp
)


_IN_CALL = (Presence.TALKING, Presence.HOLDING, Presence.WRAP_UP)
"""Help is wanted for a citizen who is there, or about one who was a moment ago."""
_STILL_GRANTED = (ask.EndWrapUp, ask.LogOut, ask.AskHelp, ask.EndHelp)
"""To who was put out: nothing of it keeps them at the seat, and their citizen is still there."""


def granted(
    request: SeatRequest, state: SeatState, rules: Rules, now: Instant, *, bar: str, lacks: str, chief: bool = False
) -> SeatState | Refused:
    """The seat after this request. ``bar``: why it can't be ready; ``lacks``: what its page does not prove.

    ``chief``: a supervisor's word. Who was put out by one is gone after the call: nothing the seat itself asks for takes that back.
    """
    if put_out(state) and not chief and not isinstance(request, _STILL_GRANTED):
        if isinstance(request, ask.AfterCall) and request.then is Then.LOG_OUT:
            return state  # it is agreed already; whose word it was stays
        return Refused(
            Why.PUT_OUT, sentence("seat {seat} is to be left after this call: a supervisor said so", seat=state.seat)
        )
    match request:
        case ask.LogOut():
            return replace(left(state), presence=after(state.presence, Cue.LOG_OUT))
        case ask.GoReady():
            presence = after(state.presence, Cue.GO_READY)
            if bar == OwnReason.UNREACHABLE:
                return Refused(
                    Why.PHONE_UNREACHABLE, sentence("the phone of seat {seat} does not answer", seat=state.seat)
                )
            if bar:
                return Refused(Why.PHONE_UNPROVED, _lacks(state, lacks))
            return _resting(replace(state, presence=presence, missed=0), "")
        case ask.Pause(reason=reason):
            presence = after(state.presence, Cue.PAUSE)
            return _unknown(reason, rules) or _resting(replace(state, presence=presence), reason)
        case ask.AfterCall():
            return _after_call(request, state, rules, chief=chief)
        case ask.EndWrapUp():
            if state.presence is not Presence.WRAP_UP:
                return Refused(
                    Why.NOT_NOW,
                    sentence("cannot end a wrap-up while {presence}", presence=sentence(str(state.presence))),
                )
            return next_state(replace(state, wrap_until=None), now, bar=bar)
        case ask.ExtendWrapUp():
            return _extended(state, rules, now)
        case ask.AskHelp():
            if state.presence not in _IN_CALL:
                return Refused(Why.NO_CALL, sentence("seat {seat} is not in a call", seat=state.seat))
            return replace(state, help_since=state.help_since or now)
        case ask.EndHelp():
            return replace(state, help_since=None)


def arrived(request: ask.LogIn, state: SeatState, *, proof: bool) -> SeatState:
    """The empty seat with its new agent, before its phone or its rest is looked at."""
    pause = "" if request.ready else OwnReason.LOGIN
    presence = after(state.presence, Cue.LOG_IN)
    return replace(
        SeatState(state.seat), agent=request.agent, pause=pause, presence=presence, reason=pause, proof=proof
    )  # fmt: skip


def put_out(state: SeatState) -> bool:
    """A supervisor said that whoever sits there is gone after this call."""
    return state.then is Then.LOG_OUT and state.then_reason == OwnReason.FORCED


def _extended(state: SeatState, rules: Rules, now: Instant) -> SeatState | Refused:
    """A wrap-up that runs, longer; never beyond the most from its beginning on."""
    if state.presence is not Presence.WRAP_UP or state.wrap_until is None:
        return Refused(
            Why.NOT_NOW, sentence("cannot extend a wrap-up while {presence}", presence=sentence(str(state.presence)))
        )
    until = min(max(state.wrap_until, now) + rules.wrap_up_extend_seconds, state.since + rules.wrap_up_most_seconds)
    if until <= state.wrap_until:
        return Refused(
            Why.LONGEST, sentence("a wrap-up lasts {most} s at most", most=f"{rules.wrap_up_most_seconds:g}")
        )
    return replace(state, wrap_until=Instant(until))


def _after_call(request: ask.AfterCall, state: SeatState, rules: Rules, *, chief: bool) -> SeatState | Refused:
    if state.presence not in ON_PHONE and state.presence is not Presence.WRAP_UP:
        return Refused(
            Why.NOT_NOW,
            sentence("there is no call to wait for while {presence}", presence=sentence(str(state.presence))),
        )
    if request.then is not Then.PAUSE:
        return replace(
            state, then=request.then, then_reason=OwnReason.FORCED if chief and request.then is Then.LOG_OUT else ""
        )
    return _unknown(request.reason, rules) or replace(state, then=request.then, then_reason=request.reason)


def _resting(state: SeatState, pause: str) -> SeatState:
    return replace(
        state, reason=pause, pause=pause, call=NO_CALL, wrap_until=None, then=Then.NOTHING, then_reason="",
        help_since=None,
    )  # fmt: skip


def _unknown(reason: str, rules: Rules) -> Refused | None:
    if reason in rules.pause_reasons or reason in (OwnReason.FORCED, OwnReason.AWAY):
        return None
    return Refused(
        Why.UNKNOWN_REASON,
        sentence("{reason!r} is none of: {allowed}", reason=reason, allowed=", ".join(rules.pause_reasons)),
    )


def _lacks(state: SeatState, words: str) -> str:
    """``words`` are those of ``PhoneReports.lacks``, with commas."""
    return sentence("the page of seat {seat} lacks: {lacks}", seat=state.seat, lacks=listed(words.split(",")))
