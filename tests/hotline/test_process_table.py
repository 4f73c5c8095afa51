"""What is said of processes: running ones, ended ones, zombies, and who holds a port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.programs import port_owners, process_table

SLEEPS = "import sys, time; print('up', flush=True); time.sleep(600)"


@pytest.fixture
def child(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    words = [sys.executable, "-c", SLEEPS, str(tmp_path / "a file.conf")]
    started = subprocess.Popen(words, stdout=subprocess.PIPE, cwd=tmp_path, start_new_session=True)
    assert started.stdout is not None
    assert started.stdout.readline() == b"up\n"
    yield started
    started.kill()
    started.wait()
    started.stdout.close()


def test_a_running_one(child: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """Its words, where it runs, and found by exactly a word; it leads its session."""
    file = tmp_path / "a file.conf"
    assert process_table.alive(child.pid)
    assert process_table.words(child.pid)[-1] == str(file)
    assert str(file) in process_table.title(child.pid)
    assert process_table.folder(child.pid) == tmp_path
    assert process_table.running_with(file) == [child.pid]
    assert process_table.running_with(tmp_path) == []
    assert process_table.of_session(child.pid) == [child.pid]
    assert child.pid in process_table.children(os.getpid())


def test_a_zombie_and_one_that_is_gone(child: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """A zombie waits for its parent: it runs no more, and neither is an error."""
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not process_table.alive(child.pid)
    assert process_table.running_with(tmp_path / "a file.conf") == []
    child.wait()
    assert not process_table.alive(child.pid)
    assert process_table.words(child.pid) == ()
    assert process_table.folder(child.pid) is None
    assert process_table.sockets(1, socket.SOCK_STREAM, child.pid) == []
    assert process_table.held(child.pid) == []


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)])
@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_who_holds_a_port(host: str, family: socket.AddressFamily, kind: socket.SocketKind) -> None:
    """One that listens or is bound; a connection from there is nobody's door."""
    with socket.socket(family, kind) as held:
        held.bind((host, 0))
        port = held.getsockname()[1]
        if kind is socket.SOCK_STREAM:
            assert process_table.sockets(port, kind) == [], "bound, and nobody listens yet"
            held.listen()
        assert process_table.sockets(port, kind) == [process_table.Held(host, port, os.getpid())]
        assert process_table.sockets(port, kind, os.getpid()) == [process_table.Held(host, port, os.getpid())]
        assert (kind, host, port) in process_table.held(os.getpid())
        with socket.socket(family, kind) as other:
            other.connect((host, port))
            near = other.getsockname()[1]
            assert not [one for one in process_table.held(os.getpid()) if one[2] == near], "a connection is no door"
    assert process_table.sockets(port, kind) == []
    assert (kind, host, port) not in process_table.held(os.getpid())


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_socket_that_workers_share_is_also_of_its_opener(kind: socket.SocketKind, tmp_path: Path) -> None:
    """nginx's workers hold the socket of their master, and the master alone says whose it is."""
    var = tmp_path / "var"
    forks = """if 1:
        import os, socket, sys, time
        held = socket.socket(socket.AF_INET, socket.SocketKind(int(sys.argv[1])))
        held.set_inheritable(True)
        held.bind(("127.0.0.1", 0))
        held.type == socket.SOCK_STREAM and held.listen()
        if not os.fork():
            os.execv(sys.executable, [sys.executable, "-c", "import time; print(0, flush=True); time.sleep(600)"])
        print(held.getsockname()[1], flush=True)
        time.sleep(600)
    """
    words = [sys.executable, "-c", forks, str(int(kind)), str(var / "edge" / "nginx.conf")]
    master = subprocess.Popen(words, stdout=subprocess.PIPE)
    assert master.stdout is not None
    # both are up: until then the worker has its master's words
    port = max(int(master.stdout.readline()) for _who in (master, "worker"))
    (worker,) = process_table.children(master.pid)
    try:
        found = port_owners.owner(port, kind, var)
        assert found is not None
        assert found.pid == master.pid
        assert found.serves(var)
    finally:
        os.kill(worker, 9)
        master.kill()
        master.wait()
        master.stdout.close()
