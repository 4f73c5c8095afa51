"""What became of calling somebody into a call: a consultation, a call a seat makes, a citizen given away blindly. Pure.

One ``Dialling`` at a time in a call. It begins when a seat calls, when the Local channel of a consultation is made, or when
a citizen is given away, and it ends once: the far end answered, or nobody is called any more. Between, several
telephones may be tried (the trunks in turn), so a telephone's no is kept and told with the end. Kept by ``fold.py``.
"""

from __future__ import annotations

import re

from .endings import REFUSALS
from .events import DialResult, DialWay
from .ids import Instant, LegId, SeatId

HOLD = "hold"
"""The extension that a parked call consults: nobody is called (``ami_actions.HOLD_EXTENSION``)."""
_LOCAL = re.compile(r"Local/([^@/]{1,64})@")
RINGS_LONG = 15.0
"""Who is consulted and rang for so long did not answer, whoever let go then: Asterisk itself does after 20 s."""
ABORTED = frozenset({0, 16, 26})
"""Causes (Q.850) of a leg whose dialler let it go: nobody said no."""
_RESULTS = {
    1: DialResult.WRONG_NUMBER, 22: DialResult.WRONG_NUMBER, 28: DialResult.WRONG_NUMBER,
    17: DialResult.BUSY,
    21: DialResult.DECLINED,
    18: DialResult.NO_ANSWER, 19: DialResult.NO_ANSWER, 102: DialResult.NO_ANSWER,
}  # fmt: skip


class Dialling:
    """Somebody is called into a call."""

    __slots__ = ("at", "by", "half", "result", "to", "way")

    def __init__(self, way: DialWay, by: SeatId, to: str, at: Instant, half: LegId = LegId("")) -> None:  # noqa: B008
        self.way = way
        self.by = by
        """The seat that wants it; '' as long as nobody knows."""
        self.to = to
        """What was dialled; '' as long as nobody knows."""
        self.at = at
        self.half = half
        """Of a consultation: the half of its Local channel that is the asking seat's."""
        self.result = DialResult.CANCELLED
        """What the telephones that were called said so far."""


def outcome(begun: Dialling, at: Instant, *, seat: bool) -> DialResult:
    """What is told when nobody is called any more. ``seat``: it was to reach one of ours."""
    if begun.result is not DialResult.CANCELLED:
        return begun.result
    if begun.way is DialWay.CONSULT and at - begun.at >= RINGS_LONG:
        return DialResult.NO_ANSWER
    if begun.way is DialWay.TRANSFER and seat:  # the dialplan rings no telephone that talks
        return DialResult.BUSY
    return DialResult.CANCELLED


def dialled_by_local(channel: str) -> str:
    """``Local/8002@transfer-targets-00000001;1`` → ``8002``; '' when it is no such channel."""
    found = _LOCAL.match(channel)
    return found[1] if found else ""


def result_of(cause: int, *, rang_out: bool, withdrawn: bool) -> DialResult:
    """What a telephone that was called and never answered has said. ``cause``: Q.850 of its leg's end."""
    if withdrawn:
        return DialResult.CANCELLED
    if (known := _RESULTS.get(cause)) is not None:
        return known
    if cause in REFUSALS:
        return DialResult.UNREACHABLE
    if rang_out:
        return DialResult.NO_ANSWER
    return DialResult.CANCELLED if cause in ABORTED else DialResult.UNREACHABLE
