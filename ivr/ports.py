"""What this room needs from outside; ``hotline/app.py`` plugs it in."""

from __future__ import annotations

from collections.abc import Callable

from cti.ids import Instant

from .events import Event

Clock = Callable[[], Instant]
"""Unix seconds, UTC: what the wall clock says now."""
Listener = Callable[[Event], None]
"""Hears what happened; must return at once."""
