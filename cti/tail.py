"""The file door of the book: follows the CEL csv and queue_log by byte offset.

Reads only whole lines; a line still being written is left for the next time. A file
that was renamed (rotated) is read to its end under its old inode before the next one is
begun (others that were renamed after it, then the new one); one that shrank or vanished
is begun anew and said so (``Chunk.gap``), because what was lost between can not be
known. The caller commits the offsets together with what it made of the lines: this
reader keeps no memory on disk.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a followed file: which file (inode) and how far (bytes)."""

    inode: int = 0
    offset: int = 0


NOWHERE = Place()
"""Before the first byte of whatever file is there."""
PACKED = frozenset({".gz", ".bz2", ".xz", ".zst"})
"""What was packed before it was read is lost to us."""


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
        self._stuck: tuple[int, int] | None = None
        """File and length of a last line without an end, as it was read the time before."""

    def read(self) -> Chunk:
        """What was written since; an empty chunk when there is nothing new."""
        gap = False
        inode, offset = self.at.inode, self.at.offset
        try:
            here = os.stat(self._path)
        except FileNotFoundError:
            return Chunk([], self.at, False)
        path: Path = self._path
        here_ino = here.st_ino
        if inode and here.st_ino != inode:
            old = self._renamed(inode)
            if old is not None and old.stat().st_size > offset:
                path, here_ino = old, inode
            else:
                gap, offset = old is None, 0
                after = self._after(old) if old is not None else []
                gap |= any(one.suffix in PACKED for one in after)
                if readable := [one for one in after if one.suffix not in PACKED]:
                    path, here_ino = readable[0], readable[0].stat().st_ino
        elif here.st_size < offset:
            gap, offset = True, 0
        if not gap and here_ino == inode and path == self._path and here.st_size == offset:
            return Chunk([], self.at, False)
        with open(path, "rb") as file:
            file.seek(offset)
            data = file.read(self.MOST)
        end = data.rfind(b"\n") + 1
        if end == 0 and (len(data) == self.MOST or (here_ino != here.st_ino and self._stuck == (here_ino, len(data)))):
            end = len(data)  # a row that was cut, and will not be ended any more: it costs itself alone
        self._stuck = (here_ino, len(data)) if end == 0 else None
        lines: list[tuple[int, str]] = []
        begin = offset
        for raw in data[:end].removesuffix(b"\n").split(b"\n") if end else []:
            lines.append((begin, raw.rstrip(b"\r").decode("utf-8", "backslashreplace")))
            begin += len(raw) + 1
        self.at = Place(here_ino, offset + end)
        # An old file read to its end is followed by the next one of the same name.
        return Chunk(lines, self.at, gap, more=len(data) == self.MOST or here_ino != here.st_ino)

    def _after(self, old: Path) -> list[Path]:
        """The files that were renamed after this one, oldest first; none: the current one is next."""
        ended = old.stat().st_mtime_ns
        later = []
        for path in self._path.parent.glob(self._path.name + "?*"):
            with suppress(FileNotFoundError):
                if path != old and (mtime := path.stat().st_mtime_ns) > ended:
                    later.append((mtime, path))
        return [path for _, path in sorted(later)]

    def _renamed(self, inode: int) -> Path | None:
        """The rotated file that still has the inode we were reading."""
        for path in self._path.parent.glob(self._path.name + "*"):
            try:
                if path.stat().st_ino == inode:
                    return path
            except FileNotFoundError:
                continue
        return None
