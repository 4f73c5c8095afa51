"""Writing to consoles, and what is done about those that do not take it; used by ``hub.py`` alone.

Nothing here waits. What a console has not taken yet is counted by its wire; beyond a bound it
is left out of the turns, and told again, by the missed turns or a fresh snapshot, as soon as it
has taken nearly all. Beyond a time it is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from ..live_state import Picture, Turn
from .connections import Seen
from .stream_connection import Why

UNSENT_MOST = 256 * 1024
"""A console with more waiting for it is left out of the deltas."""
UNSENT_LOW = 16 * 1024
"""With so little left it is told again."""
UNSENT_END = 4 * 1024 * 1024
"""No snapshot is so large: it takes nothing at all."""
SLOW_SECONDS = 20.0


class Sending:
    def __init__(self, picture: Picture, now: Callable[[], datetime], leave: Callable[[Seen, Why], None]) -> None:
        self._picture, self._now, self._leave = picture, now, leave
        self.told = 0
        """Messages written."""

    def write(self, console: Seen, whole: bytes) -> None:
        console.wire.write(whole)
        self.told += 1
        if console.wire.unsent > UNSENT_END:
            self._leave(console, "slow")

    def snapshot(self, console: Seen) -> None:
        self.write(console, self._picture.snapshot(console.view, self._now()))
        console.seq = self._picture.seq

    def catch_up(self, console: Seen, missed: Iterable[Turn]) -> None:
        for turn in missed:
            self.write(console, turn.frame(console.view))
            console.seq = turn.seq

    def deliver(self, console: Seen, turn: Turn, at: float) -> None:
        """One turn to one console, unless it does not take what it got before."""
        if console.seq < 0 or console.seq >= turn.seq:
            return
        if console.slow_since is None:
            if console.wire.unsent <= UNSENT_MOST:
                if console.seq == turn.seq - 1:
                    console.wire.write(turn.frame(console.view))
                    console.seq = turn.seq
                    self.told += 1
                    return
            else:
                console.slow_since = at
        elif console.wire.unsent > UNSENT_LOW:
            if at - console.slow_since > SLOW_SECONDS:
                self._leave(console, "slow")
            return
        else:
            console.slow_since = None
        if console.slow_since is None:
            self._again_from(console)

    def _again_from(self, console: Seen) -> None:
        missed = self._picture.missed(console.view, self._picture.epoch(console.view), console.seq)
        if missed is None or sum(turn.size for turn in missed) > UNSENT_LOW:
            self.snapshot(console)
        else:
            self.catch_up(console, missed)
