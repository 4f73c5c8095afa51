"""One object of the storage, read like a file: what the seal and the hashes want. Blocking, constant memory."""

from __future__ import annotations

import io
import os
from collections.abc import Generator

from .errors import NotStored
from .ports import Storage

BUFFER = 64 * 1024


class _Stored(io.RawIOBase):
    """Reads on in one request; begins another after a leap."""

    def __init__(self, storage: Storage, name: str) -> None:
        super().__init__()
        found = storage.stat(name)
        if found is None:
            raise NotStored(name)
        self._storage, self._name, self._size = storage, name, found.size
        self._at = 0
        self._pieces: Generator[bytes] | None = None
        self._left = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        begin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if (to := begin + offset) < 0:
            raise ValueError(f"{to} lies before the beginning")
        if to != self._at:
            self._let_go()
            self._at = to
        return to

    def tell(self) -> int:
        return self._at

    def readinto(self, into: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._left:
            if self._at >= self._size:
                return 0
            if self._pieces is None:
                self._pieces = self._storage.open_range(self._name, self._at, self._size - 1)
            self._left = next(self._pieces, b"")
        count = min(len(into), len(self._left))
        into[:count] = self._left[:count]
        self._left = self._left[count:]
        self._at += count
        return count

    def close(self) -> None:
        self._let_go()
        super().close()

    def _let_go(self) -> None:
        if self._pieces is not None:
            self._pieces.close()
        self._pieces, self._left = None, b""


def opened(storage: Storage, name: str) -> io.BufferedReader:
    """Raises ``NotStored``; whoever reads may meet ``TryLater``."""
    return io.BufferedReader(_Stored(storage, name), BUFFER)
