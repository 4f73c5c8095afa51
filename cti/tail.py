"""The file door of the book: follows the CEL csv and queue_log by byte offset.

Reads only whole lines; a line still being written is left for the next time. A file
that was renamed (rotated) is read to its end under its old inode before the new one is
begun; one that shrank or vanished is begun anew and said so (``Chunk.gap``), because
what was lost between can not be known. The caller commits the offsets together with
what it made of the lines: this reader keeps no memory on disk.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a followed file: which file (inode) and how far (bytes)."""

    inode: int = 0
    offset: int = 0


NOWHERE = Place()
"""Before the first byte of whatever file is there."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Lines read since the last time, each with the offset at which it begins."""

    lines: list[tuple[int, str]]
    at: Place
    """Where reading goes on."""
    gap: bool
    """True when the file was cut or lost: lines may be missing before these."""
    more: bool = False
    """True when there is more to read at once."""


class Tail:
    MOST = 4 << 20
    """Bytes read in one go: bounds memory after a long absence."""

    def __init__(self, path: Path, at: Place) -> None:
        self._path = path
        self.at = at

    def read(self) -> Chunk:
        """What was written since; an empty chunk when there is nothing new."""
        gap = False
        inode, offset = self.at.inode, self.at.offset
        try:
            here = os.stat(self._path)
        except FileNotFoundError:
            return Chunk([], self.at, False)
        path: Path | None = self._path
        if inode and here.st_ino != inode:
            path = self._renamed(inode)
            if path is None or path.stat().st_size <= offset:
                gap = path is None
                path, offset, here_ino = self._path, 0, here.st_ino
            else:
                here_ino = inode
        else:
            here_ino = here.st_ino
            if here.st_size < offset:
                gap, offset = True, 0
        if not gap and here_ino == inode and path == self._path and here.st_size == offset:
            return Chunk([], self.at, False)
        assert path is not None
        with open(path, "rb") as file:
            file.seek(offset)
            data = file.read(self.MOST)
        end = data.rfind(b"\n") + 1
        lines: list[tuple[int, str]] = []
        begin = offset
        for raw in data[:end].split(b"\n")[:-1]:
            lines.append((begin, raw.rstrip(b"\r").decode("utf-8", "backslashreplace")))
            begin += len(raw) + 1
        self.at = Place(here_ino, offset + end)
        # An old file read to its end is followed by the new one of the same name.
        return Chunk(lines, self.at, gap, more=len(data) == self.MOST or here_ino != here.st_ino)

    def _renamed(self, inode: int) -> Path | None:
        """The rotated file that still has the inode we were reading."""
        for path in self._path.parent.glob(self._path.name + "*"):
            try:
                if path.stat().st_ino == inode:
                    return path
            except FileNotFoundError:
                continue
        return None
