"""How many files, and how much, one account sends in a day: nobody fills the disk alone (OWASP ASVS 12.1.3).

Kept in memory, as ``bulk_reads.py`` keeps its counts: a restart begins to count anew, which nobody below an operator brings about.
"""

from __future__ import annotations

from datetime import date

MOST_FILES, MOST_BYTES = 400, 1 << 30
"""A day, of one account: a photo or two of each of its calls, and more than any hands can choose."""


class FilesSent:
    def __init__(self, files: int = MOST_FILES, size: int = MOST_BYTES) -> None:
        """``size``: bytes."""
        self._most = files, size
        self._day: date | None = None
        self._sent: dict[str, tuple[int, int]] = {}
        """Account → files and bytes, today."""

    def take(self, account: str, day: date, size: int) -> bool:
        """Count one more of ``size`` bytes; False, and nothing counted: it would be more than a day's."""
        if day != self._day:
            self._day, self._sent = day, {}
        files, total = self._sent.get(account, (0, 0))
        after = files + 1, total + size
        if after[0] > self._most[0] or after[1] > self._most[1]:
            return False
        self._sent[account] = after
        return True
