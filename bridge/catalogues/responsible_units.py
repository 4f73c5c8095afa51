"""Who is responsible for a code at a place and time (派单目录): primary and secondary units, and how sure that is.

Shipped rows are samples. A city's table names units in words ("属地行政执法部门", "各产权单位"): what those words can't say is left to a
dispatcher, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from bridge import shipped_tables

from .crosswalk import Key, crosswalk
from .org_tree import OrgTree, divisions, org_tree

STREET_OFFICE = "jd-*"


class Confidence(StrEnum):
    PLACE = "place"  # one unit, of this code in this district
    NAMED = "named"  # one unit, named in the city's table for every place
    ROLE = "role"  # a kind of unit: which one depends on the place
    SEVERAL = "several"  # the table names several and does not say which
    UNKNOWN = "unknown"  # the owner is, and nobody knows who that is


@dataclass(frozen=True, slots=True)
class Proposal:
    primary: str
    """As it is shown: a unit's name, or the words of the table."""
    unit: str
    """Its id in the tree of units; '' for words."""
    secondary: tuple[str, ...]
    rule: str
    """'owner_first' (parts), 'place_first' (events) or ''."""
    confidence: Confidence
    sample: bool = False


ROLES = ("属地", "辖区", "各区", "所在")
"""Words for: whoever has that task where the place is."""
OWNERS = ("产权", "权属", "业主", "责任单位")
"""Words for: whoever owns it."""


def in_words(primary: Sequence[str], secondary: Sequence[str] = ()) -> Proposal | None:
    """What a city's table says of a code; None: nothing."""
    if not primary:
        return None
    if len(primary) > 1:
        sure = Confidence.SEVERAL
    elif any(word in primary[0] for word in OWNERS):
        sure = Confidence.UNKNOWN
    else:
        sure = Confidence.ROLE if any(word in primary[0] for word in ROLES) else Confidence.NAMED
    return Proposal("、".join(primary), "", tuple(secondary), "", sure)


@dataclass(frozen=True, slots=True)
class Row:
    district: str
    primary: str
    secondary: tuple[str, ...]
    rule: str
    valid_from: date


@dataclass(frozen=True)
class Directory:
    """派单目录: rows by code; of several in force for a district the newest counts."""

    rows: Mapping[Key, Sequence[Row]]
    tree: OrgTree

    def of(self, key: Key, area: tuple[str, ...], on: date) -> Proposal | None:
        """``area``: the names of a place's district, street, community."""
        district, street = divisions().of_area(area)
        rows = [row for row in self.rows.get(key, ()) if row.valid_from <= on]
        here = [row for row in rows if row.district == district] if district else []
        if not here:
            return self._anywhere(rows)
        row = max(here, key=lambda one: one.valid_from)
        unit = self._unit(row.primary, street)
        others = tuple(self._name(ident, street) for ident in row.secondary)
        sure = Confidence.PLACE if unit else Confidence.ROLE
        return Proposal(self._name(row.primary, street), unit, others, row.rule, sure, sample=True)

    def _anywhere(self, rows: Sequence[Row]) -> Proposal | None:
        """Without a district: the kinds of unit that have it."""
        if not rows:
            return None
        kinds = dict.fromkeys(self._kind(row.primary) for row in rows)
        others = dict.fromkeys(self._kind(ident) for row in rows for ident in row.secondary)
        sure = Confidence.ROLE if len(kinds) == 1 else Confidence.SEVERAL
        return Proposal("、".join(kinds), "", tuple(others), rows[0].rule, sure, sample=True)

    def _unit(self, ident: str, street: str) -> str:
        if ident != STREET_OFFICE:
            return ident if ident in self.tree.units else ""
        office = self.tree.street_office(street)
        return office.id if office else ""

    def _name(self, ident: str, street: str) -> str:
        unit = self._unit(ident, street)
        return self.tree.units[unit].name if unit else self._kind(ident)

    def _kind(self, ident: str) -> str:
        return self.tree.kinds.get(ident.partition("-")[0], ident)


@cache
def directory() -> Directory:
    """The shipped sample; a code of the other national table has the units of its match."""
    found: dict[Key, list[Row]] = {}
    for row in shipped_tables.rows("dispatch-sample.csv"):
        key = (row["scheme"], row["version"], row["kind"], row["code"])
        found.setdefault(key, []).append(
            Row(row["district"], row["primary"], tuple(row["secondary"].split()), row["rule"],
                date.fromisoformat(row["valid_from"]))
        )  # fmt: skip
    rows: dict[Key, Sequence[Row]] = dict(found)
    for key, match in crosswalk().items():
        if key not in rows and match in found:
            rows[key] = found[match]
    return Directory(rows, org_tree())
