"""When Asterisk was found dead: a small file of moments, written by whoever watches it, read by the book.

QUEUESTART tells when a new life began, not when the one before it ended; between the two
may lie a night. Whoever runs Asterisk notes its end before starting it again, so the note
is there when the book comes to the new life, now and at every later reading.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from .ids import Instant

WHOLE_SECOND = 1.0
"""QUEUESTART is dated in whole seconds: the death may seem to come after it."""


class AsteriskDeaths:
    def __init__(self, file: Path) -> None:
        self._file = file

    def note(self, at: Instant) -> None:
        """Asterisk ended at this moment, or was last seen alive then. Durable when it returns."""
        with self._file.open("a", encoding="ascii") as file:
            file.write(f"{at:.6f}\n")
            file.flush()
            os.fsync(file.fileno())

    def before(self, life: Instant) -> Instant | None:
        """The last end noted before the life that began at ``life``; None: nobody saw it."""
        moments = []
        with suppress(FileNotFoundError):
            for line in self._file.read_text(encoding="ascii", errors="replace").splitlines():
                with suppress(ValueError):
                    moments.append(float(line))
        found = max((at for at in moments if at < life + WHOLE_SECOND), default=None)
        return None if found is None else Instant(found)
