"""``hotline`` commands and daemons, each in a process forked from one that has imported them all.

A command's start costs a second of a core, its work a twentieth of that, and tests ask for hundreds of them; a daemon's start costs
three seconds, and tests start hundreds. What runs is ``hotline.cli.main`` with the words of the command line, in a process of
its own that leads a session, its output in files.
The server (``python -m tests.live.forked``) reads one request a line from its standard input: ``{words, out, err}``, where ``err`` null
is ``out``; for each it writes ``{pid}`` and, when that one is over, ``{pid, status}``. It ends with its input.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

LAZY = (
    "hotline.app",
    "hotline.signals",
    "aiosqlite",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "ledger.store",
    "ledger.verify",
    "ledger.migrate",
)
"""What verbs import when they run; none of it chooses Twisted's reactor, which is the daemon's own."""
LOST = 70
"""The status of a command whose server died."""


class Commands:
    """The server and who waits for it. Any thread may call ``run``."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.live.forked"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self._turn = threading.Lock()
        self._begun: queue.Queue[int] = queue.Queue()
        self._ended: dict[int, int] = {}
        self._news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        atexit.register(self.close)

    def run(self, words: Sequence[str], seconds: float) -> subprocess.CompletedProcess[bytes]:
        """Raises subprocess.TimeoutExpired, and ends the command, when it takes longer."""
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            pid = self._begin(words, out, err)
            status = self.ended(pid, seconds)
            if status is None:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(["hotline", *words], seconds)
            return subprocess.CompletedProcess(["hotline", *words], status, out.read_bytes(), err.read_bytes())

    def daemon(self, words: Sequence[str], out: Path) -> ForkedDaemon:
        """Begin a command that stays; what it says goes to the end of ``out``."""
        return ForkedDaemon(self, self._begin(words, out, None))

    def ended(self, pid: int, seconds: float | None) -> int | None:
        """Its status; None when it still runs after so long (None: however long)."""
        with self._news:
            return self._ended[pid] if self._news.wait_for(lambda: pid in self._ended, seconds) else None

    def _begin(self, words: Sequence[str], out: Path, err: Path | None) -> int:
        request = {"words": list(words), "out": str(out), "err": err and str(err)}
        with self._turn:
            print(json.dumps(request), file=self._server.stdin, flush=True)
            return self._begun.get(timeout=60)

    def _read(self) -> None:
        assert self._server.stdout is not None
        for line in self._server.stdout:
            told = json.loads(line)
            if "status" not in told:
                with self._news:
                    self._ended.pop(told["pid"], None)  # of an earlier process with this number
                self._begun.put(told["pid"])
                continue
            with self._news:
                self._ended[told["pid"]] = told["status"]
                self._news.notify_all()

    def close(self) -> None:
        if self._server.stdin is not None:
            self._server.stdin.close()
        self._server.wait(10)


class ForkedDaemon:
    """One daemon, as ``subprocess.Popen`` would show it."""

    def __init__(self, commands: Commands, pid: int) -> None:
        self._commands, self.pid = commands, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        self.returncode = self._commands.ended(self.pid, 0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self.returncode = self._commands.ended(self.pid, timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(["hotline", "run"], timeout or 0)
        return self.returncode

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def serve() -> None:
    """Of the server: requests in, pids and statuses out."""
    from hotline import cli

    for module in (*dict.fromkeys(cli.VERBS.values()), *LAZY):
        if module not in {"hotline.run", "hotline.demo", "hotline.bench.verb"}:
            importlib.import_module(module)
    told = threading.Lock()

    def say(**news: int) -> None:
        with told:
            print(json.dumps(news), flush=True)

    for line in sys.stdin:
        request = json.loads(line)
        with told:  # no other thread holds it across the fork
            pid = os.fork()
        if pid == 0:
            _command(request["words"], request["out"], request["err"])
        say(pid=pid)
        threading.Thread(target=lambda one=pid: say(pid=one, status=_status(one)), daemon=True).start()


def _status(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _command(words: list[str], out: str, err: str | None) -> None:
    """Of the forked process: never returns."""
    from hotline import cli

    status = LOST
    try:
        os.setsid()
        for number, path in ((0, os.devnull), (1, out), (2, err or out)):
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(file, number)
            os.close(file)
        sys.stdout, sys.stderr = (open(number, "w", buffering=1, closefd=False) for number in (1, 2))  # noqa: SIM115 - until the process ends
        sys.argv = ["hotline", *words]
        sys.orig_argv = [sys.executable, "-m", "hotline.cli", *words]  # a reload begins these anew
        status = cli.main(words)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except BaseException:
        import traceback

        traceback.print_exc()
        status = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve()
