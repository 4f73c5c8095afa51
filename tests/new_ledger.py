"""A new ledger for a test, at the newest revision: made once a process, then copied. Making one takes a second of a core."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from ledger import migrate


@cache
def content() -> bytes:
    """As the program makes it at a first start."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "ledger.db")
        migrate.upgrade(f"sqlite+aiosqlite:///{file}")
        return file.read_bytes()


def make(file: Path) -> str:
    """Put one there; gives its url."""
    file.touch(0o600)
    file.write_bytes(content())
    return f"sqlite+aiosqlite:///{file}"
