"""What happened to sessions: past tense, on the house bus. Made by ``sessions.py``."""

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


Event = SessionEnded | SessionLocked
