"""How far the demo's cases are, counted in the case store's own database, read-only."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CaseFigures:
    cases: int = 0
    cases_closed: int = 0
    """Those that follow a closed one among them."""
    returns: int = 0
    """By units, to the dispatcher."""
    merged: int = 0
    steps_complete: int = 0
    """Went through all seven steps."""
    waiting: int = 0
    """For a clerk or a unit; one that waits for the citizen's word does not count."""


_COUNTED = """
SELECT count(*), coalesce(sum(closed_at != ''), 0), coalesce(sum(returns), 0), coalesce(sum(parent != ''), 0),
  coalesce(sum(state = 'evaluated' OR parent IN (SELECT number FROM cases WHERE state = 'evaluated')), 0),
  coalesce(sum(state NOT IN ('evaluated', 'voided', 'merged', 'confirmed', 'returned_seat')), 0)
FROM cases
"""


def case_figures(database: Path) -> CaseFigures:
    """Raises sqlite3.Error."""
    if not database.exists():
        return CaseFigures()
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as store:
        return CaseFigures(*map(int, store.execute(_COUNTED).fetchone()))
