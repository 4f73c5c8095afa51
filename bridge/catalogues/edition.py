"""One edition of a city's own catalogue: codes, filing conditions, responsible units; valid from a date, never changed, never deleted.

Editions of a scheme stand side by side, each under its own version: a ticket names scheme, version, kind and code, and finds its code
however many editions came after. Pure values; kept by ``ledger/catalogues.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from config.work_time import Reading, TimeLimit

from .filing_conditions import Condition

CodeKey = tuple[str, str]
"""Kind and code, within one edition."""


@dataclass(frozen=True, slots=True)
class EditionCode:
    kind: str
    code: str
    name: str
    major: str
    major_name: str

    @property
    def key(self) -> CodeKey:
        return self.kind, self.code


@dataclass(frozen=True, slots=True)
class EditionUnits:
    """In the table's own words."""

    primary: tuple[str, ...] = ()
    """处置单位."""
    authority: tuple[str, ...] = ()
    """主管部门."""


@dataclass(frozen=True)
class Edition:
    scheme: str
    version: str
    """Of this edition: no two of a scheme have the same."""
    valid_from: date
    reading: Reading
    codes: tuple[EditionCode, ...]
    conditions: Mapping[CodeKey, tuple[Condition, ...]] = field(default_factory=dict)
    units: Mapping[CodeKey, EditionUnits] = field(default_factory=dict)
    name: str = ""


def in_force(editions: Iterable[Edition], on: date) -> Edition | None:
    """Of activated ones that which is valid: the latest date wins, of the same date the one activated last (given last)."""
    valid = [one for one in editions if one.valid_from <= on]
    return max(enumerate(valid), key=lambda at: (at[1].valid_from, at[0]))[1] if valid else None


@dataclass(frozen=True, slots=True)
class Change:
    what: str
    """'added', 'removed', 'renamed', 'conditions', 'limit' or 'units'."""
    key: CodeKey
    name: str
    before: str = ""
    after: str = ""


def diff(old: Edition, new: Edition) -> list[Change]:
    """What a code is, asks for and whose it is, where that changed; in the order of the codes."""
    before, after = ({code.key: code for code in one.codes} for one in (old, new))
    changes: list[Change] = []
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was is None or now is None:
            changes.append(Change("added" if now else "removed", key, (now or was).name))  # type: ignore[union-attr]  # one of them is
            continue
        if was.name != now.name:
            changes.append(Change("renamed", key, now.name, was.name, now.name))
        changes += _of_conditions(now.name, key, old.conditions.get(key, ()), new.conditions.get(key, ()))
        mine, theirs = (one.units.get(key, EditionUnits()) for one in (old, new))
        if mine != theirs:
            changes.append(Change("units", key, now.name, "、".join(mine.primary), "、".join(theirs.primary)))
    return changes


def _of_conditions(name: str, key: CodeKey, old: tuple[Condition, ...], new: tuple[Condition, ...]) -> Iterable[Change]:
    before, after = ({one.text: one for one in ones} for ones in (old, new))
    if before.keys() != after.keys():
        yield Change("conditions", key, name, " | ".join(before), " | ".join(after))
    for text in before.keys() & after.keys():
        was, now = before[text], after[text]
        if (was.limit, was.stage) != (now.limit, now.stage):
            yield Change("limit", key, f"{name} {text}".strip(), _said(was), _said(now))


def _said(one: Condition) -> str:
    return one.limit_text or said_limit(one.limit)


def said_limit(limit: TimeLimit) -> str:
    return f"{limit.value} {limit.unit}"
