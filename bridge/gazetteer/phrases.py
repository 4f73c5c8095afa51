"""What people say around a place's name: 'at', 'beside', 'the crossing of … and …', the district before it. Pure.

The words stand in ``data/phrases.toml``. Used by ``search.py`` before it looks a name up.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from .divisions import Division, Divisions
from .sounds import key


@dataclass(frozen=True, slots=True)
class Asked:
    """``text``: the name that is looked for, as a ``key``; ``crossing``: of two roads, both."""

    text: str
    within: Division | None = None
    """A district or street that was said before it."""
    crossing: tuple[str, str] | None = None


def asked(said: str, divisions: Divisions) -> Asked:
    """From a typed or spoken sentence to the name in it. What is left is never empty while something was said."""
    rest = _tailless(_headless(key(said)))
    within: Division | None = None
    for level in ("district", "street"):
        found, rest_ = _before(rest, level, divisions, within)
        if found is not None:
            within, rest = found, rest_
    rest = _tailless(_headless(rest))
    return Asked(rest, within, _crossing(rest))


def _headless(text: str) -> str:
    heads = _words()["heads"]
    changed = True
    while changed:
        changed = False
        for head in heads:
            if text.startswith(head) and len(text) > len(head) + 1:
                text, changed = text[len(head) :], True
    return text


def _tailless(text: str) -> str:
    tails = _words()["tails"]
    changed = True
    while changed:
        changed = False
        for tail in tails:
            if text.endswith(tail) and len(text) > len(tail) + 1:
                text, changed = text[: -len(tail)], True
    return text


def _before(text: str, level: str, divisions: Divisions, within: Division | None) -> tuple[Division | None, str]:
    """A division named whole at the beginning, with at least two signs behind it."""
    for row in divisions.of_level(level):
        name = key(row.name)
        if (
            text.startswith(name)
            and len(text) >= len(name) + 2
            and (within is None or row.code.startswith(within.code))
        ):
            return row, text[len(name) :]
    return None, text


def _crossing(text: str) -> tuple[str, str] | None:
    found = _crossing_form().fullmatch(text)
    return (found["one"], found["other"]) if found else None


@cache
def _words() -> dict[str, Sequence[str]]:
    read = tomllib.loads(files("bridge.gazetteer").joinpath("data/phrases.toml").read_text("utf-8"))
    return {name: sorted(words, key=len, reverse=True) for name, words in read.items()}


@cache
def _crossing_form() -> re.Pattern[str]:
    """Two names joined by 'and', then a word for a crossing: each name has at least two signs."""
    joined, ends = ("|".join(map(re.escape, _words()[name])) for name in ("and", "crossings"))
    return re.compile(f"(?P<one>.{{2,}}?)(?:{joined})(?P<other>.{{2,}}?)(?:{ends})")
