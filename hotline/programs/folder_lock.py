"""One daemon a folder, and what it says of itself there: for whoever wants to tell it something.

The file is locked for the daemon's life, and written in place: process, state, since when.
"""

from __future__ import annotations

import fcntl
import os
import time
from dataclasses import dataclass
from typing import IO

from config.file_places import Places
from config.language import say as _
from hotline.start_check import StartError

from . import process_table


class FolderLock:
    """One daemon a folder: two would fold the same book. Held from ``start`` to ``stop``."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._file: IO[str] | None = None

    @property
    def held(self) -> bool:
        return self._file is not None

    def start(self) -> None:
        """Raises StartError, OSError."""
        file: IO[str] = open(self._places.daemon, "a+")  # noqa: SIM115 - held for the daemon's life
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            said = _("another daemon runs in {var}; stop it, or use another --var", var=self._places.var)
            raise StartError(said) from None
        self._file = file
        say_state(self._places, "starting")

    async def stop(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


@dataclass(frozen=True, slots=True)
class Running:
    pid: int
    state: str
    """starting, ready, ending."""
    since: float


def say_state(places: Places, state: str) -> None:
    """Into the lock's file, in place and in one piece: whoever holds the lock is who it says."""
    with places.daemon.open("r+", encoding="ascii") as file:
        file.write(f"{os.getpid():>10} {state:<8} {time.time():.3f}\n")


def running(places: Places) -> Running | None:
    try:
        pid, state, since = places.daemon.read_text(encoding="ascii").split()
        found = Running(int(pid), state, float(since))
    except (OSError, ValueError):
        return None
    return found if "run" in process_table.words(found.pid) else None
