"""Finished recordings in a folder of this machine: ``ports.Storage`` over files. The only file that knows their paths.

A folder of names, below it files; a draft has a name that begins with a dot and is nobody's. A year
that an operator moved to another disk and left a link for is read like the others.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from . import layout
from .durable import make_folder, move_durable, sync_folder
from .errors import Hopeless, NotStored, TryLater
from .ports import Stored

PIECE = 64 * 1024
_ABSENT = (FileNotFoundError, NotADirectoryError)


class LocalStorage:
    def __init__(
        self, root: Path, *, file_mode: int = 0o640, folder_mode: int = 0o750, links: bool = True
    ) -> None:  # fmt: skip
        """``links``: symbolic links below ``root`` are followed; False: they hold nothing."""
        self.root, self._links = root, links
        self._file_mode, self._folder_mode = file_mode, folder_mode

    def put(self, name: str, content: Path | Iterable[bytes]) -> None:
        target = self._path(name)
        with _said(name):
            if isinstance(content, Path):
                try:
                    make_folder(target.parent, self._folder_mode)
                    move_durable(content, target)
                except OSError as fault:
                    if fault.errno != errno.EXDEV:
                        raise
                    self._write(target, _pieces(content, 0, None))
                    content.unlink()
            else:
                self._write(target, content)

    def open_range(self, name: str, first: int = 0, last: int | None = None) -> Generator[bytes]:
        path = self._path(name)
        with _said(name):
            try:
                yield from _pieces(path, first, last)
            except (*_ABSENT, IsADirectoryError) as fault:
                raise NotStored(name) from fault

    def stat(self, name: str) -> Stored | None:
        path = self._path(name)
        with _said(name):
            try:
                return Stored(name, path.stat().st_size) if path.is_file() else None
            except _ABSENT:
                return None

    def delete(self, name: str) -> bool:
        path = self._path(name)
        with _said(name):
            try:
                path.unlink()
            except (*_ABSENT, IsADirectoryError):
                return False
            sync_folder(path.parent)
            return True

    def list(self, prefix: str = "") -> Iterator[Stored]:
        folder, _, begins = prefix.rpartition("/")
        if folder and not layout.safe(folder):
            return
        with _said(prefix):
            yield from self._below(self.root / folder, f"{folder}/" if folder else "", begins)

    def _below(self, folder: Path, before: str, begins: str) -> Iterator[Stored]:
        """The files of a folder as they come, then its folders in order."""
        folders: list[str] = []
        try:
            entries = os.scandir(folder)
        except _ABSENT:
            return
        with entries:
            for entry in entries:
                if not entry.name.startswith(begins) or not layout.safe(entry.name):
                    continue
                if not self._links and entry.is_symlink():
                    continue
                try:
                    if entry.is_dir():
                        folders.append(entry.name)
                    elif entry.is_file():
                        yield Stored(before + entry.name, entry.stat().st_size)
                except FileNotFoundError:  # it went away meanwhile
                    continue
        for name in sorted(folders):
            yield from self._below(folder / name, f"{before}{name}/", "")

    def _write(self, target: Path, content: Iterable[bytes]) -> None:
        make_folder(target.parent, self._folder_mode)
        draft = target.with_name(f".{target.name}.{os.getpid()}.new")
        with suppress(FileNotFoundError):
            draft.unlink()
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, self._file_mode)
            with os.fdopen(descriptor, "wb") as file:
                for piece in content:
                    file.write(piece)
            move_durable(draft, target)
        finally:
            with suppress(FileNotFoundError):
                draft.unlink()

    def _path(self, name: str) -> Path:
        if not layout.safe(name):
            raise Hopeless("bad_name", f"{name!r} is no name of ours")
        return self.root / name


def _pieces(path: Path, first: int, last: int | None) -> Generator[bytes]:
    with open(path, "rb") as file:
        file.seek(first)
        left = None if last is None else last + 1 - first
        while (left is None or left > 0) and (piece := file.read(PIECE if left is None else min(PIECE, left))):
            if left is not None:
                left -= len(piece)
            yield piece


@contextmanager
def _said(name: str) -> Iterator[None]:
    """What the file system says, as this room says it."""
    try:
        yield
    except OSError as fault:
        full = fault.errno in (errno.ENOSPC, errno.EDQUOT)
        raise TryLater("disk_full" if full else "io_error", f"{name}: {fault}") from fault
