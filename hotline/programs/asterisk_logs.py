"""Keeps the log files of Asterisk, and of nginx, small: rotation by size, without telling the program.

Used by ``child_program.py``. ``logger rotate`` would also rotate queue_log, which is read by
byte offset; so the file is copied and emptied in place (Asterisk appends, and goes on at
its beginning). A flood of hostile SIP writes 3 MB a second.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

NAMES = ("messages", "security", "console", "sip")
MOST_BYTES = 20 * 2**20
KEPT = 3


def keep_small(folder: Path, names: Iterable[str] = NAMES, most: int = MOST_BYTES, kept: int = KEPT) -> list[Path]:
    """Rotate each file that outgrew ``most``; returns those rotated."""
    rotated = []
    for name in names:
        path = folder / name
        if path.is_file() and path.stat().st_size > most:
            _rotate(path, most, kept)
            rotated.append(path)
    return rotated


def _rotate(path: Path, most: int, kept: int) -> None:
    for number in range(kept - 1, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        if older.exists():
            older.replace(path.with_name(f"{path.name}.{number + 1}"))
    with open(path, "rb") as source, open(path.with_name(f"{path.name}.1"), "wb") as target:
        source.seek(max(0, path.stat().st_size - most))  # the newest part, when it grew far beyond
        shutil.copyfileobj(source, target)
    os.truncate(path, 0)
