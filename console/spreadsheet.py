"""The one writer of CSV and XLSX: opens in the spreadsheets people have with its Chinese, with all digits, and no formula runs.

In a workbook a text is a text, a number a number and a moment a moment: there is no formula and no link in it, whatever a cell says. It is written
row by row; what it costs in memory does not grow with it. CSV has texts alone. A byte order mark says UTF-8; lines end as spreadsheets write them. A tab before a text of digits keeps it a text
(a leading zero, a long id, a +), an apostrophe keeps what begins like a formula from being one. A program strips the tab, or
takes ``--json``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Literal, TextIO
from zoneinfo import ZoneInfo

import xlsxwriter

from config.language import say as _

_READ_AS_NUMBER = re.compile(r"[+-]?[0-9][0-9.,:/ -]*(?:[eE][+-]?[0-9]+)?")
_READ_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

_PASSED_OVER = " \u00a0\u3000\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
"""Blanks and marks before a text: some spreadsheets look behind them."""

Form = Literal["csv", "xlsx"]
TYPES: dict[Form, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SHEET_ROWS = 1_048_576
"""What a sheet can hold, its heads among them."""
CELL_LETTERS = 32_767
WIDTH = 18
_PLAIN = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


@dataclass(frozen=True, slots=True)
class Table:
    """A report: heads in the language of whoever reads it, and its rows."""

    heads: Sequence[str]
    rows: AsyncIterator[Sequence[object]]


class Workbook:
    """``row`` after row, then ``close``, which writes all of it to ``out``."""

    def __init__(self, out: IO[bytes], heads: Sequence[str], zone: ZoneInfo) -> None:
        self._book = xlsxwriter.Workbook(out, _PLAIN)
        self._heads, self._zone = heads, zone
        self._bold = self._book.add_format({"bold": True})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._begin()

    def row(self, cells: Iterable[object]) -> None:
        if self._next == SHEET_ROWS:
            self._begin()
        for column, value in enumerate(cells):
            self._cell(column, value)
        self._next += 1

    def close(self) -> None:
        self._book.close()

    def _begin(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._sheet.set_column(0, max(0, len(self._heads) - 1), WIDTH)
        self._sheet.freeze_panes(1, 0)
        for column, head in enumerate(self._heads):
            self._sheet.write_string(0, column, str(head), self._bold)
        self._next = 1

    def _cell(self, column: int, value: object) -> None:
        if value is None or value == "":
            return
        if isinstance(value, datetime):
            local = value.astimezone(self._zone).replace(tzinfo=None, microsecond=0)
            self._sheet.write_datetime(self._next, column, local, self._moment)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            self._sheet.write_number(self._next, column, value)
        else:
            self._sheet.write_string(self._next, column, _text(value)[:CELL_LETTERS])


def _text(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def begin(out: TextIO) -> None:
    """The byte order mark; ``out``, when it is a real file or pipe, writes UTF-8 from now on and line ends as given."""
    if isinstance(out, io.TextIOWrapper):
        out.reconfigure(encoding="utf-8", newline="")
    out.write("\ufeff")


def write(out: TextIO, cells: Iterable[object], zone: ZoneInfo) -> None:
    csv.writer(out, lineterminator="\r\n").writerow([cell(value, zone) for value in cells])


def cell(value: object, zone: ZoneInfo) -> object:
    """Numbers stay numbers, moments are the centre's own to the second, texts stay texts."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, bool):
        return _text(value)
    if isinstance(value, str):
        begun = value.lstrip(_PASSED_OVER)
        if _READ_AS_NUMBER.fullmatch(begun):
            return f"\t{value}"
        if value.startswith(_READ_AS_FORMULA) or begun.startswith(_READ_AS_FORMULA):
            return f"'{value}"
    return value
