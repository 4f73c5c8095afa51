"""Part and event codes: look-up and search by code, name, pinyin and initials.

Read once at start from ``data/codes.csv`` and an operator's own file of the same form.
Codes are strings of a (scheme, version): cities and generations differ, so nothing in
code knows one. Used by ``draft.py`` (does it exist?) and the console (search as typed).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from pypinyin import Style, lazy_pinyin

from .errors import BadData

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
    pinyin: str
    """Without tones and blanks: 'baolulaji'."""
    initials: str
    """'bllj'."""


class Catalogue:
    def __init__(self, codes: Sequence[Code]) -> None:
        self._codes = tuple(codes)
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
        wanted = "".join(said.split()).casefold()
        if not wanted:
            return tuple(code for code in self._codes if not kind or code.kind == kind)[:most]
        ranked = [
            (rank, place, code)
            for place, code in enumerate(self._codes)
            if (not kind or code.kind == kind) and (rank := _rank(code, wanted)) is not None
        ]
        return tuple(code for _, _, code in sorted(ranked, key=lambda row: row[:2])[:most])


def _rank(code: Code, wanted: str) -> int | None:
    name = code.name.casefold()
    tests = (
        wanted in (code.code, name),
        code.code.startswith(wanted),
        name.startswith(wanted),
        code.initials == wanted,
        code.initials.startswith(wanted),
        code.pinyin.startswith(wanted),
        wanted in name,
        wanted in code.major_name,
        len(wanted) > 1 and wanted in code.initials,
        len(wanted) > 2 and wanted in code.pinyin,
    )
    return next((rank for rank, matched in enumerate(tests) if matched), None)


def load(extra: Path | None = None) -> Catalogue:
    """The shipped rows and the operator's; a row with the same scheme, version, kind and code replaces. Raises BadData."""
    rows = _read(files("bridge").joinpath("data/codes.csv").read_text("utf-8"), "codes.csv")
    if extra is not None and extra.exists():
        try:
            text = extra.read_text("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadData(str(extra), "", "UTF-8 is wanted") from error
        rows |= _read(text, str(extra))
    return Catalogue(list(rows.values()))


def _read(text: str, file: str) -> dict[tuple[str, str, str, str], Code]:
    table = csv.DictReader(io.StringIO(text))
    missing = [name for name in _COLUMNS if name not in (table.fieldnames or ())]
    if missing:
        raise BadData(file, "line 1", f"columns missing: {', '.join(missing)}; wanted: {', '.join(_COLUMNS)}")
    result: dict[tuple[str, str, str, str], Code] = {}
    for row in table:
        if any(not (row[name] or "").strip() for name in ("scheme", "version", "code", "name")):
            raise BadData(file, f"line {table.line_num}", "scheme, version, code and name must be given")
        if row["kind"] not in ("part", "event"):
            raise BadData(file, f"line {table.line_num}", f"kind {row['kind']!r}: part or event")
        syllables = lazy_pinyin(row["name"], errors="ignore")
        letters = lazy_pinyin(row["name"], style=Style.FIRST_LETTER, errors="ignore")
        code = Code(
            scheme=row["scheme"], version=row["version"], kind=row["kind"], code=row["code"], name=row["name"],
            major=row["major"] or "", major_name=row["major_name"] or "", confidence=row["confidence"] or "local",
            pinyin="".join(syllables).casefold(), initials="".join(letters).casefold(),
        )  # fmt: skip
        result[(code.scheme, code.version, code.kind, code.code)] = code
    return result
