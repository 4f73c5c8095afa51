"""Who listens on a port of this machine: read from /proc, so that ``hotline check`` can name it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


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
        """Whether it is an Asterisk, an nginx or a daemon of the installation under ``var``."""
        if any(str(var / "asterisk" / "etc") in word or str(var / "edge") in word for word in self.words):
            return True
        if "run" not in self.words or not any("hotline" in word for word in self.words):
            return False
        given = next((after for word, after in zip(self.words, self.words[1:], strict=False) if word == "--var"), "var")
        return self.folder is not None and (self.folder / given).absolute() == var


def taken(host: str, port: int, kind: socket.SocketKind) -> bool:
    """Whether binding there fails."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def owner(port: int, kind: socket.SocketKind, var: Path) -> Owner | None:
    """The process that holds it; None when nobody does or it can not be seen (another user's).

    Of several (a server's workers share its socket) the one that serves ``var``, if any does.
    """
    found = list(_owners(port, kind))
    return next((one for one in found if one.serves(var)), found[0] if found else None)


def _owners(port: int, kind: socket.SocketKind) -> Iterator[Owner]:
    inodes = set(_inodes(port, kind))
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and inodes and _holds(folder, inodes):
            with suppress(OSError):  # it has ended meanwhile
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
                yield Owner(int(folder.name), tuple(words), _cwd(folder))


def _inodes(port: int, kind: socket.SocketKind) -> Iterator[str]:
    names, listening = (("tcp", "tcp6"), "0A") if kind is socket.SOCK_STREAM else (("udp", "udp6"), "07")
    for name in names:
        with suppress(OSError):
            for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
                fields = line.split()
                if int(fields[1].rpartition(":")[2], 16) == port and fields[3] == listening:
                    yield f"socket:[{fields[9]}]"


def _holds(folder: Path, inodes: set[str]) -> bool:
    with suppress(OSError):
        for descriptor in (folder / "fd").iterdir():
            with suppress(OSError):
                if os.readlink(descriptor) in inodes:
                    return True
    return False


def _cwd(folder: Path) -> Path | None:
    try:
        return (folder / "cwd").readlink()
    except OSError:
        return None
