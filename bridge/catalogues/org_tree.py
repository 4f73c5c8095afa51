"""The tree of units on four levels (city, district, street, community). Shipped data, read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from bridge.gazetteer import importing
from bridge.gazetteer.divisions import Divisions
from bridge.shipped_tables import rows


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


@cache
def divisions() -> Divisions:
    """Those that come with us."""
    name = "divisions.csv"
    return Divisions(importing.shipped(name, files("bridge.gazetteer").joinpath("data", name).read_bytes()).divisions)


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
        for row in rows("org-sample.csv")
    }
    return OrgTree(units, {row["kind"]: row["name"] for row in rows("unit-kinds.csv")})
