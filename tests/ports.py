"""Ports for servers that a test starts in its own process.

Below the kernel's own range, as the settings want them, and apart for each process, so that two
that look at the same moment do not find the same one.
"""

from __future__ import annotations

import os
import socket
from itertools import count

_FIRST, _EACH, _PROCESSES = 12_200, 20, 80
_turn = count()


def free_port() -> int:
    """One that nobody listens on now, and that this process did not give away lately."""
    first = _FIRST + os.getpid() % _PROCESSES * _EACH
    for _ in range(_EACH):
        port = first + next(_turn) % _EACH
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port")
