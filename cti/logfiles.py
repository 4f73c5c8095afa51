"""One log of Asterisk's and what became of it: the file itself, its renamed, copied and packed siblings.

A file is known by its first bytes (``head``), not by its name or inode: names are given to
another file at each rotation, and a file system gives the inode of a deleted file to the next
one. The head stays the same when a file grows, is renamed, copied or packed.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import IO, cast

HEAD = 1024
"""Bytes by which a file is known."""
BEFORE = 64
"""Bytes before a place that must be there again."""
Moment = Callable[[bytes], "float | None"]
"""The first bytes of a file → when its first row was written; None: there is none."""
_PACKERS: dict[str, Callable[[Path], object]] = {
    ".gz": gzip.open,
    ".bz2": bz2.open,
    ".xz": lzma.open,
    ".lzma": lzma.open,
}
with suppress(ImportError):  # from Python 3.14 on
    _PACKERS[".zst"] = import_module("compression.zstd").open
PACKED = frozenset({*_PACKERS, ".zst", ".Z", ".lz4", ".lz", ".zip", ".7z"})
"""Endings of packed files; those without a packer above cannot be read here."""
_UNREADABLE = (OSError, EOFError, lzma.LZMAError, ValueError)
_NUMBER = re.compile(r"[.-](\d{1,6})$")


class LogFile:
    """One file that is there now. While it is ``held`` it stays readable, though it be renamed or removed."""

    _held: IO[bytes] | None = None

    def __init__(self, path: Path) -> None:
        """Raises OSError."""
        found = path.stat()
        self.path, self.inode, self.mtime = path, found.st_ino, found.st_mtime
        self.packed = path.suffix in PACKED
        self._size = None if self.packed else -1
        self._first = b""

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.close()

    def hold(self) -> LogFile:
        """Raises OSError: it is not there any more."""
        if self._held is None:
            self._held = self._open()
            if not self.packed:
                self.inode = os.fstat(self._held.fileno()).st_ino
        return self

    def _open(self) -> IO[bytes]:
        if not self.packed:
            return open(self.path, "rb")
        try:
            return cast("IO[bytes]", _PACKERS[self.path.suffix](self.path))
        except (KeyError, *_UNREADABLE) as fault:
            raise OSError(f"{self.path.name} cannot be unpacked ({fault})") from fault

    @contextmanager
    def _reading(self) -> Iterator[IO[bytes]]:
        try:
            if self._held is not None:
                yield self._held
            else:
                with self._open() as file:
                    yield file
        except _UNREADABLE as fault:
            if not self.packed and isinstance(fault, OSError):
                raise
            raise OSError(f"{self.path.name} cannot be unpacked ({fault})") from fault

    def size(self) -> int:
        """Bytes of its content; all of a packed one is read for it, once. Raises OSError."""
        if not self.packed:
            return os.fstat(self._held.fileno()).st_size if self._held is not None else self.path.stat().st_size
        if self._size is None:
            with self._reading() as file:
                self._size = file.seek(0, os.SEEK_END)
        return self._size

    def read(self, offset: int, most: int) -> bytes:
        """Raises OSError: it is gone, cannot be read, or was packed by half."""
        with self._reading() as file:
            file.seek(offset)
            return file.read(most)

    def first(self, most: int) -> bytes:
        """Its first bytes."""
        if not self.packed:
            return self.read(0, most)
        if not self._first:
            self._first = self.read(0, 4 * HEAD)
        return self._first[:most]

    def head(self, most: int = HEAD) -> str:
        """``bytes:hash`` of its beginning; '' while it is empty."""
        data = self.first(most)
        return f"{len(data)}:{hash_of(data)}" if data else ""

    def is_headed(self, head: str) -> bool:
        """Does it begin like the file that had this head?"""
        length = int(head.partition(":")[0] or 0)
        return length > 0 and self.head(length) == head

    def number(self) -> int | None:
        """Of a name that ends with one."""
        found = _NUMBER.search(self.path.stem if self.packed else self.path.name)
        return int(found[1]) if found else None


def hash_of(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()


def siblings(path: Path) -> list[Path]:
    """Files that were made of this one by renaming, copying or packing: ``x.csv.1``, ``x.csv-20261128.gz``, ``x-20261128.csv``."""
    stem, ending = re.escape(path.stem), re.escape(path.suffix)
    name = re.compile(rf"{re.escape(path.name)}.+|{stem}[-._]\d[\d.T_-]*{ending}(\..+)?")
    with suppress(FileNotFoundError):
        return sorted(one for one in path.parent.iterdir() if name.fullmatch(one.name) and one.is_file())
    return []


def begun(file: LogFile, moment: Moment) -> float:
    """When its first row was written."""
    found = moment(file.first(4 * HEAD))
    return file.mtime if found is None else found


def in_order(later: Sequence[LogFile], older: Iterable[LogFile], moment: Moment) -> list[LogFile]:
    """``later`` files, oldest first: by the numbers of their names where they have them, else by their first rows.

    The clock may have been set back between two of them, numbers tell the order even then; whether
    the highest number is the oldest is told by files known to be ``older``, else by the first rows.
    """
    timed = sorted(later, key=lambda one: (begun(one, moment), one.mtime))
    numbers = [one.number() for one in later]
    if len(later) < 2 or None in numbers or len(set(numbers)) < len(numbers):
        return timed
    known = [number for one in older if (number := one.number()) is not None]
    votes = sum((old > new) - (old < new) for old in known for new in numbers if new is not None)
    if not votes:
        return timed
    return sorted(later, key=lambda one: one.number() or 0, reverse=votes > 0)
