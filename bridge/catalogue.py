"""Part and event codes: look-up and search by code, name, pinyin, initials and citizens' words; conditions and units of each.

Read once at start from the shipped tables and an operator's own file of the same form; over them lie the editions of the city's
catalogue, as the ledger has them (``renew``). Codes are strings of a (scheme, version): cities and generations differ, so nothing in
code knows one. Used by ``ticket_input.py`` (does it exist?) and the console (search as typed).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

from config.files import FileRefused, Table, parse_table, read_table, stands
from config.language import say as _

from .catalogues.citizens_words import words
from .catalogues.crosswalk import OLD, TABLES
from .catalogues.edition import Edition, in_force
from .catalogues.filing_conditions import Condition
from .catalogues.filing_conditions import shipped as shipped_conditions
from .catalogues.responsible_units import Proposal, directory, in_words
from .pinyin_readings import Syllables, begins, folded, initials_begin, initials_within, syllables, within

_Key = tuple[str, str, str, str]
_COLUMNS = ("scheme", "version", "kind", "major", "major_name", "code", "name", "confidence")


@dataclass(frozen=True, slots=True)
class Code:
    scheme: str
    version: str
    kind: str
    """'part' or 'event'."""
    code: str
    name: str
    major: str
    major_name: str
    confidence: str
    """Where the row comes from; an operator's own rows: 'local'."""
    sounds: Syllables
    """How its name may be typed."""


@dataclass(frozen=True)
class _Standing:
    """All that a look-up needs, replaced as one."""

    offered: tuple[Code, ...]
    by_key: Mapping[_Key, Code]
    schemes: tuple[tuple[str, str], ...]
    conditions: Mapping[_Key, tuple[Condition, ...]]
    editions: Mapping[tuple[str, str], Edition]
    in_force: Edition | None


class Catalogue:
    """:param codes: offered until an edition is in force; ``more``: known beside them; ``own``: the operator's rows, always offered."""

    def __init__(
        self, codes: Sequence[Code], remarks: Iterable[str] = (), more: Sequence[Code] = (), own: Sequence[Code] = ()
    ) -> None:
        """``remarks``: what was odd about the operator's file."""
        self._codes, self._more, self._own = tuple(codes), tuple(more), tuple(own)
        self.remarks = tuple(remarks)
        self._now = self._standing((), None)

    def __len__(self) -> int:
        """Of those that are offered."""
        return len(self._now.offered)

    @property
    def schemes(self) -> tuple[tuple[str, str], ...]:
        """(scheme, version) pairs there are; the first is meant where none is named."""
        return self._now.schemes

    @property
    def in_force(self) -> Edition | None:
        """The edition of the city's own catalogue that is valid now; None: the shipped table is offered."""
        return self._now.in_force

    def edition(self, scheme: str, version: str) -> Edition | None:
        """Of the city's own, in force or not; None: it is none of those."""
        return self._now.editions.get((scheme, version))

    def renew(self, editions: Sequence[Edition], on: date, past: Sequence[Edition] = ()) -> None:
        """What the ledger has: activated editions, the last activated last, and those that only old tickets name (``past``)."""
        self._now = self._standing((*past, *editions), in_force(editions, on))

    def get(self, scheme: str, version: str, code: str, kind: str = "") -> Code | None:
        """Without ``kind`` only when the digits mean one thing in that scheme."""
        by_key = self._now.by_key
        kinds = (kind,) if kind else ("event", "part")
        found = [row for one in kinds if (row := by_key.get((scheme, version, one, code)))]
        return found[0] if len(found) == 1 else None

    def conditions(self, code: Code) -> tuple[Condition, ...]:
        """In the table's order; (): none is known. The shipped ones are other cities'."""
        return self._now.conditions.get(_key(code), ())

    def unit(self, code: Code, area: tuple[str, ...] = (), on: date | None = None) -> Proposal | None:
        """Who is responsible; ``area``: the names of the place's district, street, community. None: nobody knows."""
        edition = self._now.editions.get((code.scheme, code.version))
        if edition is not None:
            said = edition.units.get((code.kind, code.code))
            return in_words(said.primary, said.authority) if said else None
        return directory().of(_key(code), area, on or date.max)

    def search(self, said: str, kind: str = "", most: int = 20) -> tuple[Code, ...]:
        """Best first: exact code, code prefix, name, its beginning, a citizens' word, initials, pinyin, anywhere in them."""
        wanted, offered = folded(said), self._now.offered
        if not wanted:
            return tuple(code for code in offered if not kind or code.kind == kind)[:most]
        ranked = [
            (rank, place, code)
            for place, code in enumerate(offered)
            if (not kind or code.kind == kind) and (rank := _rank(code, wanted)) is not None
        ]
        return tuple(code for _rank, _place, code in sorted(ranked, key=lambda row: row[:2])[:most])

    def _standing(self, editions: Sequence[Edition], valid: Edition | None) -> _Standing:
        shipped = (*self._codes, *self._more)
        of_editions = {(one.scheme, one.version): _codes_of(one) for one in editions}
        base = of_editions[valid.scheme, valid.version] if valid else self._codes
        offered = tuple({_key(code): code for code in (*base, *self._own)}.values())
        every = (*offered, *shipped, *(code for codes in of_editions.values() for code in codes))
        by_key = {_key(code): code for code in reversed(every)}
        conditions: dict[_Key, tuple[Condition, ...]] = dict(shipped_conditions())
        for one in editions:
            for (kind, code), ones in one.conditions.items():
                own = tuple(replace(each, reading=each.reading or one.reading) for each in ones)
                conditions[one.scheme, one.version, kind, code] = own
        schemes = tuple(dict.fromkeys((code.scheme, code.version) for code in every))
        known = {(one.scheme, one.version): one for one in editions}
        return _Standing(offered, by_key, schemes, conditions, known, valid)


