"""What can be wrong with an input of this room. A bad data file raises ``config.files.FileRefused`` instead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One field of an input and what is wrong with it."""

    field: str
    """Dotted path: 'place.lng'."""
    message: str
    allowed: tuple[str, ...] = ()
    """What may stand there, if that is a list."""
