"""The processes of this machine: the one door to psutil. A process that has ended, or is another user's, answers with nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from socket import SOCK_STREAM, SocketKind

import psutil

GONE = (psutil.Error, OSError)


@dataclass(frozen=True, slots=True)
class Held:
    """A socket that listens (TCP) or is bound (UDP), and who holds it; ``pid`` is None when that cannot be seen."""

    address: str
    port: int
    pid: int | None


def alive(pid: int) -> bool:
    """Running, and not a zombie that waits for its parent."""
    try:
        return bool(psutil.Process(pid).status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD))
    except GONE:
        return False


def words(pid: int) -> tuple[str, ...]:
    """Its command line."""
    try:
        return tuple(psutil.Process(pid).cmdline())
    except GONE:
        return ()


def title(pid: int) -> str:
    """Its command line in one: for programs that write it anew as a sentence, as nginx does."""
    return " ".join(words(pid))


def folder(pid: int) -> Path | None:
    """Where it runs, to understand relative paths in its words."""
    try:
        return Path(psutil.Process(pid).cwd())
    except GONE:
        return None


def running() -> Iterator[int]:
    """All that run and are no zombies."""
    return (pid for pid in psutil.pids() if alive(pid))


def running_with(word: Path) -> list[int]:
    """Those that were given exactly this file as a word of their command line."""
    return [pid for pid in running() if str(word) in words(pid)]


def running_at(folder: Path) -> list[int]:
    """Those that name this folder in their command line, run in it, or have a file of it open: a worker's title tells nothing of
    its master's words."""
    return [pid for pid in running() if at(pid, folder)]


def at(pid: int, where: Path) -> bool:
    """Whether this one has to do with the folder."""
    try:
        process = psutil.Process(pid)
        if any(str(where) in word for word in process.cmdline()) or Path(process.cwd()).is_relative_to(where):
            return True
        return any(Path(file.path).is_relative_to(where) for file in process.open_files())
    except GONE:
        return False


def of_group(group: int) -> list[int]:
    """All of a process group but its leader, dead or alive."""
    return [pid for pid in psutil.pids() if pid != group and _is(os.getpgid, pid, group)]


def of_session(session: int) -> list[int]:
    """All that run in the session this process leads, itself too."""
    return [pid for pid in running() if _is(os.getsid, pid, session)]


def children(pid: int) -> list[int]:
    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except GONE:
        return []


def parents(pid: int) -> list[int]:
    """From its own parent up."""
    try:
        return [one.pid for one in psutil.Process(pid).parents()]
    except GONE:
        return []


def cpu(pid: int) -> float:
    """Seconds of CPU this process has used (without its children)."""
    used = psutil.Process(pid).cpu_times()
    return float(used.user + used.system)


def sockets(port: int, kind: SocketKind, pid: int | None = None) -> list[Held]:
    """Who listens on, or is bound to, this port: of all processes, or of this one alone.

    Of several processes that share a socket only one is told, and not always the same.
    """
    tcp = kind is SOCK_STREAM
    wanted = "tcp" if tcp else "udp"
    try:
        found = psutil.net_connections(wanted) if pid is None else psutil.Process(pid).net_connections(wanted)
    except GONE:
        return []
    return [
        Held(one.laddr.ip, one.laddr.port, pid if pid is not None else one.pid)
        for one in found
        if one.laddr and one.laddr.port == port and (one.status == psutil.CONN_LISTEN if tcp else not one.raddr)
    ]


def held(pid: int) -> list[tuple[SocketKind, str, int]]:
    """Kind, address and port of all that this process listens on, or is bound to, read in one go: each look walks through all its files."""
    try:
        found = psutil.Process(pid).net_connections("inet")
    except GONE:
        return []
    return [
        (SocketKind(one.type), one.laddr.ip, one.laddr.port)
        for one in found
        if one.laddr and (one.status == psutil.CONN_LISTEN if one.type == SOCK_STREAM else not one.raddr)
    ]


def _is(read: Callable[[int], int], pid: int, wanted: int) -> bool:
    with suppress(OSError):
        return read(pid) == wanted
    return False
