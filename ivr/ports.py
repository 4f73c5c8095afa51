"""What this room needs from outside; ``hotline/app.py`` plugs it in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cti.ids import Instant

from .events import Event

Clock = Callable[[], Instant]
"""Unix seconds, UTC: what the wall clock says now."""
Listener = Callable[[Event], None]
"""Hears what happened; must return at once."""


class Sounds(Protocol):
    """What can be played; ``prompts.Prompts`` is one."""

    def seconds(self, prompt: str) -> float:
        """How long it lasts; a generous guess when the sound is not known."""
        ...
