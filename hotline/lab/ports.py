"""Free blocks of ports, so that several daemons stand side by side on one machine.

A block is taken by a locked file for as long as the process lives; who looks for ports at
the same moment takes the next block. All ports are below 32768, where the kernel's own begin.
"""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

BLOCK = 1000
_FIRST, _LAST = 16000, 31000
HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")


@dataclass(frozen=True, slots=True)
class Block:
    """Ports from ``base`` on; the lock is let go with the process or by ``free``."""

    base: int
    lock: TextIOWrapper

    def free(self) -> None:
        self.lock.close()


def taken(port: int, host: str = "127.0.0.1") -> bool:
    """Whether somebody listens on this port (TCP or UDP) of this address."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:  # a port in TIME_WAIT is free to a server
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                return True
    return False


def find() -> Block:
    """A block nobody uses; ``RuntimeError`` when there is none."""
    folder = Path(tempfile.gettempdir()) / f"hotline-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    bases = list(range(_FIRST, _LAST, BLOCK))
    random.Random(os.getpid()).shuffle(bases)  # noqa: S311 - only to spread
    for base in bases:
        lock = (folder / str(base)).open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            continue
        if not any(taken(base + offset, host) for offset in range(13) for host in HOSTS):
            return Block(base, lock)
        lock.close()
    raise RuntimeError(f"no free block of ports between {_FIRST} and {_LAST}")
