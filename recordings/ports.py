"""What this room needs from rooms to its left; ``hotline/app.py`` plugs it in.

``RecordingBook`` is kept by the ledger, ``ListeningAudit`` by whoever owns the audit
log. Everything is in batches, because one transaction per recording would cost the
daemon more than the call itself. Times are aware UTC datetimes.

Life of a recording as the book sees it::

    RecordingStarted(call, file) ... CallEnded(call)  ->  due  ->  shelved | failed

``shelved`` is final, and so is ``failed`` unless its raw file is found after all and the
studio reopens it; a crash of anybody in between leaves it *due*, and the same work is done
again with the same end. ``settle`` must therefore be an upsert
keyed by the call: being told twice is normal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from cti.ids import CallId


@dataclass(frozen=True, slots=True)
class Interval:
    began: datetime
    ended: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A closed call whose raw file has not been shelved yet, with what the ledger knows of it."""

    call: CallId
    file: str
    """Name of the raw file in the spool, without folder (``RecordingStarted.file``)."""
    started: datetime
    """``RecordingStarted.at``."""
    ended: datetime
    """End of the leg that was recorded (``CallEnded.at`` when that is not known)."""
    talks: tuple[Interval, ...] = ()
    """When a seat and the caller were in one bridge; empty: nobody answered."""
    notice: str = ""
    """``NoticePlayed.prompt``; '' when no notice was heard (the recording is then flagged)."""
    node_died: bool = False
    """Asterisk died under the call: up to some seconds of the tail are missing."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """The proof that a recording is kept: everything the ledger stores of it."""

    call: CallId
    path: str
    """Below ``Places.shelf``: ``YYYY/MM/DD/CALLID.opus.sealed`` (``.sealed`` only when sealed)."""
    format: str
    """opus | mp3 | wav"""
    seconds: float
    plain_bytes: int
    plain_sha256: str
    """Of the encoded file before sealing; what an auditor compares an export with."""
    stored_bytes: int
    stored_sha256: str
    """Of the file as it lies on the shelf (equal to the plain one when not sealed)."""
    sealed: bool
    shelved_at: datetime
    faults: tuple[str, ...] = ()
    """Stable words, empty when good: 'short', 'long', 'caller_silent', 'seat_silent',
    'node_died', 'no_notice'."""

    @property
    def good(self) -> bool:
        return not self.faults


@dataclass(frozen=True, slots=True)
class Failed:
    """There is no recording of this call; there will be one only if its raw file can be read some day."""

    call: CallId
    reason: str
    """Stable word: 'missing', 'empty', 'unreadable', 'gave_up'."""
    at: datetime


class ClaimState(StrEnum):
    """What the book knows of a raw file's call."""

    OPEN = "open"  # the call is still going on
    DUE = "due"
    SHELVED = "shelved"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Claim:
    call: CallId
    state: ClaimState
    path: str = ""
    """``Shelved.path`` when shelved, else ''."""
    reason: str = ""
    """``Failed.reason`` when failed, else ''."""


class RecordingBook(Protocol):
    async def due(self, limit: int) -> Sequence[Due]:
        """The oldest ``limit`` recordings of closed calls that are neither shelved nor failed."""
        ...

    async def settle(self, results: Sequence[Shelved | Failed]) -> None:
        """Store these ends in one transaction, upserting by call; durable when it returns."""
        ...

    async def reopen(self, calls: Sequence[CallId]) -> None:
        """Failed ones are due again."""
        ...

    async def claims(self, files: Sequence[str]) -> Mapping[str, Claim]:
        """Raw file name -> what the book knows; a file that no call claims is absent."""
        ...


class ListeningAudit(Protocol):
    async def listened(self, call: CallId, *, by: str, purpose: str, at: datetime) -> None:
        """Write the audit row; must be durable before a single sample is unsealed."""
        ...
