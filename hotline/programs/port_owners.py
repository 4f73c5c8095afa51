"""Who listens on a port of this machine, so that ``hotline check`` can name it."""

from __future__ import annotations

import errno
import socket
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from . import process_table

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Owner:
    pid: int
    words: tuple[str, ...]
    """Its command line."""
    folder: Path | None
    """Where it runs, to understand relative paths in its words."""

    @property
    def name(self) -> str:
        return Path(self.words[0]).name if self.words else "?"

    def serves(self, var: Path) -> bool:
        """Whether it is an Asterisk, an nginx, the way of browsers' phones, a case store or a daemon of the installation under ``var``."""
        ours = [
            str(var / "asterisk" / "etc"),
            str(var / "edge"),
            str(var / "secrets"),
            str(var / "run" / "casestore.json"),
        ]
        if any(part in word for word in self.words for part in ours):
            return True
        if "run" not in self.words or not any("hotline" in word for word in self.words):
            return False
        given = next((after for word, after in zip(self.words, self.words[1:], strict=False) if word == "--var"), "var")
        return self.folder is not None and (self.folder / given).absolute() == var


def taken(host: str, port: int, kind: socket.SocketKind) -> bool:
    """Whether binding there fails."""
    return why_not(host, port, kind) != 0


def why_not(host: str, port: int, kind: socket.SocketKind) -> int:
    """The errno of binding there: EADDRINUSE, EADDRNOTAVAIL (this machine has no such address), EACCES; 0: it works."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, kind) as probe:
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as fault:
        return fault.errno or errno.EINVAL
    return 0


def held_by(pid: int, ports: Collection[int]) -> frozenset[tuple[socket.SocketKind, Address, int]]:
    """Kind, address and port of the sockets that this process holds on these ports."""
    found = process_table.held(pid)
    return frozenset((kind, ip_address(address), port) for kind, address, port in found if port in ports)


def owner(port: int, kind: socket.SocketKind, var: Path) -> Owner | None:
    """The process that holds it; None when nobody does or it can not be seen (another user's).

    Of several (a server's workers share its socket) the one that serves ``var``, if any does.
    """
    told = sorted({one.pid for one in process_table.sockets(port, kind) if one.pid is not None})
    # who opened it and gave it to workers, and these: of a socket that several hold one alone is told
    kin = [one for pid in told for one in (*process_table.parents(pid), *process_table.children(pid))]
    pids = [*told, *(pid for pid in kin if process_table.sockets(port, kind, pid))]
    found = [Owner(pid, process_table.words(pid), process_table.folder(pid)) for pid in pids]
    return next((one for one in found if one.serves(var)), found[0] if found else None)
