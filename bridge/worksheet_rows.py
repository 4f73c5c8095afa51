"""Sheets that people keep, as they were read: where the heading stands, and the rows below it by the names of its columns. Pure.

Used by the table of codes (``catalogues/city_table.py``) and the table of knowledge cards (``knowledge_table.py``); rows come from ``config.files``
(CSV) or ``config.workbooks`` (XLSX).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from config.language import say as _

MOST_ABOVE = 10
"""Rows above the heading: a title, an empty one, who made it."""


@dataclass(frozen=True, slots=True)
class WorksheetRows:
    """One sheet as it was read: rows of cells, each with its number as the spreadsheet shows it."""

    name: str
    """Its own in the workbook; '' of a CSV file, which has none."""
    rows: Sequence[tuple[int, Sequence[str]]]
    file: str = ""

    @property
    def where(self) -> str:
        return f"{self.file} {self.name}".strip()


def below_heading(
    sheet: WorksheetRows,
    columns: Mapping[str, Sequence[str]],
    clean: Callable[[str], str],
    places: Callable[[Sequence[str]], dict[str, int]],
) -> list[tuple[int, dict[str, str]]] | str | None:
    """Rows that are not empty, each with its number and its cells by column; None of an empty sheet; the problem when no heading is found.

    ``places``: column → where it stands in a row, {} when that row is not the heading.
    """
    rows = [(line, [clean(cell) for cell in cells]) for line, cells in sheet.rows]
    filled = [(line, cells) for line, cells in rows if any(cells)]
    if not filled:
        return None
    found = next(((n, at) for n, (_line, cells) in enumerate(filled[:MOST_ABOVE]) if (at := places(cells))), None)
    if found is None:
        wanted = " ".join(names[0] for names in columns.values())
        return _("{sheet}: no heading in its first rows: wanted {wanted}", sheet=sheet.where, wanted=wanted)
    head, at = found
    return [
        (line, {name: cells[place] if place < len(cells) else "" for name, place in at.items()})
        for line, cells in filled[head + 1 :]
    ]
