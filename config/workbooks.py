"""Workbooks that a person saved (XLSX, XLS, ODS): the sheets as text, merged cells filled. Beside ``files``, which reads text.

Raises FileRefused for what cannot be read. Nothing in a workbook is carried out: formulas come as the values saved with them.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .files import FileRefused, read_bytes
from .language import say as _

MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
MOST_UNPACKED = 256 << 20
"""Bytes; a packed file that is larger within is no table."""
MOST_ROWS = 100_000
COMMAND = (sys.executable, "-m", "config.workbook_child")
SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Worksheet:
    name: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """The number that the spreadsheet shows beside the row, and its cells; whole numbers without '.0'."""


def is_workbook(path: Path) -> bool:
    """By its first bytes. Raises FileRefused for what is no file."""
    return read_bytes(path).startswith(MAGIC)


def read_worksheets(path: Path) -> tuple[Worksheet, ...]:
    """The sheets in their order. Raises FileRefused."""
    data = read_bytes(path)
    if data.startswith(MAGIC[0]):
        _small_within(data, path)
    told = _asked(data, path)
    if "long" in told:
        raise FileRefused(path, str(told["long"]), _("has more than {most} rows", most=MOST_ROWS))
    if "fault" in told:
        said = _("cannot be read as a workbook: {fault}", fault=str(told["fault"]))
        raise FileRefused(path, "", said, _("Cure: save it as .xlsx, without a password"))
    return tuple(
        Worksheet(name, tuple((n, tuple(row)) for n, row in enumerate(rows, 1))) for name, rows in told["sheets"]
    )


def _asked(data: bytes, path: Path) -> dict[str, Any]:
    """What the child says of it; whatever ends the child is the file's fault."""
    try:
        done = subprocess.run([*COMMAND, str(MOST_ROWS)], input=data, capture_output=True, timeout=SECONDS)
        told = json.loads(done.stdout) if done.returncode == 0 else None
    except (subprocess.TimeoutExpired, ValueError):
        told = None
    if not isinstance(told, dict):
        said = _("wants more memory or time than any table does")
        raise FileRefused(
            path, "", said, _("Cure: delete the empty rows and columns behind the table, and save it again")
        )
    return told


def _small_within(data: bytes, path: Path) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            size = sum(entry.file_size for entry in packed.infolist())
    except zipfile.BadZipFile:
        raise FileRefused(path, "", _("is damaged: no whole workbook")) from None
    if size > MOST_UNPACKED:
        raise FileRefused(path, "", _("is larger than {most} MB", most=MOST_UNPACKED >> 20))
