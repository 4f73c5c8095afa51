"""What a seat can be, and how it may change: everything that moves a seat's presence.

Rules of this file. All that changes a presence is a ``Cue`` applied here by ``after``;
nothing else assigns one. This file does not know who sent the cue (agent, supervisor,
telephone, clock), nor what memberships follow from it (``queues.py``), nor what time
it is.

How it works. A presence answers one question: what is this seat doing *now*? Cues come
from two worlds that do not wait for each other:

* **wishes** of people (log in, be ready, pause). They are legal only where they make
  sense; elsewhere they are refused with one sentence that names the cue and the state.
  Somebody who is in a call does not pause: they say what shall be *after* the call
  (``AfterCall`` in ``commands.py``), and the seat's memory in ``seats.py`` keeps it.
* **facts** from the telephone (rings, talks, holds, idle). A fact is never refused: the
  phone is right, also when it says something unexpected, such as ringing while paused,
  because the pause and the offer crossed on the wire, or talking without having rung,
  because the daemon was away meanwhile.

Facts say only what the *phone* does. When the phone falls idle, where the seat lands
depends on what was agreed before (wrap-up still running, pause after this call, the
pause it dialled out from). ``desk.py`` looks that up and gives the matching cue:
``WRAPS``, ``RESTS_READY``, ``RESTS_PAUSED`` or ``LEAVES``.

A logged-out seat's phone still works (a cleaner may call the porter), but nobody's
presence changes by it: the facts leave LOGGED_OUT as it is.

There is no state for "we don't know": while the board is blind (``BoardBlind``) every
seat keeps its last presence and the whole desk is marked blind, because one lost link
makes all seats uncertain at once; the next snapshot sets right what changed meanwhile.
"""

from __future__ import annotations

from enum import StrEnum

from config.language import sentence


class Presence(StrEnum):
    LOGGED_OUT = "logged_out"  # 签出
    READY = "ready"  # 示闲
    RINGING = "ringing"  # 振铃
    DIALLING = "dialling"  # 呼出: the seat's own call is not answered yet
    TALKING = "talking"  # 通话
    HOLDING = "holding"  # 保持
    WATCHING = "watching"  # 监听: a supervisor hears another seat, and talks with nobody
    WRAP_UP = "wrap_up"  # 话后
    PAUSED = "paused"  # 示忙, always with a reason


class Cue(StrEnum):
    # wishes
    LOG_IN = "log in"
    LOG_OUT = "log out"
    GO_READY = "go ready"
    PAUSE = "pause"
    # facts of the telephone
    RINGS = "rings"
    DIALS = "dials"
    TALKS = "talks"
    HOLDS = "holds"
    WATCHES = "watches"
    # where an idle phone lands
    WRAPS = "wraps up"
    RESTS_READY = "rests ready"
    RESTS_PAUSED = "rests paused"
    LEAVES = "leaves"


P, C = Presence, Cue

_PHONE = {C.RINGS: P.RINGING, C.DIALS: P.DIALLING, C.TALKS: P.TALKING, C.HOLDS: P.HOLDING, C.WATCHES: P.WATCHING}
_IDLE = {C.WRAPS: P.WRAP_UP, C.RESTS_READY: P.READY, C.RESTS_PAUSED: P.PAUSED, C.LEAVES: P.LOGGED_OUT}
_FACTS = {**_PHONE, **_IDLE}
_NOBODY = dict.fromkeys(_FACTS, P.LOGGED_OUT)

TRANSITIONS: dict[Presence, dict[Cue, Presence]] = {
    P.LOGGED_OUT: {**_NOBODY, C.LOG_IN: P.PAUSED},
    P.READY: {**_FACTS, C.GO_READY: P.READY, C.PAUSE: P.PAUSED, C.LOG_OUT: P.LOGGED_OUT},
    P.PAUSED: {**_FACTS, C.GO_READY: P.READY, C.PAUSE: P.PAUSED, C.LOG_OUT: P.LOGGED_OUT},
    P.WRAP_UP: {**_FACTS, C.GO_READY: P.READY, C.PAUSE: P.PAUSED, C.LOG_OUT: P.LOGGED_OUT},
    P.RINGING: _FACTS,
    P.DIALLING: _FACTS,
    P.TALKING: _FACTS,
    P.HOLDING: _FACTS,
    P.WATCHING: _FACTS,
}
"""Presence → cue → presence; a cue that is not there is refused."""

ON_PHONE = frozenset({P.RINGING, P.DIALLING, P.TALKING, P.HOLDING, P.WATCHING})
IDLE = frozenset({P.READY, P.PAUSED, P.WRAP_UP})
WISHES = frozenset({C.LOG_IN, C.LOG_OUT, C.GO_READY, C.PAUSE})


class IllegalCue(ValueError):
    """A wish that makes no sense in this presence. ``str`` is one sentence for a person."""

    def __init__(self, presence: Presence, cue: Cue) -> None:
        self.said = sentence("cannot {cue} while {presence}", cue=sentence(str(cue)), presence=sentence(str(presence)))
        super().__init__(self.said)
        self.presence = presence
        self.cue = cue


def after(presence: Presence, cue: Cue) -> Presence:
    """The presence that follows; raises ``IllegalCue`` when the table has no way."""
    try:
        return TRANSITIONS[presence][cue]
    except KeyError:
        raise IllegalCue(presence, cue) from None
