"""Where a seat lands when its phone falls idle, and what app_queue shall think of it. Pure.

Asked by ``desk.py``; every function takes a seat's memory and gives the next one back.
"""

from __future__ import annotations

from dataclasses import replace

from cti.ids import CallId, Instant

from .own_reasons import OwnReason
from .presence import ON_PHONE, Cue, Presence, after
from .seat_state import NO_CALL, SeatState, Then

BARS = frozenset({OwnReason.UNREACHABLE, OwnReason.PHONE})
"""Reasons for which a seat that is ready is kept from calls, for as long as they last."""


def next_state(state: SeatState, now: Instant, *, bar: str) -> SeatState:
    """The seat with an idle phone: still wrapping up, gone, paused or ready, as agreed.

    ``bar``: the reason of ``BARS`` for which it can't be ready; '' none.
    """
    if state.wrap_until is not None and state.wrap_until > now:
        return replace(
            state, presence=after(state.presence, Cue.WRAPS), reason=OwnReason.WRAP_UP, call=state.wrap_call
        )  # fmt: skip
    match state.then:
        case Then.LOG_OUT:
            return replace(left(state), presence=after(state.presence, Cue.LEAVES))
        case Then.PAUSE:
            state = replace(state, pause=state.then_reason)
        case Then.READY:
            state = replace(state, pause="", missed=0)
    if bar and (not state.pause or state.pause in BARS):
        state = replace(state, pause=bar)
    cue = Cue.RESTS_PAUSED if state.pause else Cue.RESTS_READY
    return replace(
        state, presence=after(state.presence, cue), reason=state.pause, call=NO_CALL, wrap_until=None,
        wrap_call=NO_CALL, then=Then.NOTHING, then_reason="", help_since=None,
    )  # fmt: skip


def left(state: SeatState) -> SeatState:
    """The empty seat after its agent has gone."""
    return SeatState(state.seat, Presence.LOGGED_OUT, since=state.since)


def on_phone(state: SeatState, cue: Cue, call: CallId) -> SeatState:
    """The seat while its phone gives ``cue`` in ``call``."""
    missed = 0 if cue is Cue.TALKS else state.missed
    return replace(state, presence=after(state.presence, cue), reason="", call=call, missed=missed)


def pause_word(state: SeatState, *, queue_call: bool, dialling: bool) -> str | None:
    """The reason app_queue shall keep this seat paused for; None: it may be offered calls.

    In a call that app_queue gave, its own device state keeps further offers away, and no
    pause is set: were the daemon to die now, the seat would not stay paused. In any other
    call app_queue knows nothing, so it is paused. What was agreed for after the call is
    told at once: then not even a moment is open when it ends.
    """
    if state.presence in ON_PHONE:
        if state.then in (Then.PAUSE, Then.LOG_OUT):
            return state.then_reason or OwnReason.ON_CALL
        if queue_call and not state.pause:
            return None
        return state.pause or OwnReason.ON_CALL
    if state.presence is Presence.READY:
        return OwnReason.ON_CALL if dialling else None
    return state.reason or OwnReason.LOGIN


def rested(old: SeatState, new: SeatState, at: Instant) -> Instant | None:
    """``SeatState.rested`` of the seat that becomes ``new`` at this moment."""
    if new.presence in (Presence.DIALLING, Presence.RINGING):
        return old.rested
    if new.presence is not Presence.PAUSED:
        return None
    same = new.pause == old.pause and old.presence is not Presence.PAUSED
    return old.rested if same and old.rested is not None else at


def differs(old: SeatState, new: SeatState) -> bool:
    """Whether one interval of the seat's book ended and another began."""
    return (old.presence, old.reason, old.agent) != (new.presence, new.reason, new.agent)
