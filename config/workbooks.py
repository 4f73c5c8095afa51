"""Workbooks that a person saved (XLSX, XLS, ODS): the sheets as text, merged cells filled. Beside ``files``, which reads text.

Raises FileRefused for what cannot be read. Nothing in a workbook is carried out: formulas come as the values saved with them.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from .files import FileRefused, read_bytes
from .language import say as _

MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
MOST_UNPACKED = 256 << 20
"""Bytes; a packed file that is larger within is no table."""
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Worksheet:
    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """The number that the spreadsheet shows beside the row, and its cells; whole numbers without '.0'."""


def is_workbook(path: Path) -> bool:
    """By its first bytes. Raises FileRefused for what is no file."""
    return read_bytes(path).startswith(MAGIC)


def read_worksheets(path: Path) -> tuple[Worksheet, ...]:
    """Visible sheets in their order. Raises FileRefused."""
    data = read_bytes(path)
    if data.startswith(MAGIC[0]):
        _small_within(data, path)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return tuple(_sheet(book.get_sheet_by_name(name), name, path) for name in book.sheet_names)
    except (CalamineError, OSError, ValueError) as fault:
        said = _("cannot be read as a workbook: {fault}", fault=str(fault)[:200])
        raise FileRefused(path, "", said, _("Cure: save it as .xlsx, without a password")) from None


def _small_within(data: bytes, path: Path) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
    except zipfile.BadZipFile:
        raise FileRefused(path, "", _("is damaged: no whole workbook")) from None
    if size > MOST_UNPACKED:
        raise FileRefused(path, "", _("is larger than {most} MB", most=MOST_UNPACKED >> 20))


def _sheet(sheet: CalamineSheet, name: str, path: Path) -> Worksheet:
    if sheet.height > MOST_ROWS:
        raise FileRefused(path, name, _("has more than {most} rows", most=MOST_ROWS))
    rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if top >= len(rows) or left >= len(rows[top]):
            continue
        said = rows[top][left]
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = said
    return Worksheet(name, tuple((n, tuple(row)) for n, row in enumerate(rows, 1)))


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return "" if cell is None else str(cell)
