"""What happened at the door: past tense, on the house bus. Made by ``sessions.py``, ``accounts.py`` and ``bulk_reads.py``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """It is over, in whichever way: every power that hung on it is to end now."""

    session: str
    account: str
    seat: str
    """Where it took a seat; '' nowhere (any more)."""
    why: str
    """signed_out, revoked or expired."""


@dataclass(frozen=True, slots=True)
class SessionLocked:
    """Its screen was covered, or (not ``locked``) uncovered."""

    session: str
    locked: bool


@dataclass(frozen=True, slots=True)
class AccountGuessed:
    """Somebody tries passwords: so many failures since its person last got in, wherever they came from."""

    account: str
    failures: int


@dataclass(frozen=True, slots=True)
class ReadInBulk:
    """Somebody goes through lists of others' calls, tickets or call-backs row after row."""

    account: str
    what: str
    rows: int
    """Today."""


Event = SessionEnded | SessionLocked | AccountGuessed | ReadInBulk