def _codes_of(edition: Edition) -> tuple[Code, ...]:
    return tuple(
        Code(
            edition.scheme, edition.version, one.kind, one.code, one.name, one.major, one.major_name,
            edition.name or edition.version, _sounds(one.name),
        )
        for one in edition.codes
    )  # fmt: skip


@cache
def _sounds(name: str) -> Syllables:
    return syllables(name)


def _rank(code: Code, wanted: str) -> int | None:
    name, sounds = code.name.casefold(), code.sounds
    said = [rank for word in words().get((code.kind, code.name), ()) if (rank := word.rank(wanted)) is not None]
    word = min(said, default=None)
    tests = (
        wanted in (code.code, name),
        code.code.startswith(wanted),
        name.startswith(wanted),
        word == 0,
        len(wanted) == len(sounds) and initials_begin(wanted, sounds),
        initials_begin(wanted, sounds),
        begins(wanted, sounds),
        word is not None,
        wanted in name,
        wanted in code.major_name,
        len(wanted) > 1 and initials_within(wanted, sounds),
        len(wanted) > 2 and within(wanted, sounds),
    )
    return next((rank for rank, matched in enumerate(tests) if matched), None)


def load(extra: Path | None = None, offered: str = OLD) -> Catalogue:
    """The shipped rows and the operator's; a row with the same scheme, version, kind and code replaces. Raises FileRefused.

    ``offered``: which of the two national tables is, while no edition of the city's own is in force; the other is known all the same.
    """
    rows, more = (_shipped(TABLES[scheme]) for scheme in (offered, *(one for one in TABLES if one != offered)))
    remarks: tuple[str, ...] = ()
    own: dict[_Key, Code] = {}
    if extra is not None and stands(extra):
        table = read_table(extra, _COLUMNS)
        own = _read(table, str(extra))
        remarks = (*table.remarks, *_odd(extra, table, own, rows))
    return Catalogue(list((rows | own).values()), remarks, list(more.values()), list(own.values()))


def _shipped(file: str) -> dict[_Key, Code]:
    text = files("bridge").joinpath("data", file).read_text("utf-8")
    return _read(parse_table(text, file, _COLUMNS), file)


def _read(table: Table, file: str) -> dict[_Key, Code]:
    result: dict[_Key, Code] = {}
    for line, row in ((one.line, one.cells) for one in table.rows):
        where = _("line {line}", line=line)
        if lacking := [name for name in ("scheme", "version", "code", "name") if not row[name]]:
            raise FileRefused(file, where, _("must be given: {names}", names=", ".join(lacking)))
        if row["kind"] not in ("part", "event"):
            raise FileRefused(file, where, _("kind {kind}: part or event is wanted", kind=repr(row["kind"])))
        if not row["code"].isascii() or not row["code"].replace("-", "").replace("_", "").isalnum():
            cure = _("Cure: format the column as text in the spreadsheet")
            raise FileRefused(file, where, _("{code} is no code", code=repr(row["code"])), cure)
        code = Code(
            scheme=row["scheme"], version=row["version"], kind=row["kind"], code=row["code"], name=row["name"],
            major=row["major"], major_name=row["major_name"], confidence=row["confidence"] or "local",
            sounds=_sounds(row["name"]),
        )  # fmt: skip
        result[_key(code)] = code
    return result


def _key(code: Code) -> _Key:
    return code.scheme, code.version, code.kind, code.code


def _odd(file: Path, table: Table, own: dict[_Key, Code], shipped: dict[_Key, Code]) -> Iterable[str]:
    """Rows that were probably not meant so: twice the same code, and digits that lost their leading zeros."""
    lines: dict[_Key, list[int]] = {}
    for row in table.rows:
        cells = row.cells
        key = (cells["scheme"], cells["version"], cells["kind"], cells["code"])
        lines.setdefault(key, []).append(row.line)
    for key, places in lines.items():
        if len(places) > 1:
            said = _("{file}: code {code} stands twice (lines {lines}), the last one counts", file=file, code=key[3],
                     lines=", ".join(map(str, places)))  # fmt: skip
            yield said
    usual = {kind: _usual_length(code for code in shipped.values() if code.kind == kind) for kind in ("event", "part")}
    short = [code for code in own.values() if code.code.isdigit() and len(code.code) < usual[code.kind]]
    for code in short:
        yield _(
            "{file}: line {line}: code {code} has fewer digits than the {usual} of its kind: did a spreadsheet drop "
            "its leading zeros? Cure: format the column as text", file=file, line=lines[_key(code)][-1], code=code.code,
            usual=usual[code.kind],
        )  # fmt: skip


def _usual_length(codes: Iterable[Code]) -> int:
    counts = Counter(len(code.code) for code in codes if code.code.isdigit())
    return max(counts, key=lambda length: counts[length], default=0)
