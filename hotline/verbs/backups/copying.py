"""Copies of files and folders for their owner alone: 0600 and 0700, on the disk when made."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from recordings.local_storage import LocalStorage

from .manifest import RECORDINGS, TICKET_FILES


def copy(source: Path, target: Path) -> None:
    """One file, appearing whole or not at all; an existing target is replaced. Its draft is written through no link that
    somebody else left there: this may run as root in a folder of the daemon's user."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with open(source, "rb") as read, os.fdopen(descriptor, "wb") as written:
            shutil.copyfileobj(read, written, 1 << 20)
            written.flush()
            os.fsync(written.fileno())
        stat = source.stat()
        os.utime(draft, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def tree(
    source: Path, target: Path, *, replace: bool = True, leave: frozenset[Path] = frozenset()
) -> tuple[int, list[Path]]:
    """Every file below ``source`` but those of ``leave``: how many were copied, and which targets were there and were
    left (not ``replace``).

    A file that goes away meanwhile (retention, a draft) is passed over. Names that begin with a dot are drafts.
    """
    copied, left = 0, []
    for path in sorted(source.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.name.startswith(".") or path in leave:
            continue
        there = target / path.relative_to(source)
        if there.exists() and not replace:
            left.append(there)
            continue
        try:
            copy(path, there)
        except FileNotFoundError:
            continue
        copied += 1
    return copied, left


def recordings(folder: Path) -> LocalStorage:
    """Those of a backup: a storage of their own, for its owner alone; a link in it leads nowhere."""
    return LocalStorage(folder / RECORDINGS, file_mode=0o600, folder_mode=0o700, links=False)


def ticket_files(folder: Path) -> LocalStorage:
    """Those of a backup."""
    return LocalStorage(folder / TICKET_FILES, file_mode=0o600, folder_mode=0o700, links=False)
