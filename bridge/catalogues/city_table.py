"""The standard table of nine columns that cities keep (处置标准), a sheet of parts and a sheet of events, as it really looks.

大类代码 大类名称 小类代码 小类名称 处置单位 主管部门 立案条件 结案条件 处置时限. Cells that are merged, or blank because the one above says it; codes
as numbers or as text; several units in one cell; a title above the heading. Everything wrong is found at once, with sheet and row.
Pure: rows come from ``config.files`` (CSV) or ``config.workbooks`` (XLSX).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from bridge.cases.limit_texts import LimitText, LimitUnread, read_limit
from bridge.worksheet_rows import WorksheetRows, below_heading
from config.language import say as _
from config.work_time import Reading

from .edition import CodeKey, Edition, EditionCode, EditionUnits
from .filing_conditions import Condition

COLUMNS = {
    "major": ("大类代码", "大类编码"),
    "major_name": ("大类名称", "大类"),
    "minor": ("小类代码", "小类编码", "代码", "编码"),
    "name": ("小类名称", "小类", "名称"),
    "unit": ("处置单位", "责任单位", "承办单位", "处置责任单位"),
    "authority": ("主管部门", "主管单位", "行业主管部门"),
    "condition": ("立案条件", "立案标准"),
    "close": ("结案条件", "结案标准"),
    "limit": ("处置时限", "处理时限", "办理时限", "时限"),
}
"""Column → its names in cities' tables."""
NEEDED = ("major", "minor", "name", "condition", "limit")
KINDS = {"部件": "part", "事件": "event"}
_CARRIED = ("major", "major_name", "minor", "name", "unit", "authority")
"""Blank: as above, also from one code to the next."""
_WITHIN = ("close", "limit")
"""Blank: as above, of the same code only."""
_PARTS = re.compile(r"[、，,;；/\n]+")


@dataclass(frozen=True)
class CityTable:
    """What a file says. ``problems``: it can't be taken as it is; ``remarks``: odd, and taken."""

    codes: tuple[EditionCode, ...] = ()
    conditions: dict[CodeKey, tuple[Condition, ...]] = field(default_factory=dict)
    units: dict[CodeKey, EditionUnits] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def edition(self, scheme: str, version: str, valid_from: date, reading: Reading, name: str = "") -> Edition:
        return Edition(scheme, version, valid_from, reading, self.codes, self.conditions, self.units, name)


def read_table(sheets: Iterable[WorksheetRows], kind: str = "") -> CityTable:
    """``kind``: 'part' or 'event' of sheets whose own name does not say it; it counts before the file's name."""
    reader = _Reader()
    for sheet in sheets:
        reader.worksheet(sheet, kind)
    return reader.done()


