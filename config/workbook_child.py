"""A workbook on standard input → its sheets as JSON on standard output. A process of its own, with little memory and time.

A file of a kilobyte may name one cell at each end of a sheet, and the reader makes room for all between: that ends here, and neither the
verb that asked nor anything else on the machine. Started by ``workbooks.py``; ``python -m config.workbook_child MOST_ROWS``.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from datetime import date, datetime

MEMORY = 2 << 30
CPU_SECONDS = 60


def main(most_rows: int) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

    def text(cell: object) -> str:
        if isinstance(cell, float) and cell.is_integer():
            return str(int(cell))
        if isinstance(cell, datetime | date):
            return cell.isoformat()
        return "" if cell is None else str(cell)

    def rows_of(sheet: CalamineSheet) -> list[list[str]]:
        rows = [[text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
            if top >= len(rows) or left >= len(rows[top]):
                continue
            said = rows[top][left]
            for row in rows[top : bottom + 1]:
                for column in range(left, min(right + 1, len(row))):
                    row[column] = said
        return rows

    told: dict[str, object] = {}
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        found = []
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.height > most_rows:
                told = {"long": name}
                break
            found.append((name, rows_of(sheet)))
        else:
            told = {"sheets": found}
    except (CalamineError, OSError, ValueError) as fault:
        told = {"fault": str(fault)[:200]}
    sys.stdout.buffer.write(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
