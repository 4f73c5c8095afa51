"""What this room needs from rooms to its left; ``hotline/app.py`` plugs it in.

``RecordingBook`` is kept by the ledger, ``ListeningAudit`` by whoever owns the audit
log. Everything is in batches, because one transaction per recording would cost the
daemon more than the call itself. Times are aware UTC datetimes.

Life of a recording as the book sees it::

    RecordingStarted(call, file) ... CallEnded(call)  ->  due  ->  shelved | failed

States and transitions are in ``states.py``; a crash of anybody in between leaves a recording *due*,
and the same work is done again with the same end. ``settle`` must therefore be an upsert
keyed by the recording's id: being told twice is normal. A call may have several recordings, each
raw file one (``ids.py``).

``Storage`` is where finished recordings lie; ``local_storage.py`` is the one there is today.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cti.ids import CallId

from .ids import RecordingId
from .states import State


@dataclass(frozen=True, slots=True)
class Interval:
    began: datetime
    ended: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A closed call whose raw file has not been shelved yet, with what the ledger knows of it."""

    id: RecordingId
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
    notice_seconds: float | None = None
    """From its beginning to what came next; None when nothing came next in the queue's way."""
    node_died: bool = False
    """Asterisk died under the call: up to some seconds of the tail are missing."""

    @property
    def call(self) -> CallId:
        return self.id.call


@dataclass(frozen=True, slots=True)
class Shelved:
    """The proof that a recording is kept: everything the ledger stores of it."""

    id: RecordingId
    path: str
    """Its name in the storage (``layout.py``): ``YYYY/MM/DD/CALL.opus.sealed`` (``.sealed`` only when sealed)."""
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

    @property
    def call(self) -> CallId:
        return self.id.call


@dataclass(frozen=True, slots=True)
class Failed:
    """There is no sound of this recording; there will be only if its raw file can be read some day."""

    id: RecordingId
    reason: str
    """Stable word: 'missing', 'empty', 'unreadable', 'gave_up'."""
    at: datetime

    @property
    def call(self) -> CallId:
        return self.id.call


@dataclass(frozen=True, slots=True)
class Dropped:
    """Its sound was deleted on purpose."""

    id: RecordingId
    at: datetime
    why: str
    by: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What the book knows of a raw file."""

    id: RecordingId
    state: State
    path: str = ""
    """``Shelved.path`` when shelved, else ''."""
    reason: str = ""
    """``Failed.reason`` when failed, else ''."""


class RecordingBook(Protocol):
    async def due(self, limit: int) -> Sequence[Due]:
        """The oldest ``limit`` recordings of closed calls that are neither shelved nor failed."""
        ...

    async def settle(self, results: Sequence[Shelved | Failed]) -> None:
        """Store these ends in one transaction, upserting by id; durable when it returns."""
        ...

    async def reopen(self, some: Sequence[RecordingId]) -> None:
        """Failed ones are due again."""
        ...

    async def claims(self, files: Sequence[str]) -> Mapping[str, Claim]:
        """Raw file name -> what the book knows; a file that no call claims is absent."""
        ...


@dataclass(frozen=True, slots=True)
class Stored:
    """What lies in a storage under one name."""

    name: str
    size: int
    """Bytes."""


class Storage(Protocol):
    """Whole objects under names like ``2026/11/23/x.opus`` (``layout.safe``); blocking, for the child and threads.

    Any other name is refused with ``Hopeless`` ('bad_name') before anything is touched. What the
    storage cannot do now is ``TryLater`` ('disk_full', 'io_error'). ``tests/recordings/storage_contract.py``
    is what each implementation must pass.
    """

    def put(self, name: str, content: Path | Iterable[bytes]) -> None:
        """Store it whole or not at all, in place of what was there; durable on return. A file is taken over:
        it is gone from where it was."""
        ...

    def open_range(self, name: str, first: int = 0, last: int | None = None) -> Generator[bytes]:
        """Bytes ``first`` to ``last``, both included (None: to the end), as far as they are there; in pieces.
        Raises ``NotStored``, at the first piece."""
        ...

    def stat(self, name: str) -> Stored | None:
        """None: nothing lies there."""
        ...

    def delete(self, name: str) -> bool:
        """False: nothing lay there. Durable on return."""
        ...

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """Whatever begins with ``prefix``, folder after folder in the order of their names; in one folder in any
        order. Lazy: the first name costs little, however many there are."""
        ...


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A data key as it is stored."""

    master: str
    """Name of the master key that wrapped it; '': written by a program that noted none."""
    nonce: bytes
    sealed: bytes


class MasterKeys(Protocol):
    """Who wraps data keys: a file today, an HSM or a key service in its place. Blocking; each call may go to a device.

    What it cannot do is ``SealBroken``: 'no_master' (not there now), 'bad_master', 'bad_key' (this one is none of
    its keys', or is damaged), 'read_only' (it is rotated elsewhere). ``tests/recordings/master_keys_contract.py`` is
    what each implementation must pass.
    """

    def wrap(self, secret: bytes, bound: bytes) -> Wrapped:
        """Under the key in use; ``bound`` must be said again to unwrap."""
        ...

    def unwrap(self, wrapped: Wrapped, bound: bytes) -> bytes:
        """By whichever of its keys wrapped it."""
        ...

    def current(self) -> str:
        """Name of the key in use."""
        ...

    def former(self) -> int:
        """How many keys beside it still unwrap."""
        ...

    def rotate(self) -> str:
        """A new key is in use, the others are former ones; durable on return. Its name."""
        ...

    def forget_former(self) -> None:
        """Only the key in use is left; durable on return. Who asks has made sure that nothing is wrapped by another."""
        ...


class ListeningAudit(Protocol):
    async def listened(self, ident: RecordingId, *, by: str, purpose: str, at: datetime) -> None:
        """Write the audit row; must be durable before a single sample is unsealed."""
        ...
