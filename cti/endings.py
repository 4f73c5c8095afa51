"""How endings are told: who ended a call, and whether its citizen had nobody then. Pure; asked by ``fold.py``.

| what happened | who ended it |
|---|---|
| a telephone said BYE or CANCEL | that telephone's side: ``seat``, ``caller``, or ``called`` in the world |
| a page hung up (AMI), also a call that still rings | ``seat`` |
| a seat's leg fell silent, or was ended otherwise while its partner was there | ``seat`` |
| the dialplan hung up with nobody beside the citizen; the time limit | ``system`` |
| a consultation, or any call, became part of another | ``seat``: the transferer joined them |

Whoever leaves the other one alone in a bridge has ended the talk, by BYE, page, REFER or feature
key alike; a new partner, a queue or a new leg makes that undone.
"""

from __future__ import annotations

from collections.abc import Mapping

from config.answered_talk_rule import SILENT_CAUSE

from .call import Call, Leg
from .events import Alone, Direction, EndedBy, OfferResult, TransferKind

TIME_LIMIT = 102
PAGE = 16
"""Q.850 causes of the dialplan's time limit, and of a leg that a page hung up."""
RANG_SECONDS = 1.0
"""Nothing rings out sooner. What ended before, without a cause and with its caller still there, Asterisk let go for the
telephone's sake: a forward to a number of our own."""
HEAD = "head"
"""The extension by which a citizen whose seat is gone is sent to the head of the queue."""


REFUSALS: Mapping[int, OfferResult] = {
    17: OfferResult.REFUSED,  # 486, 600: busy, or the key that says so
    21: OfferResult.REFUSED,  # 603: declined; 403
    1: OfferResult.UNABLE,  # 404, 604
    3: OfferResult.UNABLE,
    18: OfferResult.UNABLE,  # 408
    19: OfferResult.UNABLE,  # 480: not available; what rang out has no cause
    20: OfferResult.UNABLE,  # not registered
    22: OfferResult.UNABLE,  # 410
    23: OfferResult.UNABLE,  # 301, 302 with a Contact: a forward, which is not followed
    27: OfferResult.UNABLE,
    28: OfferResult.UNABLE,  # 484
    34: OfferResult.UNABLE,  # 503
    38: OfferResult.UNABLE,  # 500
    41: OfferResult.UNABLE,
    42: OfferResult.UNABLE,
    44: OfferResult.UNABLE,
    58: OfferResult.UNABLE,  # 488, 606
    127: OfferResult.UNABLE,  # 5xx and 6xx without a cause of their own
}
"""Q.850 cause of an offer that nobody answered, as Asterisk makes it of the SIP answer → whose no it was."""


def side(leg: Leg) -> EndedBy:
    if leg.seat:
        return EndedBy.SEAT
    return EndedBy.CALLER if leg.first else EndedBy.CALLED


def hung_up(leg: Leg) -> EndedBy:
    """Whose end of the call it is when the telephone of ``leg`` said BYE: a caller whom the seat has left for good, who only
    answers the survey, ended nothing any more."""
    call = leg.call
    left = leg.first and call.left_by is EndedBy.SEAT and call.alone is Alone.NO
    return EndedBy.SEAT if left and not any(other.seat for other in call.legs.values()) else side(leg)


def met(parties: list[Leg]) -> None:
    """These hear each other now."""
    for leg in parties:
        leg.call.left_by = EndedBy.UNKNOWN
        if leg.first:
            leg.call.alone = Alone.NO


def leaves(leg: Leg, parties: list[Leg]) -> None:
    """``leg`` leaves a bridge in which ``parties`` heard each other."""
    if len(parties) == 2 and leg in parties:
        leg.call.left_by = side(leg)


def first_gone(call: Call, leg: Leg, cause: int, source: str, *, live: bool) -> EndedBy:
    """The leg that began this call has ended. ``source``: the channel (book only) that asked for it, '' nobody knows."""
    if source == leg.channel:
        return hung_up(leg)
    if cause == TIME_LIMIT:
        return EndedBy.SYSTEM
    if call.left_by is not EndedBy.UNKNOWN:
        return call.left_by
    if source.startswith("dialplan/"):
        return EndedBy.SYSTEM
    if source:
        return EndedBy.CALLED if call.direction is Direction.OUTBOUND else EndedBy.SEAT
    return EndedBy.SEAT if cause == PAGE and not live else EndedBy.UNKNOWN


def seat_gone(call: Call, leg: Leg, cause: int) -> None:
    """A seat's leg has ended: of silence, while its citizen was there?"""
    if cause == SILENT_CAUSE and (leg.talking or call.left_by is EndedBy.SEAT) and call.first in call.legs:
        call.alone = Alone.LET_GO


def given(call: Call, leg: Leg, kind: TransferKind, to: str) -> None:
    """The citizen was given away by ``leg``: until somebody hears him he has nobody."""
    if kind in (TransferKind.BLIND, TransferKind.BLONDE, TransferKind.QUEUE):
        call.alone = Alone.LET_GO if to in (HEAD, leg.endpoint) else Alone.GIVEN


def given_to(leg: Leg, to: str, target: Leg | None, second: Leg | None, joined: list[Leg]) -> str:
    """Whom: the seat that answered; else the number, as the Local channel of a consultation or the second line dialled it.

    ``leg``: the transferer's; ``to``: what the event itself says; ``target``: the leg that was given the caller;
    ``second``: the transferer's second one; ``joined``: the target, or who is in the citizen's bridge by now.
    """
    if target is not None and target.seat:
        return target.endpoint
    for one in joined:  # who hung up while it rang names no target, but the Local channel stands beside the citizen
        if one.channel.startswith("Local/"):
            return one.channel[6:].partition("@")[0]
    for other in (second, target):
        if other is not None and (called := other.called or (other.call.dialled if other.call is not leg.call else "")):
            return called
    return to or (target.endpoint if target is not None else "")


def queued(call: Call) -> None:
    """He waits; if not for the first time, whoever answered is gone."""
    call.left_by = EndedBy.UNKNOWN
    if call.answered and call.alone is Alone.NO:
        call.alone = Alone.LET_GO


def alone(call: Call) -> Alone:
    """Of a call that ends now. Only who called us is owed an answer."""
    return call.alone if call.direction is Direction.INBOUND else Alone.NO
