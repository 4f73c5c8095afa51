"""What happened to recordings: the language of this room, past tense.

Published by ``processing.py`` on the house's bus (the ledger row is already committed then). That the disk is nearly full, and
that a raw file belongs to no call, others watch all the time (``hotline/consoles/live_queries.py``, ``hotline/books/witness_comparison.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .ids import RecordingId
from .ports import Failed, Shelved


@dataclass(frozen=True, slots=True)
class RecordingShelved:
    """One recording of a call is durable, checked and linked in the ledger."""

    shelved: Shelved


@dataclass(frozen=True, slots=True)
class RecordingFailed:
    """One recording of a call has no sound; somebody should know why."""

    failed: Failed


@dataclass(frozen=True, slots=True)
class RecordingDelayed:
    """A recording could not be shelved now and will be tried again; said once per recording and reason."""

    id: RecordingId
    reason: str
    at: datetime


Event = RecordingShelved | RecordingFailed | RecordingDelayed
