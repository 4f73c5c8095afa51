"""One recording opened for a listener: any part of its plain sound, out of its seal, in constant memory.

Blocking; used by ``hotline/consoles/recording_playback.py`` in a thread. The audit row was written before, by
whoever asks; who may listen is not decided here. Nothing plain is ever written to a disk.
"""

from __future__ import annotations

from collections.abc import Generator

from . import vault
from .errors import NotStored, SealBroken
from .ports import Shelved
from .shelf import Shelf


class Sound:
    """``size`` plain bytes of ``format``. Raises ``RecordingError``s, at opening and at each piece."""

    def __init__(self, shelf: Shelf, keys: vault.Keys, facts: Shelved) -> None:
        self.size, self.format = facts.plain_bytes, facts.format
        self._shelf, self._path = shelf, facts.path
        self._key = keys.get(facts.path) if facts.sealed else None
        stored = shelf.stat(facts.path)
        if stored is None:
            raise NotStored(facts.path)
        if stored.size != facts.stored_bytes:
            raise SealBroken("altered", f"{facts.path} is not of the size that was shelved")
        for _ in self.pieces(0, 0):
            pass

    def pieces(self, first: int, last: int) -> Generator[bytes]:
        """Bytes ``first`` to ``last``, both included and below ``size``; each piece of a sealed file is proven."""
        if self._key is None:
            yield from self._shelf.storage.open_range(self._path, first, last)
            return
        with self._shelf.open(self._path) as stored:
            yield from vault.window(stored, self._key, first, last)
