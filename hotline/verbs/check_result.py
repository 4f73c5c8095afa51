"""One line of ``hotline check``: what was looked at, how it is, and the cure. Used by ``check.py`` and what it asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    state: State
    message: str
    cure: str = ""
    away: bool = False
    """It did not answer: it says nothing of what it is, and may be there the next moment."""


Checked = Iterator[Finding]
