"""The enumerations of a ticket, as data an operator can extend: kinds, urgencies, refusal codes…

Read once at start from ``data/choices.toml`` and, over it, the operator's own file.
``ticket_input.py`` and ``console/`` ask it; nothing else knows the entries. A key, its Chinese
or English name, or a synonym all find the entry; what is stored is always the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any

from config.files import FileRefused, parse_toml, read_toml, stands
from config.language import say as _
from config.work_time import Unit

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
    remarks: tuple[str, ...] = ()
    """What was odd about the operator's file."""

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
    """The shipped lists and, over them, the operator's file if it exists. Raises FileRefused naming file and entry."""
    shipped = files("bridge").joinpath("data/choices.toml").read_text("utf-8")
    lists, remark = _read(parse_toml(shipped, "choices.toml"), "choices.toml", {}), ""
    if extra is not None and stands(extra):
        raw, remark = read_toml(extra)
        lists = _read(raw, str(extra), lists)
    return Choices(lists, (remark,) if remark else ())


def _read(raw: Mapping[str, Any], file: str, base: Mapping[str, Mapping[str, Choice]]) -> dict[str, dict[str, Choice]]:
    result = {name: dict(base.get(name, {})) for name in LISTS}
    for name, entries in raw.items():
        if name not in LISTS:
            close = get_close_matches(name, LISTS, n=1)
            cure = (
                _("did you mean {hint}?", hint=close[0]) if close else _("allowed: {allowed}", allowed=", ".join(LISTS))
            )
            raise FileRefused(file, name, _("there is no such list"), cure)
        if not isinstance(entries, dict):
            raise FileRefused(file, name, _("a table of entries is wanted"))
        for key, body in entries.items():
            if name == "limit_unit" and key not in list(Unit):  # what is reckoned with is no operator's to add
                close = get_close_matches(key, list(Unit), n=1)
                cure = (
                    _("did you mean {hint}?", hint=close[0])
                    if close
                    else _("allowed: {allowed}", allowed=", ".join(Unit))
                )
                raise FileRefused(file, f"{name}.{key}", _("there is no such unit of time"), cure)
            result[name][key] = _choice(file, f"{name}.{key}", key, body, result[name].get(key))
    return result


def _choice(file: str, where: str, key: str, body: object, old: Choice | None) -> Choice:
    if not isinstance(body, dict):
        raise FileRefused(file, where, _("{form} is wanted", form='{ zh = "…", en = "…" }'))
    if not (key.isascii() and key.replace("_", "").isalnum() and len(key) <= 40):
        raise FileRefused(file, where, _("a key is at most 40 letters, digits and _"))
    zh, en = body.get("zh", old.zh if old else ""), body.get("en", old.en if old else "")
    also, retired = body.get("also", old.also if old else ()), body.get("retired", False)
    unknown = sorted(body.keys() - {"zh", "en", "also", "retired", "source"})
    if unknown:
        raise FileRefused(file, where, _("there is no such field: {names}", names=", ".join(unknown)))
    if not (isinstance(zh, str) and zh.strip() and isinstance(en, str) and en.strip()):
        raise FileRefused(file, where, _("zh and en must be given"))
    if not (isinstance(also, list | tuple) and all(isinstance(word, str) for word in also)):
        raise FileRefused(file, where, _("also: a list of words is wanted"))
    if not isinstance(retired, bool):
        raise FileRefused(file, where, _("retired: true or false is wanted"))
    return Choice(key, zh, en, tuple(also), retired)
