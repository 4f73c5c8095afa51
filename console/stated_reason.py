"""A reason or purpose that a person says before they are shown something: words, not a full stop. Pure but for its sentence."""

from __future__ import annotations

from bridge.errors import Problem
from config.language import say as _

from .error_answers import invalid

LEAST = 2
"""Letters or digits (质检 has two)."""


def worded(said: str, field: str) -> str:
    """``said`` without blanks around it; raises 422 when it says nothing."""
    text = said.strip()
    if sum(letter.isalnum() for letter in text) < LEAST:
        raise invalid([Problem(field, _("say why, in a few words"))])
    return text


def maybe(said: str, field: str = "reason") -> str:
    """'' when none was said."""
    return worded(said, field) if said.strip() else ""