class _Reader:
    def __init__(self) -> None:
        self._codes: dict[CodeKey, EditionCode] = {}
        self._conditions: dict[CodeKey, list[Condition]] = {}
        self._units: dict[CodeKey, EditionUnits] = {}
        self._problems: list[str] = []
        self._remarks: list[str] = []

    def worksheet(self, sheet: WorksheetRows, kind: str) -> None:
        rows = below_heading(sheet, COLUMNS, _clean, _places)
        if rows is None:
            return
        if isinstance(rows, str):
            self._problems.append(rows)
            return
        said = _kinds(sheet.name) or ({kind} if kind else _kinds(sheet.file))
        if len(said) != 1:
            self._problems.append(
                _(
                    "{sheet}: parts or events? Cure: name the sheet or file 部件 or 事件, or say --kind",
                    sheet=sheet.where,
                )
            )
            return
        self._rows(sheet.where, said.pop(), rows)

    def _rows(self, sheet: str, kind: str, rows: Sequence[tuple[int, dict[str, str]]]) -> None:
        above: dict[str, str] = {}
        for line, row in rows:
            row = {name: _in_line(name, row.get(name, "")) for name in COLUMNS}
            if all(row[name] in ("", *COLUMNS[name]) for name in COLUMNS):  # the heading once more, on a new page
                continue
            where = _("{sheet} row {line}", sheet=sheet, line=line)
            row, above = self._as_above(row, above, where)
            key = self._code(kind, row, where)
            if key is not None:
                self._condition(key, row, where)

    def _as_above(
        self, row: dict[str, str], above: dict[str, str], where: str
    ) -> tuple[dict[str, str], dict[str, str]]:
        fresh = bool(row["minor"] and row["minor"] != above.get("minor")) or bool(
            row["major"] and row["major"] != above.get("major")
        )
        carried = (*_CARRIED,) if fresh else (*_CARRIED, *_WITHIN)
        full = {name: text or (above.get(name, "") if name in carried else "") for name, text in row.items()}
        if fresh and not row["name"]:
            full["name"] = ""  # another code has another name
        if row["major"] and row["major"] != above.get("major"):
            full |= {name: row[name] for name in ("minor", "major_name")}
        if not full["condition"] and not fresh and above:
            self._remarks.append(_("{where}: no filing condition: taken as that of the row above", where=where))
            full["condition"] = above["condition"]
        return full, full

    def _code(self, kind: str, row: dict[str, str], where: str) -> CodeKey | None:
        lacking = [COLUMNS[name][0] for name in ("major", "minor", "name") if not row[name]]
        if lacking:
            self._problems.append(_("{where}: must be given: {names}", where=where, names=", ".join(lacking)))
            return None
        major, minor = _digits(row["major"], 2), _digits(row["minor"], 2)
        code = minor if len(minor) > 3 and minor.startswith(major) else major + minor
        if not code.isascii() or not code.isalnum() or not 4 <= len(code) <= 16:
            self._problems.append(_("{where}: {code} is no code", where=where, code=repr(code[:40])))
            return None
        made = EditionCode(kind, code, row["name"][:200], major, row["major_name"][:100])
        before = self._codes.setdefault(made.key, made)
        if before.name != made.name:
            self._problems.append(
                _("{where}: code {code} is {name} here and {other} before", where=where, code=code, name=made.name,
                  other=before.name)
            )  # fmt: skip
            return None
        units = EditionUnits(_several(row["unit"]), _several(row["authority"]))
        known = self._units.setdefault(made.key, units)
        if known != units:  # by condition: whoever is named for any of them
            merged = (
                tuple(dict.fromkeys((*a, *b)))
                for a, b in ((known.primary, units.primary), (known.authority, units.authority))
            )
            self._units[made.key] = EditionUnits(*merged)
        return made.key

    def _condition(self, key: CodeKey, row: dict[str, str], where: str) -> None:
        mine = self._conditions.setdefault(key, [])
        try:
            said: LimitText = read_limit(row["limit"])
        except LimitUnread as fault:
            self._problems.append(_("{where}: {column}: {fault}", where=where, column=COLUMNS["limit"][0], fault=fault))
            return
        text, close = row["condition"][:500], row["close"][:500]
        twin = next((one for one in mine if one.text == text and one.stage == said.stage), None)
        if twin is not None:
            if (twin.limit, twin.close) != (said.limit, close):
                self._problems.append(
                    _("{where}: the condition {condition} stands twice with different limits or closing conditions", where=where,
                      condition=repr(text[:40]))
                )  # fmt: skip
            return
        mine.append(Condition(len(mine) + 1, text, close, said.limit, row["limit"][:80], said.stage))

    def done(self) -> CityTable:
        if not self._codes and not self._problems:
            self._problems.append(_("there is no code in it"))
        for key, code in self._codes.items():
            if not self._units[key].primary:
                self._remarks.append(
                    _("{kind} {code} {name}: no unit is named", kind=key[0], code=key[1], name=code.name)
                )
        conditions = {key: tuple(ones) for key, ones in self._conditions.items() if ones}
        return CityTable(
            tuple(self._codes.values()), conditions, self._units, tuple(self._problems), tuple(self._remarks)
        )


def _places(cells: Sequence[str]) -> dict[str, int]:
    """Column → where it stands; {} when this is not the heading."""
    bare = ["".join(cell.split()) for cell in cells]
    found = {name: bare.index(word) for name, words in COLUMNS.items() for word in words[:1] if word in bare}
    for name, words in COLUMNS.items():
        if name not in found:
            at = next(
                (bare.index(word) for word in words if word in bare and bare.index(word) not in found.values()), None
            )
            if at is not None:
                found[name] = at
    return found if all(name in found for name in NEEDED) else {}


def _kinds(name: str) -> set[str]:
    """What the name of a sheet or file says; a name may say both."""
    return {kind for word, kind in KINDS.items() if word in name}


def _clean(cell: str) -> str:
    """Without what nobody sees; line breaks within a cell are blanks, but between units they part."""
    seen = "".join(sign for sign in cell if unicodedata.category(sign) not in ("Cf", "Cc") or sign in "\n\t")
    return re.sub(r"[ \t\u3000\u00a0]+", " ", seen).strip()


def _in_line(column: str, text: str) -> str:
    """Line breaks part units; anywhere else they only made the cell narrower."""
    if column in ("unit", "authority"):
        return text
    return ("" if column in ("major", "minor", "name") else " ").join(part.strip() for part in text.split("\n"))


def _digits(text: str, least: int) -> str:
    """'1', '1.0', '０1' → '01'."""
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("'")
    plain = re.sub(r"\.0+$", "", plain)
    return plain.zfill(least) if plain.isdigit() else plain


def _several(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip()[:100] for part in _PARTS.split(text) if part.strip()))
