"""What can go wrong while keeping a recording, by what has to happen next.

Raised inside the child process (``worker.py`` and below) and turned there into one
answer line; the daemon sees values, never these. Each carries a short stable word
(``reason``) that goes into the ledger and the log.
"""

from __future__ import annotations


class RecordingError(Exception):
    """Base: ``reason`` is a stable word, the message is for a person."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class TryLater(RecordingError):
    """Nothing is lost and nothing is wrong with the sound: the same job again later may succeed
    (disk full, encoder killed, file still being written)."""


class Hopeless(RecordingError):
    """No repetition will help (file missing, empty, not audio). What there is stays where it is."""


class SealBroken(RecordingError):
    """A sealed file was altered, cut, or is being opened with a wrong or dropped key."""


class NotStored(RecordingError):
    """Nothing lies in the storage under this name."""

    def __init__(self, name: str) -> None:
        super().__init__("gone", name)
