"""The states of a recording, what leads from one to the next, and what is done about each reason that keeps it from the shelf.

Pure data and look-ups: the one place that ``processing.py``, the ledger's shelf book and ``hotline verify`` ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    OPEN = "open"  # its leg or its call goes on
    DUE = "due"  # over, and not on the shelf yet
    SHELVED = "shelved"
    FAILED = "failed"  # there is no sound, unless its raw file is found after all
    DROPPED = "dropped"  # its sound was deleted on purpose; the row tells when, why and by whom


class Step(StrEnum):
    ENDED = "ended"  # the leg has ended and the call is closed
    SHELVED = "shelved"  # the sound is durable, checked and sealed
    FAILED = "failed"  # given up
    REOPENED = "reopened"  # the raw file is there after all
    DROPPED = "dropped"  # deleted on purpose


TRANSITIONS: Mapping[tuple[State, Step], State] = MappingProxyType({
    (State.OPEN, Step.ENDED): State.DUE,
    (State.DUE, Step.SHELVED): State.SHELVED,
    (State.DUE, Step.FAILED): State.FAILED,
    # told twice, after a crash of anybody in between
    (State.SHELVED, Step.SHELVED): State.SHELVED,
    (State.FAILED, Step.FAILED): State.FAILED,
    # a later find is kept; the other way round nothing is lost any more
    (State.FAILED, Step.SHELVED): State.SHELVED,
    (State.FAILED, Step.REOPENED): State.DUE,
    (State.SHELVED, Step.DROPPED): State.DROPPED,
})  # fmt: skip
"""What is not here changes nothing: a shelved recording never fails, a dropped one never comes back."""

RAW = "raw"
_WRITTEN = {State.OPEN: RAW, State.DUE: RAW}
"""The ledger's row has one word for both: which of them it is, the end of its leg and the state of its call say."""


def written(state: State) -> str:
    """The word in the ledger's column."""
    return _WRITTEN.get(state, state.value)


def read(word: str, *, over: bool) -> State:
    """The state of a row. ``over``: its leg has ended and its call is closed."""
    if word == RAW:
        return State.DUE if over else State.OPEN
    return State(word)


def after(state: State, step: Step) -> State | None:
    """The state that this step leads to; None: it changes nothing."""
    return TRANSITIONS.get((state, step))


def from_words(step: Step) -> tuple[str, ...]:
    """The ledger's words of the states that this step leads out of."""
    return tuple(dict.fromkeys(written(state) for state, one in TRANSITIONS if one is step))


class Patience(StrEnum):
    FOR_EVER = "for_ever"  # tried until it succeeds
    HOURS = "hours"  # tried for ``processing.PATIENCE_SECONDS``, then given up
    TRIES = "tries"  # ``processing.HOPELESS_TRIES``, then failed


@dataclass(frozen=True, slots=True)
class Delay:
    """What is done while a recording cannot be shelved."""

    patience: Patience
    operator: bool = False
    """Only a person can remove it: the daemon's orderly end does not wait for it."""
    soon: bool = False
    """Tried again each second; others after growing pauses."""
    again: bool = False
    """An end for this reason is taken back when the raw file is found after all."""


DELAYS: Mapping[str, Delay] = MappingProxyType({
    # the sound is there, something around it is not as it should be
    "still_open": Delay(Patience.FOR_EVER, soon=True),
    "disk_full": Delay(Patience.FOR_EVER, operator=True),
    "no_encoder": Delay(Patience.FOR_EVER, operator=True),
    "no_master": Delay(Patience.FOR_EVER, operator=True),
    "bad_master": Delay(Patience.FOR_EVER, operator=True),
    "io_error": Delay(Patience.HOURS),
    "encoder_failed": Delay(Patience.HOURS),
    "encoder_hung": Delay(Patience.HOURS),
    "seal_failed": Delay(Patience.HOURS),
    "child_lost": Delay(Patience.HOURS),
    "fault": Delay(Patience.HOURS),
    # there is no sound, or none that can be read
    "missing": Delay(Patience.TRIES, again=True),
    "empty": Delay(Patience.TRIES),
    "unreadable": Delay(Patience.TRIES),
    "bad_name": Delay(Patience.TRIES),
    # the word for what was tried long enough
    "gave_up": Delay(Patience.HOURS, again=True),
})  # fmt: skip
_UNKNOWN = {True: Delay(Patience.TRIES), False: Delay(Patience.HOURS)}


def delay(reason: str, *, hopeless: bool = False) -> Delay:
    """By its word; a word nobody knows (a newer child's, a seal's) by what the worker thinks of it."""
    return DELAYS.get(reason, _UNKNOWN[hopeless])
