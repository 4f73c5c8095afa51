"""Raw files that did not end in the ordinary way: still open, headless, or nobody's.

Called by ``worker.py`` and by the sweep of ``child.py``. After ``kill -9`` of Asterisk a raw
file lacks at most its last 32 KiB (one stdio buffer, 1.02 s; measured) and needs no repair;
a WAV has zero sizes in its header. Orphans are reported and kept: never deletes anything.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct
import time
from collections.abc import Iterator
from pathlib import Path

QUIET_SECONDS = 3.0
"""Where leases are not supported: a file that did not grow for so long counts as closed
(MixMonitor writes every 1.02 s while anybody is heard)."""

SUFFIXES = (".raw", ".wav")


def complete(path: Path) -> bool:
    """Has everybody who was writing ``path`` closed it? At once, without waiting.

    A read lease is granted only while nobody in any process holds the file open for writing.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as fault:
        if fault.errno == errno.EAGAIN:
            return False
        return time.time() - os.fstat(descriptor).st_mtime >= QUIET_SECONDS
    finally:
        os.close(descriptor)
    return True


def repair_wav(path: Path) -> bool:
    """Write the true sizes into a PCM WAV whose header says 0 (or too much); True when it changed it.

    The header stays as it is when the file is no RIFF/WAVE with a data chunk.
    """
    size = path.stat().st_size
    with open(path, "r+b") as file:
        head = file.read(4096)
        if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
            return False
        at = 12
        while at + 8 <= len(head):
            name, length = struct.unpack_from("<4sI", head, at)
            if name == b"data":
                break
            at += 8 + length + length % 2
        else:
            return False
        held = size - at - 8
        if 0 < length <= held:
            return False
        file.seek(4)
        file.write(struct.pack("<I", size - 8))
        file.seek(at + 4)
        file.write(struct.pack("<I", held))
        file.flush()
        os.fsync(file.fileno())
    return True


def raw_files(spool: Path, older_than: float) -> Iterator[str]:
    """Names of the raw files in the spool whose last change is at or before ``older_than`` (Unix seconds)."""
    with os.scandir(spool) as entries:
        for entry in entries:
            if entry.name.endswith(SUFFIXES) and not entry.name.startswith("."):
                try:
                    if entry.is_file(follow_symlinks=False) and entry.stat().st_mtime <= older_than:
                        yield entry.name
                except FileNotFoundError:
                    continue
