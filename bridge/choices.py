"""The enumerations of a ticket, as data an operator can extend: kinds, urgencies, refusal codes…

Read once at start from ``data/choices.toml`` and, over it, the operator's own file.
``draft.py`` and ``console/`` ask it; nothing else knows the entries. A key, its Chinese
or English name, or a synonym all find the entry; what is stored is always the key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

from .errors import BadData

LISTS = (
    "appeal_kind", "work_type", "urgency", "channel", "gender", "limit_unit", "crs", "accuracy", "retention_class",
    "refusal",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    key: str
    zh: str
    en: str
    also: tuple[str, ...] = ()
    retired: bool = False
    """No longer offered; what was filed with it stays readable."""


@dataclass(frozen=True, slots=True)
class Choices:
    lists: Mapping[str, Mapping[str, Choice]]

    def of(self, name: str) -> tuple[Choice, ...]:
        """The entries of one list that may be chosen now, in the file's order."""
        return tuple(choice for choice in self.lists[name].values() if not choice.retired)

    def find(self, name: str, said: str) -> Choice | None:
        """By key, name or synonym; case and surrounding blanks do not matter. None: not found, or retired."""
        wanted = said.strip().casefold()
        return next((choice for choice in self.of(name) if wanted in _names(choice)), None)

    def nearest(self, name: str, said: str) -> Choice | None:
        """Did you mean: the closest entry by any of its names."""
        by_name = {word: choice for choice in self.of(name) for word in _names(choice)}
        close = get_close_matches(said.strip().casefold(), by_name, n=1, cutoff=0.5)
        return by_name[close[0]] if close else None


def _names(choice: Choice) -> tuple[str, ...]:
    return tuple(word.casefold() for word in (choice.key, choice.zh, choice.en, *choice.also))


def load(extra: Path | None = None) -> Choices:
    """The shipped lists and, over them, the operator's file if it exists. Raises BadData naming file and entry."""
    lists = _read(tomllib.loads(files("bridge").joinpath("data/choices.toml").read_text("utf-8")), "choices.toml", {})
    if extra is not None and extra.exists():
        try:
            raw = tomllib.loads(extra.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadData(str(extra), "", str(error)) from error
        lists = _read(raw, str(extra), lists)
    return Choices(lists)


def _read(raw: Mapping[str, Any], file: str, base: Mapping[str, Mapping[str, Choice]]) -> dict[str, dict[str, Choice]]:
    result = {name: dict(base.get(name, {})) for name in LISTS}
    for name, entries in raw.items():
        if name not in LISTS:
            close = get_close_matches(name, LISTS, n=1)
            raise BadData(file, name, "no such list" + (f"; did you mean {close[0]!r}?" if close else ""))
        if not isinstance(entries, dict):
            raise BadData(file, name, "a table of entries is wanted")
        for key, body in entries.items():
            result[name][key] = _choice(file, f"{name}.{key}", key, body, result[name].get(key))
    return result


def _choice(file: str, where: str, key: str, body: object, old: Choice | None) -> Choice:
    if not isinstance(body, dict):
        raise BadData(file, where, '{ zh = "…", en = "…" } is wanted')
    if not (key.isascii() and key.replace("_", "").isalnum() and len(key) <= 40):
        raise BadData(file, where, "a key is at most 40 letters, digits and _")
    zh, en = body.get("zh", old.zh if old else ""), body.get("en", old.en if old else "")
    also, retired = body.get("also", old.also if old else ()), body.get("retired", False)
    if not (isinstance(zh, str) and zh and isinstance(en, str) and en):
        raise BadData(file, where, "zh and en must be given")
    if not (isinstance(also, list | tuple) and all(isinstance(word, str) for word in also)):
        raise BadData(file, where, "also: a list of words is wanted")
    if not isinstance(retired, bool):
        raise BadData(file, where, "retired: true or false is wanted")
    return Choice(key, zh, en, tuple(also), retired)
