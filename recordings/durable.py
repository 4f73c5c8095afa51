"""Writing files so that a power cut leaves the old one or the whole new one, never a half.

Used by ``vault.py`` and ``local_storage.py``, and by ``hotline`` for its own small files; knows nothing of recordings.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_new_durable(path: Path, content: bytes, *, mode: int = 0o640, replace: bool = True) -> None:
    """Make ``path`` hold ``content``: draft, fsync, rename, fsync of the folder.

    With ``replace`` false, raises ``FileExistsError`` when somebody else was first.
    """
    make_folder(path.parent, 0o700 if mode == 0o600 else 0o750)
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    with suppress(FileNotFoundError):
        draft.unlink()
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
        else:
            os.link(draft, path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()
    sync_folder(path.parent)


def move_durable(source: Path, target: Path) -> None:
    """Rename within one file system; ``source`` and its new name are on the disk on return."""
    sync_file(source)
    make_folder(target.parent, 0o750)
    source.replace(target)
    sync_folder(target.parent)


def make_folder(folder: Path, mode: int) -> None:
    """``mkdir -p`` whose new names survive a power cut."""
    if folder.is_dir():
        return
    make_folder(folder.parent, mode)
    with suppress(FileExistsError):
        folder.mkdir(mode=mode)
    sync_folder(folder.parent)


def sync_file(path: Path) -> None:
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
