"""What happened to recordings: the language of this room, past tense.

Published by ``studio.py`` on the book's bus (the ledger row is already committed then).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .ports import Failed, Shelved


@dataclass(frozen=True, slots=True)
class RecordingShelved:
    """The recording of one call is durable, checked and linked in the ledger."""

    shelved: Shelved


@dataclass(frozen=True, slots=True)
class RecordingFailed:
    """One call has no recording; somebody should know why."""

    failed: Failed


@dataclass(frozen=True, slots=True)
class RecordingDelayed:
    """A recording could not be shelved now and will be tried again; said once per call and reason."""

    call: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DiskLow:
    """Less than ``[recording] min_free_mb`` is free where the recordings go; said once per fall."""

    folder: str
    free_mb: int
    wanted_mb: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DiskFreed:
    """There is room again."""

    folder: str
    free_mb: int
    at: datetime


@dataclass(frozen=True, slots=True)
class OrphansFound:
    """Raw files in the spool that no call claims; they are kept where they are."""

    files: tuple[str, ...]
    at: datetime
