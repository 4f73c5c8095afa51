"""The test phones know what they had no time to send."""

from __future__ import annotations

import pytest

from hotline.lab.media import Media, Metronome


@pytest.mark.parametrize(("moments", "unsent"), [
    ((10.0, 10.02, 10.04, 10.06), 0.0),
    ((10.0, 10.02, 10.09, 10.1), 0.0),  # late, and within what a recorder evens out
    ((10.0, 10.02, 12.15, 12.17), 2.11),  # the loop stood still
    ((10.0, 10.02, 10.04, 12.17), 2.11),  # and the call ended before it could send again
    ((10.0, 10.5, 10.52, 11.0), 0.94),
])  # fmt: skip
def test_time_in_which_nothing_left(moments: tuple[float, ...], unsent: float) -> None:
    """From the first frame to the end of the call; the last moment is that end."""
    media = Media(Metronome())
    for moment in moments:
        media._note_gap(moment)
    assert media.unsent_seconds == pytest.approx(unsent)
