"""One recording opened for a listener: any part of its plain sound, out of its seal, in constant memory.

Blocking; used by ``hotline/listening.py`` in a thread. The audit row was written before, by
whoever asks; who may listen is not decided here. Nothing plain is ever written to a disk.
"""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from . import vault
from .errors import SealBroken
from .ports import Shelved
from .shelf import Shelf

PIECE = 64 * 1024


class Sound:
    """``size`` plain bytes of ``format``. Raises ``SealBroken`` and ``OSError``, at opening and at each piece."""

    def __init__(self, shelf: Shelf, keys: vault.Keys, facts: Shelved) -> None:
        self.size, self.format = facts.plain_bytes, facts.format
        self._file: Path = shelf.folder / facts.path
        self._key = keys.get(facts.path) if facts.sealed else None
        if self._file.stat().st_size != facts.stored_bytes:
            raise SealBroken("altered", f"{facts.path} is not of the size that was shelved")
        for _ in self.pieces(0, 0):
            pass

    def pieces(self, first: int, last: int) -> Generator[bytes]:
        """Bytes ``first`` to ``last``, both included and below ``size``; each piece of a sealed file is proven."""
        with open(self._file, "rb") as stored:
            if self._key is not None:
                yield from vault.window(stored, self._key, first, last)
                return
            stored.seek(first)
            left = last + 1 - first
            while left > 0 and (piece := stored.read(min(PIECE, left))):
                left -= len(piece)
                yield piece
