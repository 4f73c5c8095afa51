"""What a door answers to one notification."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from .rules import Kind


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One row as the sender gets it."""

    id: str
    key: str
    channel: str
    target: str
    kind: Kind
    body: str
    tries: int
    """Begun before this one."""
    begun: bool
    """An earlier try has no known end: it may have arrived."""
    made: datetime


@dataclass(frozen=True, slots=True)
class Sent:
    receipt: str = ""
    """What the other side calls it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Read and called wrong: the same again would be."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotTaken:
    """Surely not there: it can be tried again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """No answer: it may have arrived."""

    reason: str


Answer = Sent | Refused | NotTaken | Unclear


class Door(Protocol):
    repeats: bool
    """The other side does what has one key once: what is unclear may be sent again."""

    async def send(self, one: Outgoing) -> Answer: ...

    async def close(self) -> None: ...
