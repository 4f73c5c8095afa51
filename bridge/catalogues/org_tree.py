"""Districts, streets and communities with their statistical codes, and the tree of units on four levels. Shipped data, read once.

Names are not keys: fourteen communities of the city share theirs with another. Whoever names a place names what it lies in.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

STREETS = ("street", "town", "other")
"""Of one level: a street office, a town, a zone that has neither."""


@dataclass(frozen=True, slots=True)
class Division:
    code: str
    """6 digits a district, 9 a street, 12 a community."""
    level: str
    name: str
    short_name: str
    parent: str


@dataclass(frozen=True)
class Divisions:
    by_code: Mapping[str, Division]

    def named(self, name: str, within: str = "") -> tuple[Division, ...]:
        """All of this name, or of its short form, below the division of code ``within``."""
        inside = [one for one in self.by_code.values() if one.code.startswith(_stem(within)) and one.code != within]
        return tuple(one for one in inside if name and name in (one.name, one.short_name))

    def of_area(self, area: tuple[str, ...]) -> tuple[str, str]:
        """Codes of district and street that a place's ``area`` names, in any of its parts; '' for what it does not."""
        districts = [one.code for name in area for one in self.named(name) if one.level == "district"]
        district = districts[0] if districts else ""
        streets = [one.code for name in area for one in self.named(name, district) if one.level in STREETS]
        street = streets[0] if len(set(streets)) == 1 else ""
        return district or street[:6], street


@dataclass(frozen=True, slots=True)
class OrgUnit:
    id: str
    level: str
    """'city', 'district', 'street' or 'community'."""
    kind: str
    name: str
    parent: str
    division: str
    sample: bool


@dataclass(frozen=True)
class OrgTree:
    units: Mapping[str, OrgUnit]
    kinds: Mapping[str, str]
    """Kind of unit → its name."""
    _of_street: Mapping[str, OrgUnit] = field(init=False)

    def __post_init__(self) -> None:
        streets = {unit.division: unit for unit in self.units.values() if unit.level == "street"}
        object.__setattr__(self, "_of_street", streets)

    def path(self, ident: str) -> tuple[OrgUnit, ...]:
        """From the city down to the unit."""
        return tuple(reversed(list(self._up(ident))))

    def below(self, ident: str) -> tuple[OrgUnit, ...]:
        return tuple(unit for unit in self.units.values() if unit.parent == ident)

    def street_office(self, division: str) -> OrgUnit | None:
        return self._of_street.get(division)

    def _up(self, ident: str) -> Iterator[OrgUnit]:
        seen: set[str] = set()
        while ident in self.units and ident not in seen:
            seen.add(ident)
            yield self.units[ident]
            ident = self.units[ident].parent


def _stem(code: str) -> str:
    """What the codes of all that lies within begin with: a city's ends in zeros."""
    return code.removesuffix("00") if len(code) == 6 else code


@cache
def divisions() -> Divisions:
    rows = _rows("divisions-xiamen.csv")
    return Divisions({row["code"]: Division(**row) for row in rows})


@cache
def org_tree() -> OrgTree:
    units = {
        row["id"]: OrgUnit(
            row["id"],
            row["level"],
            row["kind"],
            row["name"],
            row["parent"],
            row["division_code"],
            row["sample"] == "yes",
        )
        for row in _rows("org-sample.csv")
    }
    return OrgTree(units, {row["kind"]: row["name"] for row in _rows("unit-kinds.csv")})


def _rows(name: str) -> list[dict[str, str]]:
    text = files("bridge").joinpath("data", name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
