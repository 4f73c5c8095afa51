"""The table of a recording's states says what the rest of the house may rely on."""

from __future__ import annotations

from itertools import product

import pytest

from recordings import states
from recordings.states import DELAYS, TRANSITIONS, Patience, State, Step


def test_every_state_is_reached_and_left() -> None:
    """From OPEN; DROPPED alone is an end for good."""
    reached, left = {State.OPEN}, True
    while left:
        more = {to for (state, _), to in TRANSITIONS.items() if state in reached} - reached
        reached |= more
        left = bool(more)
    assert reached == set(State)
    assert set(State) - {state for state, _ in TRANSITIONS} == {State.DROPPED}


def test_told_twice_is_told_once() -> None:
    """Whatever settles a recording, again settles it the same: a crash may lie in between."""
    for state, step in product(State, (Step.SHELVED, Step.FAILED)):
        to = states.after(state, step)
        if to is not None:
            assert states.after(to, step) is to


def test_sound_that_is_kept_is_never_lost_to_a_word() -> None:
    """Only a deletion leads away from the shelf, and nothing leads back from it."""
    assert {step: states.after(State.SHELVED, step) for step in Step} == {
        Step.ENDED: None, Step.SHELVED: State.SHELVED, Step.FAILED: None, Step.REOPENED: None,
        Step.DROPPED: State.DROPPED,
    }  # fmt: skip


@pytest.mark.parametrize("state", State)
def test_the_ledgers_word_is_read_back(state: State) -> None:
    assert states.read(states.written(state), over=state is not State.OPEN) is state


def test_the_ledgers_words_of_a_step() -> None:
    assert states.from_words(Step.SHELVED) == ("raw", "shelved", "failed")
    assert states.from_words(Step.FAILED) == ("raw", "failed")
    assert states.from_words(Step.REOPENED) == ("failed",)


def test_delays() -> None:
    """What a person must mend is tried for ever; a word nobody knows is as hopeless as the worker said."""
    assert all(one.patience is Patience.FOR_EVER for one in DELAYS.values() if one.operator)
    assert {word for word, one in DELAYS.items() if one.again} == {"missing", "gave_up"}
    assert states.delay("of_tomorrow", hopeless=True).patience is Patience.TRIES
    assert states.delay("of_tomorrow").patience is Patience.HOURS
