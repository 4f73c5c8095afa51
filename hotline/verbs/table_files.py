"""Tables that people keep, from XLSX and CSV files, as the verbs that take them in read them; and what is wrong with them, told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from bridge.worksheet_rows import WorksheetRows
from config.files import read_grid
from config.language import say as _
from config.workbooks import is_workbook, read_worksheets

MOST_LINES = 200


def worksheets(files: Sequence[Path]) -> tuple[list[WorksheetRows], list[str]]:
    """All sheets of all files, and what was odd about the files. Raises FileRefused."""
    sheets: list[WorksheetRows] = []
    remarks: list[str] = []
    for file in files:
        if is_workbook(file):
            sheets += [WorksheetRows(sheet.name, sheet.rows, file.name) for sheet in read_worksheets(file)]
        else:
            rows, odd = read_grid(file)
            sheets.append(WorksheetRows("", rows, file.name))
            remarks += odd
    return sheets, remarks


def tell_problems(problems: Sequence[str]) -> None:
    """To stderr, as many as somebody reads."""
    for problem in problems[:MOST_LINES]:
        print(problem, file=sys.stderr)
    if len(problems) > MOST_LINES:
        print(_("… and {count} more", count=len(problems) - MOST_LINES), file=sys.stderr)
