"""Rules over readings: the one form in which anything is watched and told. Pure; no I/O and no clock.

A ``Rule`` looks at a reading, a frozen picture of something in one moment, and names under a subject each thing in it
that is out of order. What has been so for ``lasts`` seconds is told; it is over when it has been away for ``over``
seconds. An ``Incident`` is what happened in one moment and is over when it is told: it has no reading.

The list for the house's alarms is ``rule.py``; ``standing.py`` keeps what stands.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

CRITICAL, WARNING = "critical", "warning"
Key = tuple[str, str]
"""A rule's id and a subject."""
R_contra = TypeVar("R_contra", contravariant=True)
F = TypeVar("F")


def _nothing(_reading: Any) -> Container[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Rule(Generic[R_contra, F]):
    """Several rules may have one id (one fault with several causes): of a subject that two find the first one's word counts."""

    id: str
    severity: str
    lasts: float
    """Seconds it must be so before it is told."""
    over: float
    """Seconds it must be away before that is told."""
    reading: Callable[[R_contra], Mapping[str, F] | None]
    """Subject → what was found; None: it cannot be known now, and what stands stays as it is."""
    text: Callable[[str, F], str]
    """Subject, what was found → a sentence in the centre's language."""
    unknown: Callable[[R_contra], Container[str]] = _nothing
    """Subjects of which nothing is known now."""


@dataclass(frozen=True, slots=True)
class Incident(Generic[F]):
    id: str
    severity: str
    text: Callable[[F], str]


@dataclass(frozen=True, slots=True)
class Wrong:
    severity: str
    detail: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What all rules say of one reading."""

    found: Mapping[Key, Wrong]
    blind: Container[str]
    """Ids that cannot be judged now."""
    unknown: Mapping[str, Container[str]]
    """Id → subjects that cannot."""

    def knows(self, key: Key) -> bool:
        """Whether it can be said now that this is, or is not, so. An id that no rule has: nothing of it is so any more."""
        ident, subject = key
        return ident not in self.blind and subject not in self.unknown.get(ident, ())


def judge(rules: Sequence[Rule[R_contra, Any]], reading: R_contra) -> Judgement:
    found: dict[Key, Wrong] = {}
    blind: set[str] = set()
    unknown: dict[str, Container[str]] = {}
    for rule in rules:
        seen = rule.reading(reading)
        if seen is None:
            blind.add(rule.id)
            continue
        unknown[rule.id] = rule.unknown(reading)
        for subject, what in seen.items():
            if (rule.id, subject) not in found and subject not in unknown[rule.id]:
                found[rule.id, subject] = Wrong(rule.severity, rule.text(subject, what))
    return Judgement(found, blind, unknown)
