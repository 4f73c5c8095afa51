"""Small files beside the recordings, sealed as they are (``vault.py``): one data key a file, wrapped by the same master key.

A name is that of its content; a file that was put plain, by an older version, is read as it lies and sealed when it is put again.
Blocking. Used by ``hotline/consoles/ticket_files.py``.
"""

from __future__ import annotations

import io
import threading

from . import layout, vault
from .errors import NotStored, SealBroken
from .ports import Storage
from .storage_reader import opened

FOLDER = "files"
"""Of the keys' folder: theirs lie apart from those of recordings, which lie by year."""


class SealedFiles:
    def __init__(self, storage: Storage, keys: vault.Keys) -> None:
        self._storage, self._keys = storage, keys
        self._writing = threading.Lock()

    def put(self, name: str, data: bytes) -> None:
        """On the disk, sealed, when it returns; what stands there already stays. Raises ``RecordingError``, OSError.

        One at a time: of two who put the same file, the key that is kept must be that of the file that is."""
        with self._writing:
            if not self._stands(name):
                self._seal(name, data)
            self._storage.delete(name)  # an older version's, plain

    def get(self, name: str) -> bytes:
        """Raises ``NotStored``; ``SealBroken`` where it was altered or its key is gone."""
        sealed = name + layout.SEALED
        if self._storage.stat(sealed) is None:
            return b"".join(self._storage.open_range(name))
        key = self._keys.get(_key(name))
        with opened(self._storage, sealed) as file:
            return b"".join(vault.unseal(file, key))

    def _stands(self, name: str) -> bool:
        """Whole, and its key opens it."""
        if self._storage.stat(name + layout.SEALED) is None:
            return False
        try:
            self.get(name)
        except (NotStored, SealBroken):
            return False
        return True

    def _seal(self, name: str, data: bytes) -> None:
        key, sealed = vault.new_key(_key(name)), io.BytesIO()
        vault.seal(io.BytesIO(data), sealed, key)
        self._keys.keep(key, key.label)  # first the key: what lies there without one is lost
        self._storage.put(name + layout.SEALED, [sealed.getvalue()])


def _key(name: str) -> str:
    return f"{FOLDER}/{name}"
