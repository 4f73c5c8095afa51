"""What counts as an answer: one rule, read by the rendered dialplan, the desk and the ledger.

A telephone that picks up and lets go again in the same moment has served nobody. A talk shorter
than ``LEAST_SECONDS`` is therefore no answer: the citizen goes on to the head of the queue, the seat
has missed the offer, and no figure counts it.
"""

from __future__ import annotations

from typing import Final

LEAST_SECONDS: Final = 1.0
LEAST_MS: Final = 1000
"""The same for the dialplan, which reckons in milliseconds."""
MOST_LET_GO: Final = 5
"""So many times a citizen is put back to the head of the queue; then he is told that nobody is there."""
SILENT_CAUSE: Final = 44
"""Q.850 cause of a leg that Asterisk ended because no sound came from it (``rtp_timeout``)."""


def counts(began: float, ended: float | None) -> bool:
    """Whether a talk that began and ended (None: it goes on) at these moments is an answer."""
    return ended is None or ended - began >= LEAST_SECONDS
