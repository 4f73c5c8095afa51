"""Administrative divisions (区划): districts, streets and towns, communities and villages, by their official codes. Pure.

A code has 6 digits (city, district), 9 (street, town) or 12 (community, village), each level beginning with the one above;
written with zeros up to 12 it is the same code. Names are no keys: 14 community names stand twice in Xiamen. Divisions are
recut: a row that ended says what it became, and old codes and names still lead somewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

LEVELS = ("city", "district", "street", "community")
_DIGITS = {"city": 6, "district": 6, "street": 9, "community": 12}


@dataclass(frozen=True, slots=True)
class Division:
    code: str
    level: str
    name: str
    short_name: str
    parent: str
    valid_from: date | None = None
    valid_to: date | None = None
    """The last day; None: still there."""
    became: str = ""
    """Code of what has its ground now."""
    aliases: tuple[str, ...] = ()


def full(code: str) -> str:
    """With zeros up to 12 digits."""
    return code.ljust(12, "0")


def plain(code: str) -> str:
    """Without the zeros of levels that it does not name: 350203000000 → 350203."""
    code = code.strip()
    while len(code) > 6 and code.endswith("000"):
        code = code[:-3]
    return code


class Divisions:
    def __init__(self, rows: Iterable[Division]) -> None:
        self.rows: Sequence[Division] = tuple(rows)
        self._codes = {row.code: row for row in self.rows}
        self._names: dict[tuple[str, str], list[Division]] = {}
        for row in self.rows:
            for name in {row.name, row.short_name, *row.aliases} - {""}:
                self._names.setdefault((row.level, name), []).append(row)

    def __len__(self) -> int:
        return len(self.rows)

    def get(self, code: str) -> Division | None:
        return self._codes.get(plain(code))

    def current(self, code: str) -> Division | None:
        """What the code, old or new, stands for today; None: no such code."""
        found, seen = self.get(code), set[str]()
        while found is not None and found.became and found.code not in seen:
            seen.add(found.code)
            found = self.get(found.became) or found
        return found

    def chain(self, code: str) -> Sequence[Division]:
        """From the city down to it; shorter where a level is not known."""
        found: list[Division] = []
        row = self.get(code)
        while row is not None and row not in found:
            found.append(row)
            row = self._codes.get(row.parent)
        return tuple(reversed(found))

    def of_cell(self, grid_code: str) -> Division | None:
        """The community of a cell of 15 digits (12 + 3), else what of it is known: a street, a district."""
        for digits in (12, 9, 6):
            if (found := self._codes.get(plain(grid_code[:digits]))) is not None:
                return found
        return None

    def at(self, level: str, code: str) -> Division | None:
        """The division of this level over (or at) a code."""
        return next((row for row in self.chain(code) if row.level == level), None)

    def named(self, level: str, name: str, within: str = "") -> Sequence[Division]:
        """All of that name, written whole, short or as an alias; ``within``: below this code."""
        found = self._names.get((level, name.strip()), ())
        return tuple(row for row in found if row.code.startswith(plain(within)))

    def resolve(self, district: str, street: str = "", community: str = "") -> Division | None:
        """The finest one that these names tell without doubt; None when not even the district is known."""
        found: Division | None = None
        for level, name in (("district", district), ("street", street), ("community", community)):
            if not name:
                continue
            hits = self.named(level, name, found.code if found else "")
            living = [row for row in hits if row.valid_to is None] or list(hits)
            if len(living) != 1:
                break
            found = living[0]
        return found

    def of_area(self, area: tuple[str, ...]) -> tuple[str, str]:
        """Codes of district and street that a place's ``area`` names, in any of its parts; '' for what it does not."""
        district = next((one.code for name in area for one in self.named("district", name)), "")
        streets = {one.code for name in area for one in self.named("street", name, district)}
        street = streets.pop() if len(streets) == 1 else ""
        return district or street[:6], street

    def of_level(self, level: str) -> Sequence[Division]:
        return tuple(row for row in self.rows if row.level == level)


def level_of(code: str) -> str:
    """By its digits; a city and its districts both have six, a city's end in 00."""
    digits = len(plain(code))
    if digits == 6:
        return "city" if code[4:6] == "00" else "district"
    return {9: "street", 12: "community"}.get(digits, "")


def fits(row: Division) -> bool:
    return row.code.isdigit() and len(row.code) == _DIGITS.get(row.level, 0) and level_of(row.code) == row.level
