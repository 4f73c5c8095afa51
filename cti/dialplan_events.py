"""What our dialplan said of a leg → what happened to its call. One handler a frame; asked by ``fold.py``.

A handler gets the leg, which is there, and may write what its call is known by; nothing here
calls back into the fold. QUEUEEXIT is not here: how a caller leaves a queue is the fold's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import dial_attempt
from . import events as ev
from . import frame_types as fr
from .call import Leg
from .caller_names import name_of
from .events import DialResult, Direction
from .ids import SeatId, TrunkId
from .journey_events import (
    CallbackAsked,
    CallbackOffered,
    CallbackTaken,
    CallbackTakenOver,
    CitizenCalledBack,
    JourneyStepped,
    KeptPlaceUp,
    NoticePlayed,
    NuisanceHandled,
    PromptUnplayed,
    SelfServed,
    SurveyAnswered,
    SwitchedByPhone,
    VoicemailBegan,
    VoicemailEnd,
    VoicemailEnded,
    WaitPromised,
)

Events = tuple[ev.Event, ...]


def _lined(leg: Leg, f: fr.Lined) -> Events:
    call = leg.call
    if call.line:
        return ()
    call.line, call.trunk, call.partner = f.line, f.trunk, f.partner
    call.reference, call.origin = f.reference, f.origin
    name = ""
    if f.caller is not None:
        call.caller, call.caller_name, call.diverted = f.caller, name_of(f.name, f.caller), f.diverted
        call.hidden, name = f.hidden, call.caller_name
    return (
        ev.CallLined(
            call.id, f.at, f.line, TrunkId(f.trunk), f.number, f.partner, f.reference, f.origin,
            f.caller, name, f.hidden, f.diverted, f.odd,
        ),
    )  # fmt: skip


def _dialled(leg: Leg, f: fr.Dialled) -> Events:
    if leg.call.dialled:
        return ()
    leg.call.dialled = f.number
    return (ev.CallDialled(leg.call.id, f.at, f.number),)


def _noticed(leg: Leg, f: fr.Noticed) -> Events:
    return (NoticePlayed(leg.call.id, f.at, f.prompt, f.source),)


def _unplayed(leg: Leg, f: fr.Unplayed) -> Events:
    return (PromptUnplayed(leg.call.id, f.at, f.prompt),)


def _walked(leg: Leg, f: fr.Walked) -> Events:
    return (JourneyStepped(leg.call.id, f.at, leg.call.line, f.step, f.way),)


def _speaks(leg: Leg, f: fr.Speaks) -> Events:
    return (VoicemailBegan(leg.call.id, f.at, f.prompt),)


def _spoke(leg: Leg, f: fr.Spoke) -> Events:
    return (VoicemailEnded(leg.call.id, f.at, _VOICEMAIL_ENDS.get(f.how, VoicemailEnd.UNKNOWN)),)


_VOICEMAIL_ENDS = {end.upper(): end for end in VoicemailEnd}


def _judged(leg: Leg, f: fr.Judged) -> Events:
    score = f.score if f.score in range(1, 6) else None
    return (SurveyAnswered(leg.call.id, f.at, score, {"1": True, "2": False}.get(f.solved)),)


def _self_served(leg: Leg, f: fr.SelfServed) -> Events:
    return (SelfServed(leg.call.id, f.at, f.service, f.result, f.about, f.said),)


def _promised(leg: Leg, f: fr.Promised) -> Events:
    return (WaitPromised(leg.call.id, f.at, f.queue, f.place, f.minutes),)


_STATUS = {
    "BUSY": DialResult.BUSY, "NOANSWER": DialResult.NO_ANSWER, "CANCEL": DialResult.CANCELLED,
}  # fmt: skip
"""DIALSTATUS of Dial() that says more than the cause."""


def _handed_over(leg: Leg, f: fr.HandedOver) -> Events:
    if f.step not in list(ev.HandoverStep):
        return ()
    step, call = ev.HandoverStep(f.step), leg.call
    reference = f.said if step is ev.HandoverStep.ANSWERED else ""
    answered, result = False, None
    if step is ev.HandoverStep.OVER:
        status, _, cause = f.said.partition(" ")
        answered = status == "ANSWER"
        if not answered:
            said = dial_attempt.result_of(int(cause) if cause.isdecimal() else 0, rang_out=False, withdrawn=False)
            result = _STATUS.get(status, said if said is not DialResult.CANCELLED else DialResult.UNREACHABLE)
    return (
        ev.HandoverStepped(call.id, f.at, leg.id, f.handover, f.partner, f.seat, step, reference, answered, result),
    )


def _callback_offered(leg: Leg, f: fr.CallbackOffered) -> Events:
    return (CallbackOffered(leg.call.id, f.at, f.queue, f.place),)


def _callback_asked(leg: Leg, f: fr.CallbackAsked) -> Events:
    return (CallbackAsked(leg.call.id, f.at, f.queue, f.place),)


def _callback_taken(leg: Leg, f: fr.CallbackTaken) -> Events:
    return (CallbackTaken(leg.call.id, f.at, f.number),)


def _callback_taken_over(leg: Leg, f: fr.CallbackTakenOver) -> Events:
    return (CallbackTakenOver(leg.call.id, f.at, f.of),)


def _place_up(leg: Leg, f: fr.PlaceUp) -> Events:
    return (KeptPlaceUp(leg.call.id, f.at),)


def _called_back(leg: Leg, f: fr.CalledBack) -> Events:
    return (CitizenCalledBack(leg.call.id, f.at, f.status == "ANSWER", f.cause),)


def _switched(leg: Leg, f: fr.SwitchedByPhone) -> Events:
    return (SwitchedByPhone(leg.call.id, f.at, f.kind, f.target, f.state, f.until, f.said, f.district, f.seat),)


def _nuisance(leg: Leg, f: fr.NuisanceHandled) -> Events:
    return (NuisanceHandled(leg.call.id, f.at, f.grade, f.step),)


def _turned_away(leg: Leg, f: fr.TurnedAway) -> Events:
    return (ev.CallRefused(leg.call.id, f.at, f.reason),)


def _forbidden(leg: Leg, f: fr.DialForbidden) -> Events:
    call = leg.call
    refused = ev.DialRefused(call.id, f.at, f.seat, f.number, f.reason)
    if call.direction is not Direction.OUTBOUND or call.dialled:
        return (refused,)
    call.dialled = f.number
    return (ev.CallDialled(call.id, f.at, f.number), refused)


def _recorded(leg: Leg, f: fr.Recorded) -> Events:
    return (ev.RecordingStarted(leg.call.id, f.at, f.file, leg.id),)


def _media_told(leg: Leg, f: fr.MediaTold) -> Events:
    return (ev.LegMedia(leg.call.id, f.at, leg.id, f.received, f.lost, f.jitter_ms, f.sent, f.lost_there),)


def _watching(leg: Leg, f: fr.Watching) -> Events:
    if not leg.first:
        return ()
    leg.call.direction = Direction.WATCH
    return (ev.WatchBegan(leg.call.id, f.at, leg.id, SeatId(leg.endpoint), f.watched, f.mode),)


HANDLERS: dict[type, Callable[[Leg, Any], Events]] = {
    fr.Lined: _lined,
    fr.Dialled: _dialled,
    fr.Noticed: _noticed,
    fr.Unplayed: _unplayed,
    fr.Walked: _walked,
    fr.Speaks: _speaks,
    fr.Spoke: _spoke,
    fr.Judged: _judged,
    fr.SelfServed: _self_served,
    fr.Promised: _promised,
    fr.HandedOver: _handed_over,
    fr.CallbackOffered: _callback_offered,
    fr.CallbackAsked: _callback_asked,
    fr.CallbackTaken: _callback_taken,
    fr.CallbackTakenOver: _callback_taken_over,
    fr.PlaceUp: _place_up,
    fr.CalledBack: _called_back,
    fr.SwitchedByPhone: _switched,
    fr.NuisanceHandled: _nuisance,
    fr.TurnedAway: _turned_away,
    fr.DialForbidden: _forbidden,
    fr.Recorded: _recorded,
    fr.MediaTold: _media_told,
    fr.Watching: _watching,
}
"""Frame → its handler."""
