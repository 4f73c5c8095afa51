"""What is wrong with a settings file, as values, and how it is said to a person.

Made by ``read`` and ``references``; printed by the command line as the message of
``SettingsError``. Nothing half-starts: one wrong entry refuses the whole file, and all
wrong entries are told at once.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .language import say as _


@dataclass(frozen=True, slots=True)
class Problem:
    field: str
    """Where: ``line.citizen.queue``."""
    message: str
    """What is wrong, already in the reader's language."""
    value: object = None
    """What stands there; None when nothing does."""
    allowed: tuple[str, ...] = ()
    """What may stand there, when that can be listed."""
    hint: str = ""
    """What was probably meant."""

    def __str__(self) -> str:
        parts = [f"{self.field}: {self.message}"]
        if self.value is not None:
            parts.append(_("it is {value}", value=shown(self.value)))
        if self.allowed:
            parts.append(_("allowed: {allowed}", allowed=", ".join(self.allowed)))
        if self.hint:
            parts.append(_("did you mean {hint}?", hint=self.hint))
        return " · ".join(parts)


class SettingsError(Exception):
    """The file cannot be used; ``problems`` says why, one by one."""

    def __init__(self, path: Path, problems: Iterable[Problem]) -> None:
        self.path = path
        self.problems = tuple(problems)
        super().__init__(path, self.problems)

    def __str__(self) -> str:
        head = _("{path}: {count} wrong entries, nothing was started", path=self.path, count=len(self.problems))
        return "\n".join([head, *(f"  {problem}" for problem in self.problems)])


def likely(word: object, choices: Iterable[str]) -> str:
    """The choice that ``word`` was probably meant to be, or ''."""
    return next(iter(difflib.get_close_matches(str(word), list(choices), n=1, cutoff=0.6)), "")


_PASSWORD = re.compile(r"(://[^/@\s:]*:)[^@\s]*(@)|(\bpassword=)[^&\s]+", re.IGNORECASE)


def _hidden(found: re.Match[str]) -> str:
    return f"{found[1]}***{found[2]}" if found[1] else f"{found[3]}***"


def shown(value: object) -> str:
    """A value as a person may see it: long ones cut, the password of a url never."""
    value = _PASSWORD.sub(_hidden, value) if isinstance(value, str) else value
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else text[:77] + "..."
