"""Part and event codes: look-up and search by code, name, pinyin and initials.

Read once at start from ``data/codes.csv`` and an operator's own file of the same form.
Codes are strings of a (scheme, version): cities and generations differ, so nothing in
code knows one. Used by ``draft.py`` (does it exist?) and the console (search as typed).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from config.files import FileRefused, Table, parse_table, read_table
from config.language import say as _

from .pinyin_readings import Syllables, begins, folded, initials_begin, initials_within, syllables, within

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


class Catalogue:
    def __init__(self, codes: Sequence[Code], remarks: Iterable[str] = ()) -> None:
        """``remarks``: what was odd about the operator's file."""
        self._codes = tuple(codes)
        self.remarks = tuple(remarks)
        self._by_key = {(code.scheme, code.version, code.kind, code.code): code for code in codes}

    def __len__(self) -> int:
        return len(self._codes)

    @property
    def schemes(self) -> tuple[tuple[str, str], ...]:
        """(scheme, version) pairs there are."""
        return tuple(dict.fromkeys((code.scheme, code.version) for code in self._codes))

    def get(self, scheme: str, version: str, code: str, kind: str = "") -> Code | None:
        """Without ``kind`` only when the digits mean one thing in that scheme."""
        kinds = (kind,) if kind else ("event", "part")
        found = [row for one in kinds if (row := self._by_key.get((scheme, version, one, code)))]
        return found[0] if len(found) == 1 else None

    def search(self, said: str, kind: str = "", most: int = 20) -> tuple[Code, ...]:
        """Best first: exact code, code prefix, name, name's beginning, initials, pinyin, anywhere in them."""
        wanted = folded(said)
        if not wanted:
            return tuple(code for code in self._codes if not kind or code.kind == kind)[:most]
        ranked = [
            (rank, place, code)
            for place, code in enumerate(self._codes)
            if (not kind or code.kind == kind) and (rank := _rank(code, wanted)) is not None
        ]
        return tuple(code for _rank, _place, code in sorted(ranked, key=lambda row: row[:2])[:most])


def _rank(code: Code, wanted: str) -> int | None:
    name, sounds = code.name.casefold(), code.sounds
    tests = (
        wanted in (code.code, name),
        code.code.startswith(wanted),
        name.startswith(wanted),
        len(wanted) == len(sounds) and initials_begin(wanted, sounds),
        initials_begin(wanted, sounds),
        begins(wanted, sounds),
        wanted in name,
        wanted in code.major_name,
        len(wanted) > 1 and initials_within(wanted, sounds),
        len(wanted) > 2 and within(wanted, sounds),
    )
    return next((rank for rank, matched in enumerate(tests) if matched), None)


def load(extra: Path | None = None) -> Catalogue:
    """The shipped rows and the operator's; a row with the same scheme, version, kind and code replaces. Raises FileRefused."""
    shipped = files("bridge").joinpath("data/codes.csv").read_text("utf-8")
    rows = _read(parse_table(shipped, "codes.csv", _COLUMNS), "codes.csv")
    remarks: tuple[str, ...] = ()
    if extra is not None and extra.exists():
        table = read_table(extra, _COLUMNS)
        own = _read(table, str(extra))
        remarks = (*table.remarks, *_odd(extra, table, own, rows))
        rows |= own
    return Catalogue(list(rows.values()), remarks)


_Key = tuple[str, str, str, str]


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
            sounds=syllables(row["name"]),
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
