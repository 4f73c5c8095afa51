"""Which recording: a call may have several, counted from 1 in the order they began. Pure.

Written ``CALL+PART``; ``CALL`` alone is its first part. No id that Asterisk makes holds a plus sign.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from cti.ids import CallId

BETWEEN = "+"
MOST_PART = 9999
_WRITTEN = re.compile(r"(?s)(.+)\+([1-9][0-9]{0,3})")


@dataclass(frozen=True, slots=True, order=True)
class RecordingId:
    """Raises ``ValueError`` for a part that is none."""

    call: CallId
    part: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.part <= MOST_PART:
            raise ValueError(f"parts of a recording are counted from 1 to {MOST_PART}, not {self.part}")

    def __str__(self) -> str:
        return f"{self.call}{BETWEEN}{self.part}"

    @classmethod
    def read(cls, text: str) -> Self:
        """What ``str`` wrote, or a call alone: its first part."""
        if (found := _WRITTEN.fullmatch(text)) is not None:
            return cls(CallId(found[1]), int(found[2]))
        return cls(CallId(text))
