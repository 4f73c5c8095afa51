"""What can be wrong in this room: bad data files raise, a citizen's or agent's bad input is a ``Problem``."""

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


class BadData(Exception):
    """A data file of the operator's (choices, codes) cannot be read as it is."""

    def __init__(self, file: str, where: str, message: str) -> None:
        super().__init__(f"{file}: {where + ': ' if where else ''}{message}")
        self.file, self.where, self.message = file, where, message
