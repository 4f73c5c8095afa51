"""What alarms are raised from and happens while the daemon starts, before the console is there to hear it.

The book is read up, the courier delivers and recordings are finished while later parts are still being made; each of
these says once what went wrong. Kept here, in order, until the alarms listen. What the witnesses found, gaps and refused
rows stand in the ledger and are told from there (``consoles/stream_part.py``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from agents.events import SeatAlarm, SeatAlarmCleared
from bridge.events import StoreBack, StoreLost
from cti.equipment_events import ClockStepped
from cti.journey_events import PromptUnplayed
from hotline.books.invariant_proof import InvariantBroken
from hotline.bus import Bus
from ivr.events import AdviceGiven
from recordings.events import RecordingDelayed, RecordingFailed

OF_THE_BOOK = (ClockStepped, PromptUnplayed)
OF_THE_HOUSE = (
    RecordingFailed, RecordingDelayed, AdviceGiven, SeatAlarm, SeatAlarmCleared, StoreLost, StoreBack, InvariantBroken,
)  # fmt: skip
MOST = 10_000
"""So many wait; then the oldest is given up."""


class EarlyEvents:
    """Listens from the daemon's first moment on; ``hand_over`` once."""

    def __init__(self, book: Bus, house: Bus) -> None:
        self._waiting: deque[object] = deque(maxlen=MOST)
        self._then: Callable[[object], None] = self._waiting.append
        book.listen(OF_THE_BOOK, self.hear)
        house.listen(OF_THE_HOUSE, self.hear)

    def hear(self, event: object) -> None:
        self._then(event)

    def hand_over(self, listener: Callable[[object], None]) -> None:
        """All that was heard, then all that comes."""
        self._then = listener
        while self._waiting:
            listener(self._waiting.popleft())
