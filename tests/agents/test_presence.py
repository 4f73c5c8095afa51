"""The presence table, cell by cell."""

from __future__ import annotations

from itertools import product

import pytest

from agents.presence import IDLE, ON_PHONE, TRANSITIONS, WISHES, Cue, IllegalCue, Presence, after

P, C = Presence, Cue
PHONE = {C.RINGS: P.RINGING, C.DIALS: P.DIALLING, C.TALKS: P.TALKING, C.HOLDS: P.HOLDING, C.WATCHES: P.WATCHING}
LANDS = {C.WRAPS: P.WRAP_UP, C.RESTS_READY: P.READY, C.RESTS_PAUSED: P.PAUSED, C.LEAVES: P.LOGGED_OUT}
WISHED = {C.GO_READY: P.READY, C.PAUSE: P.PAUSED, C.LOG_OUT: P.LOGGED_OUT}


def expected(presence: Presence, cue: Cue) -> Presence | None:
    """The essay of presence.py, said a second time."""
    if presence is P.LOGGED_OUT:
        return P.PAUSED if cue is C.LOG_IN else None if cue in WISHES else P.LOGGED_OUT
    if cue in PHONE or cue in LANDS:
        return {**PHONE, **LANDS}[cue]
    return WISHED.get(cue) if presence in IDLE else None


@pytest.mark.parametrize(("presence", "cue"), product(Presence, Cue), ids=str)
def test_every_cell(presence: Presence, cue: Cue) -> None:
    """Each cue in each presence leads where the essay says, or is refused naming both."""
    to = expected(presence, cue)
    if to is not None:
        assert after(presence, cue) is to
    else:
        with pytest.raises(IllegalCue, match=f"^cannot {cue} while {presence}$"):
            after(presence, cue)


def test_the_table_knows_every_presence() -> None:
    """No presence is without a row, and each is ready for people, on the phone, or empty."""
    assert TRANSITIONS.keys() == set(Presence)
    assert IDLE | ON_PHONE | {P.LOGGED_OUT} == set(Presence)


@pytest.mark.parametrize("presence", Presence)
def test_the_telephone_is_never_refused(presence: Presence) -> None:
    """A fact has a way on from every presence: the phone is right, also when it surprises."""
    for cue in set(Cue) - WISHES:
        assert isinstance(after(presence, cue), Presence)
