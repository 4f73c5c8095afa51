"""The folder in which a recording is made before it is shelved: emptied at each start of the child, and watched for room."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from .durable import make_folder
from .errors import TryLater

LOCK = "lock"


class Drafts:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def file(self, name: str) -> Path:
        return self.folder / name

    def make(self) -> None:
        make_folder(self.folder, 0o700)

    def empty(self) -> None:
        self.make()
        for entry in self.folder.iterdir():
            if entry.name != LOCK:
                with suppress(FileNotFoundError):
                    entry.unlink()

    def room_for(self, size: int) -> None:
        """Raises ``TryLater`` ('disk_full') when less than ``size`` bytes are free."""
        if (free := free_bytes(self.folder)) < size:
            raise TryLater("disk_full", f"{free >> 20} MB free under {self.folder}, {(size >> 20) + 1} MB needed")


def free_bytes(folder: Path) -> int:
    """What an ordinary user may still write to the file system of ``folder``."""
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize
